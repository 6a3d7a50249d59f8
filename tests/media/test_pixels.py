from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from helpers.profiles import DISPLAY_P3, SRGB, cmyk_profile, grey_profile, rgb_profile
from spoofcue.detector.sources import read_picture
from spoofcue.errors import MediaError
from spoofcue.media.image import read_image
from spoofcue.media.pixels import eight_bits

NOISE = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def deep_png(values: np.ndarray) -> bytes:
    return cv2.imencode(".png", values)[1].tobytes()


def every_way(data: bytes, path: Path) -> list[np.ndarray]:
    """By path, bytes, open file, lazy image, loaded image, and one that was cut to its own size."""
    path.write_bytes(data)
    with Image.open(path) as lazy, Image.open(path) as loaded, Image.open(path) as cut:
        loaded.load()
        sources = [path, str(path), data, io.BytesIO(data), lazy, loaded]
        sources.append(cut.crop((0, 0, *cut.size)))
        return [read_picture(source, 10) for source in sources]


@given(
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16", "F", "I"]),
    kind=st.sampled_from(["PNG", "TIFF", "WEBP", "JPEG", "BMP"]),
    size=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    orientation=st.integers(0, 9),
    seed=st.integers(0, 99),
)
def test_a_picture_is_the_same_however_it_comes(
    mode: str,
    kind: str,
    size: tuple[int, int],
    orientation: int,
    seed: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    noise = np.random.default_rng(seed).integers(0, 65536, (size[1], size[0]))
    if mode == "I;16":
        picture = Image.fromarray(noise.astype(np.uint16))
    elif mode == "F":
        picture = Image.fromarray((noise / 65535).astype(np.float32))
    elif mode == "I":
        picture = Image.fromarray(noise.astype(np.int32))
    else:
        picture = Image.fromarray(np.stack([noise >> 8] * 3, -1).astype(np.uint8)).convert(mode)
    if kind == "TIFF":
        orientation = min(max(orientation, 1), 8)  # libtiff writes no other
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {} if kind == "BMP" else {"exif": exif}
    if kind == "TIFF":
        options["compression"] = "tiff_lzw"  # see the next test
    try:
        data = encoded(picture, kind, **options)
    except (OSError, KeyError, ValueError):
        return  # this format has no such mode
    first, *others = every_way(data, tmp_path_factory.mktemp("a") / f"a.{kind.lower()}")
    turned = kind != "BMP" and 5 <= orientation <= 8
    assert first.shape == ((size[0], size[1], 3) if turned else (size[1], size[0], 3))
    for other in others:
        assert np.array_equal(first, other)


def test_a_tiff_that_pillow_would_map_into_memory_is_turned_as_any(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = Image.fromarray(NOISE).convert("RGBA")
    picture.save(tmp_path / "a.tif", exif=exif)
    upright = np.rot90(NOISE, -1)
    with Image.open(tmp_path / "a.tif") as lazy:
        for source in (tmp_path / "a.tif", lazy):
            assert np.array_equal(read_picture(source, 1), upright)


def test_16_bits_are_their_high_byte_in_grey_and_colour(tmp_path: Path) -> None:
    deep = np.random.default_rng(1).integers(0, 65536, (24, 32, 3)).astype(np.uint16)
    for way in every_way(deep_png(deep[..., ::-1]), tmp_path / "a.png"):
        assert np.array_equal(way, deep >> 8)
    grey = deep[..., 0]
    for way in every_way(deep_png(grey), tmp_path / "a.png"):
        assert np.array_equal(way, np.repeat(grey[..., None] >> 8, 3, axis=2))
    for array in (grey, deep, deep.astype(">u2")):
        assert np.array_equal(read_picture(array, 1)[..., 0], grey >> 8)


def test_a_picture_in_8_bits_is_the_same_in_any_depth() -> None:
    grey = NOISE[..., 0]
    wanted = np.repeat(grey[..., None], 3, axis=2)
    deep = Image.fromarray(grey.astype(np.uint16) * 257)
    for picture in (
        *(Image.fromarray(grey), deep, deep.convert("I")),
        *(Image.fromarray(grey).convert("F"), Image.fromarray(grey).convert("I")),
        Image.fromarray(grey.astype(np.float32) / 255),
    ):
        assert np.array_equal(read_picture(picture, 1), wanted), picture.mode
    for array in (NOISE.astype(np.uint16) * 257, NOISE / 255, NOISE.astype(np.float32)):
        assert np.array_equal(read_picture(array, 1), NOISE)
        assert np.array_equal(read_picture(array, 1, "bgr"), NOISE[..., ::-1])


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -0.5, 256.0])
def test_numbers_without_a_known_range_are_refused(value: float, tmp_path: Path) -> None:
    picture = np.full((8, 8), 0.5, np.float32)
    picture[3, 3] = value
    Image.fromarray(picture).save(tmp_path / "a.tif")
    sources = (
        tmp_path / "a.tif",
        Image.fromarray(picture),
        picture,
        picture[..., None][..., [0] * 3],
    )
    for source in sources:
        with pytest.raises(MediaError, match="range"):
            read_picture(source, 1)
    for wide in (np.full((4, 4), 70000, np.int32), np.full((4, 4), -1, np.int32)):
        with pytest.raises(MediaError, match="range"):
            read_picture(Image.fromarray(wide), 1)


