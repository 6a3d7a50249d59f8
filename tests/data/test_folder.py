from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.data.folder import read_labels, scan_folder
from spoofcue.data.splits import assign_splits, with_splits
from spoofcue.errors import InputError


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_labels_species_subjects_and_splits_come_from_folder_names(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "train/ann/live/1.jpg",
        "train/ann/attack/print-a/1.jpg",
        "dev/bob/real/v.mov",
        "test/cid/replay/1.png",
        "test/cid/spoof/2.png",
        "s1/attack/4.jpg",
        "train/ann/live/.hidden.jpg",
        "notes.txt",
    )
    found, warnings = scan_folder(tmp_path, pai="unknown")
    assert warnings == []
    got = {r.media: (r.split, r.subject, r.label, r.pai) for r in found}
    assert got == {
        "train/ann/live/1.jpg": ("train", "ann", 0, None),
        "train/ann/attack/print-a/1.jpg": ("train", "ann", 1, "print-a"),
        "dev/bob/real/v.mov": ("dev", "bob", 0, None),
        "test/cid/replay/1.png": ("test", "cid", 1, "replay"),
        "test/cid/spoof/2.png": ("test", "cid", 1, "unknown"),
        "s1/attack/4.jpg": (None, "s1", 1, "unknown"),
    }


def test_files_without_a_subject_warn_and_count_as_people(tmp_path: Path) -> None:
    touch(tmp_path, "live/1.jpg", "live/2.jpg", "print/1.jpg")
    found, (warning,) = scan_folder(tmp_path)
    assert len({r.subject for r in found}) == 3
    assert "person of its own" in warning


def test_unlabelled_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image or video"):
        scan_folder(tmp_path)
    touch(tmp_path, "ann/1.jpg")
    with pytest.raises(InputError, match=r"no label, e\.g\. ann/1\.jpg"):
        scan_folder(tmp_path)


def test_a_table_gives_everything(tmp_path: Path) -> None:
    touch(tmp_path, "a.jpg", "b.jpg")
    table = tmp_path / "t.csv"
    table.write_text(
        "path,label,subject,pai,split,x,y,w,h,dataset,variant\n"
        "a.jpg,live,ann,,train,1,2,30,40,mine,hand\nb.jpg,1,bob,mask,devel,,,,,,\n"
    )
    (a, b), warnings = read_labels(table, tmp_path)
    assert warnings == []
    assert (a.label, a.subject, a.split) == (0, "ann", "train")
    assert a.box is not None
    assert (a.box.x, a.box.w) == (1, 30)
    assert (a.dataset, a.variant) == ("mine", "hand")
    assert (b.label, b.pai, b.split, b.box) == (1, "mask", "dev", None)
    assert (b.dataset, b.variant) == (None, None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("path\na.jpg\n", r"missing columns \['label'\]"),
        ("path,label,colour\na.jpg,0,red\n", "colour"),
        ("path,label\na.jpg,maybe\n", "line 2: label 'maybe'"),
        ("path,label\nnone.jpg,live\n", "line 2: there is no file"),
        ("path,label\na.jpg,live\na.jpg,live\n", "line 3: a.jpg is on line 2"),
        ("path,label,pai\na.jpg,live,print\n", "live file must have no pai"),
        ("path,label,split\na.jpg,live,later\n", "split 'later'"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,0,4\n", "width 0"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,,4\n", "four numbers"),
    ],
)
def test_each_fault_of_a_table_is_named(tmp_path: Path, text: str, told: str) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_labels(tmp_path / "t.csv", tmp_path)


CLASSES = st.sampled_from([frozenset({0}), frozenset({1}), frozenset({0, 1})])


@given(
    subjects=st.dictionaries(st.text(min_size=1, max_size=4), CLASSES, min_size=3, max_size=40),
    seed=st.integers(0, 50),
)
def test_each_subject_gets_one_split_whatever_their_order(
    subjects: dict[str, frozenset[int]], seed: int
) -> None:
    chosen = assign_splits(subjects, seed=seed)
    assert set(chosen) == set(subjects)
    assert set(chosen.values()) <= {"train", "dev", "test"}
    assert assign_splits(dict(reversed(subjects.items())), seed=seed) == chosen


@given(count=st.integers(3, 60), seed=st.integers(0, 20))
def test_every_split_gets_people_in_the_stated_ratio(count: int, seed: int) -> None:
    both = frozenset({0, 1})
    chosen = list(assign_splits({f"s{i}": both for i in range(count)}, seed=seed).values())
    for split, ratio in (("train", 0.6), ("dev", 0.2), ("test", 0.2)):
        assert chosen.count(split) >= 1
        assert abs(chosen.count(split) - ratio * count) < 1.5


def test_given_splits_are_kept_and_checked(tmp_path: Path) -> None:
    touch(tmp_path, "train/ann/live/1.jpg", "test/ann/attack/1.jpg", "test/bob/live/1.jpg")
    found, _ = scan_folder(tmp_path)
    with pytest.raises(InputError, match=r"ann in test\+train"):
        with_splits(found)
    kept = [r for r in found if r.media != "test/ann/attack/1.jpg"]
    assert [r.split for r in with_splits(kept)] == ["test", "train"]
    touch(tmp_path, "cid/live/1.jpg")
    mixed, _ = scan_folder(tmp_path)
    with pytest.raises(InputError, match="every file a split, or none"):
        with_splits(mixed)
