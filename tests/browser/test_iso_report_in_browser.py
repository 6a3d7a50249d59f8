"""The ISO report in Chromium: legible by axe, typed into, and printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.browser import PHONE, serious_findings
from helpers.made_runs import DEV, A, write_scores
from spoofcue.report.browser_print import print_to_pdf
from spoofcue.report.iso_page import write_iso_report
from spoofcue.report.tested import read_tested

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_it_is_read_filled_in_and_printed(browser: Browser, tmp_path: Path) -> None:
    write_scores(tmp_path / "test.csv", A)
    write_scores(tmp_path / "dev.csv", DEV)
    tested = read_tested(tmp_path / "test.csv", tmp_path / "dev.csv")
    report = write_iso_report(tested, tmp_path / "report.html")
    page = browser.new_page(viewport=PHONE)
    page.goto(report.as_uri())
    assert serious_findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    blank = page.get_by_role("textbox", name="Supplier")
    blank.fill("Door & Co.")
    assert blank.inner_text() == "Door & Co."
    page.close()
    pdf = print_to_pdf(report, tmp_path / "report.pdf").read_bytes()
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert len(sizes) >= 5  # pages, each A4 in points of 1/72 inch
    assert all(abs(float(w) - 595) < 2 and abs(float(h) - 842) < 2 for w, h in sizes)
