# SPDX-License-Identifier: Apache-2.0
"""Writes summaries and reads receipts as proto/*.proto has them, by the standard library
alone, so that the registry meets bytes that no protobuf-c made."""
import hashlib
import http.client
import ssl
import struct

STORED, CONFLICT, REFUSED, LATER = range(4)
HOUR_NS = 3600 * 10**9
PAYLOAD_TYPE = "application/vnd.emgate.summary.v1+protobuf"


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def text(field, value):
    data = value if isinstance(value, bytes) else value.encode()
    return varint(field << 3 | 2) + varint(len(data)) + data if data else b""


def message(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def double(field, value):
    return varint(field << 3 | 1) + struct.pack("<d", value)


def quantity(value, unit=""):
    return (b"" if value is None else double(1, value)) + text(2, unit)


def summary(start_ns, process="clinker", revision=0, supersedes=b"", direct=100.0,
            indirect=2.0, activity=120.0, coverage=1.0, installation="PK-CEM-0001",
            gateway="cement-01", operator="OP-0001", year=0, length_ns=HOUR_NS,
            time_zone="Asia/Karachi", extra=b""):
    unit = "t CO2e"
    attribution = message(7, quantity(direct, unit))
    attribution += message(8, quantity(indirect, unit))
    quality = double(8, coverage) if coverage else b""
    quality += number(12, 1 if coverage == 1 else 0)
    provenance = text(11, supersedes)
    return b"".join([
        text(1, gateway), text(2, operator), text(3, installation),
        text(4, process),
        text(5, "cement_clinker"),
        number(8, start_ns), number(9, start_ns + length_ns),
        number(10, year), number(11, revision), message(14, attribution),
        message(15, quantity(activity, "t")), message(20, quality),
        message(21, provenance) if provenance else b"",
        text(22, time_zone), text(23, "PK"), text(24, "cement"), extra])


def envelope(payload, payload_type=PAYLOAD_TYPE):
    return text(1, payload_type) + text(2, payload)


def request(envelopes, gateway="cement-01"):
    return text(1, gateway) + b"".join(message(2, e) for e in envelopes)


def key_of(payload):
    return hashlib.sha256(payload).digest()


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at, out = 0, {}
    while at < len(data):
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            value, at = read_varint(data, at)
        else:
            length, at = read_varint(data, at)
            value, at = data[at:at + length], at + length
        out.setdefault(tag >> 3, []).append(value)
    return out


def receipts(body):
    """[(raw, key, verdict, reason, stored_ns)] of a SubmitResponse."""
    out = []
    for raw in fields(body).get(1, []):
        f = fields(raw)
        out.append((raw, f.get(1, [b""])[0], f.get(2, [0])[0],
                    f.get(3, [b""])[0].decode(), f.get(4, [0])[0]))
    return out


class Client:
    def __init__(self, port):
        self.port = port

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def submit(self, payloads, gateway="cement-01", headers=None):
        body = request([envelope(p) for p in payloads], gateway)
        given = {"Content-Type": "application/x-protobuf", **(headers or {})}
        status, body, _ = self.ask("POST", "/v1/summaries", body, given)
        return status, receipts(body) if status == 200 else body


class TlsClient(Client):
    """By TLS, on one connection until the registry ends it; `certificate` is a path whose
    .crt and .key are shown."""

    def __init__(self, port, authority, certificate=None):
        super().__init__(port)
        context = ssl.create_default_context(cafile=authority)
        if certificate:
            context.load_cert_chain(certificate + ".crt", certificate + ".key")
        self.connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30,
                                                      context=context)

    def ask(self, method, path, body=None, headers=None):
        self.connection.request(method, path, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())
