"""Each adapter against the published counts, on the names alone of a set of full size."""

from __future__ import annotations

import json
from collections import Counter
from itertools import product

import pytest

from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, count, parse
from spoofcue.datasets.siw import TEST_IDS, TRAIN_IDS
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


def siw() -> list[str]:
    names = []
    for folder, media in SIW.items():
        ids = sorted(TEST_IDS if folder == "Test" else TRAIN_IDS)
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


def full(name: str) -> Scan:
    makers = {
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
    return parse(DATASETS[name], Tree.listed(makers[name]()))


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("oulu-npu", {"train": (360, 1440), "dev": (270, 1080), "test": (360, 1440)}),
        ("siw", {"train": (714, 1702), "dev": (0, 0), "test": (599, 1454)}),
        ("casia-mfsd", {"train": (60, 180), "dev": (0, 0), "test": (90, 270)}),
        ("replay-attack", {"train": (60, 300), "dev": (60, 300), "test": (80, 400)}),
        ("msu-mfsd", {"train": (30, 90), "dev": (0, 0), "test": (40, 120)}),
        ("siw-m", {"all": (660, 968)}),
        ("nuaa", {"train": (1743, 1748), "dev": (0, 0), "test": (3362, 5761)}),
        ("lcc-fasd", {"train": (1223, 7076), "dev": (405, 2543), "test": (314, 7266)}),
    ],
)
def test_a_whole_set_has_the_published_counts_and_no_problem(
    name: str, counts: dict[str, tuple[int, int]]
) -> None:
    found = full(name)
    have = count(found.recordings)
    assert {split: (have[split].live, have[split].attack) for split in counts} == counts
    assert found.problems == []


def test_species_of_oulu_and_siw() -> None:
    def species(name: str) -> Counter[str | None]:
        return Counter(r.pai for r in full(name).recordings if r.split == "test")

    assert species("oulu-npu") == {
        None: 360,
        **dict.fromkeys(("print-1", "print-2", "replay-1", "replay-2"), 360),
    }
    siw_ = species("siw")
    assert [siw_[f"replay-{i}"] for i in range(1, 5)] == [300, 296, 294, 250]
    assert siw_["print-1"] + siw_["print-2"] == 314


def test_rose_youtu_has_its_number_of_videos_in_each_split() -> None:
    found = full("rose-youtu")
    totals = {split: p.total for split, p in count(found.recordings).items()}
    assert totals == {"train": 1389, "dev": 359, "test": 1749, "all": 3497}
    assert found.problems == []


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


@pytest.mark.parametrize("qualities", [("c23",), ("c23", "c40")])
@pytest.mark.parametrize("with_lists", [True, False])
def test_forensics_in_each_compression(qualities: tuple[str, ...], with_lists: bool) -> None:
    names, lists = forensics(qualities)
    lists = lists if with_lists else {}
    found = parse(DATASETS["faceforensics"], Tree.listed([*names, *lists], lists))
    have, n = count(found.recordings), len(qualities)
    got = {split: (have[split].live, have[split].attack) for split in ("train", "dev", "test")}
    assert got == {
        "train": (720 * n, 3600 * n),
        "dev": (140 * n, 700 * n),
        "test": (140 * n, 700 * n),
    }
    assert found.problems == []


def test_what_is_missing_is_named_as_far_as_it_can_be_known() -> None:
    def without(name: str, names: list[str], *gone: str) -> Scan:
        assert set(gone) <= set(names)
        return parse(DATASETS[name], Tree.listed([n for n in names if n not in gone]))

    video = "Train_files/1_1_01_1.avi"
    found = without("oulu-npu", oulu(), video, "Test_files/6_3_55_5.txt")
    assert found.missing == [video, "Test_files/6_3_55_5.txt"]
    assert found.unexpected == ["Train_files/1_1_01_1.txt"]  # a box file without its video
    assert [(p.name, p.detail) for p in found.problems if p.kind == "count"] == [
        ("train live", "359 recordings, published 360")
    ]
    attack = "test/attack/hand/attack_mobile_client030_session01_mobile_video_adverse.mov"
    assert without("replay-attack", replay(), attack).missing == [attack]
    client = [n for n in replay() if "client016" in n]
    assert without("replay-attack", replay(), *client).missing == ["devel/: 1 of 15 clients"]
    # SiW: up to ten recordings fewer are within what its sources differ by
    live = [n for n in siw() if n.startswith("Test/live")]
    assert without("siw", siw(), *live[5:14]).problems == []
    told = without("siw", siw(), *live[5:19])
    assert set(live[5:19]) < set(told.missing)
    person = [n for n in siw() if "/101/" in n]
    assert without("siw", siw(), *person).missing == ["Train/live/101/", "Train/spoof/101/"]
