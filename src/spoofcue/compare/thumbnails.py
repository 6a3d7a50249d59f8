"""Crops of test faces as small pictures inside the page."""

from __future__ import annotations

import base64
import io

from spoofcue.compare.contest import Contest
from spoofcue.compare.disagreement import Face
from spoofcue.errors import MediaError
from spoofcue.media.image import read_image

SIDE = 132  # px; shown at 100, a little more for dense screens
QUALITY = 80


class Thumbnails:
    """Data URIs of faces; counts those whose crop is gone."""

    def __init__(self) -> None:
        self.missing = 0
        self._made: dict[str, str] = {}

    def of(self, contest: Contest, face: Face) -> str:
        """The face's picture, from any compared result whose crops are still there; or empty."""
        fold = next(f for f in contest.folds if f.name == face.fold)
        for entrants in fold.entrants.values():
            for entrant in entrants:
                crop = entrant.crops[face.row]
                for root in entrant.trained.roots if crop else ():
                    path = root / crop
                    if not path.is_file():
                        continue
                    key = str(path.resolve())
                    if key not in self._made:
                        self._made[key] = self._make(path.read_bytes())
                    if self._made[key]:
                        return self._made[key]
        self.missing += 1
        return ""

    @staticmethod
    def _make(data: bytes) -> str:
        from PIL import Image

        try:
            picture = Image.fromarray(read_image(data))
        except MediaError:
            return ""
        picture.thumbnail((SIDE, SIDE))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
