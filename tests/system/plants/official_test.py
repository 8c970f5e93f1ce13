#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Commission's examples of a cement works, a blast furnace and an electric arc
furnace (tests/vectors/emissions) as plants: a year of daily amounts by MQTT through
broker, gateway and registry, ending in the published figures by `emgate export` and by
the registry's windows.

    official_test.py EMGATE EMGATE-REGISTRY

Specific embedded emissions are compared for cement and blast furnace; of the electric arc
furnace the installation's total, as its goods carry those of bought precursors, which
are not in the export.
"""
import datetime
import json
import os
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
from xlsx_check import Check  # noqa: E402

DAYS = 365
LIMIT = 1e-9
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
  name: Example of the Commission
  sector: SECTOR
  country: PK
  time_zone: UTC
  operator: {id: OP-0001, name: Test Ltd}
windows: {length: 1d, skew: 5s, lateness: 10s, idle: 1d, settle: 2s, amend_until: 400d}
sinks:
  - {id: registry, sink: http, url: "http://127.0.0.1:API/v1/summaries"}
web: {listen: "127.0.0.1:PAGE"}
points:
POINTS
processes:
  - id: goods
    category: CATEGORY
    unit: t
    activity: [{point: product}]
    streams:
STREAMS
"""
AMOUNT = {"combustion": "fuel_quantity", "process": "activity_data",
          "mass_balance": "activity_data"}
# Example, sector, category, published result with activity level, else None.
EXAMPLES = (("CEM", "cement", "cement", "CEM-SEE"),
            ("BF", "iron_steel", "pig_iron", "BF-SEE"),
            ("EAF", "iron_steel", "crude_steel", None))


def off(value, truth):
    return abs(value - truth) / abs(truth) if truth else abs(value)


class Example:
    """A plant of the vectors: what it consumes in a year, and its configuration."""

    def __init__(self, vectors, name, sector, category, see):
        self.year = {}
        self.streams = []
        for case in vectors:
            if case["id"].startswith(name + "-S") and case["function"] in AMOUNT:
                self.add_stream(case)
        self.total = next(c for c in vectors if c["id"] == name + "-TOTAL")
        self.total = self.total["expected"]["total"]["value"]
        self.see = next((c for c in vectors if c["id"] == see), None)
        self.year["product"] = 1.0
        if self.see:
            self.add_goods(self.see["inputs"], vectors)
        points = [f"  - {{id: {p}, device: scale, metric: {p}, kind: amount, "
                  f"unit: {'MWh' if p == 'power' else 'TJ' if p == 'gas' else 't'}}}"
                  for p in self.year]
        self.config = (CONFIG.replace("SECTOR", sector).replace("CATEGORY", category)
                       .replace("POINTS", "\n".join(points))
                       .replace("STREAMS", "\n".join(self.streams)))

    def add_stream(self, case):
        """An amount that leaves a mass balance is weighed positive and signed later."""
        name = case["id"].lower().replace("-", "_")
        inputs = dict(case["inputs"])
        amount = inputs.pop(AMOUNT[case["function"]])["value"]
        self.year[name] = abs(amount)
        sign = ", sign: -1" if amount < 0 else ""
        lines = [f"      - id: {name}", f"        method: {case['function']}",
                 "        inputs:",
                 f"          {AMOUNT[case['function']]}: {{point: {name}{sign}}}"]
        lines += [f"          {key}: {{value: \"{value['value']!r} {value['unit']}\", "
                  "source: example}" for key, value in inputs.items()]
        if "biomass_fraction" in inputs:
            lines.append("          biomass_evidence: {value: \"1\", source: example}")
        self.streams.append("\n".join(lines))

    def add_goods(self, inputs, vectors):
        self.year["product"] = inputs["activity_level"]["value"]
        self.year["power"] = inputs["electricity"]["value"]
        self.streams.append(
            "      - id: power\n        method: electricity\n        inputs:\n"
            "          electricity: {point: power}\n          ef: {value: \""
            f"{inputs['ef_el']['value']!r} t CO2e/MWh\", source: example}}")
        if "wg_exp" in inputs:
            energy = next(c for c in vectors if c["id"] == "BF-WG")["inputs"]["energy"]
            self.year["gas"] = energy["value"]
            self.streams.append("      - id: gas\n        method: waste_gas_export\n"
                                "        inputs:\n          energy: {point: gas}")


