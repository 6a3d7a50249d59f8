"""Folds with equal train and dev parts share one training; every fold is judged by itself."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from helpers.known_dataset import manifest
from helpers.made_runs import write_prepared
from spoofcue.cli.main import app
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.errors import InputError
from spoofcue.experiments.dataset_run import (
    BenchmarkPlan,
    choose_protocols,
    make_plan,
    write_tables,
)
from spoofcue.experiments.folds import read_results, run_folds
from spoofcue.experiments.methods import ConfiguredMethod
from spoofcue.experiments.trainings import keys_of
from spoofcue.methods.settings import load_settings
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.protocols.reader import load_set

OPTIONS = {"margin": 0.2, "detector": "dlib", "min_face_px": 48}
FOLDS = 14


class Counting:
    """Learns who was in train and dev; scores by that and by the row, so that a wrong run shows."""

    def __init__(self, stop_in_training: int | None = None, stop_in_scoring: int | None = None):
        self.trained: list[Path] = []
        self.scored: list[Path] = []
        self.stop_in_training, self.stop_in_scoring = stop_in_training, stop_in_scoring

    def train(self, data: Path, run: Path) -> None:
        run.mkdir(exist_ok=True)
        (run / "begun").touch()
        if len(self.trained) == self.stop_in_training:
            raise KeyboardInterrupt
        self.trained.append(run)
        rows = read_manifest(data)
        learned = rows.filter(pl.col("split") != "test").select("media", "frame", "split")
        (run / "weights").write_text(str(learned.hash_rows(seed=1).sum() % 1000))

    def score(self, data: Path, run: Path, out: Path, options: EvaluationOptions) -> None:
        if len(self.scored) == self.stop_in_scoring:
            raise KeyboardInterrupt
        self.scored.append(out)
        weight = int((run / "weights").read_text()) / 1e6
        out.mkdir(parents=True, exist_ok=True)
        rows = read_manifest(data).sort("media", "frame")
        for split in ("dev", "test"):
            part = rows.filter(pl.col("split") == split)
            with (out / f"{split}.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["score", "label", "pai", "video", "media", "frame"])
                for at, row in enumerate(part.iter_rows(named=True)):
                    score = 0.3 * row["label"] + 0.01 * (at % 50) + weight
                    writer.writerow(
                        [score, row["label"], row["pai"] or "", row["video"], row["media"],
                         row["frame"]]
                    )  # fmt: skip


def prepared(folder: Path, rows: pl.DataFrame) -> Path:
    folder.mkdir(parents=True)
    write_manifest(rows, folder)
    write_prepared(folder, **OPTIONS)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("sets")
    # a tenth of the size is enough here
    siw = manifest("siw").filter(pl.col("frame") == 10)
    oulu = manifest("oulu-npu").filter(
        pl.col("subject").is_in([f"oulu-npu/{n:02d}" for n in (1, 21, 36, 37)])
    )
    return {"siw": prepared(root / "siw", siw), "oulu-npu": prepared(root / "oulu-npu", oulu)}


def planned(
    folders: dict[str, Path],
    out: Path,
    wanted: str = "all",
    name: str = "siw-oulu",
    seeds: tuple[int, ...] = (0,),
) -> BenchmarkPlan:
    protocols = load_set(name)
    needed = {d: folders[d] for d in protocols.datasets}
    chosen = choose_protocols(protocols, wanted)
    return make_plan(protocols, chosen, needed, results=out, methods=["counting"], seeds=seeds)


def run(
    ready: BenchmarkPlan, method: Counting, tell: Callable[[str], None] = lambda line: None
) -> None:
    """As run_plan, without figures and tables, which take longer than all the rest."""
    run_folds(ready.tasks, ready.rows, {"counting": method}, tell)


def judged(out: Path) -> dict[tuple[str, str], dict[str, object]]:
    """Evaluation and scores of each fold."""
    found = {}
    for path in out.rglob("result.json"):
        record = json.loads(path.read_text())
        scores = {s: (path.parent / f"scores/{s}.csv").read_text() for s in ("dev", "test")}
        found[record["protocol"], record["fold"]] = {
            "evaluation": record["evaluation"], "counts": record["counts"], **scores,
        }  # fmt: skip
    return found


def test_siw_oulu_trains_once_and_judges_each_fold_as_a_training_of_its_own_would(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    method, told = Counting(), list[str]()
    ready = planned(folders, tmp_path / "all")
    run(ready, method, told.append)
    assert len(ready.tasks) == FOLDS
    assert len(method.trained) == 1
    assert len(method.scored) == FOLDS
    shared = judged(tmp_path / "all")

    alone = {}
    for task in ready.tasks:
        out = tmp_path / f"alone-{task.protocol.name}-{task.fold.name}"
        one = [replace(task, folder=out / "set/m/p/f")]
        separate = Counting()
        run_folds(one, ready.rows, {"counting": separate})
        assert len(separate.trained) == 1
        alone |= judged(out)
    assert shared == alone
    assert len({str(one["test"]) for one in shared.values()}) == FOLDS

    records = read_results(tmp_path / "all")
    assert {r.training for r in records} == {"counting/1/1/seed-0"}
    assert sum("judged with the training of counting/1/1/seed-0" in line for line in told) == 13


def test_tables_and_the_plan_say_how_many_trainings_there_are(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    run(planned(folders, tmp_path), Counting())
    grids = write_tables(tmp_path)
    note = "siw-oulu: 14 folds, 1 training; folds with equal train and dev parts share one."
    assert note in grids[0].notes
    assert note in (tmp_path / "tables.md").read_text()

    given = [part for name in folders for part in ("--data", f"{name}={folders[name]}")]
    call = ["benchmark", "siw-oulu", "--out", str(tmp_path / "dry"), *given, "--dry-run"]
    printed = CliRunner().invoke(app, [*call, "--seeds", "0,1"], catch_exceptions=False).stdout
    assert "28 folds, 2 trainings" in " ".join(printed.split())
    printed = CliRunner().invoke(app, call, catch_exceptions=False).stdout
    assert "14 folds, 1 training" in " ".join(printed.split())
    plan = json.loads(CliRunner().invoke(app, [*call, "--json"], catch_exceptions=False).stdout)
    assert {task["training"] for task in plan} == {"lgsc/1/1/seed-0"}


def test_folds_whose_train_or_dev_differs_are_trained_each(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    method = Counting()
    run(planned(folders, tmp_path, "3,4", "oulu-npu"), method)
    grids = write_tables(tmp_path)
    assert len(method.trained) == 12
    assert not any("trainings" in note for grid in grids for note in grid.notes)
    run(planned(folders, tmp_path, "1_2,1_3", "oulu-npu"), method)
    # both train on session 1, but on another dev
    assert len(method.trained) == 14


def test_seeds_and_settings_are_not_shared(folders: dict[str, Path], tmp_path: Path) -> None:
    method = Counting()
    ready = planned(folders, tmp_path, "1,2", seeds=(0, 1))
    run(ready, method)
    assert [run.parent.name for run in method.trained] == ["seed-0", "seed-1"]

    def keys(*overrides: str) -> list[str]:
        configured = ConfiguredMethod(load_settings("small", None, overrides))
        found = keys_of(ready.tasks[:2], ready.rows, [configured] * 2)
        assert found[0].training == found[1].training
        assert found[0].scores != found[1].scores
        return [found[0].training]

    assert keys("optimiser.lr=0.5") != keys()
    assert keys("training.workers=0", "training.devices=2") == keys()


def test_a_protocol_file_of_anybody_shares_too_where_dev_is_held_out(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text(
        "dataset: oulu-npu\nreport: acer\nprotocols:\n"
        "  A: {title: a, train: {split: [train, dev]}, dev: {hold_out: 0.4}, test: {device: 1}}\n"
        "  B: {title: b, train: {split: [dev, train]}, dev: {hold_out: 0.4}, test: {device: 2}}\n"
        "  C: {title: c, train: {split: [dev, train]}, dev: {hold_out: 0.4}, test: {}}\n"
    )
    rows = manifest("oulu-npu").filter(pl.col("subject").str.ends_with("1"))
    data = {"oulu-npu": prepared(tmp_path / "few", rows)}
    protocols, method = load_set(tmp_path / "mine.yaml"), Counting()
    chosen = choose_protocols(protocols, "all")
    ready = make_plan(protocols, chosen, data, results=tmp_path / "out", methods=["counting"])
    run(ready, method)
    assert len(method.trained) == 1
    assert [run.parts[-4] for run in method.trained] == ["A"]


def test_a_benchmark_that_was_killed_goes_on_without_a_second_training(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    first = Counting(stop_in_scoring=3)
    ready = planned(folders, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run(ready, first)
    assert len(read_results(tmp_path)) == 3
    second = Counting()
    run(ready, second)
    assert len(first.trained) == 1
    assert second.trained == []
    assert len(second.scored) == FOLDS - 3


def test_an_unfinished_training_is_gone_on_with_where_it_lies(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(planned(folders, tmp_path, "2"), Counting(0))
    assert not list(tmp_path.rglob("result.json"))
    method = Counting()
    run(planned(folders, tmp_path), method)
    assert [run.parts[-4] for run in method.trained] == ["2"]
    assert {r.training for r in read_results(tmp_path)} == {"counting/2/2/seed-0"}


def test_an_unfinished_training_of_a_fold_outside_the_plan_is_left_alone(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    # another process may be at work there
    with pytest.raises(KeyboardInterrupt):
        run(planned(folders, tmp_path, "2"), Counting(0))
    method = Counting()
    run(planned(folders, tmp_path, "3"), method)
    assert [run.parts[-4] for run in method.trained] == ["3"]


def test_a_later_protocol_takes_the_training_that_is_there(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    method = Counting()
    for wanted in ("4", "1", "2,3"):
        run(planned(folders, tmp_path, wanted), method)
    assert len(method.trained) == 1
    assert {r.training for r in read_results(tmp_path)} == {"counting/4/phone-1/seed-0"}


def test_data_and_runs_may_be_deleted_once_there_are_results(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    run(planned(folders, tmp_path, "1,2"), Counting())
    before = judged(tmp_path)
    for folder in [*tmp_path.rglob("seed-0/data"), *tmp_path.rglob("seed-0/run")]:
        shutil.rmtree(folder)
    again = Counting()
    run(planned(folders, tmp_path, "1,2"), again)
    assert again.trained == []
    assert again.scored == []
    assert write_tables(tmp_path)
    # folds without results need a training again, one
    run(planned(folders, tmp_path), again)
    assert len(again.trained) == 1
    told = judged(tmp_path)
    assert len(told) == FOLDS
    assert {key: told[key] for key in before} == before


def test_a_run_of_other_data_is_not_gone_on_with(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(planned(folders, tmp_path, "1"), Counting(0))
    rows = read_manifest(folders["siw"]).filter(pl.col("subject") != "siw/032")
    fewer = folders | {"siw": prepared(tmp_path / "fewer", rows)}
    with pytest.raises(InputError, match="other settings or other data"):
        run(planned(fewer, tmp_path, "1"), Counting())


def test_a_chosen_threshold_judges_the_same_scores_and_stands_beside_the_other(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    def plan_at(threshold: str) -> list[str]:
        given = [part for name in folders for part in ("--data", f"{name}={folders[name]}")]
        call = ["benchmark", "siw-oulu", "--out", str(tmp_path), *given, "--dry-run", "--json"]
        done = CliRunner().invoke(app, [*call, "--threshold", threshold], catch_exceptions=False)
        return [task["threshold"] for task in json.loads(done.stdout)]

    assert set(plan_at("eer")) == {"EER on dev"}
    assert set(plan_at("0.1")) == {"fixed beforehand at 0.1"}
    for wrong in ("test", "eer-test", "-0.1", "1.5", "nan"):
        with pytest.raises(InputError, match=r"--threshold|write eer, min-hter"):
            plan_at(wrong)

    protocols, method = load_set("siw-oulu"), Counting()
    run(planned(folders, tmp_path), method)
    for folder in [*tmp_path.rglob("seed-0/data"), *tmp_path.rglob("seed-0/run")]:
        shutil.rmtree(folder)
    rule = ThresholdRule.parse("0.1")
    chosen = [p.judged_at(rule) for p in choose_protocols(protocols, "all")]
    needed = {d: folders[d] for d in protocols.datasets}
    ready = make_plan(protocols, chosen, needed, results=tmp_path, methods=["counting"])
    run(ready, method)
    grids = write_tables(tmp_path)
    # not even the training is needed: the scores are those that are there
    assert len(method.trained) == 1
    assert len(method.scored) == FOLDS

    rows = [r.cells for r in grids[0].rows if r.measured and r.cells[0] == "2"]
    assert [cells[1] for cells in rows] == [
        "counting, measured (siw-oulu)",
        "counting, measured (siw-oulu, threshold 0.1)",
    ]
    for cells, threshold in zip(rows, (None, 0.1), strict=True):
        acer = acer_by_hand(tmp_path / "siw-oulu/counting/2/2", threshold)
        assert cells[2] == f"{100 * acer:.1f}"
    assert rows[0][2] != rows[1][2]
    notes = "\n".join(grids[0].notes)
    assert "siw-oulu: threshold EER on dev" in notes
    assert "siw-oulu, rows of threshold 0.1: threshold fixed beforehand at 0.1" in notes
    assert "siw-oulu: 14 folds, 1 training" in notes
    assert len(read_results(tmp_path)) == 2 * FOLDS


def acer_by_hand(fold: Path, threshold: float | None) -> float:
    """Highest APCER of print and replay, and BPCER, of videos of one frame."""

    def read(split: str) -> list[tuple[float, str]]:
        with (fold / f"seed-0/scores/{split}.csv").open() as file:
            return [(float(r["score"]), r["pai"].partition("-")[0]) for r in csv.DictReader(file)]

    def rates(scores: list[tuple[float, str]], at: float, kinds: list[str]) -> list[float]:
        shares = []
        for kind in kinds:
            members = [s for s, k in scores if (k == kind if kind else k == "")]
            passing = sum(s <= at for s in members) / len(members)
            shares.append(passing if kind else 1 - passing)
        return shares

    if threshold is None:
        dev = [(s, "attack" if k else "") for s, k in read("dev")]
        values = sorted({s for s, _ in dev})
        middles = [(a + b) / 2 for a, b in pairwise(values)]

        def gap(at: float) -> float:
            apcer, bpcer = rates(dev, at, ["attack", ""])
            return abs(apcer - bpcer)

        threshold = min(middles, key=gap)
    prints, replays, live = rates(read("test"), threshold, ["print", "replay", ""])
    return (max(prints, replays) + live) / 2


def test_eer_needs_a_dev_and_equal_rules_are_one(folders: dict[str, Path]) -> None:
    no_dev = load_set("siw-all-90").protocols["3"]
    with pytest.raises(InputError, match="has no dev"):
        no_dev.judged_at(ThresholdRule.parse("eer"))
    assert no_dev.judged_at(ThresholdRule.parse("0.01")) is no_dev
    siw = load_set("siw").protocols["3"]
    assert siw.judged_at(ThresholdRule.parse("eer")) is siw
    assert siw.judged_at(ThresholdRule.parse("1e-2")).name == "3@0.01"
