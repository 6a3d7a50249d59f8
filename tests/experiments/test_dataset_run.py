"""The runner with a method that trains nothing, on manifests that have no pixels."""

from __future__ import annotations

import csv
import json
import statistics
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from helpers.known_dataset import manifest
from helpers.made_runs import write_prepared
from spoofcue.config import RunSettings
from spoofcue.data.manifest import read_manifest, write_manifest
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.errors import InputError
from spoofcue.experiments.dataset_run import (
    BenchmarkPlan,
    choose_protocols,
    make_plan,
    run_plan,
    write_all_figures,
    write_tables,
)
from spoofcue.experiments.folds import read_results
from spoofcue.experiments.tables import markdown_of
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.metrics.thresholds import EER, ThresholdRule
from spoofcue.protocols.reader import load_set
from spoofcue.source import source_commit

OPTIONS = {"margin": 0.2, "detector": "dlib", "min_face_px": 48}


class Stub:
    """Scores by the row alone; one live video and a few attacks of each test are wrong."""

    settings: RunSettings | None = None

    def __init__(self, fail_at: int | None = None) -> None:
        self.ran: list[str] = []
        self.rules: list[ThresholdRule] = []
        self.fail_at = fail_at

    def train(self, data: Path, run: Path) -> None:
        if len(self.ran) == self.fail_at:
            raise KeyboardInterrupt
        self.ran.append(run.parent.parent.name)

    def score(self, data: Path, run: Path, folder: Path, options: EvaluationOptions) -> None:
        self.rules.append(options.threshold)
        folder.mkdir(parents=True)
        rows = read_manifest(data)
        for split in set(rows["split"]) - {"train"}:
            part = rows.filter(pl.col("split") == split).sort("label", "media", "frame")
            with (folder / f"{split}.csv").open("w", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(["score", "label", "pai", "video"])
                wrong_live = split == "test"
                wrong_attacks = 3 if split == "test" else 0
                for video, label, pai in (
                    part.select("video", "label", "pai").unique(maintain_order=True).iter_rows()
                ):
                    score = 0.02 if label else 0.001
                    if not label and wrong_live:
                        score, wrong_live = 0.03, False
                    if pai == "replay-2" and wrong_attacks:
                        score, wrong_attacks = 0.002, wrong_attacks - 1
                    writer.writerow([score, label, pai or "", video])


def prepared(folder: Path, rows: pl.DataFrame, root: Path | None = None, **options: object) -> Path:
    folder.mkdir(parents=True)
    write_manifest(rows, folder)
    write_prepared(folder, str(root or ""), **{**OPTIONS, **options})
    return folder


def planned(name: str, wanted: str, folders: Mapping[str, Path], out: Path) -> BenchmarkPlan:
    protocols = load_set(name)
    return make_plan(
        protocols, choose_protocols(protocols, wanted), folders, results=out, methods=["stub"]
    )


@pytest.fixture(scope="module")
def oulu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("oulu") / "set", manifest("oulu-npu"))


