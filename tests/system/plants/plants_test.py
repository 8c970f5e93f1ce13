#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An example plant of config/examples through broker, gateway and registry: every hour in
the registry is the plant's truth, and `emgate explain` takes the newest one apart.

    plants_test.py EMGATE EMGATE-REGISTRY NAME
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests/lib"))
from plant import Plant, same_figures, same_goods  # noqa: E402  (after the path)
from truth_check import LIMIT, differences, off  # noqa: E402
from xlsx_check import Check  # noqa: E402

HOURS = 3


def example(name):
    """The example with words where ports and folder belong, and who it is."""
    with open(os.path.join(ROOT, "config/examples", name + ".yaml"),
              encoding="utf-8") as file:
        text = file.read()
    who = {"gateway": re.search(r"id: ([a-z-]+-01)", text).group(1),
           "operator": re.search(r"operator: {id: ([A-Z0-9-]+)", text).group(1),
           "installation": re.search(r"id: (PK-[A-Z0-9-]+)", text).group(1)}
    for place, word in (("127.0.0.1:1883", "127.0.0.1:MQTT"),
                        ("/var/lib/emgate", "STATE"), ("127.0.0.1:8311", "127.0.0.1:API"),
                        ("127.0.0.1:8321", "127.0.0.1:PAGE")):
        assert place in text, place
        text = text.replace(place, word)
    return text, who


def wait_for_truth(plant, truth):
    deadline = time.monotonic() + 90
    while True:
        worst, lines = differences(truth, plant.items("/v1/summaries?limit=1000"))
        if not lines:
            return worst
        assert time.monotonic() < deadline, "\n".join(lines[:20])
        time.sleep(0.2)


def explain(plant, emgate, process, hour, *words):
    return subprocess.run(
        [emgate, "explain", process, hour, "-c", plant.path("gateway.yaml"), *words],
        capture_output=True, text=True, timeout=60, check=False)


def mean_by_hand(point):
    """Mean of the readings: of a rate, evenly sampled, the quantity of an hour."""
    readings = [r for s in point["slices"] for r in s["readings"]]
    return sum(r["value"] for r in readings) / len(readings) if readings else None


def check_biomass(summary):
    """What no evidence is held for is told beside the fossil CO2 that it is part of."""
    shares = [next((i["quantity"]["value"] for i in s["inputs"] if i["name"] == name), 0)
              for s in summary["streams"]
              for name in ("biomass_fraction", "biomass_evidence")]
    unproven = sum(o["quantity"]["value"] for s in summary["streams"]
                   for o in s["outputs"] if o["name"] == "co2_biomass_unproven")
    told = summary.get("co2_biomass_unproven", {}).get("value", 0)
    assert off(told, unproven) < LIMIT, (told, unproven)
    lacks = any(f * (1 - e) > 0 for f, e in zip(shares[::2], shares[1::2]))
    assert (told > 0) == lacks, (told, shares)


def check_explained(plant, emgate, window):
    """The tonne is the sum of its streams, and a rate the mean of its readings."""
    answer = explain(plant, emgate, window["process"], window["start"], "--json")
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    summary = found["summary"]
    assert summary["window_start"] == window["start"], summary["window_start"]
    for stream in summary["streams"]:
        if stream.get("precursor", {}).get("process"):  # solved over a period
            assert "co2e" not in stream and stream["missing"], stream
            continue
        value = stream["co2e"]["value"]
        assert off(value, window["streams"][stream["id"]]) < LIMIT, stream["id"]
    check_biomass(summary)
    for stream in found["streams"]:
        assert stream["formula"] and stream["source"], stream
        assert "=" in stream["calculation"], stream
    quality = {p["point"]: p for p in summary["quality"]["points"]}
    checked = 0
    for point in found["points"]:
        q = quality[point["point"]]
        assert sum(len(s["readings"]) for s in point["slices"]) > 0, point["point"]
        if q["kind"] in ("rate", "gauge"):
            mean = mean_by_hand(point)
            assert off(q["quantity"]["value"], mean) < 1e-6, (point["point"], mean, q)
            checked += 1
    return checked


def period_of(truth):
    starts = [w["start"] for w in truth["windows"]]
    return min(starts), max(starts).replace(":00Z", ":59Z")


def check_registry_export(plant, emgate, truth, installation):
    """The registry makes the same report of what it holds."""
    begin, end = period_of(truth)
    words = [emgate, "export", "-c", plant.path("gateway.yaml"), "--from", begin,
             "--to", end]
    done = subprocess.run(words, capture_output=True, check=True, timeout=60)
    ours = json.loads(done.stdout)
    asked = f"?installation={installation}&from={begin}&to={end}"
    count = same_figures(ours, plant.ask("/v1/export" + asked), "report")
    return count + same_goods(ours, plant.ask("/v1/embedded" + asked))


def check_controls(report):
    """What a plant says has to agree does: balances close over all windows, goods are
    determined, and what content makes of an amount is the activity level."""
    assert report["control"]["balances_not_closed"] == 0, report["control"]
    for process in report["production_processes"]:
        direct = process["specific_embedded_emissions_direct"]["exact"]
        assert direct is not None, process
        parts = process.get("goods", [])
        if parts:
            level = sum(good["activity_level"]["exact"] for good in parts)
            assert off(process["activity_level"]["exact"], level) < LIMIT, parts
            named = [g for g in parts if g["identifier"] != process["identifier"]]
            assert all(good["sector_parameters"] for good in named), parts


def check_workbook(plant, emgate, truth):
    """The cells of the workbook are the figures of the report."""
    begin, end = period_of(truth)
    words = [emgate, "export", "-c", plant.path("gateway.yaml"), "--from", begin,
             "--to", end]
    report = subprocess.run(words, capture_output=True, check=True, timeout=60).stdout
    subprocess.run([*words, "--format", "xlsx", "-o", plant.path("report.xlsx")],
                   check=True, timeout=60)
    check_controls(json.loads(report))
    return Check(plant.path("report.xlsx"), json.loads(report)).all()


def main():
    emgate, registry, name = sys.argv[1:4]
    text, who = example(name)
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        with Plant(emgate, registry, file.name, **who) as plant:
            plant.start_all()
            truth = plant.simulate("--hours", str(HOURS), "--seed", "7")
            processes = {w["process"] for w in truth["windows"]}
            assert len(truth["windows"]) == HOURS * len(processes), len(truth["windows"])
            worst = wait_for_truth(plant, truth)
            last = truth["windows"][-1]
            checked = check_explained(plant, emgate, last)
            checked += check_explained(plant, emgate, truth["windows"][0])
            words = explain(plant, emgate, last["process"], "latest")
            assert words.returncode == 0 and "formula" not in words.stderr, words.stderr
            none = explain(plant, emgate, last["process"], "2020-01-01T00:00Z")
            assert none.returncode == 1, none.returncode
            cells = check_workbook(plant, emgate, truth)
            figures = check_registry_export(plant, emgate, truth, who["installation"])
            assert figures > 20 * len(processes), figures
            assert plant.end("gateway") == 0, plant.log("gateway")
            # The same from the files, with nobody running.
            assert checked == (check_explained(plant, emgate, last) +
                               check_explained(plant, emgate, truth["windows"][0]))
            print(f"{name}: {len(truth['windows'])} windows, {len(processes)} processes, "
                  f"largest difference {worst:.2g}; {checked} points by hand, "
                  f"{cells} cells, {figures} figures reported alike\n"
                  + words.stdout[:1200])


if __name__ == "__main__":
    main()
