#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A cement works that counts the clinker contained in two cements, one by a laboratory's
values by date and one by an analyser, and whose kiln gas is filled in by a balance of two
other meters, through broker, gateway and registry.  Every hour is calculated here a
second time; the report is compared as JSON, CSV and workbook.  The gateway is killed
before the late data come, and a replay of its journal gives the same bytes.

    goods_test.py EMGATE EMGATE-REGISTRY
"""
import datetime
import json
import math
import os
import random
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests/lib"))
from mqtt_publisher import Publisher  # noqa: E402  (after the path)
from plant import Plant  # noqa: E402
from truth_check import LIMIT, off  # noqa: E402
from xlsx_check import Check  # noqa: E402

HOURS = 12
FACTOR = 38.0 / 1000 * 56.1         # t CO2 a 1000 Nm3
CONFIG = """gateway: {id: test-01, state: STATE, version: "1"}
brokers:
  - {name: plant, uri: "mqtt://127.0.0.1:MQTT", client_id: emgate-test-01}
inputs:
  - topic: emgate/v1/+/telemetry
    adapter: csv
    columns: [time, name, value]
    time: time
    device: "{topic.2}"
    metric: "{name}"
    value: value
installation:
  id: PK-TST-0001
  name: Two cements
  sector: cement
  country: PK
  time_zone: UTC
  operator: {id: OP-0001, name: Test Ltd}
windows: {length: 1h, skew: 5s, lateness: 10s, idle: 1d, settle: 2s, amend_until: 400d}
sinks:
  - {id: registry, sink: http, url: "http://127.0.0.1:API/v1/summaries"}
web: {listen: "127.0.0.1:PAGE"}
points:
  - {id: works_gas, device: works, metric: works, kind: rate, unit: Nm3/h, interval: 60s,
     max_gap: 60s, uncertainty: 1 %}
  - {id: boiler_gas, device: works, metric: boiler, kind: rate, unit: Nm3/h,
     interval: 60s, max_gap: 60s, uncertainty: 2 %}
  - {id: kiln_gas, device: works, metric: kiln, kind: rate, unit: kNm3/h, interval: 60s,
     max_gap: 60s, uncertainty: 1.5 %, substitute: balance,
     balance: [{point: works_gas}, {point: boiler_gas, sign: -1}]}
  - {id: clinker, device: works, metric: clinker, kind: amount, unit: t}
  - {id: cem1, device: works, metric: cem1, kind: amount, unit: t}
  - {id: cem2, device: works, metric: cem2, kind: amount, unit: t}
  - {id: analyser, device: works, metric: share, kind: gauge, unit: "%", interval: 60s,
     max_gap: 60s}
processes:
  - id: kiln
    category: cement_clinker
    cn: "2523 10 00"
    activity: [{point: clinker}]
    streams:
      - id: gas
        method: combustion
        inputs:
          fuel_quantity: {point: kiln_gas}
          ncv: {value: 38 GJ/1000 Nm3, source: test}
          emission_factor: {value: 56.1 t CO2/TJ, source: test}
  - id: mill
    category: cement
    goods:
      - {id: cem1, name: CEM I, cn: "2523 29 00", parameters: {clinker_ratio: LAB}}
      - {id: cem2, name: CEM II, cn: "2523 90 00"}
    activity:
      - {point: cem1, good: cem1, content: LAB}
      - {point: cem2, good: cem2, content: {point: analyser}}
    streams:
      - id: clinker
        method: precursor_own
        precursor: {process: kiln}
        inputs: {mass: {point: clinker}}
