#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The registry under a hostile gateway: floods, huge bodies, slow bodies, replays and
rubbish, all at once.  It stays up, its memory stays bounded, and an honest one is served
meanwhile.

EMGATE_LONG=1: two minutes instead of five seconds."""
import gzip
import http.client
import os
import random
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from plant_rig import BIN, LONG, Program, Rig, free_port, listens, wait_until
from registry_client import (HOUR_NS, STORED, Client, envelope, message, number,
                             receipts, request, summary, text)

SECONDS = 120 if LONG else 5
START = 1784131200 * 10**9
MEMORY_MAX = 400 << 20  # bytes; sanitizers take more
CONFIG = """
registry:
  id: test
  listen: 127.0.0.1:{port}
  store: {folder}/registry.db
  body_max: 1MiB
  request_timeout: 2s
  connections_max: 256
  connections_per_address_max: 0
gateways:
  - {{id: cement-01, operator: OP-0001, installations: [PK-CEM-0001]}}
  - {{id: hostile, operator: OP-0666, installations: [PK-BAD-0666]}}
"""


class Hostile:
    """Counts what it tried, and answers that it should not have got."""

    def __init__(self, port, seed):
        self.port = port
        self.random = random.Random(seed)
        self.stop = threading.Event()
        self.tried = {}
        self.wrong = []

    def count(self, name):
        self.tried[name] = self.tried.get(name, 0) + 1

    def post(self, body, headers=None, path="/v1/summaries"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", path, body, dict(
                {"Content-Type": "application/x-protobuf"}, **(headers or {})))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def expect(self, name, body, statuses, **more):
        self.count(name)
        status, _ = self.post(body, **more)
        if status not in statuses:
            self.wrong.append((name, status))

    def own(self, at):
        return summary(START + at * HOUR_NS, gateway="hostile", operator="OP-0666",
                       installation="PK-BAD-0666", process="p")

    def flood(self):
        at = self.random.randrange(10**4)
        self.expect("flood", request([envelope(self.own(at + i)) for i in range(20)],
                                     "hostile"), (200, 503))

    def replay(self):
        body = request([envelope(self.own(1))] * 50, "hostile")
        self.expect("replay", body, (200, 503))

    def for_another(self):
        """In the honest gateway's name of things, sent as itself."""
        body = request([envelope(summary(START + 99 * HOUR_NS))], "hostile")
        self.count("for another")
        status, data = self.post(body)
        if status == 200 and receipts(data)[0][2] == STORED:
            self.wrong.append(("for another", status))

    def huge(self):
        self.expect("huge", b"\0" * (3 << 20), (413,))

    def bomb(self):
        self.expect("bomb", gzip.compress(b"\0" * (64 << 20)), (413, 400),
                    headers={"Content-Encoding": "gzip"})

    def forged(self):
        """A receipt and a checkpoint where summaries and keys are wanted."""
        receipt = text(1, b"\1" * 32) + number(2, 1) + text(3, "stored")
        self.expect("forged", request([message(2, receipt)], "hostile"), (200, 400))
        self.expect("forged", b"hostile\n1\nAAAA\n\n\xe2\x80\x94 hostile AAAA\n",
                    (400, 403, 409, 415, 422), path="/v1/checkpoints",
                    headers={"Content-Type": "text/plain"})
        self.expect("forged", self.random.randbytes(200), (400, 403, 409, 415, 422),
                    path="/v1/gateways/hostile/keys")

    def rubbish(self):
        self.count("rubbish")
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
            plain.sendall(self.random.randbytes(self.random.randrange(1, 4096)))
            plain.settimeout(0.5)
            try:
                plain.recv(4096)
            except OSError:
                pass

    def slow(self):
        """A body that drips until the registry has had enough."""
        self.count("slow")
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
            plain.sendall(b"POST /v1/summaries HTTP/1.1\r\nHost: x\r\n"
                          b"Content-Type: application/x-protobuf\r\n"
                          b"Content-Length: 100000\r\n\r\n")
            began = time.monotonic()
            try:
                while not self.stop.is_set():
                    plain.sendall(b"x")
                    plain.settimeout(0.1)
                    try:
                        if not plain.recv(1):
                            break
                    except TimeoutError:
                        pass
            except OSError:
                pass
            if time.monotonic() - began > 30:
                self.wrong.append(("slow", "30 s"))

    def run(self, names):
        while not self.stop.is_set():
            try:
                getattr(self, self.random.choice(names))()
            except (OSError, http.client.HTTPException):
                pass  # cut off: its right


class HostileTest(unittest.TestCase):
    def memory(self, program):
        with open(f"/proc/{program.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM"))
        return int(line.split()[1]) << 10

    def test_the_registry_goes_on_serving(self):
        with Rig() as rig:
            registry = rig.add(Program(rig, "registry"))
            port = free_port()
            config = rig.folder + "/registry.yaml"
            with open(config, "w", encoding="ascii") as out:
                out.write(CONFIG.format(port=port, folder=rig.folder))
            registry.run([os.path.join(BIN, "emgate-registry"), "run", "-c", config])
            wait_until(lambda: listens(port), 20, registry.tail)
            hostiles = [Hostile(port, seed) for seed in range(8)]
            names = ("flood", "replay", "for_another", "huge", "bomb", "forged",
                     "rubbish")
            threads = [threading.Thread(target=h.run, args=(names,))
                       for h in hostiles[:4]]
            threads += [threading.Thread(target=h.run, args=(("slow",),))
                        for h in hostiles[4:]]
            for thread in threads:
                thread.start()
            honest, sent, slowest = Client(port), 0, 0
            end = time.monotonic() + SECONDS
            try:
                while time.monotonic() < end or sent < 20:
                    began = time.monotonic()
                    status, got = honest.submit([summary(START + sent * HOUR_NS)])
                    slowest = max(slowest, time.monotonic() - began)
                    self.assertEqual((status, got[0][2]), (200, STORED), got)
                    sent += 1
            finally:
                for hostile in hostiles:
                    hostile.stop.set()
                for thread in threads:
                    thread.join()
            self.assertTrue(registry.alive(), registry.tail())
            self.assertEqual([wrong for h in hostiles for wrong in h.wrong], [])
            peak = self.memory(registry)
            if not any(name in BIN for name in ("asan", "tsan", "msan")):
                self.assertLess(peak, MEMORY_MAX)
            self.assertEqual(registry.end(), 0, registry.tail())
            tried = {}
            for hostile in hostiles:
                for name, count in hostile.tried.items():
                    tried[name] = tried.get(name, 0) + count
            self.assertEqual(set(tried), {"flood", "replay", "for another", "huge",
                                          "bomb", "forged", "rubbish", "slow"})
            print(f"{sum(tried.values())} hostile requests {tried}; {sent} honest ones "
                  f"served, the slowest {slowest:.2f} s; {peak >> 20} MiB at most")


if __name__ == "__main__":
    unittest.main()
