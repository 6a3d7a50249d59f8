from __future__ import annotations

from pathlib import Path

import pytest

from helpers.made_runs import begin_run
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.scoring.open_model import open_model
from spoofcue.training.any_method import train_run


def test_a_method_of_a_later_version_is_refused(tmp_path: Path) -> None:
    begin_run(tmp_path, method="oracle")
    with pytest.raises(InputError, match="'oracle', which this version does not know"):
        open_model(tmp_path)


def test_nothing_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no model at"):
        open_model(tmp_path / "none")
    begin_run(tmp_path, method="cnn")
    with pytest.raises(InputError, match=r"no checkpoints/best\.ckpt"):
        open_model(tmp_path)


def test_a_classical_method_cannot_be_resumed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to resume"):
        train_run(tmp_path, tmp_path / "run", load_settings(method="lbp"), resume=True)


def test_the_method_of_an_override_wins_over_the_arguments_and_the_files(tmp_path: Path) -> None:
    file = tmp_path / "run.yaml"
    file.write_text("method: aux-depth\nmodel: {width: 8}\n")
    assert load_settings(file=file).input.mode == "resize"
    assert load_settings(file=file, method="cnn").input.mode == "patch"
    settings = load_settings(file=file, overrides=["method=pixel"], method="cnn")
    assert (settings.method, settings.input.mode, settings.model.width) == ("pixel", "patch", 8)