@given(st.lists(st.floats(0, 1), min_size=1))
def test_floats_keep_their_order(values: list[float]) -> None:
    given_ = np.array(sorted(values))
    assert (np.diff(eight_bits(given_).astype(int)) >= 0).all()


def test_srgb_pictures_keep_their_pixels_to_the_last_digit() -> None:
    made = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (None, made, rgb_profile(SRGB)):
        jpeg = encoded(Image.fromarray(NOISE), "JPEG", icc_profile=profile)
        plain = np.asarray(Image.open(io.BytesIO(jpeg)).convert("RGB"))
        assert np.array_equal(read_image(jpeg), plain)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_display_p3_becomes_srgb(kind: str) -> None:
    # of the same colour: in Display P3 its numbers are less apart
    picture = Image.new("RGB", (16, 16), (200, 120, 90))
    exact = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(picture, kind, icc_profile=rgb_profile(DISPLAY_P3), **exact)
    assert abs(read_image(data)[8, 8].astype(int) - (213, 115, 83)).max() <= 3
    assert np.array_equal(read_picture(Image.open(io.BytesIO(data)), 1), read_image(data))


def test_grey_with_a_profile_becomes_srgb_grey() -> None:
    picture = Image.new("L", (4, 4), 100)
    linear = encoded(picture, "PNG", icc_profile=grey_profile(1.0))
    assert (read_image(linear) == 168).all()  # 0.392 of the light


@pytest.mark.parametrize(
    "profile",
    [b"x", b"x" * 500, rgb_profile(DISPLAY_P3)[:200], grey_profile(1.0), bytes(9_000_000)],
)
def test_a_broken_or_unfitting_profile_is_passed_over(profile: bytes) -> None:
    picture = Image.fromarray(NOISE)
    assert np.array_equal(read_image(encoded(picture, "TIFF", icc_profile=profile)), NOISE)
    picture.info["icc_profile"] = profile
    assert np.array_equal(read_picture(picture, 1), NOISE)


def test_a_presss_cmyk_becomes_srgb_by_its_profile() -> None:
    inked = Image.new("CMYK", (4, 4), (255, 0, 0, 0))  # one ink of four: lightness 80
    data = encoded(inked, "TIFF", icc_profile=cmyk_profile())
    assert (read_image(data)[0, 0] == read_image(data)[0, 0, 0]).all()
    assert abs(int(read_image(data)[0, 0, 0]) - 198) <= 2
    assert np.array_equal(read_picture(Image.open(io.BytesIO(data)), 1), read_image(data))
    assert tuple(read_image(encoded(inked, "TIFF"))[0, 0]) == (0, 255, 255)


def test_transparency_is_dropped() -> None:
    clear = np.dstack([NOISE, np.zeros(NOISE.shape[:2], np.uint8)])
    assert np.array_equal(read_image(encoded(Image.fromarray(clear), "PNG")), NOISE)
    palette = Image.fromarray(NOISE).quantize(8)
    palette.info["transparency"] = 0
    data = encoded(palette, "PNG", transparency=0)
    assert np.array_equal(read_image(data), np.asarray(palette.convert("RGB")))


def test_lab_is_read() -> None:
    grey = Image.merge("LAB", [Image.new("L", (4, 4), v) for v in (128, 128, 128)])
    pixels = read_image(encoded(grey, "TIFF"))
    assert pixels.min() > 110
    assert np.ptp(pixels) <= 2
