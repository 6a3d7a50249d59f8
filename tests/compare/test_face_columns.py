from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.made_runs import FACES, write_fold
from spoofcue.compare.contest import contests_of
from spoofcue.compare.face_columns import common_rows, read_faces
from spoofcue.compare.finding import find
from spoofcue.compare.reading import read
from spoofcue.errors import InputError

NAMES = ("", "a", "a/b", "b", "é", "\u4e2d", "10", "9")
FACE = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES[1:]), st.sampled_from(NAMES))
Row = tuple[str, str, str, str, str]


def write(path: Path, rows: list[Row]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["score", "video", "media", "frame", "crop", "label"])
        writer.writerows([*row, "0"] for row in rows)
    return path


def keys_of(rows: list[Row]) -> dict[tuple[str, str, str, int], str]:
    """Key -> crop, told one by one."""
    seen: Counter[tuple[str, str, str]] = Counter()
    keys = {}
    for score, *name, crop in rows:
        if score:
            face = name[0], name[1], name[2]
            keys[(*face, seen[face])] = crop
            seen[face] += 1
    return keys


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(FACE, st.booleans()), min_size=1), min_size=1, max_size=3))
def test_faces_are_matched_as_one_by_one(
    tmp_path: Path, sets: list[list[tuple[tuple[str, str, str], bool]]]
) -> None:
    tables: list[list[Row]] = [
        [("0.5" if scored else "", *face, f"{k}/{at}") for at, (face, scored) in enumerate(rows)]
        for k, rows in enumerate(sets)
    ]
    known = [keys_of(rows) for rows in tables]
    faces = [read_faces(write(tmp_path / f"{k}.csv", rows)) for k, rows in enumerate(tables)]
    common = sorted(set.intersection(*map(set, known)))
    for of_file, keys, rows in zip(faces, known, common_rows(faces), strict=True):
        assert [of_file.key(int(row)) for row in rows] == common
        assert [of_file.crops[int(row)] for row in rows] == [keys[key] for key in common]


def test_columns_that_are_not_there_are_empty_and_faces_need_a_name(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text("media,score,label\na.jpg,0.5,0\na.jpg,0.25,0\n")
    faces = read_faces(path)
    assert [faces.key(k) for k in range(2)] == [("", "a.jpg", "", 0), ("", "a.jpg", "", 1)]
    assert list(faces.crops) == ["", ""]
    path.write_text("media,score,label\n,0.5,0\n")
    with pytest.raises(InputError, match="names no faces"):
        read_faces(path)


def test_no_face_is_a_python_object(tmp_path: Path) -> None:
    faces = [(f"{name}-{k}", pai, who) for name, pai, who in FACES for k in range(500)]
    scores = [0.001 * (at % 1000) for at in range(len(faces))]
    for name in "ab":
        write_fold(tmp_path / name, name, scores, faces=faces)
    results = find([str(tmp_path)]).results
    before = sys.getallocatedblocks()
    contests = contests_of({f.path.name: [read(f)] for f in results})
    assert len(contests[0].folds[0]) == len(faces)
    assert sys.getallocatedblocks() - before < len(faces) / 2
