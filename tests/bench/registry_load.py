#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Gateways that catch up into one registry: the rate, the latency, the size of a summary
and the time of a country's yearly page.  Figures go into docs/scaling.md by hand.

usage: registry_load.py REGISTRY_LOAD EMGATE_REGISTRY sqlite|postgres
                        [GATEWAYS [HOURS [BATCH [CONNECTIONS]]]]
"""
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "lib"))
# pylint: disable=wrong-import-position
from postgres_cluster import Cluster

PAGES = ("/v1/rollups?group=country&by=year",
         "/v1/rollups?group=sector&country=PK&by=month",
         "/v1/rollups?group=operator&by=year&limit=1000", "/v1/processes?limit=100")
# A server for a machine of this size; what is durable stays durable.
SERVER = ("shared_buffers=1GB", "max_wal_size=8GB", "checkpoint_timeout=15min",
          "wal_compression=off")


def size_of(folder, cluster):
    if cluster:
        return int(cluster.ask("SELECT pg_database_size(current_database())"))
    return sum(os.path.getsize(os.path.join(folder, name))
               for name in os.listdir(folder) if name.startswith("registry.db"))


def time_of_pages(url):
    out = {}
    for page in PAGES:
        times = []
        for _ in range(7):
            before = time.perf_counter()
            with urllib.request.urlopen(url + page, timeout=60) as answer:
                answer.read()
            times.append((time.perf_counter() - before) * 1000)
        out[page] = round(statistics.median(times), 1)
    return out


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def server_cpu_seconds(cluster):
    """Of PostgreSQL's processes that live, its postmaster included."""
    if not cluster:
        return 0
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(cluster.process.pid)],
                              capture_output=True, text=True, check=True).stdout
    return sum(map(cpu_seconds, [cluster.process.pid, *map(int, children.split())]))


def main(load, registry, kind, gateways="1000", hours="168", batch="168",
         connections="8"):
    folder = tempfile.mkdtemp(prefix="emgate-registry-load-")
    cluster = Cluster(SERVER) if kind == "postgres" else None
    store = cluster.uri() if cluster else folder + "/registry.db"
    process = None
    try:
        with open(folder + "/registry.yaml", "w", encoding="ascii") as out:
            out.write("registry:\n  id: load\n  listen: 127.0.0.1:0\n"
                      f"  store: '{store}'\n  signing_key: {folder}/key\n"
                      "  threads: 16\n  log_level: warn\n")
            out.flush()
            subprocess.run([load, "enrol", gateways], stdout=out, check=True)
        subprocess.run([load, "make", folder + "/load", gateways, hours, batch],
                       check=True)
        process = subprocess.Popen([registry, "run", "-c", folder + "/registry.yaml"],
                                   stdout=subprocess.PIPE)
        url = process.stdout.readline().decode().split()[-1]
        sent = subprocess.run([load, "send", folder + "/load", url.rsplit(":", 1)[1],
                               connections], capture_output=True, text=True, check=False)
        figures = json.loads(sent.stdout)
        figures["registry_cpu_us_per_summary"] = round(
            cpu_seconds(process.pid) * 1e6 / figures["summaries"], 1)
        figures["server_cpu_us_per_summary"] = round(
            server_cpu_seconds(cluster) * 1e6 / figures["summaries"], 1)
        figures["stored_bytes_per_summary"] = round(
            size_of(folder, cluster) / figures["summaries"])
        figures["page_ms"] = time_of_pages(url)
        print(json.dumps({"store": kind, "gateways": int(gateways), **figures}, indent=1))
        return sent.returncode
    finally:
        if process:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        if cluster:
            cluster.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
