from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.made_runs import A, B, write_crops, write_fold
from spoofcue.compare.comparison import compare
from spoofcue.compare.page import write_page


@pytest.fixture
def results(tmp_path: Path) -> Path:
    folder = tmp_path / "results"
    write_fold(folder / "a", "plain", A)
    write_fold(folder / "b", "<script>alert(1)</script>", B, title="<b>bold</b>")
    return folder


def page(results: Path, replicates: int = 20) -> str:
    comparison = compare([str(results)], replicates)
    return write_page(
        comparison, results.parent / "out" / "c.html", "spoofcue compare x"
    ).read_text()


def test_the_page_needs_no_other_file_and_no_network(results: Path) -> None:
    write_crops(results / "a" / "data")
    html = page(results)
    assert not re.search(r"https?://|//[a-z]", html)
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert not re.search(r"url\((?!#|data:)|@import|<script", html)
    assert html.count("data:image/jpeg;base64,") == 2  # l1 and p2; b's own crops are gone
    assert "no longer where they were" not in html
    assert list((results.parent / "out").iterdir()) == [results.parent / "out" / "c.html"]


def test_names_are_escaped(results: Path) -> None:
    html = page(results)
    assert "&lt;script&gt;alert(1)" in html
    assert "<b>bold" not in html


def test_the_page_tells_the_commits_and_which_were_changed_since(tmp_path: Path) -> None:
    digits = "0123456789abcdef0123456789abcdef01234567"
    write_fold(tmp_path / "r" / "a", "plain", A, commit="0791abc-dirty")
    write_fold(tmp_path / "r" / "b", "whole", B, commit=digits)
    write_fold(tmp_path / "r" / "c", "none", B, commit=None)
    html = page(tmp_path / "r")
    assert "0.1.0 (0791abc-dirty)" in html
    assert f"0.1.0 ({digits[:10]})" in html
    assert html.count("0.1.0 (") == 2


def test_faces_whose_pictures_are_gone_are_named(results: Path) -> None:
    html = page(results)
    assert "2 faces are shown by name only" in html
    assert "media/l1.jpg" in html
    assert "data:image" not in html


def test_the_page_tells_the_table_its_rules_and_its_limits(results: Path) -> None:
    html = page(results)
    for text in ("25.0", "12.5", "2 of 8 test faces", "EER on dev", "2 people"):
        assert text in html, text
    assert "As few as 2 people".lower() in html.lower()
    assert "one seed a method" in html
    assert "20 draws of the test people" in html
    assert "none was asked for" in page(results, 0)


def test_protocols_of_one_method_are_named_and_not_shown(results: Path) -> None:
    write_fold(results / "c", "plain", A, protocol="P9")
    html = page(results, 0)
    assert "not compared: P9" in html
    assert html.count("<section") == 1
