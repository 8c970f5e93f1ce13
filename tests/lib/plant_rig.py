# SPDX-License-Identifier: Apache-2.0
"""Broker, registry, gateways and a simulated plant as programs of their own, on free
loopback ports and in a temporary folder; for tests of the whole.

Nothing here sleeps for a fixed time: wait_until() asks again, with a deadline."""
import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.environ.get("EMGATE_BIN", os.path.join(ROOT, "build/bin"))
PLANT = os.path.join(ROOT, "tests/system/whole/plant40.yaml")
LONG = os.environ.get("EMGATE_LONG", "") != ""
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_us():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(condition, seconds, what):
    """The condition's first true answer; AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: "
                                 f"{what() if callable(what) else what}")
        time.sleep(0.02)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Program:
    """A process with its output in a file."""

    def __init__(self, rig, name):
        self.rig = rig
        self.name = name
        self.log = os.path.join(rig.folder, name + ".log")
        self.process = None

    def run(self, arguments, out=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(arguments, stdout=out or log, stderr=log,
                                            stdin=subprocess.DEVNULL,
                                            preexec_fn=die_with_us)

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def end(self, number=signal.SIGTERM, seconds=30):
        """Its exit code; None when it does not run."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def tail(self, lines=25):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-lines:])


class Broker(Program):
    def __init__(self, rig, more=(), name="broker"):
        super().__init__(rig, name)
        self.port = free_port()
        self.conf = os.path.join(rig.folder, name + ".conf")
        store = os.path.join(rig.folder, name)
        os.makedirs(store)
        ours = {line.split()[0] for line in more}
        with open(os.path.join(ROOT, "config/mosquitto/emgate.conf"),
                  encoding="utf-8") as shipped:
            lines = [line for line in shipped
                     if line.split() and line.split()[0] not in
                     {"listener", "persistence_location"} | ours]
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True)
        with open(self.conf, "w", encoding="utf-8") as out:
            out.writelines([f"listener {self.port} 127.0.0.1\n"] + lines)
            out.write(f"persistence_location {store}/\nuser {user.stdout}")
            out.writelines(line + "\n" for line in more)

    def start(self):
        self.run(["/usr/sbin/mosquitto", "-c", self.conf])
        wait_until(lambda: listens(self.port), 20, "broker listens")


class Registry(Program):
    """Takes what the gateways that are made later send: enrolled are g1 to g9."""

    def __init__(self, rig):
        super().__init__(rig, "registry")
        self.port = free_port()
        self.conf = os.path.join(rig.folder, "registry.yaml")
        with open(self.conf, "w", encoding="utf-8") as out:
            out.write(f"registry:\n  id: test\n  listen: 127.0.0.1:{self.port}\n"
                      f"  store: {rig.folder}/registry.db\ngateways:\n")
            for i in range(1, 10):
                out.write(f"  - {{id: g{i}, operator: OP-TEST, "
                          f"installations: [WORKS-g{i}]}}\n")

    def start(self):
        self.run([os.path.join(BIN, "emgate-registry"), "run", "-c", self.conf])
        wait_until(lambda: listens(self.port), 20, "registry listens")

    def ask(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (path, answer.status, body)
            return json.loads(body)
        finally:
            connection.close()

    def rows(self, gateway, revisions="latest"):
        """Every summary of the gateway's installation, oldest window first."""
        items, after = [], ""
        while True:
            page = self.ask(f"/v1/summaries?installation=WORKS-{gateway}"
                            f"&revisions={revisions}&limit=1000{after}")
            items += page["items"]
            if "next" not in page:
                return items
            after = "&after=" + page["next"]

    def whole(self, key):
        return self.ask("/v1/summaries/" + key)["summary"]


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=20)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Gateway(Program):
    """`change` maps text of the plant's configuration to other text."""

    def __init__(self, rig, name, mqtt, registry, sync="always", reserve="1MiB",
                 program="emgate", state=None, change=()):
        super().__init__(rig, name)
        self.program = os.path.join(BIN, program)
        self.emgate = os.path.join(BIN, "emgate")
        self.state = state or os.path.join(rig.folder, "state-" + name)
        self.conf = os.path.join(rig.folder, name + ".yaml")
        values = {"@GATEWAY@": name, "@STATE@": self.state, "@MQTT@": str(mqtt),
                  "@INSTALLATION@": "WORKS-" + name, "@SYNC@": sync,
                  "@RESERVE@": reserve, "@REGISTRY@": str(registry)}
        with open(PLANT, encoding="utf-8") as source:
            text = source.read()
        for before, behind in list(values.items()) + list(change):
            assert before in text, before
            text = text.replace(before, behind)
        self.text = text
        self.write(text)

    def write(self, text):
        with open(self.conf, "w", encoding="utf-8") as out:
            out.write(text)

    def spawn(self):
        self.run([self.program, "run", "-c", self.conf])

    def start(self):
        self.spawn()
        self.wait_connected()

    def wait_connected(self):
        def ready():
            assert self.alive(), self.tail()
            status = self.status()
            return status and status["brokers"][0]["subscribed"]
        wait_until(ready, 30, lambda: self.name + " connects:\n" + self.tail())

    def ask(self, path):
        """Status and body; None when nobody answers."""
        connection = SocketConnection(os.path.join(self.state, "control.sock"))
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def status(self):
        answer = self.ask("/v1/status")
        return answer[1] if answer else None

    def counts(self):
        return self.status()["pipeline"]

    def command(self, *words):
        return subprocess.run([self.emgate, *words, "-c", self.conf],
                              capture_output=True, text=True, check=False, timeout=300)

    def latest(self):
        """The gateway's own latest summaries, by process and window start."""
        _, items = self.ask("/v1/summaries?limit=0")
        return {(s["process"], s["window_start"]): s
                for s in (item["summary"] for item in items)}

    def replay(self):
        """The line that `emgate replay` says; all must be made again identical."""
        done = self.command("replay")
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout.strip().splitlines()[-1]

    def wait_quiet(self, messages, seconds=60):
        """Until at least so many messages are folded and committed, and every summary
        is with the registry."""
        def quiet():
            assert self.alive(), self.tail()
            status = self.status()
            if not status or status["pipeline"].get("messages", 0) < messages:
                return False
            made = status["pipeline"]["summaries"]
            return (status["pipeline"]["backlog_records"] == 0 and
                    status["outbox"]["summaries"] == made and
                    status["brokers"][0]["unacknowledged"] == 0 and
                    all(sink["waiting"] == 0 for sink in status["sinks"]))
        def what():
            status = self.status() or {}
            return f"{self.name} quiet with {messages} messages: " + json.dumps(
                {k: status.get(k) for k in ("brokers", "pipeline", "sinks")}
            ) + self.tail()
        wait_until(quiet, seconds, what)

    def check_sum(self):
        """Every message ended as one of four."""
        c = self.counts()
        parts = c["accepted"] + c["accepted_empty"] + c["partial"] + c["rejected"]
        assert c["messages"] == parts, c
        return c


