"""Each adapter against the miniature of its official folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.known_dataset import known_datasets, make_miniature
from spoofcue.data.splits import with_splits
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import Scan, scan


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    root = tmp_path_factory.mktemp("trees")
    return {
        name: scan(DATASETS[name], make_miniature(name, root / name)) for name in known_datasets()
    }


def test_there_is_a_miniature_of_every_dataset() -> None:
    assert set(known_datasets()) == set(DATASETS)


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


@pytest.mark.parametrize(
    ("name", "media", "told"),
    [(k.name, *example) for k in known_datasets().values() for example in k.examples],
)
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
