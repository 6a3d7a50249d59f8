"""Prints the section of CHANGELOG.md that a release's notes are; status 1 unless all agree.

    python .ci/release_notes.py v0.1.0

The tag, the package's version, CITATION.cff and a dated section of the changelog name one version.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def notes(tag: str) -> str:
    """The section of the version that the tag names.

    Raises:
        SystemExit: something names another version, or the section has no date.
    """
    version = tag.removeprefix("v")
    for name, pattern in {
        "src/spoofcue/version.py": r'__version__ = "(.+)"',
        "CITATION.cff": r"(?m)^version: (.+)$",
    }.items():
        found = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"))
        if found is None or found[1] != version:
            said = "no version" if found is None else found[1]
            raise SystemExit(f"the tag {tag} names {version}, {name} {said}")
    sections = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1:]
    for section in sections:
        head, _, text = section.partition("\n")
        if head.startswith(f"[{version}]"):
            if not re.fullmatch(r"\[.+\] - \d{4}-\d{2}-\d{2}", head):
                raise SystemExit(f"CHANGELOG.md has no date for {version}: {head}")
            return text.strip()
    raise SystemExit(f"CHANGELOG.md has no section [{version}]")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python .ci/release_notes.py TAG")
    sys.stdout.write(notes(sys.argv[1]) + "\n")
