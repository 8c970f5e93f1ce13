# SPDX-License-Identifier: Apache-2.0
"""Rules that need the build folder: compilers, objects, the programs themselves."""
import json
import os
import re
import shlex
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tree import Finding

INSTRUMENTED = ("-fsanitize=", "--coverage")


def _commands(tree):
    """The compile commands of our own sources: list of (path, words)."""
    database = os.path.join(tree.build or "", "compile_commands.json")
    if not tree.build or not os.path.exists(database):
        return []
    with open(database, encoding="utf-8") as file:
        entries = json.load(file)
    found = []
    for entry in entries:
        path = os.path.relpath(entry["file"], tree.root)
        if path.startswith(("gateway/", "registry/", "adapters/")):
            found.append((path, entry["directory"], shlex.split(entry["command"])))
    return found


def headers_alone(tree):
    commands = _commands(tree)
    if not commands:
        return
    flags, compiler = [], shutil.which("gcc") or shutil.which("cc")
    for _, _, words in commands:
        i = 0
        while i < len(words):
            take = 2 if words[i] == "-isystem" else 1
            option = tuple(words[i:i + take])
            if words[i].startswith(("-I", "-isystem", "-D")) and option not in flags:
                flags.append(option)
            i += take
    flat = [word for option in flags for word in option]

    def alone(path):
        return path, subprocess.run(
            [compiler, "-std=c17", "-fsyntax-only", "-x", "c", *flat, "-include",
             tree.full(path), "/dev/null"], capture_output=True, text=True, check=False)

    paths = [p for p in tree.c_files("gateway/", "registry/", "adapters/")
             if p.endswith(".h") and os.path.basename(p) != "list.h"]
    with ThreadPoolExecutor(2) as pool:
        for path, done in pool.map(alone, paths):
            if done.returncode != 0:
                why = re.search(r":(\d+):\d+: (?:fatal )?error: (.*)", done.stderr)
                line, text = why.groups() if why else (1, done.stderr.strip()[:80])
                yield Finding(path, line, "header-alone",
                              f"does not compile alone ({text}): include what it uses")


# The program, the log, and what the linker puts in the place of Paho's functions,
# which are called without a context of ours.
MAY_CHANGE = ("main.c", "log.c", "ack_gate.c", "ack_write.c")


def variables(tree):
    """Names in .data and .bss; constants with addresses are in .data.rel.ro."""
    for path, directory, words in _commands(tree):
        if os.path.basename(path) in MAY_CHANGE:
            continue
        if any(word.startswith(INSTRUMENTED) for word in words):
            return
        target = os.path.join(directory, words[words.index("-o") + 1])
        if not os.path.exists(target):
            continue
        done = subprocess.run(["nm", "--format=sysv", target], capture_output=True,
                              text=True, check=False)
        for line in done.stdout.split("\n"):
            fields = [field.strip() for field in line.split("|")]
            section = fields[-1]
            writable = section in (".data", ".bss", "*COM*") or \
                re.match(r"\.(data|bss|tdata|tbss)(?!\.rel\.ro)", section)
            if len(fields) == 7 and writable and fields[3] != "SECTION":
                yield Finding(path, _line_of(tree, path, fields[0]), "variable",
                              f"'{fields[0]}' can change: make it const, or hand it in")


def _line_of(tree, path, symbol):
    name = symbol.split(".")[0]
    for number, line in tree.code_lines(path):
        if re.search(rf"\b{re.escape(name)}\b", line):
            return number
    return 1


MADE_BY = re.compile(r"<!-- made by: (emgate(?:-registry)? [^>]*?) -->")


def reference(tree):
    """docs/reference/*.md say which command makes them; it must make them alike."""
    for path in tree.sources(".md"):
        if not path.startswith("docs/reference/"):
            continue
        first, _, rest = tree.text(path).partition("\n")
        match = MADE_BY.match(first)
        if not match:
            yield Finding(path, 1, "reference",
                          "the first line must be '<!-- made by: emgate ... -->'")
            continue
        words = shlex.split(match.group(1))
        program = os.path.join(tree.build or "", "bin", words[0])
        if not tree.build or not os.access(program, os.X_OK):
            continue
        done = subprocess.run([program, *words[1:]], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0 or done.stdout != rest:
            number = 2 + next((i for i, (a, b) in enumerate(
                zip(done.stdout.split("\n"), rest.split("\n"))) if a != b), 0)
            yield Finding(path, number, "reference", "is stale: run tools/reference.sh")


RULES = (headers_alone, variables, reference)
