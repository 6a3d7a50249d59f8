"""What the benchmark of `score` judges: made pictures, and judges that cost nothing."""

from __future__ import annotations

import io
import struct
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

RENDERED, SIDE = 200, 384  # pictures that are drawn, and their sides in px


def pictures(place: Path, count: int) -> Path:
    """A folder of so many pictures, no two with equal bytes, a thousand in each folder below."""
    folder = place / f"pictures-{count}"
    if (folder / "whole").is_file():
        return folder
    bases = rendered(place)
    for number in range(count):
        target = folder / ("live", "attack")[number % 2] / f"{number // 1000:04d}"
        if number % 1000 < 2:
            target.mkdir(parents=True, exist_ok=True)
        base = bases[number % len(bases)]
        comment = b"picture %d" % number
        segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
        (target / f"{number:07d}.jpg").write_bytes(base[:2] + segment + base[2:])
    (folder / "whole").touch()
    return folder


def rendered(place: Path) -> list[bytes]:
    """Some people, drawn once."""
    from PIL import Image

    from spoofcue.simulate.people import RenderedPerson

    folder = place / "rendered"
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for number in range(RENDERED):
        path = folder / f"{number:03d}.jpg"
        if not path.is_file():
            person = RenderedPerson(f"person-{number}", 0, SIDE)
            image = person.live("session-any", number).photo
            held = io.BytesIO()
            Image.fromarray(image).save(held, "JPEG", quality=85 + number % 10)
            path.write_bytes(held.getvalue())
        made.append(path.read_bytes())
    return made


class Reader:
    """A judge that reads the file and says nothing of it: what is left is the command's own.

    Args:
        seconds: that it waits at each file.

    """

    model_id, threshold = "reader", 0.5

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def refused(self, reason: str, detail: str) -> Any:
        """As a detector says it."""
        from spoofcue.detector.result import Result

        return Result.refused(reason, detail, threshold=self.threshold, model=self.model_id)

    def predict_faces(self, source: Path) -> list[Any]:
        """One face, whose score says how long the file is."""
        time.sleep(self._seconds)
        score = source.stat().st_size % 1000 / 1000
        return [replace(self.refused("", ""), decision="live", score=score, reason=None)]


def make_reader(options: dict[str, Any], threads: int) -> Reader:
    """For the process that judges."""
    return Reader(options.get("seconds", 0.0))


def reader(**options: Any) -> dict[str, Any]:
    """The specification of that judge."""
    return {"factory": "score_parts.score_inputs:make_reader", "options": options}
