#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`emgate tap` on a gateway behind a real broker: what it shows, when it ends, and that a
viewer who is slow or dead loses lines and not the gateway."""
import signal
import time
import unittest

from connect_rig import ConnectRig, Publisher, emgate, wait_until

INPUTS = "inputs: [{topic: 'line/#', adapter: influx}]\n"
START_NS = 1_784_109_600 * 10**9


def belt(i, now_ns=None):
    at = now_ns or time.time_ns() - (300 - 100 * i) * 10**9
    return f"belt,host=belt-1 total={i} {at}".encode()


class TapTest(unittest.TestCase):
    def run_gateway(self, rig):
        broker = rig.broker()
        gateway = rig.small_gateway("g1", broker.port, INPUTS)
        gateway.start()
        return broker, gateway

    def test_shows_readings_with_what_their_points_got(self):
        with ConnectRig() as rig:
            broker, gateway = self.run_gateway(rig)
            every = rig.tap(gateway, "--count", "3")
            one = rig.tap(gateway, "--point", "belt", "--count", "2")
            rejects = rig.tap(gateway, "--stage", "rejects", "--count", "2")
            summaries = rig.tap(gateway, "-s", "summaries", "--count", "1")
            with Publisher(broker.port, "t") as publisher:
                publisher.publish("line/a", belt(1))
                publisher.publish("line/a", b"x,host=stranger v=5 1784109600000000000")
                publisher.publish("line/a", belt(2))
                publisher.publish("line/a", b"not a line")
            for tap in (every, one, rejects, summaries):
                self.assertEqual(tap.process.wait(60), 0, tap.tail())
            lines = every.lines()
            self.assertEqual([line["device"] for line in lines],
                             ["belt-1", "stranger", "belt-1"])
            self.assertEqual(lines[0]["value"], 1)
            self.assertEqual(lines[0]["topic"], "line/a")
            self.assertEqual(lines[0]["points"],
                             [{"point": "belt", "value": 1, "unit": "t"}])
            self.assertEqual(lines[1]["points"], [])
            self.assertEqual([line["value"] for line in one.lines()], [1, 2])
            self.assertEqual([line["reason"] for line in rejects.lines()],
                             ["unknown_device", "bad_line"])
            self.assertEqual(rejects.lines()[1]["payload"], "not a line")
            self.assertEqual(summaries.lines()[0]["summary"]["process"], "mill")

    def test_ends_as_it_is_told(self):
        with ConnectRig() as rig:
            _, gateway = self.run_gateway(rig)
            tap = rig.tap(gateway)
            self.assertEqual(tap.end(signal.SIGINT), 0)
            tap = rig.tap(gateway, "--seconds", "0.2")
            self.assertEqual(tap.process.wait(20), 0)
            tap = rig.tap(gateway)
            gateway.end()
            self.assertEqual(tap.process.wait(20), 69)
            self.assertIn("has ended", tap.tail())
            done = emgate("tap", "-c", gateway.conf)
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn("no gateway is running", done.stderr)
            for words, code in ((["--point", "bell"], 64), (["--stage", "x"], 64),
                                (["--count", "many"], 64), (["--seconds", "-1"], 64),
                                (["--point", "belt", "--stage", "rejects"], 64)):
                done = emgate("tap", "-c", gateway.conf, *words)
                self.assertEqual(done.returncode, code, (words, done.stderr))
            self.assertIn("did you mean 'belt'",
                          emgate("tap", "-c", gateway.conf, "--point", "bell").stderr)
            self.assertEqual(emgate("tap").returncode, 64)

    def test_a_viewer_that_sleeps_is_told_what_it_missed(self):
        with ConnectRig() as rig:
            broker, gateway = self.run_gateway(rig)
            slow, dead = rig.tap(gateway), rig.tap(gateway)
            slow.process.send_signal(signal.SIGSTOP)
            dead.end(signal.SIGKILL)
            messages, each = 60, 1000
            with Publisher(broker.port, "t") as publisher:
                for i in range(messages):
                    publisher.publish("line/b", "\n".join(
                        f"x{i} v={k} {START_NS + k}" for k in range(each)).encode())
            wait_until(lambda: gateway.counts()["messages"] >= messages, 60, gateway.tail)
            slow.process.send_signal(signal.SIGCONT)
            def total():
                lines = slow.lines()
                return sum(line.get("skipped", 1) for line in lines) == messages * each
            wait_until(total, 60, lambda: len(slow.lines()))
            skipped = [line["skipped"] for line in slow.lines() if "skipped" in line]
            self.assertEqual(len(skipped), 1)
            self.assertGreater(skipped[0], 1000)
            self.assertEqual(slow.lines()[-1].get("value", each - 1), each - 1)
            gateway.check_sum()
            print("skipped", skipped, "of", messages * each)


if __name__ == "__main__":
    unittest.main(verbosity=2)
