from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.made_package import WEIGHTS, spec
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.package.write import write_package
from spoofcue.scoring import open_model as locate
from spoofcue.scoring.open_model import locate_model


def test_the_environment_comes_before_a_shipped_model_and_neither_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "SHIPPED", tmp_path / "default")
    monkeypatch.delenv("SPOOFCUE_MODEL", raising=False)
    with pytest.raises(InputError, match="SPOOFCUE_MODEL"):
        Detector.load()
    write_package(tmp_path / "default", spec(), WEIGHTS)
    assert locate_model(None) == tmp_path / "default"
    monkeypatch.setenv("SPOOFCUE_MODEL", str(tmp_path / "own"))
    assert locate_model(None) == tmp_path / "own"
    assert locate_model("runs/first") == Path("runs/first")


def test_a_place_on_the_hub_takes_its_client_and_a_whole_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InputError, match="hf:owner/name"):
        locate_model("hf:owner")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    for place in ("hf:owner/name", "hf:owner/name@v1"):
        with pytest.raises(InputError, match=r"pip install 'spoofcue\[hub\]'"):
            locate_model(place)
