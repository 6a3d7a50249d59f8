"""A protocol file that uses every key, read and applied by hand; and each fault it may have."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from spoofcue.errors import InputError
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.protocols.definition import Protocol
from spoofcue.protocols.fold import Fold, held_out, rows_of_fold
from spoofcue.protocols.listed import differences, from_files, read_listed
from spoofcue.protocols.reader import load_set, set_names
from spoofcue.protocols.selection import Listed, Selection

OWN = """
name: own-set
title: all keys
compares: with nothing
dataset: a
report: acer
species: family
mirrors: none
threshold: 0.25
note: made up
groups:
  prints: [print-1, print-2]
  replays: [replay-1]
  numbers: [1, 2]
protocols:
  plain:
    title: every key
    train: {session: 1, device: [x, y], pai: {not: $prints}, first_frames: 5}
    dev: {split: [train, dev], subject: {only: [s1, s2, s3], not: s2}}
    test: {dataset: [a, b], live: {variant: hand}, attacks: {frame: ["0", 3], pai: $replays}}
    files: "lists/{Split}_{k}_{split}_{value}.txt"
    files_needed: true
    optional: true
  each:
    title: a fold for each
    report: hter
    species: pooled
    threshold: eer
    note: own note
    mirrors: own paper
    each: {kind: [$prints, replay-1, [print-2, replay-1]]}
    train: {pai: {not: $kind}}
    test: {pai: $kind}
  held:
    title: people held out
    threshold: eer
    train: {}
    dev: {hold_out: 0.25}
    test: {session: $numbers}
  without:
    title: no dev
    train: {}
    dev: none
    test: {}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "file-name.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_every_key_is_read_as_it_is_documented(own: Path) -> None:
    found = load_set(own)
    assert (found.name, found.title, found.compares) == ("own-set", "all keys", "with nothing")
    assert found.datasets == ("a", "b")
    plain = found.protocols["plain"]
    train = Selection(
        {"dataset": ("a",), "split": ("train",), "session": ("1",), "device": ("x", "y")},
        {"pai": ("print-1", "print-2")},
        first_frames=5,
    )
    dev = Selection({"dataset": ("a",), "split": ("train", "dev"), "subject": ("s1", "s3")})
    test = Selection(
        {"dataset": ("a", "b"), "split": ("test",)},
        live=Selection({"variant": ("hand",)}),
        attacks=Selection({"frame": (0, 3), "pai": ("replay-1",)}),
    )
    assert plain == Protocol(
        name="plain",
        title="every key",
        mirrors="none",
        report="acer",
        folds=(Fold("plain", train, dev, test),),
        species="family",
        threshold=ThresholdRule("fixed", 0.25),
        note="made up",
        files="lists/{Split}_{k}_{split}_{value}.txt",
        files_needed=True,
        optional=True,
    )
    assert plain.folds[0].to_dict() == {
        "train": {
            "dataset": ["a"],
            "split": ["train"],
            "session": ["1"],
            "device": ["x", "y"],
            "pai": {"not": ["print-1", "print-2"]},
            "first_frames": 5,
        },
        "dev": {"dataset": ["a"], "split": ["train", "dev"], "subject": ["s1", "s3"]},
        "test": {
            "dataset": ["a", "b"],
            "split": ["test"],
            "live": {"variant": ["hand"]},
            "attacks": {"frame": [0, 3], "pai": ["replay-1"]},
        },
    }
    assert plain.folds[0].has_dev
    assert [plain.folds[0].of(s) for s in ("train", "dev", "test")] == [train, dev, test]
    assert test.values_of("pai") == ("replay-1",)
    assert test.values_of("dataset") == ("a", "b")
    assert plain.threshold.words == "fixed beforehand at 0.25"


