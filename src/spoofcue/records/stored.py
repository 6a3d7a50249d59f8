"""How every record is stored: JSON with a ``format`` number, strict about its keys, whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.version import __version__
from spoofcue.whole_files import write_json

if TYPE_CHECKING:
    from typing_extensions import Self


class Part(BaseModel):
    """A part of a record: frozen, and strict about its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(Part):
    """A file that one stage writes and others read.

    A subclass states what it is, and what to do where a file cannot be used. Its fields are the
    keys of the file; those that were not set are left out of it.

    Attributes:
        FORMAT: number of the format that is written, and the only one that is read. It goes up
            whenever a file of before would be read wrongly.
        KIND: what the record is, for messages.
        REMEDY: a whole sentence that says how to get a usable one.

    """

    FORMAT: ClassVar[int] = 1
    KIND: ClassVar[str]
    REMEDY: ClassVar[str]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the record at ``path``.

        Raises:
            InputError: the file is missing, cut off, of another program or of another format, or
                a key is unknown, missing or has a wrong value; names the file and the remedy.

        """
        tree = read_json(path, cls.REMEDY)
        if not isinstance(tree, dict):
            raise InputError(f"{path} is not {cls.KIND}: it holds no keys. {cls.REMEDY}")
        return cls.from_tree(tree, path)

    @classmethod
    def from_tree(cls, tree: Mapping[str, Any], source: Path) -> Self:
        """The record of a file's keys and values.

        Args:
            tree: of the whole file, with ``format``.
            source: the file, for messages.

        Raises:
            InputError: as :meth:`read`.

        """
        version = tree.get("format")
        if version is None:
            raise InputError(
                f"{source} states no format: it is not {cls.KIND}, or an older spoofcue wrote it. "
                f"{cls.REMEDY}"
            )
        if version != cls.FORMAT or isinstance(version, bool):
            raise InputError(
                f"{source} has format {version!r}, and spoofcue {__version__} reads format "
                f"{cls.FORMAT}: use the version of spoofcue that wrote it. {cls.REMEDY}"
            )
        try:
            return cls.model_validate({k: v for k, v in tree.items() if k != "format"})
        except ValidationError as error:
            raise InputError(
                f"{source} is not {cls.KIND}: {validation_text(error, 'record')}. {cls.REMEDY}"
            ) from error

    def to_tree(self) -> dict[str, Any]:
        """What the file holds: ``format``, then the fields that were set, as plain values."""
        return {"format": self.FORMAT, **self.model_dump(exclude_unset=True)}

    def write(self, path: Path) -> None:
        """Write the record to ``path``, whole or not at all; the folder exists."""
        write_json(path, self.to_tree())


def read_json(path: Path, remedy: str) -> Any:
    """Read a JSON file.

    Args:
        path: the file.
        remedy: a whole sentence that says what to do where it cannot be read.

    Raises:
        InputError: it is missing, cannot be read, or is not JSON.

    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path} is missing. {remedy}") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}. {remedy}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is damaged, it is no whole JSON: {error}. {remedy}") from error
