from __future__ import annotations

import numpy as np
import pytest

from helpers.tiny_run import BrightModel, TinyModel
from spoofcue.config import InputSettings
from spoofcue.figures.evidence import Window, face_evidence, patch_evidence
from spoofcue.patches.inputs import resized


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("scoring", ["whole", "grid", "resize"])
@pytest.mark.parametrize("size", [32, 40, 57])
@pytest.mark.parametrize("shape", [(30, 25), (64, 64), (75, 90)])
def test_the_map_lies_on_the_pixels_that_it_was_made_of(
    scoring: str, size: int, shape: tuple[int, int]
) -> None:
    """BrightModel's map is the brightness of its input: any shift would show at once."""
    settings = InputSettings(size=size, max_side=96, scoring=scoring)
    found = face_evidence(BrightModel(settings), noise(*shape))
    assert found is not None
    assert found.face.shape[:2] == found.magnitude.shape
    np.testing.assert_allclose(found.magnitude, found.face.mean(axis=2) / 255, atol=1e-5)


def test_a_grid_is_the_whole_face_at_native_resolution() -> None:
    face = noise(75, 90)
    found = face_evidence(BrightModel(InputSettings(size=32, scoring="grid")), face)
    assert found is not None
    np.testing.assert_array_equal(found.face, face)


def test_a_resized_run_sees_the_resized_face() -> None:
    face = noise(75, 90)
    found = face_evidence(BrightModel(InputSettings(size=40, scoring="resize")), face)
    assert found is not None
    np.testing.assert_array_equal(found.face, resized(face, 40, 40, "bilinear"))


@pytest.mark.parametrize("size", [32, 57, 94])
def test_the_patch_is_the_middle_of_the_crop_unscaled(size: int) -> None:
    face = noise(75, 90)
    found = patch_evidence(BrightModel(InputSettings(size=size)), face)
    assert found is not None
    patch, window = found
    np.testing.assert_array_equal(window.of(face), patch.face)
    np.testing.assert_allclose(patch.magnitude, patch.face.mean(axis=2) / 255, atol=1e-5)
    assert abs(window.top - (1 - window.bottom)) * 75 <= 1


def test_a_network_gives_a_map_of_the_faces_size() -> None:
    found = face_evidence(TinyModel(), noise(40, 40))
    assert found is not None
    assert found.magnitude.shape == found.face.shape[:2]
    assert (found.magnitude >= 0).all()


def test_a_window_has_at_least_a_pixel() -> None:
    assert Window(0.2, 0.2, 0.21, 0.21).of(noise(5, 5)).shape == (1, 1, 3)
