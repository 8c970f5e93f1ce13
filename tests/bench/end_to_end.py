#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages a second from the broker to summaries in the registry, as a ratio to a
subscriber that only counts.

    tests/bench/end_to_end.py [--build DIR] [--hours N] [--rounds N] [--perf]

One mosquitto with the shipped configuration and one publisher that saturates it, for each
subscriber of a round in turn: the counter, then the gateway with a registry behind it.
The messages are days of the plant of the whole-system tests.  Prints medians; rates
compare within a run only.  CPU a message is user and system, from /proc; the gateway's
also by thread.  --perf shows the gateway's busiest functions.
"""
import argparse
import os
import re
import socket
import statistics
import struct
import subprocess
import sys
import time

LIB = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib")
sys.path.insert(0, LIB)
import plant_rig  # noqa: E402
from mqtt_publisher import Publisher, length, text  # noqa: E402
from plant_rig import Rig, wait_until  # noqa: E402
from telemetry_writer import batch, reading, topic  # noqa: E402

WINDOW = 2000  # messages that are not acknowledged
CHUNK = 200
TICK = os.sysconf("SC_CLK_TCK")
POINT = re.compile(r"\{id: (\w+), +device: ([\w-]+), +metric: (\w+), +kind: (\w+),")
FILTER = "emgate/v1/+/telemetry"


def devices():
    """device: its metrics with kind and value or growth a minute."""
    with open(plant_rig.PLANT, encoding="utf-8") as source:
        lines = source.read()
    bases = dict(re.findall(r"  (\w+): +\{base: ([\d.]+)", lines))
    found = {}
    for name, device, metric, kind in POINT.findall(lines):
        found.setdefault(device, []).append((metric, kind, float(bases[name])))
    return found


def packets(hours):
    """Whole PUBLISH packets, a minute of a device each, in order of time."""
    out = []
    start = (int(time.time()) // 3600 - hours) * 3600000
    for minute in range(hours * 60 + 3):
        for device, metrics in devices_of_plant.items():
            readings = [reading(metric, base * minute / 60 if kind == "counter" else base)
                        for metric, kind, base in metrics]
            payload = batch(device, start + minute * 60000, readings, 5, minute + 1)
            body = (text(topic(device)) + struct.pack(">H", len(out) % 60000 + 1) +
                    payload)
            out.append(b"\x32" + length(len(body)) + body)
    return out


devices_of_plant = devices()


def publish(port, messages):
    """As fast as the broker acknowledges; the time it took."""
    publisher = Publisher(port, "bench-publisher")
    publisher.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    began = time.monotonic()
    acknowledged = sent = 0  # a PUBACK is four bytes
    while acknowledged < 4 * len(messages):
        if sent < len(messages) and sent - acknowledged // 4 <= WINDOW - CHUNK:
            publisher.socket.sendall(b"".join(messages[sent:sent + CHUNK]))
            sent += CHUNK
        else:
            data = publisher.socket.recv(1 << 16)
            assert data
            acknowledged += len(data)
    publisher.socket.close()
    return time.monotonic() - began


def hours_in(messages):
    return len(messages) // len(devices_of_plant) // 60


def cpu_s(path):
    with open(path, encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def threads_s(pid):
    """CPU seconds by thread, busiest first."""
    folder = f"/proc/{pid}/task"
    return sorted((cpu_s(f"{folder}/{tid}/stat") for tid in os.listdir(folder)),
                  reverse=True)


def count_only(messages):
    with Rig() as rig:
        broker = rig.broker()
        counter = subprocess.Popen(
            [os.path.join(plant_rig.BIN, "bench_counter"), str(broker.port),
             str(len(messages)), "1", FILTER], stdout=subprocess.PIPE, text=True)
        wait_until(lambda: "bench-counter" in broker.tail(), 10, broker.tail)
        before = cpu_s(f"/proc/{broker.process.pid}/stat")
        publish(broker.port, messages)
        line, _ = counter.communicate(timeout=300)
        count, seconds, cpu = (float(word) for word in line.split())
        spent = cpu_s(f"/proc/{broker.process.pid}/stat") - before
        return {"stored": count / seconds, "cpu": cpu / count * 1e6,
                "broker": spent / count * 1e6}


def start_perf(pid, folder):
    return subprocess.Popen(["perf", "record", "-q", "-g", "-p", str(pid), "-o",
                             os.path.join(folder, "perf.data")],
                            stderr=subprocess.DEVNULL)


def show_perf(perf, folder):
    perf.terminate()
    perf.wait()
    done = subprocess.run(["perf", "report", "--stdio", "--no-children", "-g", "none",
                           "-i", os.path.join(folder, "perf.data")],
                          capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "%" in line][:25]
    print("\n".join(lines) or "perf: " + done.stderr[-300:])


def gateway_with_registry(messages, perf=False):
    count = len(messages)
    with Rig() as rig:
        broker = rig.broker()
        registry = rig.registry()
        gateway = rig.gateway("g1", broker.port, registry.port)
        gateway.start()
        pid = gateway.process.pid
        before = cpu_s(f"/proc/{broker.process.pid}/stat")
        started = cpu_s(f"/proc/{pid}/stat")
        recorder = start_perf(pid, rig.folder) if perf else None
        began = time.monotonic()
        publish(broker.port, messages)
        wait_until(lambda: gateway.status()["brokers"][0]["messages"] >= count and
                   gateway.status()["brokers"][0]["unacknowledged"] == 0, 120, "stored")
        stored = time.monotonic() - began
        gateway.wait_quiet(count, 120)
        through = time.monotonic() - began
        if recorder:
            show_perf(recorder, rig.folder)
        windows = len(registry.rows("g1"))
        assert windows >= 3 * hours_in(messages), windows
        return {"stored": count / stored, "through": count / through, "windows": windows,
                "cpu": (cpu_s(f"/proc/{pid}/stat") - started) / count * 1e6,
                "threads": [s / count * 1e6 for s in threads_s(pid)],
                "broker": (cpu_s(f"/proc/{broker.process.pid}/stat") - before) /
                count * 1e6}


def median(results, key):
    return statistics.median(result[key] for result in results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(plant_rig.ROOT, "build"))
    parser.add_argument("--hours", type=int, default=72)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--perf", action="store_true")
    options = parser.parse_args()
    plant_rig.BIN = os.path.join(options.build, "bin")
    messages = packets(options.hours)
    size = sum(map(len, messages)) / len(messages)
    readings = sum(len(m) for m in devices_of_plant.values()) / len(devices_of_plant)
    counted, through = [], []
    for _ in range(options.rounds):
        counted.append(count_only(messages))
        through.append(gateway_with_registry(messages))
    print(f"{len(messages)} messages of {size:.0f} bytes and {readings:.1f} readings at "
          f"QoS 1, median of {options.rounds} rounds")
    reference = median(counted, "stored")
    print(f"{'':34} {'msg/s':>8} {'ratio':>6} {'CPU us':>7} {'broker us':>9}")
    for name, results, key in (("counter", counted, "stored"),
                               ("gateway, stored and acknowledged", through, "stored"),
                               ("gateway, summaries in registry", through, "through")):
        rate = median(results, key)
        print(f"{name:34} {rate:8.0f} {rate / reference:6.2f} "
              f"{median(results, 'cpu'):7.1f} {median(results, 'broker'):9.1f}")
    busiest = " ".join(f"{us:.1f}" for us in through[-1]["threads"][:5])
    print(f"{median(through, 'windows'):.0f} windows; gateway's threads, us a message: "
          f"{busiest}")
    if options.perf:
        gateway_with_registry(messages, True)


if __name__ == "__main__":
    main()
