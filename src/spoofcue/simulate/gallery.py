"""A contact sheet: one photo through every instrument and camera, with details at 1:1."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.catalogue import DISPLAYS, MASKS, PRINTERS
from spoofcue.simulate.parallel import Progress, in_parallel
from spoofcue.simulate.people import Person, PhotographedPerson, RenderedPerson, load_portrait
from spoofcue.simulate.samples import Framing, Sample, frames

CAMERAS = tuple(f"cam-{k}" for k in range(1, 7))
THUMB = 176
DETAIL = 176
_LABEL = 96
_HEAD = 26
_WHITE = 255


@dataclass(frozen=True, slots=True)
class _Row:
    pai: str
    photo: Path | None
    seed: int


def write_gallery(
    path: Path,
    photo: Path | None,
    *,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the sheet as PNG: a row an instrument, a column a camera, two details at 1:1.

    Args:
        path: of the PNG.
        photo: of one person; a rendered identity if None.
        seed: of everything drawn.
        workers: processes.
        progress: called with (rows done, all).

    Raises:
        MediaError: the photo cannot be read or shows no face.

    """
    if photo is not None:
        load_portrait(photo)
    rows = [_Row(pai, photo, seed) for pai in ("", *PRINTERS, *DISPLAYS, *MASKS)]
    strips = in_parallel(_strip, rows, workers, progress)
    sheet = np.vstack([_header(strips[0].shape[1]), *strips])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part.png")
    cv2.imwrite(str(part), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    os.replace(part, path)


def _person(row: _Row) -> Person:
    if row.photo is None:
        return RenderedPerson("gallery", row.seed)
    return PhotographedPerson("gallery", (load_portrait(row.photo),), row.seed)


def _strip(row: _Row) -> NDArray[np.uint8]:
    person, wearer = _person(row), RenderedPerson("wearer", row.seed)
    portrait = person.stolen(0) if row.pai else person.live("session-1", 0)
    cells = [_caption(row.pai or "live")]
    for device in CAMERAS:
        sample = Sample("gallery", row.pai, "session-1", device, 0)
        framing = Framing(1.75, 1.6, framed=0.6)
        picture = next(frames(sample, person, framing, row.seed, 1, wearer, portrait))
        thumb = cv2.resize(picture.image, (THUMB, THUMB), interpolation=cv2.INTER_AREA)
        cells.append(_framed(thumb))
    for device in ("cam-1", "cam-3"):
        sample = Sample("gallery", row.pai, "session-1", device, 1)
        close = Framing(1.4, 3.6, framed=0.0)
        picture = next(frames(sample, person, close, row.seed, 1, wearer, portrait))
        cells.append(_framed(_detail(picture.image, picture.box)))
    return np.hstack(cells)


def _detail(image: NDArray[np.uint8], box: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """The region of an eye and the cheek under it, pixel for pixel."""
    x = int(np.clip(box[0] + 0.30 * box[2] - DETAIL / 2, 0, image.shape[1] - DETAIL))
    y = int(np.clip(box[1] + 0.42 * box[3] - DETAIL / 2, 0, image.shape[0] - DETAIL))
    return image[y : y + DETAIL, x : x + DETAIL]


def _framed(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    bordered = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(_WHITE,) * 3)
    return np.asarray(bordered, np.uint8)


def _caption(text: str) -> NDArray[np.uint8]:
    cell = np.full((THUMB + 4, _LABEL, 3), _WHITE, np.uint8)
    for i, part in enumerate(text.split("-", 1)):
        _write(cell, part, (8, THUMB // 2 + 18 * i))
    return cell


def _header(width: int) -> NDArray[np.uint8]:
    head = np.full((_HEAD, width, 3), _WHITE, np.uint8)
    for i, device in enumerate(CAMERAS):
        _write(head, device, (_LABEL + i * (THUMB + 4) + 6, 18))
    start = _LABEL + len(CAMERAS) * (THUMB + 4)
    for i, device in enumerate(("cam-1", "cam-3")):
        _write(head, f"1:1, {device}", (start + i * (DETAIL + 4) + 6, 18))
    return head


def _write(image: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
