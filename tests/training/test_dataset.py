from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import skimage.data
import torch
from PIL import Image

from helpers.resized_by_hand import BY_HAND, farthest
from spoofcue.methods.settings import load_settings
from spoofcue.training.dataset import FaceCrops
from spoofcue.training.sampling import Draw


@pytest.fixture
def rows(tmp_path: Path) -> pl.DataFrame:
    Image.fromarray(skimage.data.astronaut()[40:240, 130:330]).save(tmp_path / "live.png")
    Image.new("RGB", (200, 200), (0, 0, 255)).save(tmp_path / "attack.png")
    return pl.DataFrame(
        {"crop": ["live.png", "attack.png"], "label": [0, 1], "pai": [None, "print-a"]}
    )


def crops(rows: pl.DataFrame, root: Path, share: float) -> FaceCrops:
    return FaceCrops(rows, root, load_settings("small", None, [f"augment.simulate={share}"]))


def test_simulated_attacks_are_made_of_live_faces_of_the_set(
    rows: pl.DataFrame, tmp_path: Path
) -> None:
    """The only real attack is pure blue; what is simulated from a face is not."""
    always, never = crops(rows, tmp_path, 1.0), crops(rows, tmp_path, 0.0)
    for position in range(4):
        made = always[Draw(1, 0, position)]
        assert made.label == 1
        assert made.image[0].mean() > -0.95
        assert never[Draw(1, 0, position)].image[0].mean() == pytest.approx(-1)
    again = always[Draw(1, 0, 2)].image
    assert torch.equal(again, always[Draw(1, 0, 2)].image)


def test_live_faces_pass_the_simulated_camera_as_often(rows: pl.DataFrame, tmp_path: Path) -> None:
    always, never = crops(rows, tmp_path, 1.0), crops(rows, tmp_path, 0.0)
    draw = Draw(0, 0, 1)
    assert always[draw].label == 0
    assert not torch.equal(always[draw].image, never[draw].image)


@pytest.mark.parametrize("shrink", ["bilinear", "area"])
def test_whole_faces_are_shrunk_as_the_settings_say(shrink: str, tmp_path: Path) -> None:
    """What training sees of a face of 288 px (section 4.4), against NumPy."""
    crop = np.random.default_rng(2).integers(0, 256, (288, 288, 3), np.uint8)
    Image.fromarray(crop).save(tmp_path / "face.png")
    rows = pl.DataFrame({"crop": ["face.png"], "label": [0], "pai": [None]})
    own = ["input.size=96", "model.weights=none", f"input.shrink={shrink}"]
    faces = FaceCrops(rows, tmp_path, load_settings("ablation-resized", None, own))
    image = faces[Draw(0, 0, 0)].image.numpy().transpose(1, 2, 0) * 127.5 + 127.5
    assert farthest(image, BY_HAND[shrink](crop, 96, 96)) <= 1
    other = {"bilinear": "area", "area": "bilinear"}[shrink]
    assert farthest(image, BY_HAND[other](crop, 96, 96)) > 30
