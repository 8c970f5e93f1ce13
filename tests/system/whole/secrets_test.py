#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Known secrets in every place of a configuration, everything run at its most talkative,
and then every output looked through: none of them is said anywhere."""
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from plant_rig import Rig, wait_until

WORDS = {"broker": "sesame-of-the-broker-7f31", "sink": "sesame-of-the-sink-9a02",
         "upstream": "sesame-of-the-upstream-44c8", "registry": "sesame-of-the-sink-9a02"}


class SecretsTest(unittest.TestCase):
    def files(self, rig):
        made = {}
        for name, word in WORDS.items():
            made[name] = os.path.join(rig.folder, name + ".secret")
            with open(made[name], "w", encoding="ascii") as out:
                out.write(word + "\n")
            os.chmod(made[name], 0o600)
        return made

    def start(self, rig, files):
        users = os.path.join(rig.folder, "users")
        subprocess.run(["mosquitto_passwd", "-b", "-c", users, "g1", WORDS["broker"]],
                       check=True, capture_output=True)
        os.chmod(users, 0o644)
        broker = rig.broker("allow_anonymous false", f"password_file {users}")
        registry = rig.registry()
        registry.end()
        with open(registry.conf, encoding="utf-8") as source:
            text = source.read().replace(
                "{id: g1,", f"{{id: g1, token: {{file: '{files['registry']}'}},")
        with open(registry.conf, "w", encoding="utf-8") as out:
            out.write(text.replace("gateways:", "  log_level: debug\ngateways:"))
        registry.start()
        gateway = rig.gateway("g1", broker.port, registry.port, change=[
            ('keepalive: 10s}', "keepalive: 10s, user: g1, password: {file: '"
             f"{files['broker']}'}}}}"),
            ("sink: http,", f"sink: http, token: {{file: '{files['sink']}'}},"),
            ("sinks:\n", "log: {level: debug}\nsinks:\n  - {id: up, sink: mqtt, "
             f"uri: 'mqtt://127.0.0.1:{broker.port}', client_id: up, user: g1, "
             f"password: {{file: '{files['upstream']}'}}, retry_min: 1s, "
             "retry_max: 2s}\n")])
        gateway.start()
        return broker, registry, gateway

    def outputs(self, rig, gateway, programs):
        """Every text that a person, a log or another user of the machine can see."""
        for program in programs:
            with open(program.log, encoding="utf-8", errors="replace") as log:
                yield program.name + ".log", log.read()
            with open(f"/proc/{program.process.pid}/cmdline", "rb") as line:
                yield program.name + " arguments", line.read().decode()
        for words in (("status",), ("status", "--json"), ("doctor",),
                      ("doctor", "--json"), ("check",), ("outbox",), ("deadletters",),
                      ("summaries",), ("diag",), ("config",), ("journal", "list")):
            done = gateway.command(*words)
            yield " ".join(words), done.stdout + done.stderr
        for path in ("/v1/status", "/v1/points"):
            yield path, str(gateway.ask(path))
        for folder, _, names in os.walk(gateway.state):
            for name in names:
                if name != "control.sock":
                    with open(os.path.join(folder, name), "rb") as source:
                        yield name, source.read().decode(errors="replace")

    def test_no_secret_is_said_anywhere(self):
        with Rig() as rig:
            files = self.files(rig)
            _, registry, gateway = self.start(rig, files)
            wait_until(lambda: gateway.status()["pipeline"], 30, gateway.tail)
            key = os.path.join(gateway.state, "signing.key")
            with open(key, "rb") as source:
                signing = source.read().strip()
            seen = 0
            for name, text in self.outputs(rig, gateway, [registry, gateway]):
                seen += len(text)
                for which, word in WORDS.items():
                    self.assertNotIn(word, text, f"the {which}'s secret in {name}")
                if name != "signing.key" and len(signing) >= 32:
                    self.assertNotIn(signing.decode(errors="replace"), text, name)
            self.assertGreater(seen, 5000)
            # The same look finds one that is said.
            with open(gateway.log, "a", encoding="utf-8") as log:
                log.write(WORDS["broker"] + "\n")
            found = [name for name, text in self.outputs(rig, gateway, [gateway])
                     if WORDS["broker"] in text]
            self.assertEqual(found, ["g1.log"])
            print(f"{seen} characters looked through")


if __name__ == "__main__":
    unittest.main()
