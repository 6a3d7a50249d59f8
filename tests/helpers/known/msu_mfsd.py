"""What is known of MSU-MFSD, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from helpers.clips import FRAMES, render
from helpers.known_dataset import Known, Row, clip, put


def miniature(root: Path) -> None:
    train = "02 03 05 06 07 08 09 11 12 21 22 34 53 54 55"
    test = "01 13 14 23 24 26 28 29 30 32 33 35 36 37 39 42 48 49 50 51"
    put(root / "train_sub_list.txt", train.replace(" ", "\n") + "\n")
    put(root / "test_sub_list.txt", test.replace(" ", "\n") + "\n")
    kinds = (None, "printed_photo", "ipad_video", "iphone_video")
    for client, kind, device in product((2, 3, 1, 13), kinds, ("android", "laptop")):
        place = "real/real" if kind is None else "attack/attack"
        middle = "" if kind is None else f"{kind}_"
        base = f"scene01/{place}_client{client:03d}_{device}_SD_{middle}scene01"
        clip(root / f"{base}.{'mp4' if device == 'android' else 'mov'}", client, kind)
        rows = []
        for i in range(0, FRAMES, 2):
            x, y, w, h = render(client)[1].box_in(i)
            eyes = render(client)[1].eyes_in(i)
            rows.append(",".join(map(str, (i, x, y, x + w, y + h, *eyes))))
        put(root / f"{base}.face", "\n".join(rows) + "\n")


def whole() -> list[str]:
    listed = "01 02 03 05 06 07 08 09 11 12 13 14 21 22 23 24 26 28 29 30 32 33 34 35 36 37 39 42"
    names = []
    for client in f"{listed} 48 49 50 51 53 54 55".split():
        for device, suffix in (("android", "mp4"), ("laptop", "mov")):
            names += [f"scene01/real/real_client0{client}_{device}_SD_scene01.{suffix}"]
            for kind in ("ipad_video", "iphone_video", "printed_photo"):
                name = f"attack_client0{client}_{device}_SD_{kind}_scene01.{suffix}"
                names += [f"scene01/attack/{name}"]
    return names


MSU_TRAIN = [2, 3, 5, 6, 7, 8, 9, 11, 12, 21, 22, 34, 53, 54, 55]


MSU_TEST = [1, 13, 14, 23, 24, 26, 28, 29, 30, 32, 33, 35, 36, 37, 39, 42, 48, 49, 50, 51]


def rows() -> Iterator[Row]:
    pais = [None, "print-photo", "replay-ipad", "replay-iphone"]
    for split, people in (("train", MSU_TRAIN), ("test", MSU_TEST)):
        for person, device, pai in product(people, ("android", "laptop"), pais):
            yield {
                "media": f"{person:02d}-{device}-{pai}.mp4", "subject": f"msu-mfsd/{person:02d}",
                "device": device, "pai": pai, "split": split,
            }  # fmt: skip


KNOWN = Known(
    name="msu-mfsd",
    title="MSU-MFSD",
    people=35,
    published={"train": (30, 90), "test": (40, 120)},
    names=[
        (
            "scene01/real/real_client002_android_SD_scene01.mp4",
            ("02", "train", None, "scene01", "android", None),
        ),
        *(
            (
                f"scene01/attack/attack_client051_laptop_SD_{kind}_scene01.mov",
                ("51", "test", pai, "scene01", "laptop", None),
            )
            for kind, pai in (
                ("printed_photo", "print-photo"),
                ("ipad_video", "replay-ipad"),
                ("iphone_video", "replay-iphone"),
            )
        ),
    ],
    box_files=[
        (
            "scene01/real/real_client002_android_SD_scene01.mp4",
            "scene01/real/real_client002_android_SD_scene01.face",
            "msu-corners-eyes",
        )
    ],
    least_overlap=0.9,  # every other frame is listed; the face moves by 2 px
    misnamed=[
        "scene01/real/real_client001_android_SD_ipad_video_scene01.mp4",
    ],
    misplaced=[
        "scene01/real/real_client004_android_SD_scene01.mp4",
    ],
    miniature=miniature,
    examples=[
        (
            "scene01/real/real_client001_android_SD_scene01.mp4",
            ("01", "test", None, "scene01", "android", None),
        ),
        (
            "scene01/attack/attack_client002_laptop_SD_iphone_video_scene01.mov",
            ("02", "train", "replay-iphone", "scene01", "laptop", None),
        ),
    ],
    whole=whole,
    rows=rows,
)
