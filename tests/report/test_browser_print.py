from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spoofcue.errors import InputError
from spoofcue.report.browser_print import VARIABLE, print_to_pdf

PRINTS = """#!{python}
import sys
pdf = next(a.partition("=")[2] for a in sys.argv if a.startswith("--print-to-pdf="))
open(pdf, "wb").write({data!r})
sys.exit("the last words")
"""


def browser(folder: Path, data: bytes) -> str:
    """A program that is called as a browser is, and writes ``data`` for a PDF."""
    path = folder / "browser"
    path.write_text(PRINTS.format(python=sys.executable, data=data))
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a #! line")
def test_a_pdf_is_written_whole_or_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, pdf = tmp_path / "a page.html", tmp_path / "a page.pdf"
    page.write_text("<p>")
    monkeypatch.setenv(VARIABLE, browser(tmp_path, b"%PDF-1.7 good"))
    print_to_pdf(page, pdf)
    monkeypatch.setenv(VARIABLE, browser(tmp_path, b"half"))
    with pytest.raises(InputError, match=r"is written, and .*the last words.* print it to a PDF"):
        print_to_pdf(page, pdf)
    assert pdf.read_bytes() == b"%PDF-1.7 good"
    assert {path.name for path in tmp_path.iterdir()} == {"a page.html", "a page.pdf", "browser"}


def test_without_a_browser_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "no-such-browser")
    with pytest.raises(InputError, match="no program that can be run"):
        print_to_pdf(tmp_path / "page.html", tmp_path / "page.pdf")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(InputError, match=r"page\.html is written.*install Chromium"):
        print_to_pdf(tmp_path / "page.html", tmp_path / "page.pdf")
