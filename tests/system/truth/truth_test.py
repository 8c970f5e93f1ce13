#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A day of a plant of 3 processes and 40 points, with messages that come twice, out of
order and late and meters that are set back: every hour in the registry is the truth.

    truth_test.py EMGATE EMGATE-REGISTRY
"""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "..", "lib"))
from plant import Plant  # noqa: E402  (after the path)
from truth_check import LIMIT, differences, off  # noqa: E402

HOURS = 24
FAULTS = "duplicates=2%,reorder=5%,late=1%,reset=6h"


def check_streams(plant, truth, summaries):
    """The streams of every tenth window, from the summaries themselves."""
    keys = {(s["process"], s["window_start"]): s["key"] for s in summaries}
    for window in truth["windows"][::10]:
        key = keys[(window["process"], window["start"])]
        summary = plant.ask(f"/v1/summaries/{key}")["summary"]
        streams = {s["id"]: s["co2e"]["value"] for s in summary["streams"]}
        for name, value in window["streams"].items():
            apart = off(streams[name], value)
            assert apart <= LIMIT, f"{window['process']} {name}: off by {apart:.2g}"


def main():
    emgate, registry = sys.argv[1:3]
    with Plant(emgate, registry, os.path.join(HERE, "plant.yaml")) as plant:
        plant.start_all()
        began = time.monotonic()
        truth = plant.simulate("--hours", str(HOURS), "--seed", "42", "--fault", FAULTS)
        assert len(truth["windows"]) == 3 * HOURS, len(truth["windows"])
        # Late readings make revisions; the last of them take a moment.
        deadline = time.monotonic() + 90
        while True:
            summaries = plant.items("/v1/summaries?limit=1000")
            worst, lines = differences(truth, summaries)
            if not lines or time.monotonic() > deadline:
                break
            time.sleep(0.5)
        assert not lines, "\n".join(lines[:20] + [f"{len(lines)} in all"])
        check_streams(plant, truth, summaries)
        revisions = sum(s["revision"] > 0 for s in summaries)
        assert revisions > 0, "no late reading came: the test tests nothing"
        print(f"{len(truth['windows'])} windows, {revisions} of them revised, "
              f"largest difference {worst:.2g}, {time.monotonic() - began:.1f} s")
        assert plant.end("gateway") == 0, plant.log("gateway")


if __name__ == "__main__":
    main()
