#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the gateway at random moments under load.  A second gateway, undisturbed,
takes the same messages from the same broker: afterwards both have the same emissions,
activity and counts of readings, in their own stores and in the registry.  The same
against a gateway that acknowledges before it stores must fail, or this test shows
nothing."""
import os
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import LONG, Rig, figures, wait_until  # noqa: E402

KILLS = 300 if LONG else 30
CONTROL_KILLS = 8
SEED = int(os.environ.get("EMGATE_SEED", str(random.SystemRandom().randrange(1 << 32))))
LIFE_MOST_S = 0.8
HOURS_EACH = 1.0  # of the plant's time, a kill
SPEED = 2400      # times real time
FAULTS = "duplicates=2%,reorder=4%,late=1%,reset=5h"


def essence(summary):
    """What must be equal: all but record numbers, duplicates and revisions."""
    quality = summary["quality"]
    streams = [(s["id"], s.get("co2e", {}).get("value")) for s in summary["streams"]]
    points = [(p["point"], p["received"], p["valid"], p["rejected"], p["coverage"],
               p["state"], p.get("quantity", {}).get("value")) for p in quality["points"]]
    return (streams, sorted(summary["attribution"].items(), key=str),
            summary.get("activity_level", {}).get("value"), quality["received"],
            quality["valid"], quality["lost"], quality["complete"], points)


def differences(one, two):
    names = set(one) | set(two)
    return [name for name in sorted(names)
            if name not in one or name not in two
            or essence(one[name]) != essence(two[name])]


def send_kills(victim, kills, chance, plant):
    """Lets it live for a random time, again and again; one of five dies while it starts.
    True when the plant was still playing at the last kill."""
    under_load = 0
    for i in range(kills):
        victim.spawn()
        if i % 5 != 0:
            wait_until(lambda: victim.status() is not None, 30, victim.tail)
        life = chance.uniform(0, LIFE_MOST_S)
        end = time.monotonic() + life
        wait_until(lambda: time.monotonic() >= end, life + 5, "life")
        under_load += plant.alive()
        victim.end(signal.SIGKILL)
    return under_load


class KillTest(unittest.TestCase):
    def run_kills(self, program, kills, sync):
        chance = random.Random(f"{SEED} {program} {sync}")
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            steady = rig.gateway("g1", broker.port, registry.port)
            victim = rig.gateway("g2", broker.port, registry.port, sync=sync,
                                 program=program)
            steady.start()
            victim.start()
            victim.end(signal.SIGKILL)
            began = time.monotonic()
            plant = rig.simulate(steady, "--hours", str(int(kills * HOURS_EACH)),
                                 "--speed", str(SPEED), "--seed", str(SEED % 1000 + 1),
                                 "--fault", FAULTS)
            under_load = send_kills(victim, kills, chance, plant)
            victim.start()
            truth = plant.finish()
            steady.wait_quiet(plant.confirmed())
            self.wait_still(victim)
            result = self.compare(registry, steady, victim, program == "emgate")
            counts = victim.check_sum()
            figures("kill", program=program, sync=sync, seed=SEED, kills=kills,
                    under_load=under_load, messages=plant.confirmed(),
                    taken=counts["messages"], samples=counts["samples"],
                    steady_samples=steady.counts()["samples"],
                    windows=len(truth["windows"]), different=len(result),
                    seconds=time.monotonic() - began)
            if program == "emgate":
                print("replay:", victim.replay())
            return result, under_load

    def test_a_failed_sync_ends_the_process_and_the_next_start_mends_it(self):
        os.environ["EMGATE_FAIL_SYNC_AT"] = "60"
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            steady = rig.gateway("g1", broker.port, registry.port)
            victim = rig.gateway("g2", broker.port, registry.port,
                                 program="emgate_bad_sync")
            steady.start()
            victim.start()
            plant = rig.simulate(steady, "--hours", "4", "--speed", str(SPEED),
                                 "--seed", str(SEED % 1000 + 1), "--fault", FAULTS)
            wait_until(lambda: not victim.alive(), 60, victim.tail)
            self.assertIn("journal.failed", victim.tail())
            self.assertEqual(victim.end(), 74)
            victim.program = victim.emgate
            victim.start()
            plant.finish()
            steady.wait_quiet(plant.confirmed())
            self.wait_still(victim)
            self.assertEqual(self.compare(registry, steady, victim, True), [])

    def wait_still(self, victim):
        """Until it has folded all that is queued for it, and nothing more comes."""
        seen = {"at": time.monotonic(), "what": None}

        def still():
            status = victim.status()
            assert victim.alive(), victim.tail()
            what = (status["brokers"][0]["messages"], status["pipeline"]["summaries"],
                    status["pipeline"]["messages"])
            if what != seen["what"]:
                seen.update(at=time.monotonic(), what=what)
            return (time.monotonic() - seen["at"] > 7 and
                    not any(sink["waiting"] for sink in status["sinks"]))
        wait_until(still, 120, lambda: str(seen))

    def compare(self, registry, steady, victim, must_be_equal):
        """Windows that differ, in the stores and in the registry."""
        def found():
            of_registry = [{(r["process"], r["window_start"]): registry.whole(r["key"])
                            for r in registry.rows(name)} for name in ("g1", "g2")]
            return (differences(steady.latest(), victim.latest()) +
                    differences(*of_registry) +
                    differences(steady.latest(), of_registry[1]))
        if must_be_equal:
            wait_until(lambda: not found(), 30, lambda: str(found()[:5]))
        return found()

    def test_every_acknowledged_message_is_counted_once(self):
        different, under_load = self.run_kills("emgate", KILLS, "always")
        self.assertEqual(different, [])
        self.assertGreater(under_load, KILLS // 2)

    def test_the_same_with_sync_at_intervals(self):
        different, _ = self.run_kills("emgate", KILLS // 3, "interval")
        self.assertEqual(different, [])

    def test_acknowledging_before_storing_is_found_out(self):
        different, _ = self.run_kills("emgate_early", CONTROL_KILLS, "always")
        self.assertNotEqual(different, [])


if __name__ == "__main__":
    print("EMGATE_SEED", SEED)
    unittest.main(verbosity=2)
