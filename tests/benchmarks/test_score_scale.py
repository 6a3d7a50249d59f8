"""The benchmark of `score` finds a row that is lost, and what it counts is what there is."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
import score_scale
from PIL import Image

from helpers.score_data_sets import data_set


def test_pictures_differ_in_bytes_and_not_in_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(held, "JPEG")
    monkeypatch.setattr(score_scale, "rendered", lambda place: [held.getvalue()])
    folder = score_scale.pictures(tmp_path, 5)
    paths = sorted(folder.rglob("*.jpg"))
    assert len(paths) == 5
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 5
    assert len({Image.open(path).tobytes() for path in paths}) == 1
    assert {path.relative_to(folder).parts[0] for path in paths} == {"live", "attack"}


def test_rows_that_are_lost_or_doubled_are_told(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    folder = data_set(tmp_path / "set")
    for number, part in enumerate(sorted((folder / "rows").iterdir())):
        table = parquet.read_table(part)
        numbers = pa.array(range(10 * number, 10 * number + table.num_rows))
        timings = pa.array([0.1] * table.num_rows)
        table = table.append_column("number", numbers).append_column("timings", timings)
        parquet.write_table(table, part)
    whole = score_scale.rows_of(folder)
    assert len(whole) == 10
    assert "timings" not in whole[0]
    first = folder / "rows" / "part-00000.parquet"
    (folder / "rows" / "part-00009.parquet").write_bytes(first.read_bytes())
    assert score_scale.rows_of(folder) != whole
    (folder / "rows" / "part-00009.parquet").unlink()
    first.unlink()
    assert score_scale.rows_of(folder) != whole
