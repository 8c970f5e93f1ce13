#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages on a bare Debian 12 that runs systemd: built, lintian, installed,
docs/operations.md run as written, upgraded, not downgraded, removed, purged.

    sudo tests/system/packages/packages_test.py [--keep]

Needs Debian's docker.io, debootstrap and lintian (tools/packages.sh docker) and root: a
dockerd of its own carries the machine.  Prints what it did and `packages: passed`."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))
NEWER = "0.99.0"
with open(ROOT + "/VERSION", encoding="utf-8") as version_file:
    VERSION = version_file.read().strip()


def run(*words, check=True, **options):
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if check and done.returncode != 0:
        raise SystemExit(f"packages: {' '.join(words)} failed ({done.returncode}):\n"
                         f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def until(condition, seconds, what):
    end = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > end:
            raise SystemExit(f"packages: not within {seconds} s: {what}")
        time.sleep(0.1)
    return answer


def build(folder, version=None):
    """Both packages, of this version or of the file VERSION's."""
    name = folder + "/build"
    extra = [f"-DEMGATE_VERSION_GIVEN={version}"] if version else []
    run("cmake", "-S", ROOT, "-B", name, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_INSTALL_PREFIX=/usr", "-DEMGATE_INSTALLED=ON", *extra,
        *(["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []))
    run("nice", "ninja", "-C", name, "emgate", "emgate-registry", "pages")
    run("cpack", cwd=name)
    made = [f"{name}/{file}" for file in os.listdir(name) if file.endswith(".deb")]
    target = f"{folder}/{version or 'now'}"
    os.makedirs(target)
    return [shutil.move(path, target) for path in made]


class Machine:
    """A container whose first process is systemd."""

    def __init__(self, folder):
        self.folder = folder
        self.host = f"unix://{folder}/docker.sock"
        self.environment = dict(os.environ, DOCKER_HOST=self.host, DOCKER_BUILDKIT="0")
        self.log = open(folder + "/dockerd.log", "wb")
        self.daemon = subprocess.Popen(
            ["dockerd", "--host", self.host, "--data-root", folder + "/data",
             "--exec-root", folder + "/exec", "--pidfile", folder + "/pid"],
            stdout=self.log, stderr=self.log)

    def boot(self, packages):
        folder = self.folder
        until(lambda: run("docker", "info", check=False,
                          env=self.environment).returncode == 0, 60, "dockerd answers")
        root = folder + "/root"
        run("debootstrap", "--variant=minbase",
            "--include=systemd,systemd-sysv,dbus,ca-certificates", "bookworm", root)
        tar = subprocess.Popen(["tar", "-C", root, "-c", "."], stdout=subprocess.PIPE)
        run("docker", "import", "-", "bare", stdin=tar.stdout, env=self.environment)
        shutil.rmtree(root)
        os.mkdir(folder + "/context")
        for package in packages:
            shutil.copy(package, folder + "/context")
        with open(folder + "/context/Dockerfile", "w", encoding="utf-8") as out:
            # What the packages need is installed with the host's network; the machine
            # itself has none.
            out.write("FROM bare\nCOPY *.deb /root/\nRUN apt-get update -q && apt-get "
                      "install -q -y mosquitto /root/*.deb && dpkg --purge emgate "
                      "emgate-registry\n")
        run("docker", "build", "-q", "--network", "host", "-t", "machine",
            folder + "/context", env=self.environment)
        # SYS_PTRACE: systemd has it on a machine, and the units' user namespaces need it.
        run("docker", "run", "-d", "--name", "machine", "--cap-add", "SYS_ADMIN",
            "--cap-add", "NET_ADMIN", "--cap-add", "SYS_PTRACE", "--security-opt",
            "seccomp=unconfined", "--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs",
            "/tmp:exec", "-v", "/sys/fs/cgroup:/sys/fs/cgroup", "-e",
            "container=docker", "machine",
            "/sbin/init", env=self.environment)
        until(lambda: "running" in self.sh("systemctl is-system-running", check=False),
              60, "systemd runs")

    def sh(self, text, check=True):
        done = run("docker", "exec", "-i", "-w", "/root", "-e",
                   "DEBIAN_FRONTEND=noninteractive", "machine", "bash", "-ec", text,
                   check=False, env=self.environment)
        if check and done.returncode != 0:
            raise SystemExit(f"packages: in the machine:\n{text}\n-> {done.returncode}\n"
                             f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def close(self):
        run("docker", "rm", "-f", "machine", check=False, env=self.environment)
        self.daemon.terminate()
        self.daemon.wait(60)
        self.log.close()


def blocks(kind):
    """The commands of docs/operations.md's blocks of a kind."""
    with open(ROOT + "/docs/operations.md", encoding="utf-8") as page:
        found = re.findall(rf"```sh {kind}\n(.*?)```", page.read(), re.S)
    assert found, kind
    return "\n".join(found)


def first_tonne(machine):
    # There is no network to update from.
    machine.sh(blocks("install").replace("apt-get update\n", ""))
    made = machine.sh("stat -c '%U %G %a' /var/lib/emgate").strip()
    assert made == "emgate emgate 750", made  # by tmpfiles.d, before any start
    out = machine.sh(blocks("first"))
    assert re.search(r"clinker", out), out
    print("installed; docs/operations.md led to:")
    print("\n".join(out.strip().split("\n")[-8:]))
    state = machine.sh("systemctl show emgate -p ActiveState -p Type -p WatchdogUSec "
                       "-p User -p NRestarts; stat -c '%U %a' /var/lib/emgate "
                       "/var/lib/emgate/signing.key")
    print(state.strip())
    for wanted in ("ActiveState=active", "Type=notify", "User=emgate", "NRestarts=0",
                   "WatchdogUSec=2min", "emgate 400"):
        assert wanted in state, (wanted, state)


def reload_is_checked(machine):
    machine.sh("cp /etc/emgate/plant.yaml /root/good.yaml; "
               "echo 'nonsense: 1' >>/etc/emgate/plant.yaml")
    assert "failed" in machine.sh("systemctl reload emgate", check=False).lower()
    machine.sh("cp /root/good.yaml /etc/emgate/plant.yaml; systemctl reload emgate")
    assert "active" in machine.sh("systemctl is-active emgate")
    print("reload: a wrong configuration is refused, the right one taken")


def upgrade(machine, newer):
    count = "emgate summaries -c /etc/emgate/plant.yaml --json | grep -c '\"key\"'"
    before = machine.sh(count)
    for package in newer:
        run("docker", "cp", package, "machine:/root/", env=machine.environment)
    machine.sh(f"dpkg -i /root/emgate_{NEWER}-1_*.deb")
    assert machine.sh("emgate --version").strip() == f"emgate {NEWER}"
    assert machine.sh("systemctl is-active emgate").strip() == "active"
    assert "cement-01" in machine.sh("cat /etc/emgate/plant.yaml")
    after = until(lambda: machine.sh(count, check=False), 20, "summaries after upgrade")
    assert int(after) >= int(before) > 0, (before, after)
    print(f"upgraded: configuration kept, {after.strip()} summaries, running")
    out = machine.sh(f"dpkg -i /root/emgate_{VERSION}-1_*.deb", check=False)
    assert "nothing was changed" in out, out
    assert machine.sh("emgate --version").strip() == f"emgate {NEWER}"
    assert machine.sh("systemctl is-active emgate").strip() == "active"
    print("downgrade: refused, nothing changed")


def remove(machine):
    machine.sh("apt-get remove -y emgate")
    machine.sh("test -f /var/lib/emgate/signing.key && test -f /etc/emgate/plant.yaml && "
               "! test -e /usr/bin/emgate")
    machine.sh("apt-get purge -y emgate")
    machine.sh("! test -e /var/lib/emgate && ! test -e /etc/emgate/plant.yaml")
    print("removed with the data kept; purged with the data gone")


def registry(machine):
    machine.sh(f"apt-get install -y /root/emgate-registry_{VERSION}-1_*.deb && "
               "systemctl enable --now emgate-registry")
    until(lambda: "active" in machine.sh("systemctl is-active emgate-registry",
                                         check=False), 20, "the registry's service")
    machine.sh("apt-get purge -y emgate-registry && ! test -e /var/lib/emgate-registry")
    print("registry: installed, ran as a service, purged")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    keep = parser.parse_args().keep
    sys.stdout.reconfigure(line_buffering=True)
    folder = tempfile.mkdtemp(prefix="emgate-packages-", dir="/var/tmp")
    machine = None
    try:
        packages = build(folder)
        for package in packages:
            out = run("lintian", "--allow-root", package).stdout
            assert not out, out
            print(f"{os.path.basename(package)}: {os.path.getsize(package)} bytes, "
                  "lintian finds nothing")
        newer = build(folder, NEWER)
        machine = Machine(folder)
        machine.boot(packages)
        first_tonne(machine)
        reload_is_checked(machine)
        upgrade(machine, newer)
        remove(machine)
        registry(machine)
        print("packages: passed")
    finally:
        if machine:
            machine.close()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
