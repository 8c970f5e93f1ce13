#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A registry that was restored from an old backup has its rows again after the gateway's
manifest; without manifests it has not.

usage: reconcile_test.py (EMGATE_BIN names the programs' folder)
"""
import datetime
import glob
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from plant_rig import Rig, figures, wait_until

SINK = "retry_max: 1s, timeout: 2s"


class World:
    """A gateway and its registry; `every` is how often it states what it has sent."""

    def __init__(self, rig, every):
        self.rig = rig
        broker = rig.broker()
        self.registry = rig.registry()
        self.gateway = rig.gateway("g1", broker.port, self.registry.port, change=[
            (SINK, f"{SINK}, manifest_every: {every}")])
        self.gateway.start()
        self.messages = 0

    def play(self, hours_ago):
        begin = datetime.datetime.now(datetime.timezone.utc) - \
            datetime.timedelta(hours=hours_ago)
        plant = self.rig.simulate(self.gateway, "--hours", "3", "--speed", "100000",
                                  "--from", begin.strftime("%Y-%m-%dT%H:00:00Z"))
        plant.finish()
        self.messages += plant.confirmed()
        self.gateway.wait_quiet(self.messages)

    def keys(self):
        return {row["key"] for row in self.registry.rows("g1", "all")}

    def store(self):
        return glob.glob(os.path.join(self.rig.folder, "registry.db*"))

    def back_up(self):
        self.registry.end()
        folder = os.path.join(self.rig.folder, "backup")
        os.makedirs(folder)
        for path in self.store():
            shutil.copy2(path, folder)
        self.registry.start()

    def restore(self):
        self.registry.end()
        for path in self.store():
            os.remove(path)
        for path in glob.glob(os.path.join(self.rig.folder, "backup", "*")):
            shutil.copy2(path, self.rig.folder)
        self.registry.start()

    def lose_a_day(self):
        """What was stored when the backup was made, and all that was stored."""
        self.play(40)
        before = self.keys()
        self.back_up()
        self.play(20)
        whole = self.keys()
        assert len(whole) >= len(before) + 6, (len(before), len(whole))
        self.restore()
        return before, whole


class ReconcileTest(unittest.TestCase):
    def test_a_restored_registry_has_its_rows_again(self):
        with Rig() as rig:
            world = World(rig, "1s")
            before, whole = world.lose_a_day()
            wait_until(lambda: world.keys() == whole, 60, world.gateway.tail)

            def settled():
                ours = world.gateway.status()["sinks"][0].get("manifest", {})
                theirs = world.registry.ask("/v1/gateways")["items"][0].get("manifest",
                                                                            {})
                return all(m.get("stated") == len(whole) and m["differing_days"] == 0 and
                           m["lacking"] == 0 for m in (ours, theirs))
            wait_until(settled, 60, world.gateway.status)
            with open(world.gateway.log, encoding="utf-8") as log:
                told = [line for line in log if "sink.manifest" in line]
            self.assertTrue(any(f"lacking={len(whole) - len(before)} " in line
                                for line in told), told)
            figures("reconcile", stored=len(whole), lost=len(whole) - len(before))

    def test_without_manifests_they_stay_lost(self):
        with Rig() as rig:
            world = World(rig, "0s")
            before, whole = world.lose_a_day()
            world.play(5)
            lost = whole - before
            self.assertFalse(lost & world.keys())
            self.assertGreater(len(world.keys()), len(before))
            self.assertNotIn("manifest", world.gateway.status()["sinks"][0])


if __name__ == "__main__":
    unittest.main(verbosity=1)
