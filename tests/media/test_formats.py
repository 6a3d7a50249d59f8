from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile

from helpers.made_videos import plain as plain_frame
from helpers.made_videos import write_video
from spoofcue.detector.sources import Frames, is_video, read_frame, read_picture
from spoofcue.errors import MediaError
from spoofcue.media import animation
from spoofcue.media.animation import read_still_or_clip
from spoofcue.media.image import read_image
from spoofcue.media.kinds import VIDEO_SUFFIXES
from spoofcue.media.video import Clip, sample_clip

SIDE = 32


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain(grey: int) -> Image.Image:
    return Image.new("RGB", (SIDE, SIDE), (grey, grey, grey))


def half() -> Image.Image:
    """Dark above, bright below."""
    picture = plain(40)
    picture.paste(plain(200), (0, SIDE // 2))
    return picture


def animated(kind: str, count: int = 12) -> bytes:
    frames = [plain(20 * k) for k in range(count)]
    exact = {"lossless": True} if kind == "WEBP" else {}
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, **exact)


def heic(picture: Image.Image, **options: Any) -> bytes:
    pytest.importorskip("pillow_heif")
    from pillow_heif.as_plugin import _save_heif

    # as its plugin does, which would change for good what Pillow opens
    out = io.BytesIO()
    picture.encoderinfo = {"quality": 90, **options}
    _save_heif(picture, out, "")
    return out.getvalue()


@pytest.mark.parametrize("kind", ["AVIF", "WEBP", "JPEG2000", "TIFF", "GIF", "BMP", "PPM"])
def test_formats_are_known_by_their_content(kind: str, tmp_path: Path) -> None:
    data = encoded(half(), kind)
    (tmp_path / "a.jpg").write_bytes(data)
    pixels = read_image(tmp_path / "a.jpg")
    assert abs(pixels[4].mean() - 40) < 8
    assert abs(pixels[-4].mean() - 200) < 8


def test_heic_is_read_and_turned_once(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = set(Image.OPEN)  # other libraries (imageio) may have registered HEIF before
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = read_image(heic(half(), exif=exif.tobytes()))
    assert turned[16, 4].mean() > 150  # what was below is left
    assert turned[16, -4].mean() < 90
    assert np.array_equal(read_picture(io.BytesIO(heic(half())), 1), read_image(heic(half())))
    data = heic(half())
    assert set(Image.OPEN) == opened  # the process opens what it did before
    for cut in range(1, len(data), 40):
        with pytest.raises(MediaError):
            read_image(data[:cut])
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(MediaError, match=r"pip install 'spoofcue\[heic\]'"):
        read_image(data)


@pytest.mark.parametrize("kind", ["EPS", "TGA", "PCX", "ICO", "PDF", "SGI", "DDS"])
def test_other_formats_of_pillow_are_not_opened(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(half(), kind)
    with pytest.raises(MediaError, match="not a readable image"):
        read_image(data)
    if kind == "PDF":
        return
    image = Image.open(io.BytesIO(data))
    monkeypatch.setattr(type(image), "load", lambda self: pytest.fail("it was decoded"))
    with pytest.raises(MediaError, match="not among the formats"):
        read_picture(image, 1)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_a_recording_however_it_comes(kind: str, tmp_path: Path) -> None:
    data = animated(kind)
    (tmp_path / "a").write_bytes(data)
    opened = Image.open(io.BytesIO(data))
    opened.seek(7)
    greys = []
    for source in (tmp_path / "a", data, io.BytesIO(data), opened):
        frames = read_picture(source, 6)
        assert isinstance(frames, Frames)
        assert (frames.places, frames.wanted, frames.decoded) == (6, 12, 12)
        greys.append(sorted(round(image.mean() / 20) for _, image in frames.images))
    assert greys == [[1, 3, 5, 7, 9, 11]] * 4
    assert opened.tell() == 7
    clip = read_still_or_clip(data, 6, early=3, below=6)
    assert isinstance(clip, Clip)
    assert (clip.total, [f.index for f in clip.frames], clip.early) == (
        12,
        [1, 3, 5, 7, 9, 11],
        frozenset(),
    )
    assert (clip.wanted, clip.decoded, len(clip.spread)) == (12, 12, 6)
    if kind != "AVIF":
        assert clip.frames[2].time_s == pytest.approx(0.5)
    with pytest.raises(MediaError, match="animation of 12 frames"):
        read_image(data)
    # a frame that Pillow is at is a frame of a recording
    assert round(read_frame(opened).mean() / 20) == 7


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF"])
def test_an_animation_is_read_whole_or_not_at_all(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (6, SIDE, SIDE, 3), np.uint8)
    frames = [Image.fromarray(f) for f in noise]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    assert isinstance(read_still_or_clip(data, 2), Clip)
    for cut in (len(data) * 3 // 4, len(data) * 9 // 10, len(data) - 40):
        with pytest.raises(MediaError):
            read_still_or_clip(data[:cut], 2)


def test_a_large_animation_is_refused_before_it_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animation, "MAX_DECODED", 12 * SIDE * SIDE - 1)
    monkeypatch.setattr(animation, "rgb_pixels", lambda image: pytest.fail("it was decoded"))
    with pytest.raises(MediaError, match="give it as a video") as error:
        read_still_or_clip(animated("GIF"), 2)
    assert error.value.reason == "too_large"


def test_pages_of_a_tiff_are_pictures_of_their_own(tmp_path: Path) -> None:
    pages = encoded(plain(40), "TIFF", save_all=True, append_images=[plain(200)])
    for source in (pages, Image.open(io.BytesIO(pages))):
        with pytest.raises(MediaError, match="TIFF of 2 pages"):
            read_picture(source, 1)
    small = plain(200).resize((8, 8))
    small.encoderinfo = {"tiffinfo": {254: 1}}
    thumbnail = encoded(plain(40), "TIFF", save_all=True, append_images=[small])
    assert (read_image(thumbnail) == 40).all()


def test_of_a_stereo_photo_the_first_picture_is_taken() -> None:
    mpo = encoded(plain(40), "MPO", save_all=True, append_images=[plain(200)])
    opened = Image.open(io.BytesIO(mpo))
    opened.seek(1)
    for source in (mpo, opened):
        assert abs(read_picture(source, 1).mean() - 40) < 2
    assert opened.tell() == 1


@pytest.mark.parametrize("way", ["bytes", "pil"])
def test_truncated_stays_unreadable_whatever_the_program_set(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG")[:-500]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    with pytest.raises(MediaError, match="truncated"):
        read_picture(data if way == "bytes" else Image.open(io.BytesIO(data)), 1)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_truncated_may_not_be_allowed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = plain(40)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    monkeypatch.setattr(
        picture, "load", lambda: setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True), raising=False
    )
    with pytest.raises(MediaError, match="LOAD_TRUNCATED_IMAGES"):
        read_image(picture)
    assert ImageFile.LOAD_TRUNCATED_IMAGES is True


def test_a_png_with_a_false_checksum_is_broken() -> None:
    data = bytearray(encoded(half(), "PNG"))
    assert read_image(bytes(data)).shape == (SIDE, SIDE, 3)
    end = data.index(b"IEND") - 4
    data[end - 1] ^= 1  # of the checksum of the pixels
    with pytest.raises(MediaError):
        read_image(bytes(data))


CONTAINERS = {
    **dict.fromkeys((".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2"), ("mov", "mpeg4")),
    **dict.fromkeys((".avi", ".divx"), ("avi", "mjpeg")),
    **dict.fromkeys((".mpg", ".mpeg", ".mpe", ".vob"), ("mpeg", "mpeg2video")),
    **dict.fromkeys((".m1v", ".m2v"), ("mpeg2video", "mpeg2video")),
    **dict.fromkeys((".ts", ".mts", ".m2ts", ".m2t"), ("mpegts", "mpeg4")),
    **dict.fromkeys((".wmv", ".asf"), ("asf", "mpeg4")),
    **dict.fromkeys((".flv", ".f4v"), ("flv", "flv")),
    ".mkv": ("matroska", "mpeg4"),
    ".webm": ("webm", "libvpx"),
}


@pytest.mark.parametrize("suffix", sorted(VIDEO_SUFFIXES))
def test_every_suffix_of_videos_is_of_a_container_that_is_read(suffix: str, tmp_path: Path) -> None:
    container, codec = CONTAINERS[suffix]
    options = {"container": container, "rate": 25}
    path = write_video(tmp_path / f"a{suffix}", [plain_frame(90)] * 12, codec, **options)
    assert abs(sample_clip(path, 1).frames[0].image.mean() - 90) <= 6


def test_a_video_without_a_suffix_is_a_recording(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", [plain_frame(90)] * 12)
    upload = (tmp_path / "a.mp4").rename(tmp_path / "upload")
    assert is_video(upload)
    upload.write_bytes(encoded(half(), "PNG"))
    assert not is_video(upload)
    assert not is_video(tmp_path / "gone")
    os.mkfifo(tmp_path / "pipe")
    assert not is_video(tmp_path / "pipe")
