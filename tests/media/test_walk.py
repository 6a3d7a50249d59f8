from __future__ import annotations

import os
import random
import socket
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.media import walk as walks
from spoofcue.media.folders import expand_paths, left_out_words, media_in
from spoofcue.media.walk import walk

PNG = b"\x89PNG\r\n\x1a\n" + bytes(30)


def put(root: Path, *names: str, data: bytes = PNG) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def files(root: Path) -> list[str]:
    return [p.relative_to(root).as_posix() for p in media_in(root).files]


def left(root: Path) -> dict[str, str]:
    return {e.path.relative_to(root).as_posix(): e.reason for e in media_in(root).left_out}


def lock(monkeypatch: pytest.MonkeyPatch, *locked: Path) -> None:
    """As chmod 0 does for people; who runs the tests may be allowed everything."""
    scandir, opener = os.scandir, os.open

    def refuse(path: object) -> None:
        if Path(os.path.realpath(path)) in locked:  # type: ignore[call-overload]
            raise PermissionError(13, "Permission denied", str(path))

    def listed(path: object) -> object:
        refuse(path)
        return scandir(path)  # type: ignore[call-overload]

    def opened(path: object, *rest: object, **named: object) -> int:
        refuse(path)
        return opener(path, *rest, **named)  # type: ignore[arg-type,call-overload]

    monkeypatch.setattr(walks.os, "scandir", listed)
    monkeypatch.setattr(os, "open", opened)


def test_what_is_read_and_what_is_named(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "b/c.JPG", "b/d.heic", "b/e.avif", "f.mp4")
    put(tmp_path, "g.tga", "h.CR2", "b/i.jxl", "j.mxf", "k.exr", "l.m3u8", "m.svg", data=b"x")
    put(tmp_path, "notes.txt", "labels.csv", "b/Thumbs.db", "x.json", "README", data=b"words")
    put(tmp_path, "empty", "b/none.dat", data=b"")
    assert files(tmp_path) == ["a.png", "b/c.JPG", "b/d.heic", "b/e.avif", "f.mp4"]
    named = ("b/i.jxl", "g.tga", "h.CR2", "j.mxf", "k.exr", "l.m3u8", "m.svg")
    assert left(tmp_path) == dict.fromkeys(named, "unsupported")


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (PNG, "PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "JPEG"),
        (b"GIF89a" + bytes(20), "GIF"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "WebP"),
        (b"\0\0\0\x20ftypheic" + bytes(20), "HEIC"),
        (b"\0\0\0\x20ftypisom" + bytes(20), "MP4"),
        (b"RIFF\x10\0\0\0AVI LIST", "AVI"),
        (b"\x1a\x45\xdf\xa3" + bytes(20), "Matroska"),
        (b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", "BMP"),
        ((b"\x47" + bytes(187)) * 3, "MPEG"),
        (b"II\x2a\0\x08\0\0\0", "TIFF"),
    ],
)
@pytest.mark.parametrize("name", ["photo", "photo.bak", "photo.txt", "IMG_1.jpg.part", "x.dat"])
def test_media_without_their_suffix_are_named(
    begin: bytes, what: str, name: str, tmp_path: Path
) -> None:
    put(tmp_path, name, data=begin)
    assert media_in(tmp_path).files == []
    (one,) = media_in(tmp_path).left_out
    assert one.reason == "unsupported"
    assert what in one.detail


@given(st.text(min_size=1, max_size=600))
def test_no_text_is_taken_for_media(text: str) -> None:
    from spoofcue.media.kinds import content_format

    # but what formats begin with in letters
    known = ("GIF8", "RIFF", "BM", "qoif", "DDS", "SIMPLE", "P4", "P5", "P6", "#?", ".RMF", "YUV4")
    if not text.startswith(known) and text[4:8] not in ("ftyp", "moov", "mdat", "wide"):
        assert content_format(text.encode("utf-8", "surrogatepass")) is None


def test_hidden_media_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "a.png", ".b.png", ".trash/c.jpg", "d/.e/f/g.mp4", ".h")
    put(tmp_path, "._a.png", data=b"\0\5\x16\7" + bytes(40))  # macOS puts it beside each file
    put(tmp_path, ".git/config", ".DS_Store", data=b"words")
    assert files(tmp_path) == ["a.png"]
    assert left(tmp_path) == dict.fromkeys(
        (".b.png", ".h", ".trash/c.jpg", "d/.e/f/g.mp4"), "hidden"
    )
    # the folder that is given may be hidden itself
    assert files(tmp_path / ".trash") == ["c.jpg"]


