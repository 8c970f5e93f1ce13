# SPDX-License-Identifier: Apache-2.0
"""Writes telemetry batches as proto/telemetry.proto has them, by the standard library
alone."""
import struct

from registry_client import double, message, number, text, varint


def fixed64(field, value):
    return varint(field << 3 | 1) + struct.pack("<Q", value)


def reading(name, value, unit=""):
    return message(5, text(1, name) + double(4, value) + text(9, unit))


def batch(device, base_ms, readings, boot, sequence):
    """Readings of one moment."""
    return (text(1, device) + fixed64(2, boot) + number(3, sequence) +
            fixed64(4, base_ms) + b"".join(readings))


def topic(device):
    return f"emgate/v1/{device}/telemetry"
