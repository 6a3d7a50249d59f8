"""What is known of SiW, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, islice, product
from pathlib import Path

from helpers.clips import render
from helpers.known_dataset import ROW_OF_ALL, Known, Row, clip, put


def miniature(root: Path) -> None:
    people = {"Train": ("003", "006", "032", "033"), "Test": ("001", "002")}
    for folder, subject in ((f, s) for f, ids in people.items() for s in ids):
        takes = [(s, "1", m, e) for s, m, e in product("12", "12", "12")]
        takes += [("1", "2", m, e) for m, e in product("12", "12")]
        takes += [(s, "3", m, e) for s, m, e in product("12", "1234", "12")]
        for take in takes:
            kind = {"1": None, "2": f"print-{take[2]}", "3": f"replay-{take[2]}"}[take[1]]
            inside = root / folder / ("live" if kind is None else "spoof") / subject
            # every spelling that is around: hyphens and .mov, .m.mov, underscores and .mp4
            name = ("_" if subject == "033" else "-").join((subject, *take))
            suffix = ".mp4" if subject == "033" else ".mov"
            if kind is None and subject == "003" and take[0] == "2":
                suffix = ".m.mov"
            clip(inside / (name + suffix), int(subject), kind)
            boxes = (render(int(subject))[1].box_in(i) for i in ROW_OF_ALL)
            rows = (f"{x} {y} {x + w} {y + h}" for x, y, w, h in boxes)
            put(inside / f"{name}.face", "\n".join(rows) + "\n")


# type and medium -> videos, as bob's lists have them
SIW = {
    "Test": {
        "11": 300,
        "12": 299,
        "21": 150,
        "22": 164,
        "31": 300,
        "32": 296,
        "33": 294,
        "34": 250,
    },
    "Train": {
        "11": 360,
        "12": 354,
        "21": 170,
        "22": 169,
        "31": 360,
        "32": 360,
        "33": 358,
        "34": 285,
    },
}


# the people of each part, from bob's lists, written out: a slip in the package's own must show
SIW_IDS = {
    "Test": """
001 002 004 005 008 009 010 012 013 015 018 019 020 021 023 024 025 026 027 029
031 036 037 039 043 044 048 049 050 052 053 057 059 061 064 065 066 067 071 073
075 079 082 083 084 085 087 088 090 094 095 097 102 106 108 109 110 114 116 118
122 124 125 126 130 132 137 138 139 141 142 153 154 158 161
""",
    "Train": """
003 006 007 011 014 016 017 022 028 030 032 033 034 035 038 040 041 042 045 046
047 051 054 055 056 058 060 062 063 068 069 070 072 074 076 077 078 080 081 086
089 091 092 093 096 098 099 100 101 103 104 105 107 111 112 113 115 117 119 120
121 123 127 128 129 131 133 134 135 136 140 143 144 145 146 147 148 149 150 151
152 155 156 157 159 160 162 163 164 165
""",
}


def whole() -> list[str]:
    names = []
    for folder, media in SIW.items():
        ids = SIW_IDS[folder].split()
        for (type_, medium), number in media.items():
            takes = list(product("12", "12", ids))  # sensor, session, person
            kind = "live" if type_ == "1" else "spoof"
            names += [
                f"{folder}/{kind}/{who}/{who}-{sensor}-{type_}-{medium}-{session}.mov"
                for sensor, session, who in takes[:number]
            ]
    return names


SIW_TEST = [
    1, 2, 4, 5, 8, 9, 10, 12, 13, 15, 18, 19, 20, 21, 23, 24, 25, 26, 27, 29, 31, 36, 37, 39, 43,
    44, 48, 49, 50, 52, 53, 57, 59, 61, 64, 65, 66, 67, 71, 73, 75, 79, 82, 83, 84, 85, 87, 88,
    90, 94, 95, 97, 102, 106, 108, 109, 110, 114, 116, 118, 122, 124, 125, 126, 130, 132, 137,
    138, 139, 141, 142, 153, 154, 158, 161,
]  # fmt: skip


SIW_DEV = [3, 6, 7, 11, 14, 16, 17, 22, 28, 30]


def rows() -> Iterator[Row]:
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


KNOWN = Known(
    name="siw",
    title="SiW",
    people=165,
    published={"train": (714, 1702), "test": (599, 1454)},
    tolerance=10,  # its sources differ by a few recordings
    names=[
        ("Train/live/003/003-1-1-2-1.mov", ("003", "train", None, "1", "1", "2")),
        ("Test/live/001/001-2-1-1-2.mov", ("001", "test", None, "2", "2", "1")),
        ("Train/spoof/165/165-2-2-1-1.mov", ("165", "train", "print-1", "1", "2", None)),
        ("Train/spoof/003/003-1-2-2-2.mov", ("003", "train", "print-2", "2", "1", None)),
        ("Test/spoof/161/161-1-3-4-1.mov", ("161", "test", "replay-4", "1", "1", None)),
        ("Test/spoof/161/161_1_3_1_1.m.mov", ("161", "test", "replay-1", "1", "1", None)),
    ],
    box_files=[
        ("Test/live/001/001-1-1-1-1.mov", "Test/live/001/001-1-1-1-1.face", "siw-corners"),
        ("Test/live/001/001_1_1_1_1.mov", "Test/live/001/001-1-1-1-1.face", "siw-corners"),
        ("Test/live/001/001-1-1-1-1.mov", "Test/live/001/001_1_1_1_1.m.face", "siw-corners"),
    ],
    least_overlap=0.98,
    misnamed=[
        "Train/live/003/003-1-2-1-1.mov",  # a print among live
        "Train/live/003/006-1-1-1-1.mov",  # somebody else's folder
        "Train/spoof/003/003-1-2-3-1.mov",  # prints have two media
    ],
    misplaced=[
        "Train/live/001/001-1-1-1-1.mov",  # a person of test
    ],
    miniature=miniature,
    examples=[
        ("Train/live/003/003-1-1-2-1.mov", ("003", "train", None, "1", "1", "2")),
        ("Train/live/003/003-2-1-1-2.m.mov", ("003", "train", None, "2", "2", "1")),
        ("Train/spoof/033/033_1_2_2_1.mp4", ("033", "train", "print-2", "1", "1", None)),
        ("Test/spoof/001/001-1-3-4-2.mov", ("001", "test", "replay-4", "2", "1", None)),
    ],
    whole=whole,
    rows=rows,
)