"""


class Hour:
    """What happens in an hour: lists of 60 for meters, None where nothing is said."""

    def __init__(self, number, chance):
        self.works = [chance.uniform(5000, 6000) for _ in range(60)]
        self.boiler = [chance.uniform(800, 900) for _ in range(60)]
        self.kiln = [(w - b) / 1000 * chance.uniform(0.99, 1.01)
                     for w, b in zip(self.works, self.boiler)]
        self.share = [chance.uniform(70, 72) for _ in range(60)]
        self.clinker = 100.0 + number
        self.cem1, self.cem2 = chance.uniform(50, 60), chance.uniform(40, 50)
        self.lab = 0.93 if number < HOURS // 2 else 0.95
        self.late = False


def make_hours():
    chance = random.Random(20)
    hours = [Hour(n, chance) for n in range(HOURS)]
    for minute in range(40, 60):                # 40 of 60: balanced
        hours[2].kiln[minute] = None
    hours[3].kiln = [None] * 60                 # nothing: balanced
    hours[5].kiln = [None] * 60                 # the boiler's meter is silent too:
    hours[5].boiler = [None] * 60               # nothing stands in
    hours[7].late = True                        # balanced, and made again
    for minute in range(30, 33):                # 57 of 60: valid as it is
        hours[8].kiln[minute] = None
    return hours


def mean(values):
    there = [v for v in values if v is not None]
    return math.fsum(there) / len(there) if there else None


def expected(hour, late_is_there):
    """State of the kiln's gas, t CO2 of the kiln (None: not known), t clinker."""
    count = sum(v is not None for v in hour.kiln)
    state, gas = "valid", mean(hour.kiln)
    if count < 48 or (hour.late and not late_is_there):
        state, gas = "substituted", None
        if all(v is not None for v in hour.boiler):
            gas = (mean(hour.works) - mean(hour.boiler)) / 1000
        else:
            state = "missing"
    contained = hour.cem1 * hour.lab + hour.cem2 * mean(hour.share) / 100
    return {"state": state, "co2": None if gas is None else gas * FACTOR,
            "contained": contained}


def rows_of(hour, first, names):
    rows = []
    for name in names:
        for minute, value in enumerate(getattr(hour, name)):
            if value is not None:
                at = first + datetime.timedelta(minutes=minute)
                rows.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{name},{value!r}")
    return rows


def publish(plant, hours, first):
    """An hour a message, and one behind the last, which closes it."""
    with Publisher(plant.mqtt, "works") as publisher:
        for number, hour in enumerate(hours + [Hour(HOURS, random.Random(1))]):
            start = first + datetime.timedelta(hours=number)
            meters = ("works", "boiler", "share") + (() if hour.late else ("kiln",))
            rows = rows_of(hour, start, meters)
            rows += [f"{start:%Y-%m-%dT%H:%M:30Z},{name},{getattr(hour, name)!r}"
                     for name in ("clinker", "cem1", "cem2")]
            publisher.publish("emgate/v1/works/telemetry", "\n".join(rows).encode())


def publish_late(plant, hours, first):
    with Publisher(plant.mqtt, "later") as publisher:
        for number, hour in enumerate(hours):
            if hour.late:
                rows = rows_of(hour, first + datetime.timedelta(hours=number), ("kiln",))
                publisher.publish("emgate/v1/works/telemetry", "\n".join(rows).encode())


def latest(plant):
    found = {}
    for row in plant.items("/v1/summaries?limit=1000"):
        place = (row["process"], row["window_start"])
        if place not in found or row["revision"] > found[place]["revision"]:
            found[place] = row
    return found


def wait_for(plant, hours, first, late_is_there):
    """Until every hour in the registry is the expected one."""
    deadline = time.monotonic() + 60
    while True:
        found, wrong = latest(plant), []
        for number, hour in enumerate(hours):
            at = f"{first + datetime.timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}"
            answer = expected(hour, late_is_there)
            kiln, mill = found.get(("kiln", at)), found.get(("mill", at))
            if not kiln or not mill:
                wrong.append(f"{at}: not there")
                continue
            if answer["co2"] is None:
                good = "direct_t" not in kiln or kiln["direct_t"] is None
            else:
                good = off(kiln.get("direct_t") or 0, answer["co2"]) < LIMIT
            # Hours beside a late one may be made again with the same value.
            good = good and kiln["revision"] >= int(hour.late and late_is_there)
            good = good and off(mill["activity"], answer["contained"]) < LIMIT
            if not good:
                wrong.append(f"{at}: {kiln} {mill} for {answer}")
        if not wrong:
            return
        assert time.monotonic() < deadline, "\n".join(wrong[:5])
        time.sleep(0.2)


def tell(plant, emgate, *words):
    return subprocess.run([emgate, *words, "-c", plant.path("gateway.yaml")],
                          capture_output=True, text=True, timeout=60, check=True).stdout


