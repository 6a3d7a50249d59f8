from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.texts.tables import open_table

NAMES = ("path", "label", "pai")
FIELDS = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\r"), max_size=8
).map(str.strip)
ROWS = st.lists(st.tuples(FIELDS, FIELDS, FIELDS).filter(any), max_size=6)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")


def read(path: Path) -> list[tuple[str, ...]]:
    with open_table(path, NAMES) as table:
        return [tuple(record.get(name, "") for name in NAMES) for _, record in table.records()]


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from(",;\t"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    names=st.sampled_from([NAMES, (" Path", "LABEL ", "pai"), ("PATH", "Label", "\tpai")]),
)
def test_however_a_table_is_written_its_rows_are_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    encoding: str,
    delimiter: str,
    end: str,
    quoting: int,
    names: tuple[str, str, str],
) -> None:
    if end == "\r":  # Python's writer leaves a bare line feed unquoted then
        quoting = csv.QUOTE_ALL
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(names)
    writer.writerows(rows)
    path = tmp_path_factory.mktemp("tables") / "t.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    assert read(path) == rows


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_any_bytes_are_a_table_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "t.csv"
    path.write_bytes(data)
    with suppress(InputError), open_table(path, NAMES) as table:
        for line, fields in table.rows:
            assert line > 0
            assert len(fields) == len(table.names)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("path,label\na,1\né,0\n".encode("latin-1"), "line 3: that is no UTF-8"),
        (b"path,label\r\na,1\r\n\xff,0\r\n", "line 3: that is no UTF-8"),
        ("path,label\na,1\n".encode("utf-16")[:-1], "line 2: that is no UTF-8 or UTF-16"),
        (b"path,label\na\n", "line 2: 1 fields under 2 names"),
        (b"path,label\n\na,b,c\n", "line 3: 3 fields under 2 names"),
        (b"path,label, PATH\na,b,c\n", "line 1: two columns are named path"),
        (b'path,label\na,b\n"c,d\n', "line 3: that is no row"),
        (b'path,label\n"a"x,b\n', "line 2: that is no row"),
        (b"path,label\na,b\nc\0,d\n", "line 3: a zero byte"),
        (b'path,label\n"a\nb",c\nd\n', "line 4: 1 fields"),
        (b"path,label\na," + b"x" * 200_000 + b"\n", "line 2: that is no row"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, data: bytes, fault: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=fault):
        read(path)


def test_a_spreadsheets_hint_empty_rows_and_spare_separators(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("sep=;\nPath;label ;pai;;\na,b.jpg; 1 ;x;;\n;;;;\n c ;0;;;\n\n")
    assert read(path) == [("a,b.jpg", "1", "x"), ("c", "0", "")]


def test_numbers_are_finite_and_plain(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a;b\n1;2\n")
    with open_table(path) as table:
        assert table.number("1,5", 2, "a") == table.number("1.5", 2, "a") == 1.5
        for text in ("nan", "inf", "-Infinity", "1e999", "1_0", "١", "", "1,000,0", "0x1", "1.2.3"):
            with pytest.raises(InputError, match=r"line 2, column a: .* no finite number"):
                table.number(text, 2, "a")
    path.write_text("a,b\n")
    with open_table(path) as table, pytest.raises(InputError, match="column b"):
        table.number("1,5", 2, "b")
