#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TLS between gateway and registry, by real certificates: who is let in, who is refused,
with which words, and renewal without loss."""
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from certificates import make_authority, make_certificate, pin_of
from plant_rig import BIN, Program, Rig, free_port, listens, wait_until
from registry_client import HOUR_NS, STORED, TlsClient, summary

START = 1784131200 * 10**9
PROGRAM = os.path.join(BIN, "emgate-registry")
REGISTRY = """
registry:
  id: test
  listen: 127.0.0.1:{port}
  store: {folder}/registry.db
  cert_file: {folder}/registry.crt
  key_file: {folder}/registry.key
  client_ca_file: {folder}/ca.crt
  client_certificates: {clients}
  request_timeout: 5s
gateways:
  - {{id: cement-01, operator: OP-0001, installations: [PK-CEM-0001], certificate: g1}}
readers:
  - {{name: auditor, role: verifier, certificate: auditor}}
"""


class TlsRegistry(Program):
    def __init__(self, rig, clients="asked"):
        super().__init__(rig, "registry")
        self.port = free_port()
        self.conf = os.path.join(rig.folder, "registry.yaml")
        folder = rig.folder
        for authority in ("ca", "other"):
            make_authority(folder, authority)
        make_certificate(folder, "registry", "registry")
        for name in ("g1", "g2", "auditor"):
            make_certificate(folder, name, name)
        make_certificate(folder, "forged", "g1", "other")
        make_certificate(folder, "ended", "g1", days=-1)
        with open(self.conf, "w", encoding="utf-8") as out:
            out.write(REGISTRY.format(port=self.port, folder=folder, clients=clients))

    def start(self):
        self.run([PROGRAM, "run", "-c", self.conf])
        wait_until(lambda: listens(self.port), 20, self.tail)

    def said(self, text):
        with open(self.log, encoding="utf-8") as log:
            return log.read().count(text)

    def renew(self):
        """Until a new connection is shown what is in the file."""
        self.process.send_signal(signal.SIGHUP)
        with open(self.rig.folder + "/registry.crt", encoding="ascii") as source:
            wanted = source.read().split()
        wait_until(lambda: self.shown().split() == wanted, 20, self.tail)

    def client(self, certificate=None, authority="ca"):
        folder = self.rig.folder
        return TlsClient(self.port, f"{folder}/{authority}.crt",
                         certificate and f"{folder}/{certificate}")

    def shown(self):
        """The certificate that a new connection is shown."""
        return ssl.get_server_certificate(("127.0.0.1", self.port), timeout=20)


class TlsTest(unittest.TestCase):
    def start(self, rig, clients="asked"):
        registry = rig.add(TlsRegistry(rig, clients))
        registry.start()
        return registry

    def submit(self, registry, certificate, start=START):
        """HTTP status and what the registry said."""
        status, got = registry.client(certificate).submit([summary(start)])
        if status == 200:
            self.assertEqual([item[2] for item in got], [STORED])
        return status, str(got)

    def test_only_the_enrolled_certificate_sends(self):
        with Rig() as rig:
            registry = self.start(rig)
            self.assertEqual(self.submit(registry, "g1")[0], 200)
            for name, status, words in (
                    (None, 401, "no client certificate that gateway"),
                    ("g2", 401, "no client certificate that gateway"),
                    ("forged", 403, "issuer is unknown"),
                    ("ended", 403, "expired")):
                got, said = self.submit(registry, name)
                self.assertEqual(got, status, (name, said))
                self.assertIn(words, said)

    def test_only_the_named_certificate_reads(self):
        with Rig() as rig:
            registry = self.start(rig)
            for name, status in (("auditor", 200), ("g1", 401), (None, 401)):
                got, _, _ = registry.client(name).ask("GET", "/v1/checkpoints")
                self.assertEqual(got, status, name)

    def test_with_required_nothing_is_answered_without_a_certificate(self):
        with Rig() as rig:
            registry = self.start(rig, "required")
            for path, status in (("/", 403), ("/v1/registry", 403), ("/healthz", 200),
                                 ("/readyz", 200)):
                self.assertEqual(registry.client().ask("GET", path)[0], status, path)
            self.assertEqual(registry.client("g2").ask("GET", "/")[0], 200)

    def test_the_command_line_asks_by_tls(self):
        with Rig() as rig:
            registry = self.start(rig, "required")
            url = f"https://127.0.0.1:{registry.port}"
            files = {"EMGATE_REGISTRY_CA_FILE": rig.folder + "/ca.crt",
                     "EMGATE_REGISTRY_CERT_FILE": rig.folder + "/auditor.crt",
                     "EMGATE_REGISTRY_KEY_FILE": rig.folder + "/auditor.key"}
            for command in ("ready", "status"):
                done = subprocess.run([PROGRAM, command, url], capture_output=True,
                                      text=True, check=False, timeout=60,
                                      env=dict(os.environ, **files))
                self.assertEqual(done.returncode, 0, done.stderr)
            done = subprocess.run([PROGRAM, "ready", url], capture_output=True, text=True,
                                  check=False, timeout=60)
            self.assertEqual(done.returncode, 69)

    def test_below_tls_1_2_nothing_is_spoken(self):
        with Rig() as rig:
            registry = self.start(rig)
            for version, taken in ((ssl.TLSVersion.TLSv1_1, False),
                                   (ssl.TLSVersion.TLSv1_2, True),
                                   (ssl.TLSVersion.TLSv1_3, True)):
                context = ssl.create_default_context(cafile=rig.folder + "/ca.crt")
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = version
                context.maximum_version = version
                with socket.create_connection(("127.0.0.1", registry.port), 20) as plain:
                    try:
                        context.wrap_socket(plain, server_hostname="localhost").close()
                        spoken = True
                    except OSError:
                        spoken = False
                self.assertEqual(spoken, taken, version)

    # ---- the gateway's sink ----

    def gateway(self, rig, registry, **settings):
        """A gateway with a sink to the registry and no broker that answers."""
        words = dict({"ca_file": rig.folder + "/ca.crt",
                      "cert_file": rig.folder + "/g1.crt",
                      "key_file": rig.folder + "/g1.key"}, **settings)
        more = ", ".join(f'{key}: "{value}"' for key, value in words.items() if value)
        host = settings.get("host", "127.0.0.1")
        return rig.gateway("g1", free_port(), registry.port, change=[
            (f'url: "http://127.0.0.1:{registry.port}/v1/summaries"',
             f'url: "https://{host}:{registry.port}/v1/summaries", {more}')])

    def findings(self, gateway):
        done = gateway.command("check", "--json")
        return done.stdout + done.stderr

    def test_the_gateway_refuses_another_server(self):
        """By a dry look: `emgate check` shakes hands as the sink does."""
        with Rig() as rig:
            registry = self.start(rig)
            gateway = self.gateway(rig, registry)
            self.assertIn("answers by TLSv1.3", self.findings(gateway))
            gateway = self.gateway(rig, registry, ca_file=rig.folder + "/other.crt")
            self.assertIn("certificate is refused", self.findings(gateway))
            make_certificate(rig.folder, "registry", "registry", names="DNS:elsewhere")
            registry.renew()
            gateway = self.gateway(rig, registry)
            self.assertIn("mismatch", self.findings(gateway))
            make_certificate(rig.folder, "registry", "registry", days=-1)
            registry.renew()
            self.assertIn("expired", self.findings(gateway))

    # ---- renewal ----

    def test_renewal_reaches_new_connections_and_keeps_old_ones(self):
        with Rig() as rig:
            registry = self.start(rig)
            client = registry.client("auditor")
            self.assertEqual(client.ask("GET", "/v1/registry")[0], 200)
            before = registry.shown()
            make_certificate(rig.folder, "registry", "registry")
            registry.renew()
            self.assertNotEqual(registry.shown(), before)
            status, _, headers = client.ask("GET", "/v1/registry")
            self.assertEqual((status, headers["Connection"]), (200, "close"))

    def test_a_pair_that_does_not_fit_leaves_the_old_one(self):
        with Rig() as rig:
            registry = self.start(rig)
            before = registry.shown()
            os.replace(rig.folder + "/g1.key", rig.folder + "/registry.key")
            registry.process.send_signal(signal.SIGHUP)
            wait_until(lambda: registry.said("the old certificate stays") == 1, 20,
                       registry.tail)
            self.assertEqual(registry.shown(), before)

    def test_a_certificate_that_ends_soon_is_told(self):
        with Rig() as rig:
            registry = self.start(rig)  # a day
            wait_until(lambda: registry.said("registry.certificate") == 1, 20,
                       registry.tail)
            make_certificate(rig.folder, "registry", "registry", days=20)
            registry.renew()
            wait_until(lambda: registry.said("registry.certificate") == 2, 20,
                       registry.tail)
            make_certificate(rig.folder, "registry", "registry", days=90)
            registry.renew()
            make_certificate(rig.folder, "registry", "registry", days=5)
            registry.renew()
            wait_until(lambda: registry.said("registry.certificate") == 3, 20,
                       registry.tail)

    def test_twenty_renewals_under_load_lose_no_request(self):
        with Rig() as rig:
            registry = self.start(rig)
            stop = threading.Event()
            counts, failures = [0] * 4, []

            def load(which):
                client, at = registry.client("g1"), 0
                while not stop.is_set():
                    start = START + (which * 100000 + at) * HOUR_NS
                    try:
                        status, got = client.submit([summary(start)])
                        if status != 200 or got[0][2] != STORED:
                            failures.append((status, got))
                    except (OSError, http.client.HTTPException) as e:
                        failures.append(e)
                    at += 1
                    counts[which] = at

            threads = [threading.Thread(target=load, args=(i,)) for i in range(4)]
            for thread in threads:
                thread.start()
            shown = {registry.shown()}
            for _ in range(20):
                make_certificate(rig.folder, "registry", "registry")
                registry.renew()
                shown.add(registry.shown())
                before = list(counts)
                wait_until(lambda before=before: all(
                    now > then for now, then in zip(counts, before)), 30, registry.tail)
            stop.set()
            for thread in threads:
                thread.join()
            self.assertEqual(failures, [])
            self.assertEqual(len(shown), 21)
            status, body, _ = registry.client("auditor").ask(
                "GET", "/v1/processes")
            self.assertEqual(status, 200)
            windows = sum(item["windows"] for item in json.loads(body)["items"])
            self.assertEqual(windows, sum(counts))
            print(f"20 renewals, {windows} summaries, none lost")


if __name__ == "__main__":
    unittest.main()
