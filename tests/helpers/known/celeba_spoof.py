"""What is known of CelebA-Spoof, stated by hand; nothing here comes from the package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from helpers.clips import SIDE, image, render
from helpers.known_dataset import Known, Row, put


def miniature(root: Path) -> None:
    """Files 000002 have an empty box file, 000003 one that reaches over the border."""
    labels: dict[str, dict[str, list[int]]] = {}
    for split, person in (("train", 1), ("train", 2), ("test", 9001), ("test", 9002)):
        for number in range(1, 14):
            type_ = max(0, number - 3)
            kind = "live" if type_ == 0 else "spoof"
            name = f"Data/{split}/{person}/{kind}/{number:06d}"
            suffix = "png" if number == 4 else "jpg"
            put(root / f"{name}.{suffix}", image(person, f"{type_}" if type_ else None, suffix))
            x, y, w, h = (round(v * 224 / SIDE) for v in render(person)[1].box_in(0))
            box = f"{x} {y} {w} {h} 0.99\n"
            if number == 3:
                box = f"{-5} {y} {x + w + 5} {h} 0.9\n"
            put(root / f"{name}_BB.txt", "" if number == 2 else box)
            light, place = (1 + number % 4, 1 + number % 2) if type_ else (0, 0)
            values = [0] * 40 + [type_, light, place, int(type_ > 0)]
            labels.setdefault(split, {})[f"{name}.{suffix}"] = values
    tests = ("high", "middle", "low")
    folders = ("intra_test", "protocol1", *(f"protocol2/test_on_{q}_quality_device" for q in tests))
    for folder, split in product(folders, labels):
        put(root / f"metas/{folder}/{split}_label.json", json.dumps(labels[split]))


CELEBA = [
    "print-photo", "print-poster", "print-a4", "mask-face", "mask-upper-body", "mask-region",
    "replay-pc", "replay-pad", "replay-phone", "mask-3d",
]  # fmt: skip


def rows() -> Iterator[Row]:
    """A thousandth of the people; every one live and with each instrument."""
    for person, pai in product(range(60), [None, *CELEBA]):
        split = "train" if person < 50 else "test"
        yield {
            "media": f"Data/{split}/{person}/{pai or 'live'}/000001.jpg",
            "subject": f"celeba-spoof/{person}", "pai": pai, "split": split,
        }  # fmt: skip


KNOWN = Known(
    name="celeba-spoof",
    title="CelebA-Spoof",
    people=10177,
    published={"train": 494405, "test": 67170},
    names=[
        ("Data/train/12/live/000001.jpg", ("12", "train", None, None, None, None)),
        ("Data/test/7/spoof/03.png", ("7", "test", "spoof", None, None, None)),
    ],
    box_files=[("Data/train/1/live/000001.jpg", "Data/train/1/live/000001_BB.txt", "celeba-224")],
    least_overlap=0.95,  # rounded on the canvas of 224 px
    misnamed=[
        "Data/train/1/fake/000001.jpg",
    ],
    miniature=miniature,
    examples=[
        ("Data/train/1/live/000001.jpg", ("1", "train", None, None, None, None)),
        ("Data/test/9001/spoof/000013.jpg", ("9001", "test", "mask-3d", "strong", None, "outdoor")),
    ],
    rows=rows,
)
