# SPDX-License-Identifier: Apache-2.0
"""Rules on the text of single files."""
import os
import re
import shutil
import subprocess

from tree import DATA, Finding

LICENCE = "SPDX-License-Identifier: Apache-2.0"
LICENSED = (".c", ".h", ".proto", ".cmake", "CMakeLists.txt", ".sh", ".py", ".yaml",
            ".yml", ".conf", ".service", ".ci/run", "Dockerfile")
FILE_LINES_MAX = 600
COLUMNS_MAX = 90
COLUMNS_CHECKED = (".c", ".h", ".py", ".sh", ".ci/run")

BANNED = {
    "strcpy": "use a struct bytes or snprintf",
    "strcat": "use struct buf",
    "sprintf": "use snprintf or buf_print",
    "vsprintf": "use vsnprintf",
    "gets": "use fgets",
    "strtok": "use bytes_slice",
    "alloca": "use the arena",
}
# Test programs may read their own arguments with these.
NUMBERS = {
    "atoi": "use number_parse_i64", "atol": "use number_parse_i64",
    "atof": "use number_parse", "strtol": "use number_parse_i64",
    "strtoul": "use number_parse_u64", "strtoll": "use number_parse_i64",
    "strtoull": "use number_parse_u64", "strtod": "use number_parse",
}
HEAP = {name: "use core/mem.h or the arena"
        for name in ("malloc", "calloc", "realloc", "free", "strdup", "strndup")}
IMPURE = {
    "time": "time comes from struct clock or the record",
    "clock_gettime": "time comes from struct clock or the record",
    "localtime": "use normalise/zone.h", "localtime_r": "use normalise/zone.h",
    "mktime": "use core/timetext.h", "setlocale": "results must not depend on it",
    "rand": "results must not depend on chance", "random": "likewise",
    "getenv": "results must not depend on the environment",
}
PURE = ("gateway/decode/", "gateway/normalise/", "gateway/aggregate/",
        "gateway/methods/", "gateway/model/", "adapters/")


def licence(tree):
    for path in tree.sources(*LICENSED):
        head = tree.text(path).split("\n")[:2]
        line = head[1] if head[0].startswith("#!") and len(head) > 1 else head[0]
        if LICENCE not in line:
            yield Finding(path, 1, "licence", f"the first line must say '{LICENCE}'")


def purpose(tree):
    """A test's name is its purpose, and a test helper's is in its header."""
    for path in tree.c_files():
        if path.endswith("_test.c") or (path.startswith("tests/")
                                        and path[:-2] + ".h" in tree.paths
                                        and path.endswith(".c")):
            continue
        text = tree.text(path).split("\n", 1)[-1].lstrip("\n")
        words = text.startswith("/*") and re.findall(r"\w+", text[:text.find("*/")])
        if not words or len(words) < 3:
            yield Finding(path, 2, "purpose",
                          "say below the licence, in a /* comment */, what it is for")


def length(tree):
    for path in tree.sources(".c", ".h", ".py", ".sh", ".cmake"):
        count = tree.text(path).count("\n")
        if count > FILE_LINES_MAX:
            yield Finding(path, count, "length",
                          f"{count} lines: split it, {FILE_LINES_MAX} is the limit")


def columns(tree):
    for path in tree.sources(*COLUMNS_CHECKED):
        for number, line in tree.lines(path):
            if len(line) > COLUMNS_MAX and "http" not in line:
                yield Finding(path, number, "columns",
                              f"{len(line)} columns: break it at {COLUMNS_MAX}")


def blanks(tree):
    for path in tree.sources(*COLUMNS_CHECKED, ".md", ".cmake", "CMakeLists.txt"):
        for number, line in tree.lines(path):
            if line.endswith((" ", "\t", "\r")):
                yield Finding(path, number, "blanks", "remove what trails the line")


