"""The face boxes that datasets ship beside their videos: one reader for each format."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spoofcue.errors import InputError
from spoofcue.faces.box import Box

BoxFormat = Literal["oulu-eyes", "siw-corners", "replay-xywh", "msu-corners-eyes", "celeba-224"]

# Files that list only some frames: a face hardly moves in a fifth of a second.
NEAREST_FRAMES = 5
# Where dlib's box lies about the eyes, in inter-eye distances (median of rendered faces), so that
# one margin means the same to both: side of the square, and its centre below the eyes' midpoint.
EYES_TO_SIDE = 2.3
EYES_TO_CENTRE = 0.3
CELEBA_CANVAS = 224
LARGEST = 1e9  # px or frames: more is no place in any picture
BLANK = " \t\r\n\x1a"  # the last is how DOS ended its files
ENDS = BLANK + ",;"
SEPARATOR = re.compile(r"\s*[,;]\s*|\s+")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# numbers to other programs: a row of them is broken, and no header
NO_NUMBERS = frozenset(["nan", "inf", "infinity", "null", "none", "na", "n/a"])

XYWH = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class BoxTrack:
    """The boxes of one recording.

    Attributes:
        boxes: frame number from 0 -> left, top, width, height; None where the file says that
            there is no face.
        length: frames that the file speaks of: the last one listed, plus one.
        tolerance: a frame that has no box takes that of a frame at most so far away.
        canvas: side in px of the square that the coordinates refer to; None: the frame itself.

    """

    boxes: dict[int, XYWH | None]
    length: int
    tolerance: int = 0
    canvas: int | None = None

    def at(self, frame: int, frame_w: int, frame_h: int) -> Box | None:
        """The box of a frame in its own px, as the file gives it: it may reach over the border."""
        near = range(frame - self.tolerance, frame + self.tolerance + 1)
        listed = [k for k in near if self.boxes.get(k)]
        box = self.boxes[min(listed, key=lambda k: abs(k - frame))] if listed else None
        if box is None:
            return None
        x, y, w, h = box
        if self.canvas:
            x, w = x * frame_w / self.canvas, w * frame_w / self.canvas
            y, h = y * frame_h / self.canvas, h * frame_h / self.canvas
        return Box(round(x), round(y), max(1, round(w)), max(1, round(h)))

    def ends_before(self, total: int) -> bool:
        """Whether a video of ``total`` frames goes on after the file has ended."""
        return self.length + self.tolerance < total


def read_box_file(path: Path, box_format: BoxFormat) -> BoxTrack:
    """Read the boxes of one recording.

    Formats, one row a frame:

    - ``oulu-eyes``: frame, x1, y1, x2, y2 of the two eyes; all zero = not found.
    - ``siw-corners``: x1 y1 x2 y2 of two corners, row n is frame n; all zero = no face.
    - ``replay-xywh``: frame x y w h, of some frames; zero size = no face.
    - ``msu-corners-eyes``: frame, left, top, right, bottom, then both eyes; of some frames.
    - ``celeba-224``: one row, x y w h confidence, on a canvas of 224 x 224; may be empty.

    Numbers are parted by commas, semicolons or blanks, and separators at the end of a row are
    passed over. A line of column names may come first, and lines that begin with ``#`` anywhere.
    Text is UTF-8 or UTF-16.

    Raises:
        InputError: the file cannot be read, or a row of it has too few numbers or something else
            in it; names the line.

    """
    columns, reader = _READERS[box_format]
    rows: list[list[float]] = []
    header: tuple[int, str] | None = None
    for number, line in enumerate(_text(path).splitlines(), start=1):
        if not line.strip(BLANK) or line.lstrip().startswith("#"):
            continue
        row = _row(line, columns)
        if row is not None:
            rows.append(row)
        elif header is None and not rows and _is_header(line):
            header = number, line
        else:
            raise _no_row(path, number, line, box_format)
    if header and not rows:
        raise _no_row(path, *header, box_format)
    return reader(rows)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read the box file {path}: {error}") from error
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        coding = "utf-16"
    elif 0 in data[:2]:  # the first character is ASCII: half of it is zero in UTF-16
        coding = "utf-16-be" if data[0] == 0 else "utf-16-le"
    else:
        coding = "utf-8-sig"
    return data.decode(coding, errors="replace")  # what stands for a number then is no number


def _row(line: str, columns: int) -> list[float] | None:
    """The numbers of a line; None unless it is ``columns`` numbers or more and nothing else.

    Between semicolons a comma is a decimal one, unless too few numbers come of it.
    """
    whole = line.strip(ENDS)
    ways = [SEPARATOR.split(whole)]
    if ";" in whole and "," in whole:
        ways.insert(0, whole.replace(",", ".").split(";"))
    for fields in ways:
        numbers = [field.strip().strip('"') for field in fields]
        if len(numbers) >= columns and all(map(NUMBER.fullmatch, numbers)):
            row = [float(number) for number in numbers]
            return row if all(abs(value) <= LARGEST for value in row) else None
    return None


def _is_header(line: str) -> bool:
    """Whether a line is words alone, as ``frame;x1;y1;x2;y2`` or ``frame, eye 1 x, eye 1 y``."""
    parted = re.split(r"[,;\t]", line) if re.search(r"[,;\t]", line) else line.split()
    fields = [field.strip(' "') for field in parted]
    values = (NUMBER.fullmatch(f) or f.lower() in NO_NUMBERS for f in fields)
    return any(map(str.isalpha, line)) and not any(values)


def _no_row(path: Path, number: int, line: str, box_format: str) -> InputError:
    return InputError(f"{path}, line {number}: {line.strip()[:60]!r} is no {box_format} row")


def _oulu_eyes(rows: Sequence[Sequence[float]]) -> BoxTrack:
    return _track({int(row[0]): _about_eyes(*row[1:5]) for row in rows})


def _about_eyes(x1: float, y1: float, x2: float, y2: float) -> XYWH | None:
    apart = math.hypot(x2 - x1, y2 - y1)
    if not any((x1, y1, x2, y2)) or apart == 0:
        return None
    side = EYES_TO_SIDE * apart
    centre_x, centre_y = (x1 + x2) / 2, (y1 + y2) / 2 + EYES_TO_CENTRE * apart
    return centre_x - side / 2, centre_y - side / 2, side, side


def _siw_corners(rows: Sequence[Sequence[float]]) -> BoxTrack:
    return _track({i: _corners(*row[:4]) for i, row in enumerate(rows)})


def _replay_xywh(rows: Sequence[Sequence[float]]) -> BoxTrack:
    boxes = {int(f): _sized(x, y, w, h) for f, x, y, w, h, *_ in rows}
    return _track(boxes, NEAREST_FRAMES)


def _msu_corners(rows: Sequence[Sequence[float]]) -> BoxTrack:
    return _track({int(row[0]): _corners(*row[1:5]) for row in rows}, NEAREST_FRAMES)


def _celeba(rows: Sequence[Sequence[float]]) -> BoxTrack:
    return BoxTrack({0: _sized(*rows[0][:4])} if rows else {}, 1, canvas=CELEBA_CANVAS)


def _track(boxes: dict[int, XYWH | None], tolerance: int = 0) -> BoxTrack:
    return BoxTrack(boxes, max(boxes, default=-1) + 1, tolerance)


def _corners(left: float, top: float, right: float, bottom: float) -> XYWH | None:
    return _sized(left, top, right - left, bottom - top)


def _sized(x: float, y: float, w: float, h: float) -> XYWH | None:
    return (x, y, w, h) if w > 0 and h > 0 else None


# format -> (least numbers in a row, reader)
_READERS: dict[str, tuple[int, Callable[[Sequence[Sequence[float]]], BoxTrack]]] = {
    "oulu-eyes": (5, _oulu_eyes),
    "siw-corners": (4, _siw_corners),
    "replay-xywh": (5, _replay_xywh),
    "msu-corners-eyes": (5, _msu_corners),
    "celeba-224": (4, _celeba),
}
