#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The images, docker/demo.yaml and docker/registry-postgres.yaml with a real engine:
built, run, hurt, compared; docker/edge.yaml is started.

    sudo tests/system/docker/docker_test.py [--keep]

Needs Debian's docker.io, docker-compose and debootstrap (tools/packages.sh docker) and
root: it starts a dockerd of its own with its socket, its data and its base image in a
temporary folder.  Ports 8311 and 8321 of loopback must be free.  Prints what it saw and
`docker: passed`; exit 1 at the first thing that is wrong."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
PROJECT = "emgate-demo"
IMAGES = ("registry", "simulator", "gateway", "broker")
DEMO = ("docker/demo.yaml",)
ON_POSTGRES = ("docker/demo.yaml", "docker/registry-postgres.yaml")
HOURS = 12
SLIM = "".join(f"path-exclude=/usr/share/{name}/*\n"
               for name in ("doc", "man", "locale", "info", "lintian"))


def run(*words, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise SystemExit(f"docker: {' '.join(words)} failed ({done.returncode}):\n"
                         f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout.strip()


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"docker: not within {seconds} s: {what}")
        time.sleep(0.05)
    return answer


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


class Engine:
    """dockerd on a socket of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
        self.files = DEMO
        self.environment = dict(os.environ, DOCKER_HOST=self.host, DOCKER_BUILDKIT="0",
                                COMPOSE_PROJECT_NAME=PROJECT)
        self.log = open(os.path.join(folder, "dockerd.log"), "wb")
        self.daemon = subprocess.Popen(
            ["dockerd", "--host", self.host, "--data-root", folder + "/data",
             "--exec-root", folder + "/exec", "--pidfile", folder + "/pid"],
            stdout=self.log, stderr=self.log)
        until(lambda: os.path.exists(folder + "/docker.sock") and
              subprocess.run(["docker", "info"], env=self.environment,
                             capture_output=True).returncode == 0, 60, "dockerd answers")

    def docker(self, *words):
        return run("docker", *words, env=self.environment, cwd=ROOT)

    def command(self, *words):
        files = [word for file in self.files for word in ("-f", file)]
        return ["docker-compose", *files, *words]

    def compose(self, *words):
        return run(*self.command(*words), env=self.environment, cwd=ROOT)

    def down(self):
        subprocess.run(self.command("down", "-v"), env=self.environment, cwd=ROOT,
                       capture_output=True)

    def close(self):
        self.down()
        self.daemon.terminate()
        self.daemon.wait(60)
        self.log.close()


def make_base(engine, folder):
    """What debian:bookworm-slim is: debootstrap's smallest, without documents."""
    root = folder + "/root"
    run("debootstrap", "--variant=minbase", "bookworm", root)
    with open(root + "/etc/dpkg/dpkg.cfg.d/slim", "w", encoding="utf-8") as out:
        out.write(SLIM)
    for path in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc",
                 "usr/share/man", "usr/share/locale"):
        shutil.rmtree(f"{root}/{path}", ignore_errors=True)
        os.makedirs(f"{root}/{path}")
    tar = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(["docker", "import", "-", "emgate-test-base"], stdin=tar.stdout,
                   env=engine.environment, check=True, capture_output=True)
    tar.wait()
    shutil.rmtree(root)


def size_of(engine, image):
    return int(engine.docker("image", "inspect", "-f", "{{.Size}}", image))


def build(engine):
    base = size_of(engine, "emgate-test-base")
    print(f"base: {base / 1e6:.1f} MB")
    layers = {}
    for name in IMAGES:
        engine.docker("build", "-q", "--network", "host", "--build-arg",
                      "BASE=emgate-test-base", "--target", name, "-t", "emgate/" + name,
                      "-f", "docker/Dockerfile", ".")
        print(f"image {name}: {(size_of(engine, 'emgate/' + name) - base) / 1e6:.1f} MB "
              "over the base")
        for line in engine.docker("history", "-q", "--no-trunc", "--human=false",
                                  "--format", "{{.ID}} {{.Size}}",
                                  "emgate/" + name).split("\n"):
            layer, size = line.split()
            layers[layer] = int(size)
    together = sum(layers.values()) - base
    print(f"images together: {together / 1e6:.1f} MB over the base")
    assert together < 120e6, "the images together are over 120 MB"
    for name in ("gateway", "registry"):
        user = engine.docker("image", "inspect", "-f", "{{.Config.User}}",
                             "emgate/" + name)
        assert user == "10001:10001", (name, user)
        tools = subprocess.run(
            ["docker", "run", "--rm", "--entrypoint", "/bin/sh", "emgate/" + name, "-c",
             "command -v gcc cmake ninja"], env=engine.environment, capture_output=True)
        assert tools.returncode != 0, f"{name} has build tools inside"


