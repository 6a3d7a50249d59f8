"""One recording to face crops: boxes that the data give or a detector finds, checked; the rows."""

from __future__ import annotations

import hashlib
import re
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spoofcue.data.manifest import EARLY
from spoofcue.data.recording import Problem, Recording
from spoofcue.errors import InputError, MediaError
from spoofcue.faces.box import DEFAULT_MARGIN, MIN_FACE_PX, Box, crop_face
from spoofcue.faces.box_files import BoxTrack, read_box_file
from spoofcue.faces.detect import DetectorName, FaceDetector, make_detector
from spoofcue.media.animation import read_still_or_clip
from spoofcue.media.crops import as_png
from spoofcue.media.kinds import is_video_file
from spoofcue.media.picture_sums import sum_of
from spoofcue.media.video import Clip, Frame, sample_clip
from spoofcue.whole_files import fitting


@dataclass(slots=True)
class GivenBoxes:
    """One box for all frames, a track of boxes, or neither.

    Attributes:
        media: name of the recording.
        box: of every frame, cut to the frame.
        track: read from the recording's box file.
        problems: found so far; :meth:`at` adds to them.

    """

    media: str
    box: Box | None = None
    track: BoxTrack | None = None
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, recording: Recording, total: int, *, use: bool = True) -> GivenBoxes:
        """The boxes of a recording of ``total`` frames; none if they are not to be used."""
        given = cls(recording.media)
        if not use:
            return given
        given.box = recording.box
        if recording.boxes is None or recording.box_format is None:
            return given
        try:
            given.track = read_box_file(recording.boxes, recording.box_format)
        except InputError as error:
            given.problems.append(Problem("boxes_unreadable", recording.media, str(error)))
            return given
        if given.track.ends_before(total):
            detail = f"{recording.boxes.name} covers {given.track.length} of {total} frames"
            given.problems.append(Problem("boxes_short", recording.media, detail))
        return given

    def at(self, frame: int, frame_w: int, frame_h: int) -> Box | None:
        """The part of the frame's box that lies in the frame; None: ask a detector.

        A box wholly outside is a problem, and no box.
        """
        box = self.track.at(frame, frame_w, frame_h) if self.track else self.box
        if box is None:
            return None
        inside = box.clipped(frame_w, frame_h)
        if inside is None:
            detail = (
                f"frame {frame}: box at {box.x}, {box.y} of {box.w} x {box.h} px, "
                f"frame of {frame_w} x {frame_h}"
            )
            self.problems.append(Problem("box_outside", self.media, detail))
        return inside


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """How faces are found and cropped.

    Attributes:
        frames: sampled from each video.
        detector: dlib, yunet, or none (each picture is a face already).
        yunet_model: for the detector yunet, another file than the one that ships.
        margin: see :func:`spoofcue.faces.box.expand_box`; unused where the picture is the face.
        min_face_px: shorter boxes are rejected as face_too_small.
        crop_format: png is lossless; jpeg is 4:4:4 at quality 98, a fifth of the size.
        boxes: given takes the boxes that the data ship and the detector where there is none;
            detector takes the detector everywhere.
        given_margin: about boxes that the data ship; None is ``margin``.
        early_frames: sampled besides from the first ``early_below`` frames of each train video,
            and marked as such; for protocols that train on those.
        early_below: see there; 0 where no early frames are taken.
        crops: each crop is a file, or those of a shard lie in one tar.

    """

    frames: int = 10
    detector: DetectorName = "dlib"
    yunet_model: Path | None = None
    margin: float = DEFAULT_MARGIN
    min_face_px: int = MIN_FACE_PX
    crop_format: Literal["png", "jpeg"] = "png"
    boxes: Literal["given", "detector"] = "given"
    given_margin: float | None = None
    early_frames: int = 0
    early_below: int = 0
    crops: Literal["files", "shards"] = "files"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What came of one recording.

    Attributes:
        rows: of the manifest, one a frame; ``crop`` is the name of a file of its own.
        problems: what was wrong with its files.
        crops: the encoded crops, in the order of the rows that have one.

    """

    rows: list[dict[str, Any]]
    problems: list[Problem]
    crops: list[bytes]


@lru_cache(maxsize=1)
def _detector(name: DetectorName, model: Path | None) -> FaceDetector:
    import cv2

    cv2.setNumThreads(1)  # one process a core already
    return make_detector(name, model)


def known_of(recording: Recording) -> dict[str, Any]:
    """What each of a recording's rows says of it."""
    return {
        "media": recording.media,
        "video": recording.video or recording.media,
        "dataset": recording.dataset,
        "subject": recording.subject,
        "label": recording.label,
        "pai": recording.pai,
        "session": recording.session,
        "device": recording.device,
        "variant": recording.variant,
        "split": recording.split,
    }


