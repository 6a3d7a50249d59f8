"""The files under a folder, by relative path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.media.folders import left_out_of
from spoofcue.media.walk import walk


@dataclass(frozen=True, slots=True)
class Tree:
    """Names of files, and the text of the few lists among them that a grammar needs.

    Attributes:
        root: the folder; the files need not exist if only their names are looked at.
        paths: relative, with slashes, sorted; hidden files and folders are left out.
        texts: path -> content, where there is no file to read it from.
        left_out: paths of what is hidden or the system does not show and may be media, with why.

    """

    root: Path
    paths: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, root: Path) -> Tree:
        """All files under ``root``; none if there is no such folder.

        Links are followed, each folder once; a file has as many paths as names, since these tell
        what it is.
        """
        if not root.is_dir():
            return cls(root, ())
        paths, left_out = [], {}
        for entry in walk(root, files_once=False):
            path = entry.path.relative_to(root).as_posix()
            if entry.hidden or entry.kind == "locked":
                if (left := left_out_of(entry)) is not None:
                    left_out[path] = left.detail
            elif not entry.folder:
                paths.append(path)
        return cls(root, tuple(sorted(paths)), left_out=left_out)

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
