"""Many recordings as columns: a million of them are a few hundred bytes each, and no objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from spoofcue.data.recording import Recording
from spoofcue.faces.box import Box
from spoofcue.media.same_files import Made, Side, paths_of, same_files

if TYPE_CHECKING:
    import polars as pl

BLOCK = 4096  # of them are objects at a time
TEXTS = (
    *("path", "media", "video", "subject", "pai", "session", "device", "variant", "dataset"),
    *("split", "boxes", "box_format"),
)
PLACES = ("box_x", "box_y", "box_w", "box_h")


class Recordings(Sequence[Recording]):
    """Recordings in a fixed order; each is made when it is asked for.

    Args:
        table: with the columns of :func:`recording_schema`.

    """

    def __init__(self, table: pl.DataFrame) -> None:
        self.table = table
        self._alike: list[list[int]] | None = None

    @classmethod
    def of(cls, recordings: Iterable[Recording]) -> Recordings:
        """Take them in, a block at a time; what is one already is given back."""
        import polars as pl

        if isinstance(recordings, Recordings):
            return recordings
        kinds, given = recording_schema(), iter(recordings)
        blocks = [pl.DataFrame(schema=kinds)]
        while block := list(islice(given, BLOCK)):
            blocks.append(pl.DataFrame(list(map(_row, block)), schema=kinds, orient="row"))
        return cls(pl.concat(blocks))

    def __len__(self) -> int:
        return self.table.height

    @overload
    def __getitem__(self, at: int) -> Recording: ...
    @overload
    def __getitem__(self, at: slice) -> Recordings: ...
    def __getitem__(self, at: int | slice) -> Recording | Recordings:
        if isinstance(at, slice):
            return Recordings(self.table[at])
        return _recording(self.table.row(at))

    def __iter__(self) -> Iterator[Recording]:
        for block in self.table.iter_slices(BLOCK):
            yield from map(_recording, block.iter_rows())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented
        return all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    @property
    def have_splits(self) -> bool:
        """Whether any has a split."""
        return self.table["split"].null_count() < len(self)

    def with_split(self, split: pl.Series) -> Recordings:
        """The same in other splits, one for each."""
        made = Recordings(self.table.with_columns(split.alias("split")))
        made._alike = self._alike
        return made

    def same_files(self) -> list[list[int]]:
        """Indices of recordings that are one file; files are read once for it."""
        if self._alike is None:
            self._alike = same_files(paths_of(self.sides()))
        return self._alike

    def sides(self, *, drawn: bool = False) -> Sequence[Side]:
        """Which class and split each file is in.

        Args:
            drawn: the splits are drawn, and so none counts.

        """
        return Made(self, partial(_side, drawn=drawn))


def _side(recording: Recording, drawn: bool) -> Side:
    return replace(recording.side, split=None) if drawn else recording.side


def recording_schema() -> dict[str, pl.DataType]:
    """Columns and polars types of recordings."""
    import polars as pl

    texts: dict[str, pl.DataType] = dict.fromkeys(TEXTS, pl.String())
    return {**texts, "label": pl.Int8(), **dict.fromkeys(PLACES, pl.Int64())}


def _row(r: Recording) -> tuple[Any, ...]:
    texts = (
        *(str(r.path), r.media, r.video, r.subject, r.pai, r.session, r.device, r.variant),
        *(r.dataset, r.split, None if r.boxes is None else str(r.boxes), r.box_format),
    )
    box = (None,) * 4 if r.box is None else (r.box.x, r.box.y, r.box.w, r.box.h)
    return (*texts, r.label, *box)


def _recording(row: tuple[Any, ...]) -> Recording:
    path, media, video, subject, pai, session, device, variant, dataset, split = row[:10]
    boxes, box_format, label, x, y, w, h = row[10:]
    return Recording(
        path=Path(path),
        media=media,
        subject=subject,
        label=label,
        pai=pai,
        session=session,
        device=device,
        split=split,
        box=None if x is None else Box(x, y, w, h),
        dataset=dataset,
        variant=variant,
        boxes=None if boxes is None else Path(boxes),
        box_format=box_format,
        video=video,
    )
