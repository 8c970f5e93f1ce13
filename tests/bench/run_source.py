#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Messages a second into the source, as a ratio to a subscriber that only counts.

    tests/bench/run_source.py [--build DIR] [--count N] [--size BYTES] [--rounds N]

One mosquitto with the shipped configuration, one publisher that saturates it, one
subscriber after the other; the subscribers of a round run one after the other, so that
they share what else the machine does.  Prints medians; rates compare within a run only.
CPU a message is the subscriber's and the broker's, user and system.
"""
import argparse
import os
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUBSCRIBERS = (
    ("counter", "only counts, plain socket"),
    ("paho", "only counts, stock Paho"),
    ("none", "our source, nothing stored"),
    ("interval", "our source and journal, sync each second"),
    ("always", "our source and journal, sync each commit"),
)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_broker(directory, port):
    shipped = os.path.join(ROOT, "config/mosquitto/emgate.conf")
    with open(shipped, encoding="utf-8") as f:
        lines = [line for line in f
                 if not line.startswith(("listener ", "persistence_location "))]
    conf = os.path.join(directory, "mosquitto.conf")
    with open(conf, "w", encoding="utf-8") as f:
        f.writelines(lines)
        f.write(f"listener {port} 127.0.0.1\nallow_anonymous true\n"
                f"persistence_location {directory}/\nuser root\n")
    broker = subprocess.Popen(["/usr/sbin/mosquitto", "-c", conf],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return broker
        except OSError:
            time.sleep(0.01)
    raise SystemExit("mosquitto does not start")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def command(name, options, port, directory):
    binaries = os.path.join(options.build, "bin")
    count = str(options.count)
    if name == "counter":
        return [f"{binaries}/bench_counter", str(port), count, "1"]
    if name == "paho":
        return [f"{binaries}/bench_counter_paho", str(port), count, "1"]
    return [f"{binaries}/source_subscriber", str(port), directory, name, count]


def measure(name, options):
    """One broker, one subscriber, one publisher: rate, CPU of subscriber and broker."""
    directory = tempfile.mkdtemp(prefix="emgate-bench-", dir=options.directory)
    port = free_port()
    broker = start_broker(directory, port)
    try:
        journal = os.path.join(directory, "journal")
        subscriber = subprocess.Popen(command(name, options, port, journal),
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                      text=True)
        time.sleep(1.0)  # its subscription stands
        before = cpu_s(broker.pid)
        subprocess.run([f"{options.build}/bin/bench_publisher", str(port),
                        str(options.count), str(options.size), "1"], check=True)
        text, _ = subscriber.communicate(timeout=300)
        count, seconds, cpu = (float(word) for word in text.splitlines()[-1].split())
        spent = cpu_s(broker.pid) - before
        return count / seconds, cpu / count * 1e6, spent / count * 1e6
    finally:
        broker.send_signal(signal.SIGKILL)
        broker.wait()
        shutil.rmtree(directory)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=os.path.join(ROOT, "build"))
    parser.add_argument("--directory", default="/var/tmp", help="a real disk")
    parser.add_argument("--count", type=int, default=200000)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    results = {name: [] for name, _ in SUBSCRIBERS}
    for _ in range(options.rounds):
        for name, _ in SUBSCRIBERS:
            results[name].append(measure(name, options))
    print(f"{options.count} messages of {options.size} bytes at QoS 1, "
          f"median of {options.rounds} rounds")
    print(f"{'subscriber':44} {'msg/s':>8} {'ratio':>6} {'CPU us':>7} {'broker us':>9}")
    reference = statistics.median(rate for rate, _, _ in results["counter"])
    for name, words in SUBSCRIBERS:
        rate, cpu, broker = (statistics.median(column) for column in zip(*results[name]))
        print(f"{words:44} {rate:8.0f} {rate / reference:6.2f} {cpu:7.1f} {broker:9.1f}")


if __name__ == "__main__":
    main()
