#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Payloads made to exhaust: packed a thousandfold, nested a million deep, with lengths
that promise more than there is, with 100,000 metrics.  Each costs a bounded time and one
dead letter, memory stays bounded, and the good message behind it is taken."""
import gzip
import json
import os
import sys
import time
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../connect"))
from connect_rig import ConnectRig, Publisher, wait_until  # noqa: E402

INPUTS = """inputs:
  - {topic: "spBv1.0/#", adapter: sparkplug}
  - {topic: kepware, preset: kepware}
  - {topic: homie/#, preset: homie-5}
  - {topic: senml/#, adapter: senml}
  - {topic: influx, adapter: influx}
  - {topic: csv, adapter: csv, columns: [a, b], metrics: {a: t, b: t}}
  - {topic: hj212, adapter: hj212}
  - {topic: emgate/v1/+/telemetry, adapter: native}
"""
MANY = 100000
SECONDS = 10  # that one may take, on a machine that does other things beside
MEBIBYTES = 600  # that the process may ever hold
SPARKPLUG = "spBv1.0/g/NDATA/n"
BIRTH = "spBv1.0/g/NBIRTH/n"
GOOD = json.dumps({"timestamp": 1784102400000, "values": [
    {"id": "Plant.Belt.total", "v": 1, "q": True, "t": 1784102400000}]}).encode()


def varint(value):
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def packed(body):
    """A compressed Sparkplug payload."""
    return field(4, b"SPBV1.0_COMPRESSED") + field(5, body)


def zeros(mebibytes, wbits):
    squeeze = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join([squeeze.compress(bytes(1 << 20)) for _ in range(mebibytes)] +
                    [squeeze.flush()])


def metric(i):
    return field(2, field(1, b"m%d" % i) + b"\x20\x0a" + b"\x69" + bytes(8))


def templates(depth):
    inner = field(1, b"leaf")
    for _ in range(depth):
        inner = field(1, b"n") + field(18, field(2, inner))
    return field(2, inner)


def bombs():
    """name: topic, payload."""
    values = [{"id": f"A.B.t{i}", "v": i, "q": True} for i in range(MANY)]
    inner = field(4, b"SPBV1.0_COMPRESSED") + field(5, zeros(32, 31))
    return {
        "gzip of zeros": (SPARKPLUG, packed(zeros(64, 31))),
        "zlib of zeros": (BIRTH, packed(zeros(64, 15))),
        "gzip in gzip": (BIRTH, packed(gzip.compress(inner))),
        "brackets": ("kepware", b"[" * 1000000),
        "objects": ("kepware", b'{"a":' * 200000),
        "description": ("homie/5/d/$description", b'{"nodes":' * 200000),
        "templates": (BIRTH, templates(3000)),
        "cbor arrays": ("senml/cbor", b"\x81" * 1000000),
        "length of a field": (BIRTH, b"\x12" + varint(2**63 - 1) + b"x"),
        "length of a native field": ("emgate/v1/d/telemetry", b"\n" + varint(2**35)),
        "cbor array of 2^60": ("senml/cbor", b"\x9b\x10" + bytes(7)),
        "hj212 length": ("hj212", b"##9999QN=1;CP=&&&&0000\r\n"),
        "metrics": (BIRTH, b"".join(metric(i) for i in range(MANY))),
        "json values": ("kepware", json.dumps({"values": values}).encode()),
        "json keys": ("kepware", json.dumps({f"k{i}": i for i in range(MANY)}).encode()),
        "records": ("senml/x", json.dumps(
            [{"n": f"m{i}", "v": i} for i in range(MANY)]).encode()),
        "fields": ("influx",
                   ("m " + ",".join(f"f{i}={i}" for i in range(MANY))).encode()),
        "cells": ("csv", ("1," * MANY + "1\n").encode()),
    }


class BombsTest(unittest.TestCase):
    def most_memory(self, gateway):
        with open(f"/proc/{gateway.process.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) // 1024
        return 0

    def test_each_costs_a_bounded_time_and_one_dead_letter(self):
        slowest = ("", 0)
        with ConnectRig() as rig:
            broker = rig.broker("message_size_limit 268435455")
            gateway = rig.small_gateway("g1", broker.port, INPUTS)
            with open(gateway.conf, encoding="utf-8") as conf:
                text = conf.read()
            gateway.write(text.replace("device: belt-1, metric: belt.total",
                                       "device: Plant.Belt, metric: total"))
            gateway.start()
            before = gateway.check_sum()
            with Publisher(broker.port, "bombs") as publisher:
                for name, (topic, payload) in bombs().items():
                    began = time.monotonic()
                    publisher.publish(topic, payload)
                    publisher.publish("kepware", GOOD)
                    after = wait_until(
                        lambda b=before: (c := gateway.check_sum())["messages"]
                        >= b["messages"] + 2 and c, 60, name)
                    took = time.monotonic() - began
                    slowest = max(slowest, (name, took), key=lambda pair: pair[1])
                    with self.subTest(name):
                        bad = {k: after[k] - before[k]
                               for k in ("messages", "rejected", "partial", "accepted")}
                        self.assertEqual(bad, {"messages": 2, "rejected": 1, "partial": 0,
                                               "accepted": 1}, after["reasons"])
                        self.assertLess(took, SECONDS)
                    before = after
            letters = wait_until(
                lambda: gateway.status()["outbox"]["dead_letters"] >= len(bombs()) and
                gateway.status()["outbox"]["dead_letters"], 30, "dead letters are stored")
            self.assertEqual(letters, len(bombs()))
            memory = self.most_memory(gateway)
            self.assertLess(memory, MEBIBYTES)
            print(f"{letters} bombs, slowest '{slowest[0]}' {slowest[1]:.2f} s, "
                  f"{memory} MiB at most: {before['reasons']}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
