"""ICC profiles of three primaries and a power curve, made by hand."""

from __future__ import annotations

import struct
from collections.abc import Sequence

# CIE XYZ under D50 of red, green and blue
DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
WHITE = (0.9642, 1.0, 0.8249)
# of sRGB: ((a x + b) ^ g above d, else c x)
CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def rgb_profile(primaries: Sequence[Sequence[float]], curve: Sequence[float] = CURVE) -> bytes:
    """A display's profile, version 4."""
    colours = zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, primaries), strict=True)
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _para(curve))
    return _profile(b"RGB ", {**dict(colours), **curves})


def grey_profile(gamma: float) -> bytes:
    """One channel of a power curve."""
    return _profile(b"GRAY", {b"kTRC": _para((gamma,))})


def _profile(
    space: bytes, tags: dict[bytes, bytes], pcs: bytes = b"XYZ ", kind: bytes = b"mntr"
) -> bytes:
    tags = {b"wtpt": _xyz(WHITE), b"desc": _text("made"), b"cprt": _text("none"), **tags}
    at, table, body = 128 + 4 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sIIIQI", at + len(body), bytes(4), 0x04200000, kind, space, pcs,
        bytes(12), b"acsp", bytes(4), 0, 0, 0, 0, 0,
    ) + b"".join(map(_fixed, WHITE))  # fmt: skip
    return header.ljust(128, b"\0") + table + body


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65536))


def _xyz(values: Sequence[float]) -> bytes:
    return b"XYZ " + bytes(4) + b"".join(map(_fixed, values))


def _para(numbers: Sequence[float]) -> bytes:
    kind = {1: 0, 5: 3}[len(numbers)]
    return b"para" + bytes(4) + struct.pack(">HH", kind, 0) + b"".join(map(_fixed, numbers))


def _text(text: str) -> bytes:
    words = text.encode("utf-16-be")
    return (
        b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words
    )


def cmyk_profile() -> bytes:
    """A press whose ink of any colour is grey: lightness 100, less a fifth for each full ink."""
    corners = range(16)
    table = b"".join(bytes([255 - 51 * bin(c).count("1"), 128, 128]) for c in corners)
    matrix = b"".join(map(_fixed, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    curves = bytes(range(256))
    data = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + curves * 4 + table + curves * 3
    return _profile(b"CMYK", {b"A2B0": data}, pcs=b"Lab ", kind=b"prtr")
