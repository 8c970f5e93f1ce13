#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One journal, one set of bytes: journals recorded by one build are folded again by
builds of other compilers, levels of optimisation and another architecture.

    same_bytes_test.py REFERENCE_BIN [--cross-root FOLDER] [--builds NAME,...] [--hours N]
        NAME=FOLDER takes the build that is there

REFERENCE_BIN holds emgate and emgate-registry; it plays each example plant with faults.
Then each build runs `emgate replay`, which makes every summary again and compares its
bytes with the stored ones.  The last build may reorder additions (-ffast-math), which
emgate never allows: it has to give other bytes, or the comparison is blind.  Builds are
made below build/same-bytes and kept.  Not in CI: by hand."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
sys.dont_write_bytecode = True
sys.path[:0] = [ROOT + "/tests/lib", ROOT + "/tests/system/plants"]
from plant import Plant  # noqa: E402
from plants_test import example, wait_for_truth  # noqa: E402

PLANTS = ("cement", "cement-full", "steel-integrated", "steel-eaf", "fertiliser",
          "hydrogen", "aluminium", "airline", "ship")
# Compiler, flags; the compiler "arm64" is the cross compiler.
BUILDS = {
    "gcc-O0": ("gcc", "-O0"), "gcc-O2": ("gcc", "-O2"), "gcc-O3": ("gcc", "-O3"),
    "clang-O0": ("clang-14", "-O0"), "clang-O2": ("clang-14", "-O2"),
    "clang-O3": ("clang-14", "-O3"), "arm64-O0": ("arm64", "-O0"),
    "arm64-O2": ("arm64", "-O2"), "arm64-O3": ("arm64", "-O3"),
}
LOOSE = {"gcc-loose": ("gcc", "-O3")}
SAID = re.compile(r"(\d+) stored summaries: (\d+) made again identical, (\d+) different, "
                  r"(\d+) not made again")


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"same bytes: {' '.join(words)}:\n{done.stdout[-2000:]}"
                         f"{done.stderr[-2000:]}")
    return done.stdout


def runs(folder, compiler, root):
    """A build's program, as words that run it here."""
    emulator = ["qemu-aarch64-static", "-L", root] if compiler == "arm64" else []
    return emulator + [os.path.abspath(folder) + "/bin/emgate"]


def build(name, compiler, flags, root):
    """Its folder."""
    folder = f"{ROOT}/build/same-bytes/{name}"
    words = ["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
             f"-DCMAKE_C_FLAGS={flags}", "-DBUILD_TESTING=OFF"]
    if compiler == "arm64":
        words += [f"-DCMAKE_TOOLCHAIN_FILE={ROOT}/cmake/arm64.cmake",
                  f"-DEMGATE_CROSS_ROOT={root}"]
    else:
        words.append(f"-DCMAKE_C_COMPILER={compiler}")
    if name in LOOSE:
        # Behind the house's own flags, so that this is what counts.
        os.makedirs(folder, exist_ok=True)
        launcher = folder + "/loose"
        with open(launcher, "w", encoding="utf-8") as out:
            out.write('#!/bin/sh\nexec "$@" -ffast-math\n')
        os.chmod(launcher, 0o755)
        words.append(f"-DCMAKE_C_COMPILER_LAUNCHER={launcher}")
    run(*words)
    run("nice", "ninja", "-C", folder, "emgate")
    return folder


def record(programs, name, folder, hours):
    """Plays an example plant; leaves configuration and state in the folder."""
    text, who = example(name)
    file = f"{folder}/{name}.in"
    with open(file, "w", encoding="utf-8") as out:
        out.write(text)
    emgate, registry = (f"{programs}/{p}" for p in ("emgate", "emgate-registry"))
    with Plant(emgate, registry, file, **who) as plant:
        plant.start_all()
        truth = plant.simulate("--hours", str(hours), "--speed", "3600", "--seed", "9",
                               "--fault", "duplicates=2%,reorder=4%")
        wait_for_truth(plant, truth)
        plant.end("gateway")
        shutil.copytree(plant.path("state"), f"{folder}/{name}", symlinks=True,
                        ignore=shutil.ignore_patterns("*.sock"))
        with open(plant.path("gateway.yaml"), encoding="utf-8") as conf:
            text = conf.read().replace(plant.path("state"), "STATE")
    with open(f"{folder}/{name}.yaml", "w", encoding="utf-8") as out:
        out.write(text)


def replay(words, name, folder):
    """(stored, identical, different, not made again) of a build on a recorded plant."""
    with tempfile.TemporaryDirectory(prefix="emgate-same-") as own:
        shutil.copytree(f"{folder}/{name}", own + "/state")
        with open(f"{folder}/{name}.yaml", encoding="utf-8") as source:
            text = source.read().replace("STATE", own + "/state")
        with open(own + "/gateway.yaml", "w", encoding="utf-8") as out:
            out.write(text)
        done = subprocess.run([*words, "replay", "-c", own + "/gateway.yaml"],
                              capture_output=True, text=True, check=False)
        said = SAID.search(done.stdout)
        if not said:
            raise SystemExit(f"same bytes: {words}: {done.stdout}{done.stderr}")
        counts = tuple(int(n) for n in said.groups())
        assert (done.returncode == 0) == (counts[2] + counts[3] == 0), done
        return counts


def fold(name, words, folder):
    """Every plant with one build; the sums."""
    began = time.monotonic()
    sums = [sum(column) for column in zip(*(replay(words, p, folder) for p in PLANTS))]
    print(f"same bytes: {name}: {sums[0]} summaries of {len(PLANTS)} plants, {sums[1]} "
          f"identical, {sums[2]} different, {sums[3]} not made again, "
          f"{time.monotonic() - began:.0f} s")
    return sums


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("reference", help="the folder of the programs that record")
    parser.add_argument("--cross-root", default=ROOT + "/build/arm64-root")
    parser.add_argument("--builds", default=",".join((*BUILDS, *LOOSE)))
    parser.add_argument("--hours", type=int, default=6)
    options = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix="emgate-same-bytes-") as folder:
        for plant in PLANTS:
            record(os.path.abspath(options.reference), plant, folder, options.hours)
        print(f"same bytes: {len(PLANTS)} plants of {options.hours} hours recorded")
        root = os.path.abspath(options.cross_root)
        for entry in options.builds.split(","):
            name, _, there = entry.partition("=")
            compiler, flags = {**BUILDS, **LOOSE}[name]
            there = there or build(name, compiler, flags, root)
            sums = fold(name, runs(there, compiler, root), folder)
            as_wanted = sums[0] > 0 and ((sums[1] < sums[0]) if name in LOOSE
                                         else sums[1] == sums[0])
            bad += not as_wanted
    print("same bytes: " + ("FAILED" if bad else "passed"))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
