from __future__ import annotations

import colorsys

import numpy as np
import pytest

from spoofcue.methods.built_in.color_texture import colour_planes, colour_texture
from spoofcue.methods.built_in.lbp import grey, histogram, lbp_codes


def test_planes_are_those_of_the_formulas() -> None:
    """HSV by the standard library, YCbCr by BT.601 written out."""
    image = np.random.default_rng(0).integers(0, 256, (9, 11, 3)).astype(np.uint8)
    planes = colour_planes(image)
    assert planes.shape == (6, 9, 11)
    for at in np.ndindex(9, 11):
        r, g, b = (float(v) / 255 for v in image[at])
        hsv = [255 * v for v in colorsys.rgb_to_hsv(r, g, b)]
        ycc = [
            16 + 65.481 * r + 128.553 * g + 24.966 * b,
            128 - 37.797 * r - 74.203 * g + 112.0 * b,
            128 + 112.0 * r - 93.786 * g - 18.214 * b,
        ]
        assert planes[(slice(None), *at)] == pytest.approx([*hsv, *ycc], abs=0.5001)


def test_ranges_of_the_planes() -> None:
    """All corners of the RGB cube."""
    corners = np.array(list(np.ndindex(2, 2, 2)), np.uint8).reshape(2, 4, 3) * 255
    h, s, v, y, cb, cr = colour_planes(corners)
    assert (h.min(), h.max()) == (0, 212)  # magenta, 5/6 of the circle
    assert (s.min(), s.max(), v.min(), v.max()) == (0, 255, 0, 255)
    assert (y.min(), y.max()) == (16, 235)
    assert (cb.min(), cb.max(), cr.min(), cr.max()) == (16, 240, 16, 240)


def test_feature_is_one_histogram_a_plane() -> None:
    image = np.random.default_rng(1).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    feature = colour_texture(image)
    assert feature.shape == (354,)
    assert feature.reshape(6, 59).sum(axis=1) == pytest.approx(np.ones(6))
    value = np.asarray(image.max(axis=2))  # V is the largest of R, G, B
    assert feature[2 * 59 : 3 * 59] == pytest.approx(histogram(lbp_codes(value, 8, 1), 8))


def test_colour_is_seen_where_grey_is_blind() -> None:
    """A raster of equal luma has texture in Cb and Cr alone."""
    raster = np.full((16, 16, 3), 100, np.uint8)
    raster[::2] = (151, 74, 100)  # 0.299 * 51 = 0.587 * 26
    assert len(np.unique(grey(raster))) == 1
    cr = colour_texture(raster)[5 * 59 :]
    assert (cr > 0).sum() > 1
