#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A gateway is copied while it works, lost, and set up again elsewhere from the copy: the
same emissions in the end, and every refusal of the registry is one that was announced."""
import base64
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import Registry, Rig, compare_truth, figures, wait_until  # noqa: E402

TOLERANCE = 1e-9


def edit(path, *changes):
    with open(path, encoding="utf-8") as source:
        text = source.read()
    for before, behind in changes:
        assert before in text, before
        text = text.replace(before, behind)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)


def contents(folder):
    """Every file below a directory, with bytes, mode and time."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            with open(path, "rb") as source:
                found[path] = (source.read(), os.stat(path).st_mode)
    return found


class BackupTest(unittest.TestCase):
    def set_up(self, rig):
        broker = rig.broker()
        registry = rig.add(Registry(rig))
        gateway = rig.gateway("g1", broker.port, registry.port)
        key = gateway.command("key", "create").stdout.split()[1]
        edit(registry.conf, ("{id: g1,", f'{{id: g1, public_key: "{key}",'))
        registry.start()
        gateway.start()
        return broker, registry, gateway

    def backup(self, gateway, folder, *options):
        done = gateway.command("backup", folder, *options)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done2 = subprocess.run(["sh", "-c", "grep '  ' manifest | sha256sum -c --quiet"],
                               cwd=folder, check=False, capture_output=True, text=True)
        self.assertEqual(done2.returncode, 0, done2.stdout + done2.stderr)
        return [int(n) for n in re.findall(r"(\d+) records, (\d+) summ", done.stdout)[0]]

    def elsewhere(self, rig, gateway, broker, registry):
        other = rig.gateway("g1", broker.port, registry.port,
                            state=os.path.join(rig.folder, "elsewhere"))
        other.conf = os.path.join(rig.folder, "elsewhere.yaml")
        other.log = os.path.join(rig.folder, "elsewhere.log")
        other.write(other.text)
        gateway.write(gateway.text)
        return other

    def restore(self, gateway, folder, code=0):
        done = gateway.command("restore", folder)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_copied_under_load_lost_and_set_up_again(self):
        with Rig() as rig:
            broker, registry, gateway = self.set_up(rig)
            plant = rig.simulate(gateway, "--hours", "5", "--seed", "9", "--speed",
                                 "2000")
            wait_until(lambda: len(registry.rows("g1")) >= 1, 60, gateway.tail)
            folder = os.path.join(rig.folder, "copy")
            under_load = plant.alive()
            records, summaries = self.backup(gateway, folder)
            self.assertTrue(under_load)
            # It works on, and the registry gets what the copy does not know.
            wait_until(lambda: len(registry.rows("g1", "all")) > summaries, 90,
                       gateway.tail)
            gateway.end(signal.SIGKILL)
            known = len(registry.rows("g1", "all"))
            lost = os.path.join(rig.folder, "lost")
            os.rename(gateway.state, lost)
            truth = plant.finish()
            # As the operators are told.
            other = self.elsewhere(rig, gateway, broker, registry)
            said = self.restore(other, folder)
            self.assertIn("PRIVATE KEY", said)
            self.assertIn("raises 'chain'", said)
            shutil.copy(lost + "/signing.key", other.state)
            registry.end()
            edit(registry.conf, ("{id: g1,", "{id: g1, chain: 1,"))
            registry.start()
            other.start()
            again = self.send_again(broker, other, lost, records)
            self.settle(registry, other, truth)
            sink = other.status()["sinks"][0]
            figures("backup", records=records, summaries=summaries, known=known,
                    windows=len(truth["windows"]), set_aside=sink["set_aside"],
                    sent_again=again)
            self.check_set_aside(other)
            print("replay:", other.replay())

    def send_again(self, broker, gateway, lost, records):
        """The devices send once more what was acknowledged after the copy."""
        done = subprocess.run([gateway.emgate, "journal", "export", lost + "/journal",
                               "--type", "message", "--from", str(records + 1)],
                              check=True, capture_output=True, text=True, timeout=60)
        messages = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertTrue(messages)
        with Publisher(broker.port, "again") as publisher:
            for message in messages:
                publisher.publish(message["topic"],
                                  base64.b64decode(message["payload_base64"]))
        return len(messages)

    def settle(self, registry, gateway, truth):
        """The registry's emissions, and the gateway's own, are the true ones."""
        seen = {}

        def equal():
            status = gateway.status()
            seen["sinks"] = status["sinks"]
            last = max(w["start"] for w in truth["windows"])
            rows = [r for r in registry.rows("g1") if r["window_start"] <= last]
            try:
                seen["worst"] = compare_truth(truth, rows)
            except AssertionError as e:
                seen["worst"] = (str(e),)
                return False
            own = gateway.latest()
            whole = all(own[(w["process"], w["start"])]["quality"]["complete"]
                        for w in truth["windows"] if (w["process"], w["start"]) in own)
            return (whole and seen["worst"][0] <= TOLERANCE and
                    status["pipeline"]["backlog_records"] == 0 and
                    seen["sinks"][0]["waiting"] == 0)
        wait_until(equal, 90, lambda: f"{seen}\n{gateway.tail()}")

    def check_set_aside(self, gateway):
        """Only what the registry has from before, and says so."""
        rows = gateway.ask("/v1/outbox?limit=1000")[1]
        reasons = [r["error"] for r in rows if r["status"] not in ("waiting", "done")]
        self.assertTrue(reasons)
        for reason in reasons:
            self.assertTrue("conflict" in reason or "holds another" in reason or
                            "supersedes" in reason, reason)

    def test_without_loss_the_registry_takes_the_copy_as_it_is(self):
        with Rig() as rig:
            broker, registry, gateway = self.set_up(rig)
            plant = rig.simulate(gateway, "--hours", "2", "--seed", "4")
            plant.finish()
            gateway.wait_quiet(plant.confirmed())
            self.assertEqual(gateway.end(), 0)
            folder = os.path.join(rig.folder, "copy")
            self.backup(gateway, folder, "--private-keys")
            self.check_modes(folder)
            other = self.elsewhere(rig, gateway, broker, registry)
            self.check_refusals(rig, gateway, other, folder)
            self.assertNotIn("PRIVATE KEY", self.restore(other, folder))
            other.start()
            plant = rig.simulate(other, "--hours", "1", "--seed", "5")
            plant.finish()
            wait_until(lambda: other.status()["pipeline"]["backlog_records"] == 0 and
                       other.status()["sinks"][0]["waiting"] == 0, 60, other.tail)
            self.assertEqual(other.status()["sinks"][0]["set_aside"], 0)
            print("replay:", other.replay())

    def check_modes(self, folder):
        mode = os.stat(folder + "/state/signing.key").st_mode & 0o777
        self.assertEqual(mode, 0o600)
        self.assertTrue(os.path.exists(folder + "/config/g1.yaml"))

    def check_refusals(self, rig, gateway, other, folder):
        # Over what is there, nothing.
        before = contents(gateway.state)
        self.assertIn("move it away", self.restore(gateway, folder, 78))
        self.assertEqual(contents(gateway.state), before)
        done = gateway.command("backup", folder)
        self.assertEqual(done.returncode, 78, done.stderr)
        # A copy that is not as it was, not whole, or another gateway's.
        spoilt = os.path.join(rig.folder, "spoilt")
        shutil.copytree(folder, spoilt)
        with open(spoilt + "/state/outbox.db", "r+b") as database:
            database.seek(5000)
            database.write(b"\xa5")
        self.assertIn("not as it was saved", self.restore(other, spoilt, 65))
        edit(spoilt + "/manifest", ("gateway g1", "gateway g2"))
        self.assertIn("'g2'", self.restore(other, spoilt, 78))
        edit(spoilt + "/manifest", ("emgate backup v1", "emgate backup v2"))
        self.assertIn("later version", self.restore(other, spoilt, 78))
        os.unlink(spoilt + "/manifest")
        self.assertIn("broken off", self.restore(other, spoilt, 65))


if __name__ == "__main__":
    unittest.main(verbosity=2)
