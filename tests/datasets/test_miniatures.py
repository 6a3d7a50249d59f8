"""Each adapter against the miniature of its official folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.miniature import MAKERS, make_miniature
from spoofcue.data.splits import with_splits
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, scan


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    root = tmp_path_factory.mktemp("trees")
    return {name: scan(DATASETS[name], make_miniature(name, root / name)) for name in MAKERS}


def test_there_is_a_miniature_of_every_dataset() -> None:
    assert set(MAKERS) == set(DATASETS)


@pytest.mark.parametrize("name", DATASETS)
def test_every_recording_is_read_and_splits_share_nobody(scans: dict[str, Scan], name: str) -> None:
    found = scans[name]
    assert found.unexpected == []
    assert found.misnamed == []
    assert {r.dataset for r in found.recordings} == {name}
    assert all(r.path.is_file() and r.path.match(r.media) for r in found.recordings)
    assert all((r.label == 1) == (r.pai is not None) for r in found.recordings)
    assert with_splits(found.recordings) == found.recordings
    classes = {(r.split, r.label) for r in found.recordings}
    splits = {split for split, _ in classes}
    assert {"train", "test"} <= splits
    assert classes == {(split, label) for split in splits for label in (0, 1)}


@pytest.mark.parametrize("name", [n for n, d in DATASETS.items() if d.box_format])
def test_every_recording_has_the_boxes_that_its_dataset_ships(
    scans: dict[str, Scan], name: str
) -> None:
    for r in scans[name].recordings:
        assert r.boxes is not None
        assert r.boxes.is_file()
        assert r.box_format == DATASETS[name].box_format


# dataset, media -> subject, split, pai, session, device, variant
EXAMPLES = [
    ("oulu-npu", "Train_files/4_2_01_1.avi", ("01", "train", None, "2", "4", None)),
    ("oulu-npu", "Dev_files/6_3_21_3.avi", ("21", "dev", "print-2", "3", "6", None)),
    ("oulu-npu", "Test_files/1_1_36_5.avi", ("36", "test", "replay-2", "1", "1", None)),
    ("siw", "Train/live/003/003-1-1-2-1.mov", ("003", "train", None, "1", "1", "2")),
    ("siw", "Train/live/003/003-2-1-1-2.m.mov", ("003", "train", None, "2", "2", "1")),
    ("siw", "Train/spoof/033/033_1_2_2_1.mp4", ("033", "train", "print-2", "1", "1", None)),
    ("siw", "Test/spoof/001/001-1-3-4-2.mov", ("001", "test", "replay-4", "2", "1", None)),
    ("casia-mfsd", "train_release/17/1.avi", ("train/17", "train", None, None, "normal", None)),
    (
        "casia-mfsd",
        "test_release/1/4.avi",
        ("test/1", "test", "print-warped", None, "low", None),
    ),
    (
        "casia-mfsd",
        "test_release/2/HR_3.avi",
        ("test/2", "test", "cut-photo", None, "high", None),
    ),
    (
        "replay-attack",
        "devel/real/client003_session01_webcam_authenticate_adverse_2.mov",
        ("003", "dev", None, "adverse", "webcam", "2"),
    ),
    (
        "replay-attack",
        "test/attack/hand/attack_mobile_client009_session01_mobile_video_controlled.mov",
        ("009", "test", "mobile-video", "controlled", "webcam", "hand"),
    ),
    (
        "replay-attack",
        "train/attack/fixed/attack_print_client001_session01_highdef_photo_adverse.mov",
        ("001", "train", "print-photo", "adverse", "webcam", "fixed"),
    ),
    (
        "msu-mfsd",
        "scene01/real/real_client001_android_SD_scene01.mp4",
        ("01", "test", None, "scene01", "android", None),
    ),
    (
        "msu-mfsd",
        "scene01/attack/attack_client002_laptop_SD_iphone_video_scene01.mov",
        ("02", "train", "replay-iphone", "scene01", "laptop", None),
    ),
    ("siw-m", "Live/Test/Live_6.mov", ("live/test/Live_6", "test", None, None, None, None)),
    (
        "siw-m",
        "Mask/HalfMask/HalfMask_5.mov",
        ("mask/halfmask/HalfMask_5", "test", "mask-half", None, None, None),
    ),
    ("siw-mv2", "Live/Live_6.mov", ("Live_6", "test", None, None, None, None)),
    (
        "siw-mv2",
        "Spoof/Partial_Eye/Partial_Eye_2.mov",
        ("Partial_Eye_2", "train", "partial-eye", None, None, None),
    ),
    ("rose-youtu", "2/G_T_HS_wg_E_2_2.mp4", ("2", "train", None, "E", "HS", "T-wg")),
    ("rose-youtu", "11/Mf_NT_HS_wg_E_11_15.mp4", ("11", "dev", "mask-full", "E", "HS", "NT-wg")),
    ("celeba-spoof", "Data/train/1/live/000001.jpg", ("1", "train", None, None, None, None)),
    (
        "celeba-spoof",
        "Data/test/9001/spoof/000013.jpg",
        ("9001", "test", "mask-3d", "strong", None, "outdoor"),
    ),
    (
        "lcc-fasd",
        "LCC_FASD_development/spoof/s_20.png",
        ("dev/spoof/s_20", "dev", "attack", None, None, None),
    ),
    (
        "nuaa",
        "ImposterRaw/0002/0002_00_00_03_0.jpg",
        ("test/0002", "test", "print-photo", "03", None, "00-00"),
    ),
    (
        "faceforensics",
        "original_sequences/youtube/c23/videos/003.mp4",
        ("000-003", "train", None, None, None, "c23"),
    ),
    (
        "faceforensics",
        "manipulated_sequences/FaceShifter/c23/videos/005_004.mp4",
        ("004-005", "dev", "forgery-faceshifter", None, None, "c23"),
    ),
]


@pytest.mark.parametrize(("name", "media", "told"), EXAMPLES)
def test_what_a_name_tells(
    scans: dict[str, Scan], name: str, media: str, told: tuple[str | None, ...]
) -> None:
    r = next(r for r in scans[name].recordings if r.media == media)
    subject = r.subject.removeprefix(f"{name}/")
    assert subject != r.subject
    assert (subject, r.split, r.pai, r.session, r.device, r.variant) == told


def test_celeba_s_labels_are_counted_by_the_type_of_attack(scans: dict[str, Scan]) -> None:
    train = [r.pai for r in scans["celeba-spoof"].recordings if r.split == "train"]
    assert len(set(train)) == 11
    assert all(train.count(pai) == 2 for pai in set(train) - {None})  # one of each person


def test_leaks_and_own_splits_are_told(scans: dict[str, Scan]) -> None:
    assert "LEAK" in scans["nuaa"].notes[0]
    assert "no official split" in scans["siw-m"].notes[0]
    assert scans["oulu-npu"].notes == []


def test_published_lists_win_over_our_rules(tmp_path: Path) -> None:
    msu = make_miniature("msu-mfsd", tmp_path / "msu")
    (msu / "train_sub_list.txt").write_text("13\n01\n")
    (msu / "test_sub_list.txt").write_text("02\n")
    found = scan(DATASETS["msu-mfsd"], msu)
    assert {r.subject: r.split for r in found.recordings} == {
        "msu-mfsd/01": "train",
        "msu-mfsd/13": "train",
        "msu-mfsd/02": "test",
    }
    assert len(found.unexpected) == 8 + 8  # client 3 is in no list: videos and box files
    nuaa = make_miniature("nuaa", tmp_path / "nuaa")
    for listed in nuaa.glob("*_raw.txt"):
        listed.unlink()
    assert "session decides" in scan(DATASETS["nuaa"], nuaa).notes[1]
    forensics = make_miniature("faceforensics", tmp_path / "ff")
    (forensics / "val.json").unlink()
    found = scan(DATASETS["faceforensics"], forensics)
    assert "cut 72:14:14" in found.notes[0]
    splits = {r.subject: r.split for r in found.recordings}
    assert sorted(splits.values()) == ["dev", "test", "train", "train"]
