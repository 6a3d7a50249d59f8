"""dlib and YuNet side by side: pictures without a face, second faces, boxes, milliseconds.

python benchmarks/face_search.py [FOLDER ...] [--every 1] [--confidence 0.5 0.7] [--paint] [--json]

Of each FOLDER the pictures below it are searched; groups are the folders that lie in it. "several"
are pictures that `EvidenceRule` refuses for a second face, "cut off" and "small" those whose
largest box `QualityLimits` and a least face of 48 px refuse. Boxes are compared where both find a
face: the sides and the shift of the centre in sides of dlib's. With --paint the largest face that
any of them finds is painted out in its picture's mean colour, 1.8 times the box, and "left" counts
the pictures in which a face is found after that: look at them, to tell false from further faces.
Times are medians of the processor's time (a shared machine makes any
other a measure of its guests), one thread, every detector once a round and in turn: of a frame with
a rendered person's face, 260 of its 640 px wide, one without a face, and both enlarged.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from inference_parts.people import Image, framed_face

from spoofcue.detector.evidence import EvidenceRule
from spoofcue.detector.finder import FaceFinder
from spoofcue.detector.quality import QualityLimits
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import MediaError
from spoofcue.faces.box import MIN_FACE_PX, Box
from spoofcue.faces.crop import FACE_CROP
from spoofcue.faces.detect import DlibDetector, FaceDetector, YuNetDetector
from spoofcue.media.image import read_image

OUTCOMES = {
    "no_face": "no face", "several_faces": "several", "cut_off": "cut off",
    "face_too_small": "small",
}  # fmt: skip
FRAMES = ("640x480", "640x480, no face", "1024x768", "1024x768, no face", "1920x1440")


@dataclass
class Searched:
    """What one detector made of the pictures."""

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    largest: dict[Path, Box] = field(default_factory=dict)
    boxes: Counter[int] = field(default_factory=Counter)
    left: int = 0


def pictures_of(folder: Path, every: int) -> Iterator[tuple[str, Path, Image]]:
    """Group, path and pixels of every so-manieth picture below a folder."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file())[::every]:
        try:
            pixels = read_image(path)
        except MediaError:
            continue  # a licence, a list
        yield path.relative_to(folder).parts[0], path, np.ascontiguousarray(pixels)


def look_at(
    searched: Searched, detector: FaceDetector, group: str, path: Path, image: Image
) -> None:
    """One picture as ``Detector`` looks for its face, without the looks at the crop."""
    boxes = detector.detect(image)
    # what is asked of the crop's light and sharpness is not the search's
    lenient = QualityLimits(0, 0, 255, 1, 0)
    known = Known(boxes)
    finder = FaceFinder(known, FACE_CROP, MIN_FACE_PX, lenient, "full", EvidenceRule().second_face)
    refusal = finder.look(image, Stopwatch()).refusal
    count = searched.outcomes.setdefault(group, Counter())
    count["pictures"] += 1
    if refusal:
        count[OUTCOMES.get(refusal.reason, refusal.reason)] += 1
    searched.boxes[len(boxes)] += 1
    if boxes:
        searched.largest[path] = boxes[0]


def painted(image: Image, box: Box) -> Image:
    """The picture without the face and what is about it."""
    left, top = round(box.x - 0.4 * box.w), round(box.y - 0.4 * box.h)
    corner = round(box.x + 1.4 * box.w), round(box.y + 1.4 * box.h)
    colour = image.mean(axis=(0, 1)).tolist()
    return np.asarray(cv2.rectangle(image.copy(), (left, top), corner, colour, -1), np.uint8)


class Known:
    """Boxes that were found already."""

    name = "known"

    def __init__(self, boxes: list[Box]) -> None:
        self._boxes = boxes

    def detect(self, image: Image) -> list[Box]:
        return self._boxes


