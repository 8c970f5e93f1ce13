# SPDX-License-Identifier: Apache-2.0
"""Rules on what is said in two places and must agree: stages of CI, the version."""
import re

from tree import Finding

WORKFLOWS = ".github/workflows/"
CODE = (".c", ".h", ".py", ".sh", ".cmake", "CMakeLists.txt", ".cmake.in")


def workflow(tree):
    """A forge's workflow runs the stages of .ci/run, each once, on the same Debian."""
    if ".ci/run" not in tree.paths:
        return
    stages = re.search(r'^stages="([^"]*)"', tree.text(".ci/run"), re.M).group(1).split()
    for path in tree.paths:
        if not path.startswith(WORKFLOWS):
            continue
        text = tree.text(path)
        matrix = re.search(r"^ *stages: \[(.*)\]", text, re.M)
        call = re.search(r"^ *run: \.ci/run ([\w ]*)", text, re.M)
        words = (re.findall(r"\w+", matrix.group(1)) if matrix else []) + \
            (call.group(1).split() if call else [])
        line = text[:matrix.start()].count("\n") + 1 if matrix else 1
        if sorted(words) != sorted(stages):
            yield Finding(path, line, "workflow", "the stages of .ci/run are: " +
                          " ".join(stages))
        if not re.search(r"^ *container: debian:bookworm$", text, re.M):
            yield Finding(path, 1, "workflow", "run in the container debian:bookworm")


def version(tree):
    """The version stands in VERSION, and what changed in CHANGELOG.md; all else asks."""
    if "VERSION" not in tree.paths:
        return
    now = tree.text("VERSION").strip()
    if not re.search(rf"^## {re.escape(now)}\b", tree.text("CHANGELOG.md"), re.M):
        yield Finding("CHANGELOG.md", 1, "version", f"say under '## {now}' what changed")
    pattern = re.compile(rf"(?<![\d.]){re.escape(now)}(?![\d.])")
    for path in tree.sources(*CODE):
        for number, line in tree.lines(path):
            if pattern.search(line):
                yield Finding(path, number, "version",
                              f"'{now}' is read from VERSION, not written again")


RULES = (workflow, version)