def check_explained(plant, emgate, hours, first):
    for number in (1, 2, 3, 5, 7):
        at = f"{first + datetime.timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}"
        answer = json.loads(tell(plant, emgate, "explain", "kiln", at, "--json"))
        points = {p["point"]: p for p in answer["summary"]["quality"]["points"]}
        gas = points["kiln_gas"]
        assert gas["state"] == expected(hours[number], True)["state"], (number, gas)
        rule = "balance" if gas["state"] == "substituted" else ""
        assert gas.get("substitution", "") == rule, gas
        if rule:    # its uncertainty is that of the two meters
            works, boiler = mean(hours[number].works), mean(hours[number].boiler)
            apart = math.hypot(works * 0.01, boiler * 0.02) / (works - boiler)
            assert off(gas["uncertainty"], apart) < LIMIT, (gas, apart)
    text = tell(plant, emgate, "explain", "mill", "latest")
    for words in ("good cem1, CN 2523 29 00", "clinker_ratio = 0.95 1", "of good cem2",
                  "content = 0.95 1  constant: laboratory B", "t clinker  (eq. 64, 65)"):
        assert words in text, (words, text)


def check_report(plant, emgate, hours, first):
    end = first + datetime.timedelta(hours=HOURS)
    period = ("--from", f"{first:%Y-%m-%dT%H:%M:%SZ}",
              "--to", f"{end:%Y-%m-%dT%H:%M:%SZ}")
    report = json.loads(tell(plant, emgate, "export", *period))
    mill = report["production_processes"][1]
    level = mill["activity_level"]
    assert level["unit"] == "t clinker", level
    assert off(level["exact"], math.fsum(
        expected(h, True)["contained"] for h in hours)) < LIMIT
    cem1, cem2 = mill["goods"]
    made = math.fsum(h.cem1 for h in hours)
    mean_share = math.fsum(h.cem1 * h.lab for h in hours) / made
    assert off(cem1["quantity"]["exact"], made) < LIMIT, cem1
    assert off(cem1["content"]["exact"], mean_share) < LIMIT, cem1
    ratio = cem1["sector_parameters"][0]
    assert off(ratio["value"], mean_share) < LIMIT, ratio
    assert {v["source"] for v in ratio["values"]} == {"laboratory A", "laboratory B"}
    assert cem2["cn_code"] == "2523 90 00" and not cem2["sector_parameters"], cem2
    lines = tell(plant, emgate, "export", *period, "--format", "csv").splitlines()
    fields = next(line.split(",") for line in lines if line.startswith("good,mill,cem1"))
    assert fields[3] == "2523 29 00" and off(float(fields[4]), made) < LIMIT, fields
    book = plant.path("report.xlsx")
    tell(plant, emgate, "export", *period, "--format", "xlsx", "--output", book)
    count = Check(book, report).all()
    extract = json.loads(tell(plant, emgate, "export", "--plan", "--format", "json"))
    points = {p["identifier"]: p for p in extract["measurement_points"]}
    assert points["kiln_gas"]["substitution_rule"] == "balance"
    assert points["kiln_gas"]["balance_of"] == [{"point": "works_gas", "times": 0.001},
                                                {"point": "boiler_gas", "times": -0.001}]
    plan = extract["production_processes"][1]
    assert plan["activity_level_contents"][1]["measured_by"] == "analyser", plan
    assert plan["goods"][0]["sector_parameters"][0]["name"] == "clinker_ratio", plan
    return count


def main():
    emgate, registry = sys.argv[1:3]
    hours = make_hours()
    first = datetime.datetime.now(datetime.timezone.utc).replace(
        minute=0, second=0, microsecond=0) - datetime.timedelta(hours=HOURS + 26)
    change = first + datetime.timedelta(hours=HOURS // 2)
    lab = ("[{value: 93 %, source: laboratory A}, {value: 95 %, source: laboratory B, "
           f"from: \"{change:%Y-%m-%dT%H:%M:%SZ}\"}}]")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(CONFIG.replace("LAB", lab))
        file.flush()
        with Plant(emgate, registry, file.name) as plant:
            plant.start_all()
            publish(plant, hours, first)
            wait_for(plant, hours, first, False)
            plant.end("gateway", signal.SIGKILL)
            plant.start_gateway()
            publish_late(plant, hours, first)
            wait_for(plant, hours, first, True)
            check_explained(plant, emgate, hours, first)
            count = check_report(plant, emgate, hours, first)
            assert plant.end("gateway") == 0, plant.log("gateway")
            print(tell(plant, emgate, "replay").splitlines()[-1])
    print(f"{HOURS} hours with balances and contents; {count} cells of the workbook")


if __name__ == "__main__":
    main()
