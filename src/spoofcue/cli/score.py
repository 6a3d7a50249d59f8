"""``spoofcue score``: decisions on many recordings, by shards, into a Parquet data set."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit
from rich.table import Table
from rich.text import Text

from spoofcue.cli.console import remark, say, show
from spoofcue.cli.options import (
    Engine,
    FaceSearch,
    NumberRange,
    address_option,
    detector_option,
    early_exit_option,
    engine_option,
    frames_option,
    json_option,
    min_decoded_option,
    model_option,
    profile_option,
    quality_option,
    refuse_address,
    runtime_option,
    threshold_option,
    yunet_model_option,
)
from spoofcue.cli.predict import COLOURS, number_or_name
from spoofcue.errors import InputError
from spoofcue.plain_lines import duration_text

if TYPE_CHECKING:
    from spoofcue.batch.summary import Summary

BAR = 40  # characters of the largest bin


def print_summary(summary: Summary) -> None:
    """Decisions, reasons and scores, each as a few lines."""
    table = Table()
    for name in ("decision", "reason"):
        table.add_column(name)
    table.add_column("rows", justify="right")
    for decision, count in sorted(summary.decisions.items()):
        table.add_row(Text(decision, style=COLOURS[decision]), "", f"{count}")
    for reason, count in summary.reasons.most_common():
        table.add_row("", reason, f"{count}")
    show(table)
    for line in histogram_lines(summary):
        say(line)
    done = f"{summary.done_files} of {summary.files} files"
    if not summary.is_finished:
        done += f", {summary.done_shards} of {summary.shards} shards"
    say(f"{done}; {summary.rows} rows in {summary.place}/rows")
    say(f"attack if score > {summary.threshold:.4f}; model {summary.model}")


def histogram_lines(summary: Summary) -> list[str]:
    """A line a bin: its scores, a bar, how many; where the threshold lies is marked."""
    most = max(summary.histogram, default=0)
    if not most:
        return []
    width = 1 / len(summary.histogram)
    lines = []
    for number, count in enumerate(summary.histogram):
        low = number * width
        mark = "<" if low <= summary.threshold < low + width else " "
        bar = "#" * -(-count * BAR // most)
        lines.append(f"{low:.2f}-{low + width:.2f} {mark} {bar:<{BAR}} {count}")
    return lines


@click.command()
@click.argument(
    "sources",
    nargs=-1,
    help="Folders, images, videos, patterns in quotation marks, manifests (.parquet or "
    ".csv with a column path) and addresses (s3://, gs://, az://). With --status: none. "
    "Default: none.",
)
@click.option(
    "--out",
    help="Folder or address of the results; the same command goes on with one that was "
    "begun. Default: none, it has to be given unless there is --status.",
)
@engine_option
@address_option
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Number of processes that judge. Default: one for each usable core.",
)
@click.option(
    "--shard-rows",
    type=click.IntRange(min=1, max=100_000),
    default=512,
    help="Number of files in one part of the results.",
)
@click.option(
    "--file-seconds",
    type=NumberRange(min=0.1),
    default=120.0,
    help="Seconds that one file may take; then it is rejected.",
)
@click.option(
    "--status",
    help="Say how far the job in this folder or at this address is, and do nothing else. "
    "Default: the sources are scored.",
)
@model_option
@threshold_option
@profile_option
@detector_option
@yunet_model_option
@frames_option
@early_exit_option
@min_decoded_option
@quality_option
@runtime_option
@json_option
def score(
    sources: tuple[str, ...],
    out: str | None,
    engine: Engine,
    address: str | None,
    workers: int | None,
    shard_rows: int,
    file_seconds: float,
    status: str | None,
    model: str | None,
    threshold: str | None,
    profile: bool,
    detector: FaceSearch | None,
    yunet_model: Path | None,
    frames: int,
    early_exit: bool,
    min_decoded: float,
    quality: bool,
    runtime: str | None,
    as_json: bool,
) -> None:
    """Score many recordings, each once, into a Parquet data set that goes on after any end.

    A file that breaks a decoder, or takes too long, costs its own row: `rejected`, reason `error`.

    Exit status: 0 if all of it was judged, 1 if some could not be read, 2 if the call was wrong.
    """
    from spoofcue.batch.judging import JudgeSpec
    from spoofcue.batch.run import score as score_all
    from spoofcue.batch.sources import absolute
    from spoofcue.batch.summary import summary_of
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.shards.places import place_of

    if status is not None:
        if sources or out:
            raise InputError("--status says how far a job is: leave out the sources and --out.")
        summary = summary_of(place_of(absolute(status)))
        print_json(summary.to_dict()) if as_json else print_summary(summary)
        return
    if not sources or not out:
        raise InputError("give what to score, and --out for the results.")
    refuse_address(engine, address)
    options: dict[str, Any] = {
        "model": _from_anywhere(model),
        "runtime": runtime,
        "threshold": number_or_name(threshold),
        "profile": profile,
        "detector": detector,
        "yunet_model": None if yunet_model is None else str(yunet_model.absolute()),
        "quality": quality,
        "frames": frames,
        "early_exit": early_exit,
        "min_decoded": min_decoded,
    }
    began = time.monotonic()
    at: list[int] = []  # files done when it began, and since
    with progress_bar("scoring files", 1, quiet=as_json, rate=True) as progress:

        def advance(done: int, all_: int) -> None:
            at[:] = [at[0] if at else done, done]
            progress(done, all_)

        summary = score_all(
            sources,
            out,
            spec=JudgeSpec(options),
            engine=engine,
            address=address,
            workers=workers,
            shard_rows=shard_rows,
            file_seconds=file_seconds,
            progress=advance,
        )
    seconds, new = time.monotonic() - began, at[-1] - at[0]
    if as_json:
        print_json({**summary.to_dict(), "seconds": round(seconds, 3), "new_files": new})
    else:
        print_summary(summary)
        remark(f"{new} files in {duration_text(seconds)}, {new / max(seconds, 1e-9):.1f} a second")
    if summary.unread:
        if not as_json:
            remark(f"{summary.unread} files could not be judged; their rows say why")
        raise Exit(1)


def _from_anywhere(model: str | None) -> str | None:
    """A model's name for processes with another working folder."""
    return os.path.abspath(model) if model is not None and os.path.exists(model) else model
