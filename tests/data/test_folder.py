from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import read_labels, scan_folder
from spoofcue.data.manifest import SPLITS
from spoofcue.data.prepare import prepare
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
        "test/cid/attacks/replay/1.png",
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
        "test/cid/attacks/replay/1.png": ("test", "cid", 1, "replay"),
        "test/cid/spoof/2.png": ("test", "cid", 1, "unknown"),
        "s1/attack/4.jpg": (None, "s1", 1, "unknown"),
    }


def test_files_without_a_subject_warn_and_count_as_people(tmp_path: Path) -> None:
    touch(tmp_path, "live/1.jpg", "live/2.jpg", "attack/print/1.jpg")
    found, (warning,) = scan_folder(tmp_path)
    assert len({r.subject for r in found}) == 3
    assert "person of its own" in warning


def test_unlabelled_files_and_empty_folders_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no image or video"):
        scan_folder(tmp_path)
    touch(tmp_path, "ann/1.jpg")
    with pytest.raises(InputError, match=r"no clear label, e\.g\. ann/1\.jpg .*--labels"):
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
        ("path,label\na.jpg,live\na.jpg,live\n", "line 3: a.jpg is the file of line 2"),
        ("path,label,pai\na.jpg,live,print\n", "live file must have no pai"),
        ("path,label,split\na.jpg,live,later\n", "split 'later'"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,0,4\n", "width 0"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,,4\n", "line 2: .* column w is empty"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,inf,4\n", "line 2, column w: 'inf'"),
        ("path,label,x,y,w,h\na.jpg,live,nan,2,3,4\n", "line 2, column x: 'nan'"),
        ("path,label,x,y,w,h\na.jpg,live,1,1" + "0" * 400 + ",3,4\n", "line 2, column y: '10"),
        ("path,label,x,y,w,h\na.jpg,live,1,2,1e12,4\n", "line 2, column w: 1e"),
        ("path,label\na.jpg,live\n./a.jpg,live\n", "line 3: a.jpg is the file of line 2 too"),
        ("path,label,pai\na.jpg,1,live\n", "line 2: 'live' is a word for live faces"),
        ("path,label\na.jpg,client\n", "line 2: label 'client'"),
    ],
)
def test_each_fault_of_a_table_is_named(tmp_path: Path, text: str, told: str) -> None:
    touch(tmp_path, "a.jpg")
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputError, match=told):
        read_labels(tmp_path / "t.csv", tmp_path)


def filled(root: Path, **contents: str) -> None:
    for name, content in contents.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".jpg").write_text(content)


def test_ordinary_words_above_the_class_are_no_labels(tmp_path: Path) -> None:
    for ordinary in ("client", "video", "photo", "screen", "mask", "print", "replay"):
        touch(
            tmp_path,
            f"{ordinary}/001/real/1.png",
            f"{ordinary}/001/attack/print/1.png",
            f"{ordinary}/002/live/1.png",
            f"{ordinary}/002/attack/replay/1.png",
        )
        got = {
            (r.media.split("/", 1)[1], r.subject, r.label, r.pai)
            for r in scan_folder(tmp_path / ordinary.split("/")[0])[0]
        }
        assert {label for _, _, label, _ in got} == {0, 1}
    for recording in scan_folder(tmp_path)[0]:
        words = recording.media.split("/")
        assert recording.subject == words[1]
        assert (recording.label, recording.pai) == (
            (1, words[3]) if words[2] == "attack" else (0, None)
        )


