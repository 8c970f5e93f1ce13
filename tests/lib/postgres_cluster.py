# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL of one's own on a socket in a temporary folder, which nobody else reaches.

As root it runs as an unprivileged user, since PostgreSQL refuses root."""
import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

USERS = ("postgres", "nobody")


def programs():
    """The folder of initdb and postgres, or None."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    return os.path.dirname(max(found)) if found else None


def as_user():
    """The words in front of a command, and who runs it."""
    if os.geteuid() != 0:
        return [], pwd.getpwuid(os.geteuid()).pw_name
    for name in USERS:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return ["setpriv", f"--reuid={name}", f"--regid={pwd.getpwnam(name).pw_gid}",
                    "--clear-groups", "--"], name
    raise RuntimeError("no unprivileged user")


class Cluster:
    def __init__(self, settings=()):
        self.bin = programs()
        self.prefix, self.user = as_user()
        self.folder = tempfile.mkdtemp(prefix="emgate-registry-pg-")
        self.settings = settings
        self.process = None
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        subprocess.run([*self.prefix, self.bin + "/initdb", "-D", self.data(), "-U",
                        "emgate", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
                       check=True, stdout=subprocess.DEVNULL, cwd="/")
        self.start()

    def data(self):
        return self.folder + "/data"

    def uri(self):
        return ("postgresql://emgate@/postgres?host="
                + urllib.parse.quote(self.folder, safe=""))

    def start(self):
        words = [self.bin + "/postgres", "-D", self.data(), "-k", self.folder,
                 "-c", "listen_addresses="]
        for setting in self.settings:
            words += ["-c", setting]
        with open(self.folder + ".log", "ab") as log:
            self.process = subprocess.Popen([*self.prefix, *words], stdout=log,
                                            stderr=log, cwd="/")
        until = time.monotonic() + 60
        while subprocess.run([self.bin + "/pg_isready", "-q", "-h", self.folder],
                             check=False).returncode != 0:
            if time.monotonic() > until or self.process.poll() is not None:
                raise RuntimeError(open(self.folder + ".log", encoding="utf8").read())
            self.process.poll()
            time.sleep(0.05)

    def kill(self):
        """As a power cut: every process of it at once."""
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
                                  capture_output=True, text=True, check=False).stdout
        for pid in [self.process.pid, *map(int, children.split())]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(20)

    def ask(self, sql):
        return subprocess.run([self.bin + "/psql", "-h", self.folder, "-U", "emgate",
                               "-Atc", sql, "postgres"], capture_output=True, text=True,
                              check=True).stdout.strip()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.folder + ".log")
