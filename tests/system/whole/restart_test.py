#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway stopped and started under load; a device that is silent for an hour; late
data, and data that come too late."""
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import PLANT, Rig, compare_truth, figures, wait_until  # noqa: E402
from telemetry_writer import batch, reading, topic  # noqa: E402

TOLERANCE = 1e-9
HOUR_MS = 3600000
MINUTE_MS = 60000
OIL_T_PER_H = 30.0


def oil_batch(at_ms, total, sequence):
    """A minute's reading of the oil meter."""
    return batch("kiln-oil", at_ms, [reading("total", total)], 77, sequence)


class RestartTest(unittest.TestCase):
    def restarts(self, sync):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port, sync=sync)
            gateway.start()
            plant = rig.simulate(gateway, "--hours", "6", "--speed", "3000", "--seed",
                                 "21", "--fault", "duplicates=2%,reorder=4%,late=1%")
            restarts = under_load = 0
            while restarts < 6:
                before = gateway.status()["brokers"][0]["messages"]
                wait_until(lambda b=before: gateway.status()["brokers"][0]["messages"] >
                           b + 100 or not plant.alive(), 30, gateway.tail)
                under_load += plant.alive()
                self.assertEqual(gateway.end(), 0)
                gateway.start()
                restarts += 1
            truth = plant.finish()
            gateway.wait_quiet(plant.confirmed())
            last = max(w["start"] for w in truth["windows"])
            seen = {}

            def equal():
                rows = [r for r in registry.rows("g1") if r["window_start"] <= last]
                try:
                    seen["worst"] = compare_truth(truth, rows)
                except AssertionError as e:
                    seen["worst"] = (str(e),)
                    return False
                return seen["worst"][0] <= TOLERANCE
            wait_until(equal, 60, lambda: seen)
            counts = gateway.check_sum()
            self.assertGreaterEqual(under_load, 4)
            self.assertGreaterEqual(counts["messages"], plant.confirmed())
            figures("restart", sync=sync, restarts=restarts, under_load=under_load,
                    confirmed=plant.confirmed(), messages=counts["messages"],
                    worst=seen["worst"][0])
            print("replay:", gateway.replay())

    def test_stopped_and_started_under_load(self):
        self.restarts("always")

    def test_stopped_and_started_under_load_with_sync_at_intervals(self):
        self.restarts("interval")

    def latest(self, gateway, start):
        return gateway.latest().get(("clinker", start))

    def point(self, summary, name):
        return next(p for p in summary["quality"]["points"] if p["point"] == name)

    def test_silence_is_missing_and_late_data_make_revisions(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            # The oil meter is played by this test, and silent at first.
            with open(PLANT, encoding="utf-8") as plant:
                played = next(k for k in plant if k.startswith("  kiln_oil:"))
            gateway = rig.gateway("g1", broker.port, registry.port, change=(
                (played, ""), ("idle: 60s", "idle: 3s"),
                ("amend_until: 72h", "amend_until: 5h")))
            gateway.start()
            plant = rig.simulate(gateway, "--from", "8h", "--speed", "1e9", "--seconds",
                                 "6", "--seed", "22")
            wait_until(lambda: plant.process.poll() is not None, 60, plant.tail)
            plant.end()  # no truth: a point is not played
            hour_ms = int(time.time() * 1000) // HOUR_MS * HOUR_MS
            silent = self.iso(hour_ms - 3 * HOUR_MS)
            wait_until(lambda: self.latest(gateway, silent), 90, gateway.tail)
            first = self.latest(gateway, silent)
            self.check_missing(first)
            # The meter's own memory comes late: three hours of it, some too late.
            with Publisher(broker.port, "oil") as publisher:
                sequence = 0
                start = hour_ms - 4 * HOUR_MS
                for minute in range(0, 3 * 60 + 1):
                    sequence += 1
                    publisher.send(topic("kiln-oil"), oil_batch(
                        start + minute * MINUTE_MS, OIL_T_PER_H * minute / 60, sequence))
                for _ in range(sequence):
                    publisher.confirm()
                late = oil_batch(hour_ms - 7 * HOUR_MS, 1.0, sequence + 1)
                publisher.publish(topic("kiln-oil"), late)
            self.check_revision(gateway, registry, silent, first)
            self.check_too_late(gateway, late)
            print("replay:", gateway.replay())

    def iso(self, ms):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ms // 1000))

    def check_missing(self, summary):
        point = self.point(summary, "kiln_oil")
        self.assertEqual(point["state"], "missing")
        self.assertNotIn("value", point.get("quantity", {}))
        oil = next(s for s in summary["streams"] if s["id"] == "oil")
        self.assertNotIn("value", oil.get("co2e", {}))
        self.assertTrue(oil["missing"])
        self.assertNotIn("value", summary["attribution"].get("attributed_direct", {}))
        self.assertFalse(summary["quality"]["complete"])
        self.assertEqual(summary["quality"]["coverage"], 0)
        # The others are there.
        self.assertEqual(self.point(summary, "kiln_coal")["state"], "valid")

    def check_revision(self, gateway, registry, start, first):
        def amended():
            rows = [r for r in registry.rows("g1", "all")
                    if r["process"] == "clinker" and r["window_start"] == start]
            return rows if len(rows) > 1 and rows[-1]["complete"] else None
        rows = wait_until(amended, 60, lambda: str(self.latest(gateway, start)))
        rows.sort(key=lambda r: r["revision"])
        for before, behind in zip(rows, rows[1:]):
            whole = registry.whole(behind["key"])
            self.assertEqual(behind["revision"], before["revision"] + 1)
            self.assertEqual(whole["provenance"]["supersedes"], before["key"])
            self.assertEqual(whole["provenance"]["reason"], "late_data")
        last = registry.whole(rows[-1]["key"])
        point = self.point(last, "kiln_oil")
        self.assertAlmostEqual(point["quantity"]["value"], OIL_T_PER_H, 9)
        self.assertEqual((point["state"], point["received"], point["late"]),
                         ("valid", 60, 60))
        self.assertIn("value", last["attribution"]["attributed_direct"])
        self.assertEqual(first["revision"], 0)
        figures("late", revisions=len(rows) - 1, oil=point["quantity"]["value"])

    def check_too_late(self, gateway, payload):
        def letters():
            done = gateway.command("deadletters", "--json", "--limit", "0")
            return json.loads(done.stdout)
        wait_until(letters, 30, gateway.tail)
        found = [(x["reason"], x["payload_hex"], x["partial"]) for x in letters()]
        self.assertEqual(found, [("too_late", payload.hex(), False)])
        self.assertEqual(gateway.check_sum()["reasons"], {"too_late": 1})


if __name__ == "__main__":
    unittest.main(verbosity=2)
