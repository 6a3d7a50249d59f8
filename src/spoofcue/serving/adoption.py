"""A camera's profile that the service was given while it ran, and where it is kept."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.package.archive import SUFFIX
from spoofcue.package.read import read_package
from spoofcue.package.write import unprofiled
from spoofcue.scoring.open_model import locate_model
from spoofcue.serving.settings import ServiceSettings
from spoofcue.whole_files import whole

NAME = f"adopted{SUFFIX}"
# a container with a read-only root and without /tmp has it
MEMORY = "/dev/shm"


def adopted_model(settings: ServiceSettings) -> Path | None:
    """The package that was adopted before this start; None: there is none.

    Raises:
        InputError: it was made of another model than the settings name.

    """
    if settings.adopt is None or not (kept := settings.adopt / NAME).exists():
        return None
    package = read_package(kept)
    of = package.spec.profile.of if package.spec.profile else package.id
    now = unprofiled(read_package(locate_model(settings.model))).id
    if of != now:
        raise InputError(
            f"{kept} was fitted from {of}, and the model is {now}: delete it and fit the camera "
            "again, or start with the model that it is of."
        )
    return kept


class Adoption:
    """Keeps the one package that was adopted last.

    Args:
        folder: where; None: a folder, of memory where there is one, that is gone with this process.

    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._before: bytes | None = None

    def keep(self, package: bytes) -> Path:
        """Write it, whole.

        Raises:
            OSError: it cannot be written.

        """
        path = self._path()
        self._before = path.read_bytes() if path.exists() else None
        self._write(path, package)
        return path

    def give_up(self) -> None:
        """The last one was not usable: what was there before is there again."""
        path = self._path()
        if self._before is not None:
            self._write(path, self._before)
        else:
            with suppress(FileNotFoundError):
                path.unlink()

    def _path(self) -> Path:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._folder / NAME
        if self._own is None:
            where = MEMORY if os.access(MEMORY, os.W_OK) else None
            self._own = tempfile.TemporaryDirectory(prefix="spoofcue-adopted-", dir=where)
        return Path(self._own.name) / NAME

    @staticmethod
    def _write(path: Path, package: bytes) -> None:
        with whole(path) as part:
            part.write_bytes(package)
