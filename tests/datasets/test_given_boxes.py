"""The boxes of the miniatures lead to the same faces as the detector does."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.clips import SIDE, render
from helpers.known_dataset import known_datasets, make_miniature
from spoofcue.data.extract import PrepareOptions, extract
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import scan

Xywh = tuple[int, int, int, int]


def overlap(a: Xywh, b: Xywh) -> float:
    """Intersection over union."""
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / (a[2] * a[3] + b[2] * b[3] - both)


@pytest.mark.parametrize(
    ("name", "least"),
    [(k.name, k.least_overlap) for k in known_datasets().values() if k.box_files],
)
def test_each_frame_has_its_face(name: str, least: float, tmp_path: Path) -> None:
    dataset = DATASETS[name]
    found = scan(dataset, make_miniature(name, tmp_path / "tree")).recordings
    one_each = {(r.subject, r.label): r for r in found if not r.media.endswith(("2.jpg", "3.jpg"))}
    for recording in one_each.values():
        made = extract(recording, PrepareOptions(frames=6, min_face_px=20))
        assert made.problems == []
        person = int(recording.subject.rsplit("/", 1)[1])
        for row in made.rows:
            box = tuple(row[f"box_{k}"] for k in "xywh")
            assert row["box_source"] == "given"
            assert overlap(box, render(person)[1].box_in(row["frame"])) >= least


def test_celeba_s_empty_and_overreaching_boxes(tmp_path: Path) -> None:
    root = make_miniature("celeba-spoof", tmp_path / "tree")
    found = {r.media: r for r in scan(DATASETS["celeba-spoof"], root).recordings}
    options = PrepareOptions(min_face_px=20)
    empty = extract(found["Data/train/1/live/000002.jpg"], options)
    assert empty.problems == []
    assert empty.rows[0]["box_source"] == "dlib"
    over = extract(found["Data/train/1/live/000003.jpg"], options)
    assert over.problems == []
    assert over.rows[0]["box_source"] == "given"
    assert over.rows[0]["box_x"] == 0
    assert over.rows[0]["box_w"] < SIDE