def unread(recording: Recording, status: str, reason: str) -> Extraction:
    """The one row of a recording that could not be read."""
    row = known_of(recording) | {"frame": 0, "status": status, "reason": reason}
    return Extraction([row], [Problem("undecodable", recording.media, reason)], [])


def extract(recording: Recording, options: PrepareOptions) -> Extraction:
    """The face crops of one recording.

    A frame without a usable face, and a file that cannot be read, gives a row with its status
    and reason and no crop.
    """
    known = known_of(recording)
    # of train videos alone: no protocol tunes or judges on the first frames only
    early = options.early_frames if recording.split == "train" else 0
    try:
        if is_video_file(recording.path):
            clip = sample_clip(recording.path, options.frames, early, options.early_below)
        else:
            read = read_still_or_clip(recording.path, options.frames, early, options.early_below)
            clip = read if isinstance(read, Clip) else Clip([Frame(0, 0.0, read)], 1)
    except MediaError as error:
        return unread(recording, error.reason, str(error))
    given = GivenBoxes.of(recording, clip.total, use=options.boxes == "given")
    if clip.cut or clip.decoded < clip.wanted:
        detail = f"{clip.decoded} of {clip.wanted} frames decode"
        detail += ", and it breaks off within a frame" if clip.cut else ""
        given.problems.append(Problem("broken_frames", recording.media, detail))
    crops: list[bytes] = []
    rows = [
        known
        | {"sample": EARLY if f.index in clip.early else None}
        | _crop_frame(f, given, recording, options, crops)
        for f in clip.frames
    ]
    rows += [
        known | {"frame": place, "status": "unreadable", "reason": "the frame does not decode"}
        for place, frame in zip(clip.places, clip.spread, strict=True)
        if frame is None
    ]
    return Extraction(rows, given.problems, crops)


def _crop_frame(
    frame: Frame,
    given: GivenBoxes,
    recording: Recording,
    options: PrepareOptions,
    crops: list[bytes],
) -> dict[str, Any]:
    height, width = frame.image.shape[:2]
    row: dict[str, Any] = {
        "frame": frame.index,
        "time_s": frame.time_s,
        "frame_w": width,
        "frame_h": height,
    }
    box, source, margin = given.at(frame.index, width, height), "given", options.given_margin
    if box is None:
        detector = _detector(options.detector, options.yunet_model)
        faces = detector.detect(frame.image)
        box, source = (faces[0] if faces else None), detector.name
    if margin is None or source != "given":
        margin = options.margin
    if box is None:
        return row | {"status": "no_face", "reason": f"{source} found no face"}
    row |= {"box_x": box.x, "box_y": box.y, "box_w": box.w, "box_h": box.h, "box_source": source}
    if min(box.w, box.h) < options.min_face_px:
        return row | {
            "status": "face_too_small",
            "reason": f"the face is {box.w} x {box.h} px, less than {options.min_face_px}",
        }
    crop = frame.image if source == "whole" else crop_face(frame.image, box, margin)
    crops.append(_encoded(crop, options.crop_format))
    return row | {
        "crop": crop_name(recording, frame.index, options.crop_format),
        "crop_w": crop.shape[1],
        "crop_h": crop.shape[0],
        **asdict(sum_of(frame.image)),
        "status": "ok",
    }


def crop_name(recording: Recording, frame: int, crop_format: str) -> str:
    """``crops/<split>/<subject>/<stem>-<hash>_<frame>.png``; the hash keeps equal stems apart."""
    digest = hashlib.sha256(recording.media.encode()).hexdigest()[:8]
    subject, stem = (
        re.sub(r"[^\w.-]+", "_", t)[:60] for t in (recording.subject, recording.path.stem)
    )
    suffix = "png" if crop_format == "png" else "jpg"
    name = fitting(f"{stem}-{digest}_{frame:05d}.{suffix}")
    return f"crops/{recording.split}/{fitting(subject)}/{name}"


def _encoded(crop: NDArray[np.uint8], crop_format: str) -> bytes:
    import cv2

    if crop_format == "png":
        return as_png(crop)
    full = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
    how = [cv2.IMWRITE_JPEG_QUALITY, 98, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, full]
    return cv2.imencode(".jpg", cv2.cvtColor(crop, cv2.COLOR_RGB2BGR), how)[1].tobytes()
