"""``spoofcue prepare``: a dataset to face crops, and the table of counts and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

import click
from click.exceptions import Exit
from rich import box
from rich.table import Table

from spoofcue.cli.console import say, show, warn
from spoofcue.cli.groups import CommandGroup
from spoofcue.cli.options import (
    PATH,
    Engine,
    NumberRange,
    address_option,
    engine_option,
    frames_option,
    json_option,
    refuse_address,
    workers_option,
    yunet_model_option,
)
from spoofcue.data.prepare import PrepareSummary
from spoofcue.data.prepared_folder import SUMMARY
from spoofcue.data.recording import TITLES, Problem
from spoofcue.datasets.definition import Dataset
from spoofcue.datasets.registry import DATASETS
from spoofcue.errors import InputError

SHOWN = 10
Crops = Literal["files", "shards"]
crops_option = click.option(
    "--crops",
    type=click.Choice(["files", "shards"]),
    default="files",
    help="Where the face crops lie: each in a file, or those of some recordings in one .tar "
    "file, for millions.",
)
min_face_option = click.option(
    "--min-face",
    type=click.IntRange(min=1),
    default=48,
    help="Smallest side of a face, px; smaller ones are left out.",
)
crop_format_option = click.option(
    "--crop-format",
    type=click.Choice(["png", "jpeg"]),
    default="png",
    help="Format of the face crops: png (lossless) or jpeg (4:4:4, quality 98).",
)
overwrite_option = click.option(
    "--overwrite/--no-overwrite",
    default=False,
    help="Delete an earlier preparation in --out and start over; without, it is continued.",
)
file_seconds_option = click.option(
    "--file-seconds",
    type=NumberRange(min=0.1),
    default=600.0,
    help="Seconds that one file may take; then it counts as unreadable.",
)
CLASSES = ("live", "attack")


def print_summary(summary: PrepareSummary, folder: Path) -> None:
    """Counts per split, class and species, beside the published ones; skips, problems, warnings."""
    name = f"{summary.dataset}: " if summary.dataset else ""
    title = f"{name}{summary.files} files, {summary.faces} faces in {folder}"
    table = Table(
        title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False
    )  # fits 80 columns
    for heading in ("split", "class", "PAI species"):
        table.add_column(heading, no_wrap=True)  # a name that is cut would be no name
    numbers = {"subjects": "people", "videos": "videos", "published": "published"}
    numbers |= {"faces": "faces", "nonresponse": "no face"}
    if not summary.published:
        del numbers["published"]
    for heading in numbers.values():
        table.add_column(heading, justify="right")
    for row in summary_rows(summary):
        shown = ("" if row.get(key) is None else str(row[key]) for key in numbers)
        table.add_row(row["split"], row["class"], row["pai"] or "", *shown)
    show(table)
    if summary.early:
        say(
            f"{summary.early} of the faces are additional early frames of train videos; only "
            "protocols that train on early frames use them",
        )
    for status, (live, attack) in summary.skipped.items():
        say(f"skipped, {status}: {live + attack} ({live} live, {attack} attack)")
    _print_problems(summary.problems)
    for warning in summary.warnings:
        warn(warning)


def summary_rows(summary: PrepareSummary) -> Iterator[dict[str, Any]]:
    """A row for each split, class and species; of each class with several; of published sums."""
    for (split, label), group in groupby(summary.counts, lambda c: (c["split"], c["label"])):
        rows = [{**c, "class": CLASSES[label]} for c in group]
        stated = summary.published.get(split)
        published = (stated.attack if label else stated.live) if stated else None
        if len(rows) > 1:
            yield _sum(rows, split, CLASSES[label], published)
            yield from rows
        else:
            yield rows[0] | {"published": published}
    for split, stated in summary.published.items():
        inside = [c for c in summary.counts if split in ("all", c["split"])]
        if stated.live is None and stated.attack is None:
            yield _sum(inside, split, "all", stated.total)
        elif split == "all":
            yield _sum([c for c in inside if c["label"] == 0], split, "live", stated.live)
            yield _sum([c for c in inside if c["label"] == 1], split, "attack", stated.attack)


def _sum(
    rows: Sequence[dict[str, Any]], split: str, class_: str, published: int | None
) -> dict[str, Any]:
    sums = {k: sum(row[k] for row in rows) for k in ("videos", "faces", "nonresponse")}
    # people cannot be added up: most are in several rows
    return {"split": split, "class": class_, "pai": "all", "published": published, **sums}


def _print_problems(problems: Sequence[Problem]) -> None:
    by_kind = defaultdict(list)
    for problem in problems:
        by_kind[problem.kind].append(problem)
    for kind, title in TITLES.items():
        of_kind = by_kind[kind]
        if not of_kind:
            continue
        say(f"{title}: {len(of_kind)}", style="yellow")
        for problem in of_kind[:SHOWN]:
            detail = f" ({problem.detail})" if problem.detail else ""
            say(f"  {problem.name}{detail}")
        if len(of_kind) > SHOWN:
            say(f"  and {len(of_kind) - SHOWN} more ({SUMMARY} has all)")


def dataset_command(dataset: Dataset) -> click.Command:
    """The command that prepares this dataset."""

    @click.command(
        dataset.name,
        help=f"Prepare {dataset.title}. ROOT holds: {dataset.layout}.",
        short_help=f"Prepare {dataset.title}.",
    )
    @click.argument(
        "root", type=PATH, help="Folder of the dataset, as it was downloaded and unpacked."
    )
    @click.option("--out", type=PATH, required=True, help="Prepared folder to write.")
    @frames_option
    @click.option(
        "--early-frames",
        type=click.IntRange(min=0),
        help="Number of frames sampled in addition from the beginning of each train video, "
        "where a protocol trains on those (siw). Default: as --frames.",
    )
    @click.option(
        "--boxes",
        type=click.Choice(["given", "detector"]),
        default="given",
        help="Face boxes: given (the dataset's own, and the detector's where there is "
        "none) or detector.",
    )
    @click.option(
        "--detector",
        type=click.Choice(["dlib", "yunet", "none"]),
        help="How to find faces; none takes each picture as one face crop. Default: the "
        "one that suits the dataset, mostly dlib.",
    )
    @yunet_model_option
    @click.option(
        "--margin",
        type=NumberRange(min=0, max=2),
        help="Part of the box's side added on each side, 0 to 2. Default: 0.2 for detected "
        "boxes, and the dataset's value for its own.",
    )
    @min_face_option
    @click.option(
        "--strict", is_flag=True, help="End with exit status 1 on any problem in the dataset."
    )
    @engine_option
    @address_option
    @workers_option
    @file_seconds_option
    @crops_option
    @crop_format_option
    @overwrite_option
    @json_option
    def prepare_dataset(
        root: Path,
        out: Path,
        frames: int,
        early_frames: int | None,
        boxes: Literal["given", "detector"],
        detector: Literal["dlib", "yunet", "none"] | None,
        yunet_model: Path | None,
        margin: float | None,
        min_face: int,
        strict: bool,
        engine: Engine,
        address: str | None,
        workers: int | None,
        file_seconds: float,
        crops: Crops,
        crop_format: Literal["png", "jpeg"],
        overwrite: bool,
        as_json: bool,
    ) -> None:
        from spoofcue.cli.console import print_json, progress_bar, remark
        from spoofcue.data.extract import PrepareOptions
        from spoofcue.data.recording import refuse
        from spoofcue.datasets.scan import prepare_scan, scan
        from spoofcue.faces.box import DEFAULT_MARGIN
        from spoofcue.faces.detect import make_detector
        from spoofcue.protocols.early import early_sample

        refuse_address(engine, address)
        early = early_sample(dataset.name, frames, early_frames)
        scanned = scan(dataset, root)
        if strict:
            refuse(scanned.problems, str(root))
        finder = detector or dataset.detector
        make_detector(finder, yunet_model)  # a missing model is an error before the work begins
        options = PrepareOptions(
            frames=frames,
            detector=finder,
            yunet_model=yunet_model,
            margin=DEFAULT_MARGIN if margin is None else margin,
            min_face_px=min_face,
            crop_format=crop_format,
            boxes=boxes,
            given_margin=dataset.margin if margin is None else margin,
            early_frames=early.frames,
            early_below=early.below,
            crops=crops,
        )
        if early.why:
            remark(f"{dataset.name}: {early.why}")
        with progress_bar("cropping faces", len(scanned.recordings), quiet=as_json) as progress:
            summary = prepare_scan(
                dataset,
                scanned,
                root,
                out,
                options,
                engine=engine,
                address=address,
                workers=workers,
                file_seconds=file_seconds,
                overwrite=overwrite,
                progress=progress,
            )
        if as_json:
            print_json(summary)
        else:
            print_summary(summary, out)
        if strict:
            refuse(summary.problems, str(root))
        _end_if_not_all(summary)

    return prepare_dataset


app = CommandGroup("prepare", help="Find and crop the faces of a dataset; write its manifest.")


@app.command()
@click.argument(
    "root",
    type=PATH,
    help="Folder of images and videos, or the one that the paths in --labels start from.",
)
@click.option("--out", type=PATH, required=True, help="Prepared folder to write.")
@click.option(
    "--labels",
    type=PATH,
    help="CSV file with the columns path,label[,subject,pai,...]; label 1 is an attack. "
    "Default: ROOT/labels.csv, if it is there.",
)
@frames_option
@click.option(
    "--detector",
    type=click.Choice(["dlib", "yunet", "none"]),
    default="dlib",
    help="How to find faces; none takes each picture as one face crop.",
)
@yunet_model_option
@click.option(
    "--margin",
    type=NumberRange(min=0, max=2),
    default=0.2,
    help="Part of the box's side added on each side, 0 to 2.",
)
@min_face_option
@click.option("--pai", default="attack", help="PAI species of attacks whose folder names none.")
@click.option("--split", default="0.6/0.2/0.2", help="Parts of the subjects in train/dev/test.")
@click.option("--seed", default=0, help="Random seed of the split.")
@engine_option
@address_option
@workers_option
@file_seconds_option
@crops_option
@crop_format_option
@overwrite_option
@json_option
def folder(
    root: Path,
    out: Path,
    labels: Path | None,
    frames: int,
    detector: Literal["dlib", "yunet", "none"],
    yunet_model: Path | None,
    margin: float,
    min_face: int,
    pai: str,
    split: str,
    seed: int,
    engine: Engine,
    address: str | None,
    workers: int | None,
    file_seconds: float,
    crops: Crops,
    crop_format: Literal["png", "jpeg"],
    overwrite: bool,
    as_json: bool,
) -> None:
    """Prepare any folder: ROOT/PERSON/live/... and ROOT/PERSON/attack/SPECIES/..., or a CSV."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.data.extract import PrepareOptions
    from spoofcue.data.folder import folder_contents, read_labels
    from spoofcue.data.prepare import prepare
    from spoofcue.data.splits import with_splits
    from spoofcue.faces.detect import make_detector

    refuse_address(engine, address)
    table = labels or (root / "labels.csv" if (root / "labels.csv").is_file() else None)
    left_out: list[Problem] = []
    if table:
        found, warnings = read_labels(table, root, pai)
    else:
        contents = folder_contents(root, pai)
        found, warnings = contents.recordings, contents.warnings
        left_out = [Problem("left_out", str(one.path), one.detail) for one in contents.left_out]
    drawn = not found.have_splits
    recordings = with_splits(found, _ratios(split), seed)
    make_detector(detector, yunet_model)  # a missing model is an error before the work begins
    options = PrepareOptions(
        frames, detector, yunet_model, margin, min_face, crop_format, crops=crops
    )
    with progress_bar("cropping faces", len(recordings), quiet=as_json) as progress:
        summary = prepare(
            recordings,
            root,
            out,
            options,
            engine=engine,
            address=address,
            workers=workers,
            file_seconds=file_seconds,
            overwrite=overwrite,
            warnings=warnings,
            problems=left_out,
            drawn=drawn,
            progress=progress,
        )
    if as_json:
        print_json(summary)
    else:
        print_summary(summary, out)
    _end_if_not_all(summary)


