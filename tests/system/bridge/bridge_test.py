#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two brokers, a gateway with a bridge between them, and a link that is cut, a remote
broker that restarts, a gateway that is killed -9: at the far side every raw message is
there, in order, at least once; and a second gateway that reads the bridged readings has
the same emissions as the first."""
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import Program, Rig, figures, free_port, wait_until  # noqa: E402

SEED = int(os.environ.get("EMGATE_SEED", "1"))
MESSAGES = 3000
KILLS = 6


class Link:
    """A way to a port that can be cut."""

    def __init__(self, port):
        self.to = port
        self.up = True
        self.pairs = []
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(8)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.listener.accept()
            try:
                if not self.up:
                    raise OSError
                far = socket.create_connection(("127.0.0.1", self.to), 5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self.pairs.append((near, far))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(one, other),
                                 daemon=True).start()

    @staticmethod
    def carry(one, other):
        try:
            while data := one.recv(65536):
                other.sendall(data)
        except OSError:
            pass
        for end in (one, other):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        self.up = False
        for near, far in self.pairs:
            for end in (near, far):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()
        self.pairs = []

    def mend(self):
        self.up = True


class Collector(Program):
    """Everything on sites/#, by a session that the broker keeps."""

    def __init__(self, rig, port):
        super().__init__(rig, "collector")
        self.file = os.path.join(rig.folder, "collected")
        self.port = port

    def start(self):
        with open(self.file, "ab") as out:
            self.run(["mosquitto_sub", "-p", str(self.port), "-V", "mqttv5", "-i",
                      "collector", "-c", "-x", "3600", "-q", "1", "-t", "sites/#", "-F",
                      "%t %p %P"], out=out)

    def lines(self):
        with open(self.file, encoding="utf-8") as source:
            return [line.split(" ", 2) for line in source.read().split("\n")[:-1]]


def check_order(test, lines, last):
    highest = 0
    for topic, number, mark in lines:
        test.assertEqual(topic, "sites/g1/log/kiln")
        test.assertEqual(mark, "emgate-bridge:g1")
        test.assertLessEqual(int(number), highest + 1)
        highest = max(highest, int(number))
    test.assertEqual(highest, last)


def bridge_of(gateway):
    status = gateway.status()
    return status["bridges"][0] if status and status["bridges"] else None


def essence(summaries):
    """What does not depend on how often a message came."""
    return {name: (s.get("activity_level", {}).get("value"),
                   [(stream["id"], stream.get("co2e", {}).get("value"))
                    for stream in s["streams"]], s["quality"]["valid"])
            for name, s in summaries.items()}


def publish_all(port):
    with Publisher(port, "logger") as publisher:
        for i in range(1, MESSAGES + 1):
            publisher.publish("log/kiln", str(i).encode())