def test_links_are_followed_once(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a/1.png", "b.png")
    put(outside, "2.png", "deep/3.png")
    (root / "0").symlink_to(root / "a")
    (root / "linked").symlink_to(outside)
    (root / "linked-too").symlink_to(outside)
    (root / "again.png").symlink_to(root / "b.png")
    os.link(root / "b.png", root / "hard.png")
    # what is there without links has its own name, whatever the order
    assert files(root) == ["a/1.png", "b.png", "linked/2.png", "linked/deep/3.png"]
    again = {e.path.name for e in media_in(root).again}
    assert again == {"0", "linked-too", "again.png", "hard.png"}
    assert media_in(root).left_out == []


def test_loops_end_and_lead_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root, "a/1.png", "b/2.png")
    put(tmp_path, "not-asked-for.png")
    for name, target in (
        *(("a/up", ".."), ("a/top", "../.."), ("b/self", "."), ("b/a", "../a"), ("a/b", "../b")),
        *(("all", "/"), ("me", "me"), ("x", "y"), ("y", "x")),
    ):
        (root / name).symlink_to(target)
    assert files(root) == ["a/1.png", "b/2.png"]
    assert left(root) == dict.fromkeys(("me", "x", "y"), "broken_link")
    assert [p.name for p in media_in(root / "a").files] == ["1.png", "2.png"]


def test_a_linked_folder_may_be_the_root(tmp_path: Path) -> None:
    put(tmp_path, "real/1.png")
    (tmp_path / "link").symlink_to("real")
    assert files(tmp_path / "link") == ["1.png"]


def test_broken_links_pipes_and_sockets_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a.png")
    for name in ("gone.jpg", "gone", "gone.txt"):
        (tmp_path / name).symlink_to("nowhere")
    os.mkfifo(tmp_path / "p.mp4")
    os.mkfifo(tmp_path / "control")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(tmp_path / "s.png"))
    assert files(tmp_path) == ["a.png"]
    assert left(tmp_path) == {
        "gone.jpg": "broken_link",
        "gone": "broken_link",
        "p.mp4": "not_a_file",
        "s.png": "not_a_file",
    }


def test_locked_folders_and_files_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a.png", "locked/b.png", "c/d", "e.txt")
    lock(monkeypatch, tmp_path / "locked", tmp_path / "c/d", tmp_path / "e.txt")
    assert files(tmp_path) == ["a.png"]
    assert left(tmp_path) == {"locked": "locked", "c/d": "locked"}
    assert "Permission denied" in media_in(tmp_path).left_out[1].detail


def test_the_root_may_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.png")
    lock(monkeypatch, tmp_path)
    assert [e.reason for e in expand_paths([tmp_path]).left_out] == ["locked"]


def test_paths_that_hold_nothing_are_an_error(tmp_path: Path) -> None:
    put(tmp_path, "empty/notes.txt", data=b"words")
    for path in (tmp_path / "empty", tmp_path / "gone", tmp_path / ("x" * 300), Path("a\0b")):
        with pytest.raises(InputError):
            expand_paths([path])


def test_left_out_is_counted_and_the_first_are_named(tmp_path: Path) -> None:
    put(tmp_path, *(f"{k:02}.tga" for k in range(12)), ".x.png")
    words = left_out_words(media_in(tmp_path).left_out, 3)
    assert words[0] == (
        "13 files or folders look like media and were not used: 12 of a format that is not read, "
        "1 hidden"
    )
    assert len(words) == 5
    assert words[-1] == "  and 10 more"


@given(seed=st.integers(0, 10_000))
def test_every_file_is_named_once_and_every_walk_ends(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = random.Random(seed)
    top = tmp_path_factory.mktemp("tree")
    root = top / "root"
    root.mkdir()
    folders = [root]
    for k in range(rng.randrange(6)):
        folders.append(rng.choice(folders) / f"{rng.choice(['', '.'])}f{k}")
        folders[-1].mkdir()
    for k in range(rng.randrange(8)):
        suffix = rng.choice([".png", ".mp4", ".tga", "", ".txt"])
        (rng.choice(folders) / f"{rng.choice(['', '', '.'])}m{k}{suffix}").write_bytes(PNG)
    everything = [*folders, *(p for f in folders for p in f.iterdir() if p.is_file()), top]
    for k in range(rng.randrange(8)):
        target = rng.choice([*everything, top / "nowhere"])
        (rng.choice(folders) / f"l{k}{rng.choice(['', '.png'])}").symlink_to(target)
    lost = rng.sample(folders[1:], min(len(folders) - 1, rng.randrange(2)))
    with pytest.MonkeyPatch.context() as patch:
        lock(patch, *lost)
        first, second = media_in(root), media_in(root)
        entries = list(walk(root))
    assert (first.files, first.left_out) == (second.files, second.left_out)
    named = [*first.files, *(e.path for e in first.left_out)]
    assert max(Counter(named).values(), default=1) == 1
    known = Counter(os.path.realpath(e.path) for e in entries if e.kind == "file")
    assert max(known.values(), default=1) == 1
    there = {
        os.path.realpath(os.path.join(folder, name))
        for folder, _, names in os.walk(root)
        for name in names
        if not os.path.islink(os.path.join(folder, name))
    }
    unseen = tuple(f"{os.path.realpath(f)}/" for f in lost)
    reached = {os.path.realpath(p) for p in named}
    for path in there:
        assert path in reached or path.startswith(unseen), path
    for path in lost:
        inside_another = any(path != f and path.is_relative_to(f) for f in lost)
        assert inside_another or os.path.realpath(path) in reached
