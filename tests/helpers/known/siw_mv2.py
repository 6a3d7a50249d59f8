"""What is known of SiW-Mv2, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from helpers.known_dataset import Known, clip, put


def miniature(root: Path) -> None:
    types = {
        "Makeup_Co": "Makeup_Cosmetic",
        "Makeup_Im": "Makeup_Impersonation",
        "Makeup_Ob": "Makeup_Obfuscation",
        "Mask_Half": "Mask_HalfMask",
        "Mask_Mann": "Mannequin",
        "Mask_Paper": "Mask_PaperMask",
        "Mask_Silicone": "Silicone",
        "Mask_Trans": "Mask_TransparentMask",
        "Paper": "Paper",
        "Partial_Eye": "Partial_Eye",
        "Partial_Funnyeye": "Partial_FunnyeyeGlasses",
        "Partial_Mouth": "Partial_Mouth",
        "Partial_Paperglass": "Partial_PaperGlasses",
        "Replay": "Replay",
    }
    for number in range(1, 9):
        clip(root / f"Live/Live_{number}.mov", number, None)
    for (prefix, folder), number in product(types.items(), range(1, 4)):
        clip(root / f"Spoof/{folder}/{prefix}_{number}.mov", number, prefix)
    put(root / "trainlist_live.txt", "".join(f"Live_{n}\n" for n in range(1, 7)))
    put(root / "testlist_live.txt", "".join(f"Live_{n}\n" for n in range(6, 9)))  # 6 is in both
    put(root / "trainlist_all.txt", "".join(f"{p}_{n}\n" for p in types for n in (1, 2, 1)))
    put(root / "testlist_all.txt", "".join(f"{p}_3\n" for p in types))


KNOWN = Known(
    name="siw-mv2",
    title="SiW-Mv2",
    people=493,
    published={"all": (785, 915)},
    names=[
        ("Live/Live_5.mov", ("Live_5", "test", None, None, None, None)),
        *(
            (f"any/{prefix}_11.mov", (f"{prefix}_11", "train", pai, None, None, None))
            for prefix, pai in (
                ("Makeup_Co", "makeup-cosmetic"),
                ("Makeup_Im", "makeup-impersonation"),
                ("Makeup_Ob", "makeup-obfuscation"),
                ("Mask_Half", "mask-half"),
                ("Mask_Mann", "mask-mannequin"),
                ("Mask_Paper", "mask-paper"),
                ("Mask_Silicone", "mask-silicone"),
                ("Mask_Trans", "mask-transparent"),
                ("Paper", "print-paper"),
                ("Partial_Eye", "partial-eye"),
                ("Partial_Funnyeye", "partial-funnyeye"),
                ("Partial_Mouth", "partial-mouth"),
                ("Partial_Paperglass", "partial-paperglasses"),
                ("Replay", "replay-video"),
            )
        ),
    ],
    misnamed=[
        "Live/Alive_1.mov",
    ],
    miniature=miniature,
    examples=[
        ("Live/Live_6.mov", ("Live_6", "test", None, None, None, None)),
        (
            "Spoof/Partial_Eye/Partial_Eye_2.mov",
            ("Partial_Eye_2", "train", "partial-eye", None, None, None),
        ),
    ],
)
