"""Rows are what the detector says, whoever asks it, in whatever order."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from helpers.batch_runs import rows_in
from helpers.called_service import face_png, shipped
from spoofcue.batch.run import score


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    for number, name in enumerate(("train/live/ann", "test/live/ben", "test/attack/print/ann")):
        (folder / name).mkdir(parents=True)
        (folder / name / "1.png").write_bytes(face_png(number))
    (folder / "test/live/ben/2.jpg").write_bytes(b"\xff\xd8\xff cut off")
    (folder / "test/live/ben/3.tga").write_bytes(b"of another format")
    return folder


@pytest.fixture(scope="module")
def scored(faces: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("scored")
    score([faces], out, workers=1)
    return out


def plain(value: Any) -> Any:
    """As Parquet gives it back: lists for tuples."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def test_a_row_is_what_the_detector_says_to_the_last_digit(faces: Path, scored: Path) -> None:
    rows = rows_in(scored)
    assert [row["number"] for row in rows] == [0, 1, 2, 3, 4]
    for row in rows:
        if row["reason"] == "unsupported":
            continue
        (result,) = shipped().predict_faces(Path(row["path"]))
        said = plain(result.to_dict())
        said.pop("timings")
        assert {name: row[name] for name in said} == said
        content = Path(row["path"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert row["bytes"] == len(content)


def test_folders_say_the_labels_and_what_is_not_read_has_a_row(faces: Path, scored: Path) -> None:
    said = {
        str(Path(row["path"]).relative_to(faces)): (
            *(row[name] for name in ("label", "pai", "subject", "split")),
            row["reason"],
        )
        for row in rows_in(scored)
    }
    assert said == {
        "train/live/ann/1.png": ("0", None, "ann", "train", None),
        "test/live/ben/1.png": ("0", None, "ben", "test", None),
        "test/attack/print/ann/1.png": ("1", "print", "ann", "test", None),
        "test/live/ben/2.jpg": ("0", None, "ben", "test", "unreadable"),
        "test/live/ben/3.tga": ("0", None, "ben", "test", "unsupported"),
    }


def test_rows_do_not_depend_on_workers_or_shards(faces: Path, scored: Path, tmp_path: Path) -> None:
    score([faces], tmp_path / "out", workers=2, shard_rows=2)
    assert len(list((tmp_path / "out" / "rows").iterdir())) == 3
    assert rows_in(tmp_path / "out") == rows_in(scored)
