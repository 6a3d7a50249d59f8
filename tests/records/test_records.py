"""What every record promises: it comes back as written, and what is not one is refused by name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from helpers.made_runs import evaluation_with, fold_record, run_record, write_prepared
from spoofcue.data.extract import PrepareOptions
from spoofcue.data.prepare import BegunRecord
from spoofcue.data.prepared_folder import PreparedFolder, PreparedRecord
from spoofcue.errors import InputError
from spoofcue.experiments.openpad import BuildRecord, PersonRecord
from spoofcue.experiments.trainings import TrainedOn
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.records.figure_index import FigureEntry, FigureIndex
from spoofcue.records.fold_record import FoldRecord
from spoofcue.records.gallery import Gallery, GalleryEntry
from spoofcue.records.run_folder import RunFolder, RunRecord
from spoofcue.records.stored import Record
from spoofcue.simulate.sample_set import RecordingRecord


def prepared(folder: Path) -> PreparedRecord:
    write_prepared(folder, frames=10, early_below=0)
    return PreparedFolder(folder).record()


def figure_index(_: Path) -> FigureIndex:
    files = {"png": "where.png", "svg": "where.svg"}
    plain = FigureEntry(
        name="where",
        title="Where",
        caption="Mean maps.",
        photographs=False,
        facts={"n": 3},
        **files,
    )
    page = plain.model_copy(update={"name": "tsne", "html": "tsne.html"})
    return FigureIndex(
        run="run", model=None, spoofcue="0.1", figures=[plain, page], skipped={"cues": "no map"}
    )


def gallery(_: Path) -> Gallery:
    face = GalleryEntry(
        group="missed_attack", score=0.1, label=1, frame=3,
        pai="print", subject="s", media="m", face="gallery/000_face.jpg",
    )  # fmt: skip
    with_map = face.model_copy(update={"cue": "gallery/000_cue.jpg"})
    return Gallery(cue_max=0.5, percentile=99.5, entries=[face, with_map])


def begun(_: Path) -> BegunRecord:
    return BegunRecord(root="/photos", options=PrepareOptions(yunet_model=Path("yunet.onnx")))


MADE: dict[str, Callable[[Path], Record]] = {
    "run": lambda _: run_record("a", training={"seed": 3, "svm_c": {"value": 1.0}}),
    "prepared": prepared,
    "evaluation": lambda _: EvaluationRecord(evaluation=evaluation_with(), model="m-1", data="/d"),
    "fold": lambda _: fold_record("lgsc", evaluation_with()),
    "figures": figure_index,
    "gallery": gallery,
    "trained on": lambda _: TrainedOn(key="a1", finished=False),
    "begun": begun,
    "openpad": lambda _: BuildRecord(
        set="openpad", version=1, identities="rendered", count=None, scale=1.5, seed=0
    ),
    "person": lambda _: PersonRecord(rows=[{"media": "a.jpg", "label": 0}]),
    "recording": lambda _: RecordingRecord(frames=[{"device": "cam-1", "box": [1, 2, 3, 4]}]),
}
# of each record a key that it cannot be without, by its place
NEEDED = {
    "run": ("training", "seed"),
    "prepared": ("options", "margin"),
    "evaluation": ("evaluation", "frame", "threshold", "value"),
    "fold": ("keys", "scores"),
    "figures": ("model",),
    "gallery": ("cue_max",),
    "trained on": ("finished",),
    "begun": ("root",),
    "openpad": ("count",),
    "person": ("rows",),
    "recording": ("frames",),
}


@pytest.fixture(params=sorted(MADE))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def stored(kind: str, tmp_path: Path) -> tuple[Record, Path]:
    record = MADE[kind](tmp_path)
    path = tmp_path / "record.json"
    record.write(path)
    return record, path


def refusal(record: Record, path: Path) -> str:
    with pytest.raises(InputError) as error:
        type(record).read(path)
    assert str(path) in str(error.value)
    assert record.REMEDY in str(error.value)
    return str(error.value)


def change(path: Path, at: tuple[str, ...], do: Callable[[dict[str, Any], str], None]) -> None:
    tree = json.loads(path.read_text())
    part = tree
    for key in at[:-1]:
        part = part[key]
    do(part, at[-1])
    path.write_text(json.dumps(tree))


def test_a_record_comes_back_as_it_was_written(stored: tuple[Record, Path]) -> None:
    record, path = stored
    assert type(record).read(path) == record
    assert next(iter(json.loads(path.read_text()).items())) == ("format", 1)
    text = path.read_text()
    type(record).read(path).write(path)
    assert path.read_text() == text


def test_a_file_that_was_cut_off_is_refused_wherever_it_ends(stored: tuple[Record, Path]) -> None:
    record, path = stored
    data = path.read_bytes()
    for end in (0, 1, len(data) // 2, len(data) - 1):
        path.write_bytes(data[:end])
        assert "is damaged" in refusal(record, path)


def test_other_bytes_and_other_json_are_refused(stored: tuple[Record, Path]) -> None:
    record, path = stored
    for data, told in (
        (b"\xff\xfe", "is damaged"),
        (b"[1]", "it holds no keys"),
        (b"7", "no keys"),
    ):
        path.write_bytes(data)
        assert told in refusal(record, path)
    path.write_bytes(b"[" * 100_000)
    assert "is damaged" in refusal(record, path)
    path.unlink()
    assert "is missing" in refusal(record, path)
    path.mkdir()
    assert "cannot read" in refusal(record, path)


def test_older_and_newer_formats_are_refused(stored: tuple[Record, Path]) -> None:
    record, path = stored
    for found in (0, 2, "1", True, 1.5):
        change(path, ("format",), lambda part, key, found=found: part.update({key: found}))
        assert "the version of spoofcue that wrote it" in refusal(record, path)
    change(path, ("format",), lambda part, key: part.pop(key))
    assert "an older spoofcue wrote it" in refusal(record, path)


def test_an_unknown_a_missing_and_a_wrong_key_are_named(
    kind: str, stored: tuple[Record, Path]
) -> None:
    record, path = stored
    text, needed = path.read_text(), NEEDED[kind]
    change(path, ("colour",), lambda part, key: part.update({key: "red"}))
    assert "colour: Extra inputs" in refusal(record, path)
    path.write_text(text)
    change(path, needed, lambda part, key: part.pop(key))
    assert f"{needed[-1]}: Field required" in refusal(record, path)
    path.write_text(text)
    change(path, needed, lambda part, key: part.update({key: {}}))
    assert f"{needed[-1]}: Input should be" in refusal(record, path)


def test_a_measure_that_no_record_names_is_kept_if_it_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "metrics.json"
    EvaluationRecord(evaluation=evaluation_with(youden=0.5)).write(path)
    assert EvaluationRecord.read(path).level["youden"] == 0.5
    change(path, ("evaluation", "frame", "youden"), lambda part, key: part.update({key: "high"}))
    assert "frame.youden" in refusal(EvaluationRecord(evaluation=evaluation_with()), path)


def test_what_evaluate_prints_is_read_as_the_evaluation(tmp_path: Path) -> None:
    record = EvaluationRecord(evaluation=evaluation_with(acer=0.125), model="m-1", data="/d")
    path = tmp_path / "printed.json"
    path.write_text(json.dumps(record.as_printed()))
    found = EvaluationRecord.read(path)
    assert (found.evaluation, found.model) == (record.evaluation, None)
    assert found.level["acer"] == 0.125


def test_a_run_folder_says_what_it_lacks(tmp_path: Path) -> None:
    run = RunFolder(tmp_path / "run")
    assert run.record_if_any() is None
    with pytest.raises(InputError, match="run does not exist"):
        run.record()
    run.path.mkdir()
    with pytest.raises(InputError, match=r"no run folder: it holds no run\.json"):
        run.record()
    run.write_record(run_record("run"))
    assert run.record().method == "lgsc"
    assert not run.is_evaluated
    with pytest.raises(InputError, match=f"run `spoofcue evaluate {run.path}` first"):
        run.evaluated()
    assert (run.history(), run.settings_text()) == ([], "")
    run.settings_file.write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"config\.yaml"):
        run.settings_text()


def test_a_training_that_goes_on_keeps_the_facts_that_do_not_change() -> None:
    before = run_record("run", training={"finished": False, "threads": 2})
    after = before.with_training(finished=True, steps=7)
    assert (after.training.finished, after.training.steps, after.training.threads) == (True, 7, 2)
    assert not before.training.finished
    same = {"training"} ^ set(RunRecord.model_fields)
    assert before.model_dump(include=same) == after.model_dump(include=same)


def test_a_prepared_folder_states_how_its_faces_were_cropped(tmp_path: Path) -> None:
    folder = PreparedFolder(tmp_path)
    facts = folder.crop_facts()
    assert facts == {"margin": None, "detector": None, "min_face_px": None, "warnings": []}
    assert folder.protocol is None
    with pytest.raises(InputError, match=r"holds no prepare\.json"):
        folder.record()
    write_prepared(tmp_path, margin=0.5, boxes="given")
    assert folder.crop_facts()["margin"] == 0.5
    record = folder.record()
    assert (record.options.get("boxes"), record.options.get("frames", 3)) == ("given", 3)
    folder.write_record(record.of_protocol("siw 1"))
    assert folder.protocol == "siw 1"
    assert folder.record().options == record.options


def test_a_fold_shows_videos_where_it_has_them() -> None:
    single = evaluation_with(acer=0.1)
    assert fold_record("a", single).level["acer"] == 0.1
    several = single | {"video": single["frame"] | {"acer": 0.3}}
    assert fold_record("a", several).level["acer"] == 0.3
    assert FoldRecord.model_validate(fold_record("a", several).model_dump()).level["acer"] == 0.3


def test_an_evaluation_without_a_gallery_has_no_faces_to_show(tmp_path: Path) -> None:
    assert Gallery.of(tmp_path) == Gallery(cue_max=None, percentile=None, entries=[])
    gallery(tmp_path).write(tmp_path / "gallery.json")
    assert Gallery.of(tmp_path) == gallery(tmp_path)
