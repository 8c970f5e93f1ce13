#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who published?  Every certificate publishes on every device's topic with every device's
id inside, to a mosquitto configured by `emgate broker-config`: only the true device is
counted."""
import itertools
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from certificates import make_authority, make_certificate  # noqa: E402
from plant_rig import BIN, Gateway, Program, Rig  # noqa: E402
from plant_rig import free_port, listens, wait_until  # noqa: E402
from telemetry_writer import batch, reading, topic  # noqa: E402

DEVICES = ("a", "b", "c")
CONFIG = """
gateway: {{id: g1, state: "{state}"}}
brokers:
  - {{name: plant, uri: "mqtts://localhost:{port}", client_id: g1, {more}
      ca_file: "{folder}/ca.crt", cert_file: "{folder}/g1.crt",
      key_file: "{folder}/g1.key"}}
inputs:
  - {{topic: emgate/v1/+/telemetry, adapter: native}}
installation:
  {{id: I-1, name: Works, sector: cement, country: PK, time_zone: Asia/Karachi}}
points:
  - {{id: pa, device: a, metric: x, kind: rate, unit: t/h, interval: 10s}}
  - {{id: pb, device: b, metric: x, kind: rate, unit: t/h, interval: 10s}}
  - {{id: pc, device: c, metric: x, kind: rate, unit: t/h, interval: 10s}}
processes:
  - id: kiln
    category: cement_clinker
    activity: [{{point: pa}}]
    streams:
      - {{id: fuel, method: combustion, inputs: {{fuel_quantity: {{point: pb}},
          ncv: {{value: 25.8 GJ/t, source: s}},
          emission_factor: {{value: 94.6 t CO2/TJ, source: s}}}}}}
sinks: []
web: {{listen: "off"}}
"""


class TlsGateway(Gateway):
    """A gateway of this test's configuration."""

    def __init__(self, rig, port, more):  # pylint: disable=super-init-not-called
        Program.__init__(self, rig, "g1")
        self.program = self.emgate = os.path.join(BIN, "emgate")
        self.state = os.path.join(rig.folder, "state")
        self.conf = os.path.join(rig.folder, "g1.yaml")
        self.write(CONFIG.format(state=self.state, port=port, folder=rig.folder,
                                 more=more))


