#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`emgate discover` on a live broker: it names the formats of all sample payloads, and a
gateway with the configuration it wrote reads what it saw."""
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../vectors"))
import payloads_test as vectors  # noqa: E402
from connect_rig import (  # noqa: E402
    EMGATE, ConnectRig, Program, Publisher, SmallGateway, emgate, wait_until)
from payloads_tap_test import Sample  # noqa: E402
from plant_rig import ROOT  # noqa: E402

# Sample folders, and what discover calls the format of each.
NAMES = {"influx-line": "adapter influx", "sparkplug-b": "adapter sparkplug",
         "senml": "adapter senml", "hj212": "adapter hj212",
         "kepware-iotgateway": "preset kepware", "siemens-cc7": "preset siemens-cc7",
         "acrel-meter": "preset acrel", "moxa-iothinx": "preset moxa-iothinx",
         "advantech-wise-adam": "preset advantech-wise", "tts-v3": "preset tts-dragino",
         "chirpstack-v4": "preset chirpstack-milesight", "tasmota": "preset tasmota",
         "homie-5": "preset homie-5", "thingsboard": "preset thingsboard-gateway"}


class Discover(Program):
    def __init__(self, rig, uri, *options):
        super().__init__(rig, f"discover{len(rig.programs)}")
        self.out = os.path.join(rig.folder, self.name + ".yaml")
        with open(self.out, "wb") as out:
            self.run([EMGATE, "discover", "--broker", uri, *options], out)

    def wait_listening(self):
        wait_until(lambda: "listening on" in self.tail(), 20, self.tail)

    def text(self):
        with open(self.out, encoding="utf-8") as out:
            return out.read()


def state(i):
    return (f'{{"temp": {800 + i}.5, "energy_kwh": {i}, '
            f'"ts": {1784109600000 + i * 10000}}}').encode()


class DiscoverTest(unittest.TestCase):
    def discover(self, rig, port, *options):
        program = rig.add(Discover(rig, f"mqtt://127.0.0.1:{port}", *options))
        program.wait_listening()
        return program

    def check(self, path):
        done = emgate("check", "-c", path, "--no-environment")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def ended(self, program):
        """Ends it as Ctrl-C does, once nothing more is on its way."""
        self.assertEqual(program.end(signal.SIGINT), 0, program.tail())
        return program.text()

    def publish(self, port, messages):
        with Publisher(port, "t") as publisher:
            for topic, payload, retain in messages:
                publisher.publish(topic, payload, retain)
        # A second connection's subscription has seen them when this one's echo is there.
        subprocess.run(["mosquitto_sub", "-h", "127.0.0.1", "-p", str(port), "-t",
                        "$SYS/broker/version", "-C", "1", "-W", "20"], check=True,
                       capture_output=True, timeout=30)

    def test_names_the_formats_of_all_samples(self):
        samples = [Sample(p.parent)
                   for p in sorted(vectors.HERE.glob("*/*/expected.json"))]
        with ConnectRig() as rig:
            port = rig.broker("max_packet_size 268435455").port
            program = self.discover(rig, port)
            self.publish(port, [m for sample in samples for m in sample.messages])
            text = self.ended(program)
            for folder, name in NAMES.items():
                topics = {t for s in samples for t, _, _ in s.messages
                          if s.folder.parent.name == folder}
                self.assertTrue(topics, folder)
                self.assertTrue(any(name in line for line in text.splitlines()
                                    if line.startswith("  # ")), (folder, name))
            self.assertIn("modbus/kiln/raw", text.split("Not recognised")[1])
            self.assertNotIn("$SYS", text)
            self.check(program.out)

    def test_what_it_wrote_runs(self):
        with ConnectRig() as rig:
            port = rig.broker("sys_interval 1").port
            messages = [(f"plant/{kiln}/state", state(i), False)
                        for i in range(4) for kiln in ("kiln-1", "kiln-2")]
            messages += [("line/a", f"m,host=meter power=1{i} {1784109600 + i}".encode(),
                          False) for i in range(3)]
            messages += [("hall/door/open", b"true", True), ("bin/x", b"\0\1\2", False)]
            with Publisher(port, "early") as publisher:
                publisher.publish("hall/old/temp", b"7.5", True)
            program = self.discover(rig, port)
            self.publish(port, messages)
            text = self.ended(program)
            self.check(program.out)
            self.assertIn('topic: "plant/+/state"', text)
            self.assertIn("(1 retained)", text)
            self.assertIn("00 01 02", text.split("Not recognised")[1])

            gateway = rig.add(SmallGateway(rig, "g1", port, ""))
            text = text.replace("/var/lib/emgate ", gateway.state + " ")
            gateway.write(text + 'web: {listen: "off"}\n')  # its port may be taken
            gateway.start()
            tap = rig.tap(gateway)
            self.publish(port, messages)
            wait_until(lambda: gateway.counts()["messages"] >= len(messages), 30,
                       gateway.tail)
            wait_until(lambda: len(tap.lines()) >= 4 * 2 * 2 + 3 + 1, 30, tap.lines)
            reached = {p["point"] for line in tap.lines() for p in line["points"]}
            self.assertLessEqual({"kiln_1_temp", "kiln_1_energy_kwh", "kiln_2_temp",
                                  "meter_m_power", "door_open"}, reached)
            self.assertIn("kind: counter\n    unit: \"kWh\"\n    interval: 10s", text)
            counts = gateway.check_sum()
            self.assertEqual(counts["rejected"], 0, tap.lines())

    def test_signs_in_and_says_why_it_cannot(self):
        with ConnectRig() as rig:
            secret = os.path.join(rig.folder, "secret")
            users = os.path.join(rig.folder, "users")
            with open(secret, "w", encoding="utf-8") as out:
                out.write("right\n")
            subprocess.run(["mosquitto_passwd", "-b", "-c", users, "me", "right"],
                           check=True)
            port = rig.broker("allow_anonymous false", f"password_file {users}").port
            uri = f"mqtt://127.0.0.1:{port}"
            done = emgate("discover", "--broker", uri, "--seconds", "0")
            self.assertEqual(done.returncode, 69, done.stderr)
            self.assertIn(uri, done.stderr)
            done = emgate("discover", "--broker", uri, "--seconds", "0", "--user", "me",
                          "--password-file", secret)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("nothing was published", done.stderr)
            self.assertIn(f'file: "{secret}"', done.stdout)
            self.assertNotIn("right", done.stdout)
            done = emgate("discover", "--broker", uri, "--seconds", "0", "--user", "me",
                          "--password-file", "/nowhere")
            self.assertEqual(done.returncode, 64, done.stderr)

    def test_knows_the_broker_and_shows_its_own_certificate(self):
        with ConnectRig() as rig:
            subprocess.run(["sh", os.path.join(ROOT, "tests/lib/certificates.sh"),
                            rig.folder], check=True)
            files = {name: os.path.join(rig.folder, name) for name in
                     ("ca.crt", "other.crt", "server.crt", "server.key", "client.crt",
                      "client.key")}
            port = rig.broker(f"cafile {files['ca.crt']}",
                              f"certfile {files['server.crt']}",
                              f"keyfile {files['server.key']}",
                              "require_certificate true").port
            ours = ["--cert-file", files["client.crt"], "--key-file",
                    files["client.key"]]
            for words, code in ((["--ca-file", files["ca.crt"], *ours], 0),
                                (["--ca-file", files["other.crt"], *ours], 69),
                                (["--ca-file", files["ca.crt"]], 69), (ours, 69)):
                done = emgate("discover", "--broker", f"mqtts://127.0.0.1:{port}",
                              "--seconds", "0", *words)
                self.assertEqual(done.returncode, code, (words, done.stderr))

    def test_shows_what_it_saw_when_the_broker_ends(self):
        with ConnectRig() as rig:
            broker = rig.broker()
            program = self.discover(rig, broker.port, "--filter", "a/#")
            with Publisher(broker.port, "t") as publisher:
                publisher.publish("a/b/temp", b"1.5")
                publisher.publish("b/b/temp", b"1.5")
            wait_until(lambda: broker.end() == 0, 20, broker.tail)
            self.assertEqual(program.process.wait(30), 0, program.tail())
            self.assertIn("the connection was lost", program.tail())
            self.assertIn('topic: "a/b/temp"', program.text())
            self.assertNotIn("b/b/temp\"", program.text().replace("a/b/temp", ""))


if __name__ == "__main__":
    unittest.main(verbosity=2)
