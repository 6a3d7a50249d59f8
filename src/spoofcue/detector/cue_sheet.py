"""The picture of a result as a file."""

from __future__ import annotations

from pathlib import Path

from spoofcue.detector.result import Result
from spoofcue.scoring.pictures import write_picture
from spoofcue.whole_files import fitting


def write_cue_sheet(result: Result, media: Path, number: int, folder: Path) -> Path | None:
    """Write the picture of face ``number`` of ``media`` into ``folder``, as PNG.

    Returns:
        None if there is nothing to show.

    """
    sheet = result.picture()
    if sheet is None:
        return None
    # The whole path is in the name: photos of two folders may be called alike.
    flat = "_".join(p for p in media.parts if p not in ("/", "..", "."))
    target = folder / fitting(f"{flat}.face{number}.png")
    write_picture(target, sheet)
    return target
