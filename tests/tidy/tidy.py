#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the house rules (docs/STYLE.md): tidy.py [--root FOLDER] [--build FOLDER].

Prints 'file:line: rule: what to do' for each finding; exit 1 when there is one.
Standard library only.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True
import built_rules  # noqa: E402  (after the line that keeps the checkout clean)
import release_rules  # noqa: E402
import structure_rules  # noqa: E402
import text_rules  # noqa: E402
from tree import Tree  # noqa: E402

RULES = text_rules.RULES + structure_rules.RULES + built_rules.RULES + \
    release_rules.RULES


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="checks the house rules")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(here)))
    parser.add_argument("--build", help="a build folder, for the rules that need one")
    options = parser.parse_args()
    tree = Tree(options.root, options.build)
    findings = [finding for rule in RULES for finding in rule(tree)]
    for finding in findings:
        print(finding)
    count = len(findings)
    print(f"tidy: {len(tree.paths)} files, {len(RULES)} rules, "
          f"{count} finding{'' if count == 1 else 's'}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
