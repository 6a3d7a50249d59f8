from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.media.near_pictures import BANDS, KEPT, near_pairs
from spoofcue.media.picture_sums import NEAR, bits_apart, sum_of

LOOK = f"{0x1234567890ABCDEF << 120:064x}"
ITS = f"{(0x1234567890ABCDEF << 120) ^ 0b1011:064x}"
OTHER = f"{0xFEDCBA0987654321 << 64:064x}"


def test_near_pictures_are_paired_where_their_sides_differ() -> None:
    assert list(near_pairs([LOOK, OTHER, ITS], [0, 1, 1])) == [(0, 2)]
    assert list(near_pairs([LOOK, OTHER, ITS], [0, 0, 0])) == []
    assert list(near_pairs([LOOK, None, LOOK], [0, 1, 1])) == [(0, 2)]
    assert list(near_pairs([], [])) == list(near_pairs([None], [0])) == []


def one_by_one(looks: list[int], sides: list[int]) -> list[tuple[int, int]]:
    """What each picture meets in the buckets of its bands, told in their order."""
    buckets: dict[tuple[int, int], list[int]] = defaultdict(list)
    taken: set[int] = set()
    pairs = []
    for at, look in enumerate(looks):
        for band in range(BANDS):
            bucket = buckets[band, look >> 16 * (BANDS - 1 - band) & 0xFFFF]
            for other in bucket:
                free = not taken & {at, other} and sides[other] != sides[at]
                if free and (looks[other] ^ look).bit_count() <= NEAR:
                    taken |= {at, other}
                    pairs.append((other, at))
            if sum(sides[other] == sides[at] for other in bucket) < KEPT:
                bucket.append(at)
    return pairs


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([3, 30, 200]), st.integers(1, 6))
def test_pairs_are_those_of_a_walk_through_the_buckets(seed: int, count: int, kinds: int) -> None:
    rng = np.random.default_rng(seed)
    scenes = [int.from_bytes(rng.bytes(32), "big") for _ in range(kinds)]
    looks, sides = [], []
    for _ in range(count):
        look = scenes[rng.integers(kinds)]
        for bit in rng.integers(256, size=rng.integers(9)):
            look ^= 1 << int(bit)
        looks.append(look)
        sides.append(int(rng.integers(3)))
    assert list(near_pairs([f"{n:064x}" for n in looks], sides)) == one_by_one(looks, sides)


LOOKS = st.integers(0, 2**256 - 1)


@settings(max_examples=25, deadline=None)
@given(LOOKS, st.sets(st.integers(0, 255), max_size=2 * NEAR), st.lists(LOOKS, max_size=4))
def test_every_pair_that_is_near_is_seen(look: int, turned: set[int], others: list[int]) -> None:
    its = look ^ sum(1 << bit for bit in turned)
    looks = [f"{n:064x}" for n in (look, *others, its)]
    pairs = list(near_pairs(looks, [0, *("o" for _ in others), 1]))
    plain = [n for n in (look, its) if len(set(f"{n:064x}")) > 1]
    if len(turned) <= NEAR and len(plain) == 2 and not others:
        assert pairs == [(0, 1)]
    for a, b in pairs:
        assert bits_apart(looks[a], looks[b]) <= NEAR


@pytest.mark.parametrize("value", [0, 255])
def test_pictures_of_one_colour_are_near_to_none(value: int) -> None:
    flat = sum_of(np.full((20, 20, 3), value, np.uint8)).look
    assert list(near_pairs([flat, flat], [0, 1])) == []
