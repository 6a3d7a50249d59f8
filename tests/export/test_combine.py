"""Packages of several experts from packages of few."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from helpers.made_package import cue_expert, spec
from helpers.tiny_experts import INPUT, RED_OVER_BLUE, brightness_cue
from helpers.tiny_graphs import write_graph
from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.export.combine import combine_packages
from spoofcue.export.model_import import import_models
from spoofcue.export.recipe import load_recipe
from spoofcue.faces.box import Box
from spoofcue.package.read import Package, read_package
from spoofcue.package.schema import CardSection
from spoofcue.package.write import write_package
from spoofcue.scoring.combination import logistic
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face

CALIBRATED = ["cue.calibration.slope=8", "cue.calibration.offset=-3"]


def parts(folder: Path) -> list[Package]:
    cue = {"model.onnx": brightness_cue()}
    ours = spec(experts=[cue_expert(cue, input=INPUT)], card=CardSection(training_data="Ours."))
    graph = write_graph(folder / "g.onnx", RED_OVER_BLUE)
    named = load_recipe("two-class", ["output.index=0", "licence=MIT", "two-class.name=theirs"])
    return [
        write_package(folder / "ours.spoofcue", ours, cue),
        import_models([graph], named, folder / "theirs.spoofcue"),
    ]


def test_the_whole_is_the_weighted_sum_of_its_parts(tmp_path: Path) -> None:
    given = parts(tmp_path)
    changes = [*CALIBRATED, "theirs.weight=0.5", "name=both", "missing=without"]
    made = combine_packages(given, tmp_path / "both.spoofcue", changes)
    assert sorted(made.weights) == ["cue.onnx", "theirs.onnx"]
    face = Face(np.full((64, 64, 3), (200, 90, 80), np.uint8), Box(16, 16, 32, 32))
    cue, theirs = (PackagedModel(p, "onnxruntime").score([face])[0] for p in given)
    (both,) = PackagedModel(made, "onnxruntime").score([face])
    raw = theirs.evidence[0].raw
    assert raw is not None
    assert both.score == pytest.approx(logistic(8 * cue.score - 3 + 0.5 * raw), rel=1e-9)
    assert both.cue is not None
    assert (made.spec.threshold.value, made.spec.missing) == (0.5, "without")
    assert made.spec.card is not None
    assert made.spec.card.training_data == "tiny: Ours.; g: Not stated."
    assert made.spec.card.licence == "g: MIT"


def test_what_does_not_go_together_is_refused(tmp_path: Path) -> None:
    given = parts(tmp_path)
    with pytest.raises(InputError, match=r"cue: several experts .* --set NAME\.calibration"):
        combine_packages(given, tmp_path / "p")
    with pytest.raises(InputError, match="two experts have the expert cue"):
        combine_packages([given[0], given[0]], tmp_path / "p", CALIBRATED)
    with pytest.raises(InputError, match="two or more"):
        combine_packages(given[:1], tmp_path / "p")
    for change in ("threshold=2", "missing=maybe", "cue.calibration.slope=-1", "cue.colour=red"):
        with pytest.raises(InputError, match=change.partition("=")[0].rpartition(".")[2]):
            combine_packages(given, tmp_path / "p", [*CALIBRATED, change])
    assert not (tmp_path / "p").exists()


def test_the_command(tmp_path: Path) -> None:
    parts(tmp_path)
    call = ["model", "combine", *(str(tmp_path / f"{n}.spoofcue") for n in ("ours", "theirs"))]
    call += ["--out", str(tmp_path / "b.spoofcue"), *(w for c in CALIBRATED for w in ("--set", c))]
    done = CliRunner().invoke(app, call)
    assert done.exit_code == 0, done.output
    package = read_package(tmp_path / "b.spoofcue")
    assert [e.name for e in package.spec.experts] == ["cue", "theirs"]
    table = (
        CliRunner()
        .invoke(app, ["model", "info", str(tmp_path / "b.spoofcue")], env={"COLUMNS": "200"})
        .stdout
    )
    assert "log-odds 8 x - 3, weight 1" in table
    assert "the face is rejected" in table
