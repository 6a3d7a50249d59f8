"""What is known of LCC-FASD, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from pathlib import Path

from helpers.clips import image
from helpers.known_dataset import Known, own_parts, put


def miniature(root: Path) -> None:
    for person, folder in enumerate(("training", "development", "evaluation"), start=1):
        for i in range(3):
            who = 10 * person + i
            base = root / f"LCC_FASD_{folder}"
            put(base / f"real/r_{who}.png", image(who, None, "png", tight=True))
            put(base / f"spoof/s_{who}.png", image(who, "screen", "png", tight=True))


def whole() -> list[str]:
    sizes = {"training/real": 1223, "training/spoof": 7076, "development/real": 405}
    sizes |= {"development/spoof": 2543, "evaluation/real": 314, "evaluation/spoof": 7266}
    return [f"LCC_FASD_{folder}/{i}.png" for folder, number in sizes.items() for i in range(number)]


NO = (None, None, None)


KNOWN = Known(
    name="lcc-fasd",
    title="LCC-FASD",
    people=None,
    published={"train": (1223, 7076), "dev": (405, 2543), "test": (314, 7266)},
    detector="none",  # tight crops need no search for a face
    names=[
        ("LCC_FASD_training/real/a.png", ("train/real/a", "train", None, *NO)),
        ("LCC_FASD_development/spoof/b.jpg", ("dev/spoof/b", "dev", "attack", *NO)),
        ("LCC_FASD_evaluation/Real/c.jpeg", ("test/real/c", "test", None, *NO)),
    ],
    misnamed=[
        "LCC_FASD_training/fake/1.png",
    ],
    miniature=miniature,
    examples=[
        (
            "LCC_FASD_development/spoof/s_20.png",
            ("dev/spoof/s_20", "dev", "attack", None, None, None),
        )
    ],
    whole=whole,
    every=50,
    rows=lambda: own_parts("lcc-fasd", ("attack",), (20, 5, 10)),
)
