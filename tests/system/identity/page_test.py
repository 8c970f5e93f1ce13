#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway's page by TLS: whom it answers, and a renewed certificate at a reload."""
import os
import signal
import ssl
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from certificates import make_authority, make_certificate
from plant_rig import Rig, free_port, listens, wait_until
from registry_client import TlsClient


class PageTest(unittest.TestCase):
    def test_only_a_known_certificate_is_answered_and_a_renewed_one_is_shown(self):
        with Rig() as rig:
            folder, port = rig.folder, free_port()
            for authority in ("ca", "other"):
                make_authority(folder, authority)
            for name, authority in (("page", "ca"), ("operator", "ca"),
                                    ("stranger", "other")):
                make_certificate(folder, name, name, authority)
            gateway = rig.gateway("g1", free_port(), free_port())
            gateway.write(gateway.text.replace('web: {listen: "off"}', (
                f'web: {{listen: "127.0.0.1:{port}", cert_file: "{folder}/page.crt", '
                f'key_file: "{folder}/page.key", client_ca_file: "{folder}/ca.crt"}}')))
            gateway.spawn()
            wait_until(lambda: listens(port), 60, gateway.tail)

            def ask(path, certificate=None):
                return TlsClient(port, folder + "/ca.crt", certificate and
                                 f"{folder}/{certificate}").ask("GET", path)[0]

            for path, certificate, status in (
                    ("/v1/status", "operator", 200), ("/", "operator", 200),
                    ("/v1/status", None, 403), ("/", "stranger", 403),
                    ("/metrics", None, 403), ("/healthz", None, 200)):
                self.assertEqual(ask(path, certificate), status, (path, certificate))
            lapses = gateway.status()["lapses"]
            self.assertEqual([item["what"] for item in lapses
                              if item["text"] == "certificate"], ["page", "page"])

            make_certificate(folder, "page", "page")
            with open(folder + "/page.crt", encoding="ascii") as source:
                wanted = source.read().split()
            gateway.process.send_signal(signal.SIGHUP)
            wait_until(lambda: ssl.get_server_certificate(
                ("127.0.0.1", port), timeout=20).split() == wanted, 30, gateway.tail)
            self.assertEqual(ask("/v1/status", "operator"), 200)


if __name__ == "__main__":
    unittest.main()
