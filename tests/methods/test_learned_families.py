"""A training of linear families: the encoder stays, the detectors learn their own attacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from spoofcue.cue.light.mobilenet import TO_E4, MobileNetV2Encoder
from spoofcue.data.manifest import write_manifest
from spoofcue.export.graph import export_onnx
from spoofcue.export.package import export_package
from spoofcue.methods.checkpoint import read_checkpoint
from spoofcue.methods.settings import load_settings
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.exported import OnnxModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import open_model
from spoofcue.training.any_method import train_run

SIDE = 64
TINY = [
    *("model.mobile_multiplier=0.2", f"input.size={SIDE}"),
    *("training.batch_size=12", "training.epochs=2", "training.images_per_epoch=240"),
    *("training.precision=fp32", "training.workers=0", "training.accelerator=cpu"),
    "training.threads=1",
    *("optimiser.lr=0.02", "loss.ridge=0.01", "training.select=last"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain live faces; prints are red, replays are blue, masks are like live ones."""
    root, rng = tmp_path_factory.mktemp("prepared"), np.random.default_rng(0)
    rows = []
    for split in ("train", "dev", "test"):
        for i in range(24):
            pai = (None, "print-1", "replay-1", "mask-1")[i % 4]
            face = rng.integers(80, 140, (1, 1, 3)) + rng.integers(0, 20, (SIDE, SIDE, 3))
            if pai == "print-1":
                face = face * np.array([1.7, 0.8, 0.5])
            if pai == "replay-1":
                face = face * np.array([0.4, 0.7, 1.6])
            name = f"{split}{i}.png"
            Image.fromarray(face.clip(0, 255).astype(np.uint8)).save(root / name)
            rows.append(
                {"media": name, "video": name, "subject": f"{split}{i}", "label": int(i % 4 > 0)}
                | {"pai": pai, "split": split, "status": "ok"}
                | {"crop": name, "crop_w": SIDE, "crop_h": SIDE, "frame": 0}
            )
    write_manifest(pl.DataFrame(rows), root)
    return root


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder with the statistics of coloured stripes: untrained, but nothing has vanished."""
    torch.manual_seed(0)
    encoder = MobileNetV2Encoder(multiplier=0.2, blocks=TO_E4)
    stripes = (torch.arange(SIDE) % 4 < 2).float()
    for _ in range(60):
        encoder(torch.rand(8, 3, 1, 1) * 2 - 1 + torch.rand(8, 1, 1, 1) * stripes)
    path = tmp_path_factory.mktemp("weights") / "encoder.pth"
    torch.save(encoder.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def run(data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("families") / "run"
    train_run(data, out, load_settings("lite", None, [*TINY, f"model.weights={weights}"]))
    return out


def test_encoder_is_what_was_loaded_batch_statistics_too(run: Path, weights: Path) -> None:
    given = torch.load(weights, weights_only=True)
    kept = read_checkpoint(run / "checkpoints" / "last.ckpt")["state_dict"]
    for name, value in given.items():
        assert torch.equal(value, kept[f"network.generator.encoder.{name}"]), name
    assert kept["network.generator.decoder.detectors.weight"].abs().max() > 0.01


def test_a_slow_encoder_moves_less_than_a_fast_one(
    data: Path, weights: Path, tmp_path: Path
) -> None:
    given = torch.load(weights, weights_only=True)
    moved = []
    for factor in (0.01, 1):
        more = (f"model.weights={weights}", f"optimiser.encoder_lr_factor={factor}")
        short = ("training.epochs=1", "training.images_per_epoch=24", "optimiser.warmup_steps=0")
        train_run(data, tmp_path / f"{factor}", load_settings("lite", None, [*TINY, *more, *short]))
        kept = read_checkpoint(tmp_path / f"{factor}" / "checkpoints" / "last.ckpt")["state_dict"]
        name = "features.13.conv.2.weight"
        moved.append((kept[f"network.generator.encoder.{name}"] - given[name]).abs().mean().item())
    assert 0 < moved[0] < 0.05 * moved[1]


def test_families_are_told_apart_from_live_and_unlearned_ones_are_not(
    run: Path, data: Path
) -> None:
    model = open_model(run)
    test = [f"test{i}.png" for i in range(24)]
    scores = [model.score([Face.filling(np.asarray(Image.open(data / n)))])[0].score for n in test]
    live, printed, replayed, masks = (np.array(scores[k::4]) for k in range(4))
    assert live.max() < np.median(printed)
    assert live.max() < np.median(replayed)
    assert masks.mean() < min(printed.mean(), replayed.mean())


def test_exported_scores_are_the_checkpoints(run: Path, tmp_path: Path) -> None:
    torch_model = TorchModel(run)
    assert export_onnx(torch_model, run / "checkpoints" / "best.ckpt", tmp_path / "m.onnx") < 1e-4
    assert b".py" not in (tmp_path / "m.onnx").read_bytes()  # no source lines of who exported
    face = np.random.default_rng(1).integers(0, 256, (90, 70, 3), np.uint8)
    exported = OnnxModel(tmp_path / "m.onnx").score([Face.filling(face)])[0].score
    assert exported == pytest.approx(torch_model.score([Face.filling(face)])[0].score, abs=1e-5)


def test_packaged_weights_carry_the_decoder(run: Path, tmp_path: Path) -> None:
    package = export_package(run, tmp_path / "p", "safetensors")
    again = open_model(tmp_path / "p")
    face = np.random.default_rng(2).integers(0, 256, (80, 80, 3), np.uint8)
    own = open_model(run).score([Face.filling(face)])[0].score
    assert again.score([Face.filling(face)])[0].score == pytest.approx(own, abs=1e-6)
    assert package.spec.cue.training.model.families == ("print", "replay")
