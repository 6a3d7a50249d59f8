"""A sound file to a hostile one: what disks, networks and people with intent do to bytes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Bytes = bytearray
BINARY_VALUES = (b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x80\x00\x00\x00")
HEADER = 96
# what a cell, a key or a value of a text file may be replaced by
WORDS = (
    "nan", "NaN", "inf", "-inf", "1e999", "-1", "0", "1", "2", "0.5", "1,5", "", " ", "yes", "no",
    "on", "null", "~", "1:30", "010", "0x1F", "99999999999999999999", "-99999999999999999999",
    "live", "attack", "LIVE", "print[/x]", "[red]", "[/]", ":smile:", "$\\frac$", "=1+1", "\x00",
    "\x1b[2J", "\u202e", "'", '"', '"""', "a;b", "a\tb", "../../etc/passwd", "/dev/zero",
    "http://host.invalid/x.png", "concat:a|b", "x" * 5000, "é", "\ud7ff", "{}", "[]", "&a", "*a",
    "!!python/object/apply:os.system [true]", "<<", "%s", "{0}", "\r", "label", "score", "path",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1", "utf-32")


def mutated(data: bytes, others: Sequence[bytes], text: bool, rng: random.Random) -> bytes:
    """One to four mutations of ``data``, or one in fifty times what has nothing to do with it.

    Args:
        data: a sound file.
        others: further files, of any kind, that pieces may come from.
        text: whether cells and lines are changed as well as bytes.
        rng: draws all.

    """
    if rng.random() < 0.02:
        return rng.choice((b"", b"\n", bytes(40), rng.randbytes(2000), rng.choice(others)))
    ways: list[Callable[[Bytes, Sequence[bytes], random.Random], Bytes]]
    ways = [*IN_BYTES, *IN_TEXT * 3] if text else list(IN_BYTES)
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        made = rng.choice(ways)(made, others, rng)
    return bytes(made)


def _flips(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    for _ in range(rng.choice((1, 1, 2, 5, 30)) if data else 0):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data


def _header(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    for _ in range(rng.choice((1, 2, 4)) if data else 0):
        data[rng.randrange(min(len(data), HEADER))] = rng.randrange(256)
    return data


def _extreme(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    value = rng.choice(BINARY_VALUES)
    near = rng.random() < 0.6
    at = rng.randrange(min(len(data), HEADER * 4 if near else len(data)) or 1)
    data[at : at + len(value)] = value
    return data


def _zeroed(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    at, size = _range(data, rng)
    data[at : at + size] = bytes(size)
    return data


def _cut(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    return data[: rng.randrange(len(data) + 1)]


def _removed(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    at, size = _range(data, rng)
    del data[at : at + size]
    return data


def _repeated(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    at, size = _range(data, rng)
    data[at:at] = data[at : at + size] * rng.choice((1, 1, 20))
    return data


def _spliced(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    other = rng.choice(others)
    at, size = _range(data, rng)
    start = rng.randrange(len(other) + 1)
    data[at : at + size] = other[start : start + size]
    return data


def _appended(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    return data + rng.choice((rng.randbytes(100), bytes(1000), rng.choice(others)))


def _range(data: Bytes, rng: random.Random) -> tuple[int, int]:
    size = min(len(data), rng.choice((1, 4, 16, 200, 4000)))
    return rng.randrange(len(data) + 1), size


IN_BYTES = (
    _flips, _header, _extreme, _zeroed, _cut, _removed, _repeated, _spliced, _appended
)  # fmt: skip


def _word(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    """Another value in the place of a cell, a key or a value."""
    text = data.decode("utf-8", "replace")
    cells = list(re.finditer(r"[^\s,;:{}]+", text))
    if not cells:
        return data
    cell = rng.choice(cells)
    made = text[: cell.start()] + rng.choice(WORDS) + text[cell.end() :]
    return bytearray(made.encode("utf-8", "replace"))


def _line(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    """A line twice, in another place, gone, or many times."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    at = rng.randrange(len(lines))
    line = lines.pop(at) if rng.random() < 0.5 else lines[at]
    for _ in range(rng.choice((0, 1, 1, 300))):
        lines.insert(rng.randrange(len(lines) + 1), line)
    return bytearray(b"".join(bytes(line) for line in lines))


def _delimiter(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    old, new = rng.sample((b",", b";", b"\t", b" ", b"|", b"\n", b"\r\n", b'"', b": "), 2)
    return bytearray(data.replace(old, new, rng.choice((1, -1))))


def _encoding(data: Bytes, others: Sequence[bytes], rng: random.Random) -> Bytes:
    return bytearray(data.decode("utf-8", "replace").encode(rng.choice(ENCODINGS), "replace"))


IN_TEXT = (_word, _word, _line, _delimiter, _encoding)
