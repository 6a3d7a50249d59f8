from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.box_files import BoxFormat, BoxTrack, read_box_file


def read(folder: Path, box_format: BoxFormat, text: str) -> BoxTrack:
    path = folder / "boxes.txt"
    path.write_text(text)
    return read_box_file(path, box_format)


def test_the_box_about_oulu_s_eyes(tmp_path: Path) -> None:
    track = read(tmp_path, "oulu-eyes", "0,400,800,500,800\n1,0,0,0,0\n2,500,800,400,800\n")
    # eyes 100 px apart: side 230 about a centre 30 px below their midpoint (450, 800)
    assert track.at(0, 1080, 1920) == Box(335, 715, 230, 230)
    assert track.at(1, 1080, 1920) is None  # zeros: not found, and no neighbour stands in
    assert track.at(2, 1080, 1920) == track.at(0, 1080, 1920)  # whichever eye is first
    assert track.at(3, 1080, 1920) is None
    assert (track.ends_before(3), track.ends_before(4)) == (False, True)


def test_siw_s_rows_are_corners_in_frame_order(tmp_path: Path) -> None:
    track = read(tmp_path, "siw-corners", "10 20 110 140\n0 0 0 0\n")
    assert track.at(0, 1920, 1080) == Box(10, 20, 100, 120)
    assert track.at(1, 1920, 1080) is None
    assert track.length == 2


def test_replay_lists_some_frames_and_the_nearest_stands_in(tmp_path: Path) -> None:
    track = read(tmp_path, "replay-xywh", "0 1 2 30 40\n4 0 0 0 0\n8 5 6 70 80\n")
    assert track.at(0, 320, 240) == Box(1, 2, 30, 40)
    assert track.at(3, 320, 240) == Box(1, 2, 30, 40)
    assert track.at(4, 320, 240) is not None  # listed without a face, 4 frames from either
    assert track.at(7, 320, 240) == Box(5, 6, 70, 80)
    assert track.at(13, 320, 240) == Box(5, 6, 70, 80)
    assert track.at(14, 320, 240) is None
    assert (track.ends_before(14), track.ends_before(15)) == (False, True)


def test_msu_gives_nine_numbers(tmp_path: Path) -> None:
    track = read(tmp_path, "msu-corners-eyes", "2,10,20,110,140,40,60,80,60\n")
    assert track.at(2, 640, 480) == Box(10, 20, 100, 120)


def test_celeba_s_canvas_is_224_px_whatever_the_picture(tmp_path: Path) -> None:
    track = read(tmp_path, "celeba-224", "56 -28 112 112 0.99\n")
    box = track.at(0, 448, 672)
    assert box == Box(112, -84, 224, 336)
    assert box.clipped(448, 672) == Box(112, 0, 224, 252)
    assert read(tmp_path, "celeba-224", "").at(0, 448, 672) is None


@pytest.mark.parametrize(
    "row",
    [
        *(
            "1,2,3",
            "0,a,b,c,d",
            "0,nan,1,2,3",
            "0,1e999,1,2,3",
            "0,1,2,3,1e10",
            "frame,x1,y1,x2,y2",
        ),
        *(
            "1,400,,500,800,1",
            "1;400;;500;800;1",
            "1_1,400,800,500,800",
            "1,400,800,500,80\x00",
            ",,,,",
        ),
    ],
)
def test_a_broken_row_is_named(tmp_path: Path, row: str) -> None:
    for header in ("", "frame,x1,y1,x2,y2\n"):
        with pytest.raises(
            InputError, match=rf"boxes\.txt, line {2 + bool(header)}: .* is no oulu-"
        ):
            read(tmp_path, "oulu-eyes", f"{header}0,1,2,3,4\n{row}\n2,1,2,3,4\n")


