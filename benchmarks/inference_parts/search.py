"""The fast search for a face beside the full one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from inference_parts.people import Image
from inference_parts.rows import SearchRow
from spoofcue.faces.box import Box
from spoofcue.faces.hog import DlibDetector


def iou(a: Box, b: Box) -> float:
    """Intersection over union."""
    width = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    height = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    both = max(width, 0) * max(height, 0)
    return both / (a.area + b.area - both)


class _Counted:
    """dlib's detector, counting the pictures that it is shown."""

    def __init__(self, find: Any) -> None:
        self._find, self.looks = find, 0
        self.detection_window_width = find.detection_window_width

    def __call__(self, image: Image, enlarged: int) -> Any:
        self.looks += 1
        return self._find(image, enlarged)


def search_row(face_px: int, frames: Sequence[Image]) -> SearchRow:
    """Both searches on every frame, in turn."""
    detector = DlibDetector()
    counted = _Counted(detector._find)
    detector._find = counted
    overlaps, times = [], {"full": [], "fast": []}
    found = {"full": 0, "fast": 0}
    settled = 0
    for frame in frames:
        began = time.perf_counter()
        full = detector.detect(frame)
        between = time.perf_counter()
        counted.looks = 0
        fast = detector.detect_largest(frame)
        times["fast"].append(1000 * (time.perf_counter() - between))
        times["full"].append(1000 * (between - began))
        settled += counted.looks == 1
        found["full"] += bool(full)
        found["fast"] += bool(fast)
        if full and fast:
            overlaps.append(iou(full[0], fast[0]))
    return SearchRow(
        face_px=face_px,
        n=len(frames),
        full_found=found["full"],
        fast_found=found["fast"],
        settled=settled,
        mean_iou=float(np.mean(overlaps)) if overlaps else None,
        least_iou=float(np.min(overlaps)) if overlaps else None,
        full_ms=float(np.median(times["full"])),
        fast_ms=float(np.median(times["fast"])),
    )
