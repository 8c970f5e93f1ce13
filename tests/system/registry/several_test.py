#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Several registries on one PostgreSQL, killed in turn, and PostgreSQL killed under them:
nothing that had a receipt is lost, nothing counts twice.

usage: several_test.py EMGATE_REGISTRY
"""
import http.client
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "lib"))
# pylint: disable=wrong-import-position
from postgres_cluster import Cluster, programs
from registry_client import CONFLICT, HOUR_NS, STORED, Client, key_of, summary

PROGRAM = ""
START = 1784131200 * 10**9
PROCESSES = 6
HOURS = 120
BATCH = 10


class Registry:
    def __init__(self, folder, number, uri):
        self.config = f"{folder}/registry-{number}.yaml"
        self.log = f"{folder}/registry-{number}.log"
        with open(self.config, "w", encoding="ascii") as out:
            out.write(f"""
registry:
  id: one-registry
  listen: 127.0.0.1:0
  store: '{uri}'
  signing_key: {folder}/signing.key
gateways:
  - {{id: cement-01, operator: OP-0001, installations: [PK-CEM-0001]}}
""")
        self.start()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "run", "-c", self.config],
                                            stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        if not line:
            self.process.wait(20)
            self.process.stdout.close()
            return False
        self.client = Client(int(line.rsplit(":", 1)[1]))
        return True

    def start_at_last(self):
        until = time.monotonic() + 60
        while not self.start():
            if time.monotonic() > until:
                raise RuntimeError(open(self.log, encoding="utf8").read())

    def stop(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        self.process.wait(20)
        self.process.stdout.close()


class SeveralTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="emgate-registry-")
        self.cluster = Cluster()
        self.registries = [Registry(self.folder.name, i, self.cluster.uri())
                           for i in range(2)]
        self.receipts, self.lock = {}, threading.Lock()

    def tearDown(self):
        for registry in self.registries:
            registry.stop()
        self.cluster.close()
        self.folder.cleanup()

    def send(self, worker, payloads):
        """Every payload until it has a receipt, now here, now there, some twice."""
        chance = random.Random(worker)
        waiting = list(payloads)
        chance.shuffle(waiting)
        while waiting:
            batch = waiting[:BATCH]
            client = chance.choice(self.registries).client
            try:
                status, answer = client.submit(batch)
            except (OSError, http.client.HTTPException):
                time.sleep(0.01)
                continue
            if status != 200:
                time.sleep(0.01)
                continue
            with self.lock:
                for raw, key, verdict, reason, _ in answer:
                    self.assertEqual(verdict, STORED, reason)
                    self.receipts.setdefault(key, set()).add(raw)
            waiting = waiting[BATCH:]
            if chance.random() < 0.3:
                waiting += batch[:3]

    def test_kills_lose_nothing_and_double_nothing(self):
        payloads = [summary(START + hour * HOUR_NS, process=f"p{process}",
                            direct=1.0 + hour / 7)
                    for process in range(PROCESSES) for hour in range(HOURS)]
        threads = [threading.Thread(target=self.send, args=(i, payloads[i % 2::2]))
                   for i in range(4)]
        for thread in threads:
            thread.start()
        chance = random.Random(5)
        for _ in range(3):
            self.wait_for_more(60, threads)
            self.cluster.kill()
            self.cluster.start()
            self.wait_for_more(60, threads)
            registry = chance.choice(self.registries)
            registry.stop()
            registry.start_at_last()
        for thread in threads:
            thread.join(120)
        self.assertEqual(len(self.receipts), len(payloads))
        self.assertEqual({len(raw) for raw in self.receipts.values()}, {1})
        counts = self.cluster.ask("SELECT count(*), count(DISTINCT key) FROM summary")
        self.assertEqual(counts, f"{len(payloads)}|{len(payloads)}")
        self.check_totals(payloads)

    def wait_for_more(self, number, threads):
        with self.lock:
            wanted = len(self.receipts) + number
        while any(t.is_alive() for t in threads) and len(self.receipts) < wanted:
            threads[0].join(0.005)

    def check_totals(self, payloads):
        sums = self.cluster.ask("SELECT sum(windows), sum(sums[3]) FROM total"
                                " WHERE period = 3")
        self.assertEqual(sums, f"{len(payloads)}|{len(payloads)}")
        area = self.cluster.ask("SELECT windows, sums[1] FROM area_total"
                                " WHERE period = 3")
        total = sum(1.0 + hour / 7 for hour in range(HOURS)) * PROCESSES
        self.assertEqual(area, f"{len(payloads)}|{int(total)}")
        windows = self.cluster.ask("SELECT sum(windows), sum(summaries) FROM process")
        self.assertEqual(windows, f"{len(payloads)}|{len(payloads)}")

    def test_of_two_summaries_for_a_window_one_stands(self):
        verdicts = []

        def send(number):
            for hour in range(30):
                payload = summary(START + hour * HOUR_NS, direct=1.0 + number)
                answer = self.registries[number].client.submit([payload])[1]
                verdicts.append((hour, answer[0][2], key_of(payload)))

        threads = [threading.Thread(target=send, args=(i,)) for i in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for hour in range(30):
            self.assertEqual(sorted(v for h, v, _ in verdicts if h == hour),
                             [STORED, CONFLICT])


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if not programs():
        print("PostgreSQL is not installed: skipped")
        sys.exit(77)
    unittest.main(verbosity=1)
