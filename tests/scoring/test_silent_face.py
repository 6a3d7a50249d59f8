"""The public Silent-Face models beside their own definition, where their files are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spoofcue.export.model_import import import_models
from spoofcue.export.recipe import load_recipe
from spoofcue.faces.box import Box
from spoofcue.runtime.with_onnxruntime import import_onnxruntime
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face
from spoofcue.simulate.people import RenderedPerson

BESIDE = Path(__file__).parents[2].parent / "shared" / "data" / "models" / "silent-face"
FOLDER = Path(os.environ.get("SPOOFCUE_SILENT_FACE", BESIDE))
FILES = [FOLDER / "minifasnet-v2-scale2.7.onnx", FOLDER / "minifasnet-v1se-scale4.0.onnx"]
pytestmark = pytest.mark.skipif(
    not all(f.is_file() for f in FILES), reason="the models are not at hand"
)


def live_probability(file: Path, frame: np.ndarray, box: Box, scale: float) -> float:
    """Crop, resize and softmax, written from the authors' description."""
    height, width = frame.shape[:2]
    scale = min(scale, (height - 1) / box.h, (width - 1) / box.w)
    new_w, new_h = box.w * scale, box.h * scale
    left = box.x + box.w / 2 - new_w / 2
    top = box.y + box.h / 2 - new_h / 2
    left -= min(left, 0.0)
    top -= min(top, 0.0)
    left -= max(left + new_w - (width - 1), 0.0)
    top -= max(top + new_h - (height - 1), 0.0)
    right, bottom = int(left + new_w), int(top + new_h)
    crop = Image.fromarray(frame[int(top) : bottom + 1, int(left) : right + 1])
    # Pillow averages what shrinks; two pixels in each direction are what OpenCV's bilinear reads
    size = np.asarray(crop).shape[:2]
    y = (np.arange(80) + 0.5) * size[0] / 80 - 0.5
    x = (np.arange(80) + 0.5) * size[1] / 80 - 0.5
    pixels = np.asarray(crop).astype(np.float64)
    small = between(between(pixels, y, 0), x, 1)
    bgr = np.rint(small)[..., ::-1].transpose(2, 0, 1)[None].astype(np.float32)
    session = import_onnxruntime().InferenceSession(str(file))
    (logits,) = session.run(None, {session.get_inputs()[0].name: bgr})
    p = np.exp(logits[0].astype(np.float64) - logits.max())
    return float(p[1] / p.sum())


def between(pixels: np.ndarray, at: np.ndarray, axis: int) -> np.ndarray:
    """Linear interpolation along one axis, the edge repeated."""
    low = np.clip(np.floor(at).astype(int), 0, pixels.shape[axis] - 1)
    high = np.minimum(low + 1, pixels.shape[axis] - 1)
    part = np.clip(at - low, 0, 1).reshape([-1 if i == axis else 1 for i in range(3)])
    return np.take(pixels, low, axis) * (1 - part) + np.take(pixels, high, axis) * part


@pytest.mark.parametrize(
    "box", [Box(200, 150, 150, 180), Box(20, 10, 120, 150), Box(500, 300, 130, 170)]
)
def test_probabilities_are_those_of_the_models_own_definition(tmp_path: Path, box: Box) -> None:
    photo = RenderedPerson("person-3", 0).live("session-any", 3).photo
    frame = np.asarray(Image.fromarray(photo).resize((640, 480)))
    package = import_models(FILES, load_recipe("silent-face", ["least_inside=0"]), tmp_path / "p")
    (found,) = PackagedModel(package, "onnxruntime").score([Face(frame, box)])
    odds = []
    for evidence, file, scale in zip(found.evidence, FILES, (2.7, 4.0), strict=True):
        p = live_probability(file, frame, box, scale)
        assert evidence.raw is not None
        assert 1 / (1 + np.exp(evidence.raw)) == pytest.approx(p, abs=0.01)
        odds.append(evidence.raw)
    assert found.score == pytest.approx(1 / (1 + np.exp(-np.mean(odds))), rel=1e-9)