def beside(ours: dict[Path, Box], reference: dict[Path, Box]) -> dict[str, Any]:
    """Boxes in sides of the reference's, where both are about one face: mean and deviation."""
    rows = []
    pairs = [(ours[path], reference[path]) for path in sorted(ours.keys() & reference.keys())]
    for a, b in pairs:
        across = (a.x + a.w / 2 - b.x - b.w / 2) / b.w
        down = (a.y + a.h / 2 - b.y - b.h / 2) / b.h
        if max(abs(across), abs(down)) < 0.5:
            rows.append((a.w / b.w, a.h / b.h, across, down))
    if not rows:
        return {"pairs": len(pairs), "one_face": 0}
    names = ("width", "height", "right", "down")
    values = np.asarray(rows)
    return {
        "pairs": len(pairs), "one_face": len(rows),
        **{n: [float(v.mean()), float(v.std())] for n, v in zip(names, values.T, strict=True)},
    }  # fmt: skip


def times(rounds: int) -> dict[str, dict[str, float]]:
    """Median ms of the processor for each search of each frame."""
    frame = framed_face(3, 260)
    empty = np.ascontiguousarray(frame[:, :60])
    dlib, yunet = DlibDetector(), YuNetDetector()
    searches = {
        "dlib fast": dlib.detect_largest, "dlib full": dlib.detect, "yunet": yunet.detect
    }  # fmt: skip
    found: dict[str, dict[str, float]] = {}
    for what in FRAMES:
        size = tuple(int(side) for side in what.split(",")[0].split("x"))
        shown = empty if "no face" in what else frame
        image = np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_LINEAR), np.uint8)
        spent: dict[str, list[float]] = {name: [] for name in searches}
        for _ in range(rounds):
            for name, search in searches.items():
                began = time.process_time()
                search(image)
                spent[name].append(1000 * (time.process_time() - began))
        found[what] = {name: float(np.median(values)) for name, values in spent.items()}
    return found


def study(
    folders: list[Path], every: int, confidences: list[float], paint: bool = False
) -> dict[str, Any]:
    detectors: dict[str, FaceDetector] = {"dlib": DlibDetector()}
    for confidence in confidences:
        detectors[f"yunet {confidence:g}"] = YuNetDetector(min_confidence=confidence)
    searched = {name: Searched() for name in detectors}
    for folder in folders:
        for group, path, image in pictures_of(folder, every):
            for name, detector in detectors.items():
                look_at(searched[name], detector, group, path, image)
            found = [seen.largest[path] for seen in searched.values() if path in seen.largest]
            if paint and found:
                rest = painted(image, max(found, key=lambda box: box.area))
                for name, detector in detectors.items():
                    searched[name].left += bool(detector.detect(rest))
    return {
        name: {
            "groups": {group: dict(count) for group, count in seen.outcomes.items()},
            "boxes": dict(sorted(seen.boxes.items())),
            "beside_dlib": beside(seen.largest, searched["dlib"].largest),
            **({"left": seen.left} if paint else {}),
        }
        for name, seen in searched.items()
    }


def show(found: dict[str, Any]) -> None:
    for name, seen in found["searched"].items():
        total = sum((Counter(count) for count in seen["groups"].values()), Counter[str]())
        left = f"; a face left in {seen['left']}" if "left" in seen else ""
        print(f"{name}: {dict(total)}; boxes in a picture {seen['boxes']}{left}")
        for group, count in seen["groups"].items():
            print(f"    {group}: {count}")
        if name != "dlib":
            print(f"    beside dlib's {seen['beside_dlib']}")
    for what, row in found["ms"].items():
        base = row["dlib full"]
        print(
            f"{what:18} " + "  ".join(f"{n} {v:6.1f} ms ({v / base:.2f})" for n, v in row.items())
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--every", type=int, default=1, help="take every so-manieth picture")
    parser.add_argument("--confidence", type=float, nargs="+", default=[0.7])
    parser.add_argument("--paint", action="store_true", help="search once more without the face")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    found = {"searched": study(given.folders, given.every, given.confidence, given.paint)}
    found["ms"] = times(given.rounds)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
