#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every certificate on the way is renewed twenty times under load, of the broker, of the
gateway and of the registry, and nothing is lost: each hour is exact at the registry.
Without the kept session the same comparison fails."""
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
# pylint: disable=wrong-import-position
from certificates import make_authority, make_certificate
from mqtt_publisher import Publisher
from plant_rig import BIN, Broker, Gateway, Program, Registry, Rig, free_port, wait_until
from registry_client import TlsClient
from telemetry_writer import batch, reading, topic

ROUNDS = 20
CUT_EACH = 6  # more often, and the gateway would wait longer each time
MESSAGES = 60  # a round, which is an hour of event time
CONFIG = """
gateway: {{id: g1, state: "{state}"}}
brokers:
  - {{name: plant, uri: "mqtts://localhost:{broker}", client_id: g1, keepalive: 10s,
      ca_file: "{folder}/ca.crt", cert_file: "{folder}/g1.crt",
      key_file: "{folder}/g1.key"}}
inputs:
  - {{topic: emgate/v1/+/telemetry, adapter: native}}
installation:
  {{id: WORKS-g1, name: Works, operator: {{id: OP-TEST, name: O}}, sector: cement,
    country: PK, time_zone: Asia/Karachi}}
points:
  - {{id: made, device: a, metric: made, kind: amount, unit: t, interval: 1m}}
  - {{id: burnt, device: a, metric: burnt, kind: amount, unit: t, interval: 1m}}
processes:
  - id: kiln
    category: cement_clinker
    activity: [{{point: made}}]
    streams:
      - {{id: fuel, method: combustion, inputs: {{fuel_quantity: {{point: burnt}},
          ncv: {{value: 25.8 GJ/t, source: s}},
          emission_factor: {{value: 94.6 t CO2/TJ, source: s}}}}}}
sinks:
  - {{id: registry, sink: http, url: "https://localhost:{registry}/v1/summaries",
      ca_file: "{folder}/ca.crt", cert_file: "{folder}/g1.crt",
      key_file: "{folder}/g1.key", retry_min: 100ms, retry_max: 1s, timeout: 5s}}
