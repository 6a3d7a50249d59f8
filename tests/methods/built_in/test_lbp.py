from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from spoofcue.methods.built_in.lbp import (
    bins_of,
    block_histograms,
    histogram,
    lbp_codes,
    micro_texture,
)

NON_UNIFORM, ALL_ONES = 58, 57


def plain_patterns(image: NDArray[np.uint8], points: int, radius: int) -> list[list[int]]:
    """Bits of each inner pixel by the definition: bilinear samples on a circle, >= the centre."""
    found = []
    height, width = image.shape
    for row in range(radius, height - radius):
        for column in range(radius, width - radius):
            bits = []
            for p in range(points):
                angle = 2 * math.pi * p / points
                # five digits, as scikit-image has it, lest 1e-16 decide between equal pixels
                y = round(-radius * math.sin(angle), 5) + row
                x = round(radius * math.cos(angle), 5) + column
                top, left = math.floor(y), math.floor(x)
                dy, dx = y - top, x - left
                bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
                upper = (1 - dx) * float(image[top, left]) + dx * float(image[top, right])
                lower = (1 - dx) * float(image[bottom, left]) + dx * float(image[bottom, right])
                bits.append(int((1 - dy) * upper + dy * lower >= float(image[row, column])))
            found.append(bits)
    return found


@pytest.mark.parametrize(("points", "radius", "bins"), [(8, 1, 59), (8, 2, 59), (16, 2, 243)])
def test_labels_are_those_of_a_plain_loop_up_to_their_names(
    points: int, radius: int, bins: int
) -> None:
    """Uniform patterns and labels correspond one to one; all others are the last label."""
    rng = np.random.default_rng(0)
    image = rng.normal(128, 30, (40, 33))
    smooth = sum(np.roll(image, (i, j), (0, 1)) for i in range(3) for j in range(3)) / 9
    plane = np.clip(smooth, 0, 255).astype(np.uint8)
    codes = lbp_codes(plane, points, radius)
    assert codes.shape == (40 - 2 * radius, 33 - 2 * radius)
    names: dict[tuple[int, ...], int] = {}
    for bits, code in zip(plain_patterns(plane, points, radius), codes.ravel(), strict=True):
        changes = sum(a != b for a, b in zip(bits, bits[1:] + bits[:1], strict=True))
        if changes > 2:
            assert code == bins - 1
        else:
            assert names.setdefault(tuple(bits), int(code)) == code
    assert bins_of(points) == bins
    assert len(set(names.values())) == len(names) > 20
    assert max(names.values()) < bins - 1


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ([[0, 0, 0], [0, 10, 0], [0, 0, 0]], 0),  # a bright spot: no neighbour reaches it
        ([[9, 9, 9], [9, 9, 9], [9, 9, 9]], ALL_ONES),  # equal counts as reaching it
        ([[0, 99, 0], [0, 50, 0], [0, 99, 0]], NON_UNIFORM),  # up and down: four changes
    ],
)
def test_one_pixel_by_hand(image: list[list[int]], label: int) -> None:
    codes = lbp_codes(np.array(image, np.uint8), 8, 1)
    assert codes.tolist() == [[label]]
    assert histogram(codes, 8)[label] == 1


def test_micro_texture_has_833_values_and_eleven_histograms_of_sum_one() -> None:
    face = np.random.default_rng(1).integers(0, 256, (64, 64)).astype(np.uint8)
    feature = micro_texture(face)
    assert feature.shape == (833,)
    assert feature[: 9 * 59].reshape(9, 59).sum(axis=1) == pytest.approx(np.ones(9))
    assert feature[9 * 59 : 10 * 59].sum() == pytest.approx(1)
    assert feature[10 * 59 :].sum() == pytest.approx(1)


@pytest.mark.parametrize(("length", "side", "step"), [(62, 30, 16), (14, 6, 4)])
def test_blocks_are_the_published_ones_at_64_px(length: int, side: int, step: int) -> None:
    """30 x 30 codes with 14 shared by neighbours: bob's 32-px blocks, 16 apart, of a 64-px face."""
    codes = np.random.default_rng(2).integers(0, 59, (length, length))
    blocks = block_histograms(codes, 8).reshape(3, 3, 59)
    for row in range(3):
        for column in range(3):
            inside = codes[row * step :, column * step :][:side, :side]
            assert inside.shape == (side, side)
            counts = [(inside == label).sum() / side**2 for label in range(59)]
            assert blocks[row, column] == pytest.approx(counts)