class BridgeTest(unittest.TestCase):
    def trouble(self, chance, gateway, link, remote):
        """Link, broker and gateway go down and come back, in turn."""
        for i in range(KILLS):
            if i % 3 == 0:
                link.cut()
            elif i % 3 == 1:
                remote.end(signal.SIGTERM)
            gateway.end(signal.SIGKILL)
            gateway.start()
            if i % 3 == 1:
                remote.start()
            link.mend()
            end = time.monotonic() + chance.uniform(0, 1.5)
            wait_until(lambda end=end: time.monotonic() >= end, 10, "a while")

    def test_nothing_is_lost_and_the_order_holds(self):
        chance = random.Random(SEED)
        with Rig() as rig:
            near = rig.broker()
            remote = rig.broker("autosave_on_changes true", name="remote")
            link = Link(remote.port)
            collector = rig.add(Collector(rig, remote.port))
            collector.start()
            nobody = free_port()
            bridge = ("\nbridge:\n"
                      f"  - id: hq\n    uri: mqtt://127.0.0.1:{link.port}\n"
                      "    rate: 2000\n    rules:\n"
                      "      - {topic: 'log/#', to: 'sites/{gateway}/{topic}'}\n"
                      "      - {topic: emgate/v1/+/telemetry, send: readings,\n"
                      "         to: 'hq/{device}/telemetry'}\n\nsinks:\n")
            one = rig.gateway("g1", near.port, nobody, change=[("\nsinks:\n", bridge)])
            two = rig.gateway(
                "g2", remote.port, nobody,
                change=[("emgate/v1/+/telemetry", "hq/+/telemetry")])
            two.start()
            one.start()
            wait_until(lambda: bridge_of(one), 20, "bridge in status")
            began = time.monotonic()
            plant = rig.simulate(one, "--hours", "6", "--speed", "3000", "--seed", "3")
            logger = threading.Thread(target=publish_all, args=(near.port,))
            logger.start()
            self.trouble(chance, one, link, remote)
            logger.join()
            plant.finish()
            sent = plant.confirmed()
            wait_until(lambda: (one.status() or {}).get("pipeline", {})
                       .get("backlog_records") == 0, 60, one.tail)
            wait_until(lambda: bridge_of(one)["backlog_records"] < 3, 90,
                       lambda: str(bridge_of(one)) + one.tail())
            wait_until(lambda: any(line[1] == str(MESSAGES)
                                   for line in collector.lines()), 30, collector.tail)
            check_order(self, collector.lines(), MESSAGES)
            mine = essence(one.latest())
            self.assertGreaterEqual(len(mine), 3 * 5)
            wait_until(lambda: essence(two.latest()) == mine, 30,
                       lambda: self.differences(mine, essence(two.latest())))
            self.assertEqual(two.counts()["rejected"], 0)
            self.assertEqual(one.counts()["rejected"], 0)
            figures("bridge", seconds=time.monotonic() - began, messages=sent + MESSAGES,
                    collected=len(collector.lines()),
                    duplicates=two.counts()["duplicates"], windows=len(mine))
            one.end()
            two.end()

    @staticmethod
    def differences(mine, theirs):
        names = sorted(set(mine) | set(theirs))
        return [(name, mine.get(name), theirs.get(name)) for name in names
                if mine.get(name) != theirs.get(name)][:2]

    @staticmethod
    def counts(gateway):
        now = bridge_of(gateway)
        return now["sent"], now["skipped"]

    def test_a_circle_between_two_gateways_ends(self):
        """Two gateways that bridge the same topics to each other's broker."""
        with Rig() as rig:
            brokers = [rig.broker(name="left"), rig.broker(name="right")]
            gateways = []
            for name, here, there in (("g1", 0, 1), ("g2", 1, 0)):
                bridge = ("\nbridge:\n"
                          f"  - id: other\n    uri: mqtt://127.0.0.1:"
                          f"{brokers[there].port}\n    protocol: '5'\n"
                          "    rules: [{topic: 'log/#'}]\n\nsinks:\n")
                gateways.append(rig.gateway(name, brokers[here].port, free_port(),
                                            change=[("\nsinks:\n", bridge)]))
            for gateway in gateways:
                gateway.start()
            with Publisher(brokers[0].port, "logger") as publisher:
                for i in range(20):
                    publisher.publish("log/x", str(i).encode())
            wait_until(lambda: [self.counts(g) for g in gateways] == [(20, 20), (20, 0)],
                       30, lambda: str([bridge_of(g) for g in gateways]))
            for gateway in gateways:
                self.assertEqual(gateway.end(), 0)

    def test_a_circle_within_one_broker_is_refused(self):
        with Rig() as rig:
            port = free_port()
            bridge = ("\nbridge:\n"
                      f"  - id: loop\n    uri: mqtt://127.0.0.1:{port}\n"
                      "    rules: [{topic: 'log/#', to: 'log/again/{topic.-1}'}]\n\n"
                      "sinks:\n")
            gateway = rig.gateway("g1", port, free_port(),
                                  change=[("\nsinks:\n", bridge)])
            done = gateway.command("check", "--no-environment")
            self.assertEqual(done.returncode, 78)
            self.assertIn("in a circle", done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
