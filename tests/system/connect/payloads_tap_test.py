#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every sample payload of tests/vectors through a real broker into a gateway: what
`emgate tap` prints is what is expected of the sample, as with `emgate decode --list`."""
import json
import os
import pathlib
import sys
import tempfile
import unittest
from datetime import datetime, timezone

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../vectors"))
import payloads_test as vectors  # noqa: E402
from connect_rig import ConnectRig, Publisher, wait_until  # noqa: E402

FILTERS_MAX = 60  # a broker's connection takes 64
END = "payloads-test/end"


class Sample:
    def __init__(self, folder):
        self.folder = folder
        self.name = f"{folder.parent.name}/{folder.name}"
        self.expected = json.loads((folder / "expected.json").read_text())
        lines = [line.split("\t") for line in
                 (folder / "topic.txt").read_text().splitlines()
                 if line and line[0] != "#"]
        self.messages = [(words[1], (folder / words[0]).read_bytes(),
                          "retain=1" in words) for words in lines]
        self.filters = sorted({self.filter_of(topic) for topic, _, _ in self.messages})

    @staticmethod
    def filter_of(topic):
        """The topic; a Sparkplug node's messages belong together."""
        words = topic.split("/")
        if words[0] == "spBv1.0" and len(words) > 3:
            return f"spBv1.0/{words[1]}/+/{words[3]}/#"
        return topic

    def inputs(self, scratch):
        options, name = vectors.arguments(self.folder, self.expected, scratch)
        values = dict(zip(options[::2], options[1::2]))
        rest = {"adapter": name}
        if "--mapping" in values:
            rest = {"mapping": values["--mapping"]}
        elif "--settings" in values:
            rest.update(json.loads(pathlib.Path(values["--settings"]).read_text()))
        return [{"topic": topic, **rest} for topic in self.filters]

    def owns(self, topic):
        return any(topic == own for own, _, _ in self.messages)


def in_groups(samples):
    """Lists of samples that share no topic."""
    groups = []
    for sample in samples:
        wanted = set(sample.filters)
        for group in groups:
            if not group["filters"] & wanted and \
                    len(group["filters"]) + len(wanted) <= FILTERS_MAX:
                break
        else:
            group = {"filters": set(), "samples": []}
            groups.append(group)
        group["filters"] |= wanted
        group["samples"].append(sample)
    return [group["samples"] for group in groups]


class PayloadsTapTest(unittest.TestCase):
    def setUp(self):
        self.exact = vectors.time_agrees
        self.began = 0

    def tearDown(self):
        vectors.time_agrees = self.exact

    def time_agrees(self, wanted, got):
        """A time of receipt lies between the test's beginning and now."""
        if not wanted.startswith("$RECV"):
            return self.exact(wanted, got)
        offset = int(wanted[5:-1] or 0) if wanted != "$RECV" else 0
        now = int(datetime.now(timezone.utc).timestamp() * 1e9)
        return self.began <= vectors.when(got) - offset * 10**9 <= now

    def test_every_sample_comes_through_a_broker_as_expected(self):
        samples = [Sample(p.parent)
                   for p in sorted(vectors.HERE.glob("*/*/expected.json"))]
        vectors.time_agrees = self.time_agrees
        self.assertGreater(len(samples), 60)
        with ConnectRig() as rig, tempfile.TemporaryDirectory() as scratch:
            broker = rig.broker("max_packet_size 268435455")
            problems = []
            for i, group in enumerate(in_groups(samples)):
                problems += self.run_group(rig, broker, f"g{i}", group, scratch)
            self.assertEqual(problems, [])
        print(f"{len(samples)} samples as expected through a broker")

    def run_group(self, rig, broker, name, group, scratch):
        inputs = [each for sample in group for each in sample.inputs(scratch)]
        end = {"topic": END, "adapter": "map", "rules": [
            {"topic": END, "payload": "text",
             "emit": [{"device": "end", "metric": "end", "value": {"path": "/text"}}]}]}
        gateway = rig.small_gateway(name, broker.port,
                                    json.dumps({"inputs": inputs + [end]})[1:-1] + "\n")
        self.began = int(datetime.now(timezone.utc).timestamp() * 1e9)
        gateway.start()
        readings, rejects = rig.tap(gateway), rig.tap(gateway, "--stage", "rejects")
        self.publish(broker, group)
        wait_until(lambda: any(line.get("topic") == END for line in rejects.lines()), 60,
                   lambda: gateway.tail() + str(rejects.lines()[-3:]))
        wait_until(lambda: any(line.get("topic") == END for line in readings.lines()), 60,
                   gateway.tail)
        gateway.check_sum()
        for program in (readings, rejects, gateway):
            self.assertEqual(program.end(), 0)
        self.clear_retained(broker, group)
        return [f"{sample.name}: {problem}" for sample in group
                for problem in self.compare(sample, readings.lines(), rejects.lines())]

    def publish(self, broker, group):
        with Publisher(broker.port, "samples") as publisher:
            for sample in group:
                for topic, payload, retain in sample.messages:
                    publisher.publish(topic, payload, retain)
            publisher.publish(END, b"1")

    def clear_retained(self, broker, group):
        with Publisher(broker.port, "samples") as publisher:
            for sample in group:
                for topic, _, retain in sample.messages:
                    if retain:
                        publisher.publish(topic, b"", True)

    def compare(self, sample, readings, rejects):
        ours = [line for line in readings if sample.owns(line.get("topic"))]
        # The gateway has no points: a reading's device is unknown to it.
        why = [line for line in rejects if sample.owns(line.get("topic")) and
               line["reason"] != "unknown_device"]
        wanted = sample.expected
        if why and not ours and wanted.get("alt_outcome") == "rejected":
            return []
        problems = vectors.compare_readings(wanted["readings"], ours)
        if wanted["outcome"] in ("rejected", "partial") and not why:
            problems.append("nothing was set aside")
        if wanted["outcome"] in ("accepted", "accepted_empty") and why:
            problems.append(f"set aside: {[line['reason'] for line in why]}")
        said = {line["reason"] for line in why} | {r.get("detail") for r in ours}
        reasons = wanted.get("reason_any_of")
        if reasons and not wanted["outcome"].startswith("accepted") and \
                not said & set(reasons):
            problems.append(f"reason {said}, wanted one of {reasons}")
        return problems


if __name__ == "__main__":
    unittest.main(verbosity=2)
