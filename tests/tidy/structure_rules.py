# SPDX-License-Identifier: Apache-2.0
"""Rules on how files stand to each other: includes, headers, lists, tests."""
import os
import re

from tree import Finding

GROUND = ("core", "config/node", "model")
# Who may include whom.  A name is a folder below gateway/ or one header; a folder may
# always include itself.  The link lines in cmake/stages.cmake say the same.
ALLOWED = {
    "gateway/core": (),
    "gateway/units": ("core",),
    "gateway/config/node": ("core",),
    "gateway/sql": ("core",),
    "gateway/mqtt": ("core", "config/node"),
    "gateway/model": GROUND,
    "gateway/decode": GROUND + ("config/plan.h",),
    "adapters": GROUND + ("decode",),
    "gateway/methods": ("core", "units"),
    "gateway/compute": ("core", "units", "methods/method.h"),
    "gateway/evidence": GROUND,
    "gateway/sinks": GROUND + ("config/plan.h", "evidence", "mqtt"),
    "gateway/verify": GROUND + ("evidence", "journal/journal.h"),
    "gateway/config": GROUND + ("units", "decode/adapter.h", "decode/mapping.h",
                                "methods/method.h", "sinks/sink.h", "normalise/zone.h",
                                "mqtt"),
    "gateway/bridge": GROUND + ("config/plan.h", "mqtt", "decode/decode.h",
                                "decode/adapter.h", "journal/journal.h"),
    "gateway/journal": GROUND,
    "gateway/source": GROUND,
    "gateway/outbox": GROUND,
    "gateway/normalise": GROUND + ("units", "config", "aggregate", "methods/method.h"),
    "gateway/aggregate": GROUND + ("units", "config", "normalise", "methods/method.h"),
    "gateway/tls": ("core",),
    "gateway/web": GROUND + ("tls",),
    "gateway/simulate": GROUND + ("units", "config", "methods/method.h"),
    "gateway/report": GROUND + ("methods/method.h",),
    "registry": GROUND + ("sql", "evidence", "tls", "report/report.h",
                       "verify/verify.h"),
}
# Single files that may know more, each with its reason.
EXCEPTIONS = {
    # The forwarder is the loop between the outbox and a sink; drivers see neither.
    "gateway/sinks/forward.c": ("outbox/outbox.h",),
    # What a sink has sent stands in the outbox.
    "gateway/sinks/reconcile.c": ("outbox/outbox.h",),
    "gateway/sinks/forward.h": ("outbox/outbox.h",),
}
# The top: boot and the commands put everything together.
FREE = ("gateway", "gateway/cli", "tests")
INCLUDE = re.compile(r'\s*#\s*include\s+"([^"]+)"')


def _folder(path):
    """The longest known folder that holds the file, or ""; gateway/ holds only its own
    files, so that a new stage has to be placed."""
    folder = os.path.dirname(path)
    while folder and folder not in ALLOWED and folder not in FREE:
        folder = os.path.dirname(folder)
    return "" if folder == "gateway" and path.count("/") > 1 else folder


def _includes(tree, paths):
    for path in paths:
        for number, line in tree.lines(path):
            match = INCLUDE.match(line)
            if match:
                yield path, number, match.group(1)


def _may_include(tree, folder, target):
    if folder in FREE:
        return True
    if target.endswith(".pb-c.h") or "/" not in target:
        return True
    if os.path.join("gateway", target) in tree.paths:
        home = os.path.dirname(os.path.join("gateway", target))
    else:
        home = os.path.dirname(target)
    if home == folder or home.startswith(folder + "/"):
        return True
    short = home[len("gateway/"):] if home.startswith("gateway/") else home
    return short in ALLOWED[folder] or target in ALLOWED[folder]


def include_paths(tree):
    for path, number, target in _includes(tree, tree.c_files()):
        if target.startswith("..") or "/../" in target:
            yield Finding(path, number, "include",
                          f"'{target}': name it from the root of gateway/, without ../")


def include_graph(tree):
    for path, number, target in _includes(tree, tree.c_files("gateway/", "adapters/",
                                                             "registry/")):
        folder = _folder(path)
        if not folder:
            yield Finding(path, number, "graph", f"'{os.path.dirname(path)}' is a new "
                          "folder: add it to ALLOWED in tests/tidy/structure_rules.py")
        elif target in EXCEPTIONS.get(path, ()):
            continue
        elif not _may_include(tree, folder, target):
            allowed = ", ".join(ALLOWED[folder]) or "nothing"
            yield Finding(path, number, "graph", f"{folder} must not include '{target}': "
                          f"it knows {allowed}; share a type in model/ instead")


def own_header_first(tree):
    for path in tree.c_files("gateway/", "registry/"):
        header = path[:-2] + ".h"
        if not path.endswith(".c") or header not in tree.paths:
            continue
        wanted = os.path.relpath(header, "gateway") if path.startswith("gateway/") \
            else header
        number, first = next(((n, line) for n, line in tree.lines(path)
                              if re.match(r"\s*#\s*include", line)), (1, ""))
        name = re.escape(os.path.basename(wanted)[:-2])
        if not re.search(r'"(?:\w+/)*' + name + '(?:_private)?.h"', first):
            yield Finding(path, number, "own-header", f"include \"{wanted}\" first")


