"""What the package holds of others is named, with its licence."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from spoofcue.faces.yunet import SHA256, SHIPPED
from spoofcue.version import __version__

ROOT = Path(__file__).parent.parent
LICENCES = sorted((ROOT / "src" / "spoofcue").rglob("LICENSE*"))


def test_the_shipped_yunet_is_the_published_one() -> None:
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == SHA256
    assert "Copyright (c) 2020 Shiqi Yu" in (SHIPPED.parent / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("licence", LICENCES, ids=lambda p: p.parent.name)
def test_a_licence_of_others_and_its_holder_are_in_the_notice(licence: Path) -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert licence.relative_to(ROOT).as_posix() in notice
    holder = re.search(r"Copyright \(c\) .*", licence.read_text(encoding="utf-8"))
    assert holder is None or holder[0] in notice


def test_licences_and_notice_go_into_the_wheel() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    patterns = re.findall(r'"([^"]+)"', re.findall(r"license-files = \[(.*?)\]", project)[0])
    taken = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert taken == {ROOT / "LICENSE", ROOT / "NOTICE", *LICENCES}


def test_the_citation_names_this_version() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {__version__}\n" in citation
