"""Inputs that once went wrong, where they are at hand beside the checkout."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.command import spoofcue
from spoofcue.detector.detector import Detector
from spoofcue.errors import SpoofCueError
from spoofcue.faces.box_files import read_box_file

CASES = Path(__file__).parents[2] / "shared" / "cases"
pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not at hand")


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()


def labels_of(layout: str, out: Path) -> list[tuple[str, str]]:
    import polars as pl

    folder = CASES / "labels" / layout
    spoofcue("prepare", "folder", folder, "--out", out, "--split", "0/0/1", "--workers", "1")
    rows = pl.read_parquet(out / "manifest.parquet").unique("media").sort("media")
    return [(str(r["label"]), r["pai"] or "") for r in rows.iter_rows(named=True)]


def test_client_is_a_plain_name(tmp_path: Path) -> None:
    assert labels_of("client_layout", tmp_path / "out") == [("1", "print"), ("0", "")] * 2


def test_video_is_a_plain_name(tmp_path: Path) -> None:
    assert labels_of("video_layout", tmp_path / "out") == [("1", "replay"), ("0", "")] * 3


@pytest.mark.parametrize("layout", ["client_layout", "video_layout"])
def test_a_folder_of_live_faces_with_attacks_in_it_is_refused(layout: str, tmp_path: Path) -> None:
    live = CASES / "labels" / layout
    out = tmp_path / "door.spoofcue"
    said = spoofcue(
        "model", "calibrate", "--live", live, "--target", "bpcer=0.05", "--out", out, status=2
    ).stderr
    assert "attack" in said
    assert str(live) in said
    assert not out.exists()


@pytest.mark.parametrize(
    ("name", "decision"),
    [
        ("40_mixed.avi", "attack"),
        ("41_mixed_7th_broken.avi", "attack"),
        ("27_two_streams.mp4", "live"),
        ("32_sar2.mp4", "live"),
        ("2024-01-01T10:30:00.mp4", "live"),
        ("alice.mp4", "live"),
    ],
)
def test_videos(name: str, decision: str, detector: Detector) -> None:
    result = detector.predict(CASES / "video" / name)
    assert result.decision == decision, result
    if name.startswith("41"):
        assert result.counts is not None
        assert (result.counts.wanted, result.counts.decoded) == (30, 29)


def test_a_name_of_a_time_is_a_name(detector: Detector, tmp_path: Path) -> None:
    named = CASES / "video" / "2024-01-01T10:30:00.mp4"
    plain = tmp_path / "plain.mp4"
    shutil.copy(named, plain)
    assert detector.predict(named).score == detector.predict(plain).score


def test_a_playlist_is_no_video(detector: Detector) -> None:
    result = detector.predict(CASES / "video" / "mallory.mp4")
    assert (result.decision, result.reason) == ("rejected", "unreadable")


@pytest.mark.parametrize(
    "name",
    [
        "http:/host/x.mp4",
        "concat:40_mixed.avi|alice.mp4",
        "subfile,,start,0,end,0,,:alice.mp4",
        "tcp:/host",
    ],
)
def test_names_that_ffmpeg_would_open_are_no_files(
    name: str, detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(CASES / "video")
    monkeypatch.setattr("av.open", lambda *a, **k: pytest.fail("something was opened"))
    for source in (Path(name), name):
        try:
            assert detector.predict(source).decision == "rejected"
        except SpoofCueError:
            continue


def test_what_is_left_out_of_a_folder_is_named(tmp_path: Path) -> None:
    done = spoofcue("predict", CASES / "folder", "--json", status=1)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    by_name = {Path(row["path"]).name: row for row in rows}
    assert set(by_name) == {"IMG_001.avif", "b.png", "IMG_0002.HEIC", "Screenshot.tga"}
    for name in ("IMG_001.avif", "b.png"):
        assert by_name[name]["decision"] in ("live", "attack")
    for name in ("IMG_0002.HEIC", "Screenshot.tga"):
        assert by_name[name]["decision"] == "rejected"
    said = spoofcue("predict", CASES / "folder", status=1)
    assert all(name in said.stdout + said.stderr for name in ("IMG_0002.HEIC", "Screenshot.tga"))


def test_sixteen_bits_are_the_same_by_path_and_as_a_pil_image(detector: Detector) -> None:
    path = CASES / "image" / "05_I16.png"
    first = detector.predict(path)
    assert first.score is not None
    with Image.open(path) as image:
        assert detector.predict(image).score == first.score
    assert detector.predict(path.read_bytes()).score == first.score


def with_pictures(table: Path, root: Path) -> Path:
    """Every picture that a table names, each unlike the others."""
    with table.open() as file:
        paths = {row["path"] for row in csv.DictReader(file)}
    for k, name in enumerate(sorted({(root / path).resolve() for path in paths})):
        name.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(k).integers(0, 255, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(noise).resize((96, 96)).save(name)
    return root


def prepared(name: str, tmp_path: Path) -> str:
    table = CASES / "csv" / name
    root = with_pictures(table, tmp_path / "root")
    out = tmp_path / "out"
    said = spoofcue(
        "prepare", "folder", root, "--labels", table, "--out", out, "--detector", "none",
        "--workers", "1", status=2,
    ).stderr  # fmt: skip
    assert not (out / "manifest.parquet").exists()
    return said


def test_an_infinite_box_is_one_line_that_names_row_and_column(tmp_path: Path) -> None:
    said = prepared("box_inf.csv", tmp_path).strip()
    assert len(said.splitlines()) == 1
    assert "line 2" in said
    assert "w" in said.split("line 2")[1]
    assert "inf" in said


def test_one_file_under_two_spellings_is_refused(tmp_path: Path) -> None:
    said = prepared("leak.csv", tmp_path)
    assert "line 64" in said
    assert "line 20" in said


def test_a_species_with_brackets_is_shown_as_written() -> None:
    done = spoofcue(
        "evaluate", "--scores", CASES / "csv/markup2.csv", "--dev", CASES / "csv/ok.csv"
    )
    assert "print[/x]" in done.stdout


def test_a_box_file_with_a_byte_order_mark_is_read() -> None:
    track = read_box_file(CASES / "csv" / "oulu_bom_box.txt", "oulu-eyes")
    assert track.at(0, 1080, 1920) is not None
