#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A database that was removed, cut or changed is made again from the journal: the same
summaries, envelopes and dead letters, over a change of key, and nothing is sent twice."""
import os
import random
import signal
import sqlite3
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import Registry, Rig, figures, wait_until  # noqa: E402

TABLES = {
    "summary": "SELECT id, key, process, window_start, window_end, revision, summary, "
               "envelope FROM summary ORDER BY id",
    "outbox": "SELECT o.sink, s.key, o.status, o.receipt FROM outbox o JOIN summary s "
              "ON s.id = o.summary ORDER BY o.id",
    "dead_letter": "SELECT * FROM dead_letter ORDER BY id",
    "retry": "SELECT * FROM retry ORDER BY letter",
    "state": "SELECT name, value FROM state WHERE name IN ('config', 'signer', "
             "'key_changes') ORDER BY name",
}


def dump(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return {name: database.execute(sql).fetchall() for name, sql in TABLES.items()}
    finally:
        database.close()


def remove(path):
    os.unlink(path)


def cut(path):
    os.truncate(path, os.path.getsize(path) // 3)


def flip(path):
    with open(path, "r+b") as database:
        for at in random.Random(4).sample(range(os.path.getsize(path)), 400):
            database.seek(at)
            byte = database.read(1)[0]
            database.seek(at)
            database.write(bytes([byte ^ 1 << at % 8]))


class RebuildTest(unittest.TestCase):
    def set_up(self, rig):
        broker = rig.broker()
        registry = rig.add(Registry(rig))
        gateway = rig.gateway("g1", broker.port, registry.port)
        key = gateway.command("key", "create").stdout.split()[1]
        with open(registry.conf, encoding="utf-8") as source:
            text = source.read()
        with open(registry.conf, "w", encoding="utf-8") as out:
            out.write(text.replace("{id: g1,", f'{{id: g1, public_key: "{key}",'))
        registry.start()
        gateway.start()
        return broker, registry, gateway

    def rotate(self, gateway):
        done = gateway.command("key", "rotate")
        self.assertEqual(done.returncode, 0, done.stderr)
        gateway.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "next" not in gateway.command("key", "show").stdout, 30,
                   gateway.tail)

    def fill(self, broker, registry, gateway, rig):
        with Publisher(broker.port, "stranger") as publisher:
            publisher.publish("emgate/v1/nobody/telemetry", b"\xffrubbish")
        plant = rig.simulate(gateway, "--hours", "4", "--seed", "8", "--fault",
                             "duplicates=2%,reorder=4%,late=1%")
        wait_until(lambda: len(registry.rows("g1")) >= 3, 60, gateway.tail)
        self.rotate(gateway)
        plant.finish()
        gateway.wait_quiet(plant.confirmed())
        self.assertEqual(gateway.end(), 0)

    def rebuild(self, gateway):
        done = gateway.command("rebuild")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def verify(self, gateway):
        done = subprocess.run([gateway.emgate, "verify", gateway.state], check=False,
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_the_same_from_the_journal_alone(self):
        with Rig() as rig:
            broker, registry, gateway = self.set_up(rig)
            done = gateway.command("rebuild")
            self.assertEqual(done.returncode, 69, done.stdout)
            self.assertIn("stop it first", done.stderr)
            self.fill(broker, registry, gateway, rig)
            path = gateway.state + "/outbox.db"
            before = dump(path)
            self.assertGreater(len(before["summary"]), 10)
            self.assertEqual(len(before["state"]), 3)
            self.assertEqual({row[2] for row in before["outbox"]}, {1})
            self.assertTrue(before["dead_letter"])
            for damage in (remove, cut, flip):
                damage(path)
                said = self.rebuild(gateway)
                self.assertFalse(os.path.exists(path + "-wal"))
                self.assertEqual(dump(path), before, damage.__name__)
                self.assertIn("0 wait", said)
                self.assertEqual("is kept" in said, damage is not remove)
            self.verify(gateway)
            self.go_on(gateway, registry, before)
            figures("rebuild", summaries=len(before["summary"]), said=said.split(":")[0])

    def go_on(self, gateway, registry, before):
        """Nothing is sent again, and the numbers stay."""
        stored = registry.rows("g1", "all")
        gateway.start()
        wait_until(lambda: gateway.counts()["backlog_records"] == 0, 30, gateway.tail)
        sink = gateway.status()["sinks"][0]
        self.assertEqual((sink["waiting"], sink["set_aside"]), (0, 0), sink)
        self.assertEqual(registry.rows("g1", "all"), stored)
        self.assertEqual({row["key"] for row in stored},
                         {row[1].hex() for row in before["summary"]})
        print("replay:", gateway.replay())

    def test_a_start_on_a_damaged_database_says_what_to_do(self):
        with Rig() as rig:
            broker, registry, gateway = self.set_up(rig)
            self.fill(broker, registry, gateway, rig)
            path = gateway.state + "/outbox.db"
            before = dump(path)
            with open(path, "r+b") as database:
                database.write(b"this is no database at all")
            gateway.spawn()
            self.assertEqual(gateway.process.wait(30), 65)
            self.assertIn("emgate rebuild", gateway.tail())
            gateway.process = None
            # The old key's private half is gone: said, and everything else is the same.
            for name in os.listdir(gateway.state):
                if name.startswith("signing.key.") and not name.endswith("pub"):
                    os.unlink(os.path.join(gateway.state, name))
            self.assertIn("are not signed", self.rebuild(gateway))
            after = dump(path)
            for name in ("outbox", "dead_letter", "retry"):
                self.assertEqual(after[name], before[name], name)
            self.assertEqual([row[:-1] for row in after["summary"]],
                             [row[:-1] for row in before["summary"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
