from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.tiny_run import BrightModel, TinyModel
from spoofcue.errors import InputError
from spoofcue.figures.tsne import LAYERS, as_layer, embed, face_features, perplexity_for


@pytest.mark.parametrize("layer", LAYERS)
def test_features_equal_direct_pooling_of_the_layer(tmp_path: Path, layer: str) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    paths = [tmp_path / f"{i}.png" for i in range(2)]
    for path, picture in zip(paths, pixels, strict=True):
        Image.fromarray(picture).save(path)
    model = TinyModel()
    found = face_features(model, paths, layer)
    with torch.no_grad():
        image = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 127.5 - 1
        encoded = model.generator.encoder(image)
        cue, decoded = model.generator.decoder(encoded)
    maps = dict(zip(LAYERS, [*encoded, *decoded, cue], strict=True))[layer]
    direct = [[plane.mean().item() for plane in face] for face in maps]
    np.testing.assert_allclose(found, direct, rtol=1e-4, atol=1e-6)


def test_groups_far_apart_stay_apart_and_a_seed_gives_the_same_places() -> None:
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal(k * 20, 1, (15, 8)) for k in range(2)]).astype(np.float32)
    places = embed(features, perplexity_for(30))
    np.testing.assert_array_equal(places, embed(features, perplexity_for(30)))
    a, b = places[:15], places[15:]
    nearest = np.linalg.norm(a[:, None] - a[None] + 1e9 * np.eye(15)[..., None], axis=2).min(axis=1)
    assert nearest.max() < np.linalg.norm(a[:, None] - b[None], axis=2).min()


def test_alike_features_and_three_channels_do_not_break_it() -> None:
    assert np.isfinite(embed(np.ones((10, 3), np.float32), 3.0)).all()


def test_perplexity_suits_few_points_and_wrong_values_are_told() -> None:
    assert perplexity_for(1000) == 30
    assert perplexity_for(31) == 10
    assert perplexity_for(50, 12.5) == 12.5
    with pytest.raises(InputError, match="--perplexity 50"):
        perplexity_for(50, 50)
    with pytest.raises(InputError, match="8 are needed"):
        embed(np.ones((5, 3), np.float32), 2.0)
    with pytest.raises(InputError, match="not finite"):
        embed(np.full((9, 3), np.nan, np.float32), 2.0)


def test_layers_are_checked_and_methods_without_them_are_told() -> None:
    assert as_layer("sc") == "SC"
    with pytest.raises(InputError, match="D6"):
        as_layer("D6")
    with pytest.raises(InputError, match="no spoof cue generator"):
        face_features(BrightModel(), [], "D4")
