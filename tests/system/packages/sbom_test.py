#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The bill of materials of a build against what the loader says of its programs.

    sbom_test.py BUILD"""
import copy
import json
import os
import re
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
BUILD = os.path.abspath(sys.argv.pop()) if len(sys.argv) > 1 else ROOT + "/build/dev"
PROGRAMS = ("emgate", "emgate-registry")


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def loaded(program):
    """Packages of the libraries that a program itself asks for, by their names alone."""
    wanted = set(re.findall(r"NEEDED +(\S+)", run("objdump", "-p", program)))
    places = dict(re.findall(r"(\S+) => (/\S+)", run("ldd", program)))
    files = [os.path.realpath(places[name]) for name in wanted if name in places]
    patterns = ["*/" + "/".join(file.split("/")[-2:]) for file in files]
    return set(re.findall(r"^[^:, ]+", run("dpkg-query", "-S", *patterns), re.M))


def lacking(bill, needs):
    """(program, package) that the bill does not tell of."""
    names = {c["bom-ref"]: c["name"] for c in bill["components"]}
    told = {d["ref"]: {names[r] for r in d["dependsOn"] if r in names}
            for d in bill["dependencies"]}
    return [(p, n) for p in PROGRAMS for n in sorted(needs[p] - told[p])]


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = run(ROOT + "/tools/sbom.py", BUILD)
        cls.bill = json.loads(cls.text)
        cls.needs = {p: loaded(f"{BUILD}/bin/{p}") for p in PROGRAMS}

    def test_what_the_loader_loads_is_told(self):
        self.assertGreater(len(self.needs["emgate"]), 10)
        self.assertEqual(lacking(self.bill, self.needs), [])

    def test_a_library_left_out_is_noticed(self):
        bill = copy.deepcopy(self.bill)
        for entry in bill["dependencies"]:
            entry["dependsOn"] = [r for r in entry["dependsOn"] if "sodium" not in r]
        self.assertEqual(lacking(bill, self.needs),
                         [(p, "libsodium23") for p in PROGRAMS])

    def test_what_is_built_in_is_told(self):
        how = {c["name"]: c["properties"][0]["value"] for c in self.bill["components"]
               if "properties" in c}
        self.assertEqual(how["libpaho-mqtt-dev"], "static")
        self.assertEqual(how["libjs-chart.js"], "embedded")
        self.assertEqual(how["libc6"], "shared")

    def test_each_part_has_a_version_and_each_reference_a_part(self):
        self.assertEqual((self.bill["bomFormat"], self.bill["specVersion"]),
                         ("CycloneDX", "1.5"))
        refs = [c["bom-ref"] for c in self.bill["components"]] + ["release"]
        self.assertEqual(len(refs), len(set(refs)))
        for part in self.bill["components"]:
            self.assertTrue(part["version"], part)
        for entry in self.bill["dependencies"]:
            self.assertLessEqual({entry["ref"], *entry["dependsOn"]}, set(refs))
        licences = [c for c in self.bill["components"] if "licenses" in c]
        self.assertGreater(len(licences), len(refs) // 2)


if __name__ == "__main__":
    unittest.main()
