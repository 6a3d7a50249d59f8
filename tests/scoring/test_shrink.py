"""Faces are shrunk in scoring as in training: of a run, and of all that is exported of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from helpers.made_runs import run_record
from helpers.resized_by_hand import BY_HAND, farthest
from helpers.tiny_packages import tiny_lgsc_run, traced_once
from spoofcue.cli.main import app
from spoofcue.export.graph import export_onnx
from spoofcue.export.package import export_package
from spoofcue.methods.settings import load_settings
from spoofcue.records.run_folder import RunRecord
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import open_model

# face of 288 px, seen at 96
SEEN = {"mode": "resize", "scoring": "resize", "size": 96}
FACE = np.random.default_rng(5).integers(0, 256, (288, 288, 3), np.uint8)


def run_with(folder: Path, **changed: Any) -> Path:
    """A run of resized faces."""
    run = tiny_lgsc_run(folder)
    path = run / "checkpoints" / "best.ckpt"
    stored = torch.load(path, weights_only=True)
    stored["spoofcue"]["settings"]["input"] |= {**SEEN, **changed}
    torch.save(stored, path)
    return run


def seen_by(path: Path) -> np.ndarray:
    return open_model(path).score([Face.filling(FACE)])[0].seen


@pytest.mark.parametrize("meant", ["bilinear", "area"])
def test_a_run_and_its_exports_shrink_faces_alike(meant: str, tmp_path: Path) -> None:
    run = run_with(tmp_path / "run", shrink=meant)
    checkpoint = run / "checkpoints" / "best.ckpt"
    wanted = BY_HAND[meant](FACE, 96, 96)
    other = BY_HAND["area" if meant == "bilinear" else "bilinear"](FACE, 96, 96)
    package = export_package(run, tmp_path / "package", "safetensors")
    with traced_once():
        export_onnx(TorchModel(run), checkpoint, tmp_path / "plain.onnx")
    for path in (run, checkpoint, tmp_path / "plain.onnx", tmp_path / "package"):
        assert open_model(path).facts.input.shrink == meant
        assert farthest(seen_by(path), wanted) <= 1
        assert farthest(seen_by(path), other) > 30
    assert package.spec.cue
    assert package.spec.cue.training.input.shrink == meant
    told = json.loads((tmp_path / "package" / "spoofcue.json").read_text())
    (expert,) = told["experts"]
    assert expert["input"]["shrink"] == expert["training"]["input"]["shrink"] == meant
    assert f"shrink {meant} |" in (tmp_path / "package" / "README.md").read_text()


def test_a_resume_takes_defaults_that_were_set_over_the_preset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The preset's own values must not come in the stead of what is stored."""
    given = load_settings("lite", None, ["optimiser.encoder_lr_factor=1", "input.shrink=area"])
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.yaml").write_text(json.dumps(given.model_dump(mode="json")))
    taken = []

    def look(data: Path, run: Path, settings: object, **_: object) -> RunRecord:
        taken.append(settings)
        return run_record("run")

    monkeypatch.setattr("spoofcue.training.any_method.train_run", look)
    call = ["train", "--data", str(tmp_path), "--out", str(run), "--resume"]
    assert CliRunner().invoke(app, call).exit_code == 0
    assert taken == [given]