def play(plant, year, first):
    """A delivery of everything each noon, and one after the last day, which closes it."""
    with Publisher(plant.mqtt, "weighbridge") as publisher:
        for day in range(DAYS + 1):
            noon = first + datetime.timedelta(days=day, hours=12)
            share = 1 / DAYS if day < DAYS else 0
            rows = [f"{noon:%Y-%m-%dT%H:%M:%SZ},{name},{amount * share!r}"
                    for name, amount in year.items()]
            publisher.publish("emgate/v1/scale/telemetry", "\n".join(rows).encode())


def wait_for_windows(plant, end):
    deadline = time.monotonic() + 120
    while True:
        rows = [s for s in plant.items("/v1/summaries?limit=1000")
                if s["window_start"] < end]
        if len(rows) == DAYS:
            return rows
        assert time.monotonic() < deadline, f"{len(rows)} windows"
        time.sleep(0.2)


def export(plant, emgate, *words):
    return subprocess.run([emgate, "export", "-c", plant.path("gateway.yaml"), *words],
                          capture_output=True, text=True, check=True, timeout=120).stdout


def expect(name, value, truth):
    assert off(value, truth) < LIMIT, f"{name}: {value!r} for {truth!r}"


def check(plant, emgate, example, first):
    end = first + datetime.timedelta(days=DAYS)
    period = ("--from", f"{first:%Y-%m-%d}", "--to", f"{end:%Y-%m-%d}")
    rows = wait_for_windows(plant, f"{end:%Y-%m-%dT%H:%M:%SZ}")
    report = json.loads(export(plant, emgate, *period))
    goods = report["production_processes"][0]
    quality = goods["data_quality"]
    assert quality["windows_in_period"] == DAYS == quality["windows_reported"], quality
    assert quality["windows_complete"] == DAYS, quality
    book = plant.path("report.xlsx")
    export(plant, emgate, *period, "--format", "xlsx", "--output", book)
    last = end - datetime.timedelta(days=1)
    cells = Check(book, report).all(first.date(), last.date())
    print(f"{cells} cells of the workbook are the report's")
    total = report["total_direct_emissions"]
    expect("total", total["exact"], example.total)
    assert total["value"] == round(example.total), total
    if not example.see:
        return total["value"]
    level = example.year["product"]
    for word, key, column in (("direct", "see_dir", "direct_t"),
                              ("indirect", "see_ind", "indirect_t")):
        published = example.see["expected"][key]["value"]
        found = goods[f"specific_embedded_emissions_{word}"]
        expect(key, found["exact"], published)
        assert found["value"] == round(published, 5), found
        expect(f"registry {key}", sum(r[column] for r in rows) / level, published)
    lines = export(plant, emgate, *period, "--format", "csv").splitlines()
    assert len(lines) == 2 + len(example.streams), lines
    fields = lines[1].split(",")
    expect("csv", float(fields[8]), example.see["expected"]["see_dir"]["value"])
    short = json.loads(export(plant, emgate, *period, "--summary"))
    assert "source_streams" not in short["production_processes"][0]
    return goods["specific_embedded_emissions_direct"]["value"]


def main():
    emgate, registry = sys.argv[1:3]
    with open(os.path.join(ROOT, "tests/vectors/emissions/vectors.json"),
              encoding="utf-8") as file:
        vectors = json.load(file)
    vectors = vectors if isinstance(vectors, list) else vectors["vectors"]
    today = datetime.datetime.now(datetime.timezone.utc).replace(
        hour=0, minute=0, second=0, microsecond=0)
    first = today - datetime.timedelta(days=DAYS + 3)
    for name, sector, category, see in EXAMPLES:
        example = Example(vectors, name, sector, category, see)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(example.config)
            file.flush()
            with Plant(emgate, registry, file.name) as plant:
                plant.start_all()
                play(plant, example.year, first)
                value = check(plant, emgate, example, first)
                print(f"{name}: {DAYS} days, {len(example.streams)} streams, {value}")


if __name__ == "__main__":
    main()