class IdentityTest(unittest.TestCase):
    def start(self, rig, acl=None, more="", plugin=None):
        port = free_port()
        folder = rig.folder
        for authority in ("ca", "other"):
            make_authority(folder, authority)
        for name in DEVICES + ("g1",):
            make_certificate(folder, name, name)
        make_certificate(folder, "broker", "broker")
        make_certificate(folder, "rogue", "a", "other")
        gateway = rig.add(TlsGateway(rig, port, more))
        done = gateway.command("broker-config", "-o", folder, "--listen",
                               f"{port} 127.0.0.1", "--ca", folder + "/ca.crt",
                               "--cert", folder + "/broker.crt",
                               "--key", folder + "/broker.key")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(folder + "/emgate.conf", encoding="utf-8") as source:
            lines = [line for line in source
                     if not line.startswith("persistence_location")]
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
        with open(folder + "/emgate.conf", "w", encoding="utf-8") as out:
            out.writelines(lines)
            out.write(f"persistence_location {folder}/\nuser {user.stdout}")
        if plugin:
            with open(folder + "/emgate.conf", "a", encoding="utf-8") as out:
                out.write(f"plugin {plugin}\n")
            with open(gateway.conf, encoding="utf-8") as source:
                text = source.read()
            gateway.write(text.replace("adapter: native", "adapter: native, "
                                       "publisher: required"))
        if acl:
            with open(folder + "/emgate.acl", "w", encoding="utf-8") as out:
                out.write(acl)
        broker = rig.add(Program(rig, "broker"))
        broker.run(["/usr/sbin/mosquitto", "-c", folder + "/emgate.conf"])
        wait_until(lambda: listens(port), 20, broker.tail)
        gateway.start()
        return gateway, port

    def publish(self, rig, port, certificate, on, inside, number, *options):
        """Whether the broker let it in and acknowledged it."""
        data = batch(inside, int(time.time() * 1000), [reading("x", 1.0, "t/h")], 7,
                     number)
        words = ["mosquitto_pub", "-h", "localhost", "-p", str(port), "-V", "5",
                 "-q", "1", "--cafile", rig.folder + "/ca.crt", "-t", topic(on), "-s",
                 *options]
        if certificate:
            words += ["--cert", f"{rig.folder}/{certificate}.crt",
                      "--key", f"{rig.folder}/{certificate}.key"]
        done = subprocess.run(words, input=data, capture_output=True, check=False,
                              timeout=20)
        return done.returncode == 0 and b"ot authorized" not in done.stderr

    def mismatches(self, gateway):
        return gateway.command("deadletters", "--json").stdout.count('"device_mismatch"')

    def wait_crossing(self, gateway, result):
        wait_until(lambda: gateway.status()["brokers"][0]["cross_publish"] == result, 60,
                   gateway.tail)

    def test_without_reasons_the_self_test_goes_by_what_comes_back(self):
        for acl, result in ((None, "refused"), ("pattern readwrite #\n", "taken")):
            with Rig() as rig:
                gateway, _ = self.start(rig, acl, "protocol: '3.1.1', ")
                self.wait_crossing(gateway, result)

    def test_only_the_true_device_is_counted(self):
        with Rig() as rig:
            gateway, port = self.start(rig)
            self.wait_crossing(gateway, "refused")
            certificates = DEVICES + ("rogue", "")
            let_in = []
            matrix = list(itertools.product(certificates, DEVICES, DEVICES))
            for number, (certificate, on, inside) in enumerate(matrix, 1):
                if self.publish(rig, port, certificate, on, inside, number):
                    let_in.append((certificate, on, inside))
            own_topic = [(c, t, p) for c, t, p in matrix if c == t]
            self.assertEqual(let_in, own_topic)
            wait_until(lambda: gateway.counts()["messages"] >= len(own_topic), 30,
                       gateway.tail)
            counts = gateway.counts()
            self.assertEqual(counts["messages"], len(own_topic))
            self.assertEqual(counts["accepted"], len(DEVICES))
            self.assertEqual(counts["rejected"], len(own_topic) - len(DEVICES))
            wait_until(lambda: self.mismatches(gateway) == len(own_topic) - len(DEVICES),
                       30, "the others are set aside with the reason")
            print(f"{len(matrix)} tries, {len(let_in)} on an own topic, "
                  f"{counts['accepted']} counted")

    def test_with_the_plugin_the_broker_says_who_published(self):
        """Without the list, so that the plugin alone tells devices apart."""
        plugin = os.path.join(BIN, "mosquitto_publisher.so")
        if not os.path.exists(plugin):
            self.skipTest("built without mosquitto's headers")
        with Rig() as rig:
            gateway, port = self.start(rig, "pattern readwrite #\n", plugin=plugin)
            matrix = list(itertools.product(DEVICES, DEVICES, DEVICES))
            for number, (certificate, on, inside) in enumerate(matrix, 1):
                self.assertTrue(self.publish(rig, port, certificate, on, inside, number))
            # A device that says the property itself is not taken at all.
            self.publish(rig, port, "b", "a", "a", 99, "-D", "publish", "user-property",
                         "emgate-publisher", "a")
            wait_until(lambda: gateway.counts()["accepted"] == len(DEVICES) and
                       gateway.counts()["messages"] >= len(matrix), 60, gateway.tail)
            others = len(DEVICES) * len(DEVICES) * (len(DEVICES) - 1)
            wait_until(lambda: gateway.command("deadletters", "--json", "--limit", "0")
                       .stdout.count('"publisher"') >= others, 60, gateway.tail)
            self.assertEqual(gateway.counts()["accepted"], len(DEVICES))

    def test_without_the_list_one_device_speaks_for_another(self):
        """What binds them is the list: without it the test above would fail."""
        with Rig() as rig:
            gateway, port = self.start(rig, "pattern readwrite #\n")
            self.wait_crossing(gateway, "taken")
            self.assertIn("broker.open", gateway.tail())
            self.assertIn("anybody may speak for a device",
                          gateway.command("doctor").stdout)
            self.assertTrue(self.publish(rig, port, "b", "a", "a", 1))
            wait_until(lambda: gateway.counts()["accepted"] == 1, 30, gateway.tail)


if __name__ == "__main__":
    unittest.main()
