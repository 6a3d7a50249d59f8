"""By what the settings of several runs differ, as titles for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

MOST = 3
SHORT = {"input.mode": "input", "input.size": "input size", "input.scoring": "scoring"}


def titles(settings: Sequence[dict[str, Any]], names: Sequence[str]) -> list[list[str]]:
    """For each run the lines ``setting: value`` of every setting that is not the same in all.

    Args:
        settings: plain trees, the first run's first.
        names: of the runs; the titles where no setting differs.

    Returns:
        One list of lines for each run, at most MOST and a count of what was left out.

    """
    flat = [flatten(tree) for tree in settings]
    keys = differing(flat)
    if not keys:
        return [[name] for name in names]
    lines = []
    for name, tree in zip(names, flat, strict=True):
        # another method has no such setting
        shown = [f"{_short(k)}: {tree[k]}" for k in keys[:MOST] if k in tree]
        rest = [f"and {len(keys) - MOST} more"] if len(keys) > MOST else []
        lines.append((shown or [name]) + rest)
    return lines


def differing(flat: Sequence[dict[str, Any]]) -> list[str]:
    """Dotted keys whose values are not the same in all runs, in the order of the settings.

    ``input.scoring`` is left out where it follows from ``input.mode``: faces that were resized in
    training are resized in testing. The preset is only a name for the others.
    """
    keys = list(dict.fromkeys(k for tree in flat for k in tree))
    differing = [k for k in keys if len({repr(t.get(k)) for t in flat}) > 1 and k != "preset"]
    follows = all(
        (t.get("input.mode") == "resize") == (t.get("input.scoring") == "resize") for t in flat
    )
    if "input.mode" in differing and follows:
        differing = [k for k in differing if k != "input.scoring"]
    return differing


def flatten(tree: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested settings by dotted key."""
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = value
    return flat


def _short(key: str) -> str:
    return SHORT.get(key, key.split(".")[-1].replace("_", " "))
