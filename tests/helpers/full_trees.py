"""The names of whole sets, as they are given out: written from what their holders publish.

Nothing here comes from the package, so that a slip in its lists cannot pass for the truth.
"""

from __future__ import annotations

import json
from itertools import product

from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, parse
from spoofcue.datasets.tree import Tree


def oulu() -> list[str]:
    names = [
        (f"{phone}_{session}_{user:02d}_{file}", user)
        for phone, session, user, file in product(
            range(1, 7), range(1, 4), range(1, 56), range(1, 6)
        )
    ]
    folder = {u: "Train" if u <= 20 else "Dev" if u <= 35 else "Test" for _, u in names}
    return [f"{folder[u]}_files/{n}.{s}" for n, u in names for s in ("avi", "txt")]


def casia() -> list[str]:
    files = [*map(str, range(1, 9)), *(f"HR_{i}" for i in range(1, 5))]
    people = [("train", p) for p in range(1, 21)] + [("test", p) for p in range(1, 31)]
    return [f"{split}_release/{p}/{file}.avi" for split, p in people for file in files]


SHOWN = (
    "print highdef_photo",
    "mobile mobile_photo",
    "mobile mobile_video",
    "highdef highdef_photo",
    "highdef highdef_video",
)


def replay() -> list[str]:
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


def msu() -> list[str]:
    listed = "01 02 03 05 06 07 08 09 11 12 13 14 21 22 23 24 26 28 29 30 32 33 34 35 36 37 39 42"
    names = []
    for client in f"{listed} 48 49 50 51 53 54 55".split():
        for device, suffix in (("android", "mp4"), ("laptop", "mov")):
            names += [f"scene01/real/real_client0{client}_{device}_SD_scene01.{suffix}"]
            for kind in ("ipad_video", "iphone_video", "printed_photo"):
                name = f"attack_client0{client}_{device}_SD_{kind}_scene01.{suffix}"
                names += [f"scene01/attack/{name}"]
    return names


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


def siw() -> list[str]:
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


def rose() -> list[str]:
    people = {1389: (2, 3, 4, 5, 6, 7, 9, 10), 359: (11, 12), 1749: range(13, 24)}
    kinds = ("G", "Ps", "Vl", "Mc")
    return [
        f"{who}/{kinds[i % 4]}_NT_5s_g_E_{who}_{i}.mp4"
        for number, listed in people.items()
        for i in range(number)
        for who in (list(listed)[i % len(listed)],)
    ]


def siw_m() -> list[str]:
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


def nuaa() -> list[str]:
    sizes = {("Client", "01"): 889, ("Client", "02"): 854, ("Client", "03"): 3362}
    sizes |= {("Imposter", "01"): 855, ("Imposter", "02"): 893, ("Imposter", "03"): 5761}
    return [
        f"raw/{kind}Raw/{1 + i % 15:04d}/{1 + i % 15:04d}_00_00_{session}_{i}.jpg"
        for (kind, session), number in sizes.items()
        for i in range(number)
    ]


def lcc() -> list[str]:
    sizes = {"training/real": 1223, "training/spoof": 7076, "development/real": 405}
    sizes |= {"development/spoof": 2543, "evaluation/real": 314, "evaluation/spoof": 7266}
    return [f"LCC_FASD_{folder}/{i}.png" for folder, number in sizes.items() for i in range(number)]


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


MAKERS = {
    "oulu-npu": oulu,
    "siw": siw,
    "casia-mfsd": casia,
    "replay-attack": replay,
    "msu-mfsd": msu,
    "rose-youtu": rose,
    "siw-m": siw_m,
    "nuaa": nuaa,
    "lcc-fasd": lcc,
}


def full(name: str) -> Scan:
    """A dataset of full size by the names of its files alone."""
    return parse(DATASETS[name], Tree.listed(MAKERS[name]()))
