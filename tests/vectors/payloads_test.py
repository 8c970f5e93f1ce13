#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `emgate decode --list` on every sample and compares with expected.json.

usage: payloads_test.py EMGATE [SAMPLE-FOLDER ...]

Samples whose adapter is not built in are listed as pending, loudly.  README.md says how
expected.json is read.
"""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

RECEIVED = "2026-11-24T03:04:05.25Z"
HERE = pathlib.Path(__file__).resolve().parent
PRESETS = HERE.parent.parent / "adapters" / "presets"
NAMES = {"json-map": "map"}
FLAGS = ("birth", "historical", "transient", "retained")
FINE = 1e-6


def built_in(emgate):
    text = subprocess.run([emgate, "adapters"], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in text.stdout.splitlines() if line.strip()}


def arguments(sample, expected, scratch):
    """The options that name the adapter, and the adapter's name."""
    for name in ("mapping.json", "mapping.yaml"):
        if (sample / name).exists():
            return ["--mapping", str(sample / name)], "map"
    if (sample / "preset.txt").exists():
        preset = (sample / "preset.txt").read_text().strip()
        return ["--mapping", str(PRESETS / f"{preset}.yaml")], "map"
    name = NAMES.get(expected["adapter"], expected["adapter"])
    options = ["--adapter", name]
    settings = sample / "settings.json"
    if not settings.exists() and name in expected:
        settings = pathlib.Path(scratch) / "settings.json"
        settings.write_text(json.dumps(expected[name]))
    if settings.exists():
        options += ["--settings", str(settings)]
    return options, name


def decode(emgate, sample, options):
    run = subprocess.run(
        [emgate, "decode", *options, "--received", RECEIVED, "--list",
         str(sample / "topic.txt")], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise AssertionError(f"exit code {run.returncode}: {run.stderr.strip()}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def outcome_of(messages):
    """One outcome for all messages of a sample."""
    outcomes = [m["outcome"] for m in messages]
    readings = any(m["readings"] for m in messages)
    if "partial" in outcomes or ("rejected" in outcomes and readings):
        return "partial"
    if "rejected" in outcomes:
        return "rejected"
    return "accepted" if readings else "accepted_empty"


def when(text):
    match = re.fullmatch(r"(.+?)(?:\.(\d+))?Z", text)
    base = datetime.datetime.fromisoformat(match[1] + "+00:00")
    return int(base.timestamp()) * 10**9 + int((match[2] or "0").ljust(9, "0")[:9])


def time_agrees(wanted, got):
    match = re.fullmatch(r"\$RECV(?:([+-]\d+)s)?", wanted)
    if match:
        return when(got) == when(RECEIVED) + int(match[1] or 0) * 10**9
    return when(wanted) == when(got)


def value_agrees(wanted, got):
    if isinstance(wanted, bool) or isinstance(got, bool) or wanted is None or got is None:
        return type(wanted) is type(got) and wanted == got
    if isinstance(wanted, str) or isinstance(got, str):
        return wanted == got
    return abs(wanted - got) <= FINE * max(abs(wanted), abs(got))


def any_value_agrees(wanted, got):
    if value_agrees(wanted["value"], got["value"]):
        return True
    return "value_alt" in wanted and value_agrees(wanted["value_alt"], got["value"])


def differences(wanted, got):
    found = []
    for key in ("unit", "quality", "detail"):
        if key == "detail" and "detail" not in wanted:
            if got.get("detail"):
                found.append("detail")
        elif wanted.get(key) != got.get(key):
            found.append(key)
    if not any_value_agrees(wanted, got):
        found.append("value")
    if not time_agrees(wanted["ts"], got["ts"]):
        found.append("ts")
    receive = wanted.get("ts_source") == "receive"
    if receive != (got.get("ts_source") == "receive"):
        found.append("ts_source")
    found += [flag for flag in FLAGS if bool(wanted.get(flag)) != bool(got.get(flag))]
    return found


def compare_readings(wanted, got):
    """Problems between two lists; those of one device and metric agree in order."""
    problems = []
    def grouped(readings):
        groups = {}
        for reading in readings:
            groups.setdefault((reading["device"], reading["metric"]), []).append(reading)
        return groups
    left, right = grouped(wanted), grouped(got)
    for name in sorted(set(left) | set(right)):
        expected, actual = left.get(name, []), list(right.get(name, []))
        for reading in expected:
            if not actual:
                if not reading.get("optional"):
                    problems.append(f"{name}: missing")
                continue
            wrong = differences(reading, actual[0])
            if wrong and reading.get("optional"):
                continue
            if wrong:
                problems.append(f"{name}: {', '.join(wrong)}: wanted {reading}, "
                                f"got {actual[0]}")
            actual.pop(0)
        problems += [f"{name}: not expected: {reading}" for reading in actual]
    return problems


def compare(expected, messages):
    readings = [r for m in messages for r in m["readings"]]
    outcome = outcome_of(messages)
    if outcome == expected.get("alt_outcome") and outcome == "rejected":
        return []
    problems = []
    if outcome != expected["outcome"]:
        problems.append(f"outcome {outcome}, wanted {expected['outcome']}: "
                        f"{[(m['reason'], m.get('detail')) for m in messages]}")
    problems += compare_readings(expected["readings"], readings)
    reasons = expected.get("reason_any_of")
    said = {m["reason"] for m in messages} | {r.get("detail") for r in readings}
    if reasons and outcome != "accepted" and not said & set(reasons):
        problems.append(f"reason {sorted(filter(None, said))}, wanted one of {reasons}")
    for metric in expected.get("forbidden_metrics", []):
        if any(r["metric"] == metric for r in readings):
            problems.append(f"forbidden metric '{metric}'")
    return problems


def run(emgate, samples):
    adapters = built_in(emgate)
    failed, pending, passed = [], [], 0
    for sample in samples:
        expected = json.loads((sample / "expected.json").read_text())
        label = f"{sample.parent.name}/{sample.name}"
        with tempfile.TemporaryDirectory() as scratch:
            options, adapter = arguments(sample, expected, scratch)
            if adapter not in adapters:
                pending.append(f"{label} (adapter '{adapter}')")
                continue
            try:
                problems = compare(expected, decode(emgate, sample, options))
            except (AssertionError, json.JSONDecodeError) as error:
                problems = [str(error)]
        passed += not problems
        if problems:
            failed.append(label)
            print(f"FAILED {label}")
            print("".join(f"    {problem}\n" for problem in problems), end="")
    for label in pending:
        print(f"PENDING {label}: not built in, NOT TESTED")
    print(f"{passed} samples as expected, {len(failed)} failed, {len(pending)} pending")
    return 1 if failed or not passed else 0


def without_sample():
    """Presets that no sample shows."""
    shown = {p.read_text().strip() for p in HERE.glob("*/*/preset.txt")}
    return sorted(p.stem for p in PRESETS.glob("*.yaml") if p.stem not in shown)


def main():
    emgate = sys.argv[1]
    for preset in without_sample():
        sys.exit(f"FAILED preset '{preset}' has no sample under {HERE}")
    folders = [pathlib.Path(name) for name in sys.argv[2:]]
    samples = folders or sorted(p.parent for p in HERE.glob("*/*/expected.json"))
    os.environ["TZ"] = "America/St_Johns"  # the process's zone must not matter
    sys.exit(run(emgate, samples))


if __name__ == "__main__":
    main()
