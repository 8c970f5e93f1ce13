#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A nitric acid plant whose N2O is measured in the stack, with gaps, calibrations,
readings out of range and standstill, through broker, gateway and registry.  Each hour's
status, substitute and emissions are calculated here a second time, from the rules of
2025/2547 Annex II B.6 and with the standard library alone.

    cems_test.py EMGATE EMGATE-REGISTRY
"""
import datetime
import math
import os
import random
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

GWP_N2O = 265
HOURS = 30
LARGEST = 12.0
CONFIG = f"""gateway: {{id: test-01, state: STATE, version: "1"}}
brokers:
  - {{name: plant, uri: "mqtt://127.0.0.1:MQTT", client_id: emgate-test-01}}
inputs:
  - topic: emgate/v1/+/telemetry
    adapter: csv
    columns: [time, name, value]
    time: time
    device: "{{topic.2}}"
    metric: "{{name}}"
    value: value
installation:
  id: PK-TST-0001
  name: Nitric acid with gaps
  sector: fertiliser
  country: PK
  time_zone: UTC
  operator: {{id: OP-0001, name: Test Ltd}}
windows: {{length: 1h, skew: 5s, lateness: 10s, idle: 1d, settle: 2s, amend_until: 400d}}
sinks:
  - {{id: registry, sink: http, url: "http://127.0.0.1:API/v1/summaries"}}
web: {{listen: "127.0.0.1:PAGE"}}
points:
  - {{id: running, device: stack, metric: running, kind: state, interval: 60s,
     max_gap: 60s}}
  - {{id: checking, device: stack, metric: checking, kind: state, interval: 60s,
     max_gap: 60s}}
  - {{id: n2o, device: stack, metric: n2o, kind: gauge, unit: g/Nm3, interval: 60s,
     max_gap: 60s, range: [0, {LARGEST}], substitute: mean_plus_2_sigma,
     status: [{{point: checking, is: calibration}}]}}
  - {{id: flow, device: stack, metric: flow, kind: rate, unit: Nm3/h, interval: 60s,
     max_gap: 60s, substitute: before_after}}
  - {{id: acid, device: stack, metric: acid, kind: amount, unit: t}}
processes:
  - id: acid
    category: nitric_acid
    activity: [{{point: acid}}]
    operating: running
    streams:
      - id: stack
        method: cems
        inputs:
          gas: {{value: N2O}}
          concentration: {{point: n2o}}
          flow: {{point: flow}}
