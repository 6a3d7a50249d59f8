"""A training does not go on with faces that are made otherwise than those it began with."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.scripted_training import WIDE, prepared, trained
from spoofcue.errors import InputError


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("resumed") / "data")


def test_other_input_is_refused_and_nothing_is_written(data: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    trained(data, run, [WIDE], "input.mode=resize", "input.shrink=area")
    kept = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    told = r"trained with input.mode=resize, input.shrink=area, .*--set input.shrink=area\)"
    with pytest.raises(InputError, match=told):
        trained(data, run, [WIDE] * 2, resume=True)
    assert {p: p.read_bytes() for p in run.rglob("*") if p.is_file()} == kept
