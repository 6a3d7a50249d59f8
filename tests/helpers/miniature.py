"""Miniatures of the official folders: few people, every naming variant, real little videos.

Every fold of every protocol has live faces and attacks in each of its splits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

from helpers.clips import FRAMES, SIDE, image, render, video

ROW_OF_ALL = tuple(range(FRAMES))


def make_miniature(name: str, root: Path) -> Path:
    """Write the miniature of a dataset under ``root`` and return ``root``."""
    root.mkdir(parents=True, exist_ok=True)
    MAKERS[name](root)
    return root


def put(path: Path, content: bytes | str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def clip(path: Path, person: int, kind: str | None) -> None:
    put(path, video(person, kind, path.suffix[1:]))


def oulu_npu(root: Path) -> None:
    kinds = {"1": None, "2": "print-1", "3": "print-2", "4": "replay-1", "5": "replay-2"}
    users = {"Train": (1, 2), "Dev": (21,), "Test": (36,)}
    names: dict[str, list[str]] = {}
    for split, people in users.items():
        for phone, session, user, file in product("123456", "123", people, kinds):
            name = f"{phone}_{session}_{user:02d}_{file}"
            names.setdefault(split, []).append(name)
            clip(root / f"{split}_files/{name}.avi", user, kinds[file])
            face = render(user)[1]
            rows = (f"{i},{','.join(map(str, face.eyes_in(i)))}" for i in ROW_OF_ALL)
            put(root / f"{split}_files/{name}.txt", "\n".join(rows) + "\n")
    oulu_protocols(root / "Protocols", names)


def oulu_protocols(folder: Path, names: dict[str, list[str]]) -> None:
    """The official lists, cut to these names."""

    def write(protocol: int, file: str, listed: Iterable[str]) -> None:
        lines = (f"{'+1' if n.endswith('_1') else '-1'},{n}" for n in listed)
        put(folder / f"Protocol_{protocol}" / file, "\n".join(lines) + "\n")

    for split, all_ in names.items():
        last = split == "Test"
        session = {n: n.split("_")[1] for n in all_}
        file = {n: n.split("_")[3] for n in all_}
        late = [n for n in all_ if (session[n] == "3") == last]
        half = {n for n in all_ if file[n] in ("135" if last else "124")}
        write(1, f"{split}.txt", late)
        write(2, f"{split}.txt", (n for n in all_ if n in half))
        for k in "123456":
            phone = [n for n in all_ if n.startswith(k) == last]
            write(3, f"{split}_{k}.txt", phone)
            write(4, f"{split}_{k}.txt", (n for n in phone if n in half and n in set(late)))


def siw(root: Path) -> None:
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


def casia_mfsd(root: Path) -> None:
    kinds = (None, "warped", "cut", "ipad")
    people = {"train_release": (1, 2, 17), "test_release": (1, 2)}
    for folder, person in ((f, p) for f, listed in people.items() for p in listed):
        who = person + (50 if folder == "test_release" else 0)
        for number in range(1, 9):
            clip(root / folder / str(person) / f"{number}.avi", who, kinds[(number - 1) // 2])
        for number in range(1, 5):
            clip(root / folder / str(person) / f"HR_{number}.avi", who, kinds[number - 1])


def replay_attack(root: Path) -> None:
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


def msu_mfsd(root: Path) -> None:
    train = "02 03 05 06 07 08 09 11 12 21 22 34 53 54 55"
    test = "01 13 14 23 24 26 28 29 30 32 33 35 36 37 39 42 48 49 50 51"
    put(root / "train_sub_list.txt", train.replace(" ", "\n") + "\n")
    put(root / "test_sub_list.txt", test.replace(" ", "\n") + "\n")
    kinds = (None, "printed_photo", "ipad_video", "iphone_video")
    for client, kind, device in product((2, 3, 1, 13), kinds, ("android", "laptop")):
        place = "real/real" if kind is None else "attack/attack"
        middle = "" if kind is None else f"{kind}_"
        base = f"scene01/{place}_client{client:03d}_{device}_SD_{middle}scene01"
        clip(root / f"{base}.{'mp4' if device == 'android' else 'mov'}", client, kind)
        rows = []
        for i in range(0, FRAMES, 2):
            x, y, w, h = render(client)[1].box_in(i)
            eyes = render(client)[1].eyes_in(i)
            rows.append(",".join(map(str, (i, x, y, x + w, y + h, *eyes))))
        put(root / f"{base}.face", "\n".join(rows) + "\n")


def siw_m(root: Path) -> None:
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


def siw_mv2(root: Path) -> None:
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


def rose_youtu(root: Path) -> None:
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


def celeba_spoof(root: Path) -> None:
    """Files 000002 have an empty box file, 000003 one that reaches over the border."""
    labels: dict[str, dict[str, list[int]]] = {}
    for split, person in (("train", 1), ("train", 2), ("test", 9001), ("test", 9002)):
        for number in range(1, 14):
            type_ = max(0, number - 3)
            kind = "live" if type_ == 0 else "spoof"
            name = f"Data/{split}/{person}/{kind}/{number:06d}"
            suffix = "png" if number == 4 else "jpg"
            put(root / f"{name}.{suffix}", image(person, f"{type_}" if type_ else None, suffix))
            x, y, w, h = (round(v * 224 / SIDE) for v in render(person)[1].box_in(0))
            box = f"{x} {y} {w} {h} 0.99\n"
            if number == 3:
                box = f"{-5} {y} {x + w + 5} {h} 0.9\n"
            put(root / f"{name}_BB.txt", "" if number == 2 else box)
            light, place = (1 + number % 4, 1 + number % 2) if type_ else (0, 0)
            values = [0] * 40 + [type_, light, place, int(type_ > 0)]
            labels.setdefault(split, {})[f"{name}.{suffix}"] = values
    tests = ("high", "middle", "low")
    folders = ("intra_test", "protocol1", *(f"protocol2/test_on_{q}_quality_device" for q in tests))
    for folder, split in product(folders, labels):
        put(root / f"metas/{folder}/{split}_label.json", json.dumps(labels[split]))


def lcc_fasd(root: Path) -> None:
    for person, folder in enumerate(("training", "development", "evaluation"), start=1):
        for i in range(3):
            who = 10 * person + i
            base = root / f"LCC_FASD_{folder}"
            put(base / f"real/r_{who}.png", image(who, None, "png", tight=True))
            put(base / f"spoof/s_{who}.png", image(who, "screen", "png", tight=True))


def nuaa(root: Path) -> None:
    lists: dict[tuple[str, str], list[str]] = {}
    for kind, person, session in product(("Client", "Imposter"), (1, 2, 3), (1, 2, 3)):
        name = f"{person:04d}/{person:04d}_00_00_{session:02d}_0.jpg"
        attack = None if kind == "Client" else "photo"
        put(root / f"{kind}Raw/{name}", image(person, attack, "jpg"))
        split = "test" if session == 3 else "train"
        lists.setdefault((kind.lower(), split), []).append(name.replace("/", "\\"))
    for (kind, split), names in lists.items():
        put(root / f"{kind}_{split}_raw.txt", "\r\n".join(names) + "\r\n")


def faceforensics(root: Path) -> None:
    kinds = ("Deepfakes", "Face2Face", "FaceSwap", "NeuralTextures", "FaceShifter")
    splits = {"train": [["003", "000"], ["001", "002"]], "val": [["005", "004"]]}
    splits["test"] = [["006", "007"]]
    for split, pairs in splits.items():
        put(root / f"{split}.json", json.dumps(pairs))
        for one, other in pairs:
            for video_ in (one, other):
                path = root / f"original_sequences/youtube/c23/videos/{video_}.mp4"
                clip(path, int(video_) + 1, None)
            for kind, (target, source) in product(kinds, ((one, other), (other, one))):
                inside = root / f"manipulated_sequences/{kind}/c23/videos"
                clip(inside / f"{target}_{source}.mp4", int(target) + 1, kind)


MAKERS: dict[str, Callable[[Path], None]] = {
    "oulu-npu": oulu_npu,
    "siw": siw,
    "casia-mfsd": casia_mfsd,
    "replay-attack": replay_attack,
    "msu-mfsd": msu_mfsd,
    "siw-m": siw_m,
    "siw-mv2": siw_mv2,
    "rose-youtu": rose_youtu,
    "celeba-spoof": celeba_spoof,
    "lcc-fasd": lcc_fasd,
    "nuaa": nuaa,
    "faceforensics": faceforensics,
}
