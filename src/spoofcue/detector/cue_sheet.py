"""The picture of one decision: face, cue map and overlay side by side, and what else was seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spoofcue.detector.result import Result
from spoofcue.faces.box import Box
from spoofcue.media.image import Image
from spoofcue.patches.inputs import resized
from spoofcue.scoring.combination import Evidence
from spoofcue.scoring.face import FaceScore, for_picture
from spoofcue.scoring.pictures import cue_heatmap, cue_overlay, write_picture
from spoofcue.whole_files import fitting

SIDE = 320  # px, height of a sheet without a cue map
# RGB, told apart by most colour-blind people; the first is the face's box
COLOURS = ((255, 255, 255), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66))


def write_cue_sheet(result: Result, media: Path, number: int, folder: Path) -> Path | None:
    """Write the :func:`cue_sheet` of face ``number`` of ``media`` into ``folder``, as PNG.

    Returns:
        None if there is nothing to show.

    """
    sheet = cue_sheet(result)
    if sheet is None:
        return None
    # The whole path is in the name: photos of two folders may be called alike.
    flat = "_".join(p for p in media.parts if p not in ("/", "..", "."))
    target = folder / fitting(f"{flat}.face{number}.png")
    write_picture(target, sheet)
    return target


def cue_sheet(result: Result) -> Image | None:
    """What a decision with cue maps shows, (h, w, 3) uint8 RGB.

    Left to right: the face, its cue map, both; and where experts looked at more than the face, the
    picture with the face's box and a rectangle for each of them.

    Returns:
        None if there is nothing of these to show.

    """
    if result.score is None:
        return None
    panels: list[Image] = []
    if result.cue_map is not None and result.face is not None:
        face, cue = for_picture(FaceScore(result.score, result.cue_map, result.face))
        panels += [face, cue_heatmap(cue), cue_overlay(face, cue)]
    others = result.evidence[1:] if panels else result.evidence
    if others and result.frame is not None and result.box is not None:
        height = panels[0].shape[0] if panels else SIDE
        panels.append(surroundings(result.frame, result.box, others, height))
    return np.hstack(panels) if panels else None


def surroundings(frame: Image, face: Box, experts: tuple[Evidence, ...], height: int) -> Image:
    """The picture with the face's box, and what each expert looked at with its name.

    What was not looked at, since too little of it lies in the picture, has no rectangle.

    Args:
        frame: (H, W, 3) uint8 RGB.
        face: px of the frame.
        experts: at most eight.
        height: of the result, px.

    """
    import cv2

    scale = height / frame.shape[0]
    width = max(1, round(frame.shape[1] * scale))
    drawn = np.ascontiguousarray(resized(frame, height, width, "area"))
    line = max(1, height // 160)
    seen = [(None, face)] + [(e.expert, e.box) for e in experts if e.missing is None]
    for number, (name, box) in enumerate(seen):
        colour = COLOURS[number % len(COLOURS)]
        # a padded rectangle reaches over the border, where nothing can be drawn
        inside = box.clipped(frame.shape[1], frame.shape[0]) or box
        left, top = round(inside.x * scale), round(inside.y * scale)
        right = min(width - 1, round((inside.x + inside.w) * scale) - 1)
        bottom = min(height - 1, round((inside.y + inside.h) * scale) - 1)
        cv2.rectangle(drawn, (left, top), (right, bottom), colour, line)
        if name:
            at = left + 2 * line, min(height - 2, top + 12 * number * line + 2)
            cv2.putText(drawn, name, at, cv2.FONT_HERSHEY_PLAIN, 0.8 * line, colour, line)
    return drawn
