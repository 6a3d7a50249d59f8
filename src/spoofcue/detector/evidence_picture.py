"""The picture of one decision: face, cue map and overlay side by side, and what else was seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.faces.box import Box
from spoofcue.media.image import Image
from spoofcue.patches.inputs import resized
from spoofcue.scoring.combination import Evidence
from spoofcue.scoring.face import FaceScore, for_picture
from spoofcue.scoring.pictures import cue_heatmap, cue_overlay

SIDE = 320  # px, height of a sheet without a cue map
# RGB, told apart by most colour-blind people; the first is the face's box
COLOURS = ((255, 255, 255), (230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66))


def evidence_picture(
    score: float | None,
    cue: NDArray[np.float32] | None,
    face: Image | None,
    frame: Image | None,
    box: Box | None,
    experts: tuple[Evidence, ...],
) -> Image | None:
    """What a decision with cue maps shows, (h, w, 3) uint8 RGB.

    Left to right: the face, its cue map, both; and where experts looked at more than the face, the
    picture with the face's box and a rectangle for each of them.

    Args:
        score: of the decision; None: there is nothing to show.
        cue: (C, h, w) float32 in [-1, 1], if the method has one.
        face: (h, w, 3) uint8 RGB, the pixels that it is of.
        frame: (H, W, 3) uint8 RGB, the whole picture.
        box: of the face, px of the frame.
        experts: what each said, and where it looked.

    Returns:
        None if there is nothing of these to show.

    """
    if score is None:
        return None
    panels: list[Image] = []
    if cue is not None and face is not None:
        small, map_ = for_picture(FaceScore(score, cue, face))
        panels += [small, cue_heatmap(map_), cue_overlay(small, map_)]
    others = experts[1:] if panels else experts
    if others and frame is not None and box is not None:
        height = panels[0].shape[0] if panels else SIDE
        panels.append(surroundings(frame, box, others, height))
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