class Simulation(Program):
    """The plant of a gateway's configuration, played to the broker."""

    def __init__(self, rig, gateway, *options):
        super().__init__(rig, "simulate")
        self.truth_file = os.path.join(rig.folder, "truth.json")
        self.run([os.path.join(BIN, "emgate"), "simulate", gateway.conf,
                  "--truth", self.truth_file, *options])

    def finish(self, seconds=300):
        code = self.process.wait(seconds)
        assert code == 0, self.tail()
        self.process = None
        with open(self.truth_file, encoding="utf-8") as source:
            return json.load(source)

    def confirmed(self):
        """Messages that the broker acknowledged, from the last line it wrote."""
        with open(self.log, encoding="utf-8") as log:
            words = [line for line in log if "messages confirmed" in line][-1].split()
        return int(words[words.index("messages") - 1])


class Rig:
    """with Rig() as rig: ... ends every program and removes the folder."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="emgate-whole-")
        self.programs = []
        self.mounts = []

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            for program in self.programs:
                if os.path.exists(program.log):
                    print(f"--- {program.log}\n{program.tail()}")
        for program in reversed(self.programs):
            program.end(signal.SIGKILL)
        for mount in self.mounts:
            subprocess.run(["umount", "-l", mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def add(self, program):
        self.programs.append(program)
        return program

    def broker(self, *more, name="broker"):
        broker = self.add(Broker(self, more, name))
        broker.start()
        return broker

    def registry(self):
        registry = self.add(Registry(self))
        registry.start()
        return registry

    def gateway(self, name, *arguments, **settings):
        return self.add(Gateway(self, name, *arguments, **settings))

    def simulate(self, gateway, *options):
        return self.add(Simulation(self, gateway, *options))


def relative(value, truth):
    if truth == 0:
        return abs(value)
    return abs(value - truth) / abs(truth)


def compare_truth(truth, rows):
    """The largest relative difference and where it is; AssertionError when a window is
    missing, there twice, or not complete."""
    stored = {}
    for row in rows:
        name = (row["process"], row["window_start"])
        assert name not in stored, ("twice", name)
        stored[name] = row
    worst = (0.0, None)
    for window in truth["windows"]:
        row = stored.get((window["process"], window["start"]))
        assert row, ("missing", window)
        assert row["complete"], ("not complete", row)
        for ours, theirs in (("activity", "activity"), ("direct_t", "direct"),
                             ("indirect_t", "indirect")):
            off = relative(row[ours], window[theirs])
            if off > worst[0]:
                worst = (off, (ours, row, window))
    return worst


def figures(name, **values):
    """One line with what a test found."""
    words = " ".join(f"{k}={v:.3g}" if isinstance(v, float) else f"{k}={v}"
                     for k, v in values.items())
    print(f"{name}: {words}", flush=True)
