"""The files under a folder, by relative path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spoofcue.errors import InputError


@dataclass(frozen=True, slots=True)
class Tree:
    """Names of files, and the text of the few lists among them that a grammar needs.

    Attributes:
        root: the folder; the files need not exist if only their names are looked at.
        paths: relative, with slashes, sorted; hidden files and folders are left out.
        texts: path -> content, where there is no file to read it from.

    """

    root: Path
    paths: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Tree:
        """All files under ``root``; none if there is no such folder."""
        paths = []
        for folder, folders, files in os.walk(root, followlinks=True):
            folders[:] = [f for f in folders if not f.startswith(".")]
            below = os.path.relpath(folder, root).replace(os.sep, "/")
            prefix = "" if below == "." else f"{below}/"
            paths += [prefix + name for name in files if not name.startswith(".")]
        return cls(root, tuple(sorted(paths)))

    @classmethod
    def listed(cls, paths: Iterable[str], texts: Mapping[str, str] | None = None) -> Tree:
        """A tree of names alone."""
        return cls(Path(), tuple(sorted(paths)), texts or {})

    def text(self, path: str) -> str | None:
        """Content of a file of the tree; None if it has no such file.

        Raises:
            InputError: it cannot be read as UTF-8 text.

        """
        if path in self.texts:
            return self.texts[path]
        file = self.root / path
        if not file.is_file():
            return None
        try:
            return file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read {file}: {error}") from error

    def find(self, name: str) -> str | None:
        """The path nearest to the root that is ``name`` or ends with ``/name``."""
        matches = (p for p in self.paths if p == name or p.endswith(f"/{name}"))
        return min(matches, key=lambda p: (p.count("/"), p), default=None)
