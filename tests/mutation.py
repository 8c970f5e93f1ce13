# SPDX-License-Identifier: Apache-2.0
"""The work of mutation.sh.

A mutant is one changed token of gateway/methods/FAMILY.c.  It is compiled alone, linked
in front of the libraries with the family's test and the vectors, and run.  It is killed
when it does not compile, a test fails, or the program crashes or hangs.
"""
import os
import re
import subprocess
import sys
import tempfile

CC = os.environ.get("CC", "cc")
FLAGS = ["-std=c17", "-O0", "-w", "-D_GNU_SOURCE", "-Igateway", "-Itests/lib",
         '-DTEST_DATA="%s/tests"' % os.getcwd()]
SWAPS = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", ">": ">=", "<=": "<",
         ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&", "!": "",
         "fmin": "fmax", "fmax": "fmin", "+=": "-=", "-=": "+=", "*=": "/=",
         "INPUT_POSITIVE": "0", "INPUT_OPTIONAL": "0", "NOT_NEGATIVE": "0"}
TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/)
  | (?P<include>^\#\s*(?:include|undef).*?$)
  | (?P<text>"(?:[^"\\\n]|\\.)*")
  | (?P<letter>'(?:[^'\\\n]|\\.)+')
  | (?P<number>(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.]))
  | (?P<word>[A-Za-z_]\w*)
  | (?P<operator>->|\+\+|--|<=|>=|==|!=|&&|\|\||\+=|-=|\*=|[-+*/<>!])
""", re.X | re.S | re.M)
TABLE = re.compile(r"^ *double \w+ = 0;|^ *\{0\}|^#define|"
                   r"\.(unit|flags|initial|min|max|help)\b")
COMMON = ["compute/vectors", "compute/compute", "compute/read", "compute/write",
          "methods/method", "methods/reference"]
LIBRARIES = ["compute", "methods", "units", "core"]


def changed_number(text):
    """A whole number may be an index, where 2.02 would be 2 again."""
    return str(int(text) + 1) if text.isdigit() else repr(float(text) * 1.01)


def is_pointer(source, match):
    """A star or minus that is no arithmetic: declarations, casts, dereferences."""
    before = source[:match.start()].rstrip()[-1:]
    after = source[match.end():match.end() + 1]
    return match.group() == "*" and (after not in " \n" or before in "(,")


def is_table(line):
    """A line of the tables, which the reference page holds word for word, or the first
    value of a variable that the next lines set."""
    return TABLE.search(line)


def mutants(source, tables):
    """Yields (start, end, replacement)."""
    for start, end, replacement in all_mutants(source):
        line = source[source.rfind("\n", 0, start) + 1:source.find("\n", end)]
        if tables or not is_table(line):
            yield start, end, replacement


def all_mutants(source):
    for match in TOKEN.finditer(source):
        kind, text = match.lastgroup, match.group()
        if kind == "number":
            before = source[:match.start()].rstrip()
            if before.endswith("["):
                continue
            yield match.start(), match.end(), changed_number(text)
        elif kind == "text" and re.fullmatch(r'"\d+(\.\d+)?"', text):
            line = source[source.rfind("\n", 0, match.start()) + 1:match.start()]
            if "initial" in line:
                number = repr(float(text[1:-1]) * 1.01) if text != '"0"' else "0.5"
                yield match.start(), match.end(), '"%s"' % number
        elif kind in ("operator", "word") and text in SWAPS:
            if not is_pointer(source, match):
                yield match.start(), match.end(), SWAPS[text]


def run(arguments, limit=60):
    try:
        return subprocess.run(arguments, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=limit,
                              check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def flags_of(package):
    words = subprocess.run(["pkg-config", "--cflags", "--libs", package], check=True,
                           capture_output=True, text=True).stdout
    return words.split()


def compiled(test, folder):
    target = os.path.join(folder, os.path.basename(test) + ".o")
    subprocess.run([CC, *FLAGS, *flags_of("jansson"), "-c", f"tests/unit/{test}_test.c",
                    "-o", target], check=True)
    return target


class Family:
    def __init__(self, build, name, work, common):
        self.name = name
        self.path = f"gateway/methods/{name}.c"
        self.work = work
        with open(self.path, encoding="utf-8") as file:
            self.source = file.read()
        self.objects = [compiled(f"methods/{name}", work), *common]
        self.libraries = [os.path.join(build, f"lib{x}.a") for x in LIBRARIES]
        self.libraries += ["-ludunits2", "-lm"]
        self.libraries += flags_of("jansson") + flags_of("criterion")

    def survives(self, source):
        code = os.path.join(self.work, "mutant.c")
        program = os.path.join(self.work, "mutant")
        with open(code, "w", encoding="utf-8") as file:
            file.write(source)
        return (run([CC, *FLAGS, "-c", code, "-o", program + ".o"]) and
                run([CC, program + ".o", *self.objects, *self.libraries,
                     "-o", program]) and
                run([program, "-j1", f"--filter={self.name}/*"]) and
                run([program, "-j1", "--fail-fast"]))

    def check(self, excused, tables, sample):
        """`sample` is (each, from): one change in so many, counted over all families."""
        total, left = 0, []
        chosen = [m for i, m in enumerate(mutants(self.source, tables))
                  if (i + sample[1]) % sample[0] == 0]
        if chosen and not self.survives(self.source):
            sys.exit(f"{self.path}: the tests fail without any change")
        for start, end, replacement in chosen:
            total += 1
            mutant = self.source[:start] + replacement + self.source[end:]
            if not self.survives(mutant):
                continue
            number = self.source.count("\n", 0, start) + 1
            line = self.source.split("\n")[number - 1].strip()
            what = f"'{self.source[start:end]}' -> '{replacement}'"
            known = any(path == self.path and token == self.source[start:end] and
                        text in line for path, token, text in excused)
            left.append((known, f"{self.path}:{number}: {what} in: {line}"))
        return total, left


def read_excuses():
    """Lines "path | token | part of the line | reason"."""
    excuses = []
    if os.path.exists("tests/mutation.txt"):
        with open("tests/mutation.txt", encoding="utf-8") as file:
            for line in file:
                parts = [part.strip() for part in line.split(" | ")]
                if len(parts) == 4:
                    excuses.append(tuple(parts[:3]))
    return excuses


def families(names):
    """formula.c and reference.c print text; method.c calls what is tested here."""
    return names or sorted(
        name[:-2] for name in os.listdir("gateway/methods")
        if name.endswith(".c") and name not in ("method.c", "reference.c", "formula.c"))


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    tables = "--tables" in sys.argv
    each = next((int(word.split("=")[1]) for word in sys.argv
                 if word.startswith("--sample=")), 1)
    build = words[0] if words else "build"
    excused = read_excuses()
    total, survivors, known, place = 0, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="emgate-mutation-") as shared:
        common = [compiled(test, shared) for test in COMMON]
        for name in families(words[1:]):
            with tempfile.TemporaryDirectory(prefix="emgate-mutation-") as work:
                family = Family(build, name, work, common)
                count, left = family.check(excused, tables, (each, place))
                place += len(list(mutants(family.source, tables)))
            total += count
            for is_known, text in left:
                survivors += not is_known
                known += is_known
                print(("excused: " if is_known else "survived: ") + text, flush=True)
            print(f"{name}: {count} changes, {len(left)} not noticed", flush=True)
    print(f"{total} changes, {survivors} not noticed, {known} more excused")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
