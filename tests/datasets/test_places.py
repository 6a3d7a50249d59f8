"""Archives in folders of their own, suffixes in capitals and other encodings: read, and told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.known_dataset import Known, known_datasets, make_miniature
from spoofcue.data.recording import Recording
from spoofcue.datasets import DATASETS
from spoofcue.datasets.places import folder_with
from spoofcue.datasets.scan import Scan, parse, scan
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError


def read(name: str, *paths: str) -> Scan:
    return parse(DATASETS[name], Tree.listed(paths))


def own_folder(path: str) -> str:
    """Train_files/Train_files/..., beside Dev_files/Dev_files/..."""
    return f"{path.split('/')[0]}/{path}"


def other_folder(path: str) -> str:
    return f"archive of {path.split('/')[0]}/unpacked/{path}"


def wrapped(path: str) -> str:
    return f"the set/{path}"


def mixed(path: str) -> str:
    """One part where it belongs, one in a folder of its own, one deeper."""
    top = path.split("/")[0]
    way = (len(top) + ord(top[0])) % 3
    return (path, own_folder(path), wrapped(own_folder(path)))[way]


def class_folder(path: str) -> str:
    """Train/live/live/003/..., or Train_files/Train_files/... where there is one folder."""
    first, *inner, name = path.split("/")
    return "/".join([first, inner[0] if inner else first, *inner, name])


def facts(recordings: list[Recording], name: str) -> set[tuple[object, ...]]:
    boxes = DATASETS[name].box_format
    return {
        (
            *(r.video or r.media, r.subject, r.label, r.pai, r.session, r.device, r.variant),
            *(r.split, boxes is not None and r.boxes is not None),
        )
        for r in recordings
    }


def parts(path: str) -> str:
    """Train_files/Train_files_part2/..., train_release/train_release.001/1/..."""
    first, *rest = path.split("/")
    return "/".join([first, first + ("_part2", ".001", " (1)")[len(path) % 3], *rest])


LAYOUTS = (own_folder, other_folder, wrapped, mixed, class_folder, parts)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "known",
    [k for k in known_datasets().values() if k.whole and not k.wherever],
    ids=lambda k: k.name,
)
def test_a_whole_set_is_whole_wherever_its_archives_were_unpacked(
    known: Known, layout: Callable[[str], str]
) -> None:
    assert known.whole is not None
    name, paths = known.name, known.whole()[:: known.every]
    plain, moved = read(name, *paths), read(name, *map(layout, paths))
    assert facts(moved.recordings, name) == facts(plain.recordings, name)
    assert len(moved.recordings) == len(plain.recordings)
    assert moved.problems == plain.problems
    assert known.every > 1 or moved.problems == []
    media = {r.media: r.path for r in moved.recordings}
    assert set(media) <= set(map(layout, paths))
    assert all(path == Path(name) for name, path in media.items())
    extra = moved.notes[len(plain.notes) :]
    assert extra
    assert all("were read in" in note or "more folders" in note for note in extra)


def test_the_note_says_what_was_read_where() -> None:
    videos = [
        "Train_files/Train_files/1_1_01_1.avi",
        "Train_files/Train_files/1_1_01_2.avi",
        "OULU_Dev/Dev_files/1_1_21_1.avi",
        "Test_files/1_1_36_1.avi",
    ]
    boxes = [v.replace(".avi", ".txt") for v in videos]
    assert read("oulu-npu", *videos, *boxes).notes == [
        "1 recording(s) of Dev_files/ were read in OULU_Dev/Dev_files/",
        "2 recording(s) of Train_files/ were read in Train_files/Train_files/",
    ]
    inside = "Train/live/live/003/003-1-1-1-1.mov"
    (note,) = read("siw", inside).notes[1:]
    assert note == (
        "1 recording(s) of Train/ were read in a folder inside one of its own name, the first is "
        f"{inside}"
    )


def test_many_folders_are_not_all_told() -> None:
    people = [f"archive-{i}/Train_files/1_1_{i:02d}_1.avi" for i in range(1, 16)]
    notes = read("oulu-npu", *people).notes
    assert notes[0] == "no box file is there; the detector finds every face"
    assert len(notes[1:]) == 8
    assert notes[-1] == "and so in 8 more folders"


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("oulu-npu", "Train_files/1_1_01_1.avi", "Train_files/Train_files/1_1_01_1.avi"),
        ("oulu-npu", "Train_files/1_1_01_1.avi", "Train_files/1_1_01_1.AVI"),
        ("oulu-npu", "Train_files/1_1_01_1.avi", "Train_files/1_1_01_1.mp4"),
        ("oulu-npu", "a/Train_files/1_1_01_1.avi", "b/Train_files/1_1_01_1.avi"),
        ("casia-mfsd", "train_release/1/1.avi", "0-old/train_release/1/1.avi"),
        ("siw-m", "Paper/1.mov", "Spoof/Paper/1.mp4"),
        ("siw-mv2", "Live/Live_1.mov", "more/Live_1.mp4"),
    ],
)
def test_two_copies_of_a_recording_are_one_and_named(name: str, one: str, two: str) -> None:
    found = read(name, two, one)
    assert [r.media for r in found.recordings] == [one]
    (problem,) = [p for p in found.problems if p.kind == "unexpected"]
    assert (problem.name, problem.detail) == (two, f"the same recording as {one}")


def test_of_two_copies_each_recording_keeps_the_boxes_beside_it() -> None:
    tree = [f"{c}/Train_files/1_1_01_{n}.{s}" for c in "ab" for n in "12" for s in ("avi", "txt")]
    found = read("oulu-npu", *tree)
    assert [(r.media, str(r.boxes)) for r in found.recordings] == [
        (f"a/Train_files/1_1_01_{n}.avi", f"a/Train_files/1_1_01_{n}.txt") for n in "12"
    ]
    details = {p.name: p.detail for p in found.problems if p.kind == "unexpected"}
    assert set(details) == {path for path in tree if path.startswith("b/")}
    box = "b/Train_files/1_1_01_1.txt"
    assert details[box] == "the same box file as a/Train_files/1_1_01_1.txt"


LIVE = "train/real/client001_session01_webcam_authenticate_adverse_1"


@pytest.mark.parametrize(
    ("video", "boxes"),
    [
        (f"{LIVE}.mov", f"face-locations/face-locations/{LIVE}.face"),
        (f"{LIVE}.mov", f"replayattack-face-locations-v2/face-locations/{LIVE}.face"),
        (f"replayattack-train/{LIVE}.mov", f"face-locations/{LIVE}.face"),
        (f"train/{LIVE}.mov", f"faces/{LIVE}.face"),  # face-locations renamed
        (f"{LIVE}.mov", f"{LIVE}.face"),  # copied beside the video
        (f"{LIVE}.MOV", f"face-locations/{LIVE}.FACE"),
        (f"{LIVE}.avi", f"face-locations/{LIVE}.face"),
    ],
)
def test_replay_s_boxes_are_found_wherever_they_were_unpacked(video: str, boxes: str) -> None:
    found = read("replay-attack", video, boxes)
    (recording,) = found.recordings
    assert recording.boxes == Path(boxes)
    assert found.unexpected == []


@pytest.mark.parametrize(
    ("name", "path", "boxes", "official"),
    [
        ("oulu-npu", "Train_files/1_1_01_1.AVI", "Train_files/1_1_01_1.TXT", ".avi"),
        ("oulu-npu", "Dev_files/1_1_21_3.mp4", "Dev_files/1_1_21_3.txt", ".avi"),
        ("oulu-npu", "Test_files/1_1_36_3.Mov", "eyes/Test_files/1_1_36_3.txt", ".avi"),
        ("siw", "Train/live/003/003-1-1-1-1.MOV", "Train/live/003/003-1-1-1-1.FACE", ".mov"),
        ("siw", "Train/live/003/003_1_1_1_1.MP4", "Train/live/003/003_1_1_1_1.face", ".mp4"),
        ("siw", "Train/live/003/003-1-1-1-1.m.avi", "Train/live/003/003_1_1_1_1.face", ".mov"),
        ("casia-mfsd", "train_release/1/HR_1.mkv", None, ".avi"),
        ("replay-attack", f"{LIVE}.webm", f"face-locations/{LIVE}.face", ".mov"),
        (
            "msu-mfsd",
            "scene01/real/real_client001_android_SD_scene01.mov",
            "scene01/real/real_client001_android_SD_scene01.FACE",
            ".mp4",
        ),
        (
            "msu-mfsd",
            "scene01/real/real_client001_laptop_SD_scene01.MOV",
            "scene01/real/real_client001_laptop_SD_scene01.face",
            ".mov",
        ),
        ("siw-m", "Mask/HalfMask/1.AVI", None, ".mov"),
        ("siw-mv2", "Live/Live_1.MP4", None, ".mp4"),
        ("rose-youtu", "2/G_NT_5s_g_E_2_1.MP4", None, ".mp4"),
        ("rose-youtu", "2/G_NT_5s_g_E_2_1.avi", None, ".mp4"),
        ("celeba-spoof", "Data/test/7/spoof/000001.JPG", "Data/test/7/spoof/000001_BB.TXT", ".jpg"),
        (
            "celeba-spoof",
            "Data/test/7/spoof/000001.jpeg",
            "Data/test/7/spoof/000001_BB.txt",
            ".jpg",
        ),
        ("celeba-spoof", "Data/test/7/live/000001.PNG", "Data/test/7/live/000001_BB.txt", ".png"),
        ("lcc-fasd", "LCC_FASD_training/real/1.PNG", None, ".png"),
        ("nuaa", "ClientRaw/0001/0001_00_00_01_0.JPG", None, ".jpg"),
        ("faceforensics", "original_sequences/youtube/c23/videos/000.avi", None, ".mp4"),
    ],
)
def test_other_suffixes_are_read_and_told(
    name: str, path: str, boxes: str | None, official: str
) -> None:
    found = read(name, path, *filter(None, [boxes]))
    (recording,) = found.recordings
    assert recording.path == Path(path)
    assert recording.media == path
    assert recording.video == path.rpartition(".")[0] + official
    assert recording.boxes == (Path(boxes) if boxes else None)
    suffix = "." + path.rpartition(".")[2]
    told = f"1 recording(s) end in {suffix} where the set has {official}; they are read"
    (note,) = [n for n in found.notes if n.startswith(told)]
    assert ("encoded again" in note) == (suffix.lower() != official)
    assert (found.misnamed, found.unexpected) == ([], [])


def test_suffixes_are_counted_one_by_one() -> None:
    people = [f"train_release/{i}/1.{'AVI' if i < 5 else 'mp4'}" for i in range(1, 21)]
    told = [note.partition(";")[0] for note in read("casia-mfsd", *people).notes]
    assert told == [
        "4 recording(s) end in .AVI where the set has .avi",
        "16 recording(s) end in .mp4 where the set has .avi",
    ]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("Train_files/1_1_01_1.rmvb", ".rmvb is no suffix that is read; the set has .avi"),
        ("a/Train_files/1_1_01_1.avi.part", ".part is no suffix that is read; the set has .avi"),
        ("Train_files/1_1_01_1", "it has no suffix; the set has .avi"),
        ("Train_files/1_1_01_1.png", ".png is the suffix of an image; the set has .avi"),
    ],
)
def test_a_suffix_that_cannot_be_read_is_the_reason(path: str, why: str) -> None:
    found = read("oulu-npu", path, "Dev_files/1_1_21_1.avi")
    (problem,) = [p for p in found.problems if p.kind == "misnamed"]
    assert (problem.name, problem.detail) == (path, why)
    assert "Train_files/1_1_01_1.avi" in found.missing


def test_what_lies_beside_a_recording_is_no_problem() -> None:
    sides = ["1.npy", "1.txt", "1.md5", "1.avi.zip", "1"]
    found = read("casia-mfsd", *(f"train_release/1/{s}" for s in (*sides, "1.avi")))
    assert (found.misnamed, found.unexpected) == ([], [])


def put(root: Path, *paths: str) -> Path:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    return root


def test_a_root_of_unreadable_suffixes_says_so(tmp_path: Path) -> None:
    put(tmp_path, *(f"Train_files/1_1_0{n}_1.rmvb" for n in range(1, 5)))
    with pytest.raises(
        InputError,
        match=r"4 file\(s\) are named as its recordings and left out, the first is "
        r"Train_files/1_1_01_1\.rmvb: \.rmvb is no suffix that is read; the set has \.avi\.$",
    ):
        scan(DATASETS["oulu-npu"], tmp_path)


def test_a_root_within_the_set_names_the_folder_that_holds_all_of_it(tmp_path: Path) -> None:
    root = put(tmp_path / "siw", "Train/live/003/003-1-1-1-1.mov")
    with pytest.raises(InputError, match=rf"\. {root} looks right: give that as ROOT\.$"):
        scan(DATASETS["siw"], root / "Train/live")


@pytest.mark.parametrize(
    ("path", "told"),
    [
        # a person of dev among train: no other ROOT mends that
        ("Train_files/1_1_21_1.avi", r"1_1_21_1\.avi: well named, but not in this place\.$"),
        ("Train_files/1_1_01_1.txt", r"Found: Train_files/\.$"),
        ("1_1_01_1.avi", r"Found: 1_1_01_1\.avi\.$"),
    ],
)
def test_no_root_is_suggested_that_would_not_do(tmp_path: Path, path: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        scan(DATASETS["oulu-npu"], put(tmp_path / "oulu", path))


def test_archives_are_to_be_unpacked(tmp_path: Path) -> None:
    put(tmp_path, "oulu/Train_files.zip")
    with pytest.raises(InputError, match=r"oulu/Train_files\.zip is an archive: unpack it first"):
        scan(DATASETS["oulu-npu"], tmp_path)


def test_a_set_s_own_lists_are_found_deeper(tmp_path: Path) -> None:
    msu = make_miniature("msu-mfsd", tmp_path / "msu/MSU-MFSD/Publish")
    (msu / "train_sub_list.txt").write_text("13\n01\n")
    (msu / "test_sub_list.txt").write_text("02\n")
    found = scan(DATASETS["msu-mfsd"], tmp_path / "msu")
    assert {r.subject: r.split for r in found.recordings} == {
        "msu-mfsd/01": "train",
        "msu-mfsd/13": "train",
        "msu-mfsd/02": "test",
    }


def test_celeba_s_labels_are_found_deeper_and_whatever_the_suffix(tmp_path: Path) -> None:
    listed = {"jpg": "Data/train/1/spoof/000001", "png": "Data/train/1/spoof/000002"}
    put(tmp_path, *(f"unpacked/{listed[s]}.{is_}" for s, is_ in (("jpg", "png"), ("png", "JPG"))))
    labels = {f"{name}.{s}": [0] * 40 + [8, 1, 1, 1] for s, name in listed.items()}
    path = tmp_path / "metas/metas/intra_test/train_label.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(labels))
    found = scan(DATASETS["celeba-spoof"], tmp_path)
    assert [(r.video, r.pai) for r in found.recordings] == [(n, "replay-pad") for n in labels]
    assert (found.missing, found.misnamed) == ([], [])


def test_the_nearest_folder_that_holds_a_list(tmp_path: Path) -> None:
    put(tmp_path, "a/Protocols/Protocols/Protocol_1/Train.txt", "z/Protocol_1/Train.txt")
    assert folder_with(tmp_path, "Protocol_1/Train.txt") == tmp_path / "z"
    assert folder_with(tmp_path / "a", "Protocol_1/Train.txt") == tmp_path / "a/Protocols/Protocols"
    assert folder_with(tmp_path, "Protocol_2/Train.txt") is None
    assert folder_with(tmp_path / "nowhere", "Protocol_1/Train.txt") is None
