"""Every table that a user may hand over is read here: labels, scores and what a run has stored.

UTF-8, UTF-16 or UTF-32; commas, semicolons or tabs between fields, told from the line of names;
blanks about fields, the case of names and blank lines say nothing. What cannot be read so is
refused with its line: a row is never shifted, cut or filled up.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from spoofcue.errors import InputError
from spoofcue.texts.decoding import open_text

DELIMITERS = (",", ";", "\t")
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, open for reading.

    Attributes:
        path: the file.
        names: of the columns, in small letters, in order; empty for a column without a name.
        delimiter: between fields.
        rows: (number of the line, fields) of each row, as many fields as names; to be read once.

    """

    path: Path
    names: tuple[str, ...]
    delimiter: str
    rows: Iterator[tuple[int, list[str]]]

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """(number of the line, name -> field without the blanks about it) of each row."""
        for line, fields in self.rows:
            yield line, {n: f.strip() for n, f in zip(self.names, fields, strict=True) if n}

    def number(self, text: str, line: int, column: str) -> float:
        """A field as a finite number; with semicolons between fields a comma may be decimal.

        Raises:
            InputError: naming line and column.

        """
        if self.delimiter == ";" and DECIMAL_COMMA.fullmatch(text):
            text = text.replace(",", ".")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or "_" in text or not text.isascii():
            raise InputError(
                f"{self.path}, line {line}, column {column}: {shown(text)} is no finite number."
            )
        return value


@contextmanager
def open_table(path: Path, wanted: Sequence[str] = ()) -> Iterator[Table]:
    """A table of a file.

    Args:
        path: the file.
        wanted: names by which the right delimiter is known; they need not all be there.

    Raises:
        InputError: it is no table; for a row that may come out while the block reads, with the
            line: another count of fields than names, an open quotation mark, a zero byte.

    """
    with open_text(path) as file:
        lines = _checked_lines(file, path)
        before, head, delimiter = _head(lines, wanted)
        reader = csv.reader(
            chain([head], lines), delimiter=delimiter, skipinitialspace=True, strict=True
        )
        try:
            names = tuple(name.strip().lower() for name in next(reader, []))
        except csv.Error as error:
            raise _no_table(path, before + 1, error) from error
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise InputError(
                f"{path}, line {before + 1}: two columns are named {', '.join(twice)}."
            )
        yield Table(path, names, delimiter, _rows(reader, path, names, before))


def shown(text: str) -> str:
    """A field for a message, quoted and not too long."""
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


def _checked_lines(file: TextIO, path: Path) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        if "\0" in line:
            raise InputError(f"{path}, line {number}: a zero byte; that is no text.")
        yield line


def _head(lines: Iterator[str], wanted: Sequence[str]) -> tuple[int, str, str]:
    """How many lines come before the names, the line of names, and what parts them."""
    before, line = 0, ""
    for line in lines:
        if line.strip(" \t\r\n,;"):
            break
        before += 1
    # a spreadsheet's own hint
    hint = re.fullmatch(r'"?sep=(.)"?\s*', line, re.IGNORECASE)
    if hint and hint.group(1) in DELIMITERS:
        return before + 1, next(lines, ""), hint.group(1)
    return before, line, max(DELIMITERS, key=lambda d: _fitness(line, d, wanted))


def _fitness(line: str, delimiter: str, wanted: Sequence[str]) -> tuple[int, int]:
    names = [name.strip(' \t\r\n"').lower() for name in line.split(delimiter)]
    return sum(name in names for name in wanted), len(names)


def _rows(
    reader: Any, path: Path, names: Sequence[str], before: int
) -> Iterator[tuple[int, list[str]]]:
    count = len(names)
    line = before + reader.line_num
    try:
        for fields in reader:
            at, line = line + 1, before + reader.line_num
            if len(fields) == count and fields[0]:
                yield at, fields
                continue
            if not any(map(str.strip, fields)):  # a spreadsheet's empty row
                continue
            if len(fields) != count:
                # separators after the last field hold nothing
                if len(fields) < count or any(map(str.strip, fields[count:])):
                    raise InputError(
                        f"{path}, line {at}: {len(fields)} fields under {count} names; put fields "
                        "with a separator in them in quotation marks."
                    )
                fields = fields[:count]
            yield at, fields
    except csv.Error as error:
        raise _no_table(path, line + 1, error) from error


def _no_table(path: Path, line: int, error: csv.Error) -> InputError:
    return InputError(f"{path}, line {line}: that is no row of a table ({error}).")
