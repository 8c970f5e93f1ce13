#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a released program must have against misuse of memory, read from its headers by
readelf: hardening.py PROGRAM...

Prints a line a program; exit 1 when one lacks something.  With --selftest it compiles a
small program with and without the flags: each check has to see the difference."""
import os
import re
import subprocess
import sys
import tempfile

SOURCE = """#include <stdio.h>
#include <string.h>
#ifdef WRITABLE
__asm__(".section .both, \\"awx\\"\\n.byte 0\\n.text");
#endif
int main(int count, char **words)
{
    char text[64];
    char copy[32];
    strcpy(text, words[count - 1]);
    memcpy(copy, text, (size_t)count);
    return snprintf(text, (size_t)count, copy, count);
}
"""
# From our own build; 'how' undoes one.
GOOD = ["-O2", "-fPIE", "-pie", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong",
        "-Wl,-z,relro,-z,now"]
SPOILED = {
    "position-independent": ["-fno-pie", "-no-pie"],
    "read-only relocations": ["-Wl,-z,norelro"],
    "bound at start": ["-Wl,-z,lazy"],
    "stack not executable": ["-z", "execstack"],
    "stack protector": ["-fno-stack-protector"],
    "fortified calls": ["-U_FORTIFY_SOURCE"],
    "no search path": ["-Wl,-rpath,/tmp"],
    "no writable code": ["-DWRITABLE"],
}


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True,
                          capture_output=True, text=True).stdout


def check(path):
    """Name of each check and whether it holds."""
    header, segments = readelf("-h", path), readelf("-l", path)
    dynamic, symbols = readelf("-d", path), readelf("--dyn-syms", path)
    loads = re.findall(r"^ +LOAD .* ([R ][W ][E ]) 0x", segments, re.M)
    stack = re.search(r"^ +GNU_STACK .* ([R ][W ][E ]) 0x", segments, re.M)
    return {
        "position-independent": "DYN (" in header and
                                bool(re.search(r"FLAGS_1\).*\bPIE\b", dynamic)),
        "read-only relocations": "GNU_RELRO" in segments,
        "bound at start": bool(re.search(r"\(FLAGS\).*BIND_NOW|FLAGS_1\).*\bNOW\b",
                                         dynamic)),
        "stack not executable": stack is not None and "E" not in stack.group(1),
        "stack protector": "__stack_chk_fail" in symbols,
        "fortified calls": bool(re.search(r"\b__\w+_chk(@|$)", symbols, re.M)),
        "no search path": "RPATH" not in dynamic and "RUNPATH" not in dynamic,
        "no writable code": bool(loads) and not any("WE" in load for load in loads),
    }


def selftest():
    with tempfile.TemporaryDirectory() as folder:
        source, program = folder + "/small.c", folder + "/small"
        with open(source, "w", encoding="utf-8") as out:
            out.write(SOURCE)
        for name, flags in [(None, [])] + list(SPOILED.items()):
            subprocess.run(["gcc", "-w", *GOOD, *flags, source, "-o", program],
                           check=True)
            lacking = [n for n, holds in check(program).items() if not holds]
            if (name is None and lacking) or (name and name not in lacking):
                print(f"hardening: spoiled {name}, found {lacking}")
                return 1
    print(f"hardening: {len(SPOILED)} ways to spoil a program, each found")
    return 0


def main():
    if sys.argv[1:] == ["--selftest"]:
        return selftest()
    bad = 0
    for path in sys.argv[1:]:
        lacking = [name for name, holds in check(path).items() if not holds]
        bad += bool(lacking)
        print(f"hardening: {os.path.basename(path)}: " +
              ("lacks " + ", ".join(lacking) if lacking else "all"))
    return 1 if bad or len(sys.argv) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
