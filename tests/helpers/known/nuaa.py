"""What is known of NUAA, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from helpers.clips import image
from helpers.known_dataset import Known, put


def miniature(root: Path) -> None:
    lists: dict[tuple[str, str], list[str]] = {}
    for kind, person, session in product(("Client", "Imposter"), (1, 2, 3), (1, 2, 3)):
        name = f"{person:04d}/{person:04d}_00_00_{session:02d}_0.jpg"
        attack = None if kind == "Client" else "photo"
        put(root / f"{kind}Raw/{name}", image(person, attack, "jpg"))
        split = "test" if session == 3 else "train"
        lists.setdefault((kind.lower(), split), []).append(name.replace("/", "\\"))
    for (kind, split), names in lists.items():
        put(root / f"{kind}_{split}_raw.txt", "\r\n".join(names) + "\r\n")


def whole() -> list[str]:
    sizes = {("Client", "01"): 889, ("Client", "02"): 854, ("Client", "03"): 3362}
    sizes |= {("Imposter", "01"): 855, ("Imposter", "02"): 893, ("Imposter", "03"): 5761}
    return [
        f"raw/{kind}Raw/{1 + i % 15:04d}/{1 + i % 15:04d}_00_00_{session}_{i}.jpg"
        for (kind, session), number in sizes.items()
        for i in range(number)
    ]


KNOWN = Known(
    name="nuaa",
    title="NUAA",
    people=15,
    published={"train": (1743, 1748), "test": (3362, 5761)},
    names=[
        ("ClientRaw/0001/0001_01_02_01_7.jpg", ("train/0001", "train", None, "01", None, "01-02")),
        (
            "raw/ImposterRaw/0016/0016_00_03_03_12.jpg",
            ("test/0016", "test", "print-photo", "03", None, "00-03"),
        ),
    ],
    misnamed=[
        "ClientRaw/0001/0002_00_00_01_0.jpg",
    ],
    miniature=miniature,
    examples=[
        (
            "ImposterRaw/0002/0002_00_00_03_0.jpg",
            ("test/0002", "test", "print-photo", "03", None, "00-00"),
        )
    ],
    whole=whole,
    wherever=True,
)
