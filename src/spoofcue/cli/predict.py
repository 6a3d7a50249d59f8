"""``spoofcue predict``: decisions on photos and videos, as a table or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.exceptions import Exit
from rich.table import Table
from rich.text import Text

from spoofcue.cli.console import say, show, telling_names
from spoofcue.cli.options import (
    PATH,
    FaceSearch,
    detector_option,
    early_exit_option,
    frames_option,
    json_option,
    min_decoded_option,
    model_option,
    profile_option,
    quality_option,
    runtime_option,
    threads_option,
    threshold_option,
    yunet_model_option,
)

if TYPE_CHECKING:
    from spoofcue.detector.detector import Detector
    from spoofcue.media.folders import LeftOut

COLOURS = {"live": "green", "attack": "red", "rejected": "yellow"}


def print_rows(rows: list[dict[str, Any]]) -> None:
    """One line a face: file, decision, score, where or why; rows are as in ``--json``."""
    table = Table()
    table.add_column("file", overflow="fold")
    table.add_column("decision")
    table.add_column("score", justify="right")
    table.add_column("face, or why not", overflow="fold")
    names = telling_names([row["path"] for row in rows])
    for name, row in zip(names, rows, strict=True):
        table.add_row(
            name,
            Text(row["decision"], style=COLOURS[row["decision"]]),
            "" if row["score"] is None else f"{row['score']:.4f}",
            _face_or_reason(row),
        )
    show(table)
    if rows:
        say(f"attack if score > {rows[0]['threshold']:.4f}; model {rows[0]['model']}")
    for path in [row["cue"] for row in rows if row["cue"]]:
        say(f"cue picture: {path}")


def _face_or_reason(row: dict[str, Any]) -> str:
    if row["reason"]:
        text = f"{row['reason']}: {row['detail']}"
        advice = row["advice"]
        return text if not advice or advice in text else f"{text}: {advice}"
    box = row["box"]
    text = f"{box['w']}x{box['h']} px at {box['x']},{box['y']}" if box else ""
    if row["counts"]["sampled"] > 1:
        text += f", {row['frames']} of {row['counts']['sampled']} frames"
    text += ", ended early" if row["early_exit"] else ""
    return "; ".join(part for part in (text, _by_experts(row["evidence"])) if part)


def _by_experts(evidence: list[dict[str, Any]]) -> str:
    """What each expert adds to the log-odds of an attack; empty where there is but one."""
    if len(evidence) < 2:
        return ""
    return ", ".join(
        f"{one['expert']} {one['contribution']:+.2f}"
        if one["missing"] is None
        else f"without {one['expert']}"
        for one in evidence
    )


@click.command()
@click.argument(
    "paths", type=PATH, nargs=-1, required=True, help="Images, videos, and folders of them."
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
@threads_option
@click.option(
    "--cues",
    type=PATH,
    help="Folder for a picture of each face's cue map, of methods that have one. Default: "
    "none are written.",
)
@json_option
def predict(
    paths: tuple[Path, ...],
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
    threads: int | None,
    cues: Path | None,
    as_json: bool,
) -> None:
    """Decide live, attack or rejected for every face.

    What looks like media in a folder and is not read is named, and with --json is `rejected`.

    Exit status: 0 if all of it was judged, 1 if some could not be read, 2 if the call was wrong.
    """
    from spoofcue.cli.console import print_json, progress_bar, remark
    from spoofcue.detector.cue_sheet import write_cue_sheet
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.early_exit import ExitRule
    from spoofcue.detector.evidence import EvidenceRule
    from spoofcue.detector.quality import QualityLimits
    from spoofcue.detector.result import UNREADABLE
    from spoofcue.media.folders import LeftOut, again_words, expand_paths, left_out_words

    loaded = Detector.load(
        model,
        runtime=runtime,
        threads=threads,
        threshold=number_or_name(threshold),
        profile=profile,
        face_detector=detector,
        yunet_model=yunet_model,
        quality=QualityLimits() if quality else None,
        frames=frames,
        early_exit=ExitRule() if early_exit else None,
        evidence=EvidenceRule(min_decoded=min_decoded),
    )
    media = expand_paths(paths)
    files = media.files
    rows: list[dict[str, Any]] = []
    unwritten: OSError | None = None
    with progress_bar("scoring files", len(files), quiet=as_json or len(files) < 3) as progress:
        for done, path in enumerate(files, start=1):
            for number, result in enumerate(loaded.predict_faces(path, cues=cues is not None)):
                rows.append({"path": str(path), **result.to_dict(), "cue": None})
                try:
                    sheet = write_cue_sheet(result, path, number, cues) if cues else None
                except OSError as error:  # no room for pictures; the decisions are worth as much
                    unwritten = unwritten or error
                    continue
                rows[-1]["cue"] = None if sheet is None else str(sheet)
            progress(done, len(files))
    left_out = media.left_out
    if as_json:
        print_json([*rows, *(_left_out_row(left, loaded) for left in left_out)])
    elif rows:
        print_rows(rows)
    unread = [row for row in rows if row["reason"] in UNREADABLE]
    left_out = [
        *(
            LeftOut(Path(row["path"]), "unreadable", row["detail"].removeprefix(f"{row['path']}: "))
            for row in unread
        ),
        *left_out,
    ]
    if media.left_out or len(unread) > 1:  # one in the table needs no summary
        for line in left_out_words(left_out, all_in="--json"):
            remark(line)
    for line in again_words(media.again):
        remark(line)
    if unwritten is not None:
        raise unwritten
    if left_out:
        raise Exit(1)


def number_or_name(threshold: str | None) -> Any:
    """A threshold as :class:`~spoofcue.detector.detector.Detector` takes it."""
    try:
        return None if threshold is None else float(threshold)
    except ValueError:
        return threshold  # the model knows whether it has such a point


def _left_out_row(left: LeftOut, detector: Detector) -> dict[str, Any]:
    """A row as those of results, of what was not judged."""
    return {
        "path": str(left.path),
        **detector.refused(left.reason, left.detail).to_dict(),
        "cue": None,
    }
