#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL killed (-9, every process of it) while a gateway commits summaries to it:
afterwards every summary of the outbox stands there once, byte for byte."""
import os
import random
import signal
import sqlite3
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import Rig, figures, free_port, wait_until  # noqa: E402
from postgres_cluster import Cluster, programs  # noqa: E402

SEED = int(os.environ.get("EMGATE_SEED", "1"))
KILLS = 4


def stored_here(gateway):
    """Key and envelope of every summary, in hex, as the outbox has them."""
    database = sqlite3.connect(f"file:{gateway.state}/outbox.db?mode=ro", uri=True)
    try:
        return sorted(database.execute("SELECT lower(hex(key)), lower(hex(envelope)) "
                                       "FROM summary"))
    finally:
        database.close()


def stored_there(cluster):
    rows = cluster.ask("SELECT encode(key, 'hex'), encode(envelope, 'hex') "
                       "FROM emgate_summary")
    return sorted(tuple(row.split("|")) for row in rows.split("\n") if row)


class PostgresSinkTest(unittest.TestCase):
    def test_kills_during_commits_lose_and_double_nothing(self):
        chance = random.Random(SEED)
        cluster = Cluster()
        try:
            with Rig() as rig:
                broker = rig.broker()
                nobody = free_port()
                sink = ("{id: registry, sink: http, "
                        f"url: \"http://127.0.0.1:{nobody}/v1/summaries\"")
                ours = (f"{{id: registry, sink: postgres, uri: \"{cluster.uri()}\", "
                        "batch: 2")
                gateway = rig.gateway("g1", broker.port, nobody, change=[(sink, ours)])
                gateway.start()
                plant = rig.simulate(gateway, "--hours", "20", "--speed", "12000",
                                     "--seed", "5")
                for _ in range(KILLS):
                    end = time.monotonic() + chance.uniform(0.1, 1.0)
                    wait_until(lambda end=end: time.monotonic() >= end, 10, "a while")
                    cluster.kill()
                    cluster.start()
                plant.finish()
                gateway.wait_quiet(plant.confirmed(), 90)
                status = gateway.status()["sinks"][0]
                self.assertEqual(status["set_aside"], 0)
                here, there = stored_here(gateway), stored_there(cluster)
                self.assertGreaterEqual(len(here), 50)
                self.assertEqual(here, there)
                figures("postgres_sink", summaries=len(here), kills=KILLS,
                        retried=status["retried"], uncertain=status["uncertain"])
                self.assertEqual(gateway.end(signal.SIGTERM), 0)
        finally:
            cluster.close()


if __name__ == "__main__":
    if not programs():
        print("PostgreSQL is not installed: skipped")
        sys.exit(77)
    unittest.main()
