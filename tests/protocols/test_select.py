"""A fold deals out anybody's own rows, as it does those of a manifest."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from helpers.known_dataset import make_miniature
from spoofcue.data.manifest import schema
from spoofcue.datasets import Recording, recordings
from spoofcue.errors import InputError
from spoofcue.protocols import folds, load_set, set_names
from spoofcue.protocols.fold import Fold, rows_of_fold


@pytest.fixture(scope="module")
def oulu(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_miniature("oulu-npu", tmp_path_factory.mktemp("oulu"))


@pytest.fixture(scope="module")
def found(oulu: Path) -> list[Recording]:
    return recordings("oulu-npu", oulu)


FOLDS = [fold for name in ("1", "2", "3", "4") for fold in folds("oulu-npu", name)]


@pytest.mark.parametrize("fold", FOLDS, ids=lambda fold: fold.name)
def test_recordings_dictionaries_and_manifest_rows_are_dealt_out_alike(
    found: list[Recording], fold: Fold
) -> None:
    fields = [{f.name: getattr(r, f.name) for f in dataclasses.fields(r)} for r in found]
    known = {n: k for n, k in schema().items() if n in fields[0]}
    manifest = pl.DataFrame([{n: row[n] for n in known} for row in fields], schema=known)
    of_manifest = rows_of_fold(manifest.with_columns(frame=pl.lit(0)), fold)
    of_objects, of_dicts = fold.select(found), fold.select(fields)
    for split, objects, dicts in zip(("train", "dev", "test"), of_objects, of_dicts, strict=True):
        wanted = of_manifest.filter(of_manifest["split"] == split)["media"].to_list()
        assert [r.media for r in objects] == wanted
        assert [row["media"] for row in dicts] == wanted
        assert all(any(r is mine for mine in found) for r in objects)


def test_sessions_phones_and_instruments_of_oulu_protocol_4(found: list[Recording]) -> None:
    # by the dataset's own words: sessions 1 and 2, five phones, printer 1 and display 1 in training
    train, _, test = folds("oulu-npu", "4")[2].select(found)
    assert {r.device for r in test} == {"3"}
    assert {r.device for r in train} == set("12456")
    assert ({r.session for r in train}, {r.session for r in test}) == ({"1", "2"}, {"3"})
    assert {r.pai for r in train} == {None, "print-1", "replay-1"}
    assert {r.pai for r in test} == {None, "print-2", "replay-2"}


def test_the_datasets_own_lists_win_over_the_rules(
    oulu: Path, found: list[Recording], tmp_path: Path
) -> None:
    by_rule = folds("oulu-npu", "1")[0].select(found)
    assert folds("oulu-npu", "1", files=oulu / "Protocols")[0].select(found) == by_rule
    lists = tmp_path / "Protocol_1"
    lists.mkdir()
    for split in ("Train", "Dev", "Test"):
        text = (oulu / "Protocols" / "Protocol_1" / f"{split}.txt").read_text()
        kept = [line for line in text.splitlines() if not line.endswith("_2")]
        (lists / f"{split}.txt").write_text("\n".join(kept))
    train, _, _ = folds("oulu-npu", "1", files=tmp_path)[0].select(found)
    assert train == [r for r in by_rule[0] if r.pai != "print-1"]


def test_a_protocol_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "protocols:\n  light:\n    title: unseen light\n    report: acer\n"
        "    threshold: 0.5\n    dev: none\n"
        "    train: {session: [day]}\n    test: {session: [night]}\n"
    )
    rows = [
        {"label": label, "subject": f"{split}-{n}", "split": split, "session": light}
        for split in ("train", "test")
        for light in ("day", "night")
        for n, label in enumerate((0, 1))
    ]
    (fold,) = folds(file, "light")
    train, dev, test = fold.select(rows)
    assert train == rows[0:2]
    assert dev == []
    assert test == rows[6:8]


def test_people_are_held_out_of_rows_that_name_no_dataset(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "protocols:\n  A:\n    title: own\n    report: acer\n"
        "    train: {}\n    dev: {hold_out: 0.2}\n    test: {}\n"
    )
    rows = [
        {"label": label, "subject": f"{split}-{n}", "split": split}
        for split in ("train", "test")
        for n in range(10)
        for label in (0, 1)
    ]
    (fold,) = folds(str(file), "A")
    train, dev, test = fold.select(rows)
    assert sorted(map(str, train + dev)) == sorted(map(str, rows[:20]))
    assert len({row["subject"] for row in dev}) == 2  # a fifth of ten people
    assert not {row["subject"] for row in dev} & {row["subject"] for row in train}
    assert test == rows[20:]


ROW: dict[str, Any] = {"dataset": "oulu-npu", "split": "train", "subject": "a", "label": 0}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, r"row 0 has no pai, session; fold 1 asks each row for dataset, label, pai, session, "),
        ({"pai": None, "session": 1, "label": "live"}, "row 0 has the label 'live'; give 0 for"),
        ({"pai": None, "session": 1}, "its train selection .* leaves no attack rows"),
    ],
)
def test_what_rows_lack_is_named(change: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        folds("oulu-npu", "1")[0].select([ROW | change])


def test_frames_are_asked_for_where_a_protocol_trains_on_the_first_ones() -> None:
    (fold,) = folds("siw", "1")
    row = ROW | {"dataset": "siw", "pai": None}
    with pytest.raises(InputError, match="row 0 has no frame; fold 1 asks each row for dataset, f"):
        fold.select([row])


def test_an_unknown_protocol_is_answered_with_those_there_are() -> None:
    with pytest.raises(InputError, match="oulu-npu has no protocol '5'; it has 1, 2, 3, 4"):
        folds("oulu-npu", "5")
    with pytest.raises(InputError, match="no protocols of oulu; there are those of "):
        folds("oulu", "1")


@pytest.mark.parametrize("name", set_names())
def test_a_selection_names_all_that_it_looks_at(name: str) -> None:
    for protocol in load_set(name).protocols.values():
        for fold in protocol.folds:
            for selection in (fold.train, fold.test):
                plain = str(selection.to_dict())
                for key in ("session", "device", "pai", "variant", "dataset"):
                    assert (f"'{key}':" in plain) == (key in selection.keys)
                assert ("first_frames" in plain or "'frame'" in plain) == (
                    "frame" in selection.keys
                )