def test_folds_are_named_by_what_they_are_for(own: Path) -> None:
    each = load_set(own).protocols["each"]
    assert (each.report, each.species, each.note, each.mirrors) == (
        "hter",
        "pooled",
        "own note",
        "own paper",
    )
    assert each.threshold == ThresholdRule("eer", None)
    assert each.threshold.words == "EER on dev"
    assert not each.optional
    assert not each.files_needed
    assert each.files == ""
    kinds = {f.name: f.test.keep["pai"] for f in each.folds}
    assert kinds == {
        "kind-prints": ("print-1", "print-2"),
        "kind-replay-1": ("replay-1",),
        "kind-print-2+replay-1": ("print-2", "replay-1"),
    }
    for fold in each.folds:
        assert fold.train == Selection(
            {"dataset": ("a",), "split": ("train",)}, {"pai": fold.test.keep["pai"]}
        )
        # Without a dev of its own a fold tunes on the same of the dataset's dev.
        assert fold.dev == Selection(
            {"dataset": ("a",), "split": ("dev",)}, {"pai": fold.test.keep["pai"]}
        )


def test_a_dev_that_is_held_out_or_absent(own: Path) -> None:
    protocols = load_set(own).protocols
    (held,) = protocols["held"].folds
    assert (held.name, held.dev, held.hold_out, held.has_dev) == ("held", None, 0.25, True)
    assert held.to_dict()["dev"] == {"hold_out": 0.25}
    assert held.test.keep["session"] == ("1", "2")
    (without,) = protocols["without"].folds
    assert (without.dev, without.hold_out, without.has_dev) == (None, 0.0, False)
    assert without.to_dict()["dev"] is None
    assert protocols["without"].threshold == ThresholdRule("fixed", 0.25)


def test_what_a_file_leaves_out_has_a_default(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text("protocols:\n  1: {title: t, report: acer, train: {}, test: {}}\n")
    found = load_set(path)
    assert (found.name, found.title, found.compares) == ("small", "small", "")
    split = {s: Selection({"split": (s,)}) for s in ("train", "dev", "test")}
    assert found.protocols == {
        "1": Protocol(
            "1", "t", "", "acer", (Fold("1", split["train"], split["dev"], split["test"]),)
        )
    }
    assert found.protocols["1"].species == "instrument"
    assert found.datasets == ()
    assert "siw" in set_names()
    assert set_names() == sorted(set_names())


BODY = "title: t\n    report: acer\n    "
WHOLE = f"protocols:\n  A:\n    {BODY}train: {{}}\n    test: {{}}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("protocols: [1]\n", r"own\.yaml needs `protocols:` with a protocol by name"),
        ("[1]\n", "needs `protocols:`"),
        ("protocols: {a: 1\n", "is not valid YAML"),
        (
            "protocols: {}\nlens: 1\n",
            r"own\.yaml: unknown keys \['lens'\]; there are \['compares',",
        ),
        (
            "protocols:\n  A:\n    title: t\n",
            r"own\.yaml: protocol A lacks report, test, train\.",
        ),
        (
            f"{WHOLE}    lens: 1\n",
            r"protocol A: unknown keys \['lens'\]; there are \['dev', 'each'",
        ),
        (
            f"protocols:\n  A:\n    {BODY}train: {{lens: 1}}\n    test: {{}}\n",
            r"own\.yaml: A\.train: unknown keys \['lens'\]; a selection has \['dataset', 'split'",
        ),
        (
            f"protocols:\n  A:\n    {BODY}train: {{live: {{lens: 1}}}}\n    test: {{}}\n",
            r"A\.train\.live: unknown keys \['lens'\]",
        ),
        (
            f"{WHOLE}    dev: {{pai: $x}}\n",
            r"A\.dev: \$x is not defined",
        ),
        (
            f"{WHOLE}    each: {{k: $x}}\n",
            r"each: \$x is not defined",
        ),
        (
            f"{WHOLE}    dev: none\n",
            "protocol A has no dev; its threshold must be fixed, not eer",
        ),
        (
            f"{WHOLE}    threshold: x\n",
            r"protocol A: threshold 'x': write eer, min-hter",
        ),
        (
            f"{WHOLE}    threshold: {{fixed: 1}}\n",
            r"threshold \{'fixed': 1\}: write eer",
        ),
        (
            f"{WHOLE}    species: kind\n",
            "protocol A: species is one of instrument, family, pooled, not 'kind'",
        ),
        (
            "protocols:\n  A: {title: t, report: eer, train: {}, test: {}}\n",
            "protocol A: report is one of acer, hter, not 'eer'",
        ),
    ],
)
def test_each_fault_is_told_at_its_place(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=told):
        load_set(path)


