# SPDX-License-Identifier: Apache-2.0
"""A broker, gateways with a configuration of the test's own, and programs that are run
beside them; for the tests of getting connected."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from mqtt_publisher import Publisher  # noqa: E402
from plant_rig import BIN, Gateway, Program, Rig, wait_until  # noqa: E402,F401

EMGATE = os.path.join(BIN, "emgate")
HEAD = """gateway: {{id: {name}, state: {state}}}
brokers: [{{name: plant, uri: 'mqtt://127.0.0.1:{port}', client_id: {name}}}]
journal: {{quota: 64MiB, reserve: 1MiB}}
"""
# What a configuration must have, around one point.
REST = """installation:
  {id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}
points:
  - {id: belt, device: belt-1, metric: belt.total, kind: counter, unit: t, interval: 10s}
processes:
  - id: mill
    category: cement
    activity: [{point: belt}]
    streams:
      - {id: goods, method: process, inputs: {activity_data: {point: belt},
         emission_factor: {value: 0.1 t CO2/t, source: test}}}
windows: {length: 1m, skew: 1s, lateness: 2s, idle: 30s, settle: 2s, amend_until: 24h,
          future: 5m}
"""


class SmallGateway(Gateway):
    """One broker, one point, and what `text` says behind them."""

    def __init__(self, rig, name, port, text):  # pylint: disable=super-init-not-called
        Program.__init__(self, rig, name)
        self.program = self.emgate = EMGATE
        self.state = os.path.join(rig.folder, "state-" + name)
        self.conf = os.path.join(rig.folder, name + ".yaml")
        self.head = HEAD.format(name=name, state=self.state, port=port)
        self.change(text)

    def change(self, text):
        """No page of its own, unless the test wants one: its port may be taken."""
        page = "" if "web:" in text else 'web: {listen: "off"}\n'
        self.write(self.head + page + REST + text)


class Tap(Program):
    """`emgate tap` with its lines in a file; it watches when this returns."""

    def __init__(self, rig, gateway, *options):
        super().__init__(rig, f"tap{len(rig.programs)}")
        self.out = os.path.join(rig.folder, self.name + ".out")
        with open(self.out, "wb") as out:
            self.run([EMGATE, "tap", "-c", gateway.conf, *options], out)
        wait_until(lambda: "watching" in self.tail(), 20, self.tail)

    def lines(self):
        with open(self.out, encoding="utf-8") as out:
            text = out.read()
        whole = text[:text.rfind("\n") + 1]
        return [json.loads(line) for line in whole.splitlines()]


class ConnectRig(Rig):
    def small_gateway(self, name, port, text):
        gateway = self.add(SmallGateway(self, name, port, text))
        return gateway

    def tap(self, gateway, *options):
        return self.add(Tap(self, gateway, *options))


def emgate(*words, data=None, seconds=60):
    return subprocess.run([EMGATE, *words], capture_output=True, text=True, input=data,
                          check=False, timeout=seconds)
