#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tools/release.sh without its packages: the archive twice, sums, signature, refusals.
What takes minutes is in tests/reproducible.sh.  Exit 77 without git or minisign."""
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))))


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False, **options)


class ReleaseTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.keys = tempfile.mkdtemp(prefix="emgate-release-test-")
        cls.addClassCleanup(shutil.rmtree, cls.keys)
        cls.clone = cls.keys + "/one"
        cls.make_clone(cls.clone)
        cls.key, cls.public = cls.keys + "/secret.key", cls.keys + "/emgate.pub"
        run("minisign", "-G", "-W", "-p", cls.public, "-s", cls.key)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="emgate-release-test-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    @staticmethod
    def make_clone(path):
        done = run("git", "clone", "-q", "--shared", ROOT, path)
        assert done.returncode == 0, done.stderr

    def release(self, out, clone=None, key=None, **environment):
        words = [(clone or self.clone) + "/tools/release.sh", "--architectures", ""]
        words += ["--key", key] if key else []
        return run(*words, self.path(out), env={**os.environ, **environment})

    def verified(self, out):
        """Exit codes of the two checks a user makes."""
        return [run(*words, cwd=self.path(out)).returncode for words in (
            ("minisign", "-V", "-q", "-p", self.public, "-m", "SHA256SUMS"),
            ("sha256sum", "-c", "--quiet", "SHA256SUMS"))]

    def digests(self, out):
        found = {}
        for name in os.listdir(self.path(out)):
            with open(os.path.join(self.path(out), name), "rb") as file:
                found[name] = hashlib.sha256(file.read()).hexdigest()
        return found

    def archive(self, out):
        return [os.path.join(self.path(out), n) for n in os.listdir(self.path(out))
                if n.endswith(".tar.gz")][0]

    def test_it_is_the_same_again_and_signed(self):
        done = self.release("first", key=self.key)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.verified("first"), [0, 0])
        other = self.path("a folder with a longer name")
        self.make_clone(other)
        for name in ("VERSION", "README.md"):
            os.utime(os.path.join(other, name), (1, 1))
        umask = os.umask(0o077)
        done = self.release("second", other, self.key, TZ="Asia/Karachi", LANG="C.UTF-8")
        os.umask(umask)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(self.digests("first"), self.digests("second"))
        self.assertEqual(len(self.digests("first")), 3)
        with tarfile.open(self.archive("first")) as archive:
            files = {m.name.split("/", 1)[1] for m in archive if m.isfile()}
        tracked = run("git", "-C", self.clone, "ls-files").stdout.split("\n")
        self.assertEqual(files, set(tracked) - {""})

    def test_what_was_changed_afterwards_is_noticed(self):
        self.release("out", key=self.key)
        with open(self.archive("out"), "ab") as file:
            file.write(b"\0")
        self.assertEqual(self.verified("out"), [0, 1])
        with open(self.path("out/SHA256SUMS"), "a", encoding="utf-8") as file:
            file.write("\n")
        self.assertEqual(self.verified("out")[0], 1)

    def test_a_key_in_the_checkout_is_refused(self):
        os.makedirs(self.clone + "/build", exist_ok=True)
        inside = shutil.copy(self.key, self.clone + "/build/secret.key")
        self.assertEqual(self.release("out", key=inside).returncode, 77)

    def test_what_is_not_committed_is_refused(self):
        with open(self.clone + "/VERSION", "a", encoding="utf-8") as file:
            file.write("x\n")
        self.addCleanup(run, "git", "-C", self.clone, "checkout", "-q", "VERSION")
        self.assertEqual(self.release("out").returncode, 65)

    def test_another_folder_is_not_overwritten(self):
        os.mkdir(self.path("out"))
        with open(self.path("out/mine"), "w", encoding="utf-8") as file:
            file.write("mine")
        self.assertEqual(self.release("out").returncode, 73)


if __name__ == "__main__":
    if not os.path.exists(ROOT + "/.git") or not shutil.which("minisign"):
        sys.exit(77)
    unittest.main()
