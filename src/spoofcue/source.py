"""Which commit of this package's own source is running."""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path

PATIENCE_S = 2.0
# a git hook sets them for its own repository
OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


@cache
def source_commit() -> str | None:
    """The short commit of the checkout that the package is run from; see :func:`commit_of`.

    Asked once a process: what is checked out later is not what was loaded.
    """
    return commit_of(Path(__file__).parent)


def commit_of(package: Path) -> str | None:
    """The short commit of the git checkout that tracks a package, as ``0791abc``.

    Args:
        package: its folder. ``-dirty`` is appended if tracked files in it differ from the commit.

    Returns:
        None for a package that no repository tracks (installed, also into a virtual environment
        inside some repository), and where git is missing or gives no answer.

    """
    if _git(package, "ls-files", "--error-unmatch", "--", "__init__.py") is None:
        return None
    commit = _git(package, "rev-parse", "--short", "HEAD")
    changed = _git(package, "status", "--porcelain", "--untracked-files=no", "--", ".")
    if commit is None or changed is None:
        return None
    return f"{commit}-dirty" if changed else commit


def _git(folder: Path, *arguments: str) -> str | None:
    # without optional locks: asking writes nothing and is in nobody's way
    ours = {k: v for k, v in os.environ.items() if k not in OF_A_HOOK}
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**ours, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
