"""Where a job's results lie: a folder, or a prefix of an object store; files appear there whole."""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from spoofcue.records.owner import held
from spoofcue.shards.addresses import is_address, opened, refuse
from spoofcue.whole_files import PART

if TYPE_CHECKING:
    from contextlib import AbstractContextManager


class Place(Protocol):
    """A folder by any means; names are relative, with ``/``.

    Attributes:
        text: as the user knows it.

    """

    text: str

    def held(self, work: str) -> AbstractContextManager[None]:
        """Keep other commands from writing here, where that can be done; clear remains."""
        ...

    def names(self, folder: str) -> Iterator[str]:
        """Names of the files in a folder, in any order; none where it is not there."""
        ...

    def read(self, name: str) -> bytes | None:
        """A small file; None where it is not there."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all; one that is there is replaced."""
        ...

    def put_file(self, name: str, source: Path) -> None:
        """The same of a file of this machine, whatever its size."""
        ...

    def source(self, name: str) -> Any:
        """What Arrow reads Parquet from: a path or an open file, a context manager or not."""
        ...


def place_of(text: str) -> Place:
    """The place of a path or an address.

    Raises:
        InputError: see :func:`spoofcue.shards.addresses.opened`.

    """
    return ObjectPlace(text) if is_address(text) else FolderPlace(Path(text))


class FolderPlace:
    """A folder of this machine, or one that several machines share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.text = str(folder)

    @contextmanager
    def held(self, work: str) -> Iterator[None]:
        """See :class:`Place`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with held(self._folder, work, clear=True):
            yield

    def names(self, folder: str) -> Iterator[str]:
        """See :class:`Place`."""
        with suppress(FileNotFoundError), os.scandir(self._folder / folder) as entries:
            for entry in entries:
                if entry.is_file():
                    yield entry.name

    def read(self, name: str) -> bytes | None:
        """See :class:`Place`."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, name: str, content: bytes) -> None:
        """See :class:`Place`."""
        path = self._folder / name
        with renamed_to(path) as part, part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def put_file(self, name: str, source: Path) -> None:
        """See :class:`Place`."""
        with renamed_to(self._folder / name) as part, part.open("wb") as out:
            with source.open("rb") as file:
                while block := file.read(1 << 20):
                    out.write(block)
            out.flush()
            os.fsync(out.fileno())

    def source(self, name: str) -> Any:
        """See :class:`Place`."""
        return str(self._folder / name)


@contextmanager
def renamed_to(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """As :func:`spoofcue.whole_files.whole`, for a file that two writers may write at once.

    A worker of a killed command may live on beside the worker of the next: each has a name of its
    own until the end, and whichever comes last has put the same rows there.

    Args:
        path: the file; its folder is made.
        sync: the new name is on the disk when the block has ended.

    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}{PART}")
    try:
        yield part
        os.replace(part, path)
        if sync:
            _keep_name(path.parent)
    except BaseException as error:
        if isinstance(error, OSError):
            error.filename, error.filename2 = str(path), None  # the name that the user knows
        with suppress(OSError):
            part.unlink()
        raise


def _keep_name(folder: Path) -> None:
    """A machine that goes down now comes up with the new name in the folder."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:  # a file system that cannot
        pass
    finally:
        os.close(descriptor)


class ObjectPlace:
    """A prefix of an object store: an object is there whole, once its upload has ended.

    Azure shows it from the upload's beginning, without a byte: such a one counts as not there.
    """

    def __init__(self, address: str) -> None:
        self.text = address.rstrip("/")
        self._fs, self._prefix = opened(address)

    def __reduce__(self) -> tuple[object, ...]:
        """Connections stay in their process."""
        return ObjectPlace, (self.text,)

    @contextmanager
    def held(self, work: str) -> Iterator[None]:
        """A store has no locks: two commands at once do the work twice, with the same result."""
        yield

    def names(self, folder: str) -> Iterator[str]:
        """See :class:`Place`."""
        from pyarrow import fs

        selector = fs.FileSelector(f"{self._prefix}/{folder}".rstrip("/"), allow_not_found=True)
        try:
            infos = self._fs.get_file_info(selector)
        except OSError as error:
            refuse(self.text, error)
        yield from (i.base_name for i in infos if i.type == fs.FileType.File and i.size)

    def read(self, name: str) -> bytes | None:
        """See :class:`Place`."""
        try:
            with self._fs.open_input_stream(f"{self._prefix}/{name}", compression=None) as file:
                return bytes(file.read()) or None
        except FileNotFoundError:
            return None
        except OSError as error:
            refuse(f"{self.text}/{name}", error)

    def put(self, name: str, content: bytes) -> None:
        """See :class:`Place`."""
        try:
            with self._fs.open_output_stream(
                f"{self._prefix}/{name}", compression=None, buffer_size=0
            ) as file:
                file.write(content)
        except OSError as error:
            refuse(f"{self.text}/{name}", error)

    def put_file(self, name: str, source: Path) -> None:
        """See :class:`Place`."""
        try:
            with (
                source.open("rb") as file,
                self._fs.open_output_stream(f"{self._prefix}/{name}", compression=None) as out,
            ):
                while block := file.read(8 << 20):
                    out.write(block)
        except OSError as error:
            refuse(f"{self.text}/{name}", error)

    def source(self, name: str) -> Any:
        """See :class:`Place`."""
        try:
            return self._fs.open_input_file(f"{self._prefix}/{name}")
        except OSError as error:
            refuse(f"{self.text}/{name}", error)


@contextmanager
def scratch_file() -> Iterator[Path]:
    """The path of a file of this machine that goes when the block ends."""
    with tempfile.TemporaryDirectory(prefix="spoofcue-") as folder:
        yield Path(folder, "file")
