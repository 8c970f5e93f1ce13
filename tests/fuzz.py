#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Feeds random bytes to every reader that a stranger can reach, each by itself.

    tests/fuzz.py SECONDS [TARGET...]       of tests/fuzz/; all when none is named
    tests/fuzz.py --jobs 2 3600 sparkplug_fuzz map_fuzz

Builds the preset fuzz (clang, libFuzzer, address and undefined behaviour sanitizers),
goes on from the inputs of earlier runs in build/fuzz/corpus and prints a line a target:
executions, processor time, peak memory, inputs that reached something new.  Exit code 1
when one crashed, hung or outgrew its memory; its input is then
build/fuzz/found-TARGET-*."""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, "build/fuzz")
INPUT_LIMIT_S = 10
MEMORY_LIMIT_MB = 2048


def build():
    subprocess.run(["cmake", "--preset", "fuzz"], cwd=TOP, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["nice", "ninja", "-C", BUILD, "--quiet", "fuzz_targets"], check=True)


def all_targets():
    return sorted(name[:-6] for name in os.listdir(os.path.join(BUILD, "fuzz"))
                  if name.endswith(".seeds"))


def seeds_of(target):
    with open(os.path.join(BUILD, "fuzz", target + ".seeds"), encoding="utf-8") as lines:
        return lines.read().split()


def count_of(text, name):
    found = re.search(rf"^stat::{name}:\s*(\d+)", text, re.MULTILINE)
    return int(found.group(1)) if found else 0


def run(target, seconds):
    """Returns a line of figures, and what it printed where it found something."""
    corpus = os.path.join(BUILD, "corpus", target)
    os.makedirs(corpus, exist_ok=True)
    command = [os.path.join(BUILD, "bin", target), f"-max_total_time={seconds}",
               f"-timeout={INPUT_LIMIT_S}", f"-rss_limit_mb={MEMORY_LIMIT_MB}",
               "-verbosity=0", "-print_final_stats=1",
               f"-artifact_prefix={BUILD}/found-{target}-", corpus, *seeds_of(target)]
    with tempfile.TemporaryFile("w+", errors="replace") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        text = out.read()
    runs = count_of(text, "number_of_executed_units")
    line = (f"{target:22} {seconds} s  {runs:>12,} runs"
            f"  {usage.ru_utime + usage.ru_stime:7.0f} s of processor"
            f"  {usage.ru_maxrss // 1024:5} MiB"
            f"  {count_of(text, 'new_units_added'):6,} new")
    return line, None if process.returncode == 0 else text[-6000:]


def arguments():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--jobs", type=int, default=os.cpu_count())
    words.add_argument("seconds", type=int)
    words.add_argument("target", nargs="*")
    return words.parse_args()


def main():
    asked = arguments()
    build()
    targets = asked.target or all_targets()
    unknown = set(targets) - set(all_targets())
    if unknown:
        sys.exit(f"fuzz: no target {', '.join(sorted(unknown))}; there are: "
                 + " ".join(all_targets()))
    found = 0
    with concurrent.futures.ThreadPoolExecutor(asked.jobs) as pool:
        for line, text in pool.map(lambda name: run(name, asked.seconds), targets):
            print(line if text is None else f"{text}\n{line}  FOUND", flush=True)
            found += text is not None
    print(f"fuzz: {len(targets)} targets, {asked.seconds} s each, "
          f"{found if found else 'nothing'} found")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
