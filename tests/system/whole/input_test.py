#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bad input: each message is counted, set aside with its bytes and the right reason, and
seen by `emgate deadletters` and `status`; good messages behind it are taken."""
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import Rig, figures, wait_until  # noqa: E402
import telemetry_writer  # noqa: E402
from telemetry_writer import reading, topic  # noqa: E402

YEAR_2099_MS = 4070908800000
YEAR_2200_MS = 7258118400000
SHOWN = 4096  # bytes of a payload in the list


def batch(device, base_ms, *readings):
    """Each a boot of its own."""
    return telemetry_writer.batch(device, base_ms, readings, base_ms | 1, 1)


class InputTest(unittest.TestCase):
    def bad(self):
        """name: topic, payload, outcome, reason."""
        now = int(time.time() * 1000)
        good = reading("coal", 14.0)
        fuel = topic("kiln-fuel")
        return {
            "rubbish": (fuel, b"\xff\xfe\x00rubbish\x80", "rejected",
                        "malformed_protobuf"),
            "text": (fuel, b"coal 14.0 t/h", "rejected", "malformed_protobuf"),
            "empty": (fuel, b"", "rejected", "empty_payload"),
            "wrong unit": (fuel, batch("kiln-fuel", now, reading("coal", 14.0, "degC")),
                           "rejected", "wrong_unit"),
            "one wrong unit": (fuel, batch("kiln-fuel", now + 1, good,
                                           reading("petcoke", 9.0, "m")),
                               "partial", "wrong_unit"),
            "unknown device": (topic("nobody"), batch("nobody", now, good), "rejected",
                               "unknown_device"),
            "other device": (topic("kiln-oil"), batch("kiln-fuel", now, good),
                             "rejected", "device_mismatch"),
            "nan": (fuel, batch("kiln-fuel", now + 2, reading("coal", float("nan"))),
                    "partial", "nan"),
            "infinite": (fuel, batch("kiln-fuel", now + 3, reading("coal", float("inf"))),
                         "partial", "inf"),
            "out of range": (fuel, batch("kiln-fuel", now + 4, reading("coal", 1e6)),
                             "partial", "out_of_range"),
            "1970": (fuel, batch("kiln-fuel", 1000, good), "partial",
                     "implausible_timestamp"),
            "2200": (fuel, batch("kiln-fuel", YEAR_2200_MS, good), "partial",
                     "implausible_timestamp"),
            "far future": (fuel, batch("kiln-fuel", YEAR_2099_MS, good), "rejected",
                           "future_timestamp"),
            "far future, wrong unit": (fuel, batch("kiln-fuel", YEAR_2099_MS + 1,
                                                   reading("coal", 14.0, "degC")),
                                       "rejected", "wrong_unit"),
            "future": (fuel, batch("kiln-fuel", now + 3600000, good), "rejected",
                       "future_timestamp"),
            "2 MB": (fuel, batch("kiln-fuel", now + 5, *[reading("coal", 14.0)] * 100000),
                     "rejected", "too_large"),
        }

    def test_each_is_counted_and_set_aside_with_its_reason(self):
        with Rig() as rig:
            broker = rig.broker("message_size_limit 0")
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port)
            gateway.start()
            bad = self.bad()
            found = {}
            with Publisher(broker.port, "tester") as publisher:
                for name, (where, payload, _, _) in bad.items():
                    before = gateway.counts()
                    publisher.publish(where, payload)
                    wait_until(lambda b=before: gateway.counts()["messages"] >
                               b["messages"], 20, lambda n=name: n + gateway.tail())
                    found[name] = (before, gateway.counts())
                publisher.publish("emgate/v1/kiln-fuel/other", b"not subscribed")
            listed = self.letters(gateway, len(bad))
            wrong = []
            for (name, (where, payload, outcome, reason)), letter in zip(
                    bad.items(), listed):
                before, behind = found[name]
                rose = [k for k in ("accepted", "accepted_empty", "partial", "rejected")
                        if behind[k] > before[k]]
                what = (rose, letter["reason"], letter["partial"], letter["topic"])
                want = ([outcome], reason, outcome == "partial", where)
                if what != want:
                    wrong.append((name, what, want, letter["detail"]))
                self.assertEqual(letter["payload_hex"], payload[:SHOWN].hex(), name)
                self.assertEqual(letter["payload_len"] == len(payload), name != "2 MB")
            self.assertEqual(wrong, [], "\n".join(map(str, wrong)))
            self.check_status(gateway, bad)
            self.check_good_ones(rig, gateway, registry, len(bad))

    def letters(self, gateway, count):
        """Oldest first, by the command."""
        def listed():
            done = gateway.command("deadletters", "--json", "--limit", "0")
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)
        wait_until(lambda: len(listed()) >= count, 30, lambda: f"{len(listed())}")
        items = sorted(listed(), key=lambda letter: letter["record"])
        self.assertEqual(len(items), count)
        return items

    def check_status(self, gateway, bad):
        done = gateway.command("status", "--json")
        counts = json.loads(done.stdout)["pipeline"]
        parts = [counts[k] for k in ("accepted", "accepted_empty", "partial", "rejected")]
        self.assertEqual(counts["messages"], sum(parts))
        self.assertEqual(counts["messages"], len(bad))
        reasons = {}
        for _, _, _, reason in bad.values():
            reasons[reason] = reasons.get(reason, 0) + 1
        self.assertEqual(counts["reasons"], reasons)
        figures("bad input", messages=counts["messages"], accepted=parts[0],
                empty=parts[1], partial=parts[2], rejected=parts[3],
                reasons=len(reasons))

    def check_good_ones(self, rig, gateway, registry, before):
        plant = rig.simulate(gateway, "--hours", "2", "--seed", "3")
        truth = plant.finish()
        gateway.wait_quiet(before + plant.confirmed())
        wait_until(lambda: len(registry.rows("g1")) >= len(truth["windows"]), 30,
                   lambda: f"{len(registry.rows('g1'))} rows")
        counts = gateway.check_sum()
        self.assertEqual(counts["accepted"], plant.confirmed())
        print("replay:", gateway.replay())


if __name__ == "__main__":
    unittest.main(verbosity=2)
