from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.simulate.people import RenderedPerson

CASES = Path(__file__).parent.parent.parent.parent / "shared/cases"
DETECTOR = ["--detector", "none", "--no-quality"]


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    picture = RenderedPerson("person-3", 0).live("session-any", 3).photo
    return Image.fromarray(picture).resize((256, 256))


@pytest.fixture
def mixed(tmp_path: Path, photo: Image.Image) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    photo.save(folder / "a.avif")
    photo.save(folder / "b.png")
    photo.save(folder / "c.tga")
    (folder / "d.HEIC").write_text("<html>404</html>")
    (folder / "notes.txt").write_text("words")
    return folder


def test_predict_names_what_it_does_not_judge(mixed: Path) -> None:
    told = run("predict", mixed, *DETECTOR)
    assert told.exit_code == 1
    assert "2 files or folders look like media and were not used" in told.stderr
    assert "1 unreadable, 1 of a format that is not read" in told.stderr
    assert f"{mixed / 'c.tga'}: .tga is not read" in told.stderr
    assert str(mixed / "d.HEIC") in told.stderr
    assert "notes.txt" not in told.output
    shutil.move(mixed / "c.tga", mixed / "c.md")
    assert "begins as" not in run("predict", mixed, *DETECTOR).stderr  # TGA has no sign


def test_json_has_a_row_for_what_was_left_out(mixed: Path) -> None:
    (mixed / ".e.png").write_bytes((mixed / "b.png").read_bytes())
    (mixed / "loop").symlink_to(mixed)
    told = run("predict", mixed, *DETECTOR, "--json")
    rows = {Path(row["path"]).name: row for row in json.loads(told.stdout)}
    assert told.exit_code == 1
    assert {name: row["reason"] for name, row in rows.items()} == {
        "a.avif": None,
        "b.png": None,
        "c.tga": "unsupported",
        "d.HEIC": "unreadable",
        ".e.png": "hidden",
    }
    assert {row["decision"] for row in rows.values() if row["reason"]} == {"rejected"}
    assert len({tuple(row) for row in rows.values()}) == 1  # the same keys everywhere


def test_a_folder_that_is_judged_whole_ends_with_0(mixed: Path) -> None:
    for name in ("c.tga", "d.HEIC"):
        os.remove(mixed / name)
    (mixed / "loop").symlink_to(".")
    told = run("predict", mixed, *DETECTOR)
    assert told.exit_code == 0
    assert "further name(s) of the same files" in told.stderr
    assert "not used" not in told.stderr


def test_a_folder_of_other_formats_alone_is_named(tmp_path: Path, photo: Image.Image) -> None:
    photo.save(tmp_path / "c.tga")
    told = run("predict", tmp_path, *DETECTOR, "--json")
    assert told.exit_code == 1
    assert [row["reason"] for row in json.loads(told.stdout)] == ["unsupported"]
    assert run("predict", tmp_path, *DETECTOR).exit_code == 1


@pytest.mark.parametrize(
    "call",
    [
        ("predict", ""),
        ("prepare", "folder", "", "--out", "x"),
        ("prepare", "folder", ".", "--out="),
        ("simulate", "", "--out", "x"),
        ("model", "calibrate", "--live", "", "--out", "x"),
    ],
)
def test_an_empty_argument_is_not_the_working_folder(
    call: tuple[str, ...], tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo.save(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    told = run(*call)
    assert isinstance(told.exception, InputError)
    assert "empty" in str(told.exception)
    assert os.listdir(tmp_path) == ["a.png"]


def test_prepare_names_what_it_leaves_out(tmp_path: Path, photo: Image.Image) -> None:
    root = tmp_path / "in"
    for person in ("ann", "ben", "cid"):
        for kind in ("live", "attack/print"):
            folder = root / person / kind
            folder.mkdir(parents=True)
            photo.rotate(len(list(root.rglob("*.png")))).save(folder / "1.png")
    call = ("prepare", "folder", root, "--detector", "none", "--workers", 1, "--out")
    assert run(*call, tmp_path / "a").exit_code == 0
    photo.save(root / "ann/live/2.tga")
    told = run(*call, tmp_path / "b")
    assert told.exit_code == 1
    assert "left out, and may be media: 1" in told.stdout
    assert "2.tga (.tga is not read" in told.stdout
    problems = json.loads(run(*call, tmp_path / "c", "--json").stdout)["problems"]
    assert [p["kind"] for p in problems] == ["left_out"]
    os.remove(root / "ann/live/2.tga")
    (root / "ann/live/2.png").write_bytes(b"no picture")
    assert run(*call, tmp_path / "d").exit_code == 1


@pytest.mark.skipif(not CASES.exists(), reason="the case files are not here")
def test_the_case_of_a_folder(tmp_path: Path) -> None:
    shutil.copytree(CASES / "folder", tmp_path / "folder")
    told = run("predict", tmp_path / "folder", "--json")
    rows = {Path(row["path"]).name: row for row in json.loads(told.stdout)}
    assert told.exit_code == 1
    assert rows["IMG_001.avif"]["score"] is not None
    assert rows["b.png"]["score"] is not None
    assert rows["IMG_0002.HEIC"]["decision"] == rows["Screenshot.tga"]["decision"] == "rejected"
    assert "notes.txt" not in rows
    assert "IMG_0002.HEIC" in told.stderr
    assert "Screenshot.tga" in told.stderr
