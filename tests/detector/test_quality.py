from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.made_detector import Image, made, picture
from spoofcue.detector.finder import FaceFinder
from spoofcue.detector.quality import QualityLimits, measure_quality, refuse
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.faces.box import Box
from spoofcue.faces.crop import FACE_CROP


def faded(image: Image, factor: float, offset: float) -> Image:
    return np.clip(image * factor + offset, 0, 255).astype(np.uint8)


def smooth_blob(side: int = 200) -> Image:
    """What is left of a face out of focus: slow shades alone."""
    coarse = np.random.default_rng(0).integers(40, 200, (5, 5, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))


@pytest.mark.parametrize(
    ("image", "reason", "advice"),
    [
        (faded(picture(100), 0.2, 0), "too_dark", "more light"),
        (faded(picture(100), 0.5, 200), "too_bright", "less light"),
        (np.full((64, 64, 3), 120, np.uint8), "low_contrast", "even light"),
        (smooth_blob(), "blurred", "hold still"),
        (picture(side=12), "face_too_small", "move closer"),
    ],
)
def test_a_face_that_nothing_could_judge_is_rejected_with_advice(
    image: Image, reason: str, advice: str
) -> None:
    result = made(threshold=1.0).predict(image)
    assert (result.decision, result.reason) == ("rejected", reason)
    assert advice in (result.advice or "")


def test_the_gates_can_be_moved_and_left_out() -> None:
    blob = smooth_blob()
    assert made(threshold=1.0, quality=None).predict(blob).is_live
    assert made(threshold=1.0, quality=QualityLimits(min_sharpness=0)).predict(blob).is_live
    strict = made(threshold=1.0, quality=QualityLimits(min_brightness=150))
    assert strict.predict(picture(100)).reason == "too_dark"
    small = made(quality=None).predict(picture(side=12))
    assert small.reason == "face_too_small"  # of the model, not of the gates


@pytest.mark.parametrize(
    ("box", "share"),
    [
        (Box(-29, 10, 100, 100), 0.71),
        (Box(130, 10, 100, 100), 0.7),
        (Box(120, 120, 100, 100), 0.64),
        (Box(-31, 10, 100, 100), 0.69),
        (Box(300, 10, 100, 100), 0.0),
    ],
)
def test_a_face_that_is_mostly_outside_is_not_judged(box: Box, share: float) -> None:
    class There:
        name = "there"

        def detect(self, image: Image) -> list[Box]:
            return [box]

    def look(limits: QualityLimits | None) -> str | None:
        finder = FaceFinder(There(), FACE_CROP, 20, limits)
        refusal = finder.look(picture(side=200), Stopwatch()).refusal
        return refusal.reason if refusal else None

    assert look(QualityLimits(min_visible=0.7)) == ("cut_off" if share < 0.7 else None)
    assert look(None) is None


def test_sharpness_is_the_variance_of_the_laplacian_in_contrasts() -> None:
    image = picture(side=128)
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float64)
    z = np.pad((grey - grey.mean()) / grey.std(), 1, mode="reflect")
    laplacian = z[:-2, 1:-1] + z[2:, 1:-1] + z[1:-1, :-2] + z[1:-1, 2:] - 4 * z[1:-1, 1:-1]
    assert measure_quality(image).sharpness == pytest.approx(laplacian.var(), rel=1e-4)


@settings(max_examples=20, deadline=None)
@given(factor=st.floats(0.7, 1.5), offset=st.floats(-20, 20), sigma=st.floats(1.5, 4))
def test_blur_lowers_sharpness_and_light_hardly_changes_it(
    factor: float, offset: float, sigma: float
) -> None:
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 160, (40, 40, 3), dtype=np.uint8)
    image = np.asarray(cv2.resize(coarse, (160, 160)), np.uint8)
    sharp = measure_quality(image).sharpness
    assert measure_quality(faded(image, factor, offset)).sharpness == pytest.approx(sharp, rel=0.2)
    assert measure_quality(cv2.GaussianBlur(image, (0, 0), sigma)).sharpness < sharp


def test_every_limit_at_its_edge() -> None:
    q = measure_quality(picture(100))
    for limits, reason in (
        (QualityLimits(min_sharpness=q.sharpness), None),
        (QualityLimits(min_sharpness=q.sharpness * 1.01), "blurred"),
        (QualityLimits(min_brightness=q.brightness), None),
        (QualityLimits(min_brightness=q.brightness + 0.1), "too_dark"),
        (QualityLimits(max_brightness=q.brightness - 0.1), "too_bright"),
        (QualityLimits(min_contrast=q.contrast + 0.1), "low_contrast"),
    ):
        found = refuse(q, limits)
        assert (found.reason if found else None) == reason
