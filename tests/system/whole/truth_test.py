#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day of 3 processes and 40 points, mistreated on its way, through broker, gateway and
registry: every hour in the registry is the truth."""
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import LONG, Rig, compare_truth, figures, wait_until  # noqa: E402

HOURS = 240 if LONG else 24
SEED = int(os.environ.get("EMGATE_SEED", "7"))
FAULTS = "duplicates=2%,reorder=4%,late=1%,reset=5h"
TOLERANCE = 1e-9


def check_points(test, registry, rows):
    """Every reading counted once: state points by count and time, the others by count."""
    points = 0
    for row in rows:
        summary = registry.whole(row["key"])
        for point in summary["quality"]["points"]:
            test.assertEqual(point["state"], "valid", (row["window_start"], point))
            if point["kind"] == "amount":
                continue
            test.assertEqual(point["received"], point["expected"], point)
            test.assertEqual(point["valid"], point["received"], point)
            test.assertEqual(point["coverage"], 1, point)
            if point["kind"] == "state":
                test.assertEqual(point["quantity"]["value"], 1, point)
            points += 1
        test.assertEqual(summary["quality"]["lost"], 0)
        test.assertEqual(summary["quality"]["gaps"], [])
    return points


class TruthTest(unittest.TestCase):
    def test_every_hour_in_the_registry_is_the_truth(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port, change=(
                ("amend_until: 72h", f"amend_until: {HOURS + 48}h"),))
            gateway.start()
            began = time.monotonic()
            plant = rig.simulate(gateway, "--hours", str(HOURS), "--seed", str(SEED),
                                 "--fault", FAULTS)
            truth = plant.finish()
            played = time.monotonic() - began
            gateway.wait_quiet(plant.confirmed())
            self.assertEqual(len(truth["windows"]), 3 * HOURS)

            self.wait_equal(registry, truth)
            worst, _ = compare_truth(truth, self.rows(registry, truth))
            points = check_points(self, registry, self.rows(registry, truth))
            counts = gateway.check_sum()
            self.assertEqual(counts["rejected"], 0)
            self.assertEqual(counts["partial"], 0)
            self.assertGreater(counts["duplicates"], 0)
            every = registry.rows("g1", "all")
            self.check_revisions(registry, every)
            figures("truth", seed=SEED, windows=len(truth["windows"]), worst=worst,
                    points_checked=points, messages=counts["messages"],
                    readings=counts["readings"], duplicates=counts["duplicates"],
                    revisions=sum(r["revision"] > 0 for r in every),
                    played_s=played, total_s=time.monotonic() - began)
            print("replay:", gateway.replay())

    def wait_equal(self, registry, truth):
        """The last late readings settle, are restated and sent."""
        def equal():
            try:
                self.why = compare_truth(truth, self.rows(registry, truth))
            except AssertionError as e:
                self.why = e
                return False
            return self.why[0] <= TOLERANCE
        wait_until(equal, 60, lambda: self.why)

    def rows(self, registry, truth):
        """The latest ones of the hours that were played whole."""
        last = max(w["start"] for w in truth["windows"])
        return [r for r in registry.rows("g1") if r["window_start"] <= last]

    def check_revisions(self, registry, every):
        """Revisions count up from 0, and each says which one it replaces."""
        keys = {}
        for row in sorted(every, key=lambda r: r["revision"]):
            name = (row["process"], row["window_start_ns"])
            self.assertEqual(row["revision"], len(keys.setdefault(name, [])), name)
            if row["revision"] > 0:
                provenance = registry.whole(row["key"])["provenance"]
                self.assertEqual(provenance["supersedes"], keys[name][-1])
            keys[name].append(row["key"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