DECLARATION = re.compile(
    r"^(?!typedef|static|#|\s|\}|return|extern|_Static_assert)[A-Za-z_][\w\s\*]*?\**"
    r"\b([a-z_]\w*)\s*\(", re.M)
# Verbs that always mean the same (docs/STYLE.md), where nothing but the object is given.
PLAIN = re.compile(r"\w+_(?:init|deinit|free|close)\s*\([^,)]*\)")


def header_comments(tree):
    """Between a function's declaration and the empty line above it stands a comment, on
    lines of its own: one may speak for a group, or for a struct and its function."""
    for path in tree.c_files("gateway/", "registry/", "adapters/", "tests/lib/"):
        if not path.endswith(".h"):
            continue
        code = tree.split(path)[0]
        shown, lines = tree.text(path).split("\n"), code.split("\n")
        for match in DECLARATION.finditer(code):
            if PLAIN.match(code, match.start(1)):
                continue
            line = code.count("\n", 0, match.start()) + 1
            above = line - 2
            while lines[above].strip():
                above -= 1
            if not shown[above].strip():
                yield Finding(path, line, "header-comment",
                              f"say above {match.group(1)}() what it does, who owns "
                              "what, which errors")


LISTS = {
    "adapters/": ("adapters/list.h", "adapter"),
    "gateway/methods/": ("gateway/methods/list.h", "method"),
    "gateway/sinks/": ("gateway/sinks/list.h", "sink"),
    "gateway/cli/": ("gateway/cli/list.h", "command"),
}


def registered(tree):
    for folder, (list_path, kind) in LISTS.items():
        if list_path not in tree.paths:
            continue
        listed = set(re.findall(r"^\s*[A-Z]+\((\w+)\)", tree.split(list_path)[0], re.M))
        pattern = re.compile(rf"^const struct {kind} (?:{kind}_)?(\w+) = {{")
        for path in tree.c_files(folder):
            for number, line in tree.code_lines(path):
                match = pattern.match(line)
                if match and match.group(1) not in listed:
                    yield Finding(path, number, "registered",
                                  f"add '{match.group(1)}' to {list_path}")


def test_of(path):
    """Where the unit test of a source file belongs."""
    inner = path[len("gateway/"):] if path.startswith("gateway/") else path
    inner = inner.replace("config/node/", "config/")
    return "tests/unit/" + inner[:-2] + "_test.c"


def has_test(tree, path):
    """Its own, or that of the module it is a part of: outbox/outbox_rows.c is tested
    by outbox_test.c."""
    folder, name = os.path.split(path[:-2])
    words = name.split("_")
    modules = ("_".join(words[:count]) for count in range(len(words), 0, -1))
    if any(test_of(f"{folder}/{module}.c") in tree.paths for module in modules):
        return True
    return path.startswith("adapters/") and \
        any(p.startswith(f"tests/vectors/{name}/") for p in tree.paths)


UNTESTED = "tests/tidy/untested.txt"


def tested(tree):
    listed = {}
    if UNTESTED in tree.paths:
        listed = {line.strip(): number for number, line in tree.lines(UNTESTED)
                  if line.strip() and not line.startswith("#")}
    sources = [p for p in tree.c_files("gateway/", "registry/", "adapters/")
               if p.endswith(".c") and os.path.basename(p) != "main.c"]
    for path in sources:
        if path not in listed and not has_test(tree, path):
            yield Finding(path, 1, "untested", f"write {test_of(path)}")
    for path, number in listed.items():
        if path not in sources:
            yield Finding(UNTESTED, number, "untested", f"'{path}' is gone: take it off")
        elif has_test(tree, path):
            yield Finding(UNTESTED, number, "untested",
                          f"'{path}' has a test now: take it off the list")


def scripts(tree):
    for path in tree.sources(".sh", ".ci/run"):
        if path.startswith("tests/lib/"):
            continue
        if not os.access(tree.full(path), os.X_OK):
            yield Finding(path, 1, "script", f"run: chmod +x {path}")


LOG_CODES = "docs/errors.md"
LOG_CALL = re.compile(r'log_(?:info|warn|error)\(\s*"([a-z_]+\.[a-z_]+)"')


def log_codes(tree):
    """Every code of a log line stands in docs/errors.md, and no other."""
    explained = {}
    if LOG_CODES in tree.paths:
        for number, line in tree.lines(LOG_CODES):
            if line.startswith("| `"):
                for code in re.findall(r"`([a-z_]+\.[a-z_]+)`", line.split("|")[1]):
                    explained[code] = number
    used = set()
    for path in tree.c_files("gateway/", "registry/"):
        for number, line in tree.lines(path):
            for code in LOG_CALL.findall(line):
                used.add(code)
                if code not in explained:
                    yield Finding(path, number, "log-code",
                                  f"explain '{code}' in {LOG_CODES}")
    for code, number in explained.items():
        if code not in used:
            yield Finding(LOG_CODES, number, "log-code", f"nothing logs '{code}'")


RULES = (include_paths, include_graph, own_header_first, header_comments, registered,
         tested, scripts, log_codes)