def refuses_without_volume(engine):
    done = subprocess.run(
        ["docker", "run", "--rm", "--tmpfs", "/var/lib/emgate:uid=10001", "-v",
         ROOT + "/docker/demo/plant.yaml:/etc/emgate/plant.yaml:ro", "emgate/gateway"],
        env=engine.environment, capture_output=True, text=True)
    assert done.returncode == 74 and "mount a volume" in done.stderr, done
    print("gateway without a volume: refused, exit 74")


def memory_of(engine, container):
    text = engine.docker("stats", "--no-stream", "--format", "{{.MemUsage}}", container)
    number = text.split("/")[0].strip()
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)):
        if number.endswith(unit):
            return float(number[:-len(unit)]) * factor
    raise SystemExit(f"docker: can't read '{text}'")


def seconds_of(text):
    """Of the hour; 2026-01-31T10:20:30.123456789Z."""
    minute, second = text.rstrip("Z").split(":")[-2:]
    return int(minute) * 60 + float(second)


def start_to_ready(engine):
    """From the start of the container's process to the log's 'gateway.ready'."""
    name = f"{PROJECT}_gateway_1"
    began = engine.docker("inspect", "-f", "{{.State.StartedAt}}", name)
    done = subprocess.run(["docker", "logs", "-t", name], env=engine.environment,
                          capture_output=True, text=True, check=True)
    ready = [line.split()[0] for line in (done.stdout + done.stderr).split("\n")
             if "gateway.ready" in line][-1]
    return (seconds_of(ready) - seconds_of(began)) % 3600


def start(engine):
    engine.compose("up", "-d", "broker", "registry")
    until(lambda: answers("http://127.0.0.1:8311/readyz"), 60, "the registry is ready")
    began = time.monotonic()
    engine.compose("up", "-d", "gateway")
    until(lambda: answers("http://127.0.0.1:8321/readyz"), 60, "the gateway is ready")
    print(f"gateway: `compose up` to ready {time.monotonic() - began:.2f} s")
    began = time.monotonic()
    engine.docker("restart", f"{PROJECT}_gateway_1")
    until(lambda: answers("http://127.0.0.1:8321/readyz"), 60, "ready after a restart")
    print(f"gateway: `docker restart` to ready {time.monotonic() - began:.2f} s")
    took = start_to_ready(engine)
    print(f"gateway: container's start to ready {took:.3f} s")
    assert took < 1, "a start takes a second or longer"
    for name in ("broker", "registry", "gateway"):
        print(f"{name}: {memory_of(engine, f'{PROJECT}_{name}_1') / 1e6:.1f} MB idle")
    assert memory_of(engine, f"{PROJECT}_gateway_1") < 20e6, "the gateway is over 20 MB"


def readings(engine):
    """Messages that the gateway has folded, or -1 when it does not answer."""
    try:
        with urllib.request.urlopen("http://127.0.0.1:8321/v1/status", timeout=2) as a:
            return json.load(a)["pipeline"]["messages"]
    except (OSError, urllib.error.URLError, KeyError, ValueError):
        return -1


def play_and_hurt(engine, folder):
    """Twelve hours of a plant in about half a minute; meanwhile everything is stopped
    once, and the gateway loses its network."""
    gateway = f"{PROJECT}_gateway_1"
    shutil.rmtree(folder + "/truth", ignore_errors=True)
    os.mkdir(folder + "/truth")
    os.chmod(folder + "/truth", 0o777)
    simulator = subprocess.Popen(
        [*engine.command("run", "--rm", "-T", "-v"),
         folder + "/truth:/truth", "simulator", "/etc/emgate/plant.yaml", "--hours",
         str(HOURS), "--speed", "1200", "--truth", "/truth/truth.json"],
        env=engine.environment, cwd=ROOT, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True)
    until(lambda: readings(engine) > 500, 60, "readings come in")
    engine.docker("kill", "-s", "KILL", gateway)
    engine.docker("start", gateway)
    before = until(lambda: max(readings(engine), 0), 60, "the gateway is back")
    until(lambda: readings(engine) > before, 60, "readings after kill -9")
    print("gateway: killed by SIGKILL under load, back")
    if engine.files == ON_POSTGRES:
        engine.docker("kill", "-s", "KILL", f"{PROJECT}_database_1")
        engine.docker("start", f"{PROJECT}_database_1")
        print("database: killed by SIGKILL under load, back")
    engine.docker("network", "disconnect", f"{PROJECT}_central", gateway)
    engine.docker("stop", f"{PROJECT}_registry_1")
    engine.docker("network", "disconnect", f"{PROJECT}_plant", gateway)
    engine.docker("restart", f"{PROJECT}_broker_1")
    engine.docker("network", "connect", f"{PROJECT}_plant", gateway)
    engine.docker("network", "connect", f"{PROJECT}_central", gateway)
    engine.docker("start", f"{PROJECT}_registry_1")
    print("networks of the gateway: both lost and back; broker and registry restarted")
    out, _ = simulator.communicate(timeout=300)
    assert simulator.returncode == 0, out


