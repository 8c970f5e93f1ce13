# SPDX-License-Identifier: Apache-2.0
"""A publisher of MQTT 3.1.1 at QoS 1 by the standard library alone; publish() returns
when the broker has acknowledged."""
import socket
import struct


def length(value):
    out = bytearray()
    while True:
        byte = value % 128
        value //= 128
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


class Publisher:
    def __init__(self, port, client_id):
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        body = text("MQTT") + bytes([4, 2, 0, 0]) + text(client_id)
        self.socket.sendall(b"\x10" + length(len(body)) + body)
        assert self.read() == (0x20, b"\0\0")
        self.next_id = 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def take(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            assert more, "the broker ended the connection"
            data += more
        return data

    def read(self):
        kind = self.take(1)[0]
        size = shift = 0
        while True:
            byte = self.take(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return kind, self.take(size)

    def publish(self, topic, payload, retain=False):
        self.send(topic, payload, retain)
        self.confirm()

    def send(self, topic, payload, retain=False):
        """Without waiting; confirm() takes one acknowledgement."""
        self.next_id = self.next_id % 65535 + 1
        body = text(topic) + struct.pack(">H", self.next_id) + payload
        head = b"\x33" if retain else b"\x32"
        self.socket.sendall(head + length(len(body)) + body)

    def confirm(self):
        kind, _ = self.read()
        assert kind == 0x40, kind
