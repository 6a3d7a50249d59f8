from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.tiny_run import BrightModel
from spoofcue.errors import InputError
from spoofcue.scoring.pictures import MAX_FACES, MAX_PIXELS, attack_magnitudes, cue_scale, spread


def test_the_scale_is_numpys_percentile_of_the_attacks_magnitudes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    paths = [tmp_path / f"{i}.png" for i in range(5)]
    for path, picture in zip(paths, pictures, strict=True):
        Image.fromarray(picture).save(path)
    # BrightModel's cue is the picture's brightness, so that the answer is known without it.
    known = (pictures / 255).mean(axis=3).reshape(-1)
    found = attack_magnitudes(BrightModel(), paths)
    np.testing.assert_allclose(np.sort(found), np.sort(known), atol=1e-6)
    assert cue_scale(found) == pytest.approx(np.percentile(known, 99.5), abs=1e-6)
    assert cue_scale(found, 50) == pytest.approx(np.median(known), abs=1e-6)


def test_large_faces_and_many_faces_are_thinned(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64), (255, 255, 255)).save(tmp_path / "w.png")
    done: list[int] = []
    attack_magnitudes(BrightModel(), [tmp_path / "w.png"] * (MAX_FACES + 40), done.append)
    assert done[-1] == MAX_FACES
    assert MAX_PIXELS >= 64 * 64


def test_no_cue_maps_is_an_error_and_all_zero_maps_have_a_scale() -> None:
    with pytest.raises(InputError, match="cue maps"):
        cue_scale(np.zeros(0, np.float32))
    assert cue_scale(np.zeros(9, np.float32)) > 0


def test_a_spread_keeps_both_ends() -> None:
    assert spread(3, 5) == [0, 1, 2]
    assert spread(9, 3) == [0, 4, 8]
    assert spread(9, 1) == [4]
    assert spread(0, 4) == []
