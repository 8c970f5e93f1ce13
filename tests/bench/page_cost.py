#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the page costs the gateway: processor time with no viewer and with ten, on a
running cement plant, and how long the first content takes.  A measurement, no test.

    tests/bench/page_cost.py [FOLDER WITH emgate, default build/release/bin] [SECONDS]"""
import http.client
import os
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests/lib"))
from browser import Browser, available  # noqa: E402
from page_plant import PagePlant  # noqa: E402

VIEWERS = 10
TICKS = os.sysconf("SC_CLK_TCK")


def used(pid):
    """Seconds of processor time so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Viewer(threading.Thread):
    """Loads everything as a browser does, then reads the feed."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.events, self.bytes, self.stop = port, 0, 0, False

    def run(self):
        self.feed = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self.feed.request("GET", "/v1/events")
        answer = self.feed.getresponse()
        while not self.stop:
            line = answer.readline()
            self.bytes += len(line)
            self.events += line.startswith(b"data: ")


def share(pid, seconds):
    before, began = used(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (used(pid) - before) / (time.monotonic() - began)


def first_content(url):
    """Milliseconds until something is seen, and until the figures are there; medians."""
    painted, filled = [], []
    with Browser() as browser:
        for _ in range(5):
            browser.go("about:blank")
            browser.go(url)
            browser.find("#flow .card")
            browser.wait("performance.getEntriesByName('first-contentful-paint').length")
            painted.append(browser.run("return performance.getEntriesByName("
                                       "'first-contentful-paint')[0].startTime"))
            filled.append(browser.run(
                "return performance.getEntriesByType('resource')"
                ".find(e => e.name.endsWith('/v1/live')).responseEnd"))
    return sorted(painted)[2], sorted(filled)[2]


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build/release/bin")
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    with PagePlant(os.path.join(folder, "emgate"),
                   os.path.join(folder, "emgate-registry")) as plant:
        plant.start_all()
        plant.play("24h")
        pid = plant.running["gateway"].pid
        time.sleep(2)
        alone = share(pid, seconds)
        viewers = [Viewer(plant.page) for _ in range(VIEWERS)]
        for viewer in viewers:
            viewer.start()
        time.sleep(2)
        watched = share(pid, seconds)
        events = min(viewer.events for viewer in viewers)
        print(f"no viewer {alone:.2f} % of a core, {VIEWERS} viewers {watched:.2f} %: "
              f"{watched - alone:.2f} % for the page; {events} events each, "
              f"{viewers[0].bytes / max(1, viewers[0].events):.0f} bytes an event")
        if available():
            painted, filled = first_content(plant.url)
            print(f"first content after {painted:.0f} ms, first figures {filled:.0f} ms")


main()
