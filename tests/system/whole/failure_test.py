#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The broker starts again under load; the registry is away, answers 500, hangs, cuts the
line, loses its answer: nothing lost, nothing double, the outbox drains."""
import os
import signal
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import LONG, Rig, compare_truth, figures, free_port  # noqa: E402
from plant_rig import wait_until  # noqa: E402

HOURS = 24 if LONG else 6
FAULTS = "duplicates=2%,reorder=4%,late=1%,reset=5h"
TOLERANCE = 1e-9


def whole_truth(registry, truth, seconds=60):
    """Waits until the registry has the truth; the worst difference."""
    last = max(w["start"] for w in truth["windows"])
    seen = {}

    def equal():
        rows = [r for r in registry.rows("g1") if r["window_start"] <= last]
        try:
            seen["worst"] = compare_truth(truth, rows)
        except AssertionError as e:
            seen["worst"] = (str(e), None)
            return False
        return seen["worst"][0] <= TOLERANCE
    wait_until(equal, seconds, lambda: seen)
    return seen["worst"][0]


def check_drained(test, gateway, registry):
    """Every summary is done, and the registry has each once."""
    wait_until(lambda: gateway.status()["sinks"][0]["waiting"] == 0, 30,
               lambda: gateway.status()["sinks"])
    sink = gateway.status()["sinks"][0]
    test.assertEqual(sink["set_aside"], 0, sink)
    keys = [r["key"] for r in registry.rows("g1", "all")]
    test.assertEqual(len(keys), len(set(keys)))
    test.assertEqual(sink["done"], len(keys))
    return sink


class LyingRegistry:
    """Stands in front of the registry and mistreats what passes: each connection gets the
    next behaviour of the list, the last one for good."""

    def __init__(self, port, behaviours):
        self.target = port
        self.behaviours = list(behaviours)
        self.seen = []
        self.open = []
        self.server = socket.socket()
        self.server.bind(("127.0.0.1", 0))
        self.server.listen(50)
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                near, _ = self.server.accept()
            except OSError:
                return
            self.open.append(near)
            what = self.behaviours.pop(0) if len(self.behaviours) > 1 \
                else self.behaviours[0]
            self.seen.append(what)
            threading.Thread(target=self.handle, args=(near, what), daemon=True).start()

    def request(self, near):
        data = b""
        while b"\r\n\r\n" not in data:
            data += near.recv(65536) or b"\r\n\r\n"
        head, body = data.split(b"\r\n\r\n", 1)
        length = [int(line.split(b":")[1]) for line in head.split(b"\r\n")
                  if line.lower().startswith(b"content-length:")]
        while length and len(body) < length[0]:
            more = near.recv(65536)
            if not more:
                break
            body += more
        return head + b"\r\n\r\n" + body

    def ask(self, request):
        """What the real one answers."""
        with socket.create_connection(("127.0.0.1", self.target), 10) as far:
            far.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))
            answer = b""
            while True:
                data = far.recv(65536)
                if not data:
                    return answer
                answer += data

    def handle(self, near, what):
        try:
            if what == "cut":
                near.recv(10)
            elif what == "500":
                self.request(near)
                near.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 2\r\n"
                             b"Connection: close\r\n\r\nno")
            elif what == "hang":
                self.request(near)
                near.recv(1)  # until the other side gives up
            elif what == "lost answer":
                self.ask(self.request(near))
            elif what == "half answer":
                answer = self.ask(self.request(near))
                near.sendall(answer[:len(answer) - 20])
            else:
                near.sendall(self.ask(self.request(near)))
        except OSError:
            pass
        finally:
            near.close()

    def close(self):
        self.server.close()
        for near in self.open:
            near.close()


class FailureTest(unittest.TestCase):
    def wait_flow(self, gateway, connects):
        """Until it has connected so often and messages come again."""
        first = {}

        def flows():
            broker = (gateway.status() or {"brokers": [{"connects": 0}]})["brokers"][0]
            if broker["connects"] < connects or not broker["connected"]:
                return False
            return broker["messages"] > first.setdefault("n", broker["messages"]) + 300
        wait_until(flows, 40, lambda: f"{gateway.status()['brokers']} {first}")

    def test_broker_starts_again_under_load(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            gateway = rig.gateway("g1", broker.port, registry.port)
            gateway.start()
            plant = rig.simulate(gateway, "--hours", str(HOURS), "--speed",
                                 str(HOURS * 240), "--seed", "11", "--fault", FAULTS)
            restarts = 4
            for i in range(restarts):
                self.wait_flow(gateway, i + 1)
                self.assertTrue(plant.alive())
                self.assertEqual(broker.end(signal.SIGTERM), 0)
                broker.start()
            truth = plant.finish()
            gateway.wait_quiet(plant.confirmed(), 120)
            worst = whole_truth(registry, truth)
            sink = check_drained(self, gateway, registry)
            counts = gateway.check_sum()
            status = gateway.status()["brokers"][0]
            self.assertGreaterEqual(status["connects"], restarts + 1)
            figures("broker restart", restarts=restarts, messages=counts["messages"],
                    confirmed=plant.confirmed(), duplicates=counts["duplicates"],
                    worst=worst, done=sink["done"])
            print("replay:", gateway.replay())

    def test_registry_is_down_for_the_whole_run_and_comes_back(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            registry.end()
            gateway = rig.gateway("g1", broker.port, registry.port)
            gateway.start()
            plant = rig.simulate(gateway, "--hours", str(HOURS), "--seed", "12",
                                 "--fault", FAULTS)
            truth = plant.finish()
            wait_until(lambda: gateway.status()["sinks"][0]["waiting"] >=
                       3 * HOURS, 60, lambda: gateway.status()["sinks"])
            waiting = gateway.status()["sinks"][0]["waiting"]
            self.assertEqual(gateway.end(), 0)  # a restart does not lose them either
            gateway.start()
            self.assertEqual(gateway.status()["sinks"][0]["done"], 0)
            registry.start()
            gateway.wait_quiet(plant.confirmed())
            worst = whole_truth(registry, truth)
            sink = check_drained(self, gateway, registry)
            figures("registry down", waiting=waiting, done=sink["done"],
                    failures=sink["failures"], worst=worst)

    def test_registry_answers_500_hangs_cuts_and_loses_answers(self):
        with Rig() as rig:
            broker = rig.broker()
            registry = rig.registry()
            between = LyingRegistry(registry.port, [
                "500", "cut", "hang", "lost answer", "half answer", "500", "cut",
                "lost answer", "half answer", "hang", "lost answer", "pass"])
            gateway = rig.gateway("g1", broker.port, between.port)
            gateway.start()
            began = time.monotonic()
            plant = rig.simulate(gateway, "--hours", str(HOURS), "--seed", "13",
                                 "--fault", FAULTS)
            truth = plant.finish()
            wait_until(lambda: "pass" in between.seen, 90, lambda: between.seen)
            gateway.wait_quiet(plant.confirmed())
            worst = whole_truth(registry, truth)
            sink = check_drained(self, gateway, registry)
            figures("lying registry", connections=len(between.seen), sent=sink["sent"],
                    retried=sink["retried"], failures=sink["failures"],
                    uncertain=sink["uncertain"], done=sink["done"], worst=worst,
                    seconds=time.monotonic() - began)
            between.close()

    def test_registry_that_is_nobody(self):
        with Rig() as rig:
            broker = rig.broker()
            gateway = rig.gateway("g1", broker.port, free_port())
            gateway.start()
            plant = rig.simulate(gateway, "--hours", "2", "--seed", "14")
            plant.finish()
            wait_until(lambda: gateway.status()["sinks"][0]["waiting"] == 6, 60,
                       lambda: gateway.status()["sinks"])
            sink = gateway.status()["sinks"][0]
            self.assertEqual((sink["done"], sink["set_aside"]), (0, 0))
            self.assertTrue(sink["last_error"])
            self.assertEqual(gateway.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
