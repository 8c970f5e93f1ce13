#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole daemon against a broker that speaks rubbish, and both HTTP servers against
clients that do: changed payloads of every format, packets that are no MQTT, requests that
are no HTTP.  Each program stays up, answers, and ends cleanly; a good message behind it
all is counted.

EMGATE_SECONDS=N: so long for each of the three (2); EMGATE_SEED=N: another run.
"""
import glob
import http.client
import os
import random
import socket
import struct
import sys
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "../../lib"), os.path.join(HERE, "../connect")]
# pylint: disable=wrong-import-position
from connect_rig import ConnectRig, wait_until
from mqtt_publisher import length, text
from plant_rig import ROOT, free_port, listens
from telemetry_writer import batch, reading, topic

SECONDS = float(os.environ.get("EMGATE_SECONDS", "2"))
SEED = int(os.environ.get("EMGATE_SEED", "1"))
INPUTS = """inputs:
  - {{topic: "spBv1.0/#", adapter: sparkplug}}
  - {{topic: kepware, preset: kepware}}
  - {{topic: senml/#, adapter: senml}}
  - {{topic: influx, adapter: influx}}
  - {{topic: csv, adapter: csv, columns: [a, b], metrics: {{a: t, b: t}}}}
  - {{topic: hj212, adapter: hj212}}
  - {{topic: emgate/v1/+/telemetry, adapter: native}}
web: {{listen: "127.0.0.1:{page}"}}
"""
WINDOW = 50  # messages that may wait for their acknowledgement
TOPICS = ("spBv1.0/g/NBIRTH/n", "spBv1.0/g/NDATA/n", "spBv1.0/g/DBIRTH/n/d", "kepware",
          "senml/a", "influx", "csv", "hj212", topic("belt-1"), "emgate/v1//telemetry")
PATHS = ("/", "/v1/status", "/v1/summaries", "/v1/hours?process=mill&from=0&to=1",
         "/v1/decode", "/metrics", "/v1/checkpoints", "/v1/gateways/g1/keys")
WORDS = (b"GET", b"POST", b"HEAD", b"PUT", b"\0", b"%00", b"HTTP/1.1", b"HTTP/9.9",
         b"Content-Length: -1", b"Content-Length: 99999999999999999999",
         b"Transfer-Encoding: chunked", b"Content-Encoding: zstd",
         b"Expect: 100-continue",
         b"Cookie: emgate_session=" + b"a" * 300, b"Authorization: Bearer ", b"\r\n",
         b"Content-Type: application/json", b"Content-Type: application/x-protobuf")


def seeds():
    paths = glob.glob(os.path.join(ROOT, "tests/vectors/**/payload.*"), recursive=True)
    paths += glob.glob(os.path.join(ROOT, "tests/fuzz/seeds/*/*"))
    found = []
    for path in sorted(paths):
        if os.path.isfile(path) and os.path.getsize(path) < 20000:
            with open(path, "rb") as source:
                found.append(source.read())
    assert len(found) > 50
    return found


class Mutator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seeds = seeds()

    def bytes(self):
        r = self.random
        data = bytearray(r.choice(self.seeds))
        for _ in range(r.randrange(6)):
            at = r.randrange(len(data) + 1)
            kind = r.randrange(5)
            if kind == 0 and data:
                data[at % len(data)] ^= 1 << r.randrange(8)
            elif kind == 1:
                del data[at:at + r.randrange(64)]
            elif kind == 2:
                data[at:at] = r.randbytes(r.randrange(16))
            elif kind == 3:
                data[at:at] = r.choice(self.seeds)[:r.randrange(512)]
            else:
                data = data[:at]
        return bytes(data)


class RubbishBroker:
    """Takes one client after the other; speaks MQTT 3.1.1 as far as it is told to."""

    def __init__(self, mutator):
        self.mutator = mutator
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(90)
        self.port = self.server.getsockname()[1]
        self.acks = threading.Semaphore(WINDOW)
        self.subscribed = threading.Event()
        self.next_id = 0

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.client.recv(count - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def read(self):
        kind, size, shift = self.take(1)[0], 0, 0
        while True:
            byte = self.take(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return kind >> 4, self.take(size)

    def answer(self):
        """As a broker does, until the connection ends."""
        acks = self.acks
        try:
            while True:
                kind, body = self.read()
                if kind == 8:
                    count, at = 0, 2
                    while at < len(body):
                        at += 3 + struct.unpack_from(">H", body, at)[0]
                        count += 1
                    self.client.sendall(b"\x90" + length(2 + count) + body[:2] +
                                        b"\1" * count)
                    self.subscribed.set()
                elif kind == 4:
                    acks.release()
                elif kind == 12:
                    self.client.sendall(b"\xd0\0")
        except OSError:
            pass

    def accept(self, connack=b"\x20\2\0\0"):
        while True:
            self.client, _ = self.server.accept()
            self.subscribed.clear()
            self.acks = threading.Semaphore(WINDOW)
            try:
                _, body = self.read()
                self.client.sendall(connack)
            except OSError:
                continue
            if body[6] == 4:
                threading.Thread(target=self.answer, daemon=True).start()
                return
            self.client.close()

    def publish(self, name, payload):
        self.next_id = self.next_id % 65535 + 1
        body = text(name) + struct.pack(">H", self.next_id) + payload
        self.client.sendall(b"\x32" + length(len(body)) + body)
        assert self.acks.acquire(timeout=60), "a message was never acknowledged"


class FuzzTest(unittest.TestCase):
    def start(self, rig):
        broker = RubbishBroker(Mutator(SEED))
        self.page = free_port()
        gateway = rig.small_gateway("g1", broker.port, INPUTS.format(page=self.page))
        with open(gateway.conf, encoding="utf-8") as source:
            config = source.read()
        gateway.write(config.replace("client_id: g1}", "client_id: g1, "
                                     "protocol: '3.1.1'}").replace(
                                         "quota: 64MiB", "quota: 2GiB"))
        gateway.spawn()
        return broker, gateway

    def good(self, broker, gateway, sequence):
        before = gateway.counts()["accepted"]
        broker.publish(topic("belt-1"), batch(
            "belt-1", int(time.time() * 1000), [reading("belt.total", 1.0, "t")],
            int(time.time()), sequence))
        wait_until(lambda: gateway.counts()["accepted"] > before, 60, gateway.tail)

    def test_payloads_and_packets(self):
        with ConnectRig() as rig:
            broker, gateway = self.start(rig)
            r = broker.mutator.random
            broker.accept()
            self.assertTrue(broker.subscribed.wait(60), gateway.tail())
            count, end = 0, time.monotonic() + SECONDS
            while time.monotonic() < end or count < 200:
                broker.publish(r.choice(TOPICS), broker.mutator.bytes())
                count += 1
            wait_until(lambda: sum(gateway.counts().get(name, 0) for name in (
                "accepted", "accepted_empty", "partial", "rejected")) >= count, 60,
                gateway.tail)
            self.good(broker, gateway, 1)
            # Each of these ends the connection; the wait for the next one grows.
            rounds = 1 if SECONDS < 10 else 8
            for _ in range(rounds):
                for _ in range(r.randrange(1, 20)):
                    try:
                        broker.client.sendall(r.choice((
                            r.randbytes(r.randrange(1, 300)),
                            bytes([r.randrange(256)]) + b"\xff\xff\xff\xff\x7f",
                            b"\x32\2\xff\xff", b"\x30\0", b"\x40\1\0", b"\x90\2\0\1")))
                    except OSError:
                        break
                broker.client.close()
                broker.accept(r.choice((b"\x20\2\0\0", b"\x20\2\0\5", b"\x20\2\1\0")))
            broker.client.close()
            broker.accept()
            self.assertTrue(broker.subscribed.wait(60), gateway.tail())
            self.good(broker, gateway, 2)
            gateway.check_sum()
            self.assertEqual(gateway.end(), 0, gateway.tail())
            print(f"seed {SEED}: {count} payloads, {rounds} broken connections")

    def hit(self, port, mutator):
        r = mutator.random
        line = r.choice(WORDS[:4]) + b" " + r.choice(PATHS).encode() + b" HTTP/1.1\r\n"
        line += b"".join(r.choice(WORDS) + b"\r\n" for _ in range(r.randrange(6)))
        data = bytearray(line + b"\r\n" + mutator.bytes())
        for _ in range(r.randrange(4)):
            data[r.randrange(len(data))] = r.randrange(256)
        with socket.create_connection(("127.0.0.1", port), 20) as plain:
            plain.settimeout(0.05)
            try:
                plain.sendall(data)
                plain.recv(4096)
            except OSError:
                pass

    def fuzz_http(self, port, healthy):
        mutator, count = Mutator(SEED), 0
        end = time.monotonic() + SECONDS
        while time.monotonic() < end or count < 50:
            self.hit(port, mutator)
            count += 1
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/healthz")
        self.assertEqual(connection.getresponse().status, 200)
        connection.close()
        self.assertTrue(healthy())
        return count

    def test_requests_to_the_page(self):
        with ConnectRig() as rig:
            broker, gateway = self.start(rig)
            broker.accept()
            wait_until(lambda: listens(self.page), 60, gateway.tail)
            count = self.fuzz_http(self.page, gateway.alive)
            self.assertEqual(gateway.end(), 0, gateway.tail())
            print(f"seed {SEED}: {count} requests to the page")

    def test_requests_to_the_registry(self):
        with ConnectRig() as rig:
            registry = rig.registry()
            count = self.fuzz_http(registry.port, registry.alive)
            self.assertEqual(registry.end(), 0, registry.tail())
            print(f"seed {SEED}: {count} requests to the registry")


if __name__ == "__main__":
    unittest.main()
