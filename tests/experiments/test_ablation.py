"""Table 5: what its rows change, and how their results are laid out."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from helpers.made_runs import evaluation_with, fold_record, write_prepared
from spoofcue.cli.main import app
from spoofcue.config import RunSettings
from spoofcue.data.manifest import schema, write_manifest
from spoofcue.errors import InputError
from spoofcue.experiments.ablation import (
    ablation_grids,
    ablation_rows,
    choose_rows,
    settings_of_rows,
)
from spoofcue.experiments.openpad import SIZES
from spoofcue.experiments.targets import NewOpenpad, own_splits, target_plan
from spoofcue.methods.settings import load_settings
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.records.fold_record import FoldRecord

# Copied by hand from Table 5 and section 4.4.
SWITCHES: dict[str, dict[str, Any]] = {
    "ablation-resized": {"input.mode": "resize", "input.scoring": "resize"},
    "ablation-no-triplet": {"loss.triplet": "none"},
    "ablation-regress-both": {"loss.regression": "live-and-spoof"},
    "ablation-no-classifier": {"model.auxiliary": "none"},
    "ablation-classifier-on-cue": {"model.auxiliary": "cue"},
    "ablation-triplet-to-cue": {"loss.triplet": "e5-sc"},
    "paper": {},
}
PRINTED = ["2.7", "2.5", "2.3", "1.7", "1.7", "0.8", "0.4"]


def flat(settings: RunSettings) -> dict[str, Any]:
    return {
        f"{section}.{key}": value
        for section, part in settings.model_dump(mode="json").items()
        if isinstance(part, dict)
        for key, value in part.items()
    } | {"method": settings.method}


def differences(settings: RunSettings, from_: RunSettings) -> dict[str, Any]:
    before, after = flat(from_), flat(settings)
    return {key: after[key] for key in after if after[key] != before[key]}


@pytest.mark.parametrize("preset", SWITCHES)
def test_every_preset_differs_from_paper_in_exactly_its_switches(preset: str) -> None:
    assert differences(load_settings(preset), load_settings("paper")) == SWITCHES[preset]


@pytest.mark.parametrize("size", [[], SIZES["small"].overrides])
def test_the_same_switches_are_thrown_on_a_smaller_size(size: list[str]) -> None:
    base = load_settings("small", None, size)
    settings = settings_of_rows(base, ablation_rows())
    for row in ablation_rows():
        assert differences(settings[row.name], base) == SWITCHES[row.preset]


def test_rows_are_those_of_the_paper_in_its_order() -> None:
    rows = ablation_rows()
    assert [row.preset for row in rows] == list(SWITCHES)
    assert [row.printed["acer"] for row in rows] == PRINTED
    for row in rows[:2] + rows[3:]:
        apcer, bpcer = float(row.printed["apcer_max"]), float(row.printed["bpcer"])
        assert abs((apcer + bpcer) / 2 - float(row.printed["acer"])) <= 0.0501
    assert [r.name for r in choose_rows("7,1, ablation-no-triplet")] == [
        "lgsc-resized", "lgsc-no-triplet", "lgsc",
    ]  # fmt: skip
    with pytest.raises(InputError, match="1 to 7"):
        choose_rows("8")


@pytest.mark.parametrize(
    ("preset", "named"),
    [("ablation-no-triplet", r"loss\.triplet"), ("official-code", r"input\.mode")],
)
def test_a_base_that_is_itself_ablated_is_refused(preset: str, named: str) -> None:
    with pytest.raises(InputError, match=named):
        settings_of_rows(load_settings(preset), ablation_rows())


def record(row: str, seed: int, acer: float, fold: str = "P1", folds: int = 1) -> FoldRecord:
    settings = settings_of_rows(load_settings("paper"), ablation_rows()).get(row, RunSettings())
    level = dict.fromkeys(("apcer_max", "bpcer", "acer", "hter", "eer", "auc"), acer)
    where = {"fold": fold, "folds": folds, "seed": seed, "preset": "paper"}
    stored = settings.model_dump(mode="json")
    return fold_record(row, evaluation_with(**level), settings=stored, **where)


def test_the_table_has_the_papers_marks_and_its_figures_beside_ours() -> None:
    values = [0.25, 0.31, 0.28]
    records = [
        *(record("lgsc", s, v) for s, v in enumerate(values)),
        *(record("lgsc-triplet-to-cue", s, 0.5) for s in range(3)),
        record("cnn", 0, 0.1),
    ]
    (grid,) = ablation_grids(records)
    marks = [[name for name, cell in zip(grid.columns, r.cells, strict=True) if cell == "X"]
             for r in grid.rows]  # fmt: skip
    assert marks == [
        ["patched input", "RL on live", "TL on E5-SC", "AC on overlayed"],
        ["patched input", "RL on live", "TL on E5-D4", "AC on overlayed"],
    ]
    ours = f"{100 * statistics.fmean(values):.1f}±{100 * statistics.stdev(values):.1f}"
    assert grid.rows[1].cells[8:] == (ours, ours, ours, "0.8", "0.0", "0.4")
    assert "3 seeds" in grid.notes[0]
    (words,) = ablation_grids(records, marks=False)
    assert words.rows[0].cells[:4] == ("patch", "live", "e5-sc", "overlay")


def test_with_several_folds_the_deviation_is_over_folds_of_seed_means() -> None:
    by_fold = {"a": [0.1, 0.2], "b": [0.3, 0.5]}
    records = [
        record("lgsc-resized", seed, value, fold, 2)
        for fold, values in by_fold.items()
        for seed, value in enumerate(values)
    ]
    (grid,) = ablation_grids(records)
    means = [15.0, 40.0]
    told = f"{statistics.fmean(means):.1f}±{statistics.stdev(means):.1f}"
    assert grid.rows[0].cells[10] == told
    assert "folds" in grid.notes[0]


def test_a_benchmark_of_the_full_method_is_no_ablation() -> None:
    assert ablation_grids([record("lgsc", 0, 0.3)]) == []


def rows_with(splits: list[str], dataset: str | None = None) -> pl.DataFrame:
    rows = [
        {
            "media": f"{split}/{person}/{label}.png", "video": f"{split}/{person}/{label}",
            "frame": 0, "subject": f"{split}-{person}", "label": label, "split": split,
            "pai": "print" if label else None, "crop": "x.png", "crop_w": 64, "crop_h": 64,
            "status": "ok", "dataset": dataset,
        }
        for split in splits
        for person in range(5)
        for label in (0, 1)
    ]  # fmt: skip
    return pl.DataFrame([dict.fromkeys(schema()) | row for row in rows], schema=schema())


def prepared(folder: Path, rows: pl.DataFrame) -> str:
    folder.mkdir()
    write_manifest(rows, folder)
    write_prepared(folder)
    return str(folder)


def test_the_protocols_follow_from_the_data(tmp_path: Path) -> None:
    new = NewOpenpad("rendered", 10, 1.0)
    own = prepared(tmp_path / "own", rows_with(["train", "dev", "test"]))
    named = prepared(tmp_path / "named", rows_with(["train", "dev", "test"], "replay-attack"))
    openpad = prepared(tmp_path / "pad", rows_with(["train", "dev", "test"]))
    (tmp_path / "pad" / "openpad.json").write_text("{}")
    for data, expected in ((own, "folder own"), (named, None), (openpad, "openpad P1")):
        ready = target_plan(
            tmp_path / "out",
            [data],
            benchmark=None,
            protocol=None,
            methods=["lgsc"],
            seeds=[0],
            new=new,
        )
        if expected:
            assert ready.tasks[0].title == expected
        else:
            assert ready.tasks[0].set_name == "replay-attack"
    with pytest.raises(InputError, match="--benchmark siw-x"):
        target_plan(
            tmp_path / "out",
            [own],
            benchmark="siw-x",
            protocol=None,
            methods=["lgsc"],
            seeds=[0],
            new=new,
        )


def test_a_folder_without_dev_gets_one_from_its_train_people() -> None:
    rows = rows_with(["train", "test"])
    (protocol,) = own_splits(rows).protocols.values()
    chosen = rows_of_fold(rows, protocol.folds[0])
    people = {s: set(chosen.filter(chosen["split"] == s)["subject"]) for s in ("train", "dev")}
    assert people["dev"]
    assert not people["train"] & people["dev"]
    with pytest.raises(InputError, match="no test split"):
        own_splits(rows_with(["train"]))


def test_the_plan_is_shown_before_anything_is_trained(tmp_path: Path) -> None:
    own = prepared(tmp_path / "own", rows_with(["train", "dev", "test"]))
    out = tmp_path / "out"
    args = ["ablate", "--data", own, "--seeds", "3,4", "--out", str(out), "--dry-run"]
    done = CliRunner().invoke(app, args, catch_exceptions=False)
    assert "0/14" in done.stdout
    assert "seeds: 3, 4" in done.stdout
    assert not list(tmp_path.rglob("result.json"))
