"""What is known of OULU-NPU, stated by hand; nothing here comes from the package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

from helpers.clips import render
from helpers.known_dataset import ROW_OF_ALL, Known, Row, clip, put


def miniature(root: Path) -> None:
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


def whole() -> list[str]:
    names = [
        (f"{phone}_{session}_{user:02d}_{file}", user)
        for phone, session, user, file in product(
            range(1, 7), range(1, 4), range(1, 56), range(1, 6)
        )
    ]
    folder = {u: "Train" if u <= 20 else "Dev" if u <= 35 else "Test" for _, u in names}
    return [f"{folder[u]}_files/{n}.{s}" for n, u in names for s in ("avi", "txt")]


def rows() -> Iterator[Row]:
    pais = {1: None, 2: "print-1", 3: "print-2", 4: "replay-1", 5: "replay-2"}
    for phone, session, user, file in product(range(1, 7), range(1, 4), range(1, 56), pais):
        split = "train" if user <= 20 else "dev" if user <= 35 else "test"
        yield {
            "media": f"{split.title()}_files/{phone}_{session}_{user:02d}_{file}.avi",
            "subject": f"oulu-npu/{user:02d}", "session": str(session), "device": str(phone),
            "pai": pais[file], "split": split,
        }  # fmt: skip


KNOWN = Known(
    name="oulu-npu",
    title="OULU-NPU",
    people=55,
    published={"train": (360, 1440), "dev": (270, 1080), "test": (360, 1440)},
    names=[
        ("Train_files/1_3_01_1.avi", ("01", "train", None, "3", "1", None)),
        ("Dev_files/6_2_21_2.avi", ("21", "dev", "print-1", "2", "6", None)),
        ("Dev_files/6_2_35_3.avi", ("35", "dev", "print-2", "2", "6", None)),
        ("Test_files/2_1_36_4.avi", ("36", "test", "replay-1", "1", "2", None)),
        ("Test_files/2_1_55_5.avi", ("55", "test", "replay-2", "1", "2", None)),
    ],
    box_files=[("Train_files/1_1_01_1.avi", "Train_files/1_1_01_1.txt", "oulu-eyes")],
    least_overlap=0.6,  # a box about the eyes is no more than like dlib's
    misnamed=[
        "Train_files/7_1_01_1.avi",  # six phones
        "Train_files/1_1_1_1.avi",  # two digits
    ],
    misplaced=[
        "Train_files/1_1_21_1.avi",  # a person of dev would leak into train
        "extra/1_1_01_1.avi",
    ],
    miniature=miniature,
    examples=[
        ("Train_files/4_2_01_1.avi", ("01", "train", None, "2", "4", None)),
        ("Dev_files/6_3_21_3.avi", ("21", "dev", "print-2", "3", "6", None)),
        ("Test_files/1_1_36_5.avi", ("36", "test", "replay-2", "1", "1", None)),
    ],
    whole=whole,
    rows=rows,
)
