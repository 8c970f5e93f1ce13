#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The exposure of each unit by systemd-analyze is at most what we say it is; skipped (77)
where systemd is not installed.  A unit without its fences fails the same test."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

UNITS = os.path.join(os.path.dirname(__file__), "../../../config/systemd")
MOST = {"emgate.service": 1.1, "emgate-registry.service": 0.9}


def exposure(path):
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                           path], capture_output=True, text=True, check=False,
                          timeout=60)
    found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    return float(found.group(1))


class UnitsTest(unittest.TestCase):
    def test_no_unit_is_more_exposed_than_is_said(self):
        for name, most in MOST.items():
            self.assertLessEqual(exposure(os.path.join(UNITS, name)), most, name)

    def changed(self, change):
        """The exposure of the gateway's unit with its lines changed."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "emgate.service")
            with open(os.path.join(UNITS, "emgate.service"), encoding="utf-8") as source:
                lines = source.readlines()
            with open(path, "w", encoding="utf-8") as out:
                out.writelines(change(lines))
            return exposure(path)

    def test_with_an_address_list_the_gateway_is_as_close_as_it_gets(self):
        fence = ["[Service]\n", "IPAddressDeny=any\n", "IPAddressAllow=192.0.2.0/24\n"]
        self.assertLessEqual(self.changed(lambda lines: lines + fence), 1.0)

    def test_a_unit_without_its_system_call_filter_is_seen(self):
        self.assertGreater(self.changed(
            lambda lines: [line for line in lines if "SystemCallFilter" not in line]),
            MOST["emgate.service"])


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        sys.exit(77)
    unittest.main()
