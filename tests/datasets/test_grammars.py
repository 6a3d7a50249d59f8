"""Corners of single grammars."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.known_dataset import known_datasets
from spoofcue.datasets import DATASETS
from spoofcue.datasets.celeba_spoof import read_labels
from spoofcue.datasets.scan import Scan, parse
from spoofcue.datasets.siw_m import split_by_number
from spoofcue.datasets.tree import Tree
from spoofcue.errors import InputError


def read(name: str, *paths: str) -> Scan:
    return parse(DATASETS[name], Tree.listed(paths))


@pytest.mark.parametrize(
    ("name", "path"),
    [(k.name, path) for k in known_datasets().values() for path in k.misnamed],
)
def test_what_follows_no_rule_is_misnamed(name: str, path: str) -> None:
    found = read(name, path)
    assert found.misnamed == [path]
    assert found.recordings == []


@pytest.mark.parametrize(
    ("name", "path"),
    [(k.name, path) for k in known_datasets().values() for path in k.misplaced],
)
def test_what_is_well_named_in_the_wrong_place_is_left_out(name: str, path: str) -> None:
    found = read(name, path)
    assert found.unexpected == [path]
    assert found.recordings == []


def test_two_spellings_of_one_recording_count_once() -> None:
    one, two = "Train/live/003/003-1-1-1-1.mov", "Train/live/003/003_1_1_1_1.mp4"
    found = read("siw", one, two)
    assert [r.media for r in found.recordings] == [one]
    (problem,) = [p for p in found.problems if p.kind == "unexpected"]
    assert (problem.name, problem.detail) == (two, f"the same recording as {one}")


def test_files_known_and_not_used_are_no_problem() -> None:
    enrol = "enroll/train/client001_session01_webcam_enroll_adverse_1.mov"
    assert read("replay-attack", enrol, "README.txt", "protocols/x.txt").unexpected == []
    assert read("nuaa", "Detectedface/ClientFace/0001/1.bmp").unexpected == []
    actors = "original_sequences/actors/c23/videos/01__walking.mp4"
    assert read("faceforensics", actors).unexpected == []


def test_our_split_of_siw_m_is_a_fifth_and_a_file_keeps_it() -> None:
    splits = [split_by_number(f"Mask_Half_{i}") for i in range(1, 101)]
    assert splits.count("test") == 20
    assert split_by_number("unnumbered") == split_by_number("unnumbered")


def label(type_: int, light: int, place: int, attack: int) -> list[int]:
    return [1] * 40 + [type_, light, place, attack]


def test_celeba_s_label_files(tmp_path: Path) -> None:
    path = tmp_path / "label.json"
    path.write_text(json.dumps({"live": label(0, 0, 0, 0), "pad": label(8, 4, 2, 1)}))
    labels = read_labels(path)
    assert (labels["live"].is_attack, labels["live"].pai) == (False, None)
    pad = labels["pad"]
    assert (pad.is_attack, pad.pai) == (True, "replay-pad")
    assert (pad.illumination, pad.environment) == ("dark", "outdoor")


@pytest.mark.parametrize(
    "values", [[1, 2, 3], label(11, 1, 1, 1), label(0, 0, 0, 1), label(3, 1, 1, 0), "text", None]
)
def test_a_wrong_label_is_refused_by_name(tmp_path: Path, values: object) -> None:
    path = tmp_path / "label.json"
    path.write_text(json.dumps({"Data/train/1/live/000001.jpg": values}))
    with pytest.raises(InputError, match=r"Data/train/1/live/000001\.jpg are no 44 integers"):
        read_labels(path)


def test_celeba_without_labels_keeps_folders_and_says_so(tmp_path: Path) -> None:
    found = read("celeba-spoof", "Data/test/7/spoof/000001.png")
    (recording,) = found.recordings
    assert (recording.pai, recording.session) == ("spoof", None)
    assert "intra_test/train_label.json is not there" in found.notes[0]


def test_a_label_that_contradicts_its_folder_is_named(tmp_path: Path) -> None:
    images = [f"Data/train/1/{kind}/00000{i}.jpg" for i, kind in enumerate(("live", "spoof"))]
    for image in images:
        (tmp_path / image).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / image).touch()
    labels = tmp_path / "metas/intra_test/train_label.json"
    labels.parent.mkdir(parents=True)
    labels.write_text(json.dumps(dict.fromkeys(images, label(1, 1, 1, 1))))
    found = parse(DATASETS["celeba-spoof"], Tree.of(tmp_path))
    assert found.misnamed == [images[0]]
    assert [r.media for r in found.recordings] == [images[1]]
