"""The benchmark of `score` finds a row that is lost, and what it counts is what there is."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image
from score_parts import score_inputs
from score_parts.scored_runs import different_parts

from helpers.score_data_sets import data_set


def test_pictures_differ_in_bytes_and_not_in_pixels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(held, "JPEG")
    monkeypatch.setattr(score_inputs, "rendered", lambda place: [held.getvalue()])
    folder = score_inputs.pictures(tmp_path, 5)
    paths = sorted(folder.rglob("*.jpg"))
    assert len(paths) == 5
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 5
    assert len({Image.open(path).tobytes() for path in paths}) == 1
    assert {path.relative_to(folder).parts[0] for path in paths} == {"live", "attack"}


def test_rows_that_are_lost_doubled_or_others_are_told(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    def made(name: str, seconds: float) -> Path:
        folder = data_set(tmp_path / name)
        for part in (folder / "rows").iterdir():
            table = parquet.read_table(part)
            times = pa.array([seconds] * table.num_rows)
            parquet.write_table(table.append_column("timings", times), part)
        return folder

    one, other = made("one", 0.1), made("other", 0.2)
    assert different_parts(one, other) == []
    first, last = (other / "rows" / f"part-0000{n}.parquet" for n in (0, 2))
    last.unlink()
    first.write_bytes((one / "rows" / "part-00001.parquet").read_bytes())
    assert different_parts(one, other) == [first.name, last.name]
    assert different_parts(other, one) == [first.name, last.name]
