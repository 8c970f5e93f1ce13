#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Two verifiers, one verdict: every named attack and so many random edits of packs
(EMGATE_EDITS, EMGATE_SEED) are judged by the gateway's verifier and by the second one,
which must name the same failed checks at the same places."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import ed25519  # noqa: E402
import verifier  # noqa: E402

PROGRAM = os.path.join(os.environ["EMGATE_BIN"], "unit_verify_verify_test")
EDITS = os.environ.get("EMGATE_EDITS", "100")


def read_cases(path):
    """The two keys, the two packs, and (name, file, verdict, failures) of each case."""
    with open(path, encoding="ascii") as source:
        keys = [bytes.fromhex(k) for k in source.readline().split()]
        packs = {"w": bytes.fromhex(source.readline()),
                 "p": bytes.fromhex(source.readline())}
        cases = []
        for line in source:
            words = line.rstrip("\n").split(" ")
            name, base, front, back, middle, verdict, *rest = words
            whole = packs[base]
            data = whole[:int(front)] + bytes.fromhex(middle[:-1]) + \
                whole[len(whole) - int(back):]
            told = (rest[0] if rest else "").split(";")
            failures = {tuple(f.split("_", 1)) for f in told if f}
            cases.append((name, data, verdict,
                          {(c, p.replace("_", " ")) for c, p in failures}))
    return keys, packs, cases


class VerifyTest(unittest.TestCase):
    cases = {}  # of a test of the program, which is run once

    def run_program(self, test):
        if test not in self.cases:
            self.cases[test] = self.make_cases(test)
        return self.cases[test]

    def make_cases(self, test):
        with tempfile.TemporaryDirectory(prefix="emgate-evidence-") as folder:
            path = os.path.join(folder, "cases")
            done = subprocess.run(
                [PROGRAM, "--filter", "verify/" + test, "-j1"], check=False,
                capture_output=True, text=True, timeout=3000,
                env=dict(os.environ, EMGATE_CASES=path, EMGATE_EDITS=EDITS))
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return read_cases(path)

    def agree(self, test):
        (key, registry_key), packs, cases = self.run_program(test)
        for pack in packs.values():
            self.assertEqual(verifier.judge(pack, [key], [registry_key]), ("ok", set()))
        caught = 0
        for name, data, verdict, failures in cases:
            mine = verifier.judge(data, [key], [registry_key])
            self.assertEqual(mine, (verdict, failures), name)
            caught += verdict != "ok"
        return len(cases), caught

    def test_named_attacks(self):
        cases, caught = self.agree("every_attack_is_seen")
        print(f"{cases} named attacks, {caught} seen by both, the others by making again")
        self.assertGreater(cases, 30)
        self.assertGreaterEqual(caught, cases - 2)

    def test_random_edits(self):
        cases, caught = self.agree("random_edits_are_seen")
        print(f"{cases} random edits, {caught} seen by both")
        self.assertGreater(cases, int(EDITS) * 0.7)

    def test_a_weaker_verifier_would_be_noticed(self):
        """The comparison itself can fail: a verifier that checks no records differs."""
        (key, registry_key), _, cases = self.run_program("every_attack_is_seen")
        kept = verifier.Verifier.record
        try:
            verifier.Verifier.record = lambda _, tree, body: tree.add_leaves(0, body[:32])
            differing = sum(
                verifier.judge(data, [key], [registry_key]) != (verdict, failures)
                for _, data, verdict, failures in cases)
        finally:
            verifier.Verifier.record = kept
        self.assertGreater(differing, 5)

    def test_stored_packs(self):
        """Packs of this format stay readable: the whole one holds, in the other record 11
        was changed."""
        folder = os.path.join(os.path.dirname(__file__), "../../vectors/evidence")
        with open(os.path.join(folder, "keys.txt"), encoding="ascii") as source:
            key, registry_key = source.read().split()
        emgate = os.path.join(os.environ["EMGATE_BIN"], "emgate")
        for name, code, words in (("proofs.pack", 0, ": ok"),
                                  ("edited-reading.pack", 1, "record 11")):
            path = os.path.join(folder, name)
            options = ["--key", key, "--registry-key", registry_key]
            for program in ([emgate, "verify"],
                            [sys.executable, verifier.__file__]):
                done = subprocess.run([*program, path, *options], check=False,
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                self.assertIn(words, done.stdout)

    def test_signatures_of_rfc_8032(self):
        key = bytes.fromhex(
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        signature = bytes.fromhex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a3"
            "3bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
        self.assertTrue(ed25519.verify(key, b"", signature))
        self.assertFalse(ed25519.verify(key, b"x", signature))
        self.assertFalse(ed25519.verify(key, b"", signature[:63] + b"\x1b"))


if __name__ == "__main__":
    unittest.main()
