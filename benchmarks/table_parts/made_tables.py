"""Manifests and scores of any length, as `prepare` and `score` leave them; seeded, and streamed.

A video has ten frames and a person ten videos: ten million rows are of 100,000 people. Instruments,
phones and sessions are OULU-NPU's, whose protocols then have something to choose from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from spoofcue.data.manifest import COLUMNS, schema

FRAMES, VIDEOS = 10, 10
BLOCK = 200_000  # rows, and a multiple of a person's
PAIS = pl.Series(["", "print-1", "print-2", "replay-1", "replay-2"])
SPLITS = pl.Series(["train", "dev", "test"])
SHARD = 8192


def blocks(rows: int, seed: int) -> Iterator[pl.DataFrame]:
    """What manifest and scores share, a bounded number of rows at a time."""
    for start in range(0, rows, BLOCK):
        rng = np.random.default_rng([seed, start])
        number = np.arange(start, min(start + BLOCK, rows))
        size, frame = len(number), number % FRAMES
        video, person = number // FRAMES, number // (FRAMES * VIDEOS)
        pai = video % 5  # of each person two videos of every kind
        label = (pai > 0).astype(np.int8)
        score = np.round(rng.normal(0.02 + 0.02 * label, 0.01), 6)
        yield pl.DataFrame(
            {
                "number": number,
                "frame": frame.astype(np.int32),
                "take": video % VIDEOS,
                "person": person,
                "phone": 1 + (video * 7 + person) % 6,
                "session": 1 + (video * 3 + person) % 3,
                "pai": PAIS.gather(pai),
                "label": label,
                # of ten people four, three and three
                "split": SPLITS.gather(np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])[person % 10]),
                "score": score,
                "found": rng.random(size) >= 0.01,
                "pixels": _hexadecimal(rng, size, 16),
                "look": _hexadecimal(rng, size, 32),
                "box": rng.integers(180, 420, size).astype(np.int32),
            }
        ).with_columns(
            video=pl.format("Files/{}_{}_{}_{}", "phone", "session", "person", "take"),
            subject=pl.format("person-{}", pl.col("person").cast(pl.String).str.zfill(6)),
        )


def _hexadecimal(rng: np.random.Generator, rows: int, size: int) -> pl.Series:
    text = rng.bytes(rows * size).hex()
    return pl.Series([text[at : at + 2 * size] for at in range(0, len(text), 2 * size)])


def write_manifest_of(rows: int, folder: Path, seed: int = 0) -> Path:
    """A prepared folder of one file, without crops; returns it."""
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir(parents=True)
    kinds = pl.Schema(schema()).to_frame().to_arrow().schema
    with parquet.ParquetWriter(folder / "manifest.parquet", kinds, compression="zstd") as writer:
        for block in blocks(rows, seed):
            table = _manifest_rows(block).to_arrow()
            writer.write_table(table.cast(pa.schema(kinds)))
    return folder


def _manifest_rows(block: pl.DataFrame) -> pl.DataFrame:
    found, box = pl.col("found"), pl.col("box")
    face = pl.when(found).then(box)
    crop = pl.format("crops/{}/{}_{}.png", "subject", "take", "frame")
    return block.select(
        media=pl.format("{}.avi", "video"),
        video="video",
        frame="frame",
        time_s=pl.col("frame") * 0.5,
        sample=pl.lit(None, pl.String),
        dataset=pl.lit("oulu-npu"),
        subject="subject",
        label="label",
        pai=pl.when(pl.col("label") == 1).then("pai"),
        session=pl.col("session").cast(pl.String),
        device=pl.col("phone").cast(pl.String),
        variant=pl.lit(None, pl.String),
        split="split",
        frame_w=pl.lit(1080, pl.Int32),
        frame_h=pl.lit(1920, pl.Int32),
        box_x=face,
        box_y=face,
        box_w=face,
        box_h=face,
        box_source=pl.when(found).then(pl.lit("dlib")),
        crop=pl.when(found).then(crop),
        crop_w=face,
        crop_h=face,
        pixels="pixels",
        look="look",
        status=pl.when(found).then(pl.lit("ok")).otherwise(pl.lit("no_face")),
        reason=pl.when(~found).then(pl.lit("no face was found")),
    ).select([pl.col(name).cast(schema()[name]) for name in COLUMNS])


def write_scores_of(rows: int, folder: Path, seed: int = 0, shard: int = SHARD) -> Path:
    """A folder of `spoofcue score` by its columns that are read here; returns it."""
    (folder / "rows").mkdir(parents=True)
    left, part = pl.DataFrame(), 0
    for block in blocks(rows, seed):
        left = (
            pl.concat([left, _score_rows(block)], how="vertical")
            if left.height
            else (_score_rows(block))
        )
        while left.height >= shard:
            _write_part(left[:shard], folder, part)
            left, part = left[shard:], part + 1
    if left.height:
        _write_part(left, folder, part)
    job = {"files": rows, "shard_rows": shard, "sources": ["/archive"], "model": "made-1"}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return folder


def _write_part(rows: pl.DataFrame, folder: Path, part: int) -> None:
    rows.write_parquet(folder / "rows" / f"part-{part:05d}.parquet", statistics=False)


def _score_rows(block: pl.DataFrame) -> pl.DataFrame:
    found = pl.col("found")
    return block.select(
        number="number",
        face=pl.lit(0, pl.Int32),
        path=pl.format("/archive/logins/{}/{}_{}.jpg", "subject", "take", "frame"),
        sha256=pl.col("look"),
        decision=pl.when(found).then(pl.lit("live")).otherwise(pl.lit("rejected")),
        score=pl.when(found).then("score"),
        threshold=pl.lit(0.03),
        reason=pl.when(~found).then(pl.lit("no_face")),
        model=pl.lit("made-1"),
        label=pl.col("label").cast(pl.String),
        pai="pai",
        person="subject",
        recording="video",
        split="split",
    )


def write_table_of(rows: int, path: Path, seed: int = 0) -> Path:
    """The same scores as CSV; returns it."""
    with path.open("wb") as file:
        for number, block in enumerate(blocks(rows, seed)):
            block.select(
                score=pl.when(pl.col("found")).then("score"),
                label="label",
                pai="pai",
                video="video",
                subject="subject",
                split="split",
            ).write_csv(file, include_header=number == 0)
    return path