@pytest.mark.parametrize(
    ("dev", "refused"),
    [
        ("{hold_out: 0.5}", False),
        ("{hold_out: 0.999}", False),
        ("{hold_out: 0.0}", True),
        ("{hold_out: 1.0}", True),
        ("{hold_out: 1}", True),
        ("{hold_out: 0.5, session: 1}", True),
    ],
)
def test_a_part_that_is_held_out_is_a_fraction_and_stands_alone(
    dev: str, refused: bool, tmp_path: Path
) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"{WHOLE}    dev: {dev}\n")
    if refused:
        with pytest.raises(InputError, match=r"A\.dev: hold_out stands alone and is between 0"):
            load_set(path)
    else:
        assert load_set(path).protocols["A"].folds[0].has_dev


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no protocols of .*none\.yaml; .*casia-mfsd, casia-re"):
        load_set(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"b\.yaml, line 1: that is no UTF-8"):
        load_set(tmp_path / "b.yaml")


ROWS = pl.DataFrame(
    [
        # media, dataset, split, subject, session, device, pai, variant, frame, label
        ("t/l1.avi", "a", "train", "p1", "1", "x", None, "hand", 0, 0),
        ("t/l1.avi", "a", "train", "p1", "1", "x", None, "hand", 5, 0),
        ("t/a1.avi", "a", "train", "p1", "1", "y", "print-1", "hand", 4, 1),
        ("t/a2.avi", "a", "train", "p1", "2", "y", "replay-1", "hand", 3, 1),
        ("t/l2.avi", "a", "train", "p2", None, "z", None, "fixed", 1, 0),
        ("t/a3.avi", "b", "train", "p2", "1", None, "mask", "fixed", 1, 1),
        ("d/l3.x.avi", "a", "dev", "p3", "1", "x", None, "hand", 2, 0),
        ("d/a4.avi", "a", "dev", "p3", "1", "x", "print-1", "hand", 2, 1),
        ("e/l4.avi", "a", "test", "p4", "1", "x", None, "hand", 1, 0),
        ("e/a5.avi", "a", "test", "p4", "1", "x", "replay-1", "fixed", 9, 1),
    ],
    schema={
        **dict.fromkeys(("media", "dataset", "split", "subject", "session"), pl.String),
        **dict.fromkeys(("device", "pai", "variant"), pl.String),
        "frame": pl.Int64,
        "label": pl.Int8,
    },
    orient="row",
).with_columns(video=pl.col("media"))
EVERY = Selection()


def chosen(selection: Selection) -> list[int]:
    """Numbers of the train rows that a selection leaves; the other splits stay as they are."""
    numbered = ROWS.with_row_index("row")
    train = replace(selection, keep={"split": ("train",), **selection.keep})
    dev, test = (Selection({"split": (s,)}) for s in ("dev", "test"))
    fold = Fold("f", train, dev, test)
    found = rows_of_fold(numbered, fold)
    assert found.filter(pl.col("split") == "dev")["row"].to_list() == [6, 7]
    assert found.filter(pl.col("split") == "test")["row"].to_list() == [8, 9]
    assert found.filter(pl.col("split") == "train")["row"].to_list() == found["row"].to_list()[:-4]
    return found.filter(pl.col("split") == "train")["row"].to_list()


@pytest.mark.parametrize(
    ("selection", "rows"),
    [
        (EVERY, [0, 1, 2, 3, 4, 5]),
        (Selection({"dataset": ("a",)}), [0, 1, 2, 3, 4]),
        (Selection({"session": ("1",)}), [0, 1, 2, 5]),  # an unknown session is not the first
        (Selection({}, {"session": ("1",)}), [3, 4]),  # nor is it that
        (Selection({}, {"device": ("y", "z")}), [0, 1, 5]),
        (Selection({"pai": ("print-1",)}), [0, 1, 2, 4]),  # live faces belong to each instrument
        (Selection({}, {"pai": ("print-1", "mask")}), [0, 1, 3, 4]),
        (Selection(first_frames=4), [0, 3, 4, 5]),
        (Selection(live=Selection({"variant": ("fixed",)})), [2, 3, 4, 5]),
        (Selection(attacks=Selection({"variant": ("fixed",)})), [0, 1, 4, 5]),
        (Selection({"frame": (1, 3)}), [3, 4, 5]),
        (Selection(listed=Listed("f", frozenset({"l1", "t/a3.avi"}), frozenset())), [0, 1, 5]),
    ],
)
def test_rows_that_a_selection_leaves(selection: Selection, rows: list[int]) -> None:
    assert chosen(selection) == rows


