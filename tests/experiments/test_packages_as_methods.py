"""A model package in a benchmark, beside what is trained there."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from PIL import Image

from helpers.tiny_experts import expert_package
from helpers.tiny_run import prepare
from spoofcue.cli.main import app
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.prepared_folder import CropOptions, PreparedFolder, PreparedRecord
from spoofcue.errors import InputError
from spoofcue.experiments.methods import choose_methods, configured


def with_train(folder: Path) -> Path:
    """A prepared folder whose train split has the dev split's pictures, turned to negatives."""
    data = prepare(folder, people=2, takes=2)
    rows = read_manifest(data)
    dev = rows.filter(rows["split"] == "dev")
    for name in dev["crop"]:
        negative = 255 - np.asarray(Image.open(data / name))
        Image.fromarray(negative).save(data / name.replace("dev", "train"))
    train = dev.with_columns(
        pl.col("split", "subject", "media", "video", "crop").str.replace("dev", "train")
    )
    write_manifest(pl.concat([rows, train]), data)
    options = CropOptions(margin=0.2, detector="dlib", min_face_px=16)
    PreparedFolder(data).write_record(PreparedRecord(options=options, warnings=[]))
    return data


def test_a_package_is_judged_beside_a_trained_method_and_compared(tmp_path: Path) -> None:
    data = with_train(tmp_path / "data")
    crop = {"scale": 1.5, "border": "pad"}
    package = expert_package(tmp_path / "both.spoofcue", crop=crop)
    out = tmp_path / "results"
    call = ["benchmark", "folder", "--data", str(data), "--out", str(out)]
    call += ["--method", f"lbp,{package.path}"]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, (done.output, done.exception)
    (record,) = (json.loads(p.read_text()) for p in out.rglob("both/**/result.json"))
    assert (record["method"], record["settings"]) == ("both", {"model": package.id})
    assert len(list(out.rglob("result.json"))) == 2
    page = tmp_path / "c.html"
    done = CliRunner().invoke(app, ["compare", str(out), "--out", str(page), "--bootstrap", "0"])
    assert done.exit_code == 0, (done.output, done.exception)
    again = CliRunner().invoke(app, call)
    assert again.exit_code == 0
    expert_package(tmp_path / "both.spoofcue", crop=crop, weight=0.5)
    other = CliRunner().invoke(app, call)
    assert "other settings" in str(other.exception)


def test_names_that_are_neither_methods_nor_packages_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="path of a model package"):
        choose_methods("lbp,nothing")
    package = expert_package(tmp_path / "a.spoofcue")
    assert choose_methods(f"lbp, {package.path}") == ["lbp", str(package.path)]
    with pytest.raises(InputError, match="is called both, as another"):
        configured([str(package.path), str(expert_package(tmp_path / "b").path)], "paper")
