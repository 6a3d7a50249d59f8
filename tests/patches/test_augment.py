"""Augmentation with its dice in the test's hand, against references that do not use OpenCV."""

from __future__ import annotations

import colorsys
import io
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow
from scipy.ndimage import gaussian_filter

from spoofcue.config import AugmentSettings
from spoofcue.patches.augment import augment_crop, augment_input, degraded


class Dice:
    """Answers each call in turn, if it is asked for what was foreseen."""

    def __init__(self, *calls: tuple[str, tuple[Any, ...], Any]) -> None:
        self.calls = list(calls)

    def __getattr__(self, name: str) -> Any:
        def answer(*args: Any, **kwargs: Any) -> Any:
            wanted, expected, value = self.calls.pop(0)
            assert name == wanted
            asked = (*args, *kwargs.values())
            assert len(asked) == len(expected)
            for one, other in zip(asked, expected, strict=True):
                assert one == other if isinstance(other, type) else np.allclose(one, other)
            return value

        return answer

    def all_thrown(self) -> bool:
        return self.calls == []


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def cropped(face: NDArray[np.uint8], dice: Dice, **settings: Any) -> NDArray[np.uint8]:
    out = augment_crop(face, AugmentSettings(**settings), dice)  # type: ignore[arg-type]
    assert dice.all_thrown()
    assert out.dtype == np.uint8
    assert out.flags.c_contiguous
    return out


def changed(image: NDArray[np.uint8], dice: Dice, **settings: Any) -> NDArray[np.uint8]:
    before = image.copy()
    out = augment_input(image, AugmentSettings(**settings), dice)  # type: ignore[arg-type]
    assert dice.all_thrown()
    assert out.dtype == np.uint8
    assert np.array_equal(image, before)  # what was given is left alone
    return out


def poorer(crop: NDArray[np.uint8], dice: Dice, often: float = 0.5) -> NDArray[np.uint8]:
    out = degraded(crop, often, dice)  # type: ignore[arg-type]
    assert dice.all_thrown()
    assert out.dtype == np.uint8
    return out


def steps(shrink: int = 0, blur: int = 0, colour: int = 0, noise: int = 0, jpeg: int = 0) -> Any:
    """The draw that decides which steps of ``degraded`` are taken, each half the time."""
    return ("random", (5,), np.where([shrink, blur, colour, noise, jpeg], 0.49, 0.5))


UNSHRUNK = ("uniform", (60, 200), 200.0)
CERTAIN = ("random", (), 0.99)


def test_nothing_is_drawn_for_what_is_off() -> None:
    crop = noise(20, 30)
    assert np.array_equal(cropped(crop, Dice(("random", (), 0.0))), crop)
    assert np.array_equal(changed(crop, Dice(("random", (), 0.0), ("random", (), 0.0))), crop)


@pytest.mark.parametrize(("drawn", "flipped"), [(0.3, False), (0.29, True)])
def test_a_flip_is_as_frequent_as_asked(drawn: float, flipped: bool) -> None:
    crop = noise(4, 6)
    out = cropped(crop, Dice(("random", (), drawn)), flip=0.3)
    assert np.array_equal(out, crop[:, ::-1] if flipped else crop)


def test_each_side_loses_up_to_half_of_the_part() -> None:
    crop = noise(100, 80)
    heights = ("uniform", (0, 0.25, 2), np.array([0.125, 0.1875]))  # 6.25 and 9.375 rows
    widths = ("uniform", (0, 0.25, 2), np.array([0.25, 0.0625]))  # 10 and 2.5 columns
    out = cropped(crop, Dice(heights, widths, CERTAIN), crop=0.25)
    assert np.array_equal(out, crop[6:91, 10:78])


def test_a_face_turns_about_its_middle_and_is_mirrored_at_its_borders() -> None:
    crop = noise(21, 21)
    quarter = Dice(("uniform", (-90, 90), 90.0), CERTAIN)
    assert np.array_equal(cropped(crop, quarter, rotate_deg=90), np.rot90(crop))
    crop = noise(20, 31)
    half = Dice(("uniform", (-180, 180), 180.0), CERTAIN)
    assert np.array_equal(cropped(crop, half, rotate_deg=180), crop[::-1, ::-1])
    plain = np.full((20, 31, 3), 200, np.uint8)
    slanted = Dice(("uniform", (-45, 45), 30.0), CERTAIN)
    assert (cropped(plain, slanted, rotate_deg=45) == 200).all()


