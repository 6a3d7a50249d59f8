"""What PyPI is told of the package."""

from __future__ import annotations

import re
from email import message_from_string
from pathlib import Path

import pytest
from hatchling.build import prepare_metadata_for_build_editable

from spoofcue.version import __version__

ROOT = Path(__file__).parent.parent
SITE = r"https://(?:github\.com|raw\.githubusercontent\.com)/spoofcue/spoofcue/(?:blob/)?"


def test_pictures_and_pages_of_the_readme_are_named_in_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    info = tmp_path / prepare_metadata_for_build_editable(str(tmp_path))
    readme = message_from_string((info / "METADATA").read_text(encoding="utf-8")).get_payload()
    here = re.sub(rf"{SITE}v{re.escape(__version__)}/", "", str(readme))
    assert here.strip() == (ROOT / "README.md").read_text(encoding="utf-8").strip()
    for picture, target in re.findall(r"(!?)\[[^\]]*\]\(([^)]+)\)", str(readme)):
        assert target.startswith("https://"), target
        if "/spoofcue/spoofcue/" in target:
            assert target.startswith("https://raw.") == bool(picture), target
