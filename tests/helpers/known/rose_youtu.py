"""What is known of Rose-Youtu, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from helpers.known_dataset import Known, clip, own_parts


def miniature(root: Path) -> None:
    kinds = ("Ps", "Pq", "Vl", "Vm", "Mc", "Mf", "Mu")
    devices = ("HS", "HW", "IP", "5s", "ZTE")
    for person in (2, 3, 11, 13):
        for i, (device, glasses) in enumerate(product(devices[:3], ("g", "wg"))):
            talking = "T" if i % 2 else "NT"
            name = f"G_{talking}_{device}_{glasses}_E_{person}_{i + 1}.mp4"
            clip(root / str(person) / name, person, None)
        for i, kind in enumerate(kinds):
            name = f"{kind}_NT_{devices[i % 5]}_wg_E_{person}_{i + 10}.mp4"
            clip(root / str(person) / name, person, kind)


def whole() -> list[str]:
    people = {1389: (2, 3, 4, 5, 6, 7, 9, 10), 359: (11, 12), 1749: range(13, 24)}
    kinds = ("G", "Ps", "Vl", "Mc")
    return [
        f"{who}/{kinds[i % 4]}_NT_5s_g_E_{who}_{i}.mp4"
        for number, listed in people.items()
        for i in range(number)
        for who in (list(listed)[i % len(listed)],)
    ]


KNOWN = Known(
    name="rose-youtu",
    title="Rose-Youtu",
    people=20,
    published={"train": 1389, "dev": 359, "test": 1749},
    names=[
        ("2/G_NT_5s_g_E_2_1.mp4", ("2", "train", None, "E", "5s", "NT-g")),
        ("a/Ps_T_ZTE_wg_C1_11_20.mp4", ("11", "dev", "print-still", "C1", "ZTE", "T-wg")),
        *(
            (f"{kind}_T_HS_g_E_23_1.mp4", ("23", "test", pai, "E", "HS", "T-g"))
            for kind, pai in (
                ("Pq", "print-quivering"),
                ("Vl", "replay-lenovo"),
                ("Vm", "replay-mac"),
                ("Mc", "mask-cut"),
                ("Mf", "mask-full"),
                ("Mu", "mask-upper"),
                ("Ml", "mask-lower"),
            )
        ),
    ],
    misnamed=[
        "2/X_NT_5s_g_E_2_1.mp4",
    ],
    misplaced=[
        "24/G_NT_5s_g_E_24_1.mp4",
    ],
    miniature=miniature,
    examples=[
        ("2/G_T_HS_wg_E_2_2.mp4", ("2", "train", None, "E", "HS", "T-wg")),
        ("11/Mf_NT_HS_wg_E_11_15.mp4", ("11", "dev", "mask-full", "E", "HS", "NT-wg")),
    ],
    whole=whole,
    wherever=True,
    rows=lambda: own_parts("rose-youtu", ("print-still", "replay-mac"), (8, 2, 10)),
)
