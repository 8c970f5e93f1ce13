# SPDX-License-Identifier: Apache-2.0
"""The checkout as the rules see it: its files, their text, C code without comments."""
import os
import subprocess

C_ENDINGS = (".c", ".h")
SKIPPED = ("build", ".git", "node_modules", "__pycache__")
DATA = ("tests/vectors/", "tests/fuzz/seeds/", "tests/system/out/")


class Finding:
    """One thing to mend: where, which rule, what to do."""

    def __init__(self, path, line, rule, advice):
        self.path, self.line, self.rule, self.advice = path, line, rule, advice

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


def split_c(text):
    """C text as (code, comments): code has blanks for comments and for what stands in
    quotes, line by line as before; comments are (line, text)."""
    code, comments = [], []
    i, line, end = 0, 1, len(text)
    while i < end:
        two, char = text[i:i + 2], text[i]
        if two in ("//", "/*"):
            stop = text.find("\n", i) if two == "//" else text.find("*/", i + 2)
            stop = end if stop < 0 else stop + (0 if two == "//" else 2)
            comments.append((line, text[i:stop]))
        elif char in "\"'":
            stop = i + 1
            while stop < end and text[stop] not in (char, "\n"):
                stop += 2 if text[stop] == "\\" else 1
            stop = min(stop + 1, end)
        else:
            stop = i + 1
            code.append(char)
            line += char == "\n"
            i = stop
            continue
        piece = text[i:stop]
        code.append("".join("\n" if c == "\n" else c if c in "\"'" and two[0] in "\"'"
                            else " " for c in piece))
        line += piece.count("\n")
        i = stop
    return "".join(code), comments


class Tree:
    """Files below `root` that belong to the project, as paths with '/'."""

    def __init__(self, root, build=None):
        self.root, self.build = root, build
        self.paths = sorted(p for p in self._list() if os.path.isfile(self.full(p)))
        self._texts = {}
        self._split = {}

    def _list(self):
        done = subprocess.run(
            ["git", "-C", self.root, "ls-files", "--cached", "--others",
             "--exclude-standard"], capture_output=True, text=True, check=False)
        if done.returncode == 0 and os.path.exists(os.path.join(self.root, ".git")):
            return set(done.stdout.split("\n")) - {""}
        found = []
        for folder, names, files in os.walk(self.root):
            names[:] = [n for n in names if n not in SKIPPED]
            found += [os.path.relpath(os.path.join(folder, f), self.root) for f in files]
        return found

    def full(self, path):
        return os.path.join(self.root, path)

    def text(self, path):
        if path not in self._texts:
            with open(self.full(path), encoding="utf-8", errors="replace") as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def lines(self, path):
        return enumerate(self.text(path).split("\n"), 1)

    def split(self, path):
        if path not in self._split:
            self._split[path] = split_c(self.text(path))
        return self._split[path]

    def code_lines(self, path):
        return enumerate(self.split(path)[0].split("\n"), 1)

    def c_files(self, *folders):
        return [p for p in self.paths if p.endswith(C_ENDINGS) and not p.startswith(DATA)
                and (not folders or p.startswith(folders))]

    def sources(self, *endings):
        """Text that people write, by ending or name; data for tests is left out."""
        return [p for p in self.paths if p.endswith(endings) and not p.startswith(DATA)]
