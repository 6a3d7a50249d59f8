"""OULU-NPU's and CelebA-Spoof's own protocol files, written here in their formats."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import polars as pl
import pytest

from helpers.known_dataset import manifest
from spoofcue.errors import InputError
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.protocols.listed import differences, from_files, read_listed
from spoofcue.protocols.reader import load_set

OULU = load_set("oulu-npu").protocols
USERS = {"Train": range(1, 21), "Dev": range(21, 36), "Test": range(36, 56)}


def oulu_lines(protocol: str, split: str, k: int = 0) -> list[str]:
    """A slow loop over phones, sessions, users and files: independent of the YAML rules."""
    lines = []
    for phone, session, user, file in product(range(1, 7), (1, 2, 3), USERS[split], range(1, 6)):
        tested = split == "Test"
        if protocol in "14" and (session == 3) != tested:
            continue
        if protocol in "24" and file != 1 and (file in (3, 5)) != tested:
            continue
        if protocol in "34" and (phone == k) != tested:
            continue
        # some copies write -2 for replays
        sign = "+1" if file == 1 else "-2" if file > 3 else "-1"
        lines.append(f"{sign},{phone}_{session}_{user:02d}_{file}")
    return lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("Protocols")
    for protocol, split in product("1234", USERS):
        names = [("", 0)] if protocol in "12" else [(f"_{k}", k) for k in range(1, 7)]
        for suffix, k in names:
            path = root / f"Protocol_{protocol}" / f"{split}{suffix}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(oulu_lines(protocol, split, k)) + "\n")
    return root


@pytest.mark.parametrize("name", ["1", "2", "3", "4"])
def test_files_and_rules_choose_the_same_recordings(name: str, folder: Path) -> None:
    rows = manifest("oulu-npu")
    listed = from_files(OULU[name], folder)
    assert differences(rows, OULU[name], listed) == []
    for rule_fold, file_fold in zip(OULU[name].folds, listed.folds, strict=True):
        assert rows_of_fold(rows, file_fold).equals(rows_of_fold(rows, rule_fold))


def test_the_files_win_and_the_difference_is_told(folder: Path, tmp_path: Path) -> None:
    for path in (folder / "Protocol_1").iterdir():
        lines = path.read_text().splitlines()
        if path.name == "Dev.txt":
            lines = [line for line in lines if "_21_" not in line] + ["-1,9_9_21_2"]
        (tmp_path / "Protocol_1").mkdir(exist_ok=True)
        (tmp_path / "Protocol_1" / path.name).write_text("\n".join(lines))
    rows = manifest("oulu-npu")
    listed = from_files(OULU["1"], tmp_path)
    chosen = rows_of_fold(rows, listed.folds[0])
    assert "oulu-npu/21" not in set(chosen["subject"])
    assert differences(rows, OULU["1"], listed) == [
        "Protocol_1/Dev.txt: 1 listed recordings are not in this set",
        "Protocol_1/Dev.txt: 60 recordings differ from the rule's dev",
    ]
    assert listed.folds[0].to_dict()["train"]["listed"] == {
        "file": "Protocol_1/Train.txt",
        "recordings": 1200,
    }


def test_a_class_that_contradicts_the_set_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Protocol_1").mkdir()
    for split in USERS:
        lines = [line.replace("-2,", "+1,") for line in oulu_lines("1", split)]
        (tmp_path / "Protocol_1" / f"{split}.txt").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"disagree on the class of 480.*1_1_01_4\.avi"):
        differences(manifest("oulu-npu"), OULU["1"], from_files(OULU["1"], tmp_path))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.txt", "+1,1_1_01_1\n1_1_01_2\n", "line 2"),
        ("a.txt", "live,1_1_01_1\n", "line 1"),
        ("a.txt", "\n", "names no recording"),
        ("a.json", "[1, 2]", "44 numbers"),
        ("a.json", '{"x.jpg": [0, 1]}', "44 numbers"),
    ],
)
def test_a_file_of_another_format_names_its_place(
    name: str, text: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=told):
        read_listed(tmp_path, name)


def test_celebas_lists_choose_images_by_their_path(tmp_path: Path) -> None:
    rows = manifest("celeba-spoof")
    (tmp_path / "protocol1").mkdir()
    for split in ("train", "test"):
        chosen = rows.filter(
            (pl.col("split") == split) & (pl.col("pai").is_null() | (pl.col("pai") == "print-a4"))
        )
        labels = {m: [0] * 43 + [int(v)] for m, v in chosen.select("media", "label").iter_rows()}
        (tmp_path / "protocol1" / f"{split}_label.json").write_text(json.dumps(labels))
    ruled = load_set("celeba-spoof").protocols["protocol1"]
    listed = from_files(ruled, tmp_path)
    assert differences(rows, ruled, listed) == []
    # unpacked deeper, with other suffixes, and joined with other sets: its names are the same
    deeper = pl.lit("CelebA_Spoof/") + pl.col("media").str.replace(r"\.jpg$", ".png")
    for video in (pl.col("media"), pl.lit("celeba-spoof/") + pl.col("media")):
        moved = rows.with_columns(media=deeper, video=video)
        assert differences(moved, ruled, listed) == []
        assert rows_of_fold(moved, listed.folds[0]).height == 120
    fold = rows_of_fold(rows, listed.folds[0])
    assert set(fold["pai"].drop_nulls()) == {"print-a4"}
    assert fold.filter(pl.col("split") == "dev")["subject"].n_unique() == 5
    assert fold.height == 120


def test_a_protocol_without_files_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="1_2 has no protocol files"):
        from_files(OULU["1_2"], tmp_path)
    with pytest.raises(InputError, match=r"cannot read.*Train\.txt"):
        from_files(OULU["1"], tmp_path)


def test_a_list_of_another_program_is_read_alike_and_contradicts_itself_never(
    tmp_path: Path,
) -> None:
    for text, encoding in (
        ("+1,1_1_01_1\n-1,1_1_01_2\n", "utf-8-sig"),
        ("+1; 1_1_01_1\r\n\r\n-2 ;1_1_01_2\r\n", "utf-16"),
        ("1\t1_1_01_1\n-1\t1_1_01_2\n", "utf-8"),
    ):
        (tmp_path / "list.txt").write_bytes(text.encode(encoding))
        listed = read_listed(tmp_path, "list.txt")
        assert listed.names == {"1_1_01_1", "1_1_01_2"}
        assert listed.attacks == {"1_1_01_2"}
    (tmp_path / "list.txt").write_text("+1,a\n-1,b\n-1,a\n")
    with pytest.raises(InputError, match="line 3: a is live and an attack"):
        read_listed(tmp_path, "list.txt")
