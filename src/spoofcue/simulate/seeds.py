"""Seeds from names: the same on every machine and in every order of work."""

from __future__ import annotations

import hashlib

import numpy as np


def number(*parts: object) -> int:
    """48 bits that the parts determine."""
    text = "/".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def generator(*parts: object) -> np.random.Generator:
    """A generator of its own for the parts."""
    return np.random.default_rng(number(*parts))