@pytest.mark.parametrize(
    "row",
    ["1,2,3", "0,a,b,c,d", "nan,nan,nan,nan,nan", "no face", "frame,x1,y1,x2,y2", "-,-,-,-,-"],
)
@pytest.mark.parametrize("box_format", ["oulu-eyes", "celeba-224"])
def test_a_first_line_that_is_broken_is_no_header(
    tmp_path: Path, box_format: BoxFormat, row: str
) -> None:
    with pytest.raises(InputError, match=r"boxes\.txt, line 1: "):
        read(tmp_path, box_format, f"{row}\n")


def test_one_line_of_names_alone_may_come_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2: 'frame,x1"):
        read(tmp_path, "oulu-eyes", "eyes of this video\nframe,x1,y1,x2,y2\n0,400,800,500,800\n")


OULU = "0,400,800,500,800\n1,0,0,0,0\n2,410,805,510,805\n"
HEADERS = (
    "frame,x1,y1,x2,y2",
    '"frame","x1","y1","x2","y2"',
    "# frame x1 y1 x2 y2",
    ",lx,ly,rx,ry",
    "no., eye 1 x, eye 1 y, eye 2",
)


@pytest.mark.parametrize(
    "text",
    [
        OULU,
        *(f"{header}\n{OULU}" for header in HEADERS),
        f"Frame;x1;y1;x2;y2\n{OULU.replace(',', ';')}",
        OULU.replace(",", ";").replace("00\n", "00,0\n"),  # a decimal comma
        OULU.replace(",", "; "),
        OULU.replace(",", ";", 1),
        "0;400,800;500,800\n1;0,0;0,0\n2;410,805;510,805\n",
        OULU.replace(",", "\t"),
        OULU.replace(",", " , "),
        OULU.replace(",", "   "),
        OULU.replace("\n", "\r\n"),
        OULU.replace("\n", "\r"),
        OULU.replace("\n", ",\n"),
        OULU.replace("\n", ";;\n"),
        OULU.replace(",", ";").replace("\n", ";\n"),
        OULU.replace(",", "\t").replace("\n", "\t\n"),
        OULU.replace("\n", "\n\n") + "\n  \n",
        OULU.replace("500", '"500.0"'),
        OULU.replace("500", "5e2"),
        f"{OULU}\x1a",  # how DOS ended its files
    ],
)
def test_however_the_rows_are_written_the_boxes_are_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "boxes.txt"
    plain = [Box(335, 715, 230, 230), None, Box(345, 720, 230, 230), None]
    for coding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        path.write_bytes(text.encode(coding))
        track = read_box_file(path, "oulu-eyes")
        assert [track.at(i, 1080, 1920) for i in range(4)] == plain, coding
        assert track.length == 3


@pytest.mark.parametrize("coding", ["latin-1", "gbk", "utf-8"])
def test_a_header_may_be_in_any_coding(tmp_path: Path, coding: str) -> None:
    words = "Bildnr;Auge-x-größe" if coding != "gbk" else "frame,帧,左眼"
    path = tmp_path / "boxes.txt"
    path.write_bytes(f"{words}\n{OULU}".encode(coding))
    assert read_box_file(path, "oulu-eyes").length == 3


def test_the_header_is_no_frame_of_siw(tmp_path: Path) -> None:
    track = read(tmp_path, "siw-corners", "x1;y1;x2;y2\n10;20;110;140\n0;0;0;0\n")
    assert track.boxes == {0: (10, 20, 100, 120), 1: None}


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot read the box file .*none\.txt"):
        read_box_file(tmp_path / "none.txt", "oulu-eyes")


def test_a_box_is_cut_to_the_frame_or_lies_outside() -> None:
    assert Box(-10, 5, 30, 100).clipped(100, 50) == Box(0, 5, 20, 45)
    assert Box(10, 5, 30, 20).clipped(100, 50) == Box(10, 5, 30, 20)
    assert Box(100, 5, 30, 20).clipped(100, 50) is None
    assert Box(-30, 5, 30, 20).clipped(100, 50) is None