def test_a_benchmark_that_was_stopped_goes_on_with_the_next_fold(
    oulu: Path, tmp_path: Path
) -> None:
    ready = planned("oulu-npu", "1,4", {"oulu-npu": oulu}, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_plan(ready, tmp_path, {"stub": Stub(fail_at=3)})
    assert len(read_results(tmp_path)) == 3
    rest = Stub()
    run_plan(ready, tmp_path, {"stub": rest})
    assert rest.ran == ["phone-3", "phone-4", "phone-5", "phone-6"]
    assert set(rest.rules) == {EER}
    told = {PreparedFolder(task.folder / "data").protocol for task in ready.tasks}
    assert told == {"oulu-npu 1", *(f"oulu-npu 4 phone-{k}" for k in range(1, 7))}
    assert PreparedFolder(oulu).protocol is None


def test_tables_are_those_that_the_results_folder_gives_without_data(
    oulu: Path, tmp_path: Path
) -> None:
    ready = planned("oulu-npu", "all", {"oulu-npu": oulu}, tmp_path)
    printed = run_plan(ready, tmp_path, {"stub": Stub()})
    for folder in tmp_path.rglob("data"):
        (folder / "manifest.parquet").unlink()
    (tmp_path / "tables.md").unlink()
    assert write_tables(tmp_path) == printed
    assert (tmp_path / "tables.md").read_text() == markdown_of(printed)
    assert not list(tmp_path.rglob("*.part"))
    assert {r.commit for r in read_results(tmp_path)} == {source_commit()}

    paper, groupings = printed
    rows = {r.cells[:2]: r for r in paper.rows}
    assert paper.title.startswith("Table 2")
    assert rows["4", "LGSC (paper)"].cells[2:] == ("5.8±4.9", "1.7±2.6", "3.7±2.1")
    assert not rows["4", "LGSC (paper)"].measured
    # one live of 120; three replays of 240
    apcer, bpcer = 100 * 3 / 240, 100 / 120
    told = tuple(f"{v:.1f}" for v in (apcer, bpcer, (apcer + bpcer) / 2))
    assert rows["1", "stub, measured (oulu-npu)"].cells[2:] == told
    # protocol 2 tests one printer and one display: 3 of 360
    assert rows["2", "stub, measured (oulu-npu)"].cells[2] == f"{100 * 3 / 360:.1f}"
    shown = {r.cells[:2]: r.cells[2] for r in groupings.rows}
    assert shown["oulu-npu 1", "stub, instrument"] == f"{100 * 3 / 120:.1f}"
    assert shown["oulu-npu 1", "stub, pooled"] == f"{100 * 3 / 480:.1f}"
    assert any("EER on dev" in note for note in paper.notes)


def test_the_deviation_over_folds_is_that_of_a_sample(tmp_path: Path, oulu: Path) -> None:
    ready = planned("oulu-npu", "4", {"oulu-npu": oulu}, tmp_path)
    run_plan(ready, tmp_path, {"stub": Stub()})
    folds = sorted((tmp_path / "oulu-npu" / "stub" / "4").glob("*/seed-0/result.json"))
    values = [0.0, 0.0, 0.0, 0.0, 0.05, 0.05]
    for path, value in zip(folds, values, strict=True):
        record = json.loads(path.read_text())
        for level in ("frame", "video"):
            if record["evaluation"][level]:
                record["evaluation"][level]["bpcer"] = value
        path.write_text(json.dumps(record))
    (row,) = (r for r in write_tables(tmp_path)[0].rows if r.measured)
    # the paper's BPCER of this protocol, from these six folds
    assert f"{100 * statistics.stdev(values):.1f}" == "2.6"
    assert row.cells[3] == "1.7±2.6"


def test_missing_folds_are_told_in_the_table(oulu: Path, tmp_path: Path) -> None:
    ready = planned("oulu-npu", "3", {"oulu-npu": oulu}, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        run_plan(ready, tmp_path, {"stub": Stub(fail_at=2)})
    (row,) = (r for r in write_tables(tmp_path)[0].rows if r.measured)
    assert row.cells[1] == "stub, measured (oulu-npu, 2 of 6 folds)"


def test_without_dev_the_threshold_is_the_protocols_fixed_one(tmp_path: Path) -> None:
    siw = prepared(tmp_path / "siw", manifest("siw"))
    stub = Stub()
    ready = planned("siw-all-90", "3", {"siw": siw}, tmp_path / "out")
    (table, _) = run_plan(ready, tmp_path / "out", {"stub": stub})
    assert stub.rules == [ThresholdRule("fixed", 0.01)] * 2
    for record in read_results(tmp_path / "out"):
        assert record.evaluation["frame"]["threshold"]["rule"] == "fixed"
        assert record.selection["dev"] is None
    assert any("fixed beforehand at 0.01" in note for note in table.notes)


def test_a_cross_test_shows_hter_from_the_source_and_eer_on_the_target(tmp_path: Path) -> None:
    folders = {
        name: prepared(tmp_path / name, manifest(name)) for name in ("casia-mfsd", "replay-attack")
    }
    ready = planned("casia-replay", "all", folders, tmp_path / "out")
    (table,) = run_plan(ready, tmp_path / "out", {"stub": Stub()})
    assert table.columns[2:] == ("CASIA-MFSD to Replay-Attack", "Replay-Attack to CASIA-MFSD")
    measured = [r.cells for r in table.rows if r.measured]
    assert [c[1] for c in measured] == ["HTER at the source's dev threshold", "EER on the target"]
    # no PAI of these sets is the stub's wrong one: only a live video of 80, and of 90, is refused
    assert measured[0][2:] == (f"{50 / 80:.1f}", f"{50 / 90:.1f}")
    fold = read_manifest(next((tmp_path / "out").rglob("replay-to-casia/seed-0/data")))
    assert all(v.startswith(("casia-mfsd/", "replay-attack/")) for v in fold["video"])


def test_a_result_of_other_data_is_not_taken_for_this_one(oulu: Path, tmp_path: Path) -> None:
    run_plan(planned("oulu-npu", "1", {"oulu-npu": oulu}, tmp_path), tmp_path, {"stub": Stub()})
    fewer = prepared(
        tmp_path / "fewer", manifest("oulu-npu").filter(pl.col("subject") != "oulu-npu/01")
    )
    ready = planned("oulu-npu", "1", {"oulu-npu": fewer}, tmp_path)
    with pytest.raises(InputError, match="other counts"):
        run_plan(ready, tmp_path, {"stub": Stub()})


@pytest.mark.parametrize(
    "place", ["Protocols", "Protocols/Protocols", "OULU/lists", "Protocols/Protocol_1"]
)
def test_protocol_files_below_the_root_are_found_and_win(
    oulu: Path, tmp_path: Path, place: str
) -> None:
    rows = manifest("oulu-npu")
    (tmp_path / "root/Protocols").mkdir(parents=True)
    lists = tmp_path / "root" / place / "Protocol_1"
    lists.mkdir(parents=True)
    chosen = {"Train": [1, 2], "Dev": [21], "Test": [36]}
    for split, users in chosen.items():
        lines = [f"{'+1' if f == 1 else '-1'},1_1_{u:02d}_{f}" for u in users for f in range(1, 6)]
        (lists / f"{split}.txt").write_text("\n".join(lines))
    folder = prepared(tmp_path / "set", rows, tmp_path / "root")
    ready = planned("oulu-npu", "1", {"oulu-npu": folder}, tmp_path / "out")
    assert f"1: from {lists.parent}" in ready.notes
    assert any("differ from the rule" in note for note in ready.notes)
    run_plan(ready, tmp_path / "out", {"stub": Stub()})
    (record,) = read_results(tmp_path / "out")
    assert record.counts["train"]["people"] == 2
    without = planned("oulu-npu", "1", {"oulu-npu": oulu}, tmp_path / "other")
    assert without.notes == ["1: by the package's rule; no protocol files at hand"]
    protocols = load_set("oulu-npu")
    given = make_plan(
        protocols,
        choose_protocols(protocols, "1"),
        {"oulu-npu": oulu},
        results=tmp_path / "given",
        methods=["stub"],
        seeds=(0,),
        files=tmp_path / "root",
    )
    assert f"1: from {lists.parent}" in given.notes


def test_a_folder_of_lists_that_lacks_one_is_no_reason_to_go_by_the_rule(tmp_path: Path) -> None:
    (tmp_path / "root/Protocols").mkdir(parents=True)
    folder = prepared(tmp_path / "set", manifest("oulu-npu"), tmp_path / "root")
    with pytest.raises(InputError, match=r"cannot read a protocol file: .*Protocol_1/Train\.txt"):
        planned("oulu-npu", "1", {"oulu-npu": folder}, tmp_path / "out")


def test_official_lists_that_no_rule_replaces_must_be_given(tmp_path: Path) -> None:
    folder = prepared(tmp_path / "set", manifest("celeba-spoof"))
    with pytest.raises(InputError, match="--protocol-files"):
        planned("celeba-spoof", "protocol1", {"celeba-spoof": folder}, tmp_path / "out")


def test_figures_are_drawn_from_the_scores_and_stand_alone(oulu: Path, tmp_path: Path) -> None:
    run_plan(planned("oulu-npu", "1", {"oulu-npu": oulu}, tmp_path), tmp_path, {"stub": Stub()})
    for path in tmp_path.rglob("*.svg"):
        path.unlink()
    written = write_all_figures(tmp_path)
    assert sorted(p.name for p in written) == ["det.svg", "histogram.svg"]
    for path in written:
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
