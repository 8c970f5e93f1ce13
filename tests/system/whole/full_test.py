#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A full disk: intake stops acknowledging and says since when; with space again it goes
on by itself, and nothing was lost or counted twice."""
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import Rig, compare_truth, figures, wait_until  # noqa: E402

SIZE_MB = 48
LEFT_MB = 3  # that the filler leaves
TOLERANCE = 1e-9


def mount(folder):
    """A small file system there; False when this machine does not permit it."""
    os.makedirs(folder)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs",
                           folder], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print("SKIPPED: mount is not permitted here:", done.stderr.strip(), flush=True)
    return done.returncode == 0


def free_bytes(folder):
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


class FullTest(unittest.TestCase):
    def fill(self, path, folder):
        """Another program's file takes the space, all but a little."""
        with open(path, "wb") as out:
            while free_bytes(folder) > LEFT_MB << 20:
                out.write(bytes(1 << 18))
                out.flush()

    def test_full_disk_stops_intake_and_space_starts_it_again(self):
        with Rig() as rig:
            folder = os.path.join(rig.folder, "small")
            if not mount(folder):
                self.skipTest("mount is not permitted here")
            rig.mounts.append(folder)
            broker = rig.broker()
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port,
                                  state=os.path.join(folder, "state"), reserve="1MiB",
                                  change=(("quota: 4GiB", "quota: 4GiB, "
                                           "segment_size: 256KiB"),))
            gateway.start()
            self.assertEqual(gateway.ask("/readyz")[0], 200)
            filler = os.path.join(folder, "filler")
            self.fill(filler, folder)
            began = time.time()
            plant = rig.simulate(gateway, "--hours", "24", "--seed", "31", "--fault",
                                 "duplicates=2%,reorder=4%")
            wait_until(lambda: gateway.status()["journal"]["full"], 90,
                       lambda: str(gateway.status()["journal"]) + gateway.tail())
            self.check_full(gateway, began)
            truth = plant.finish()  # the broker keeps the rest
            time_full = time.time()
            taken = gateway.status()["brokers"][0]["messages"]
            self.assertLess(taken, plant.confirmed())
            code, ready = gateway.ask("/readyz")
            self.assertEqual(code, 503)
            os.unlink(filler)
            gateway.wait_quiet(plant.confirmed(), 120)
            wait_until(lambda: gateway.ask("/readyz")[0] == 200, 30,
                       lambda: str(gateway.ask("/readyz")))
            self.assertFalse(gateway.status()["journal"]["full"])
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
            figures("disk full", taken_when_full=taken, confirmed=plant.confirmed(),
                    messages=counts["messages"], worst=seen["worst"][0],
                    full_for_s=time.time() - time_full, reasons=ready["reasons"])
            print("replay:", gateway.replay())

    def check_full(self, gateway, began):
        status = gateway.status()
        since = status["journal"]["full_since"]
        self.assertTrue(since)
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began - 1))
        self.assertGreaterEqual(since, at)
        code, ready = gateway.ask("/readyz")
        self.assertEqual(code, 503)
        self.assertFalse(ready["ready"])
        words = [reason for reason in ready["reasons"] if "full" in reason]
        self.assertTrue(words, ready)
        self.assertIn("since " + since[:19], words[0])
        self.assertEqual(gateway.ask("/healthz")[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
