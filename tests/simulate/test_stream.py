from __future__ import annotations

import subprocess
import sys

import cv2
import numpy as np
import pytest
import skimage.data

from spoofcue.simulate.stream import h264, mjpeg, subsample

FACE = np.ascontiguousarray(skimage.data.astronaut()[40:237, 130:331])  # 197 x 201


def colour_of(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[..., 1].astype(float)


def luma_of(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2YCrCb)[..., 0].astype(float)


def off(picture: np.ndarray) -> float:
    return float(np.abs(picture.astype(float) - FACE).mean())


@pytest.mark.parametrize(
    ("chroma", "across", "down"), [("full", 1, 1), ("half", 0, 1), ("quarter", 0, 0)]
)
def test_the_finest_colour_goes_where_the_stream_has_no_samples(
    chroma: str, across: int, down: int
) -> None:
    reddish = np.where(np.arange(64) % 2 == 0, 150, 106)
    made = np.full((64, 64, 3), 128, np.uint8)
    for stripes, kept in ((reddish[None], across), (reddish[:, None], down)):
        made[..., 1] = stripes
        picture = cv2.cvtColor(made, cv2.COLOR_YCrCb2RGB)
        got = subsample(picture, chroma)  # type: ignore[arg-type]
        assert colour_of(got).std() == pytest.approx(kept * colour_of(picture).std(), abs=1.5)
        assert np.abs(luma_of(got) - luma_of(picture)).max() <= 2
        assert colour_of(got).mean() == pytest.approx(128, abs=1.5)


def test_odd_sides_stay() -> None:
    for chroma in ("half", "quarter"):
        assert subsample(FACE, chroma).shape == FACE.shape  # type: ignore[arg-type]
        assert mjpeg(FACE, 60, chroma).shape == FACE.shape  # type: ignore[arg-type]
    assert h264(FACE, 0.3, np.random.default_rng(0)).shape == FACE.shape


def test_motion_jpeg_loses_more_at_lower_quality_and_none_is_none() -> None:
    assert mjpeg(FACE, 0, "half") is FACE
    lost = [off(mjpeg(FACE, quality, "half")) for quality in (95, 70, 40, 15)]
    assert lost == sorted(lost)
    assert lost[0] < 3
    assert lost[-1] > 2 * lost[0]


def test_motion_jpeg_has_a_table_of_its_own() -> None:
    """Its steps at high frequencies are finer than libjpeg's at the same step of the mean."""
    scale = 128 + 30 * np.random.default_rng(0).standard_normal((128, 128, 1))
    noise = np.repeat(np.clip(scale, 0, 255), 3, axis=2).astype(np.uint8)
    ours = luma_of(mjpeg(noise, 50, "quarter"))
    _, data = cv2.imencode(".jpg", noise, [cv2.IMWRITE_JPEG_QUALITY, 50])
    theirs = cv2.imdecode(data, cv2.IMREAD_COLOR)[..., 1].astype(float)
    truth = noise[..., 0].astype(float)
    assert np.abs(ours - truth).mean() < 0.8 * np.abs(theirs - truth).mean()


def test_h264_is_the_same_every_time_here_and_in_another_process() -> None:
    first = h264(FACE, 0.15, np.random.default_rng(3))
    assert np.array_equal(first, h264(FACE, 0.15, np.random.default_rng(3)))
    code = (
        "import zlib, numpy as np, skimage.data\n"
        "from spoofcue.simulate.stream import h264\n"
        "face = np.ascontiguousarray(skimage.data.astronaut()[40:237, 130:331])\n"
        "print(zlib.crc32(h264(face, 0.15, np.random.default_rng(3)).tobytes()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    import zlib

    assert int(done.stdout) == zlib.crc32(first.tobytes())


def test_fewer_bits_lose_more_and_never_the_face() -> None:
    assert h264(FACE, 0.0, np.random.default_rng(0)) is FACE
    made = [h264(FACE, bits, np.random.default_rng(0)) for bits in (1.0, 0.3, 0.1, 0.02)]
    lost = [off(picture) for picture in made]
    assert lost == sorted(lost)
    assert lost[-1] > 2 * lost[0]
    for picture in made:
        assert np.corrcoef(luma_of(picture).ravel(), luma_of(FACE).ravel())[0, 1] > 0.9