def test_the_class_that_a_split_lacks_is_named() -> None:
    lives = Selection({"split": ("train",)}, attacks=Selection({"device": ("none",)}))
    attacks = Selection({"split": ("train",)}, live=Selection({"device": ("none",)}))
    nobody = Selection({"split": ("none",)})
    test = Selection({"split": ("test",)})
    for selection, lacks in ((lives, "attack"), (attacks, "live"), (nobody, "live and attack")):
        with pytest.raises(InputError, match=f"fold f: its train selection .* no {lacks} rows"):
            rows_of_fold(ROWS, Fold("f", selection, None, test))


@pytest.mark.parametrize(
    ("first", "second"), [("train", "dev"), ("train", "test"), ("dev", "test")]
)
def test_a_person_in_two_splits_is_refused(first: str, second: str) -> None:
    own = {"train": "p1", "dev": "p3", "test": "p4"}
    rows = ROWS.with_columns(subject=pl.col("subject").replace(own[second], own[first]))
    fold = Fold("f", *(Selection({"split": (s,)}) for s in ("train", "dev", "test")))
    told = rf"fold f: 1 subject\(s\) would be in {first} and in {second} \({own[first]}\)"
    with pytest.raises(InputError, match=told):
        rows_of_fold(rows, fold)


def test_people_held_out_leave_the_train_split() -> None:
    train, test = (Selection({"split": (s,)}) for s in ("train", "test"))
    names = [f"n{i}" for i in range(8)]
    rows = pl.concat(
        [ROWS.filter(pl.col("split") == "train").with_columns(subject=pl.lit(n)) for n in names]
        + [ROWS.filter(pl.col("split") == "test")]
    )
    found = rows_of_fold(rows, Fold("f", train, None, test, hold_out=0.25))
    people = {s: set(found.filter(pl.col("split") == s)["subject"]) for s in ("train", "dev")}
    # By the hash of the name, so that nobody moves when somebody comes: these two.
    first = sorted(names, key=lambda name: hashlib.sha256(name.encode()).hexdigest())[:2]
    assert people == {"train": set(names) - set(first), "dev": set(first)}
    assert found["split"].to_list() == sorted(found["split"], key=["train", "dev", "test"].index)


def test_a_kind_of_one_person_stays_and_a_share_is_rounded() -> None:
    def people(count: int, labels: tuple[int, ...], dataset: str | None = "a") -> pl.DataFrame:
        rows = [(dataset, f"{labels}{i}", v) for i in range(count) for v in labels]
        return pl.DataFrame(rows, ["dataset", "subject", "label"], orient="row")

    assert len(held_out(people(1, (0, 1)), 0.9)) == 0
    assert len(held_out(people(2, (0,)), 0.01)) == 1
    assert len(held_out(people(2, (1,)), 0.99)) == 1
    assert len(held_out(people(10, (0, 1)), 0.26)) == 3
    assert len(held_out(people(10, (0, 1), None), 0.24)) == 2
    mixed = held_out(pl.concat([people(4, (0,)), people(4, (1,))]), 0.25).to_list()
    assert mixed == sorted(mixed)
    assert {name.partition(")")[0] for name in mixed} == {"(0,", "(1,"}


