"""What is known of FaceForensics++, stated by hand; nothing here comes from the package."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

from helpers.known_dataset import Known, clip, own_parts, put


def miniature(root: Path) -> None:
    kinds = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")
    splits = {"train": [["003", "000"], ["001", "002"]], "val": [["005", "004"]]}
    splits["test"] = [["006", "007"]]
    for split, pairs in splits.items():
        put(root / f"{split}.json", json.dumps(pairs))
        for one, other in pairs:
            for video_ in (one, other):
                path = root / f"original_sequences/youtube/c23/videos/{video_}.mp4"
                clip(path, int(video_) + 1, None)
            for kind, (target, source) in product(kinds, ((one, other), (other, one))):
                inside = root / f"manipulated_sequences/{kind}/c23/videos"
                clip(inside / f"{target}_{source}.mp4", int(target) + 1, kind)


def forensics(qualities: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    pairs = [[f"{2 * i:03d}", f"{2 * i + 1:03d}"] for i in range(500)]
    lists = {"train.json": pairs[:360], "val.json": pairs[360:430], "test.json": pairs[430:]}
    kinds = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")
    names = [
        f"original_sequences/youtube/{q}/videos/{v:03d}.mp4" for q in qualities for v in range(1000)
    ]
    names += [
        f"manipulated_sequences/{kind}/{q}/videos/{a}_{b}.mp4"
        for kind, q, (one, other) in product(kinds, qualities, pairs)
        for a, b in ((one, other), (other, one))
    ]
    return names, {name: json.dumps(part) for name, part in lists.items()}


FORGED = "manipulated_sequences/"


KNOWN = Known(
    name="faceforensics",
    title="FaceForensics++",
    people=None,
    published={"train": (720, 3600), "dev": (140, 700), "test": (140, 700)},
    names=[
        (
            "original_sequences/youtube/c23/videos/001.mp4",
            ("001", "train", None, None, None, "c23"),
        ),
        *(
            (
                f"{FORGED}{kind}/{quality}/videos/003_000.mp4",
                ("000-003", "train", f"forgery-{kind.lower()}", None, None, quality),
            )
            for kind, quality in (
                ("Deepfakes", "c0"),
                ("Face2Face", "raw"),
                ("FaceSwap", "c23"),
                ("NeuralTextures", "c40"),
                ("FaceShifter", "c23"),
            )
        ),
    ],
    misnamed=[
        "manipulated_sequences/Deepfakes/c23/videos/000.mp4",
    ],
    miniature=miniature,
    examples=[
        (
            "original_sequences/youtube/c23/videos/003.mp4",
            ("000-003", "train", None, None, None, "c23"),
        ),
        (
            "manipulated_sequences/FaceShifter/c23/videos/005_004.mp4",
            ("004-005", "dev", "forgery-faceshifter", None, None, "c23"),
        ),
    ],
    whole=lambda: forensics(("c23",))[0],
    rows=lambda: own_parts(
        "faceforensics", ("forgery-deepfakes", "forgery-face2face"), (720, 140, 140)
    ),
)
