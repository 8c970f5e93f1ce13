#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Programs that nobody here wrote publish through a real broker into a gateway: npm's
sparkplug-client, node-opcua-json, homie-device and mqtt, and Debian's mosquitto_pub.
Their readings, and a summary of them, are compared with what is expected.

The npm packages are those of package-lock.json, put beside the programs that are tested;
without them the test fails and says what to do."""
import filecmp
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../connect"))
from connect_rig import BIN, ConnectRig, wait_until  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PLACE = pathlib.Path(BIN).parent / "interop"
HELP = """interop: {}
The test needs node 18 or later, npm and, the first time, npm's registry:
    tools/packages.sh interop
    (cd {} && npm ci)
"""
INPUTS = """inputs:
  - {topic: "spBv1.0/#", adapter: sparkplug, rebirth_interval: 1s}
  - {topic: "opcua/json/data/#", preset: opcua-pubsub}
  - {topic: "homie/#", preset: homie-3-4}
  - {topic: iotgateway, preset: kepware}
  - topic: meters/+/text
    adapter: map
    rules:
      - topic: meters/+/text
        payload: text
        device: "{topic.1}"
        emit: [{metric: level, unit: m, value: {path: /text, as: number}}]
  - topic: meters/+/registers
    adapter: map
    rules:
      - topic: meters/+/registers
        payload: binary
        device: "{topic.1}"
        emit:
          - metric: flow
            value: {path: /bytes, bytes: {offset: 0, type: f32be_ws}}
          - metric: alarm
            value: {path: /bytes, bytes: {offset: 4, type: u16be, bit: 2}}
