from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.experiments.openpad import samples_of
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.protocols.reader import load_set
from spoofcue.simulate.people import split_people

PROTOCOLS = load_set("openpad").protocols
FOLDS = [(p, f) for p in PROTOCOLS.values() for f in p.folds]


def rows_of(people: int, seed: int = 0) -> pl.DataFrame:
    """What a manifest would hold of the set, without any picture."""
    names = [f"person-{i:04d}" for i in range(people)]
    splits = split_people(names, seed)
    return pl.DataFrame(
        [
            {
                "subject": s.subject,
                "label": int(bool(s.pai)),
                "pai": s.pai or None,
                "session": s.session,
                "device": s.device,
                "frame": s.take,
                "split": splits[s.subject],
            }
            for name in names
            for s in samples_of(name, seed)
        ],
        infer_schema_length=None,
    )


ROWS = rows_of(20)


def values(rows: pl.DataFrame, split: str, column: str) -> set[str]:
    return set(rows.filter(pl.col("split") == split)[column].drop_nulls().to_list())


def test_the_folds_are_those_of_the_papers_protocols() -> None:
    counts = {name: len(p.folds) for name, p in PROTOCOLS.items()}
    assert counts == {
        "P1": 1, "P2": 1, "P3": 6, "P4": 6, "S1": 1, "S2": 2, "S3": 2, "M": 1, "X1": 1, "X2": 1,
    }  # fmt: skip
    assert {p.report for n, p in PROTOCOLS.items() if n.startswith("X")} == {"hter"}


@pytest.mark.parametrize(("protocol", "fold"), FOLDS, ids=lambda v: v.name)
def test_no_person_is_in_two_splits_and_both_classes_are_in_each(protocol, fold) -> None:  # type: ignore[no-untyped-def]
    chosen = rows_of_fold(ROWS, fold)
    people = [values(chosen, s, "subject") for s in ("train", "dev", "test")]
    assert not people[0] & people[1] | people[0] & people[2] | people[1] & people[2]
    for split in ("train", "dev", "test"):
        assert set(chosen.filter(pl.col("split") == split)["label"]) == {0, 1}


def unseen(name: str, column: str) -> None:
    for fold in PROTOCOLS[name].folds:
        chosen = rows_of_fold(ROWS, fold)
        known = values(chosen, "train", column) | values(chosen, "dev", column)
        assert values(chosen, "test", column)
        assert not known & values(chosen, "test", column)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("P1", "session"), ("P2", "pai"), ("P3", "device"),
        ("P4", "session"), ("P4", "pai"), ("P4", "device"),
        ("S2", "pai"), ("S3", "pai"), ("M", "pai"), ("X1", "device"), ("X2", "device"),
    ],
)  # fmt: skip
def test_what_a_protocol_calls_unseen_is_in_no_training(name: str, column: str) -> None:
    unseen(name, column)


def test_p3_and_p4_leave_each_camera_out_once() -> None:
    for name in ("P3", "P4"):
        held = [values(rows_of_fold(ROWS, f), "test", "device") for f in PROTOCOLS[name].folds]
        assert sorted(d for h in held for d in h) == [f"cam-{k}" for k in range(1, 7)]


def test_s1_trains_on_the_first_take_and_tests_on_all() -> None:
    chosen = rows_of_fold(ROWS, PROTOCOLS["S1"].folds[0])
    assert set(chosen.filter(pl.col("split") == "train")["frame"]) == {0}
    assert set(chosen.filter(pl.col("split") == "test")["frame"]) == {0, 1}


@settings(max_examples=20, deadline=None)
@given(people=st.integers(3, 80), seed=st.integers(0, 1000))
def test_people_are_split_whole_and_every_split_has_somebody(people: int, seed: int) -> None:
    names = [f"p{i}" for i in range(people)]
    splits = split_people(names, seed)
    assert set(splits) == set(names)
    assert set(splits.values()) == {"train", "dev", "test"}


def test_an_empty_fold_is_told_and_not_trained() -> None:
    fold = PROTOCOLS["P1"].folds[0]
    with pytest.raises(InputError, match=r"test selection.*no live and attack"):
        rows_of_fold(ROWS.filter(pl.col("session") != "session-3"), fold)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("train: {lens: [a]}\n    test: {}", "unknown keys"),
        ("train: {device: $nothing}\n    test: {}", "not defined"),
        ("train: {}", "lacks test"),
    ],
)
def test_a_wrong_definition_names_its_place(body: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"protocols:\n  A:\n    title: t\n    report: acer\n    {body}\n")
    with pytest.raises(InputError, match=told):
        load_set(path)


def test_an_unknown_set_names_the_known_ones() -> None:
    with pytest.raises(InputError, match="openpad"):
        load_set("nothing")
