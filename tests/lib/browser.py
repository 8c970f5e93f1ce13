# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium by the W3C WebDriver protocol over chromedriver, with Python's
standard library only."""
import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, ESCAPE, RIGHT, TAB = "\ue007", "\ue00c", "\ue014", "\ue004"


def available():
    return bool(shutil.which("chromedriver") and shutil.which("chromium"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Failure(Exception):
    """What the browser says is wrong."""


class Browser:
    """with Browser() as b: ...; `dark`: prefers-color-scheme."""

    def __init__(self, width=1280, height=900, dark=False):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(prefix="emgate-pages-")
        self.driver = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "HOME": self.folder})
        self.session = None
        try:
            self._open(width, height, dark)
        except BaseException:
            self.close()
            raise

    def _open(self, width, height, dark):
        arguments = ["--headless=new", "--disable-gpu", "--hide-scrollbars",
                     "--disable-dev-shm-usage", "--no-first-run",
                     f"--user-data-dir={self.folder}/profile",
                     f"--window-size={width},{height}"]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")
        if dark:
            arguments.append("--blink-settings=preferredColorScheme=0")
        wanted = {"browserName": "chrome",
                  "goog:chromeOptions": {"args": arguments},
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        deadline = time.monotonic() + 30
        while True:
            try:
                answer = self._send("POST", "/session",
                                    {"capabilities": {"alwaysMatch": wanted}})
                break
            except OSError:
                assert time.monotonic() < deadline, "chromedriver does not start"
                time.sleep(0.05)
        self.session = answer["sessionId"]
        self.media(dark)

    def _send(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path,
                               json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        value = answer.get("value")
        if isinstance(value, dict) and "error" in value:
            raise Failure(f"{value['error']}: {value.get('message', '')[:400]}")
        return value

    def send(self, method, path, body=None):
        return self._send(method, f"/session/{self.session}{path}", body)

    def devtools(self, command, **parameters):
        return self.send("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": parameters})

    def media(self, dark):
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])

    def size(self, width, height, phone=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=phone)

    def go(self, url):
        self.send("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        return self.send("POST", "/execute/sync", {"script": script, "args": arguments})

    def run_async(self, script, *arguments):
        return self.send("POST", "/execute/async", {"script": script, "args": arguments})

    def all(self, selector):
        return self.send("POST", "/elements", {"using": "css selector",
                                               "value": selector})

    def wait(self, script, seconds=60, what=None):
        """The first true value of a JavaScript expression."""
        deadline = time.monotonic() + seconds
        while True:
            value = self.run("return " + script)
            if value:
                return value
            assert time.monotonic() < deadline, f"not in {seconds} s: {what or script}"
            time.sleep(0.05)

    def find(self, selector, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            found = self.all(selector)
            if found:
                return found[0]
            assert time.monotonic() < deadline, (f"no '{selector}' within {seconds} s",
                                                 self.seen())
            time.sleep(0.05)

    def seen(self):
        """What stands in front, for a failure's message."""
        return self.run("return (document.querySelector('dialog[open]') ||"
                        " document.querySelector('#banner') || document.body)"
                        ".innerText.slice(0, 400)")

    def click(self, selector, seconds=60):
        """As a person does: the element must be in sight and not covered.  A page
        that draws itself again meanwhile is asked once more."""
        deadline = time.monotonic() + seconds
        while True:
            element = self.find(selector, seconds)[ELEMENT]
            try:
                self.run("arguments[0].scrollIntoView({block: 'center'})",
                         {ELEMENT: element})
                return self.send("POST", f"/element/{element}/click", {})
            except Failure:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def type(self, selector, text):
        element = self.find(selector)[ELEMENT]
        self.send("POST", f"/element/{element}/value", {"text": text})

    def key(self, key):
        self.send("POST", "/actions", {"actions": [
            {"type": "key", "id": "keyboard", "actions": [
                {"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]}]})

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0])?.innerText ?? ''",
                        selector)

    def picture(self, path, full=False):
        """A PNG; `full`: the whole page and not what is in sight."""
        answer = self.devtools("Page.captureScreenshot", format="png",
                               captureBeyondViewport=full)
        with open(path, "wb") as out:
            out.write(base64.b64decode(answer["data"]))

    def complaints(self):
        """What the browser's console has said since the last time."""
        return [entry for entry in self.send("POST", "/se/log", {"type": "browser"})
                if entry["level"] in ("SEVERE", "WARNING")]

    def requests(self):
        """The URLs asked for since the last time."""
        urls = []
        for entry in self.send("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls

    def close(self):
        if self.session:
            try:
                self.send("DELETE", "")
            except (OSError, Failure, http.client.HTTPException):
                pass
        self.driver.terminate()
        self.driver.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