"""


class Minute:
    """What is said in one minute; None: nothing."""

    def __init__(self, running, n2o, flow, checking=False):
        self.running, self.n2o, self.flow, self.checking = running, n2o, flow, checking


def make_hours(chance):
    """Every kind of hour, among good ones; 60 minutes each."""
    hours = []
    for _ in range(HOURS):
        level, flow = chance.uniform(2, 4), chance.uniform(90e3, 110e3)
        hours.append([Minute(True, level + chance.gauss(0, 0.2),
                             flow + chance.gauss(0, 1e3)) for _ in range(60)])
    keep = {
        "n2o, 48 of 60": (4, "n2o", range(48, 60)),     # 80 %: still the mean
        "n2o, 47 of 60": (6, "n2o", range(47, 60)),     # below: substituted
        "flow, 48 of 60": (8, "flow", range(0, 12)),
        "flow, 40 of 60": (9, "flow", range(10, 30)),
        "n2o, none": (12, "n2o", range(60)),
        "flow, none, twice": (14, "flow", range(60)),
        "flow, none, again": (15, "flow", range(60)),
    }
    for hour, name, minutes in keep.values():
        for minute in minutes:
            setattr(hours[hour][minute], name, None)
    for minute in range(5, 11):     # a short calibration: 54 of 60
        hours[5][minute].checking = True
        hours[5][minute].n2o = 8.0
    for minute in range(20, 40):    # a long one: 40 of 60
        hours[17][minute].checking = True
        hours[17][minute].n2o = 0.0
    for minute in range(0, 30):     # the analyser's limit: 30 of 60
        hours[19][minute].n2o = LARGEST + 1 + minute
    for minute in range(60):        # stands still, and says nothing else
        hours[21][minute] = Minute(False, None, None)
        hours[22][minute] = Minute(False, None, None)
    for minute in range(30):        # starts at half past: all that can be is there
        hours[23][minute] = Minute(False, None, None)
    for minute in range(15, 60):    # stops after a quarter, with a gap of 5 of 15
        hours[25][minute] = Minute(False, None, None)
    for minute in range(0, 5):
        hours[25][minute].n2o = None
    for minute in range(60):        # nothing comes through but that it runs
        hours[27][minute].n2o = hours[27][minute].flow = None
    return hours


# ---- the second calculation ----

def judge(count, share):
    """Covered part of the operating time, and the state by the 80 % rule."""
    if share == 0 and count == 0:
        return "standstill"
    if count / 60 / share >= 0.8 - 1e-12:
        return "valid"
    return "short" if count else "missing"


def measured(hours):
    """Per hour what the readings alone give: share, and (state, value) of both."""
    found = []
    for hour in hours:
        share = math.fsum(m.running for m in hour) / 60
        gas = [m.n2o for m in hour
               if m.n2o is not None and not m.checking and 0 <= m.n2o <= LARGEST]
        flow = [m.flow for m in hour if m.flow is not None]
        found.append({
            "share": share,
            "n2o": (judge(len(gas), share), math.fsum(gas) / len(gas) if gas else None),
            # the mean of what there is, over the operating time
            "flow": (judge(len(flow), share),
                     math.fsum(flow) / len(flow) * share if flow else None),
        })
    return found


def mean_plus_2_sigma(before):
    mean = math.fsum(before) / len(before)
    return mean + 2 * math.sqrt(math.fsum((v - mean) ** 2 for v in before) /
                                (len(before) - 1))


def expected(hours, known=None):
    """Per hour (state, value) of both and the tonnes of CO2e.  Mean and sigma are those
    of the hours before; of the first `known` hours where an hour is made again later."""
    found, answers = measured(hours), []
    whole = [f["flow"][1] / f["share"] if f["flow"][0] == "valid" else None
             for f in found]
    for i, hour in enumerate(found):
        answer = {}
        state, value = hour["n2o"]
        if state == "standstill":
            value = 0.0
        elif state != "valid":
            state = "substituted"
            value = mean_plus_2_sigma([f["n2o"][1] for f in found[:known or i]
                                       if f["n2o"][0] == "valid"])
        answer["n2o"] = (state, value)
        state, value = hour["flow"]
        if state == "standstill":
            value = 0.0
        elif state != "valid":
            state = "substituted"
            before = next(w for w in reversed(whole[:i]) if w is not None)
            after = next((w for w in whole[i + 1:] if w is not None), before)
            value = (before + after) / 2 * hour["share"]
        answer["flow"] = (state, value)
        answer["co2e"] = answer["n2o"][1] * answer["flow"][1] * 1e-6 * GWP_N2O
        answers.append(answer)
    return answers


# ---- the gateway's ----

def play(plant, hours, first):
    """An hour a message, and one behind the last hour, which closes it."""
    with Publisher(plant.mqtt, "stack") as publisher:
        for number, hour in enumerate(hours + [[Minute(True, 3.0, 1e5)]]):
            rows = []
            for i, minute in enumerate(hour):
                at = first + datetime.timedelta(hours=number, minutes=i)
                said = {"running": int(minute.running), "checking": int(minute.checking),
                        "n2o": minute.n2o, "flow": minute.flow}
                rows += [f"{at:%Y-%m-%dT%H:%M:%SZ},{name},{value!r}"
                         for name, value in said.items() if value is not None]
            at = first + datetime.timedelta(hours=number, seconds=30)
            rows.append(f"{at:%Y-%m-%dT%H:%M:%SZ},acid,50")
            publisher.publish("emgate/v1/stack/telemetry", "\n".join(rows).encode())


def allowed(hours):
    """Per hour the answers that are right.  An hour whose flow was interpolated is made
    again when a later hour shows the value behind the gap: its mean and sigma are then
    those of all hours known by that time."""
    answers = [[a] for a in expected(hours)]
    for known in range(1, HOURS + 1):
        for i, answer in enumerate(expected(hours, known) if known > 3 else []):
            both = {answer["n2o"][0], answer["flow"][0]} == {"substituted"}
            if both and known > i:
                answers[i].append(answer)
    return answers


def compare(number, summary, answer):
    points = {p["point"]: p for p in summary["quality"]["points"]}
    lines = []
    for name in ("n2o", "flow"):
        state, value = answer[name]
        given = points[name].get("quantity", {}).get("value")
        if points[name]["state"] != state or given is None or off(given, value) > LIMIT:
            lines.append(f"hour {number}, {name}: {points[name]['state']} {given} for "
                         f"{state} {value}")
    co2e = summary["streams"][0].get("co2e", {}).get("value")
    if co2e is None or off(co2e, answer["co2e"]) > LIMIT:
        lines.append(f"hour {number}: {co2e} t CO2e for {answer['co2e']}")
    return lines


def differences(plant, first, answers):
    rows = {s["window_start"]: s for s in plant.items("/v1/summaries?limit=1000")}
    lines = []
    for number, rights in enumerate(answers):
        start = f"{first + datetime.timedelta(hours=number):%Y-%m-%dT%H:%M:%SZ}"
        if start not in rows:
            lines.append(f"hour {number}: not there")
            continue
        summary = plant.ask("/v1/summaries/" + rows[start]["key"])["summary"]
        wrong = [compare(number, summary, answer) for answer in rights]
        lines += [] if [] in wrong else wrong[0]
    return lines


def main():
    emgate, registry = sys.argv[1:3]
    hours = make_hours(random.Random(20251222))
    answers = allowed(hours)
    today = datetime.datetime.now(datetime.timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0)
    first = today - datetime.timedelta(days=4)
    if first.year != (first + datetime.timedelta(hours=HOURS)).year:
        first -= datetime.timedelta(days=4)  # the reporting year starts anew
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(CONFIG)
        file.flush()
        with Plant(emgate, registry, file.name) as plant:
            plant.start_all()
            play(plant, hours, first)
            deadline = time.monotonic() + 60
            while True:
                lines = differences(plant, first, answers)
                if not lines:
                    break
                assert time.monotonic() < deadline, "\n".join(lines)
                time.sleep(0.5)
    states = [a[0][name][0] for a in answers for name in ("n2o", "flow")]
    print(f"{HOURS} hours: " + ", ".join(f"{states.count(s)} {s}" for s in
                                         ("valid", "substituted", "standstill")) +
          f"; {math.fsum(a[0]['co2e'] for a in answers):.6f} t CO2e")


if __name__ == "__main__":
    main()
