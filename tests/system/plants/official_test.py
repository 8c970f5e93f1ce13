#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Commission's examples of a cement works, a blast furnace and an electric arc
furnace (tests/vectors/emissions) as plants: a year of daily amounts by MQTT through
broker, gateway and registry, ending in the published figures by `emgate export` and by
the registry's windows and goods.

    official_test.py EMGATE EMGATE-REGISTRY

Specific embedded emissions are compared for all three.  The electric arc furnace is there
twice: with the source streams of the whole installation, for its total, and as its two
processes, the second made of the first, with bought crude steel and ferro-alloys.
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
from plant import Plant, same_figures, same_goods  # noqa: E402
from truth_check import LIMIT, off  # noqa: E402
from xlsx_check import Check  # noqa: E402

DAYS = 365
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
PROCESSES
"""
GOODS = """  - id: goods
    category: CATEGORY
    unit: t
    activity: [{point: product}]
    streams:
STREAMS"""
AMOUNT = {"combustion": "fuel_quantity", "process": "activity_data",
          "mass_balance": "activity_data"}
# Example, sector, category, published result with activity level, else None.
EXAMPLES = (("CEM", "cement", "cement", "CEM-SEE"),
            ("BF", "iron_steel", "pig_iron", "BF-SEE"),
            ("EAF", "iron_steel", "crude_steel", None))


def configuration(sector, year, processes):
    points = [f"  - {{id: {p}, device: scale, metric: {p}, kind: amount, "
              f"unit: {'MWh' if 'power' in p else 'TJ' if p == 'gas' else 't'}}}"
              for p in year]
    return (CONFIG.replace("SECTOR", sector).replace("POINTS", "\n".join(points))
            .replace("PROCESSES", processes))


def stream(name, method, inputs, more=""):
    lines = [f"      - id: {name}", f"        method: {method}"] + more.splitlines()
    lines += ["        inputs:"]
    for key, value in inputs.items():
        lines.append(f"          {key}: {{point: {value}}}" if isinstance(value, str) else
                     f"          {key}: {{value: \"{value['value']!r} {value['unit']}\", "
                     "source: example}")
    return "\n".join(lines)


# The official example's second sheet of goods: what each precursor of process 1 is.
ALLOYS = (("crude_steel", "crude_steel", "7207 11 11"),
          ("feni", "ferro_nickel", "7202 60 00"),
          ("fecr", "ferro_chromium", "7202 41 10"),
          ("femn", "ferro_manganese", "7202 11 20"))


class Chain:
    """The two processes of the electric arc furnace: DirEm* of each is burnt as a fuel of
    1 t CO2/t, as the workbook gives no streams by process."""

    def __init__(self, vectors):
        self.year = {}
        self.sees = [next(c for c in vectors if c["id"] == f"EAF-P{n}") for n in (1, 2)]
        text = []
        for n, (case, category) in enumerate(zip(self.sees, (
                "crude_steel", "iron_or_steel_products")), 1):
            inputs = case["inputs"]
            for name, key in (("fuel", "dir_em"), ("product", "activity_level"),
                              ("power", "electricity")):
                self.year[f"{name}{n}"] = inputs[key]["value"]
            text += [f"  - id: process{n}", f"    category: {category}", "    unit: t",
                     f"    activity: [{{point: product{n}}}]", "    streams:",
                     stream("fuel", "process", {
                         "activity_data": f"fuel{n}",
                         "emission_factor": {"value": 1.0, "unit": "t CO2/t"}}),
                     stream("power", "electricity", {
                         "electricity": f"power{n}", "ef": inputs["ef_el"]})]
        text[7:7] = [self.alloy(n, *alloy) for n, alloy in enumerate(ALLOYS, 1)]
        self.year["billets"] = self.sees[1]["inputs"]["prec_mass1"]["value"]
        text.append(stream("billets", "precursor_own", {"mass": "billets"},
                           "        precursor: {process: process1}"))
        self.config = configuration("iron_steel", self.year, "\n".join(text))

    def alloy(self, n, name, category, code):
        inputs = self.sees[0]["inputs"]
        self.year[name] = inputs[f"prec_mass{n}"]["value"]
        given = {"mass": name}
        for key, source, unit in (("see_direct", "see_dir", "t CO2e/t"),
                                  ("electricity", "mwh", "MWh/t"),
                                  ("electricity_ef", "ef", "t CO2e/MWh"),
                                  ("default_share", "default", "1")):
            value = inputs[f"prec_{source}{n}"]["value"]
            given[key] = {"value": value, "unit": unit}
        return stream(name, "precursor", given,
                      f"        precursor: {{category: {category}, cn: \"{code}\", "
                      "origin: ID, verification: V-1}")


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
        self.config = configuration(sector, self.year, GOODS.replace(
            "CATEGORY", category).replace("STREAMS", "\n".join(self.streams)))

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


def wait_for_windows(plant, end, count=DAYS):
    deadline = time.monotonic() + 120
    while True:
        rows = [s for s in plant.items("/v1/summaries?limit=1000")
                if s["window_start"] < end]
        if len(rows) == count:
            return rows
        assert time.monotonic() < deadline, f"{len(rows)} windows"
        time.sleep(0.2)


def export(plant, emgate, *words):
    return subprocess.run([emgate, "export", "-c", plant.path("gateway.yaml"), *words],
                          capture_output=True, text=True, check=True, timeout=120).stdout


def registry_goods(plant, report, first):
    """The registry's report and its goods: the same figures as the gateway's report."""
    end = first + datetime.timedelta(days=DAYS)
    asked = f"?installation=PK-TST-0001&from={first:%Y-%m-%d}&to={end:%Y-%m-%d}"
    embedded = plant.ask("/v1/embedded" + asked)
    count = same_figures(report, plant.ask("/v1/export" + asked), "report")
    count += same_goods(report, embedded)
    assert count > 50, count
    return {good["identifier"]: good for good in embedded["goods"]}


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
    registered = registry_goods(plant, report, first)["goods"]
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
        shown = registered[f"specific_embedded_emissions_{word}"]
        expect(f"registry's goods, {key}", shown["exact"], published)
        assert shown["value"] == round(published, 5), shown
    lines = export(plant, emgate, *period, "--format", "csv").splitlines()
    assert len(lines) == 2 + len(example.streams), lines
    fields = lines[1].split(",")
    expect("csv", float(fields[8]), example.see["expected"]["see_dir"]["value"])
    short = json.loads(export(plant, emgate, *period, "--summary"))
    assert "source_streams" not in short["production_processes"][0]
    return goods["specific_embedded_emissions_direct"]["value"]


def check_chain(plant, emgate, chain, first):
    end = first + datetime.timedelta(days=DAYS)
    wait_for_windows(plant, f"{end:%Y-%m-%dT%H:%M:%SZ}", 2 * DAYS)
    report = json.loads(export(plant, emgate, "--from", f"{first:%Y-%m-%d}",
                               "--to", f"{end:%Y-%m-%d}"))
    registered = registry_goods(plant, report, first)
    for case, goods in zip(chain.sees, report["production_processes"]):
        assert "not_determined" not in goods, goods["not_determined"]
        for word, key in (("direct", "see_dir"), ("indirect", "see_ind")):
            for whose in (goods, registered[goods["identifier"]]):
                expect(case["id"] + " " + key,
                       whose[f"specific_embedded_emissions_{word}"]["exact"],
                       case["expected"][key]["value"])
        assert goods["specific_embedded_emissions_indirect_counted"]["exact"] == 0
    goods = report["production_processes"]
    expect("default share", goods[0]["share_of_default_values"]["exact"],
           chain.sees[0]["expected"]["default_share"]["value"])
    assert [p["identifier"] for p in goods[0]["precursors"]] == [a[0] for a in ALLOYS]
    own = goods[1]["precursors"][0]
    assert own["made_by_process"] == "process1", own
    expect("handed on", own["specific_embedded_emissions_direct"]["exact"],
           chain.sees[1]["inputs"]["prec_see_dir1"]["value"])
    return goods[1]["specific_embedded_emissions_direct"]["value"]


def run(emgate, registry, config, year, first, judge):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(config)
        file.flush()
        with Plant(emgate, registry, file.name) as plant:
            plant.start_all()
            play(plant, year, first)
            return judge(plant)


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
        value = run(emgate, registry, example.config, example.year, first,
                    lambda plant, e=example: check(plant, emgate, e, first))
        print(f"{name}: {DAYS} days, {len(example.streams)} streams, {value}")
    chain = Chain(vectors)
    value = run(emgate, registry, chain.config, chain.year, first,
                lambda plant: check_chain(plant, emgate, chain, first))
    print(f"EAF with precursors: {DAYS} days, {value}")


if __name__ == "__main__":
    main()
