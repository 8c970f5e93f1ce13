# SPDX-License-Identifier: Apache-2.0
"""The cement example as a running plant for tests of the pages: broker, registry, gateway
and its simulated sensors, with some past, and some messages that nobody can use."""
import os
import re
import signal
import subprocess
import time

from plant import Plant

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# What a device might be called by somebody who means harm.
HOSTILE = '<script>window.broken=1</script><img src=x onerror="window.broken=1">\'"&#39;'
TURNED = "\u202etfel\u2066"


class PagePlant(Plant):
    def __init__(self, emgate, registry, more_points="", change=()):
        with open(os.path.join(ROOT, "config/examples/cement.yaml"),
                  encoding="utf-8") as source:
            text = source.read()
        for before, behind in (("127.0.0.1:1883", "127.0.0.1:MQTT"),
                               ("127.0.0.1:8311", "127.0.0.1:API"),
                               ("127.0.0.1:8321", "127.0.0.1:PAGE"),
                               ("/var/lib/emgate", "STATE"), *change):
            assert before in text, before
            text = text.replace(before, behind)
        text = text.replace("\nprocesses:\n", more_points + "\nprocesses:\n", 1)
        path = os.path.join("/tmp", f"emgate-pages-{os.getpid()}.yaml")
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        super().__init__(emgate, registry, path, gateway="cement-01",
                         installation="PK-CEM-0001")
        os.unlink(path)

    def play(self, past="30h", live=True):
        """Waits until the past has become summaries; then goes on live."""
        words = [self.emgate, "simulate", self.path("gateway.yaml"), "--from", past]
        self.start("simulate", None, *words)
        hours = int(re.match(r"\d+", past).group())
        deadline = time.monotonic() + 120
        while True:
            items = self.ask("/v1/processes").get("items", [])
            if len(items) == 2 and all(i["windows"] >= hours - 1 for i in items):
                break
            assert time.monotonic() < deadline, self.log("simulate")
            time.sleep(0.2)
        if not live:
            self.end("simulate", signal.SIGTERM)

    def publish(self, topic, payload):
        subprocess.run(["mosquitto_pub", "-p", str(self.mqtt), "-q", "1", "-t", topic,
                        "-s"], input=payload, check=True, timeout=20)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.page}/"
