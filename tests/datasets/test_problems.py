"""Whatever is wrong with a tree is named, nothing of it is fatal, and mending it is cheap."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from helpers.known_dataset import make_miniature
from spoofcue.cli.main import app
from spoofcue.cli.prepare import dataset_command
from spoofcue.data.manifest import read_manifest
from spoofcue.data.prepared_folder import SUMMARY
from spoofcue.data.recording import Published
from spoofcue.datasets import DATASETS
from spoofcue.datasets.scan import scan
from spoofcue.errors import InputError, ProblemsError

REAL = "scene01/real/real_client0{}_laptop_SD_scene01"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_miniature("msu-mfsd", tmp_path_factory.mktemp("tree"))


@pytest.fixture
def tree(whole: Path, tmp_path: Path) -> Path:
    """Two live videos and two attacks, with their box files."""
    for path in whole.glob("scene01/*/*laptop*"):
        person = any(f"client0{who}" in path.name for who in ("01", "02"))
        if person and ("photo" in path.name or "real" in path.name):
            target = tmp_path / "tree" / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
    for listed in whole.glob("*.txt"):
        shutil.copy(listed, tmp_path / "tree")
    return tmp_path / "tree"


def prepare(tree: Path, *more: str, name: str = "msu-mfsd", status: int = 0) -> Result:
    call = ["prepare", name, str(tree), "--out", str(tree.parent / "out"), "--workers", "1"]
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        app, [*call, "--frames", "3", "--min-face", "20", *more]
    )
    assert result.exit_code == status, result.output
    return result


def problems(tree: Path, *kinds: str) -> dict[str, tuple[str, str]]:
    """Of these kinds: name -> kind and detail."""
    record = json.loads((tree.parent / "out" / SUMMARY).read_text())
    return {p["name"]: (p["kind"], p["detail"]) for p in record["problems"] if p["kind"] in kinds}


def rows(tree: Path) -> pl.DataFrame:
    return read_manifest(tree.parent / "out")


READING = ("undecodable", "boxes_short", "boxes_unreadable", "box_outside")
STRAY = ("unexpected", "misnamed")


def test_a_sound_tree_is_counted_beside_the_published_numbers(tree: Path) -> None:
    told = prepare(tree).stdout
    assert problems(tree, *READING, *STRAY) == {}
    made = rows(tree)
    assert made.height == 4 * 3
    assert set(made["box_source"]) == {"given"}
    assert set(made["dataset"]) == {"msu-mfsd"}
    lines = [line.split() for line in told.splitlines()]
    assert ["split", "class", "PAI", "species", "people", "videos", "published"] in (
        line[:7] for line in lines
    )
    assert ["train", "live", "1", "1", "30", "3", "0"] in lines
    assert ["train", "attack", "print-photo", "1", "1", "90", "3", "0"] in lines
    assert "missing: 276" in told
    assert f"and 266 more ({SUMMARY} has all)" in told
    record = json.loads((tree.parent / "out" / SUMMARY).read_text())
    assert record["dataset"] == "msu-mfsd"
    assert record["published"]["test"] == {"live": 40, "attack": 120, "total": 160}


def test_strays_are_named_and_left_out(tree: Path) -> None:
    video = tree / f"{REAL.format('01')}.mov"
    shutil.copy(video, video.with_name("real_client001_laptop_HD_scene01.mov"))  # misnamed
    shutil.copy(video, video.with_name("real_client004_laptop_SD_scene01.mov"))  # not released
    shutil.copy(video, tree / "holiday.mov")
    (tree / "scene01/real/notes.doc").write_text("not a video")
    told = prepare(tree).stdout
    assert problems(tree, *STRAY) == {
        "holiday.mov": ("unexpected", ""),
        "scene01/real/real_client001_laptop_HD_scene01.mov": ("misnamed", ""),
        "scene01/real/real_client004_laptop_SD_scene01.mov": (
            "unexpected",
            "well named, but not in this place",
        ),
    }
    assert "not part of the set, left out: 2\n  holiday.mov\n" in told
    assert rows(tree)["media"].n_unique() == 4


def damage(tree: Path) -> dict[str, tuple[str, str]]:
    """A video that does not decode, a short, a broken and a wild box file -> what must be told."""
    one, two = (tree / REAL.format(c) for c in ("01", "02"))
    attack = tree / "scene01/attack/attack_client001_laptop_SD_printed_photo_scene01"
    other = tree / "scene01/attack/attack_client002_laptop_SD_printed_photo_scene01"
    Path(f"{one}.mov").write_bytes(b"no video")
    Path(f"{two}.face").write_text("0,30,30,130,130,60,60,90,60\n4,900,10,990,90,1,1,1,1\n")
    Path(f"{attack}.face").write_text("0,1,2\n")
    Path(f"{other}.face").write_text("")
    names = [path.relative_to(tree).as_posix() for path in (one, two, attack, other)]
    kinds = ("undecodable", "box_outside", "boxes_unreadable", "boxes_short")
    details = ("not a readable video", "frame 5: box at 900, 10", "line 1", "covers 0 of 6 frames")
    told = zip(kinds, details, strict=True)
    return dict(zip((f"{name}.mov" for name in names), told, strict=True))


def test_what_is_found_while_reading_is_named_and_not_fatal(tree: Path) -> None:
    expected = damage(tree)
    prepare(tree)
    found = problems(tree, *READING)
    assert {name: kind for name, (kind, _) in found.items()} == {
        name: kind for name, (kind, _) in expected.items()
    }
    for name, (_, detail) in expected.items():
        assert detail in found[name][1]
    made = rows(tree)
    assert made.filter(pl.col("status") == "unreadable").height == 1
    # a frame without a box goes to the detector; the wild box is about frame 5 and no other
    wild = made.filter(pl.col("media") == list(expected)[1])
    assert wild.select("frame", "box_source").rows() == [(1, "given"), (3, "dlib"), (5, "dlib")]
    broken = made.filter(pl.col("media").is_in(list(expected)[2:]))
    assert set(broken["box_source"]) == {"dlib"}


def test_a_mended_file_alone_is_read_again(tree: Path, whole: Path) -> None:
    damage(tree)
    prepare(tree)
    before = {p: p.stat().st_mtime_ns for p in (tree.parent / "out/crops").rglob("*.png")}
    shards = tree.parent / "out/.shards/rows"
    first = {p.name for p in shards.iterdir()}
    assert len(first) == 4
    mended = [f"{REAL.format('01')}.mov", f"{REAL.format('02')}.face"]
    for name in mended:
        shutil.copy(whole / name, tree / name)
    prepare(tree)
    assert len(first & {p.name for p in shards.iterdir()}) == 4 - 2
    assert {kind for kind, _ in problems(tree, *READING).values()} == {
        "boxes_unreadable",
        "boxes_short",
    }
    after = {p: p.stat().st_mtime_ns for p in (tree.parent / "out/crops").rglob("*.png")}
    touched = {p.name.split("-")[0] for p, when in after.items() if before.get(p) != when}
    assert touched == {Path(name).stem for name in mended}
    assert rows(tree).filter(pl.col("status") != "ok").height == 0


def test_strict_stops_before_the_work_for_what_names_tell(tree: Path) -> None:
    shutil.copy(tree / f"{REAL.format('01')}.mov", tree / "holiday.mov")
    result = prepare(tree, "--strict", status=1)
    assert isinstance(result.exception, ProblemsError)
    assert "1 not part of the set" in str(result.exception)
    assert "holiday.mov" in str(result.exception)
    assert not (tree.parent / "out").exists()


def test_strict_stops_after_the_work_for_what_reading_tells(tree: Path, whole: Path) -> None:
    for client in ("01", "02"):
        for path in whole.glob(f"scene01/*/*client0{client}*"):
            shutil.copy(path, tree / path.relative_to(whole))
    (tree / "train_sub_list.txt").write_text("02")
    (tree / "test_sub_list.txt").write_text("01")
    small = replace(DATASETS["msu-mfsd"], published={"train": Published.of(2, 6)})
    command = dataset_command(small)

    def run() -> None:
        out = tree.parent / "out"
        few = ["--frames", "1", "--min-face", "20", "--workers", "1", "--strict", "--json"]
        command.main([str(tree), "--out", str(out), *few], standalone_mode=False)

    run()  # whole and sound
    video = tree / f"{REAL.format('01')}.mov"
    video.write_bytes(b"no video")
    with pytest.raises(ProblemsError, match=r"1 does not decode; the first is .*client001_laptop"):
        run()
    assert rows(tree).height == 16
    shutil.copy(whole / video.relative_to(tree), video)
    run()


def test_the_command_ends_with_1_under_strict_and_2_for_a_wrong_tree(tree: Path) -> None:
    def spoofcue(*call: str) -> subprocess.CompletedProcess[str]:
        main = "from spoofcue.cli.main import main; main()"
        command = [sys.executable, "-c", main, "prepare", *call, "--out", str(tree.parent / "out")]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    strict = spoofcue("msu-mfsd", str(tree), "--strict")
    assert strict.returncode == 1
    assert strict.stderr.startswith(f"spoofcue: {tree}: 276 missing, 4 count other than")
    wrong = spoofcue("oulu-npu", str(tree))
    assert wrong.returncode == 2
    assert "Expected there: Train_files/1_1_01_1.avi" in wrong.stderr
    assert "Found: scene01/, test_sub_list.txt, train_sub_list.txt." in wrong.stderr


def test_a_set_one_level_down_is_read_and_a_root_too_deep_is_told(tree: Path) -> None:
    below = scan(DATASETS["msu-mfsd"], tree.parent)
    assert len(below.recordings) == 4
    assert below.notes == ["4 recording(s) of scene01/ were read in tree/scene01/"]
    with pytest.raises(InputError, match=rf"\. {tree} looks right: give that as ROOT\.$"):
        scan(DATASETS["msu-mfsd"], tree / "scene01")
    with pytest.raises(InputError, match="Found: no such folder"):
        scan(DATASETS["msu-mfsd"], tree / "nowhere")


def test_the_detector_replaces_given_boxes_on_demand(tree: Path) -> None:
    for path in tree.glob("scene01/*/*.face"):
        path.write_text("0,1,2\n")
    prepare(tree, "--boxes", "detector")
    assert problems(tree, *READING) == {}
    assert set(rows(tree)["box_source"]) == {"dlib"}


def test_without_any_box_file_one_note_says_so(tree: Path) -> None:
    for path in tree.glob("scene01/*/*.face"):
        path.unlink()
    told = prepare(tree)
    assert "no box file is there; the detector finds every face" in told.stderr
    assert [n for n in problems(tree, "missing") if n.endswith(".face")] == []
    (tree / f"{REAL.format('01')}.face").write_text("0,30,30,130,130,60,60,90,60\n")
    prepare(tree)
    assert len([n for n in problems(tree, "missing") if n.endswith(".face")]) == 3