"""


def fail(why):
    sys.exit(HELP.format(why, PLACE))


def install():
    """Puts clients and packages beside the programs, unless they are there."""
    for program in ("node", "npm", "mosquitto_pub"):
        if not shutil.which(program):
            fail(f"there is no {program}")
    PLACE.mkdir(exist_ok=True)
    lock = PLACE / "package-lock.json"
    done = PLACE / "node_modules" / ".package-lock.json"
    fresh = done.exists() and lock.exists() and \
        filecmp.cmp(HERE / "package-lock.json", lock, shallow=False)
    for source in HERE.glob("*.js*"):
        shutil.copy(source, PLACE / source.name)
    if fresh:
        return
    run = subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                         cwd=PLACE, capture_output=True, text=True, check=False,
                         timeout=240, env={**os.environ, "CI": "true"})
    if run.returncode != 0:
        lock.unlink(missing_ok=True)
        fail("npm ci failed:\n" + run.stdout[-2000:] + run.stderr[-2000:])


class Client:
    """A program of ours around a foreign package, moved by lines."""

    def __init__(self, rig, name, *arguments):
        self.log = open(os.path.join(rig.folder, name + ".err"), "w+b")
        self.process = subprocess.Popen(
            ["node", name + ".js", *map(str, arguments)], cwd=PLACE,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)

    def finish(self, seconds=60):
        code = self.process.wait(seconds)
        self.log.seek(0)
        assert code == 0, self.log.read().decode()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self, line):
        """Reads until it says this."""
        got = ""
        while got.strip() != line:
            got = self.process.stdout.readline()
            self.log.seek(0)
            assert got, f"ended before '{line}': " + self.log.read().decode()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.log.close()


class InteropTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install()
        cls.rig = ConnectRig().__enter__()
        cls.broker = cls.rig.broker()
        cls.gateway = cls.rig.small_gateway("g1", cls.broker.port, INPUTS)
        text = pathlib.Path(cls.gateway.conf).read_text()
        text = text.replace("device: belt-1, metric: belt.total",
                            "device: Plant.Belt, metric: total")
        cls.gateway.write(text)
        cls.gateway.start()
        cls.tap = cls.rig.tap(cls.gateway)
        cls.rejects = cls.rig.tap(cls.gateway, "--stage", "rejects")

    @classmethod
    def tearDownClass(cls):
        try:
            cls.gateway.check_sum()
        finally:
            cls.rig.__exit__(None, None, None)

    def readings(self, start):
        return [line for line in self.tap.lines()
                if line.get("topic", "").startswith(start)]

    def wait_readings(self, start, count):
        wait_until(lambda: len(self.readings(start)) >= count, 30,
                   lambda: f"{count} readings of {start}: {self.readings(start)}"
                   + self.gateway.tail())
        return self.readings(start)

    def values(self, readings):
        """(device, metric, value, unit, quality, detail), sorted."""
        return sorted(((r["device"], r["metric"], r.get("value"), r.get("unit"),
                        r["quality"], r.get("detail")) for r in readings), key=repr)

    def expect(self, readings, wanted):
        self.assertEqual(self.values(readings), sorted(wanted, key=repr))

    # ---- sparkplug-client ----

    def test_sparkplug_client(self):
        kiln, node = "plant/line1/kiln", "plant/line1"

        def state(feed, offset):
            return [(kiln, "feed", feed, "t/h", "good", None),
                    (kiln, "offset", offset, None, "good", None)]
        born = state(212.5, -5) + [(kiln, "total", 4000000000, None, "good", None),
                                   (kiln, "running", True, None, "good", None),
                                   (node, "cabinet", 31.5, None, "good", None)]
        client = Client(self.rig, "sparkplug", self.broker.port)
        try:
            client.hear("born")
            wanted = list(born)
            self.wait_readings("spBv1.0/", len(wanted))
            for command, feed, offset in (("data", 222.5, -15), ("deflate", 232.5, -25),
                                          ("gzip", 242.5, -35)):
                client.say(command)
                client.hear(command)
                wanted += state(feed, offset)
                self.expect(self.wait_readings("spBv1.0/", len(wanted)), wanted)
            feeds = [r for r in self.readings("spBv1.0/") if r["metric"] == "feed"]
            self.assertEqual([r["ts"] for r in feeds],
                             [f"2026-07-15T08:00:{s}Z" for s in ("00", "10", "20", "30")])
            wanted = self.forget_and_ask(client, born, state)
        finally:
            client.kill()
        # The broker publishes its will: all that was known last is stale.
        last = {"feed": 222.5, "offset": -15}
        stale = [(d, m, last.get(m, v), u, "bad", "stale") for d, m, v, u, _, _ in born]
        self.expect(self.wait_readings("spBv1.0/", len(wanted) + len(stale)),
                    wanted + stale)

    def forget_and_ask(self, client, born, state):
        """A gateway that knows nothing asks for the births it missed and gets them."""
        cls = type(self)
        self.assertEqual(self.gateway.end(), 0)
        shutil.rmtree(self.gateway.state)
        self.gateway.start()
        cls.tap = self.rig.tap(self.gateway)
        client.say("data")
        client.hear("asked")
        self.expect(self.wait_readings("spBv1.0/", len(born)), born)
        client.say("data")
        wanted = born + state(222.5, -15)
        self.expect(self.wait_readings("spBv1.0/", len(wanted)), wanted)
        reasons = self.gateway.counts()["reasons"]
        self.assertEqual(reasons.get("no_birth"), 1, reasons)
        return wanted

    # ---- node-opcua-json ----

    def test_node_opcua_json(self):
        client = Client(self.rig, "opcua", self.broker.port)
        client.finish()
        wanted = []
        for name in ("DeprecatedReversible", "DeprecatedNonReversible", "Verbose",
                     "Compact"):
            wanted += [(name, "flow", 91250.5, None, "good", None),
                       (name, "count", 4000000000, None, "good", None),
                       (name, "open", True, None, "good", None),
                       (name, "doubtful", 2, None, "uncertain", "status")]
        got = self.wait_readings("opcua/", 20)
        broken = [r for r in got if r["metric"] == "broken"]
        self.expect([r for r in got if r["metric"] != "broken"], wanted)
        self.assertEqual([r["quality"] for r in broken], ["bad"] * 4)
        self.assertEqual({r["ts"] for r in got}, {"2026-07-15T08:00:00.123Z"})

    # ---- homie-device ----

    def test_homie_device(self):
        client = Client(self.rig, "homie", self.broker.port)
        client.finish()
        got = [r for r in self.wait_readings("homie/", 6) if r["metric"] != "$state"]
        self.expect(got, [
            ("press-2", "hydraulics/oil-temp", 61.25, "°C", "good", None),
            ("press-2", "hydraulics/running", True, None, "good", None),
            ("press-2", "hydraulics/strokes", 4711, None, "good", None),
            ("press-2", "hydraulics/plain", 8.5, "bar", "good", None)])

    # ---- mqtt, and what becomes of it ----

    def test_mqtt(self):
        start = int(time.time()) // 60 * 60 - 300
        client = Client(self.rig, "generic", self.broker.port, start * 1000)
        client.finish()
        got = self.wait_readings("iotgateway", 10)
        self.assertEqual([r["value"] for r in got],
                         [100 + s / 10 for s in (0, 10, 20, 30, 40, 50, 60, 70, 80, 130)])
        self.assertEqual({(r["device"], r["metric"]) for r in got},
                         {("Plant.Belt", "total")})
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(start))
        summary = wait_until(lambda: self.gateway.latest().get(("mill", stamp)), 60,
                             lambda: json.dumps(list(self.gateway.latest()))
                             + self.gateway.tail())
        self.assertAlmostEqual(summary["activity_level"]["value"], 6, places=9)
        self.assertTrue(summary["quality"]["complete"])

    # ---- mosquitto_pub ----

    def publish(self, topic, *options, data=None):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.broker.port),
                        "-t", topic, *options], input=data, check=True, timeout=60)

    def test_mosquitto_pub(self):
        self.publish("meters/tank/text", "-q", "1", "-m", "3.25")
        self.publish("meters/tank/text", "-q", "2", "-r", "-s", data=b"3.5")
        self.publish("meters/tank/text", "-q", "1", "-m", "many")
        self.publish("meters/stack/registers", "-q", "1", "-s",
                     data=bytes.fromhex("e000447a0004"))
        self.publish("meters/stack/registers", "-q", "1", "-s", data=b"\x44\x7a")
        self.expect(self.wait_readings("meters/", 5), [
            ("tank", "level", 3.25, "m", "good", None),
            ("tank", "level", 3.5, "m", "uncertain", "retained_no_timestamp"),
            ("tank", "level", None, "m", "bad", "not_a_number"),
            ("stack", "flow", 1003.5, None, "good", None),
            ("stack", "alarm", True, None, "good", None)])
        wait_until(lambda: self.gateway.counts()["reasons"].get("short_binary"), 20,
                   "the short frame is told")


if __name__ == "__main__":
    unittest.main(verbosity=2)
