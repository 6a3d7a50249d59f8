"""Manifests of the datasets' full official size: names only, no pixels, one row a video."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice, product
from typing import Any

import polars as pl

from spoofcue.data.manifest import schema

SIW_TEST = [
    1, 2, 4, 5, 8, 9, 10, 12, 13, 15, 18, 19, 20, 21, 23, 24, 25, 26, 27, 29, 31, 36, 37, 39, 43,
    44, 48, 49, 50, 52, 53, 57, 59, 61, 64, 65, 66, 67, 71, 73, 75, 79, 82, 83, 84, 85, 87, 88,
    90, 94, 95, 97, 102, 106, 108, 109, 110, 114, 116, 118, 122, 124, 125, 126, 130, 132, 137,
    138, 139, 141, 142, 153, 154, 158, 161,
]  # fmt: skip
SIW_DEV = [3, 6, 7, 11, 14, 16, 17, 22, 28, 30]
MSU_TRAIN = [2, 3, 5, 6, 7, 8, 9, 11, 12, 21, 22, 34, 53, 54, 55]
MSU_TEST = [1, 13, 14, 23, 24, 26, 28, 29, 30, 32, 33, 35, 36, 37, 39, 42, 48, 49, 50, 51]
SIW_M = {
    "replay-video": 99, "print-paper": 118, "mask-half": 72, "mask-silicone": 27,
    "mask-transparent": 88, "mask-paper": 17, "mask-mannequin": 40, "makeup-obfuscation": 23,
    "makeup-impersonation": 61, "makeup-cosmetic": 50, "partial-funnyeye": 160,
    "partial-paperglasses": 127, "partial-paper": 86,
}  # fmt: skip
CELEBA = [
    "print-photo", "print-poster", "print-a4", "mask-face", "mask-upper-body", "mask-region",
    "replay-pc", "replay-pad", "replay-phone", "mask-3d",
]  # fmt: skip
Row = dict[str, Any]


def manifest(name: str) -> pl.DataFrame:
    """The set's manifest rows, one a video but for SiW, which has frames 10 and 100 of each."""
    rows = [
        {"dataset": name, "frame": 0, "video": r["media"], **r, "label": int(bool(r.get("pai")))}
        for r in ROWS[name]()
    ]
    for number, row in enumerate(rows):
        row |= {"status": "ok", "crop": f"crops/{number}.png"}
    return pl.DataFrame(rows, schema=schema())


def oulu() -> Iterator[Row]:
    pais = {1: None, 2: "print-1", 3: "print-2", 4: "replay-1", 5: "replay-2"}
    for phone, session, user, file in product(range(1, 7), range(1, 4), range(1, 56), pais):
        split = "train" if user <= 20 else "dev" if user <= 35 else "test"
        yield {
            "media": f"{split.title()}_files/{phone}_{session}_{user:02d}_{file}.avi",
            "subject": f"oulu-npu/{user:02d}", "session": str(session), "device": str(phone),
            "pai": pais[file], "split": split,
        }  # fmt: skip


def siw() -> Iterator[Row]:
    """As many videos of each medium as bob's lists count, shared out over the subjects."""
    held, test = SIW_DEV, SIW_TEST
    rest = [n for n in range(1, 166) if n not in {*held, *test}]
    counted = {  # live, print 1 and 2, replay 1 to 4
        (*held,): ("train", [78, 20, 18, 40, 40, 40, 40]),
        (*rest,): ("train", [636, 150, 151, 320, 320, 318, 245]),
        (*test,): ("test", [599, 150, 164, 300, 296, 294, 250]),
    }
    pais = [None, "print-1", "print-2", "replay-1", "replay-2", "replay-3", "replay-4"]
    for subjects, (split, counts) in counted.items():
        for pai, count in zip(pais, counts, strict=True):
            for number, subject in enumerate(islice(cycle(subjects), count)):
                media = f"{split}/{subject:03d}-{pai}-{number}.mov"
                for frame in (10, 100):
                    yield {
                        "media": media, "subject": f"siw/{subject:03d}", "pai": pai,
                        "split": split, "frame": frame,
                    }  # fmt: skip


def casia() -> Iterator[Row]:
    pais = [None, "print-warped", "cut-photo", "replay-ipad"]
    for split, people in (("train", 20), ("test", 30)):
        for person, pai, quality in product(range(1, people + 1), pais, ("low", "normal", "high")):
            yield {
                "media": f"{split}_release/{person}/{pai}-{quality}.avi",
                "subject": f"casia-mfsd/{split}/{person}", "device": quality, "pai": pai,
                "split": split,
            }  # fmt: skip


def replay() -> Iterator[Row]:
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


def msu() -> Iterator[Row]:
    pais = [None, "print-photo", "replay-ipad", "replay-iphone"]
    for split, people in (("train", MSU_TRAIN), ("test", MSU_TEST)):
        for person, device, pai in product(people, ("android", "laptop"), pais):
            yield {
                "media": f"{person:02d}-{device}-{pai}.mp4", "subject": f"msu-mfsd/{person:02d}",
                "device": device, "pai": pai, "split": split,
            }  # fmt: skip


def siw_m() -> Iterator[Row]:
    for number in range(660):
        split = "test" if number % 5 == 0 else "train"
        yield {"media": f"Live_{number}.mov", "subject": f"siw-m/live-{number}", "split": split}
    for pai, count in SIW_M.items():
        for number in range(count):
            name = f"siw-m/{pai}-{number}"
            yield {"media": f"{name}.mov", "subject": name, "pai": pai, "split": "train"}


def celeba() -> Iterator[Row]:
    """A thousandth of the people; every one live and with each instrument."""
    for person, pai in product(range(60), [None, *CELEBA]):
        split = "train" if person < 50 else "test"
        yield {
            "media": f"Data/{split}/{person}/{pai or 'live'}/000001.jpg",
            "subject": f"celeba-spoof/{person}", "pai": pai, "split": split,
        }  # fmt: skip


def own_parts(name: str, pais: tuple[str, ...], people: tuple[int, int, int]) -> Iterator[Row]:
    """A set whose only protocol is its own split: every person live and with each attack."""
    first = 0
    for split, count in zip(("train", "dev", "test"), people, strict=True):
        for person, pai in product(range(first, first + count), (None, *pais)):
            yield {
                "media": f"{pai or 'live'}/{person:04d}", "subject": f"{name}/{person:04d}",
                "pai": pai, "split": split,
            }  # fmt: skip
        first += count


FORGERIES = ("forgery-deepfakes", "forgery-face2face")
ROWS = {
    "oulu-npu": oulu, "siw": siw, "casia-mfsd": casia, "replay-attack": replay, "msu-mfsd": msu,
    "siw-m": siw_m, "celeba-spoof": celeba,
    "faceforensics": lambda: own_parts("faceforensics", FORGERIES, (720, 140, 140)),
    "rose-youtu": lambda: own_parts("rose-youtu", ("print-still", "replay-mac"), (8, 2, 10)),
    "lcc-fasd": lambda: own_parts("lcc-fasd", ("attack",), (20, 5, 10)),
}  # fmt: skip
