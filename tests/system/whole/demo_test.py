#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./demo.sh ends by itself with the truth in its table and leaves no process and no file
behind, also when it is told to stop."""
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from plant_rig import ROOT, die_with_us, figures, wait_until  # noqa: E402

SECONDS = 40
LIMIT_S = 600  # a first build is in it


def session_members(session):
    """Processes of the session, by /proc, that are not zombies."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(name))
    return found


class DemoTest(unittest.TestCase):
    def start(self, folder, *options):
        environment = dict(os.environ, TMPDIR=folder)
        return subprocess.Popen([os.path.join(ROOT, "demo.sh"), *options],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, env=environment, start_new_session=True,
                                preexec_fn=die_with_us)

    def left(self, demo, folder):
        wait_until(lambda: not session_members(demo.pid), 10,
                   lambda: session_members(demo.pid))
        self.assertEqual(os.listdir(folder), [])

    def test_ends_by_itself_with_the_truth(self):
        with tempfile.TemporaryDirectory(prefix="emgate-demo-") as folder:
            began = time.monotonic()
            demo = self.start(folder, "--seconds", str(SECONDS))
            text, _ = demo.communicate(timeout=LIMIT_S)
            self.assertEqual(demo.returncode, 0, text[-3000:])
            self.assertIn("the registry has what the plant emitted", text)
            self.left(demo, folder)
            off = [line.strip() for line in text.splitlines() if "off by" in line]
            figures("demo", seconds=time.monotonic() - began, off=off)

    def test_leaves_nothing_when_it_is_told_to_stop(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with tempfile.TemporaryDirectory(prefix="emgate-demo-") as folder:
                demo = self.start(folder)
                wait_until(lambda d=demo: len(session_members(d.pid)) >= 5 or
                           d.poll() is not None, LIMIT_S,
                           lambda d=demo: session_members(d.pid))
                self.assertIsNone(demo.poll(), "the demo did not start")
                os.kill(demo.pid, number)  # a shell waits for its child: to all, as ^C
                for pid in session_members(demo.pid):
                    os.kill(pid, number)
                demo.communicate(timeout=60)
                self.assertNotEqual(demo.returncode, 0)
                self.left(demo, folder)


if __name__ == "__main__":
    unittest.main(verbosity=2)
