"""What each name says, written out; and the facts of each dataset as its authors state them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from helpers.known_dataset import known_datasets
from spoofcue.data.recording import Problem, Published
from spoofcue.datasets import DATASETS
from spoofcue.datasets.definition import Dataset, Named
from spoofcue.datasets.places import folder_with
from spoofcue.datasets.scan import count, parse, scan
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError

LIVE_RA = "real/client009_session01_webcam_authenticate_"
FORGED = "manipulated_sequences/"


@pytest.mark.parametrize(
    ("name", "path", "wanted"),
    [(k.name, *said) for k in known_datasets().values() for said in k.names],
    ids=lambda v: v if v else "",
)
def test_a_name_says_this(name: str, path: str, wanted: tuple[str | None, ...]) -> None:
    (found,) = parse(DATASETS[name], Tree.listed([path])).recordings
    subject, split, pai, session, device, variant = wanted
    assert found.subject == f"{name}/{subject}"
    assert (found.split, found.pai, found.session) == (split, pai, session)
    assert (found.device, found.variant) == (device, variant)
    assert (found.label, found.dataset) == (0 if pai is None else 1, name)
    assert (found.media, found.path, found.video) == (path, Path(path), None)
    assert (found.box, found.boxes, found.box_format) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "path", "boxes", "kind"),
    [(k.name, *files) for k in known_datasets().values() for files in k.box_files],
)
def test_a_box_file_belongs_to_its_recording(name: str, path: str, boxes: str, kind: str) -> None:
    found = parse(DATASETS[name], Tree.listed([path, boxes]))
    (recording,) = found.recordings
    assert (recording.boxes, recording.box_format) == (Path(boxes), kind)
    assert [p for p in found.problems if p.name == boxes] == []
    alone = parse(DATASETS[name], Tree.listed([boxes]))
    assert [(p.name, p.detail) for p in alone.problems if p.kind == "unexpected"] == [
        (boxes, "a box file without its recording")
    ]


def test_the_datasets_and_what_their_authors_state() -> None:
    assert set(DATASETS) == set(known_datasets())
    for name, dataset in DATASETS.items():
        known = known_datasets()[name]
        assert (dataset.name, dataset.title, dataset.subjects) == (name, known.title, known.people)
        wanted = {
            split: Published(None, None, n) if isinstance(n, int) else Published.of(*n)
            for split, n in known.published.items()
        }
        assert dataset.published == wanted
        assert dataset.licence
        assert dataset.licence_url is None or dataset.licence_url.startswith("http")
        ships_boxes = bool(known.box_files)
        assert bool(dataset.boxes) == (dataset.box_format is not None) == ships_boxes
        assert (dataset.detector, dataset.tolerance) == (known.detector, known.tolerance)
        assert dataset.margin == 0.2


@pytest.mark.parametrize("dataset", DATASETS.values(), ids=lambda d: d.name)
def test_the_names_in_a_layout_are_names_of_the_set(dataset: Dataset) -> None:
    words = [word.rstrip(".,") for word in dataset.layout.split()]
    files = [w for w in words if w.count(".") == 1 and not w.endswith((".txt", ".face", ".json"))]
    # Where folders mean something, a bare name is only the end of one.
    examples = [w for w in files if "/" in w or dataset.name == "rose-youtu"]
    assert examples or dataset.name in ("siw-m", "lcc-fasd")  # their names mean nothing
    grammar = dataset.grammar(Tree.listed(examples))
    for example in examples:
        found = grammar.read(example)
        assert isinstance(found, Named), example
        assert grammar.belongs(found), example


def test_a_count_is_told_where_it_differs_by_more_than_it_may() -> None:
    def counts(name: str, paths: list[str]) -> list[tuple[str, str]]:
        found = parse(DATASETS[name], Tree.listed(paths))
        return [(p.name, p.detail) for p in found.problems if p.kind == "count"]

    one = counts("oulu-npu", ["Dev_files/6_2_21_2.avi"])
    assert one == [
        ("train live", "0 recordings, published 360"),
        ("train attack", "0 recordings, published 1440"),
        ("dev live", "0 recordings, published 270"),
        ("dev attack", "1 recordings, published 1080"),
        ("test live", "0 recordings, published 360"),
        ("test attack", "0 recordings, published 1440"),
    ]
    assert counts("rose-youtu", ["2/G_NT_5s_g_E_2_1.mp4"]) == [
        ("train all", "1 recordings, published 1389"),
        ("dev all", "0 recordings, published 359"),
        ("test all", "0 recordings, published 1749"),
    ]
    assert counts("siw-mv2", ["Live_1.mov"]) == [
        ("all live", "1 recordings, published 785"),
        ("all attack", "0 recordings, published 915"),
    ]
    recordings = parse(
        DATASETS["casia-mfsd"], Tree.listed(["train_release/1/1.avi", "test_release/1/3.avi"])
    ).recordings
    assert count(recordings) == {
        "train": Published(1, 0, 1),
        "dev": Published(0, 0, 0),
        "test": Published(0, 1, 1),
        "all": Published(1, 1, 2),
    }


def test_msus_lists_in_the_tree_win_over_the_published_ones() -> None:
    video = "scene01/real/real_client0{}_android_SD_scene01.mp4"
    paths = [video.format(n) for n in ("04", "02", "99")]
    lists = {"a/train_sub_list.txt": "4\n99\n", "test_sub_list.txt": "02"}
    found = parse(DATASETS["msu-mfsd"], Tree.listed([*paths, *lists], lists))
    assert {r.subject: r.split for r in found.recordings} == {
        "msu-mfsd/04": "train",
        "msu-mfsd/99": "train",
        "msu-mfsd/02": "test",
    }
    assert [n for n in found.notes if "list" in n] == []
    assert len(found.missing) == 3 * 8 - 3
    half = parse(DATASETS["msu-mfsd"], Tree.listed([*paths, "test_sub_list.txt"], lists))
    assert "train_sub_list.txt is not there; the published list is taken" in half.notes
    with pytest.raises(InputError, match=r"test_sub_list\.txt should list one client number a"):
        parse(DATASETS["msu-mfsd"], Tree.listed(["test_sub_list.txt"], {"test_sub_list.txt": "x"}))


def test_nuaas_lists_give_the_split_and_what_they_lack_is_left_out() -> None:
    live, attack = "ClientRaw/0001/0001_00_00_01_{}.jpg", "ImposterRaw/0002/0002_00_00_03_0.jpg"
    lists = {
        "client_train_raw.txt": "0001\\0001_00_00_01_0.jpg\n\n",
        "x/client_test_raw.txt": "ClientRaw/0001/0001_00_00_01_1.jpg\n0001\\0001_00_00_01_9.jpg",
        "imposter_train_raw.txt": " 0002/0002_00_00_03_0.jpg ",
    }
    paths = [live.format(0), live.format(1), live.format(2), attack]
    found = parse(DATASETS["nuaa"], Tree.listed([*paths, *lists], lists))
    assert {r.media: (r.split, r.subject) for r in found.recordings} == {
        live.format(0): ("train", "nuaa/train/0001"),
        live.format(1): ("test", "nuaa/test/0001"),
        attack: ("train", "nuaa/train/0002"),
    }
    assert found.unexpected == [live.format(2)]
    assert found.missing == [live.format(9)]
    assert len(found.notes) == 1
    assert found.notes[0].startswith("LEAK")
    bare = parse(DATASETS["nuaa"], Tree.listed(paths))
    assert bare.notes[0] == found.notes[0]
    assert bare.notes[1] == "no list is there; the session decides the split"


def test_siw_mv2s_lists_give_the_split_and_test_wins() -> None:
    lists = {
        "trainlist_live.txt": "Live_1\nLive_2.mov\n",
        "trainlist_all.txt": "Paper_1 Paper_5",
        "testlist_all.txt": "Paper_5\nReplay_3\n",
    }
    paths = ["Live_1.mov", "Live_2.mov", "Live_5.mov", "Paper_1.mov", "Paper_5.mov"]
    found = parse(DATASETS["siw-mv2"], Tree.listed([*paths, *lists], lists))
    assert {r.media: r.split for r in found.recordings} == {
        "Live_1.mov": "train",
        "Live_2.mov": "train",
        "Live_5.mov": "train",  # in no list
        "Paper_1.mov": "train",
        "Paper_5.mov": "test",
    }
    assert found.missing == ["Replay_3"]
    assert len(found.notes) == 1
    bare = parse(DATASETS["siw-mv2"], Tree.listed(paths))
    assert [r.split for r in bare.recordings] == ["train", "train", "test", "train", "test"]
    assert bare.notes[0].startswith("trainlist_live.txt, trainlist_all.txt, testlist_live.txt, ")


def test_pairs_of_forensics_are_one_person_in_one_split() -> None:
    def original(n: str) -> str:
        return f"original_sequences/youtube/c23/videos/{n}.mp4"

    lists = {"train.json": '[["003", "000"]]', "val.json": '[["005", "006"]]', "a/test.json": "[]"}
    paths = [
        original("000"),
        original("003"),
        original("006"),
        original("777"),
        f"{FORGED}FaceSwap/c23/videos/000_003.mp4",
        f"{FORGED}FaceSwap/c23/videos/000_001.mp4",
    ]
    found = parse(DATASETS["faceforensics"], Tree.listed([*paths, *lists], lists))
    assert {r.media: (r.split, r.subject.partition("/")[2]) for r in found.recordings} == {
        original("000"): ("train", "000-003"),
        original("003"): ("train", "000-003"),
        original("006"): ("dev", "005-006"),
        f"{FORGED}FaceSwap/c23/videos/000_003.mp4": ("train", "000-003"),
    }
    assert found.unexpected == [f"{FORGED}FaceSwap/c23/videos/000_001.mp4", original("777")]
    assert found.notes == []
    # four originals and two forgeries of five kinds for each of two pairs, but for what is there
    assert len(found.missing) == 4 + 2 * 2 * 5 - 4
    assert f"{FORGED}Deepfakes/c23/videos/003_000.mp4" in found.missing
    assert found.published["dev"] == Published.of(140, 700)
    for text in ("{", '[["1"]]', "[1]"):
        broken = lists | {"val.json": text}
        with pytest.raises(InputError, match=r"val\.json should be a JSON list of pairs of videos"):
            parse(DATASETS["faceforensics"], Tree.listed([*paths, *broken], broken))


@pytest.mark.parametrize(
    ("pairs", "counts"),
    [(1, (1, 0, 0)), (2, (2, 0, 0)), (3, (1, 1, 1)), (10, (8, 1, 1)), (50, (36, 7, 7))],
)
def test_our_own_split_of_forensics_is_72_14_14(pairs: int, counts: tuple[int, int, int]) -> None:
    paths = [f"{FORGED}FaceSwap/c40/videos/{2 * n:03d}_{2 * n + 1:03d}.mp4" for n in range(pairs)]
    recordings = parse(DATASETS["faceforensics"], Tree.listed(paths)).recordings
    splits = [r.split for r in recordings]
    assert tuple(splits.count(s) for s in ("train", "dev", "test")) == counts
    assert splits == sorted(splits, key=["train", "dev", "test"].index)


def test_celebas_labels_tell_the_species_light_and_place(tmp_path: Path) -> None:
    words = {
        1: "print-photo", 2: "print-poster", 3: "print-a4", 4: "mask-face", 5: "mask-upper-body",
        6: "mask-region", 7: "replay-pc", 8: "replay-pad", 9: "replay-phone", 10: "mask-3d",
    }  # fmt: skip
    lights = (None, "normal", "strong", "back", "dark")
    places = (None, "indoor", "outdoor")
    labels, wanted = {}, {}
    for type_, pai in words.items():
        path = f"Data/train/1/spoof/{type_:06d}.png"
        labels[path] = [0] * 40 + [type_, type_ % 5, type_ % 3, 1]
        wanted[path] = (pai, lights[type_ % 5], places[type_ % 3])
    labels["Data/train/1/live/000099.jpg"] = [0] * 44
    (tmp_path / "metas/intra_test").mkdir(parents=True)
    file = tmp_path / "metas/intra_test/train_label.json"
    file.write_text(json.dumps(labels))
    for path in wanted:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    found = scan(DATASETS["celeba-spoof"], tmp_path)
    assert {r.media: (r.pai, r.session, r.variant) for r in found.recordings} == wanted
    assert found.missing == ["Data/train/1/live/000099.jpg"]
    assert [n for n in found.notes if "label" in n] == [
        "metas/intra_test/test_label.json is not there; its attacks are of the species 'spoof'"
    ]
    for text, told in (
        ("[]", "should hold one object, image path"),
        ("{", "cannot read the labels"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=told):
            scan(DATASETS["celeba-spoof"], tmp_path)


def test_a_person_of_siw_should_have_eight_live_videos() -> None:
    one = [f"Train/live/003/003-{s}-1-{m}-{n}.mov" for s in "12" for m in "12" for n in "12"]
    found = parse(DATASETS["siw"], Tree.listed(one[:1]))
    assert [m for m in found.missing if "/003/" in m] == ["Train/spoof/003/"]  # seven may lack
    two = [*one[:1], "Train/live/006/006-1-1-1-1.mov"]
    found = parse(DATASETS["siw"], Tree.listed(two))
    assert [m for m in found.missing if "live/003" in m] == one[1:]  # fourteen may not
    assert len([m for m in found.missing if m.endswith("/")]) == 2 * 165 - 2


def test_clients_of_replay_attack_that_lack_are_counted() -> None:
    path = f"devel/{LIVE_RA}adverse_1.mov"
    found = parse(DATASETS["replay-attack"], Tree.listed([path]))
    assert [m for m in found.missing if m.endswith("clients")] == [
        "train/: 15 of 15 clients",
        "devel/: 14 of 15 clients",
        "test/: 20 of 20 clients",
    ]
    files = [m for m in found.missing if not m.endswith("clients")]
    assert len(files) == len(set(files)) == 23
    assert path not in files
    hand = "devel/attack/hand/attack_highdef_client009_session01_highdef_video_controlled.mov"
    assert hand in files


def test_a_tree_without_recordings_says_what_is_there(tmp_path: Path) -> None:
    for name in [f"folder{k}/x.doc" for k in range(8)] + ["zfile.doc"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    told = r"holds no recording of OULU-NPU\. Expected there: Train_files/.*Found: folder0/, .*"
    with pytest.raises(InputError, match=told + r"folder7/ and 1 more\.$"):
        scan(DATASETS["oulu-npu"], tmp_path)
    (tmp_path / "zfile.doc").rename(tmp_path / "OULU.part1.RAR")
    with pytest.raises(InputError, match=r"OULU\.part1\.RAR is an archive: unpack it first\.$"):
        scan(DATASETS["oulu-npu"], tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"Found: no file\.$"):
        scan(DATASETS["oulu-npu"], tmp_path / "empty")


def test_files_of_a_tree(tmp_path: Path) -> None:
    for name in ("b/c.txt", "b/.hidden", ".git/x", "a.txt", "d/b/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("\ufeff" + name, encoding="utf-8")
    tree = Tree.of(tmp_path)
    assert tree.paths == ("a.txt", "b/c.txt", "d/b/c.txt")
    assert tree.text("b/c.txt") == "b/c.txt"  # without its byte order mark
    assert tree.text("none") is None
    assert tree.find("c.txt") == "b/c.txt"
    assert tree.find("a.txt") == "a.txt"
    assert tree.find("d/b/c.txt") == "d/b/c.txt"
    assert tree.find("txt") is None
    (tmp_path / "bad").write_bytes(b"\xff")
    with pytest.raises(InputError, match=r"cannot read .*bad: 'utf-8'"):
        tree.text("bad")
    assert Tree.of(tmp_path / "none").paths == ()


def test_links_in_a_tree_are_followed_once(tmp_path: Path) -> None:
    for name in ("root/a/b.txt", "elsewhere/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    root = tmp_path / "root"
    for name, target in (("a/up", ".."), ("loop", "."), ("set", "../elsewhere"), ("all", "/")):
        (root / name).symlink_to(target)
    (root / ".cache").mkdir()
    for name, data in ((".cache/1.png", b"\x89PNG\r\n\x1a\n"), (".cache/2.png", b""), (".x", b"x")):
        (root / name).write_bytes(data)
    (root / "same.txt").symlink_to("a/b.txt")  # a name of its own, which may be the official one
    assert Tree.of(root).paths == ("a/b.txt", "same.txt", "set/c.txt")
    assert set(Tree.of(root).left_out) == {".cache/1.png"}
    assert folder_with(root, "c.txt") == root / "set"
    assert folder_with(root / "a", "none.txt") is None


def test_a_locked_folder_of_a_tree_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = "Train_files/1_1_01_1.avi"
    (tmp_path / clip).parent.mkdir()
    (tmp_path / clip).touch()
    (tmp_path / "Dev_files").mkdir()
    scandir = os.scandir

    def refuse(path: Path) -> object:
        if path.name == "Dev_files":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("spoofcue.media.walk.os.scandir", refuse)
    problems = scan(DATASETS["oulu-npu"], tmp_path).problems
    assert Problem("left_out", "Dev_files", "Permission denied") in problems
    given = Tree.listed(["b", "a"], {"a": "text"})
    assert (given.paths, given.text("a"), given.root) == (("a", "b"), "text", Path())


def test_the_page_on_datasets_has_a_row_and_a_paragraph_for_each() -> None:
    page = (Path(__file__).parents[2] / "docs/howto/datasets.md").read_text(encoding="utf-8")
    lines = page.splitlines()
    rows = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert sorted(rows) == sorted(DATASETS)
    paragraphs = page.partition("## Each dataset")[2].splitlines()
    titles = [line.split("**")[1] for line in paragraphs if line.startswith("**")]
    assert sorted(titles) == sorted(dataset.title for dataset in DATASETS.values())
