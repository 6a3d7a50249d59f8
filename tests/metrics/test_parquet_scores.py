"""Scores of a data set are those of a table with the same rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from helpers.score_data_sets import ROWS, data_set
from spoofcue.errors import InputError
from spoofcue.metrics import parquet_scores
from spoofcue.metrics.score_files import read_scores


@pytest.mark.parametrize("split", [None, "dev", "test"])
@pytest.mark.parametrize("batch", [3, 1 << 16])
def test_a_data_set_reads_as_its_table_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, split: str | None, batch: int
) -> None:
    monkeypatch.setattr(parquet_scores, "BATCH", batch)
    lines = [
        f"{'' if score is None else score},{label},{pai or ''},{person},{of}"
        for _, face, score, label, pai, person, of in ROWS
        if face == 0
    ]
    table = tmp_path / "scores.csv"
    table.write_text("\n".join(["score,label,pai,subject,split", *lines, ""]))
    given = read_scores(data_set(tmp_path / "set"), split=split)
    wanted = read_scores(table, split=split)
    for name in ("score", "label", "pai", "subject", "video"):
        np.testing.assert_array_equal(getattr(given, name), getattr(wanted, name))
    assert (given.lost.live, given.lost.attack) == (wanted.lost.live, wanted.lost.attack)
    assert parquet_scores.splits_in(tmp_path / "set") == ["dev", "test"]


def test_what_is_not_finished_or_has_no_labels_is_refused(tmp_path: Path) -> None:
    unfinished = data_set(tmp_path / "unfinished", files=10)
    with pytest.raises(InputError, match="not finished: 3 of 4 parts"):
        read_scores(unfinished)
    plain = tmp_path / "plain.parquet"
    parquet.write_table(pa.table({"score": [0.5], "path": ["a.jpg"]}), plain)
    with pytest.raises(InputError, match=r"lacks \['label'\]"):
        read_scores(plain)
    for label in (None, "maybe", 2):
        table = pa.table({"score": [0.5, 0.6], "path": ["a.jpg", "b.jpg"], "label": [label, label]})
        parquet.write_table(table, plain)
        with pytest.raises(InputError, match=r"a\.jpg has the label .* not 0, 1, live or attack"):
            read_scores(plain)
    with pytest.raises(InputError, match="no column split"):
        read_scores(plain, split="test")
    plain.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        read_scores(plain)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"holds no \.parquet file"):
        read_scores(tmp_path / "empty")


def test_other_peoples_parquet_is_read_by_its_own_types(tmp_path: Path) -> None:
    table = pa.table({"Score": [0.25, 0.75], "Label": pa.array([0, 1], pa.int8()), "video": [1, 2]})
    parquet.write_table(table, tmp_path / "a.parquet")
    scores = read_scores(tmp_path / "a.parquet")
    assert scores.score.tolist() == [0.25, 0.75]
    assert scores.label.tolist() == [0, 1]
    assert scores.video.tolist() == ["1", "2"]
    assert scores.species == ["attack"]