web: {{listen: "off"}}
"""


class TlsGateway(Gateway):
    def __init__(self, rig, broker, registry):  # pylint: disable=super-init-not-called
        Program.__init__(self, rig, "g1")
        self.program = self.emgate = os.path.join(BIN, "emgate")
        self.state = os.path.join(rig.folder, "state")
        self.conf = os.path.join(rig.folder, "g1.yaml")
        self.write(CONFIG.format(state=self.state, broker=broker, registry=registry,
                                 folder=rig.folder))


class TlsRegistry(Registry):
    """Speaks TLS; g1 is known by its certificate."""

    def __init__(self, rig):
        super().__init__(rig)
        folder = rig.folder
        with open(self.conf, encoding="utf-8") as source:
            text = source.read()
        text = text.replace("gateways:\n", f"  cert_file: {folder}/registry.crt\n"
                            f"  key_file: {folder}/registry.key\n"
                            f"  client_ca_file: {folder}/ca.crt\ngateways:\n")
        with open(self.conf, "w", encoding="utf-8") as out:
            out.write(text.replace("{id: g1,", "{id: g1, certificate: g1,"))

    def ask(self, path):
        status, body, _ = TlsClient(self.port, self.rig.folder + "/ca.crt").ask(
            "GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)


class Cutter:
    """Stands before a port; cut() ends every connection, so that all come again."""

    def __init__(self, target):
        self.target = target
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.pairs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            near, _ = self.server.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self.target), 20)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self.pairs.append((near, far))
            for ends in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=ends, daemon=True).start()

    @staticmethod
    def carry(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass


class RenewalTest(unittest.TestCase):
    def start(self, rig):
        folder = rig.folder
        make_authority(folder, "ca")
        for name in ("broker", "g1", "registry"):
            make_certificate(folder, name, name)
        self.tls_port = free_port()
        self.broker = rig.add(Broker(rig, [
            f"listener {self.tls_port} 127.0.0.1", f"cafile {folder}/ca.crt",
            f"certfile {folder}/broker.crt", f"keyfile {folder}/broker.key",
            "require_certificate true"]))
        self.broker.start()
        self.registry = rig.add(TlsRegistry(rig))
        self.registry.start()
        self.to_broker = Cutter(self.tls_port)
        self.gateway = rig.add(TlsGateway(rig, self.to_broker.port, self.registry.port))
        self.gateway.start()
        self.began_ms = (int(time.time()) // 3600 - ROUNDS - 2) * 3600000
        self.sequence = 0

    def send(self, publisher, hour, count, first=0):
        for minute in range(first, first + count):
            self.sequence += 1
            publisher.publish(topic("a"), batch(
                "a", self.began_ms + hour * 3600000 + minute * 60000,
                [reading("made", 1.0, "t"), reading("burnt", 0.1, "t")], 7,
                self.sequence))

    def connects(self):
        return self.gateway.status()["brokers"][0]["connects"]

    def come_again(self, before):
        """The gateway is at the broker once more than before."""
        def there():
            broker = self.gateway.status()["brokers"][0]
            return broker["connects"] > before and broker["subscribed"]
        wait_until(there, 60, self.gateway.tail)

    def shown(self, port):
        """The certificate that a new client is shown."""
        context = ssl.create_default_context(cafile=self.broker.rig.folder + "/ca.crt")
        with socket.create_connection(("127.0.0.1", port), 20) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                return secure.getpeercert(True)

    def wait_shown(self, port, name):
        with open(f"{self.broker.rig.folder}/{name}.crt", encoding="ascii") as source:
            wanted = ssl.PEM_cert_to_DER_cert(source.read())
        wait_until(lambda: self.shown(port) == wanted, 30, name + " shows the new one")

    def renew_all(self, rig):
        for name in ("broker", "g1", "registry"):
            make_certificate(rig.folder, name, name)
        self.broker.process.send_signal(signal.SIGHUP)
        self.registry.process.send_signal(signal.SIGHUP)
        self.wait_shown(self.tls_port, "broker")
        self.wait_shown(self.registry.port, "registry")

    def made(self):
        """Tonnes by hour at the registry, of the first so many hours."""
        rows = self.registry.rows("g1")
        return [row["activity"] for row in rows][:ROUNDS]

    def test_twenty_renewals_lose_nothing(self):
        with Rig() as rig:
            self.start(rig)
            with Publisher(self.broker.port, "a") as publisher:
                for hour in range(ROUNDS):
                    self.send(publisher, hour, MESSAGES // 2)
                    self.renew_all(rig)
                    before = self.connects()
                    if hour % CUT_EACH == 0:
                        self.to_broker.cut()
                    self.send(publisher, hour, MESSAGES // 2, MESSAGES // 2)
                    if hour % CUT_EACH == 0:
                        self.come_again(before)
                self.send(publisher, ROUNDS, 2)
            wait_until(lambda: len(self.registry.rows("g1")) >= ROUNDS, 60,
                       self.gateway.tail)
            self.gateway.wait_quiet(self.sequence)
            self.assertEqual(self.made(), [float(MESSAGES)] * ROUNDS)
            self.assertGreater(self.connects(), ROUNDS // CUT_EACH)
            print(f"{ROUNDS} renewals of three, {self.sequence} messages, none lost, "
                  f"{self.connects()} connects")

    def test_with_the_session_gone_the_comparison_fails(self):
        """What the test above would say if a renewal lost messages."""
        with Rig() as rig:
            self.start(rig)
            with Publisher(self.broker.port, "a") as publisher:
                self.send(publisher, 0, MESSAGES // 2)
                self.gateway.wait_quiet(self.sequence)
                self.gateway.end()
                subprocess.run(["mosquitto_sub", "-p", str(self.broker.port), "-i", "g1",
                                "-c", "-V", "5", "-x", "0", "-t", "none", "-E"],
                               check=True, timeout=30)
                self.send(publisher, 0, MESSAGES // 2, MESSAGES // 2)
                self.gateway.start()
                self.send(publisher, 1, 2)
            wait_until(lambda: self.registry.rows("g1"), 60, self.gateway.tail)
            self.assertEqual(self.made()[0], float(MESSAGES // 2))


if __name__ == "__main__":
    unittest.main()