def test_lines_of_a_protocol_file(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("\ufeff+1, 1_1_01_1 \n\n -1 ,1_1_01_2\n-2,a,b\n0,z\n1,y\n", encoding="utf-8")
    assert read_listed(tmp_path, "list.txt") == Listed(
        "list.txt",
        frozenset({"1_1_01_1", "1_1_01_2", "a,b", "z", "y"}),
        frozenset({"1_1_01_2", "a,b", "z"}),
    )
    for line in ("+1", "+1,", ",name", "1x,name", "+,name"):
        path.write_text(f"+1,a\n{line}\n")
        with pytest.raises(InputError, match=r"list\.txt, line 2: .* is not like \+1,1_1_01_1"):
            read_listed(tmp_path, "list.txt")
    path.write_bytes(b"+1,\xff\n")
    with pytest.raises(InputError, match=r"cannot read a protocol file: .*list\.txt, line 1"):
        read_listed(tmp_path, "list.txt")


def test_labels_of_a_json_file(tmp_path: Path) -> None:
    file = tmp_path / "labels.json"
    numbers = {f"x/{k}.jpg": [1 - k] * 43 + [k] for k in (0, 1)}
    numbers["x/2.jpg"] = [0] * 43 + [0, 1]  # later numbers mean nothing
    file.write_text(json.dumps(numbers))
    assert read_listed(tmp_path, "labels.json") == Listed(
        "labels.json", frozenset(numbers), frozenset({"x/1.jpg"})
    )
    for text in ("{", "[]", '{"a": 1}', '{"a": [1]}'):
        file.write_text(text)
        with pytest.raises(InputError, match=r"labels\.json is not an object of path: 44 numbers"):
            read_listed(tmp_path, "labels.json")
    file.write_text("{}")
    with pytest.raises(InputError, match=r"labels\.json names no recording"):
        read_listed(tmp_path, "labels.json")


def test_files_of_each_fold_are_named_by_its_split_number_and_value(tmp_path: Path) -> None:
    names = {
        "train": Selection({"dataset": ("a",), "split": ("train",)}),
        "test": Selection({"dataset": ("a",), "split": ("test",)}),
    }
    folds = tuple(Fold(f"phone-{k}", names["train"], None, names["test"]) for k in ("x-1", "y"))
    protocol = Protocol("P", "t", "", "acer", folds, files="{Split}/{split}_{k}_{value}.txt")
    for k, value in ((1, "x-1"), (2, "y")):
        for split, lines in (
            ("train", ["+1,l1", "-1,a1", "-1,a2", "+1,l2", "-1,a3"]),
            ("test", ["+1,l4", "-1,a5"]),
        ):
            path = tmp_path / split.title() / f"{split}_{k}_{value}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(lines))
    found = from_files(protocol, tmp_path)
    assert [fold.dev for fold in found.folds] == [None, None]
    first = found.folds[0].train
    assert first.keep == {"dataset": ("a",)}
    assert first.listed == Listed(
        "Train/train_1_x-1.txt",
        frozenset({"l1", "a1", "a2", "l2", "a3"}),
        frozenset({"a1", "a2", "a3"}),
    )
    assert found.folds[1].test.listed is not None
    assert found.folds[1].test.listed.source == "Test/test_2_y.txt"
    # a3 is of another dataset: the rule leaves it out and the set knows it.
    told = ["Train/train_1_x-1.txt: 1 recordings differ from the rule's train"]
    told.append("Train/train_2_y.txt: 1 recordings differ from the rule's train")
    assert differences(ROWS, protocol, found) == told
    needed = Protocol("P", "t", "", "acer", folds, files=protocol.files, files_needed=True)
    assert differences(ROWS, needed, from_files(needed, tmp_path)) == []
    (tmp_path / "Test" / "test_2_y.txt").write_text("+1,l4\n-1,a5\n-1,gone\n+1,away\n")
    assert differences(ROWS, protocol, from_files(protocol, tmp_path)) == [
        *told,
        "Test/test_2_y.txt: 2 listed recordings are not in this set",
    ]
    (tmp_path / "Test" / "test_1_x-1.txt").write_text("-1,l4\n+1,a5\n")
    with pytest.raises(InputError, match=r"test_1_x-1\.txt .* class of 2 recordings, e\.g\. e/a5"):
        differences(ROWS, protocol, from_files(protocol, tmp_path))
    with pytest.raises(InputError, match="protocol N has no protocol files; leave them out"):
        from_files(Protocol("N", "t", "", "acer", folds), tmp_path)
