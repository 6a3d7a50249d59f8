"""What was downloaded before, and where more of it would go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from spoofcue.doctor.check import Check, without_home
from spoofcue.experiments.identities import default_folder


def check_caches() -> Iterator[Check]:
    """The portraits of `spoofcue fetch`, and the packages of the Hugging Face hub."""
    yield _folder("portraits", default_folder(), "`spoofcue fetch portraits` fills it")
    yield _folder("hub", hub_folder(), "`--model hf:owner/name` fills it")


def hub_folder() -> Path:
    """Where the hub's client keeps what it downloads, by its own variables."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or os.path.join(base, "huggingface")
    given = os.environ.get("HF_HUB_CACHE") or os.path.join(home, "hub")
    return Path(os.path.expandvars(given)).expanduser()


def _folder(name: str, folder: Path, filled: str) -> Check:
    shown = without_home(str(folder))
    try:
        sizes = [f.stat().st_size for f in folder.rglob("*") if f.is_file() and not f.is_symlink()]
    except OSError as error:
        return Check(
            "caches",
            name,
            f"{shown}: {error.strerror or error}",
            "note",
            "Let this user read it, or set the variable of another folder.",
        )
    facts = {"files": len(sizes), "bytes": sum(sizes)}
    if not sizes:
        return Check("caches", name, f"{shown}: empty; {filled}", facts=facts)
    return Check(
        "caches", name, f"{shown}: {len(sizes)} files, {sum(sizes) / 1e6:.0f} MB", facts=facts
    )
