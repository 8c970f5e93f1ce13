#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Posts packed in gzip and zstd, and as JSON, reach the registry as plain ones do."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import Rig, compare_truth, figures  # noqa: E402


class PackedTest(unittest.TestCase):
    def test_the_registry_has_the_truth(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            gateways = [rig.gateway(name, broker.port, registry.port, change=[
                ("retry_min: 100ms", f"{way}, retry_min: 100ms")])
                for name, way in (("g1", "compression: gzip"),
                                  ("g2", "compression: zstd"),
                                  ("g3", "encoding: json, compression: zstd"))]
            for gateway in gateways:
                gateway.start()
            plant = rig.simulate(gateways[0], "--hours", "6", "--speed", "30000")
            truth = plant.finish()
            for gateway in gateways:
                gateway.wait_quiet(plant.confirmed())
                worst, where = compare_truth(truth, registry.rows(gateway.name))
                self.assertLess(worst, 1e-9, where)
                self.assertEqual(gateway.status()["sinks"][0]["retried"], 0)
            figures("packed", windows=len(truth["windows"]), worst=worst)


if __name__ == "__main__":
    unittest.main()
