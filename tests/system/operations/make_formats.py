#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/vectors/formats/NAME: what a gateway of the present version leaves on
disk.  Run by hand when a stored format gets a new number, before the first release with
it.

    make_formats.py NAME"""
import os
import shutil
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import ROOT, Rig, wait_until  # noqa: E402
from registry_client import double, message, number, text  # noqa: E402
from telemetry_writer import batch, reading, topic  # noqa: E402

PLANT = """\
gateway: {id: g1, state: %(state)s}
brokers: [{name: plant, uri: 'mqtt://127.0.0.1:%(broker)d'}]
inputs:
  - {topic: emgate/v1/+/announce, adapter: native}
  - {topic: emgate/v1/+/telemetry, adapter: native}
journal: {segment_size: 64KiB, reserve: 1MiB}
installation:
  {id: WORKS-g1, operator: {id: OP-TEST, name: Test}, name: Works, sector: cement,
   country: PK, time_zone: Asia/Karachi}
points:
  - {id: coal, device: a, metric: coal, kind: rate, unit: t/h, interval: 10s}
  - {id: clinker, device: b, metric: out, kind: counter, unit: t, interval: 10s}
processes:
  - id: kiln
    category: cement_clinker
    activity: [{point: clinker}]
    streams:
      - {id: fuel, method: combustion, inputs: {fuel_quantity: {point: coal},
         ncv: {value: 25.8 GJ/t, source: s},
         emission_factor: {value: 94.6 t CO2/TJ, source: s}}}
windows: {length: 1m, skew: 1s, lateness: 2s, idle: 3s, settle: 2s,
  amend_until: 1h, future: 5m}
sinks: [{id: registry, sink: http, url: 'http://127.0.0.1:%(registry)d/v1/summaries'}]
web: {listen: off}
"""


def play(port):
    """Five minutes of two devices; one names its metric by an alias it has announced."""
    start_ms = (int(time.time()) // 60 - 7) * 60000
    with Publisher(port, "devices") as publisher:
        publisher.publish("emgate/v1/a/announce", text(1, "a") + message(
            2, number(1, 7) + text(2, "coal") + text(3, "t/h")))
        for step in range(36):
            at = start_ms + step * 10000
            publisher.publish(topic("a"), batch("a", at, [
                message(5, number(2, 7) + double(4, 12.5))], 5, step + 1))
            publisher.publish(topic("b"), batch(
                "b", at, [reading("out", step / 2)], 6, step + 1))
        publisher.publish(topic("nobody"), b"rubbish")


def keep(state, folder):
    """The state directory as files, without what is made anew at each start."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder + "/journal")
    shutil.copy(state + "/signing.key", folder)
    shutil.copy(state + "/signing.key.pub", folder)
    with sqlite3.connect(state + "/outbox.db") as database:
        database.execute("VACUUM INTO ?", (folder + "/outbox.db",))
    for name in sorted(os.listdir(state + "/journal")):
        path = os.path.join(state, "journal", name)
        if name.endswith(".seg") and any(open(path, "rb").read()):
            shutil.copy(path, folder + "/journal")
    os.chmod(folder + "/signing.key", 0o600)


def main():
    folder = os.path.join(ROOT, "tests/vectors/formats", sys.argv[1])
    with Rig() as rig:
        broker, registry = rig.broker(), rig.registry()
        gateway = rig.gateway("g1", broker.port, registry.port)
        gateway.write(PLANT % {"state": gateway.state, "broker": broker.port,
                               "registry": registry.port})
        gateway.start()
        play(broker.port)
        wait_until(lambda: gateway.status()["outbox"]["summaries"] >= 5 and
                   gateway.status()["sinks"][0]["waiting"] == 0, 60, gateway.tail)
        assert gateway.end() == 0
        keep(gateway.state, folder)
        for words in (("pack", "--whole", "-o", folder + "/whole.pack"),
                      ("summaries", "--json", "--limit", "0")):
            done = gateway.command(*words)
            assert done.returncode == 0, done.stderr
        with open(folder + "/summaries.json", "w", encoding="utf-8") as out:
            out.write(done.stdout)
        with open(folder + "/plant.yaml", "w", encoding="utf-8") as out:
            out.write(PLANT % {"state": "@STATE@", "broker": 1, "registry": 1})
        with sqlite3.connect(folder + "/outbox.db") as database:
            note, = database.execute(
                "SELECT value FROM state WHERE name='checkpoint'").fetchone()
        with open(folder + "/checkpoint", "wb") as out:
            out.write(note)
    print(subprocess.run(["du", "-ab", folder], capture_output=True, text=True,
                         check=True).stdout)


if __name__ == "__main__":
    main()