def compare(engine, folder):
    """The registry's hours against the plant's truth, by the program's own comparison."""
    words = ["docker", "run", "--rm", "--network", f"{PROJECT}_central", "-v",
             folder + "/truth:/truth:ro", "emgate/gateway", "watch", "--registry",
             "http://registry:8311", "--truth", "/truth/truth.json"]
    last = []

    def equal():
        done = subprocess.run(words, env=engine.environment, capture_output=True,
                              text=True)
        last[:] = [done.stdout + done.stderr]
        hours = [int(n) for n in re.findall(r"^\S+ +(\d+) +registry", done.stdout, re.M)]
        return done.returncode == 0 and len(hours) == 2 and min(hours) >= HOURS - 1
    try:
        until(equal, 120, "the registry equals the truth")
    finally:
        print(last[0])


def refuses_a_wrong_password(engine):
    """Who does not know the secret does not get in, from the same network."""
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", f"{PROJECT}_store", "-e",
         "PGPASSWORD=wrong", "--entrypoint", "psql", "emgate/database", "-h", "database",
         "-U", "emgate", "registry", "-c", "SELECT 1"], env=engine.environment,
        capture_output=True, text=True)
    assert done.returncode != 0 and "authentication failed" in done.stderr, done
    shown = engine.docker("inspect", f"{PROJECT}_database_1", f"{PROJECT}_registry_1")
    with open(ROOT + "/docker/registry-postgres/secrets/database_password",
              encoding="utf-8") as source:
        assert source.read().strip() not in shown, "the password is in the settings"
    print("database: a wrong password is refused, the right one is in no settings")


def on_postgres(engine, folder):
    """The same plant once more, with the registry on PostgreSQL."""
    engine.down()
    engine.files = ON_POSTGRES
    run("docker/registry-postgres/secrets.sh", cwd=ROOT)
    base = size_of(engine, "emgate-test-base")
    engine.docker("build", "-q", "--network", "host", "--build-arg",
                  "BASE=emgate-test-base", "--target", "database", "-t",
                  "emgate/database", "-f", "docker/Dockerfile", ".")
    print(f"image database: {(size_of(engine, 'emgate/database') - base) / 1e6:.1f} MB "
          "over the base")
    engine.compose("up", "-d", "broker", "database", "registry", "gateway")
    until(lambda: answers("http://127.0.0.1:8311/readyz"), 120, "the registry is ready")
    until(lambda: answers("http://127.0.0.1:8321/readyz"), 60, "the gateway is ready")
    refuses_a_wrong_password(engine)
    play_and_hurt(engine, folder)
    compare(engine, folder)


def edge(engine):
    """Starts, and is well: its registry is elsewhere and may be away."""
    engine.down()
    engine.files = ("docker/edge.yaml",)
    engine.environment["EMGATE_REGISTRY_URL"] = "http://registry.invalid/v1/summaries"
    engine.compose("up", "-d")
    gateway = f"{PROJECT}_gateway_1"
    until(lambda: engine.docker("inspect", "-f", "{{.State.Health.Status}}",
                                gateway) == "healthy", 90, "the edge gateway is well")
    print("edge: up and well")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    keep = parser.parse_args().keep
    sys.stdout.reconfigure(line_buffering=True)
    folder = tempfile.mkdtemp(prefix="emgate-docker-", dir="/var/tmp")
    os.chmod(folder, 0o755)
    engine = Engine(folder)
    try:
        make_base(engine, folder)
        build(engine)
        refuses_without_volume(engine)
        start(engine)
        play_and_hurt(engine, folder)
        compare(engine, folder)
        edge(engine)
        on_postgres(engine, folder)
        print("docker: passed")
    finally:
        engine.close()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
