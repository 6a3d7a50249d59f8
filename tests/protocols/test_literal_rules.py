"""Who and what is in each part of OULU-NPU, SiW and SiW to OULU, by rules written out here.

The rules are those of the datasets' own protocol files and of bob's lists, applied to file names:
nothing of the package's YAML, and none of the columns that an adapter fills, is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import polars as pl
import pytest

from helpers.known_dataset import manifest
from spoofcue.data.manifest import schema
from spoofcue.protocols.fold import Fold, rows_of_fold
from spoofcue.protocols.reader import load_set
from spoofcue.protocols.selection import Selection

# SiW, Liu et al.: 75 test people; the other 90 train. bob's lists hold out ten of these for dev.
SIW_TEST = [
    1, 2, 4, 5, 8, 9, 10, 12, 13, 15, 18, 19, 20, 21, 23, 24, 25, 26, 27, 29, 31, 36, 37, 39, 43,
    44, 48, 49, 50, 52, 53, 57, 59, 61, 64, 65, 66, 67, 71, 73, 75, 79, 82, 83, 84, 85, 87, 88, 90,
    94, 95, 97, 102, 106, 108, 109, 110, 114, 116, 118, 122, 124, 125, 126, 130, 132, 137, 138,
    139, 141, 142, 153, 154, 158, 161,
]  # fmt: skip
SIW_TRAIN = [
    3, 6, 7, 11, 14, 16, 17, 22, 28, 30, 32, 33, 34, 35, 38, 40, 41, 42, 45, 46, 47, 51, 54, 55,
    56, 58, 60, 62, 63, 68, 69, 70, 72, 74, 76, 77, 78, 80, 81, 86, 89, 91, 92, 93, 96, 98, 99,
    100, 101, 103, 104, 105, 107, 111, 112, 113, 115, 117, 119, 120, 121, 123, 127, 128, 129, 131,
    133, 134, 135, 136, 140, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 155, 156, 157, 159,
    160, 162, 163, 164, 165,
]  # fmt: skip
SIW_DEV = [
    3, 6, 7, 11, 14, 16, 17, 22, 28, 30,
]  # fmt: skip

Rule = Callable[[str, str, str], bool]  # phone, session, file as the name has them


def oulu_names(users: range, rule: Rule) -> set[str]:
    """Phone_Session_User_File of those users that a rule keeps; file 1 is live."""
    return {
        f"{phone}_{session}_{user:02d}_{file}"
        for phone in "123456"
        for session in "123"
        for user in users
        for file in "12345"
        if rule(phone, session, file)
    }


# Files: 1 live, 2 and 4 printer 1 and display 1, 3 and 5 printer 2 and display 2.
OULU_TEST: dict[str, Rule] = {
    "1": lambda phone, session, file: session == "3",
    "2": lambda phone, session, file: file in "135",
} | {
    f"{p}{k}": rule
    for k in "123456"
    for p, rule in {
        "3/": lambda phone, session, file, k=k: phone == k,
        "4/": lambda phone, session, file, k=k: phone == k and session == "3" and file in "135",
    }.items()
}
OULU_TRAIN: dict[str, Rule] = {
    "1": lambda phone, session, file: session in "12",
    "2": lambda phone, session, file: file in "124",
} | {
    f"{p}{k}": rule
    for k in "123456"
    for p, rule in {
        "3/": lambda phone, session, file, k=k: phone != k,
        "4/": lambda phone, session, file, k=k: phone != k and session in "12" and file in "124",
    }.items()
}


@cache
def rows_of(name: str) -> pl.DataFrame:
    if name == "siw-oulu":
        return pl.concat([manifest("siw"), manifest("oulu-npu")])
    return manifest("siw" if name.startswith("siw") else name)


def fold_of(name: str, rule: str) -> pl.DataFrame:
    protocol, _, phone = rule.partition("/")
    folds = load_set(name).protocols[protocol].folds
    return rows_of_fold(rows_of(name), folds[int(phone) - 1] if phone else folds[0])


def names(rows: pl.DataFrame, split: str) -> set[str]:
    media = rows.filter(pl.col("split") == split)["media"].to_list()
    return {m.rsplit("/", 1)[-1].partition(".")[0] for m in media}


def people(rows: pl.DataFrame, split: str) -> set[str]:
    return set(rows.filter(pl.col("split") == split)["subject"])


@pytest.mark.parametrize("rule", OULU_TEST)
def test_parts_of_oulu_npu(rule: str) -> None:
    chosen = fold_of("oulu-npu", rule)
    assert names(chosen, "train") == oulu_names(range(1, 21), OULU_TRAIN[rule])
    assert names(chosen, "dev") == oulu_names(range(21, 36), OULU_TRAIN[rule])
    assert names(chosen, "test") == oulu_names(range(36, 56), OULU_TEST[rule])


@pytest.mark.parametrize("rule", OULU_TEST)
def test_siw_to_oulu_judges_on_the_test_parts_of_oulu(rule: str) -> None:
    chosen = fold_of("siw-oulu", rule)
    assert names(chosen, "test") == oulu_names(range(36, 56), OULU_TEST[rule])
    assert people(chosen, "dev") == {f"siw/{n:03d}" for n in SIW_DEV}
    assert people(chosen, "train") == {f"siw/{n:03d}" for n in SIW_TRAIN if n not in SIW_DEV}


@pytest.mark.parametrize("protocol", ["1", "2", "3"])
def test_people_of_siw(protocol: str) -> None:
    assert len(SIW_TRAIN) == 90
    assert len(SIW_TEST) == 75
    for fold in load_set("siw").protocols[protocol].folds:
        chosen = rows_of_fold(rows_of("siw"), fold)
        assert people(chosen, "train") == {f"siw/{n:03d}" for n in SIW_TRAIN if n not in SIW_DEV}
        assert people(chosen, "dev") == {f"siw/{n:03d}" for n in SIW_DEV}
        assert people(chosen, "test") == {f"siw/{n:03d}" for n in SIW_TEST}
    for fold in load_set("siw-all-90").protocols[protocol].folds:
        chosen = rows_of_fold(rows_of("siw"), fold)
        assert people(chosen, "train") == {f"siw/{n:03d}" for n in SIW_TRAIN}
        assert people(chosen, "test") == {f"siw/{n:03d}" for n in SIW_TEST}


def numbered(frames: list[int]) -> pl.DataFrame:
    """A live face and an attack of a train and a test person, in each of these frames."""
    rows = [
        {
            "media": f"{split}-{label}.mov", "video": f"{split}-{label}", "frame": frame,
            "dataset": "siw", "subject": f"siw/{subject}", "label": label,
            "pai": "print-1" if label else None, "split": split, "status": "ok",
            "crop": f"{split}-{label}-{frame}.png",
        }
        for split, subject in (("train", "032"), ("train", "003"), ("test", "001"))
        for label in (0, 1)
        for frame in frames
    ]  # fmt: skip
    return pl.DataFrame([dict.fromkeys(schema()) | row for row in rows], schema=schema())


@pytest.mark.parametrize("name", ["siw", "siw-all-90"])
def test_the_first_60_frames_are_numbers_0_to_59(name: str) -> None:
    (fold,) = load_set(name).protocols["1"].folds
    chosen = rows_of_fold(numbered([0, 1, 58, 59, 60, 61, 449]), fold)
    parts = {s: set(chosen.filter(pl.col("split") == s)["frame"]) for s in set(chosen["split"])}
    assert parts.pop("train") == {0, 1, 58, 59}
    assert set(parts) == ({"dev", "test"} if name == "siw" else {"test"})
    assert all(frames == {0, 1, 58, 59, 60, 61, 449} for frames in parts.values())


def test_a_limit_of_one_frame_keeps_number_0_alone() -> None:
    one = Selection({"split": ("train",)}, first_frames=1)
    fold = Fold("one", one, None, Selection({"split": ("test",)}))
    chosen = rows_of_fold(numbered([0, 1, 2]), fold)
    assert set(chosen.filter(pl.col("split") == "train")["frame"]) == {0}
