"""What was stored before ``input.shrink`` is scored with area averaging, as it was trained."""

from __future__ import annotations

import hashlib
import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from typer.testing import CliRunner

from helpers.resized_by_hand import BY_HAND, farthest
from helpers.tiny_packages import exported, tiny_lgsc_run, traced_once
from spoofcue.cli.main import app
from spoofcue.config import InputSettings, as_stored, load_settings, stored_settings
from spoofcue.export.graph import export_onnx
from spoofcue.export.package import export_package
from spoofcue.package.read import read_package
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.open_model import open_model

# face of 288 px, seen at 96
SEEN = {"mode": "resize", "scoring": "resize", "size": 96}
FACE = np.random.default_rng(5).integers(0, 256, (288, 288, 3), np.uint8)


def run_with(folder: Path, **changed: Any) -> Path:
    """A run of resized faces; ``shrink=None`` is one of before there was the setting."""
    run = tiny_lgsc_run(folder)
    path = run / "checkpoints" / "best.ckpt"
    stored = torch.load(path, weights_only=True)
    given = {**stored["spoofcue"]["settings"]["input"], **SEEN, **changed}
    stored["spoofcue"]["settings"]["input"] = {k: v for k, v in given.items() if v is not None}
    torch.save(stored, path)
    return run


def seen_by(path: Path) -> np.ndarray:
    return open_model(path).score([FACE])[0].seen


@pytest.mark.parametrize(
    ("stored", "meant"), [("bilinear", "bilinear"), ("area", "area"), (None, "area")]
)
def test_a_run_and_its_exports_shrink_faces_alike(
    stored: str | None, meant: str, tmp_path: Path
) -> None:
    run = run_with(tmp_path / "run", shrink=stored)
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
    # new files say it, whatever theirs did
    assert package.spec.training.input.shrink == meant
    told = json.loads((tmp_path / "package" / "spoofcue.json").read_text())
    assert told["input"]["shrink"] == told["training"]["input"]["shrink"] == meant
    assert f"shrink {meant} |" in (tmp_path / "package" / "README.md").read_text()


def test_an_onnx_file_of_before(tmp_path: Path) -> None:
    run = run_with(tmp_path / "run")
    path = tmp_path / "plain.onnx"
    with traced_once():
        export_onnx(TorchModel(run), run / "checkpoints" / "best.ckpt", path)
    proto = onnx.load(path)
    (meta,) = (p for p in proto.metadata_props if p.key == "spoofcue")
    stored = json.loads(meta.value)
    assert stored["settings"]["input"].pop("shrink") == "bilinear"
    meta.value = json.dumps(stored)
    onnx.save(proto, path)
    assert farthest(seen_by(path), BY_HAND["area"](FACE, 96, 96)) <= 1


def test_a_package_of_before_keeps_its_id_and_its_input(tmp_path: Path) -> None:
    folder = tmp_path / "package"
    shutil.copytree(exported("safetensors"), folder)
    spec = json.loads((folder / "spoofcue.json").read_text())
    for given in (spec["input"], spec["training"]["input"]):
        given.update(SEEN)
        del given["shrink"]
    head = json.dumps(spec).encode()
    (folder / "spoofcue.json").write_bytes(head)
    package = read_package(folder)
    assert package.id == f"run-{hashlib.sha256(head).hexdigest()[:12]}"
    assert package.spec.input.shrink == package.spec.training.input.shrink == "area"
    assert farthest(seen_by(folder), BY_HAND["area"](FACE, 96, 96)) <= 1


def test_a_run_of_before_is_resumed_as_it_began(tmp_path: Path) -> None:
    settings = load_settings("ablation-resized")
    tree = settings.model_dump(mode="json")
    assert tree["input"]["shrink"] == "bilinear"  # stored, though it is the default
    config = tmp_path / "config.yaml"
    config.write_text(json.dumps(tree))
    assert stored_settings(config) == settings
    del tree["input"]["shrink"]
    config.write_text(json.dumps(tree))
    assert stored_settings(config).input == InputSettings(
        mode="resize", scoring="resize", shrink="area"
    )


def test_a_resume_takes_defaults_that_were_set_over_the_preset(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are not stored, and the preset's own values must not come in their stead."""
    given = load_settings("lite", None, ["optimiser.encoder_lr_factor=1", "input.shrink=area"])
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.yaml").write_text(json.dumps(given.model_dump(mode="json")))
    taken = []

    def look(data: Path, run: Path, settings: object, **_: object) -> dict[str, Any]:
        taken.append(settings)
        return {"training": {}}

    monkeypatch.setattr("spoofcue.training.any_method.train_run", look)
    call = ["train", "--data", str(tmp_path), "--out", str(run), "--resume"]
    assert CliRunner().invoke(app, call).exit_code == 0
    assert taken == [given]


def test_only_an_input_section_without_the_setting_is_changed() -> None:
    old = {"input": {"size": 32}, "loss": {}}
    kept = deepcopy(old)
    assert as_stored(old) == {"input": {"size": 32, "shrink": "area"}, "loss": {}}
    assert old == kept
    for tree in ({}, {"input": None}, {"input": {"shrink": "bilinear"}}):
        assert as_stored(tree) == tree
