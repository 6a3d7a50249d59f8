"""The embedding as one HTML file to explore: no server, no network, no library."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from spoofcue.figures.canvas import looks, number
from spoofcue.figures.evidence import face_evidence
from spoofcue.figures.scored_faces import ScoredFace, kinds_in
from spoofcue.media.crops import read_crop
from spoofcue.media.image import Image
from spoofcue.patches.inputs import resized
from spoofcue.report.plots import ATTACK, LIVE
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.pictures import cue_heatmap
from spoofcue.whole_files import write_text

THUMB_PX = 96
HEIGHT = 0.8  # of the plot, its width being 1


def write_explorer(
    path: Path,
    faces: Sequence[ScoredFace],
    places: NDArray[np.float32],
    *,
    title: str,
    caption: str,
    model: FaceScorer,
    data: Path,
    scale: float,
    threshold: float,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write the page.

    Args:
        path: the HTML file.
        title: heading.
        caption: below it.
        faces: N of them.
        places: (N, 2).
        model: makes the cue maps that are shown.
        data: prepared folder of the faces.
        scale: magnitude of the brightest colour.
        threshold: a score above it is an attack.
        progress: called with the number of cue maps made.

    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    columns = int(np.ceil(np.sqrt(len(faces))))
    face_sheet, cue_sheet = _sheets(
        faces, model, data=data, scale=scale, columns=columns, progress=progress
    )
    environment = Environment(
        loader=PackageLoader("spoofcue.figures", "."), autoescape=True, undefined=StrictUndefined
    )
    # Legends keep their order: live first.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    html = environment.get_template("explorer.html.j2").render(
        title=title,
        caption=caption,
        scale=number(scale),
        height=HEIGHT,
        faces=face_sheet,
        cues=cue_sheet,
        rows=-(-len(faces) // columns),
        columns=columns,
        points=_points(faces, places, threshold),
    )
    write_text(path, html)
    return path


def _points(
    faces: Sequence[ScoredFace], places: NDArray[np.float32], threshold: float
) -> dict[str, Any]:
    """What the page's script gets; x is 0..1, y is 0..HEIGHT downwards; each axis is filled."""
    low = places.min(axis=0)
    unit = (places - low) / np.maximum(places.max(axis=0) - low, 1e-9)
    style = looks(kinds_in(f.kind for f in faces))
    return {
        "colour": {
            "class": {"live": LIVE, "attack": ATTACK},
            "kind": {k: c for k, (c, _) in style.items() if k in {f.kind for f in faces}},
        },
        "rows": [
            {
                "x": round(float(x), 4),
                "y": round(HEIGHT * (1 - float(y)), 4),
                "class": "attack" if f.is_attack else "live",
                "kind": f.kind,
                "subject": f.subject,
                "score": number(f.score),
                "called": "attack" if f.score > threshold else "live",
            }
            for f, (x, y) in zip(faces, unit, strict=True)
        ],
    }


def _sheets(
    faces: Sequence[ScoredFace],
    model: FaceScorer,
    *,
    data: Path,
    scale: float,
    columns: int,
    progress: Callable[[int], None] | None,
) -> tuple[str, str]:
    """All thumbnails in one picture, and all cue maps: a file each would be mostly headers."""
    rows = -(-len(faces) // columns)
    sheets = [np.zeros((rows * THUMB_PX, columns * THUMB_PX, 3), np.uint8) for _ in range(2)]
    for number_, face in enumerate(faces):
        evidence = face_evidence(model, read_crop(data / face.crop))
        assert evidence is not None  # a model with layers makes cue maps
        top, left = (THUMB_PX * k for k in divmod(number_, columns))
        cue = np.repeat(evidence.magnitude[None], 3, axis=0)
        for sheet, picture in zip(sheets, (evidence.face, cue_heatmap(cue, scale)), strict=True):
            sheet[top : top + THUMB_PX, left : left + THUMB_PX] = resized(
                picture, THUMB_PX, THUMB_PX, "area"
            )
        if progress:
            progress(number_ + 1)
    return _jpeg(sheets[0]), _jpeg(sheets[1])


def _jpeg(image: Image) -> str:
    data = io.BytesIO()
    Pictures.fromarray(image).save(data, "JPEG", quality=82)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
