"""The picture of one decision: face, cue map and overlay side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from spoofcue.detector.result import Result
from spoofcue.scoring.face import FaceScore, for_picture
from spoofcue.scoring.pictures import cue_heatmap, cue_overlay, write_picture
from spoofcue.whole_files import fitting


def write_cue_sheet(result: Result, media: Path, number: int, folder: Path) -> Path | None:
    """Write a PNG for face ``number`` of ``media`` into ``folder``; None if there is no cue map."""
    if result.cue_map is None or result.face is None or result.score is None:
        return None
    face, cue = for_picture(FaceScore(result.score, result.cue_map, result.face))
    # The whole path is in the name: photos of two folders may be called alike.
    flat = "_".join(p for p in media.parts if p not in ("/", "..", "."))
    target = folder / fitting(f"{flat}.face{number}.png")
    write_picture(target, np.hstack([face, cue_heatmap(cue), cue_overlay(face, cue)]))
    return target
