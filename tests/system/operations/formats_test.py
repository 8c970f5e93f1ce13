#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What earlier versions left on disk is opened by this one, with the same summaries; what
a later one left is refused in words, and not a byte of it is changed."""
import hashlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../lib"), os.path.join(HERE, "../../unit/journal")]
from plant_rig import ROOT, Rig, wait_until  # noqa: E402
from read_journal import crc32c  # noqa: E402

FORMATS = os.path.join(ROOT, "tests/vectors/formats")
NEWEST = max(name for name in os.listdir(FORMATS) if name.isdigit())
NEVER = 99


def hashes(folder):
    """Of every file but locks, which hold nothing."""
    found = {}
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            if name != "lock":
                with open(path, "rb") as source:
                    found[path] = hashlib.sha256(source.read()).hexdigest()
    return found


def newer_journal(state):
    path = state + "/journal/0000000001.seg"
    with open(path, "r+b") as segment:
        block = bytearray(segment.read(4096))
        struct.pack_into("<I", block, 12, NEVER)
        crc = crc32c(struct.pack("<QQ", 1, 0) + bytes(block[12:]))
        struct.pack_into("<I", block, 8, crc)
        segment.seek(0)
        segment.write(block)


def newer_database(state):
    with sqlite3.connect(state + "/outbox.db") as database:
        database.execute(f"PRAGMA user_version = {NEVER}")
    database.close()


class FormatsTest(unittest.TestCase):
    def place(self, rig, name):
        """The gateway of a fixture, in a place of its own."""
        gateway = rig.gateway("g1", 1, 1)
        folder = os.path.join(FORMATS, name)
        os.makedirs(gateway.state)
        shutil.copytree(folder + "/journal", gateway.state + "/journal")
        for file in ("outbox.db", "signing.key", "signing.key.pub"):
            shutil.copy(os.path.join(folder, file), gateway.state)
        with open(folder + "/plant.yaml", encoding="utf-8") as source:
            gateway.write(source.read().replace("@STATE@", gateway.state))
        return gateway, folder

    def good(self, *words):
        done = subprocess.run(words, check=False, capture_output=True, text=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def stored(self, gateway):
        return {item["key"] for item in
                json.loads(gateway.command("summaries", "--json", "--limit", "0").stdout)}

    def open_one(self, rig, name):
        gateway, folder = self.place(rig, name)
        with open(folder + "/summaries.json", encoding="utf-8") as source:
            wanted = {item["key"] for item in json.load(source)}
        self.assertGreater(len(wanted), 4)
        key = folder + "/signing.key.pub"
        self.good(gateway.emgate, "verify", folder + "/whole.pack", "--key", key)
        self.good(gateway.emgate, "verify", folder + "/checkpoint", "--key", key)
        self.good(gateway.emgate, "journal", "verify", gateway.state + "/journal")
        # This version's own folding of it, then its going on with the stored state.
        self.assertIn(" 0 different, 0 not made again", gateway.replay())
        gateway.spawn()
        wait_until(lambda: gateway.status() and
                   gateway.status()["pipeline"].get("backlog_records") == 0, 30,
                   gateway.tail)
        self.assertEqual(gateway.end(), 0, gateway.tail())
        found = self.stored(gateway)
        self.assertEqual(wanted - found, set())  # a key is the hash of the bytes
        self.assertIn(" 0 different, 0 not made again", gateway.replay())
        self.good(gateway.emgate, "rebuild", "-c", gateway.conf)
        self.assertEqual(self.stored(gateway), found)

    def test_what_every_version_left_is_opened(self):
        for name in sorted(os.listdir(FORMATS)):
            if name.isdigit():
                with self.subTest(format=name), Rig() as rig:
                    self.open_one(rig, name)

    def refuse(self, change, words):
        with Rig() as rig:
            gateway, _ = self.place(rig, NEWEST)
            change(gateway.state)
            before = hashes(gateway.state)
            for command in (("run",), ("rebuild",)):
                done = gateway.command(*command)
                self.assertEqual(done.returncode, 78, done.stdout + done.stderr)
                self.assertIn(words, done.stderr)
                self.assertEqual(hashes(gateway.state), before, command)

    def test_a_newer_journal_is_refused_untouched(self):
        self.refuse(newer_journal, "newer")

    def test_a_newer_database_is_refused_untouched(self):
        self.refuse(newer_database, "newer than this program's")

    def test_a_newer_database_with_a_log_of_changes_is_refused_untouched(self):
        """The number stands in the log only, as after a crash of the newer program."""
        def change(state):
            path = state + "/outbox.db"
            code = ("import sqlite3, os, sys; d = sqlite3.connect(sys.argv[1]);"
                    "d.execute('PRAGMA journal_mode = WAL');"
                    "d.execute('PRAGMA wal_autocheckpoint = 0');"
                    f"d.execute('PRAGMA user_version = {NEVER}'); os._exit(0)")
            subprocess.run([sys.executable, "-c", code, path], check=True)
            self.assertTrue(os.path.getsize(path + "-wal"))
            os.unlink(path + "-shm")  # made anew by whoever opens it
        with Rig() as rig:
            gateway, _ = self.place(rig, NEWEST)
            change(gateway.state)
            before = hashes(gateway.state)
            done = gateway.command("run")
            self.assertEqual(done.returncode, 78, done.stdout + done.stderr)
            after = {path: found for path, found in hashes(gateway.state).items()
                     if path in before and not path.endswith("clean")}
            self.assertEqual({p: h for p, h in before.items() if p in after}, after)
            self.assertIn("newer than this program's", done.stderr)

    def test_a_newer_pack_or_backup_is_said_to_be_one(self):
        with Rig() as rig:
            path = os.path.join(rig.folder, "newer.pack")
            with open(os.path.join(FORMATS, NEWEST, "whole.pack"), "rb") as source:
                data = source.read()
            with open(path, "wb") as out:
                out.write(b"EMPACK2\n" + data[8:])
            gateway = rig.gateway("g1", 1, 1)
            done = subprocess.run([gateway.emgate, "verify", path], check=False,
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 65, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
