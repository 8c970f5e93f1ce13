#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pages of a registry over many stored hours on PostgreSQL: hours are generated in the
server, a month at a time, and the pages are asked after each.  Figures go into
docs/evidence.md by hand.

A generated summary has the columns, keys and indexes of a true one and 64 bytes in the
place of its signed bytes.  It ends before the time is over, with what it has.

usage: registry_hours.py EMGATE_REGISTRY [PROCESSES [MONTHS [MINUTES]]]
"""
import calendar
import datetime
import json
import os
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

YEAR = 2026
SECTORS = 12
SERVER = ("shared_buffers=1GB", "max_wal_size=8GB", "fsync=off", "wal_level=minimal",
          "max_wal_senders=0", "synchronous_commit=off", "maintenance_work_mem=512MB")
PAGES = {"country by year": "/v1/rollups?group=country&by=year",
         "country by month": "/v1/rollups?group=country&by=month",
         "sectors of a country by month": "/v1/rollups?group=sector&country=PK&by=month",
         "an operator's year": "/v1/rollups?group=operator&operator=OP-7&by=year",
         "an installation's days":
             "/v1/rollups?group=installation&installation=PK-7&by=day&limit=1000",
         "a week of hours": "/v1/summaries?installation=PK-7&from={y}-01-05T00:00:00Z"
                            "&to={y}-01-12T00:00:00Z&limit=168"}
NAMES = """
INSERT INTO area (country, sector, category, unit)
  SELECT 'PK', 'sector ' || s, 'category ' || s, 't' FROM generate_series(0, {s} - 1) s;
INSERT INTO installation (name, operator, country, sector)
  SELECT 'PK-' || i, 'OP-' || i / 3, 'PK', 'sector ' || i % {s}
  FROM generate_series(0, {n} - 1) i;
INSERT INTO process (installation, name, gateway, category, route, cn, unit, time_zone,
                     area)
  SELECT i.id, 'main', 'gw-' || i.id, 'category ' || (i.id - 1) % {s}, '', '', 't', 'UTC',
         1 + (i.id - 1) % {s} FROM installation i;
"""
MONTH = """
CREATE TABLE {table} (LIKE summary);
INSERT INTO {table}
  SELECT p, h * 3600000000000, 0, (h + 1) * 3600000000000, h, true, true,
         sha256((p * 10000000 + h)::text::bytea), NULL, 1 + p % 7, 1, 10, 2, 3, 1,
         decode(repeat('0f', 64), 'hex')
  FROM generate_series(1::int8, {n}) p, generate_series({first}::int8, {last} - 1) h;
ALTER TABLE {table} ADD PRIMARY KEY (process, start_ns, revision);
CREATE INDEX ON {table} (key);
ALTER TABLE {table} ADD CHECK (start_ns >= {first} * 3600000000000
                               AND start_ns < {last} * 3600000000000);
ALTER TABLE summary ATTACH PARTITION {table}
  FOR VALUES FROM ({first} * 3600000000000) TO ({last} * 3600000000000);
ANALYZE {table};
UPDATE process SET windows = windows + {hours}, summaries = summaries + {hours},
  first_start = coalesce(first_start, {first} * 3600000000000),
  last_start = ({last} - 1) * 3600000000000, last_end = {last} * 3600000000000;
"""
# Sums of n hours: whole, part of 2^60, known; what an hour has is above.
SUMS = "ARRAY[{d}, 0, {n}, {n}, 0, {n}, 10 * {n}, 0, {n}, 2 * {n}, 0, {n}, 3 * {n}, 0," \
       " {n}, {n}, 0, {n}]"
ADD = "ON CONFLICT ({key}) DO UPDATE SET windows = t.windows + excluded.windows," \
      " complete = t.complete + excluded.complete," \
      " sums = registry_add(t.sums, excluded.sums);"


def totals(period, label, hours):
    """The statements that add so many hours of every process to a label."""
    one = SUMS.format(d=f"{hours} * (1 + p.id % 7)", n=f"{hours}::int8")
    area = SUMS.format(d=f"{hours} * sum(1 + p.id % 7)::int8",
                       n=f"({hours} * count(*))::int8")
    return (f"INSERT INTO total AS t SELECT p.id, {period}, '{label}', {hours}, {hours},"
            f" {one} FROM process p " + ADD.format(key="owner, period, label") +
            f"INSERT INTO area_total AS t SELECT p.area, {period}, '{label}',"
            f" {hours} * count(*), {hours} * count(*), {area} FROM process p"
            " GROUP BY p.area " + ADD.format(key="period, label, owner"))


def add_month(cluster, processes, month):
    days = calendar.monthrange(YEAR, month)[1]
    begin = datetime.datetime(YEAR, month, 1, tzinfo=datetime.timezone.utc)
    first = int(begin.timestamp()) // 3600
    cluster.ask(MONTH.format(table=f"hours_{YEAR}_{month:02}", n=processes, first=first,
                             last=first + 24 * days, hours=24 * days))
    statements = [totals(1, f"{YEAR}-{month:02}-{day:02}", 24)
                  for day in range(1, days + 1)]
    statements += [totals(2, f"{YEAR}-{month:02}", 24 * days),
                   totals(3, f"{YEAR}", 24 * days)]
    cluster.ask("".join(statements))
    return processes * 24 * days


def ask(url):
    with urllib.request.urlopen(url, timeout=120) as answer:
        return answer.read()


def time_of_pages(url):
    out = {}
    for name, page in PAGES.items():
        times = []
        for _ in range(9):
            before = time.perf_counter()
            ask(url + page.format(y=YEAR))
            times.append((time.perf_counter() - before) * 1000)
        out[name] = {"median_ms": round(statistics.median(times), 1),
                     "max_ms": round(max(times), 1)}
    return out


def check(cluster, url, hours):
    """The page says what the hours sum up to."""
    rows = json.loads(ask(url + "/v1/rollups?group=country&by=year"))["items"]
    assert sum(row["windows"] for row in rows) == hours, rows
    per_process = int(cluster.ask("SELECT sum(direct) FROM summary WHERE process = 5"))
    row = json.loads(ask(url + "/v1/totals?installation=PK-4&by=year"))["items"][0]
    assert row["direct_t"] == per_process, (row, per_process)


def main(registry, processes="5708", months="12", minutes="45"):
    processes = int(processes)
    end = time.monotonic() + 60 * float(minutes)
    with tempfile.TemporaryDirectory(prefix="emgate-registry-hours-") as folder:
        cluster = Cluster(SERVER)
        with open(folder + "/registry.yaml", "w", encoding="ascii") as out:
            out.write("registry:\n  id: hours\n  listen: 127.0.0.1:0\n"
                      f"  store: '{cluster.uri()}'\n  signing_key: {folder}/key\n"
                      "  log_level: warn\ngateways: []\n")
        process = subprocess.Popen([registry, "run", "-c", folder + "/registry.yaml"],
                                   stdout=subprocess.PIPE)
        try:
            url = process.stdout.readline().decode().split()[-1]
            cluster.ask(NAMES.format(n=processes, s=SECTORS))
            hours, took = 0, 0
            for month in range(1, int(months) + 1):
                if time.monotonic() + 1.2 * took > end:
                    break
                before = time.monotonic()
                hours += add_month(cluster, processes, month)
                took = time.monotonic() - before
                check(cluster, url, hours)
                size = int(cluster.ask("SELECT pg_database_size(current_database())"))
                print(json.dumps({"hours": hours, "load_s": round(took, 1),
                                  "bytes_per_hour": round(size / hours),
                                  "pages": time_of_pages(url)}), flush=True)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
            cluster.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