def test_poorer_pictures_are_made_after_the_flip_if_asked() -> None:
    crop = noise(30, 40)
    dice = Dice(CERTAIN, ("random", (5,), np.full(5, 0.2)), UNSHRUNK)
    assert np.array_equal(cropped(crop, dice, degrade=0.2), crop)  # 0.2 is not below 0.2


def test_a_shrunk_face_is_the_mean_of_its_blocks() -> None:
    crop = noise(120, 80)
    out = poorer(crop, Dice(steps(shrink=1), ("uniform", (60, 200), 60.0)))
    wanted = crop.reshape(60, 2, 40, 2, 3).astype(float).mean(axis=(1, 3))
    assert out.shape == (60, 40, 3)
    assert np.abs(out - wanted).max() <= 0.5
    longer = poorer(crop, Dice(steps(shrink=1), ("uniform", (60, 200), 121.0)))
    assert np.array_equal(longer, crop)  # never enlarged


@pytest.mark.parametrize(("side", "most"), [(20, 0.31), (200, 2.0)])
def test_blur_is_gaussian_and_up_to_a_hundredth_of_the_longest_side(side: int, most: float) -> None:
    crop = noise(side, side // 2)
    out = poorer(crop, Dice(steps(blur=1), UNSHRUNK, ("uniform", (0.3, most), 1.0)))
    wanted = gaussian_filter(crop.astype(float), (1, 1, 0), mode="mirror", radius=(3, 3, 0))
    assert np.abs(out - wanted).max() <= 1.5


def test_tones_by_hand() -> None:
    crop = np.array([[[51, 102, 204]]], np.uint8)  # 0.2, 0.4, 0.8
    bends = ("normal", (0, (0.2, 0.15, 0.2)), np.log([2.0, 0.5, 1.5]))  # gamma, contrast, colour
    gains = ("normal", (0, 0.05, 3), np.log([1.0, 1.1, 0.9]))
    out = poorer(crop, Dice(steps(colour=1), UNSHRUNK, bends, gains))
    toned = [(v**2 - 0.5) * 0.5 + 0.5 for v in (0.2, 0.4, 0.8)]
    grey = sum(toned) / 3
    wanted = [
        gain * (grey + 1.5 * (v - grey)) for v, gain in zip(toned, (1.0, 1.1, 0.9), strict=True)
    ]
    assert out.ravel().tolist() == [int(255 * v) for v in wanted]


def test_noise_is_added_in_parts_of_white_and_stays_in_range() -> None:
    crop = np.array([[[0, 100, 255]]], np.uint8)
    drawn = np.array([[[-0.1, 0.02, 0.1]]])
    strength, values = ("uniform", (0, 0.03), 0.02), ("normal", (0, 0.02, (1, 1, 3)), drawn)
    dice = Dice(steps(noise=1), UNSHRUNK, strength, values)
    assert poorer(crop, dice).ravel().tolist() == [0, 105, 255]  # 100 + 5.1


def test_compression_is_that_of_a_jpeg_of_the_drawn_quality() -> None:
    rows, columns = np.mgrid[0:64, 0:64]
    crop = np.stack([rows * 4, columns * 4, 255 - rows * 2], axis=2).astype(np.uint8)
    errors = {}
    for quality in (25, 94):
        out = poorer(crop, Dice(steps(jpeg=1), UNSHRUNK, ("integers", (25, 95), quality)))
        file = io.BytesIO()
        Pillow.fromarray(crop).save(file, "jpeg", quality=quality, subsampling=2)
        wanted = np.asarray(Pillow.open(file).convert("RGB")).astype(int)
        assert np.abs(out.astype(int) - wanted).mean() < 1
        errors[quality] = np.abs(out.astype(int) - crop).mean()
    assert errors[94] < errors[25] / 2
    assert out.flags.c_contiguous


def photometric(*on: bool) -> Any:
    return ("random", (4,), np.where(on, 0.49, 0.5))


OFF = (("random", (), 0.0), ("random", (), 0.0))  # neither erased nor cut out


def test_brightness_and_contrast_by_hand() -> None:
    image = np.array([[[10, 100, 250]]], np.uint8)
    brighter = Dice(photometric(True, False, False, False), ("uniform", (-32, 32), 20.4), *OFF)
    assert changed(image, brighter, photometric=True).ravel().tolist() == [30, 120, 255]
    flatter = Dice(photometric(False, True, False, False), ("uniform", (0.5, 1.5), 0.506), *OFF)
    assert changed(image, flatter, photometric=True).ravel().tolist() == [5, 51, 126]  # 126.5: even
    both = Dice(
        photometric(True, True, False, False),
        ("uniform", (-32, 32), -30.0),
        ("uniform", (0.5, 1.5), 1.5),
        *OFF,
    )
    assert changed(image, both, photometric=True).ravel().tolist() == [0, 105, 255]
    nothing = Dice(photometric(False, False, False, False), *OFF)
    assert np.array_equal(changed(image, nothing, photometric=True), image)


@pytest.mark.parametrize(
    ("factor", "degrees"), [(1.5, None), (0.5, None), (None, 18.0), (1.4, -18.0)]
)
def test_saturation_and_hue_equal_those_of_the_standard_library(
    factor: float | None, degrees: float | None
) -> None:
    image = noise(8, 8)
    image[0, 0] = 250, 40, 60  # a red whose hue passes 360
    image[0, 1] = 250, 60, 40
    dice = Dice(
        photometric(False, False, factor is not None, degrees is not None),
        *([("uniform", (0.5, 1.5), factor)] if factor else []),
        *([("uniform", (-18, 18), degrees)] if degrees else []),
        *OFF,
    )
    out = changed(image, dice, photometric=True)
    for before, after in zip(image.reshape(-1, 3), out.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(before / 255.0))
        saturation = min(1.0, saturation * (factor or 1))
        wanted = colorsys.hsv_to_rgb((hue + (degrees or 0) / 360) % 1, saturation, value)
        assert np.abs(after - 255 * np.array(wanted)).max() <= 1


def test_an_image_too_bright_for_a_colour_is_clipped_before_it_is_turned() -> None:
    image = np.full((2, 2, 3), (255, 255, 200), np.uint8)
    dice = Dice(
        photometric(True, False, True, False),
        ("uniform", (-32, 32), 32.0),
        ("uniform", (0.5, 1.5), 1.0),
        *OFF,
    )
    assert changed(image, dice, photometric=True)[0, 0].tolist() == [255, 255, 232]


def test_an_erased_part_has_its_area_aspect_and_place() -> None:
    image = noise(40, 100)
    fill = np.random.default_rng(1).integers(0, 256, (20, 5, 3), np.uint8)
    dice = Dice(
        ("random", (), 0.69),
        ("uniform", (0.02, 0.4), 0.025),  # 100 of 4000 pixels
        ("uniform", (-1.2039728, 1.2039728), np.log(4)),  # 0.3 to 3.33; twice as high as a square
        ("integers", (0, 21), 20),
        ("integers", (0, 96), 95),
        ("integers", (0, 256, (20, 5, 3), np.uint8), fill),
        ("random", (), 0.7),
    )
    out = changed(image, dice, erase=0.7, cutout=0.7)
    wanted = image.copy()
    wanted[20:, 95:] = fill
    assert np.array_equal(out, wanted)


def test_an_erased_part_is_at_most_the_image_and_at_least_a_pixel() -> None:
    for image, area, aspect, shape in (
        (noise(4, 400), 0.4, np.log(3), (4, 15)),  # 44 rows are wanted and 14.6 columns
        (noise(400, 4), 0.4, np.log(0.3), (14, 4)),  # 13.9 rows, 46 columns
        (noise(2, 2), 0.02, 0.0, (1, 1)),
    ):
        height, width = image.shape[:2]
        fill = np.zeros((*shape, 3), np.uint8)
        dice = Dice(
            ("random", (), 0.0),
            ("uniform", (0.02, 0.4), area),
            ("uniform", (np.log(0.3), np.log(1 / 0.3)), aspect),
            ("integers", (0, height - shape[0] + 1), 0),
            ("integers", (0, width - shape[1] + 1), 0),
            ("integers", (0, 256, (*shape, 3), np.uint8), fill),
            ("random", (), 0.0),
        )
        out = changed(image, dice, erase=1.0)
        assert not out[: shape[0], : shape[1]].any()
        assert np.array_equal(out[shape[0] :], image[shape[0] :])


@pytest.mark.parametrize(
    ("y", "x", "rows", "columns"),
    [(20, 30, (15, 25), (25, 35)), (2, 59, (0, 7), (54, 60)), (39, 0, (34, 40), (0, 5))],
)
def test_a_hole_is_a_quarter_of_the_shorter_side(
    y: int, x: int, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    image = noise(40, 60)
    dice = Dice(
        ("random", (), 0.5),
        ("random", (), 0.49),
        ("integers", (0, 40), y),
        ("integers", (0, 60), x),
    )
    out = changed(image, dice, erase=0.5, cutout=0.5)
    wanted = image.copy()
    wanted[rows[0] : rows[1], columns[0] : columns[1]] = 127
    assert np.array_equal(out, wanted)
