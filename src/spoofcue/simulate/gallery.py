"""A contact sheet: one photo through every instrument and camera, with details at 1:1."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.processes import Progress, in_order
from spoofcue.records.owner import held
from spoofcue.simulate.catalogue import Catalogue, built_in
from spoofcue.simulate.people import Person, PhotographedPerson, RenderedPerson, load_portrait
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.raster import generator
from spoofcue.simulate.recapture import render_attack, render_live
from spoofcue.simulate.samples import Framing, Sample, frames
from spoofcue.whole_files import write_bytes

# cameras of the two close-ups and how wide the whole face would be in them, px
CLOSE = (("cam-1", 1300), ("cam-3", 650))
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
    catalogue: Catalogue


def write_gallery(
    path: Path,
    photo: Path | None,
    *,
    seed: int = 0,
    catalogue: Catalogue | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Write the sheet as PNG: a row an instrument, a column a camera, two details at 1:1.

    Args:
        path: of the PNG.
        photo: of one person; a rendered identity if None.
        seed: of everything drawn.
        catalogue: whose instruments are shown; None: the built-in one.
        workers: processes.
        progress: called with (rows done, all).

    Raises:
        MediaError: the photo cannot be read or shows no face.

    """
    if photo is not None:
        load_portrait(photo)
    known = catalogue or built_in()
    rows = [_Row(pai, photo, seed, known) for pai in ("", *known.instruments)]
    strips = in_order(_strip, rows, workers, progress)
    sheet = np.vstack([_header(strips[0].shape[1]), *strips])
    _, data = cv2.imencode(".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    with held(path, "simulate --gallery", wait=True):
        write_bytes(path, data.tobytes())  # cv2.imwrite says nothing of a full disk


def _strip(row: _Row) -> NDArray[np.uint8]:
    if row.photo is None:
        portrait = RenderedPerson("gallery", row.seed, 1024).live("session-2", 0)
    else:
        portrait = load_portrait(row.photo, 700)
    person = PhotographedPerson("gallery", (portrait,), row.seed)
    wearer = RenderedPerson("wearer", row.seed)
    cells = [_caption(row.pai or "live")]
    for camera in CAMERAS:
        sample = Sample("gallery", row.pai, "session-2", camera, 0)
        framing = Framing(1.75, 1.6, framed=0.6)
        picture = next(
            frames(
                sample,
                person,
                framing,
                row.seed,
                wearer=wearer,
                portrait=portrait,
                catalogue=row.catalogue,
            )
        )
        thumb = cv2.resize(picture.image, (THUMB, THUMB), interpolation=cv2.INTER_AREA)
        cells.append(_framed(np.asarray(thumb, np.uint8)))
    cells += [_framed(_detail(row, portrait, wearer, *close)) for close in CLOSE]
    return np.hstack(cells)


def _detail(
    row: _Row, portrait: Portrait, wearer: Person, camera: str, face_px: int
) -> NDArray[np.uint8]:
    """An eye and the cheek under it, or a mask's edge, pixel for pixel at that face width."""
    rng = generator(row.seed, row.pai, camera, "detail")
    away = face_px / DETAIL
    x, y = (0.30, 0.46) if row.pai == "partial-lower" else (0.33, 0.31)  # of the face's box
    view = View(DETAIL, float(face_px), (0.5 + (0.5 - x) * away, 0.5 + (0.5 - y) * away), 0.0)
    shared = generator(row.seed, camera, "detail")
    now = draw_circumstances(view, row.catalogue.sessions["session-2"], shared)
    # a close-up is in focus, or there would be nothing to look at
    now = replace(now, shot=replace(now.shot, defocus_px=0.0, motion_px=0.0))
    device = row.catalogue.devices[camera].model_copy(update={"rescale": 1.0})
    if not row.pai:
        return render_live(portrait, device, now, rng)
    instrument = row.catalogue.instruments[row.pai]
    how = instrument.present(rng, framed=0.0)
    worn = wearer.live("session-2", 0) if instrument.worn else None
    return render_attack(
        portrait, instrument, device=device, now=now, how=how, rng=rng, wearer=worn
    )


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
    for i, (_, face_px) in enumerate(CLOSE):
        _write(head, f"1:1, face {face_px} px", (start + i * (DETAIL + 4) + 6, 18))
    return head


def _write(image: NDArray[np.uint8], text: str, at: tuple[int, int]) -> None:
    cv2.putText(image, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (30, 30, 30), 1, cv2.LINE_AA)
