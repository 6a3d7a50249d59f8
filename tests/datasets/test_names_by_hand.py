"""What each name says, written out; and the facts of each dataset as its authors state them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spoofcue.data.recording import Published
from spoofcue.datasets import DATASETS
from spoofcue.datasets.definition import Dataset, Named
from spoofcue.datasets.scan import count, parse, scan
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError

LIVE_RA = "real/client009_session01_webcam_authenticate_"
FORGED = "manipulated_sequences/"
NO = (None, None, None)
# dataset, path -> subject, split, PAI, session, device, variant
NAMES: list[tuple[str, str, tuple[str | None, ...]]] = [
    ("oulu-npu", "Train_files/1_3_01_1.avi", ("01", "train", None, "3", "1", None)),
    ("oulu-npu", "Dev_files/6_2_21_2.avi", ("21", "dev", "print-1", "2", "6", None)),
    ("oulu-npu", "Dev_files/6_2_35_3.avi", ("35", "dev", "print-2", "2", "6", None)),
    ("oulu-npu", "Test_files/2_1_36_4.avi", ("36", "test", "replay-1", "1", "2", None)),
    ("oulu-npu", "Test_files/2_1_55_5.avi", ("55", "test", "replay-2", "1", "2", None)),
    ("siw", "Train/live/003/003-1-1-2-1.mov", ("003", "train", None, "1", "1", "2")),
    ("siw", "Test/live/001/001-2-1-1-2.mov", ("001", "test", None, "2", "2", "1")),
    ("siw", "Train/spoof/165/165-2-2-1-1.mov", ("165", "train", "print-1", "1", "2", None)),
    ("siw", "Train/spoof/003/003-1-2-2-2.mov", ("003", "train", "print-2", "2", "1", None)),
    ("siw", "Test/spoof/161/161-1-3-4-1.mov", ("161", "test", "replay-4", "1", "1", None)),
    ("siw", "Test/spoof/161/161_1_3_1_1.m.mov", ("161", "test", "replay-1", "1", "1", None)),
    ("casia-mfsd", "train_release/20/1.avi", ("train/20", "train", None, None, "normal", None)),
    ("casia-mfsd", "test_release/30/2.avi", ("test/30", "test", None, None, "low", None)),
    ("casia-mfsd", "test_release/1/HR_1.avi", ("test/1", "test", None, None, "high", None)),
    *(
        (
            "casia-mfsd",
            f"train_release/7/{file}.avi",
            ("train/7", "train", pai, None, quality, None),
        )
        for pai, files in (
            ("print-warped", ("3", "4", "HR_2")),
            ("cut-photo", ("5", "6", "HR_3")),
            ("replay-ipad", ("7", "8", "HR_4")),
        )
        for quality, file in zip(("normal", "low", "high"), files, strict=True)
    ),
    (
        "replay-attack",
        f"devel/{LIVE_RA}adverse_2.mov",
        ("009", "dev", None, "adverse", "webcam", "2"),
    ),
    (
        "replay-attack",
        f"test/{LIVE_RA}controlled_1.mov",
        ("009", "test", None, "controlled", "webcam", "1"),
    ),
    *(
        (
            "replay-attack",
            f"train/attack/{support}/attack_{shown}_client001_session01_{camera}_{kind}_adverse.mov",
            ("001", "train", f"{shown}-{kind}", "adverse", "webcam", support),
        )
        for support in ("fixed", "hand")
        for shown, camera, kind in (
            ("print", "highdef", "photo"),
            ("mobile", "mobile", "photo"),
            ("mobile", "mobile", "video"),
            ("highdef", "highdef", "photo"),
            ("highdef", "highdef", "video"),
        )
    ),
    (
        "msu-mfsd",
        "scene01/real/real_client002_android_SD_scene01.mp4",
        ("02", "train", None, "scene01", "android", None),
    ),
    *(
        (
            "msu-mfsd",
            f"scene01/attack/attack_client051_laptop_SD_{kind}_scene01.mov",
            ("51", "test", pai, "scene01", "laptop", None),
        )
        for kind, pai in (
            ("printed_photo", "print-photo"),
            ("ipad_video", "replay-ipad"),
            ("iphone_video", "replay-iphone"),
        )
    ),
    ("siw-m", "Live/Train/12.mov", ("live/train/12", "train", None, None, None, None)),
    ("siw-m", "Live/Test/a_5.mp4", ("live/test/a_5", "test", None, None, None, None)),
    *(
        ("siw-m", f"{folder}/4.mov", (f"{folder.lower()}/4", "train", pai, None, None, None))
        for folder, pai in (
            ("Paper", "print-paper"),
            ("Replay", "replay-video"),
            ("Partial/FunnyeyeGlasses", "partial-funnyeye"),
            ("Partial/PaperCut", "partial-paper"),
            ("Partial/PaperGlasses", "partial-paperglasses"),
            ("Makeup/Cosmetic", "makeup-cosmetic"),
            ("Makeup/Impersonation", "makeup-impersonation"),
            ("Makeup/Obfuscation", "makeup-obfuscation"),
            ("Mask/HalfMask", "mask-half"),
            ("Mask/MannequinHead", "mask-mannequin"),
            ("Mask/PaperMask", "mask-paper"),
            ("Mask/SiliconeMask", "mask-silicone"),
            ("Mask/TransparentMask", "mask-transparent"),
        )
    ),
    (
        "siw-m",
        "Spoof/Mask/HalfMask/x10.mov",
        ("mask/halfmask/x10", "test", "mask-half", *NO),
    ),
    ("siw-mv2", "Live/Live_5.mov", ("Live_5", "test", None, None, None, None)),
    *(
        ("siw-mv2", f"any/{prefix}_11.mov", (f"{prefix}_11", "train", pai, None, None, None))
        for prefix, pai in (
            ("Makeup_Co", "makeup-cosmetic"),
            ("Makeup_Im", "makeup-impersonation"),
            ("Makeup_Ob", "makeup-obfuscation"),
            ("Mask_Half", "mask-half"),
            ("Mask_Mann", "mask-mannequin"),
            ("Mask_Paper", "mask-paper"),
            ("Mask_Silicone", "mask-silicone"),
            ("Mask_Trans", "mask-transparent"),
            ("Paper", "print-paper"),
            ("Partial_Eye", "partial-eye"),
            ("Partial_Funnyeye", "partial-funnyeye"),
            ("Partial_Mouth", "partial-mouth"),
            ("Partial_Paperglass", "partial-paperglasses"),
            ("Replay", "replay-video"),
        )
    ),
    ("rose-youtu", "2/G_NT_5s_g_E_2_1.mp4", ("2", "train", None, "E", "5s", "NT-g")),
    (
        "rose-youtu",
        "a/Ps_T_ZTE_wg_C1_11_20.mp4",
        ("11", "dev", "print-still", "C1", "ZTE", "T-wg"),
    ),
    *(
        ("rose-youtu", f"{kind}_T_HS_g_E_23_1.mp4", ("23", "test", pai, "E", "HS", "T-g"))
        for kind, pai in (
            ("Pq", "print-quivering"),
            ("Vl", "replay-lenovo"),
            ("Vm", "replay-mac"),
            ("Mc", "mask-cut"),
            ("Mf", "mask-full"),
            ("Mu", "mask-upper"),
            ("Ml", "mask-lower"),
        )
    ),
    ("celeba-spoof", "Data/train/12/live/000001.jpg", ("12", "train", None, None, None, None)),
    ("celeba-spoof", "Data/test/7/spoof/03.png", ("7", "test", "spoof", None, None, None)),
    (
        "nuaa",
        "ClientRaw/0001/0001_01_02_01_7.jpg",
        ("train/0001", "train", None, "01", None, "01-02"),
    ),
    (
        "nuaa",
        "raw/ImposterRaw/0016/0016_00_03_03_12.jpg",
        ("test/0016", "test", "print-photo", "03", None, "00-03"),
    ),
    ("lcc-fasd", "LCC_FASD_training/real/a.png", ("train/real/a", "train", None, *NO)),
    ("lcc-fasd", "LCC_FASD_development/spoof/b.jpg", ("dev/spoof/b", "dev", "attack", *NO)),
    ("lcc-fasd", "LCC_FASD_evaluation/Real/c.jpeg", ("test/real/c", "test", None, *NO)),
    (
        "faceforensics",
        "original_sequences/youtube/c23/videos/001.mp4",
        ("001", "train", None, None, None, "c23"),
    ),
    *(
        (
            "faceforensics",
            f"{FORGED}{kind}/{quality}/videos/003_000.mp4",
            ("000-003", "train", f"forgery-{kind.lower()}", None, None, quality),
        )
        for kind, quality in (
            ("Deepfakes", "c0"),
            ("Face2Face", "raw"),
            ("FaceSwap", "c23"),
            ("NeuralTextures", "c40"),
            ("FaceShifter", "c23"),
        )
    ),
]


@pytest.mark.parametrize(("name", "path", "wanted"), NAMES, ids=lambda v: v if v else "")
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
    [
        ("oulu-npu", "Train_files/1_1_01_1.avi", "Train_files/1_1_01_1.txt", "oulu-eyes"),
        ("siw", "Test/live/001/001-1-1-1-1.mov", "Test/live/001/001-1-1-1-1.face", "siw-corners"),
        ("siw", "Test/live/001/001_1_1_1_1.mov", "Test/live/001/001-1-1-1-1.face", "siw-corners"),
        ("siw", "Test/live/001/001-1-1-1-1.mov", "Test/live/001/001_1_1_1_1.m.face", "siw-corners"),
        (
            "msu-mfsd",
            "scene01/real/real_client002_android_SD_scene01.mp4",
            "scene01/real/real_client002_android_SD_scene01.face",
            "msu-corners-eyes",
        ),
        (
            "replay-attack",
            f"test/{LIVE_RA}adverse_1.mov",
            f"face-locations/test/{LIVE_RA}adverse_1.face",
            "replay-xywh",
        ),
        (
            "replay-attack",
            f"test/{LIVE_RA}adverse_1.mov",
            f"test/{LIVE_RA}adverse_1.face",
            "replay-xywh",
        ),
        (
            "celeba-spoof",
            "Data/train/1/live/000001.jpg",
            "Data/train/1/live/000001_BB.txt",
            "celeba-224",
        ),
    ],
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


TITLES = {
    "oulu-npu": ("OULU-NPU", 55),
    "siw": ("SiW", 165),
    "casia-mfsd": ("CASIA-MFSD", 50),
    "replay-attack": ("Replay-Attack", 50),
    "msu-mfsd": ("MSU-MFSD", 35),
    "siw-m": ("SiW-M", 493),
    "siw-mv2": ("SiW-Mv2", 493),
    "rose-youtu": ("Rose-Youtu", 20),
    "celeba-spoof": ("CelebA-Spoof", 10177),
    "lcc-fasd": ("LCC-FASD", None),
    "nuaa": ("NUAA", 15),
    "faceforensics": ("FaceForensics++", None),
}
# live and attack; or the total alone
PUBLISHED: dict[str, dict[str, tuple[int, int] | int]] = {
    "oulu-npu": {"train": (360, 1440), "dev": (270, 1080), "test": (360, 1440)},
    "siw": {"train": (714, 1702), "test": (599, 1454)},
    "casia-mfsd": {"train": (60, 180), "test": (90, 270)},
    "replay-attack": {"train": (60, 300), "dev": (60, 300), "test": (80, 400)},
    "msu-mfsd": {"train": (30, 90), "test": (40, 120)},
    "siw-m": {"all": (660, 968)},
    "siw-mv2": {"all": (785, 915)},
    "rose-youtu": {"train": 1389, "dev": 359, "test": 1749},
    "celeba-spoof": {"train": 494405, "test": 67170},
    "lcc-fasd": {"train": (1223, 7076), "dev": (405, 2543), "test": (314, 7266)},
    "nuaa": {"train": (1743, 1748), "test": (3362, 5761)},
    "faceforensics": {"train": (720, 3600), "dev": (140, 700), "test": (140, 700)},
}
BOXED = {"oulu-npu", "siw", "replay-attack", "msu-mfsd", "celeba-spoof"}


def test_the_datasets_and_what_their_authors_state() -> None:
    assert {name: (d.title, d.subjects) for name, d in DATASETS.items()} == TITLES
    for name, dataset in DATASETS.items():
        wanted = {
            split: Published(None, None, n) if isinstance(n, int) else Published.of(*n)
            for split, n in PUBLISHED[name].items()
        }
        assert dataset.published == wanted
        assert dataset.name == name
        assert dataset.licence
        assert dataset.licence_url is None or dataset.licence_url.startswith("http")
        assert bool(dataset.boxes) == (dataset.box_format is not None) == (name in BOXED)
        # Tight crops need no search for a face; one set's sources differ by a few recordings.
        assert dataset.detector == ("none" if name == "lcc-fasd" else "dlib")
        assert dataset.tolerance == (10 if name == "siw" else 0)
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
    given = Tree.listed(["b", "a"], {"a": "text"})
    assert (given.paths, given.text("a"), given.root) == (("a", "b"), "text", Path())
