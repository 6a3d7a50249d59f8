"""How the crops of a prepared folder were made: a detector must make its own in the same way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spoofcue.data.prepare import SUMMARY


def crop_facts(data: Path) -> dict[str, Any]:
    """Margin, detector and smallest face of a prepared folder, and the warnings to be passed on.

    Returns:
        ``margin``, ``detector``, ``min_face_px`` (None where no prepare.json tells) and
        ``warnings``.

    """
    path = data / SUMMARY
    if not path.is_file():
        return {"margin": None, "detector": None, "min_face_px": None, "warnings": []}
    prepared = json.loads(path.read_text(encoding="utf-8"))
    options = {k: prepared["options"][k] for k in ("margin", "detector", "min_face_px")}
    return {**options, "warnings": prepared["warnings"]}


def protocol_of(data: Path) -> str | None:
    """The protocol whose fold a prepared folder is, in words; None where it is of none."""
    path = data / SUMMARY
    prepared = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    name: str | None = prepared.get("protocol")
    return name