@app.command()
@click.argument("data", type=PATH, metavar="DIR", help="Prepared folder with its crops.")
@click.option("--out", type=PATH, required=True, help="Prepared folder to write.")
@click.option(
    "--shard-rows",
    type=click.IntRange(min=1, max=1_000_000),
    default=1000,
    help="Rows of the manifest whose crops lie in one file.",
)
@click.option(
    "--uncompressed",
    is_flag=True,
    help="Store the pixels without compression: larger files, and crops that are decoded "
    "several times faster.",
)
@workers_option
@json_option
def pack(
    data: Path,
    out: Path,
    shard_rows: int,
    uncompressed: bool,
    workers: int | None,
    as_json: bool,
) -> None:
    """Copy a prepared folder to one whose crops lie in a few .tar files, for many crops."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.data.pack import pack as pack_folder

    with progress_bar("packing", 1, quiet=as_json) as progress:
        packed = pack_folder(
            data,
            out,
            shard_rows=shard_rows,
            uncompressed=uncompressed,
            workers=workers,
            progress=progress,
        )
    if as_json:
        print_json(packed)
    else:
        say(f"{packed.faces} crops in {packed.shards} files, {packed.bytes / 1e6:.1f} MB, in {out}")


for _dataset in DATASETS.values():
    app.add_command(dataset_command(_dataset))


def _end_if_not_all(summary: PrepareSummary) -> None:
    """Status 1 if something that looks like media could not be taken; `--strict` ends before."""
    kinds = {"left_out"} if summary.dataset else {"left_out", "undecodable"}
    if any(problem.kind in kinds for problem in summary.problems):
        raise Exit(1)


def _ratios(text: str) -> tuple[float, float, float]:
    try:
        train, dev, test = (float(part) for part in text.split("/"))
    except ValueError:
        raise InputError(f"--split {text!r}: write three numbers as 0.6/0.2/0.2") from None
    return train, dev, test
