from __future__ import annotations

from pathlib import Path

import pytest

from helpers.known_dataset import make_miniature
from spoofcue.data.manifest import read_manifest
from spoofcue.datasets import DATASETS
from spoofcue.errors import InputError
from spoofcue.experiments.prepared import parse_places, prepared_folders
from spoofcue.protocols.counts import count_fold
from spoofcue.protocols.reader import load_set, set_names

OCIM = ("oulu-npu", "casia-mfsd", "replay-attack", "msu-mfsd")


def test_a_bare_folder_is_enough_for_one_dataset_and_refused_for_several() -> None:
    assert parse_places("--data", ["a=b"], ["a"]) == {"a": Path("b")}
    assert parse_places("--data", ["some/dir"], ["a"]) == {"a": Path("some/dir")}
    with pytest.raises(InputError, match="write --data oulu-npu=DIR"):
        parse_places("--data", ["dir"], OCIM)
    with pytest.raises(InputError, match="siw is none of"):
        parse_places("--data", ["siw=dir"], OCIM)
    with pytest.raises(InputError, match="twice"):
        parse_places("--data", ["a=1", "a=2"], ["a"])


def test_without_data_the_message_names_datasets_licences_and_commands(tmp_path: Path) -> None:
    with pytest.raises(InputError) as told:
        prepared_folders(OCIM, data={"oulu-npu": tmp_path}, roots={}, out=tmp_path, frames=10)
    message = str(told.value)
    assert "University of Oulu" not in message
    for name in OCIM[1:]:
        assert DATASETS[name].licence in message
        assert f"spoofcue prepare {name} ROOT --out prepared/{name}" in message
        assert f"--data {name}=prepared/{name}" in message


def test_what_was_prepared_before_is_found_again(tmp_path: Path) -> None:
    own = tmp_path / "prepared" / "siw"
    own.mkdir(parents=True)
    (own / "manifest.parquet").touch()
    assert prepared_folders(["siw"], data={}, roots={"siw": tmp_path}, out=tmp_path, frames=10) == {
        "siw": own
    }


def test_every_dataset_of_every_protocol_can_be_prepared() -> None:
    assert {d for n in set_names() for d in load_set(n).datasets} <= set(DATASETS)


def test_a_root_is_prepared_once_and_fills_the_folds(tmp_path: Path) -> None:
    root = make_miniature("msu-mfsd", tmp_path / "root")
    folders = prepared_folders(
        ["msu-mfsd"], data={}, roots={"msu-mfsd": root}, out=tmp_path, frames=2
    )
    rows = read_manifest(folders["msu-mfsd"])
    counts = count_fold(rows, load_set("msu-mfsd").protocols["grandtest"].folds[0])
    assert all(c["live"] and c["attack"] for c in counts.values())
    before = (folders["msu-mfsd"] / "manifest.parquet").stat().st_mtime_ns
    prepared_folders(["msu-mfsd"], data={}, roots={"msu-mfsd": root}, out=tmp_path, frames=2)
    assert (folders["msu-mfsd"] / "manifest.parquet").stat().st_mtime_ns == before
