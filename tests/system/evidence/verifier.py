#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second verifier of packs, written from docs/formats/evidence.md and journal.md alone.
It shares nothing with the gateway's program.

    verifier.py PACK [--key HEX] [--registry-key HEX]

Prints a line a failure; exit 0: all holds, 1: something does not, 65: not a pack."""
import argparse
import base64
import binascii
import hashlib
import re
import struct
import sys

from ed25519 import verify as ed25519_verify

MANIFEST, KEY, REGISTRY_KEY, CHECKPOINT, SUMMARY, INPUTS, RECEIPT, RECORD, SKIPPED = \
    range(1, 10)
END = 255
HEAD = 28
CONFIG_RECORD, KEY_CHANGE_RECORD, RECEIPT_RECORD = 4, 8, 11
SUMMARY_TYPE = b"application/vnd.emgate.summary.v1+protobuf"
RECEIPT_TYPE = b"application/vnd.emgate.receipt.v1"
CHANGE_TYPE = b"application/vnd.emgate.key-change.v1"
FOR_EVER = 2**64 - 1


class NoPack(Exception):
    """The bytes are not a pack."""


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_of(data):
    return sha256(b"\0" + data)


def node(left, right):
    return sha256(b"\1" + left + right)


def key_id(key):
    return sha256(key)[:8].hex().encode()


def dsse(kind, payload):
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


# ---- the tree ----

class Tree:
    """Complete subtrees from the left, as (level, hash)."""

    def __init__(self):
        self.size = 0
        self.parts = []

    def add(self, level, value):
        while self.parts and self.parts[-1][0] == level:
            value = node(self.parts.pop()[1], value)
            level += 1
        self.parts.append((level, value))

    def add_leaves(self, level, value):
        self.size += 1 << level
        self.add(level, value)

    def root(self):
        if not self.parts:
            return sha256(b"")
        value = self.parts[-1][1]
        for _, left in reversed(self.parts[:-1]):
            value = node(left, value)
        return value


# ---- protobuf, as far as needed ----

def varint(data, at):
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:
            raise ValueError("varint")
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            if value > FOR_EVER:
                raise ValueError("varint")
            return value, at
        shift += 7


def fields(data):
    """(number, type, value) of each field; ValueError where malformed."""
    found = []
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        number, kind = tag >> 3, tag & 7
        if number == 0 or number >= 2**29:
            raise ValueError("field number")
        if kind == 0:
            value, at = varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
            value, at = data[at:at + size], at + size
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            raise ValueError("type")
        if at > len(data):
            raise ValueError("cut")
        found.append((number, kind, value))
    return found


def put_varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def put(number, kind, value, always=False):
    """A field in the shortest way; nothing where it is the default."""
    if kind == 0:
        return put_varint(number << 3) + put_varint(value) if value or always else b""
    if not value and not always:
        return b""
    return put_varint(number << 3 | 2) + put_varint(len(value)) + value


def signed(value):
    return value - 2**64 if value >= 2**63 else value


def read_envelope(data):
    """type, payload, signatures [(id, signature)], or None."""
    try:
        kind, payload, signatures = b"", b"", []
        for number, wire, value in fields(data):
            if wire != 2 or number > 3:
                return None
            if number == 1:
                kind = value
            elif number == 2:
                payload = value
            else:
                parts = {}
                for inner, inner_wire, inner_value in fields(value):
                    if inner_wire != 2 or inner > 2:
                        return None
                    parts[inner] = inner_value
                signatures.append((parts.get(1, b""), parts.get(2, b"")))
    except ValueError:
        return None
    again = put(1, 2, kind) + put(2, 2, payload)
    for name, signature in signatures:
        again += put(3, 2, put(1, 2, name) + put(2, 2, signature), always=True)
    return (kind, payload, signatures) if again == data else None


def read_receipt(data):
    wires = {1: 2, 2: 0, 3: 2, 4: 0, 5: 2, 6: 2, 7: 2}
    got = {n: 0 if w == 0 else b"" for n, w in wires.items()}
    try:
        for number, wire, value in fields(data):
            if wires.get(number) != wire:
                return None
            got[number] = value
    except ValueError:
        return None
    again = b"".join(put(n, wires[n], got[n]) for n in sorted(wires))
    plain = all(byte >= 32 for n in (3, 5, 7) for byte in got[n])
    if again != data or len(data) > 4096 or len(got[1]) != 32 or not plain \
            or got[2] >= 2**31:
        return None
    return got


def receipt_text(r):
    return b"emgate receipt v1\nregistry %s\nkey %s\nverdict %d\nstored %d\n" \
        b"reason %s\n" % (r[5], r[1].hex().encode(), r[2], signed(r[4]), r[3])


class Summary:
    """What proofs need of it."""

    def __init__(self, number, payload):
        self.number, self.key = number, sha256(payload)
        got = {}
        for at, wire, value in fields(payload):
            if (at, wire) in ((1, 2), (4, 2), (8, 0), (9, 0), (11, 0), (21, 2)):
                got[at] = value
        if 21 not in got:
            raise ValueError("no provenance")
        inner = {}
        for at, wire, value in fields(got[21]):
            if (at, wire) in ((1, 2), (8, 2), (9, 0), (10, 2), (11, 2), (13, 0), (14, 2)):
                inner[at] = value
        self.gateway, self.process = got.get(1, b""), got.get(4, b"")
        self.start, self.end = signed(got.get(8, 0)), signed(got.get(9, 0))
        self.revision = got.get(11, 0)
        self.config_hash, self.input_root = inner.get(1, b""), inner.get(8, b"")
        self.input_count, self.tree_size = inner.get(9, 0), inner.get(13, 0)
        self.previous, self.supersedes = inner.get(10, b""), inner.get(11, b"")
        self.tree_root = inner.get(14, b"")
        lengths = {len(self.config_hash), len(self.input_root), len(self.tree_root)}
        if self.start >= self.end or lengths != {32} or self.tree_size == 0:
            raise ValueError("provenance")


# ---- the file ----

def read_entries(data):
    if data[:8] != b"EMPACK1\n":
        raise NoPack("magic")
    entries = []
    at = 8
    rank = 0
    while True:
        if len(data) - at < 5:
            raise NoPack("cut")
        kind, size = struct.unpack_from("<BI", data, at)
        body = data[at + 5:at + 5 + size]
        if len(body) != size or not (MANIFEST <= kind <= SKIPPED or kind == END):
            raise NoPack("entry")
        now = RECORD if kind == SKIPPED else kind
        if now < rank or (kind == MANIFEST) != (not entries):
            raise NoPack("order")
        fits = {KEY: size == 32, REGISTRY_KEY: size == 32, END: size == 32,
                SKIPPED: size == 33, RECORD: size >= 32 + HEAD, INPUTS: size % 8 == 0}
        if not fits.get(kind, True):
            raise NoPack("length")
        if kind == END:
            if at + 37 != len(data):
                raise NoPack("behind the end")
            return entries, body == sha256(data[:at])
        rank = now
        entries.append((kind, body))
        at += 5 + size


MANIFEST_TEXT = re.compile(
    rb"emgate pack v1\ngateway ([^\n\0]{1,255})\nprocess ([^\n\0]{1,255})\n"
    rb"from (0|-?[1-9][0-9]*)\nto (0|-?[1-9][0-9]*)\nrecords (0|[1-9][0-9]*)\n"
    rb"form (whole|proofs)\n")
CHANGE_TEXT = re.compile(
    rb"emgate key change v1\ngateway ([^\n]{1,128})\nold ([0-9a-fA-F]{64})\n"
    rb"new ([0-9a-fA-F]{64})\nsize ([0-9]+)\n")
NOTE_TEXT = re.compile(
    rb"([^\n\0]{1,159})\n(0|[1-9][0-9]*)\n([A-Za-z0-9+/]{43}=)\n\n"
    rb"\xe2\x80\x94 ([^\n]+) ([A-Za-z0-9+/=]+)\n")


def unbase64(text, size):
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return None
    return data if len(data) == size and base64.b64encode(data) == text else None


class Verifier:
    """Judges one pack; `failures` is a set of (check, place)."""

    def __init__(self, data, keys=(), registry_keys=()):
        self.entries, digest = read_entries(data)
        self.given, self.given_registry = list(keys), list(registry_keys)
        self.failures = set()
        if not digest:
            self.fail("pack")
        self.manifest()
        self.keys()
        self.registry_keys()
        self.summaries()
        self.chain()
        self.checkpoint()
        self.tree()
        self.inputs()
        self.receipts()
        self.period()

    def fail(self, check, kind="", number=0):
        self.failures.add((check, f"{kind} {number}" if kind else ""))

    def of(self, kind):
        return [body for k, body in self.entries if k == kind]

    def manifest(self):
        got = MANIFEST_TEXT.fullmatch(self.entries[0][1])
        small = got and all(-2**63 <= int(got[i]) < 2**63 for i in (3, 4)) \
            and int(got[5]) < 2**64
        self.gateway, self.process, self.first, self.last = b"", b"", 0, 0
        self.count, self.whole = 0, False
        if not small:
            self.fail("pack")
            return
        self.gateway, self.process = got[1], got[2]
        self.first, self.last, self.count = int(got[3]), int(got[4]), int(got[5])
        self.whole = got[6] == b"whole"

    # ---- keys ----

    def change(self, payload):
        """old, new, size of a change that both signed; None otherwise."""
        envelope = read_envelope(payload)
        if not envelope or envelope[0] != CHANGE_TYPE or len(envelope[2]) != 2:
            return None
        got = CHANGE_TEXT.fullmatch(envelope[1])
        if not got or got[1] != self.gateway:
            return None
        old, new = bytes.fromhex(got[2].decode()), bytes.fromhex(got[3].decode())
        signatures = [s for _, s in envelope[2]]
        text = dsse(CHANGE_TYPE, envelope[1])
        if not all(any(ed25519_verify(k, text, s) for s in signatures)
                   for k in (old, new)):
            return None
        return old, new, int(got[4])

    def keys(self):
        given = self.of(KEY)
        self.chain_keys = [[given[0], 0, FOR_EVER]] if given else []
        if not given:
            self.fail("key")
        for kind, body in self.entries:
            if kind != RECORD or body[32] != KEY_CHANGE_RECORD or not given:
                continue
            seq = struct.unpack_from("<Q", body, 36)[0]
            change = self.change(body[32 + HEAD:])
            if not change or change[0] != self.chain_keys[-1][0] \
                    or change[2] != (seq - 1) % 2**64:
                self.fail("key", "record", seq)
                continue
            self.chain_keys[-1][2] = change[2]
            self.chain_keys.append([change[1], change[2], FOR_EVER])
        chain = [k for k, _, _ in self.chain_keys]
        for i, key in enumerate(given):
            if i >= len(chain) or chain[i] != key:
                self.fail("key", "key", i + 1)
        if len(given) < len(chain):
            self.fail("key")
        if any(key not in chain for key in self.given):
            self.fail("key")

    def registry_keys(self):
        self.registry = []
        for i, key in enumerate(self.of(REGISTRY_KEY)):
            if self.given_registry and key not in self.given_registry:
                self.fail("key", "registry key", i + 1)
            else:
                self.registry.append(key)
        self.listed = len(self.registry)
        self.registry += [k for k in self.given_registry if k not in self.registry]

    # ---- summaries ----

    def summaries(self):
        self.all = self.of(SUMMARY)
        self.good = []
        for number, data in enumerate(self.all, 1):
            summary = self.summary(number, data)
            if summary:
                self.good.append(summary)
            else:
                self.fail("summary", "summary", number)
        if not self.all:
            self.fail("summary")

    def summary(self, number, data):
        envelope = read_envelope(data)
        if not envelope or envelope[0] != SUMMARY_TYPE or len(envelope[2]) != 1:
            return None
        name, signature = envelope[2][0]
        text = dsse(SUMMARY_TYPE, envelope[1])
        period = next((p for p in self.chain_keys if key_id(p[0]) == name
                       and ed25519_verify(p[0], text, signature)), None)
        if not period:
            return None
        try:
            summary = Summary(number, envelope[1])
        except ValueError:
            return None
        named = summary.gateway == self.gateway \
            and self.process in (b"*", summary.process)
        return summary if named and period[1] < summary.tree_size <= period[2] else None

    def chain(self):
        last, windows = {}, {}
        for s in self.good:
            before = last.get(s.process)
            replaced = windows.get((s.process, s.start))
            wrong = False
            if before:
                wrong = s.previous != before.key or s.tree_size < before.tree_size
            if (s.revision == 0) != (not s.supersedes) or (replaced and s.revision == 0):
                wrong = True
            if replaced and (s.revision != replaced.revision + 1
                             or s.supersedes != replaced.key):
                wrong = True
            if wrong:
                self.fail("chain", "summary", s.number)
            last[s.process] = windows[(s.process, s.start)] = s

    def checkpoint(self):
        notes = self.of(CHECKPOINT)
        self.note = None
        if len(notes) != 1:
            self.fail("checkpoint")
            return
        got = NOTE_TEXT.fullmatch(notes[0])
        root = got and unbase64(got[3], 32)
        blob = got and unbase64(got[5], 68)
        if not got or len(notes[0]) > 512 or got[4] != got[1] or not root or not blob \
                or int(got[2]) > FOR_EVER:
            self.fail("checkpoint", "checkpoint", 1)
            return
        size = int(got[2])
        body = b"\n".join(got.group(1, 2, 3)) + b"\n"
        period = next((p for p in self.chain_keys
                       if sha256(got[1] + b"\n\1" + p[0])[:4] == blob[:4]
                       and ed25519_verify(p[0], body, blob[4:])), None)
        if not period or got[1] != b"emgate/" + self.gateway \
                or not period[1] < size <= period[2]:
            self.fail("checkpoint", "checkpoint", 1)
            return
        if size != self.count:
            self.fail("checkpoint", "checkpoint", 1)
        self.note = (size, root)

    # ---- records ----

    def tree(self):
        marks = [(s.tree_size, 0, s.number, s.tree_root, s) for s in self.good]
        if self.note:
            marks.append((self.note[0], 1, 1, self.note[1], None))
        self.marks = sorted(marks, key=lambda m: m[:3])
        self.leaves, self.off, self.config = {}, False, b""
        tree = Tree()
        for kind, body in self.entries:
            if kind == RECORD:
                self.record(tree, body)
            elif kind == SKIPPED and not self.skipped(tree, body):
                break
            if kind in (RECORD, SKIPPED):
                self.pass_marks(tree)
        for mark in self.marks:
            self.fail("tree", *self.place(mark))
        self.size = tree.size

    @staticmethod
    def place(mark):
        return ("checkpoint" if mark[1] else "summary"), mark[2]

    def record(self, tree, body):
        leaf, record, seq = body[:32], body[32:], tree.size + 1
        if leaf != leaf_of(record) or struct.unpack_from("<Q", record, 4)[0] != seq:
            self.fail("record", "record", seq)
        if record[0] == CONFIG_RECORD:
            self.config = sha256(record[HEAD:])
        tree.add_leaves(0, leaf)
        self.leaves[seq] = leaf

    def skipped(self, tree, body):
        level, seq = body[0], tree.size + 1
        if level > 40 or tree.size % (1 << level):
            self.fail("tree", "record", seq)
            return False
        if self.whole and (level or body[1:] != leaf_of(b"")):
            self.fail("tree", "record", seq)
        tree.add_leaves(level, body[1:])
        return True

    def pass_marks(self, tree):
        while self.marks and self.marks[0][0] <= tree.size:
            mark = self.marks.pop(0)
            if mark[0] < tree.size:
                self.fail("tree", *self.place(mark))
                continue
            if mark[3] == tree.root():
                self.off = False
            elif not self.off:
                self.fail("tree", *self.place(mark))
                self.off = True
            if mark[4] and mark[4].config_hash != self.config:
                self.fail("config", "summary", mark[2])

    def inputs(self):
        lists = self.of(INPUTS)
        if len(lists) != len(self.all):
            self.fail("inputs")
            return
        for s in self.good:
            seqs = [v for v, in struct.iter_unpack("<Q", lists[s.number - 1])]
            rising = all(a < b for a, b in zip([0] + seqs, seqs))
            if not rising or any(v not in self.leaves or v > s.tree_size for v in seqs):
                self.fail("inputs", "summary", s.number)
                continue
            tree = Tree()
            for v in seqs:
                tree.add_leaves(0, self.leaves[v])
            if tree.size != s.input_count or tree.root() != s.input_root:
                self.fail("inputs", "summary", s.number)

    # ---- receipts ----

    def signer(self, r):
        for i, key in enumerate(self.registry):
            if key_id(key) == r[7] and \
                    ed25519_verify(key, dsse(RECEIPT_TYPE, receipt_text(r)), r[6]):
                self.used.add(i)
                return True
        return False

    def receipts(self):
        known = {s.key: s for s in self.good}
        self.used, seen = set(), set()
        for kind, body in self.entries:
            if kind == RECORD and body[32] == RECEIPT_RECORD:
                self.receipt_record(known, body)
        for number, data in enumerate(self.of(RECEIPT), 1):
            r = read_receipt(data)
            s = known.get(r[1]) if r else None
            if not r or not self.signer(r) or not s or r[2] or r[1] in seen:
                self.fail("receipt", "receipt", number)
                continue
            seen.add(r[1])
            self.time(s, r, "receipt", number)
        for i in range(len(self.registry)):
            if i < self.listed and i not in self.used:
                self.fail("receipt", "registry key", i + 1)
            if i >= self.listed and i in self.used:
                self.fail("receipt")

    def receipt_record(self, known, body):
        seq = struct.unpack_from("<Q", body, 36)[0]
        r = read_receipt(body[32 + HEAD:])
        if not r or r[7] not in [key_id(k) for k in self.registry]:
            return
        if not self.signer(r):
            self.fail("receipt", "record", seq)
        elif r[1] in known and r[2] == 0:
            self.time(known[r[1]], r, "record", seq)

    def time(self, s, r, kind, number):
        if signed(r[4]) < s.end - 60 * 10**9:
            self.fail("receipt", kind, number)

    def period(self):
        starts = [s.start for s in self.good] or [2**63 - 1]
        ends = [s.end for s in self.good] or [-2**63]
        if (min(starts), max(ends)) != (self.first, self.last) or self.size != self.count:
            self.fail("pack")


def judge(data, keys=(), registry_keys=()):
    """"ok", "failed" or "malformed", and the set of (check, place)."""
    try:
        failures = Verifier(data, keys, registry_keys).failures
    except NoPack:
        return "malformed", set()
    return ("failed" if failures else "ok"), failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pack")
    parser.add_argument("--key")
    parser.add_argument("--registry-key")
    arguments = parser.parse_args()
    with open(arguments.pack, "rb") as source:
        data = source.read()
    verdict, failures = judge(
        data, [bytes.fromhex(k) for k in [arguments.key] if k],
        [bytes.fromhex(k) for k in [arguments.registry_key] if k])
    for check, place in sorted(failures):
        print("FAILED", check, place)
    print(arguments.pack + ":", verdict)
    return {"ok": 0, "failed": 1, "malformed": 65}[verdict]


if __name__ == "__main__":
    sys.exit(main())
