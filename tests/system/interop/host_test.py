#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway as a Sparkplug host application, as mosquitto_sub sees it: STATE at birth,
after somebody else's word, at an intended end and after a kill."""
import json
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../connect"))
from connect_rig import ConnectRig, Program, wait_until  # noqa: E402

TOPIC = "spBv1.0/STATE/emgate-host"
INPUTS = 'inputs: [{topic: "spBv1.0/#", adapter: sparkplug}]\n'


class Watcher(Program):
    """Lines `topic qos retain payload` of mosquitto_sub."""

    def __init__(self, rig, port, name):
        super().__init__(rig, name)
        self.run(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-q", "1", "-V",
                  "5", "--retain-as-published", "-t", TOPIC, "-F", "%t %q %r %p"])

    def states(self):
        with open(self.log, encoding="utf-8") as log:
            lines = [line.split(" ", 3) for line in log if line.startswith(TOPIC)]
        states = [(qos, retain, json.loads(said)) for _, qos, retain, said in lines]
        # A broker may hand a message over once for each of the gateway's subscriptions,
        # and the gateway answers each time.
        return [s for i, s in enumerate(states) if not i or s != states[i - 1]]

    def next(self, count):
        states = wait_until(lambda: len(self.states()) >= count and self.states(), 30,
                            lambda: f"{count} states: {self.states()}")
        return states[count - 1]


class HostTest(unittest.TestCase):
    def expect(self, state, online):
        qos, retain, said = state
        self.assertEqual((qos, retain), ("1", "1"))
        self.assertEqual(sorted(said), ["online", "timestamp"])
        self.assertIs(said["online"], online)
        self.assertIsInstance(said["timestamp"], int)
        return said["timestamp"]

    def test_state(self):
        with ConnectRig() as rig:
            broker = rig.broker()
            gateway = rig.small_gateway("g1", broker.port, INPUTS)
            gateway.head = gateway.head.replace(
                "client_id: g1", "client_id: g1, sparkplug_host: emgate-host")
            gateway.change(INPUTS)
            watcher = rig.add(Watcher(rig, broker.port, "watcher"))
            began = int(time.time() * 1000)
            gateway.start()
            born = self.expect(watcher.next(1), True)
            self.assertTrue(began - 1000 <= born <= time.time() * 1000)

            # A will of an earlier life comes late: the gateway says it again.
            said = json.dumps({"online": False, "timestamp": born - 5000})
            subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(broker.port),
                            "-q", "1", "-r", "-t", TOPIC, "-m", said], check=True)
            self.expect(watcher.next(2), False)
            self.assertEqual(self.expect(watcher.next(3), True), born)

            # An intended end: its own death, later than the birth, and no will.
            self.assertEqual(gateway.end(), 0)
            self.assertGreaterEqual(self.expect(watcher.next(4), False), born)

            # A new life, killed: the broker says its will, with the birth's time.
            gateway.start()
            born = self.expect(watcher.next(5), True)
            gateway.end(signal.SIGKILL)
            self.assertEqual(self.expect(watcher.next(6), False), born)
            late = rig.add(Watcher(rig, broker.port, "late"))
            self.assertEqual(self.expect(late.next(1), False), born)
            self.assertEqual(len(watcher.states()), 6)


if __name__ == "__main__":
    unittest.main(verbosity=2)
