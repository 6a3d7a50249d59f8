"""What is known of CASIA-MFSD, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from helpers.known_dataset import Known, Row, clip


def miniature(root: Path) -> None:
    kinds = (None, "warped", "cut", "ipad")
    people = {"train_release": (1, 2, 17), "test_release": (1, 2)}
    for folder, person in ((f, p) for f, listed in people.items() for p in listed):
        who = person + (50 if folder == "test_release" else 0)
        for number in range(1, 9):
            clip(root / folder / str(person) / f"{number}.avi", who, kinds[(number - 1) // 2])
        for number in range(1, 5):
            clip(root / folder / str(person) / f"HR_{number}.avi", who, kinds[number - 1])


def whole() -> list[str]:
    files = [*map(str, range(1, 9)), *(f"HR_{i}" for i in range(1, 5))]
    people = [("train", p) for p in range(1, 21)] + [("test", p) for p in range(1, 31)]
    return [f"{split}_release/{p}/{file}.avi" for split, p in people for file in files]


def rows() -> Iterator[Row]:
    pais = [None, "print-warped", "cut-photo", "replay-ipad"]
    for split, people in (("train", 20), ("test", 30)):
        for person, pai, quality in product(range(1, people + 1), pais, ("low", "normal", "high")):
            yield {
                "media": f"{split}_release/{person}/{pai}-{quality}.avi",
                "subject": f"casia-mfsd/{split}/{person}", "device": quality, "pai": pai,
                "split": split,
            }  # fmt: skip


KNOWN = Known(
    name="casia-mfsd",
    title="CASIA-MFSD",
    people=50,
    published={"train": (60, 180), "test": (90, 270)},
    names=[
        ("train_release/20/1.avi", ("train/20", "train", None, None, "normal", None)),
        ("test_release/30/2.avi", ("test/30", "test", None, None, "low", None)),
        ("test_release/1/HR_1.avi", ("test/1", "test", None, None, "high", None)),
        *(
            (f"train_release/7/{file}.avi", ("train/7", "train", pai, None, quality, None))
            for pai, files in (
                ("print-warped", ("3", "4", "HR_2")),
                ("cut-photo", ("5", "6", "HR_3")),
                ("replay-ipad", ("7", "8", "HR_4")),
            )
            for quality, file in zip(("normal", "low", "high"), files, strict=True)
        ),
    ],
    misnamed=[
        "train_release/1/9.avi",
        "test_release/1/HR_5.avi",
    ],
    misplaced=[
        "train_release/21/1.avi",
    ],
    miniature=miniature,
    examples=[
        ("train_release/17/1.avi", ("train/17", "train", None, None, "normal", None)),
        ("test_release/1/4.avi", ("test/1", "test", "print-warped", None, "low", None)),
        ("test_release/2/HR_3.avi", ("test/2", "test", "cut-photo", None, "high", None)),
    ],
    whole=whole,
    rows=rows,
)
