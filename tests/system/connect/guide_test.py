#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/sensors/README.md as they stand there, in an empty folder, against
a broker on which a kiln's logger publishes."""
import json
import os
import re
import subprocess
import threading
import unittest
from datetime import datetime
from zoneinfo import ZoneInfo

from connect_rig import BIN, ConnectRig, Publisher
from plant_rig import ROOT

GUIDE = os.path.join(ROOT, "docs/sensors/README.md")


def payload():
    now = datetime.now(ZoneInfo("Europe/Berlin")).strftime("%Y-%m-%d %H:%M:%S")
    return json.dumps({"t": now, "st": 0, "ch": [
        {"n": "gas", "v": "1.234,5", "u": "m3/h"},
        {"n": "temp", "v": "812,4", "u": "degC"}]}).encode()


class GuideTest(unittest.TestCase):
    def publish(self, port, done):
        with Publisher(port, "logger") as publisher:
            while not done.wait(0.2):
                publisher.publish("hall/kiln-7/data", payload())
                publisher.publish("hall/kiln-8/data", b"starting up")

    def run_guide(self, folder, port):
        with open(GUIDE, encoding="utf-8") as source:
            blocks = re.findall(r"```sh\n(.*?)```", source.read(), re.S)
        self.assertEqual(len(blocks), 7)
        script = "set -eux\n" + "".join(blocks) + "wait\n"
        return subprocess.run(
            ["bash"], input=script.replace("1883", str(port)), cwd=folder, text=True,
            capture_output=True, check=False, timeout=120,
            env=dict(os.environ, PATH=BIN + ":" + os.environ["PATH"]))

    def test_its_commands_do_what_it_says(self):
        with ConnectRig() as rig:
            port = rig.broker().port
            folder = os.path.join(rig.folder, "guide")
            os.mkdir(folder)
            done = threading.Event()
            logger = threading.Thread(target=self.publish, args=(port, done))
            logger.start()
            try:
                run = self.run_guide(folder, port)
            finally:
                done.set()
                logger.join()
            said = run.stdout + run.stderr
            self.assertEqual(run.returncode, 0, said[-4000:])
            self.assertIn("differing 0, written 1", said)
            self.assertIn("samples: 1, messages 1, readings 2, differing 0, written 0",
                          said)
            self.assertIn('"points":[{"point":"kiln_gas","value":1234.5,"unit":"m3/h"}]',
                          said)
            self.assertRegex(said, r"[1-9][0-9]* to be decoded again, 0 refused")
            self.assertIn('"fired":true,"why":"emit 1: 2 selected"', said)
            with open(os.path.join(folder, "samples/kiln/expected.json"),
                      encoding="utf-8") as golden:
                self.assertEqual(json.load(golden)["readings"][0]["points"],
                                 {"kiln_gas": 1234.5})
            with open(os.path.join(folder, "seen.yaml"), encoding="utf-8") as seen:
                self.assertIn("hall/", seen.read())


if __name__ == "__main__":
    unittest.main(verbosity=2)
