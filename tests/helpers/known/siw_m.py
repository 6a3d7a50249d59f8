"""What is known of SiW-M, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from helpers.known_dataset import Known, Row, clip


def miniature(root: Path) -> None:
    for number in range(1, 6):
        clip(root / f"Live/Train/Live_{number}.mov", number, None)
    for number in range(6, 9):
        clip(root / f"Live/Test/Live_{number}.mov", number, None)
    types = (
        *("Paper", "Replay", "Partial/FunnyeyeGlasses", "Partial/PaperCut", "Partial/PaperGlasses"),
        *("Makeup/Cosmetic", "Makeup/Impersonation", "Makeup/Obfuscation", "Mask/HalfMask"),
        *("Mask/MannequinHead", "Mask/PaperMask", "Mask/SiliconeMask", "Mask/TransparentMask"),
    )
    for folder, number in product(types, range(1, 6)):
        clip(root / folder / f"{folder.split('/')[-1]}_{number}.mov", number, folder)


def whole() -> list[str]:
    types = {
        "Replay": 99,
        "Paper": 118,
        "Mask/HalfMask": 72,
        "Mask/SiliconeMask": 27,
        "Mask/TransparentMask": 88,
        "Mask/PaperMask": 17,
        "Mask/MannequinHead": 40,
        "Makeup/Obfuscation": 23,
        "Makeup/Impersonation": 61,
        "Makeup/Cosmetic": 50,
        "Partial/FunnyeyeGlasses": 160,
        "Partial/PaperGlasses": 127,
        "Partial/PaperCut": 86,
    }
    names = [f"{folder}/{i}.mov" for folder, number in types.items() for i in range(number)]
    return names + [f"Live/{'Train' if i < 528 else 'Test'}/{i}.mov" for i in range(660)]


SIW_M = {
    "replay-video": 99, "print-paper": 118, "mask-half": 72, "mask-silicone": 27,
    "mask-transparent": 88, "mask-paper": 17, "mask-mannequin": 40, "makeup-obfuscation": 23,
    "makeup-impersonation": 61, "makeup-cosmetic": 50, "partial-funnyeye": 160,
    "partial-paperglasses": 127, "partial-paper": 86,
}  # fmt: skip


def rows() -> Iterator[Row]:
    for number in range(660):
        split = "test" if number % 5 == 0 else "train"
        yield {"media": f"Live_{number}.mov", "subject": f"siw-m/live-{number}", "split": split}
    for pai, count in SIW_M.items():
        for number in range(count):
            name = f"siw-m/{pai}-{number}"
            yield {"media": f"{name}.mov", "subject": name, "pai": pai, "split": "train"}


NO = (None, None, None)


KNOWN = Known(
    name="siw-m",
    title="SiW-M",
    people=493,
    published={"all": (660, 968)},
    names=[
        ("Live/Train/12.mov", ("live/train/12", "train", None, None, None, None)),
        ("Live/Test/a_5.mp4", ("live/test/a_5", "test", None, None, None, None)),
        *(
            (f"{folder}/4.mov", (f"{folder.lower()}/4", "train", pai, None, None, None))
            for folder, pai in (
                ("Paper", "print-paper"),
                ("Replay", "replay-video"),
                ("Partial/FunnyeyeGlasses", "partial-funnyeye"),
                ("Partial/PaperCut", "partial-paper"),
                ("Partial/PaperGlasses", "partial-paperglasses"),
                ("Makeup/Cosmetic", "makeup-cosmetic"),
                ("Makeup/Impersonation", "makeup-impersonation"),
                ("Makeup/Obfuscation", "makeup-obfuscation"),
                ("Mask/HalfMask", "mask-half"),
                ("Mask/MannequinHead", "mask-mannequin"),
                ("Mask/PaperMask", "mask-paper"),
                ("Mask/SiliconeMask", "mask-silicone"),
                ("Mask/TransparentMask", "mask-transparent"),
            )
        ),
        ("Spoof/Mask/HalfMask/x10.mov", ("mask/halfmask/x10", "test", "mask-half", *NO)),
    ],
    misnamed=[
        "Mask/Unknown/1.mov",
        "Mask/Paper/1.mov",  # a mask, and no print in a folder too many
    ],
    miniature=miniature,
    examples=[
        ("Live/Test/Live_6.mov", ("live/test/Live_6", "test", None, None, None, None)),
        (
            "Mask/HalfMask/HalfMask_5.mov",
            ("mask/halfmask/HalfMask_5", "test", "mask-half", None, None, None),
        ),
    ],
    whole=whole,
    rows=rows,
)
