"""A training does not go on with faces that are made otherwise than those it began with."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest
import torch

from helpers.scripted_training import WIDE, prepared, trained
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.records.owner import held
from spoofcue.training.resume import steps_done


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


def test_other_faces_and_other_settings_are_refused(data: Path, tmp_path: Path) -> None:
    run, other = tmp_path / "run", tmp_path / "other"
    trained(data, run, [WIDE])
    kept = {p: p.read_bytes() for p in run.rglob("*") if p.is_file()}
    with pytest.raises(InputError, match=r"training\.seed was 0 and is 1"):
        trained(data, run, [WIDE] * 2, "training.seed=1", resume=True)
    prepared(other)
    rows = read_manifest(other)
    write_manifest(rows.with_columns(media=pl.col("media") + "x"), other)
    with pytest.raises(InputError, match="other faces"):
        trained(other, run, [WIDE] * 2, resume=True)
    assert {p: p.read_bytes() for p in run.rglob("*") if p.is_file()} == kept
    moved = data.rename(tmp_path / "moved")
    trained(moved, run, [WIDE] * 2, resume=True)
    moved.rename(data)


def test_a_training_that_another_process_holds_is_refused(data: Path, tmp_path: Path) -> None:
    told = []

    def come() -> None:
        try:
            trained(data, tmp_path / "run", [WIDE])
        except InputError as error:
            told.append(str(error))

    with held(tmp_path / "run", "train"):
        thread = threading.Thread(target=come)
        thread.start()
        thread.join()
    assert "being written by spoofcue train" in told[0]


def test_a_checkpoint_that_would_run_code_is_refused_and_runs_none(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "sprung",))

    stored = {"spoofcue": {"settings": {}}, "state_dict": {}, "more": Trap()}
    torch.save(stored, tmp_path / "a.ckpt")
    with pytest.raises(InputError, match="no checkpoint that can be read"):
        steps_done(tmp_path / "a.ckpt", load_settings("small"))
    assert not (tmp_path / "sprung").exists()