@pytest.mark.parametrize("name", ["ann/live/attack/1.jpg", "attack/ann/real/1.jpg"])
def test_two_classes_on_one_path_are_refused(tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    with pytest.raises(InputError, match=rf"{name} .*contradict each other.*--labels"):
        scan_folder(tmp_path)


def test_a_link_says_what_its_goal_says(tmp_path: Path) -> None:
    touch(tmp_path, "ann/attack/print/1.jpg", "ann/live/2.jpg")
    (tmp_path / "ann/live/1.jpg").symlink_to(tmp_path / "ann/attack/print/1.jpg")
    with pytest.raises(InputError, match=r"live/1\.jpg .*link to .*print/1\.jpg"):
        scan_folder(tmp_path)


def test_a_root_behind_a_link_is_read_as_any_other(tmp_path: Path) -> None:
    touch(tmp_path, "attack/set/ann/live/1.jpg")
    (tmp_path / "linked").symlink_to(tmp_path / "attack/set")
    assert [r.label for r in scan_folder(tmp_path / "linked")[0]] == [0]


def test_one_content_on_both_sides_is_refused_with_both_names(tmp_path: Path) -> None:
    filled(tmp_path, ann__live__1="face", ann__attack__print__2="face")
    with pytest.raises(InputError, match=r"live/1\.jpg \(live\).*2\.jpg \(attack\)|2\.jpg.*1\.jpg"):
        scan_folder(tmp_path)


def test_one_content_in_two_splits_is_refused(tmp_path: Path) -> None:
    filled(tmp_path, train__ann__live__1="face", test__bob__live__1="face", test__bob__live__2="b")
    with pytest.raises(InputError, match=r"train/ann/live/1\.jpg .*the same file"):
        scan_folder(tmp_path)


def test_people_who_share_a_file_are_warned_of_and_drawn_together(tmp_path: Path) -> None:
    filled(tmp_path, ann__live__1="face", bob__live__1="face", cid__live__1="c", dan__live__1="d")
    recordings, (warning,) = scan_folder(tmp_path)
    assert "two people" in warning
    for seed in range(8):
        drawn = with_splits(recordings, seed=seed)
        assert {r.split for r in drawn} == {"train", "dev", "test"}
        assert len({r.split for r in drawn if r.subject in ("ann", "bob")}) == 1
    # three who all share one cannot be split so; training refuses what is left of it
    three = [r for r in recordings if r.subject != "cid"]
    assert len({r.split for r in with_splits(three)}) == 3


def test_given_splits_that_share_a_file_are_refused_before_the_work(tmp_path: Path) -> None:
    filled(tmp_path, ann__live__1="face", bob__live__1="face", cid__live__1="c")
    recordings, _ = scan_folder(tmp_path)
    apart = [replace(r, split=s) for r, s in zip(recordings, SPLITS, strict=True)]
    with pytest.raises(InputError, match="the same file"):
        prepare(apart, tmp_path, tmp_path / "out", PrepareOptions(detector="none"))
    assert not (tmp_path / "out").exists()


def test_hard_links_and_copies_in_a_table_are_one_file(tmp_path: Path) -> None:
    filled(tmp_path, a="face", b="other")
    (tmp_path / "c.jpg").hardlink_to(tmp_path / "a.jpg")
    (tmp_path / "t.csv").write_text("path,label\na.jpg,live\nb.jpg,1\nc.jpg,attack\n")
    with pytest.raises(InputError, match=r"a\.jpg .live. and .*c\.jpg .attack. are the same file"):
        read_labels(tmp_path / "t.csv", tmp_path)


def test_names_that_look_alike_are_pointed_out_and_stay_together(tmp_path: Path) -> None:
    touch(tmp_path, "Ann/live/1.jpg", "ann/live/1.jpg", "b/live/1.jpg", "c/live/1.jpg")
    recordings, warnings = scan_folder(tmp_path)
    assert any("Ann and ann" in w for w in warnings)
    for seed in range(6):
        assert len({r.split for r in with_splits(recordings, seed=seed)[:2]}) == 1
    (tmp_path / "t.csv").write_text(
        "path,label,pai\nAnn/live/1.jpg,1,PRINT\nb/live/1.jpg,1,print\n"
    )
    _, warnings = read_labels(tmp_path / "t.csv", tmp_path)
    assert any("PRINT and print" in w for w in warnings)
    assert any("Ann/live/1.jpg; the table was believed" in w for w in warnings)


def test_a_person_by_two_spellings_in_two_splits_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "train/Ann/live/1.jpg", "test/ann/live/2.jpg")
    with pytest.raises(InputError, match=r"Ann or ann in test\+train"):
        with_splits(scan_folder(tmp_path)[0])


def test_a_table_of_another_system_is_read_alike(tmp_path: Path) -> None:
    touch(tmp_path, "ann/é.jpg", "ann/b.jpg")
    text = (
        " Path ;LABEL; x;y;w;h\r\n\r\nann\\é.jpg ; Live;1,5;2;30;40\r\n"
        '"ann/b.jpg";spoof;;;;\r\n;;;;;\r\n'
    )
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        (tmp_path / "t.csv").write_bytes(text.encode(encoding))
        first, second = read_labels(tmp_path / "t.csv", tmp_path)[0]
        assert (first.label, second.label) == (0, 1)
        assert first.path == tmp_path / "ann/é.jpg"
        assert first.box is not None
        assert (first.box.x, first.box.w) == (2, 30)


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


def test_as_many_people_are_needed_as_there_are_splits_that_get_some() -> None:
    both = frozenset({0, 1})
    two = {"ann": both, "bob": both}
    assert set(assign_splits(two, (0, 0, 1)).values()) == {"test"}
    assert set(assign_splits(two, (0.5, 0.5, 0)).values()) == {"train", "dev"}
    with pytest.raises(InputError, match="at least 3 are needed"):
        assign_splits(two)
    with pytest.raises(InputError, match="at least 1 are needed"):
        assign_splits({}, (0, 0, 1))
