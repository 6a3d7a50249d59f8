"""Files to records: decode, find faces, score, decide. Nothing that failed is ever live."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, MediaError
from spoofcue.faces.box import Box
from spoofcue.faces.crop import crop_face
from spoofcue.faces.detect import FaceDetector
from spoofcue.media.image import read_image
from spoofcue.media.kinds import find_media, media_kind
from spoofcue.media.video import sample_frames
from spoofcue.scoring.decision import FaceRecord, decide
from spoofcue.scoring.face import FaceScore, FaceScorer, for_picture
from spoofcue.scoring.pictures import cue_heatmap, cue_overlay
from spoofcue.whole_files import write_bytes

UNREADABLE = frozenset({"unreadable", "too_large", "no_frames", "error"})
Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Predictor:
    """A model with a face detector and a threshold.

    Attributes:
        model: the trained detector.
        faces: finds faces.
        threshold: a score above it is an attack.
        frames: sampled from each video.
        cues: folder for pictures of face, cue map and overlay; None for none. A method without a
            map leaves none either.

    """

    model: FaceScorer
    faces: FaceDetector
    threshold: float
    frames: int = 10
    cues: Path | None = None

    def file(self, path: Path) -> list[FaceRecord]:
        """One record for each face of an image; one for the main face of a video.

        A file that cannot be judged gives one ``rejected`` record and no exception.
        """
        try:
            return self._video(path) if media_kind(path) == "video" else self._image(path)
        except MediaError as error:
            return [self._rejected(path, error.reason, str(error))]
        # Fails closed: whatever breaks while judging a file must end as `rejected`.
        except Exception as error:
            return [self._rejected(path, "error", f"{type(error).__name__}: {error}")]

    def _image(self, path: Path) -> list[FaceRecord]:
        image = read_image(path)
        boxes = self.faces.detect(image)
        if not boxes:
            return [self._rejected(path, "no_face", f"{self.faces.name} found no face")]
        return [self._face(path, image, box, i) for i, box in enumerate(boxes)]

    def _face(self, path: Path, image: Image, box: Box, number: int) -> FaceRecord:
        small = self._too_small(path, box)
        if small:
            return small
        result = self.model.score([self._crop(image, box)])[0]
        return self._judged(path, result.score, box, 1, self._picture(path, result, number))

    def _video(self, path: Path) -> list[FaceRecord]:
        """The mean over the sampled frames that show a face, the largest face of each."""
        results: list[tuple[FaceScore, Box]] = []
        smallest: FaceRecord | None = None
        for frame in sample_frames(path, self.frames):
            boxes = self.faces.detect(frame.image)
            if not boxes:
                continue
            smallest = self._too_small(path, boxes[0])
            if smallest is None:
                crop = self._crop(frame.image, boxes[0])
                results.append((self.model.score([crop])[0], boxes[0]))
        if not results:
            return [
                smallest
                or self._rejected(path, "no_face", f"{self.faces.name} found no face in any frame")
            ]
        score = float(np.mean([r.score for r, _ in results]))
        middle, box = results[len(results) // 2]
        return [self._judged(path, score, box, len(results), self._picture(path, middle, 0))]

    def _crop(self, image: Image, box: Box) -> Image:
        return (
            image if self.faces.name == "whole" else crop_face(image, box, self.model.facts.margin)
        )

    def _too_small(self, path: Path, box: Box) -> FaceRecord | None:
        least = self.model.facts.min_face_px
        if min(box.w, box.h) >= least:
            return None
        detail = f"the face is {box.w} x {box.h} px; {least} px are needed: move closer"
        return replace(self._rejected(path, "face_too_small", detail), box=box)

    def _judged(
        self, path: Path, score: float, box: Box, frames: int, cue: str | None
    ) -> FaceRecord:
        decision = decide(score, self.threshold)
        if decision == "rejected":
            return self._rejected(path, "error", f"the score is not a finite number: {score}")
        return FaceRecord(
            path=str(path),
            decision=decision,
            reason=None,
            detail=None,
            score=score,
            threshold=self.threshold,
            box=box,
            frames=frames,
            model=self.model.facts.id,
            cue=cue,
        )

    def _rejected(self, path: Path, reason: str, detail: str) -> FaceRecord:
        return FaceRecord(
            path=str(path),
            decision="rejected",
            reason=reason,
            detail=detail,
            score=None,
            threshold=self.threshold,
            box=None,
            frames=0,
            model=self.model.facts.id,
        )

    def _picture(self, path: Path, result: FaceScore, number: int) -> str | None:
        if self.cues is None or result.cue is None:
            return None
        face, cue = for_picture(result)
        sheet = np.hstack([face, cue_heatmap(cue), cue_overlay(face, cue)])
        # The whole path is in the name: photos of two folders may be called alike.
        flat = "_".join(p for p in path.parts if p not in ("/", "..", "."))
        target = self.cues / f"{flat}.face{number}.png"
        write_picture(target, sheet)
        return str(target)


def write_picture(path: Path, image: Image) -> None:
    """Write (H, W, 3) uint8 RGB as the suffix says (.png or .jpg), whole or not at all."""
    import cv2

    path.parent.mkdir(parents=True, exist_ok=True)
    quality = [cv2.IMWRITE_JPEG_QUALITY, 88] if path.suffix == ".jpg" else []
    _, data = cv2.imencode(path.suffix, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)
    write_bytes(path, data.tobytes())


def expand_paths(paths: list[Path]) -> list[Path]:
    """Files as they are, folders as the media in them.

    Raises:
        InputError: a path does not exist, or a folder holds no media.

    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = find_media(path)
            if not found:
                raise InputError(f"{path} holds no image or video.")
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise InputError(f"there is no file or folder {path}.")
    return files