def clang_format(tree):
    tool = shutil.which("clang-format-14")
    if not tool:
        yield Finding(".clang-format", 1, "format",
                      "clang-format-14 is missing: tools/packages.sh test")
        return
    paths = tree.c_files()
    done = subprocess.run([tool, "--dry-run", "-Werror", *paths], cwd=tree.root,
                          capture_output=True, text=True, check=False)
    seen = set()
    for path, line in re.findall(r"^(\S+?):(\d+):\d+: error", done.stderr, re.M):
        if path not in seen:
            seen.add(path)
            yield Finding(path, line, "format", f"run: clang-format-14 -i {path}")


def slash_comments(tree):
    for path in tree.c_files():
        for line, text in tree.split(path)[1]:
            if text.startswith("//"):
                yield Finding(path, line, "comment",
                              "write /* ... */; // is for what is not committed")


def to_do(tree):
    word = re.compile(r"\b(TODO|FIXME)\b(?!\s*\(?#\d+)")
    for path in tree.sources(".c", ".h", ".py", ".sh", ".cmake", ".proto", ".yaml"):
        if path.startswith("tests/tidy/"):
            continue
        for number, line in tree.lines(path):
            if word.search(line):
                yield Finding(path, number, "to-do", "name the issue: 'TODO #12: ...'")


def _calls(tree, paths, names, rule):
    """`paths` may call none of `names`; core/number.c alone may use strtod()."""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(names) + r")\s*\(")
    for path in paths:
        for number, line in tree.code_lines(path):
            for match in pattern.finditer(line):
                name = match.group(1)
                if name == "strtod" and path == "gateway/core/number.c":
                    continue
                yield Finding(path, number, rule, f"no {name}(): {names[name]}")


def banned(tree):
    yield from _calls(tree, tree.c_files(), BANNED, "banned")
    ours = [p for p in tree.c_files("gateway/", "registry/", "adapters/")
            if p != "gateway/core/mem.c"]
    yield from _calls(tree, ours, HEAP, "heap")
    yield from _calls(tree, ours, NUMBERS, "banned")
    for path in tree.c_files():
        for number, line in tree.lines(path):
            if re.match(r"\s*#\s*include\s*<assert\.h>", line):
                yield Finding(path, number, "banned", "use core/check.h")
            if re.match(r"\s*#\s*if\s+0\b", line):
                yield Finding(path, number, "banned", "delete it; git remembers")
            if re.match(r"\s*#\s*pragma\b", line):
                yield Finding(path, number, "banned", "no #pragma: mend the code")


def pure(tree):
    yield from _calls(tree, tree.c_files(*PURE), IMPURE, "pure")


def ends_process(tree):
    names = {name: "return an error; only main and core/check.c, mem.c end the process"
             for name in ("exit", "_exit", "abort", "quick_exit")}
    paths = [p for p in tree.c_files("gateway/", "registry/", "adapters/")
             if p not in ("gateway/core/check.c", "gateway/core/mem.c",
                          "gateway/checkup_helper.c")  # the end of a child
             and os.path.basename(p) != "main.c"]
    yield from _calls(tree, paths, names, "exit")


def sleeping(tree):
    names = {name: "wait for a condition or step() the loop; a test does not sleep"
             for name in ("sleep", "usleep", "nanosleep")}
    yield from _calls(tree, tree.c_files("tests/unit/"), names, "sleep")


def words(tree):
    """What belongs to one workplace and not to the project."""
    pattern = re.compile(r"/wor" r"k/|(?<![\w/-])(?:\.\./)?shar" r"ed/|BRI" r"EF\.md")
    for path in tree.paths:
        if path.startswith(DATA):
            continue
        for number, line in tree.lines(path):
            match = pattern.search(line)
            if match:
                yield Finding(path, number, "words",
                              f"'{match.group(0)}' means nothing outside: say the thing")


RULES = (licence, purpose, length, columns, blanks, clang_format, slash_comments, to_do,
         banned, pure, ends_process, sleeping, words)
