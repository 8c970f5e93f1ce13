#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads a journal by docs/formats/journal.md alone, without the gateway's code.

    read_journal.py DIRECTORY            prints each record as a JSON line
    read_journal.py DIRECTORY EXPECTED   compares with such lines; exit 1: differs

It is strict: anything that does not check ends the run with exit 2 and a reason.
"""
import hashlib
import json
import pathlib
import struct
import sys

BLOCK = 4096
GROUP_HEAD = 136
RECORD_HEAD = 36


class Unsound(Exception):
    """A byte is not as the format says."""


def make_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


TABLE = make_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def check(segment, offset, wanted, data, what):
    if crc32c(struct.pack("<QQ", segment, offset) + data) != wanted:
        raise Unsound(f"segment {segment}, byte {offset}: the {what} does not check")


def tree_head(leaves):
    """RFC 6962, section 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    both = tree_head(leaves[:split]) + tree_head(leaves[split:])
    return hashlib.sha256(b"\x01" + both).digest()


def read_header(data, number):
    fields = struct.unpack_from("<IIQQQQQ", data, 8)
    crc, version, own_number, size, first, previous, end = fields
    if data[:8] != b"EMJRNL\r\n":
        raise Unsound(f"segment {number}: no header")
    check(number, 0, crc, data[12:BLOCK], "header")
    if version != 1 or own_number != number or size != len(data):
        raise Unsound(f"segment {number}: is {version}, {own_number}, {size} bytes")
    return {"first": first, "previous": previous, "end": end, "chain": data[56:88]}


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def text(data, at):
    length, at = varint(data, at)
    return data[at:at + length].decode(), at + length


def describe(record_type, seq, wall, payload):
    record = {"seq": seq, "type": record_type, "wall_ns": wall}
    if record_type == 1:
        record["topic"], at = text(payload, 2)
        record["publisher"], at = text(payload, at)
        record["qos"] = payload[1] & 3
        payload = payload[at:]
    record["payload_hex"] = payload.hex()
    return record


def read_records(segment, at, group, first_seq, count):
    """The records of a group, and its root."""
    leaves = []
    records = []
    offset = GROUP_HEAD
    for seq in range(first_seq, first_seq + count):
        crc, length, kind, _, version, own_seq, wall, _ = struct.unpack_from(
            "<IIBBHQqq", group, offset)
        end = offset + RECORD_HEAD + length
        check(segment, at + offset, crc, group[offset + 4:end], "record")
        if own_seq != seq or version != 1:
            raise Unsound(f"segment {segment}, byte {at + offset}: seq {own_seq}")
        leaves.append(hashlib.sha256(b"\x00" + group[offset + 8:end]).digest())
        records.append(describe(kind, seq, wall, group[offset + RECORD_HEAD:end]))
        offset = end
    if offset != len(group):
        raise Unsound(f"segment {segment}, byte {at}: records end at {offset}")
    return records, tree_head(leaves)


def read_group(segment, data, at, state):
    crc, length, count, first, last, _ = struct.unpack_from("<IIIQQQ", data, at + 4)
    before, root, chain = (data[at + i:at + i + 32] for i in (40, 72, 104))
    check(segment, at, crc, data[at + 8:at + GROUP_HEAD], "group")
    records, own_root = read_records(segment, at, data[at:at + length], first, count)
    own_chain = hashlib.sha256(b"\x02" + before + own_root).digest()
    sound = (before == state["chain"] and root == own_root and chain == own_chain
             and first == state["next"] and last == first + count - 1)
    end = at + (length + BLOCK - 1) // BLOCK * BLOCK
    if not sound or any(data[at + length:end]):
        raise Unsound(f"segment {segment}, byte {at}: hashes, seqs or padding")
    state["chain"] = chain
    state["next"] = last + 1
    return records, end


def read_journal(directory):
    state = None
    records = []
    for path in sorted(directory.glob("*.seg"), key=lambda p: int(p.stem)):
        data = path.read_bytes()
        if not any(data):
            continue
        number = int(path.stem)
        header = read_header(data, number)
        state = state or {"chain": header["chain"], "next": header["first"]}
        if header["chain"] != state["chain"] or header["first"] != state["next"]:
            raise Unsound(f"segment {number} does not follow the one before")
        at = BLOCK
        while at < len(data) and data[at:at + 4] == b"EMGR":
            more, at = read_group(number, data, at, state)
            records += more
        if any(data[at:]):
            raise Unsound(f"segment {number}, byte {at}: not zero behind the last group")
    return records


def main():
    try:
        records = read_journal(pathlib.Path(sys.argv[1]))
    except Unsound as problem:
        print(problem)
        return 2
    lines = [json.dumps(record) for record in records]
    if len(sys.argv) < 3:
        print("\n".join(lines))
        return 0
    expected = pathlib.Path(sys.argv[2]).read_text().splitlines()
    if lines != expected:
        print("differs:", *lines, sep="\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
