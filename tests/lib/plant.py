# SPDX-License-Identifier: Apache-2.0
"""The whole way on this machine: broker, registry, gateway and a simulated plant, each a
process of its own on a free loopback port, with a folder that goes when it ends."""
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

SAME = 1e-12  # of a figure: what another order of the same sums may make
NOTHING = 1e-9  # t: the same of a difference between such sums

BROKER = """listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
persistence false
log_type error
log_type warning
log_type subscribe
user {user}
"""
REGISTRY = """registry:
  id: test-registry
  listen: 127.0.0.1:{port}
  store: {folder}/registry.db
gateways:
  - {{id: {gateway}, operator: {operator}, installations: [{installation}]}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Plant:
    """`config` is the path of a gateway configuration with the words MQTT, API, PAGE and
    STATE where ports and the state folder belong."""

    def __init__(self, emgate, registry, config, gateway="test-01", operator="OP-0001",
                 installation="PK-TST-0001"):
        self.emgate, self.registry = emgate, registry
        self.folder = tempfile.mkdtemp(prefix="emgate-test-")
        self.mqtt, self.api, self.page = free_port(), free_port(), free_port()
        with open(config, encoding="utf-8") as file:
            text = file.read()
        for word, value in (("MQTT", self.mqtt), ("API", self.api), ("PAGE", self.page),
                            ("STATE", self.path("state"))):
            text = text.replace(word, str(value))
        os.mkdir(self.path("state"))
        user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
        self.write("gateway.yaml", text)
        self.write("broker.conf", BROKER.format(port=self.mqtt, user=user))
        self.write("registry.yaml", REGISTRY.format(
            port=self.api, folder=self.folder, gateway=gateway, operator=operator,
            installation=installation))
        self.running = {}

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def log(self, name):
        with open(self.path(name + ".log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def start(self, name, port, *words):
        """Starts a program and waits until somebody listens on the port (None: don't)."""
        with open(self.path(name + ".log"), "ab") as log:
            child = subprocess.Popen(words, stdout=log, stderr=log,
                                     stdin=subprocess.DEVNULL)
        self.running[name] = child
        deadline = time.monotonic() + 20
        while port:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            if child.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{name} did not start:\n{self.log(name)}")
            time.sleep(0.05)

    def start_broker(self):
        broker = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.start("broker", self.mqtt, broker, "-c", self.path("broker.conf"))

    def start_registry(self):
        self.start("registry", self.api, self.registry, "run", "-c",
                   self.path("registry.yaml"))

    def start_gateway(self):
        self.start("gateway", self.page, self.emgate, "run", "-c",
                   self.path("gateway.yaml"))
        # Not before it has subscribed: what is published earlier reaches nobody.
        deadline = time.monotonic() + 20
        while "emgate/v1/+/telemetry" not in self.log("broker"):
            assert time.monotonic() < deadline, self.log("gateway")
            time.sleep(0.05)

    def start_all(self):
        self.start_broker()
        self.start_registry()
        self.start_gateway()

    def simulate(self, *words):
        """Plays to the end; gives the truth."""
        subprocess.run([self.emgate, "simulate", self.path("gateway.yaml"), "--truth",
                        self.path("truth.json"), *words], check=True, timeout=300)
        with open(self.path("truth.json"), encoding="utf-8") as file:
            return json.load(file)

    def ask(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.api}{path}", timeout=10) as a:
            return json.load(a)

    def items(self, path):
        """Every page of a list; `path` holds a '?'."""
        found, after = [], ""
        while True:
            page = self.ask(path + (f"&after={after}" if after else ""))
            found += page["items"]
            after = page.get("next", "")
            if not after:
                return found

    def end(self, name, how=signal.SIGTERM):
        """Gives the exit code."""
        child = self.running.pop(name)
        child.send_signal(how)
        try:
            return child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            raise AssertionError(f"{name} did not stop:\n{self.log(name)}") from None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for child in reversed(list(self.running.values())):
            child.kill()
            child.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


# ---- the registry's figures beside the gateway's ----

def identifier(item):
    """Streams of several processes may share a name: then by what they emit."""
    if not isinstance(item, dict):
        return "", 0
    emissions = item.get("emissions")
    emitted = emissions.get("exact") if isinstance(emissions, dict) else None
    return item.get("identifier", ""), emitted or 0


def same_figures(ours, theirs, where):
    """Every number that the registry reports is the gateway's; how many.  Processes that
    make for each other are solved in another order, so the last digits may differ."""
    if isinstance(theirs, dict):
        return sum(same_figures(ours.get(key), value, f"{where}.{key}")
                   for key, value in theirs.items())
    if isinstance(theirs, list):
        assert len(ours) == len(theirs), where
        pairs = zip(sorted(ours, key=identifier), sorted(theirs, key=identifier))
        return sum(same_figures(a, b, f"{where}[{i}]") for i, (a, b) in enumerate(pairs))
    if isinstance(theirs, (int, float)):
        nothing = NOTHING if ".difference." in where else 0
        assert math.isclose(ours, theirs, rel_tol=SAME, abs_tol=nothing), (where, ours,
                                                                           theirs)
        return 1
    return 0


def same_goods(report, embedded):
    """The goods that the registry tells are those of the report; how many figures."""
    processes = {p["identifier"]: p for p in report["production_processes"]}
    goods = {g["identifier"]: g for g in embedded["goods"]}
    assert processes.keys() == goods.keys(), (processes.keys(), goods.keys())
    return sum(same_figures(processes[name], {k: v for k, v in good.items()
                                              if k in processes[name]}, name)
               for name, good in goods.items())
