"""A training of a whole prepared folder leaves out frames that are for one protocol alone."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from helpers.faces_with_stripes import striped_faces
from spoofcue.data.manifest import read_manifest, validate, write_manifest
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.training.any_method import train_run

TINY = [
    "model.width=8", "model.weights=none", "input.size=64", "training.batch_size=4",
    "training.epochs=1", "training.images_per_epoch=8", "training.precision=fp32",
    "training.workers=0", "training.accelerator=cpu",
]  # fmt: skip


@pytest.mark.parametrize("method", ["lgsc", "lbp"])
def test_early_frames_are_not_trained_on(method: str, tmp_path: Path) -> None:
    data = striped_faces(tmp_path, 64)
    rows = read_manifest(data)
    # crops that are not there: reading one would end the training
    early = rows.filter(pl.col("split") == "train").with_columns(
        sample=pl.lit("early"), frame=pl.lit(5), crop=pl.lit("gone-") + pl.col("crop")
    )
    write_manifest(pl.concat([rows, early]), data)
    settings = load_settings("small", None, [f"method={method}", *TINY])
    record = train_run(data, tmp_path / "run", settings)
    faces = {c.split: 0 for c in record.data.counts}
    for count in record.data.counts:
        faces[count.split] += count.faces
    assert faces == {"train": 6, "dev": 6, "test": 6}


def test_a_sample_is_early_or_nothing(tmp_path: Path) -> None:
    rows = read_manifest(striped_faces(tmp_path, 64))
    with pytest.raises(InputError, match="sample must be early or empty"):
        validate(rows.with_columns(sample=pl.lit("late")))
