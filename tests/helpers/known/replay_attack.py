"""What is known of Replay-Attack, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from helpers.clips import render
from helpers.known_dataset import Known, Row, clip, put


def miniature(root: Path) -> None:
    shown = (
        ("print", "highdef", "photo"),
        *product(("mobile",), ("mobile",), ("photo", "video")),
        *product(("highdef",), ("highdef",), ("photo", "video")),
    )
    lights = ("controlled", "adverse")
    for folder, client in (("train", 1), ("train", 2), ("devel", 3), ("test", 9), ("test", 11)):
        who = f"client{client:03d}_session01"
        names: list[tuple[str, str | None]] = [
            (f"{folder}/real/{who}_webcam_authenticate_{light}_{take}", None)
            for light, take in product(lights, "12")
        ]
        for support, (device, camera, kind), light in product(("fixed", "hand"), shown, lights):
            name = f"attack_{device}_{who}_{camera}_{kind}_{light}"
            names.append((f"{folder}/attack/{support}/{name}", f"{device}-{kind}"))
        for name, attack in names:
            clip(root / f"{name}.mov", client, attack)
            boxes = [(i, *render(client)[1].box_in(i)) for i in (0, 3)]
            rows = [" ".join(map(str, box)) for box in (*boxes, (4, 0, 0, 0, 0))]
            put(root / "face-locations" / f"{name}.face", "\n".join(rows) + "\n")
        clip(root / f"enroll/{folder}/{who}_webcam_enroll_1.mov", client, None)


SHOWN = (
    "print highdef_photo",
    "mobile mobile_photo",
    "mobile mobile_video",
    "highdef highdef_photo",
    "highdef highdef_video",
)


def whole() -> list[str]:
    names = []
    for folder, clients in (
        ("train", range(15)),
        ("devel", range(15, 30)),
        ("test", range(30, 50)),
    ):
        for client, light in product(clients, ("adverse", "controlled")):
            who = f"client{client:03d}_session01"
            names += [f"enroll/{folder}/{who}_webcam_enroll_{light}.mov"]
            for take in "12":
                names += [f"{folder}/real/{who}_webcam_authenticate_{light}_{take}.mov"]
            for support, shown in product(("fixed", "hand"), SHOWN):
                device, source = shown.split()
                name = f"attack_{device}_{who}_{source}_{light}.mov"
                names += [f"{folder}/attack/{support}/{name}"]
    return names


def rows() -> Iterator[Row]:
    pais = ["print-photo", "mobile-photo", "mobile-video", "highdef-photo", "highdef-video"]
    first = 1
    for split, people in (("train", 15), ("dev", 15), ("test", 20)):
        for person in range(first, first + people):
            live = [(light, take, None) for light in ("adverse", "controlled") for take in "12"]
            shown = list(product(("adverse", "controlled"), ("fixed", "hand"), pais))
            for session, variant, pai in [*live, *shown]:
                yield {
                    "media": f"{split}/{person:03d}-{session}-{variant}-{pai}.mov",
                    "subject": f"replay-attack/{person:03d}", "session": session,
                    "device": "webcam", "variant": variant, "pai": pai, "split": split,
                }  # fmt: skip
        first += people


LIVE_RA = "real/client009_session01_webcam_authenticate_"


KNOWN = Known(
    name="replay-attack",
    title="Replay-Attack",
    people=50,
    published={"train": (60, 300), "dev": (60, 300), "test": (80, 400)},
    names=[
        (f"devel/{LIVE_RA}adverse_2.mov", ("009", "dev", None, "adverse", "webcam", "2")),
        (f"test/{LIVE_RA}controlled_1.mov", ("009", "test", None, "controlled", "webcam", "1")),
        *(
            (
                f"train/attack/{support}/attack_{shown}_client001_session01_{camera}_{kind}_adverse.mov",
                ("001", "train", f"{shown}-{kind}", "adverse", "webcam", support),
            )
            for support in ("fixed", "hand")
            for shown, camera, kind in (
                ("print", "highdef", "photo"),
                ("mobile", "mobile", "photo"),
                ("mobile", "mobile", "video"),
                ("highdef", "highdef", "photo"),
                ("highdef", "highdef", "video"),
            )
        ),
    ],
    box_files=[
        (
            f"test/{LIVE_RA}adverse_1.mov",
            f"face-locations/test/{LIVE_RA}adverse_1.face",
            "replay-xywh",
        ),
        (f"test/{LIVE_RA}adverse_1.mov", f"test/{LIVE_RA}adverse_1.face", "replay-xywh"),
    ],
    least_overlap=0.75,  # two frames are listed; by the last, the face has moved 5 px
    misnamed=[
        "test/attack/hand/attack_print_client009_session01_highdef_video_adverse.mov",
        "test/real/client009_session01_webcam_authenticate_adverse_3.mov",
    ],
    miniature=miniature,
    examples=[
        (
            "devel/real/client003_session01_webcam_authenticate_adverse_2.mov",
            ("003", "dev", None, "adverse", "webcam", "2"),
        ),
        (
            "test/attack/hand/attack_mobile_client009_session01_mobile_video_controlled.mov",
            ("009", "test", "mobile-video", "controlled", "webcam", "hand"),
        ),
        (
            "train/attack/fixed/attack_print_client001_session01_highdef_photo_adverse.mov",
            ("001", "train", "print-photo", "adverse", "webcam", "fixed"),
        ),
    ],
    whole=whole,
    rows=rows,
)
