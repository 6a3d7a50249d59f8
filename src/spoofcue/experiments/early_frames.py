"""Whether prepared data has the early frames that a protocol trains on; checked before any work."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.manifest import EARLY, scan_manifest
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.datasets.registry import DATASETS
from spoofcue.errors import InputError
from spoofcue.protocols.definition import Protocol
from spoofcue.streamed import collected, hashes_of, told_apart

if TYPE_CHECKING:
    import polars as pl

DEFAULT = PrepareOptions()


@dataclass(frozen=True, slots=True)
class EarlyFrames:
    """How many frames below a limit the train videos of a prepared set have.

    Attributes:
        limit: frames with a number below it count.
        videos: train videos.
        middle: of the number that a video has, the median.
        short: videos with too few.
        least, most: that a short video has; 0 where none is short.
        needed: by a video: as many as the whole video gives, ``PrepareOptions().frames`` at most,
            or what ``--early-frames`` asked for.
        lost: videos without a face among those frames.

    """

    limit: int
    videos: int
    middle: int
    short: int
    least: int
    most: int
    needed: int
    lost: int

    @property
    def shortage(self) -> str:
        """In words, of a set that has too few."""
        have = str(self.most) if self.least == self.most else f"{self.least} to {self.most}"
        return (
            f"{self.short} of {self.videos} train videos have {have} prepared "
            f"frame{'' if have == '1' else 's'} among their first {self.limit}; {self.needed} "
            "are needed"
        )


def count_early(protocol: Protocol, rows: pl.DataFrame | pl.LazyFrame) -> EarlyFrames | None:
    """Count the early frames of one dataset's train videos; None if the protocol needs none.

    Args:
        protocol: of the dataset.
        rows: of its manifest.

    """
    import polars as pl

    limit = protocol.first_frames
    if limit is None:
        return None
    early = pl.col("frame") < limit
    videos = collected(
        rows.lazy()
        .filter(pl.col("split") == "train")
        .select(
            *told_apart("video", pl.col("video").fill_null(pl.col("media"))),
            has=early,
            faces=early & (pl.col("status") == "ok"),
            spread=pl.col("sample").is_null(),
            taken=(pl.col("sample") == EARLY).fill_null(False),
        )
        .group_by(hashes_of("video"))
        .agg(pl.col("has", "faces", "spread", "taken").sum()),
        "the manifest",
    )
    if not videos.height:
        return None  # the fold itself tells that there is nothing to train on
    taken = int(videos["taken"].max() or 0)  # type: ignore[arg-type]
    # a video that is shorter than that has all of its frames among the spread ones
    videos = videos.with_columns(needed=pl.min_horizontal("spread", taken or DEFAULT.frames))
    short = videos.filter(pl.col("has") < pl.col("needed"))
    of_short = short.select(
        least=pl.col("has").min(), most=pl.col("has").max(), needed=pl.col("needed").max()
    ).row(0, named=True)
    return EarlyFrames(
        limit=limit,
        videos=videos.height,
        middle=int(videos["has"].sort()[videos.height // 2]),
        short=short.height,
        **{name: int(number or 0) for name, number in of_short.items()},
        lost=videos.filter(pl.col("faces") == 0).height,
    )


def check_early_frames(protocols: Sequence[Protocol], folders: Mapping[str, Path]) -> list[str]:
    """Refuse data without the early frames that the protocols train on, and tell what it has.

    Args:
        protocols: those to be run.
        folders: the prepared folder of each dataset.

    Returns:
        A line for each protocol that trains on early frames.

    Raises:
        InputError: train videos have too few of them; the message has the command that takes them.

    """
    notes = []
    others = [p.name for p in protocols if p.first_frames is None]
    for protocol in protocols:
        if protocol.first_frames is None:
            continue
        for dataset in protocol.datasets:
            folder = folders[dataset]
            counts = count_early(protocol, scan_manifest(folder))
            if counts is None:
                continue
            if counts.short:
                command = prepare_command(dataset, folder, counts.needed)
                leave = f", or leave it out: --protocol {','.join(others)}" if others else ""
                raise InputError(
                    f"protocol {protocol.name} trains on the first {counts.limit} frames of each "
                    f"train video, and {folder} lacks them: {counts.shortage}. Prepare it with "
                    f"them:",
                    f"  {command}",
                    f"and run this again{leave}.",
                )
            notes.append(
                f"{protocol.name}: trains on the first {counts.limit} frames of each video, of "
                f"which {counts.middle} are prepared (median)"
            )
            if counts.lost:
                notes.append(
                    f"{protocol.name}: {counts.lost} train videos have no face among their first "
                    f"{counts.limit} frames, and drop out"
                )
    return notes


def prepare_command(dataset: str, folder: Path, early: int) -> str:
    """The command that prepares ``folder`` again as it was, with ``early`` early frames a video."""
    record = PreparedFolder(folder).record_if_any()
    options = record.options.model_dump() if record else {}
    # the dataset's own box margin is the default only as long as nobody gave another
    margin = options.get("margin", DEFAULT.margin)
    usual = {
        "frames": ("--frames", None),  # always told, since early frames are counted beside it
        "boxes": ("--boxes", DEFAULT.boxes),
        "detector": ("--detector", DATASETS[dataset].detector),
        "yunet_model": ("--yunet-model", None),
        "margin": ("--margin", DEFAULT.margin),
        "min_face_px": ("--min-face", DEFAULT.min_face_px),
        "crop_format": ("--crop-format", DEFAULT.crop_format),
    }
    given = [
        part
        for key, (option, default) in usual.items()
        if options.get(key) not in (None, default)
        for part in (option, str(options[key]))
    ]
    if "--margin" not in given and options.get("given_margin") not in (
        None,
        DATASETS[dataset].margin,
    ):
        given += ["--margin", str(margin)]
    root = (record.root if record else None) or "ROOT"
    words = ["spoofcue", "prepare", dataset, root, "--out", str(folder)]
    return shlex.join([*words, *given, "--early-frames", str(early), "--overwrite"])
