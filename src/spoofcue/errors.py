"""What can go wrong, in the user's words.

SpoofCueError
├── InputError    a value, file or folder from the user is not usable; the message says what to do
│   ├── ProblemsError   files of a set are faulty, and --strict asked to stop then
│   └── PackageError    a model package is refused; no runtime has seen its weights
└── MediaError    one image or video could not be read; the batch goes on, the file is `rejected`
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class SpoofCueError(Exception):
    r"""Anything spoofcue raises on purpose; the command line prints it without a traceback.

    Given several texts, each is a line of the message; a line break within one is shown as ``\n``,
    since it comes from a name.

    >>> import spoofcue
    >>> try:
    ...     spoofcue.Detector.load("nowhere.onnx")
    ... except spoofcue.SpoofCueError as error:
    ...     print(type(error).__name__)
    InputError

    """

    def __str__(self) -> str:
        return "\n".join(map(str, self.args))


class InputError(SpoofCueError):
    """A wrong argument, configuration value, folder layout or file; nothing was written.

    >>> from spoofcue import InputError
    >>> from spoofcue.protocols import folds
    >>> try:
    ...     folds("oulu-npu", "5")
    ... except InputError as error:
    ...     print(error)
    oulu-npu has no protocol '5'; it has 1, 2, 3, 4, 1_2, 1_3.

    """


class ProblemsError(InputError):
    """Files of a set are missing or faulty under ``--strict``; the command ends with status 1.

    >>> from spoofcue import InputError, ProblemsError
    >>> issubclass(ProblemsError, InputError)
    True

    """


class PackageError(InputError):
    """A model package is not used; ``reason`` is a stable word for programs.

    Attributes:
        reason: ``missing``, ``not_a_package``, ``unsafe_path``, ``duplicate``, ``compressed``,
            ``oversize``, ``schema``, ``version``, ``missing_file``, ``extra_file``,
            ``truncated``, ``altered``, ``pickle`` or ``contents``.

    >>> import tempfile
    >>> from pathlib import Path
    >>> from spoofcue import Detector, PackageError
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     package = Path(folder, "door.spoofcue")
    ...     _ = package.write_bytes(b"not a zip archive")
    ...     try:
    ...         Detector.load(package)
    ...     except PackageError as error:
    ...         print(error.reason)
    not_a_package

    """

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class MediaError(SpoofCueError):
    """One image or video cannot be decoded; ``reason`` is a stable word for programs.

    Attributes:
        reason: ``unreadable``, ``too_large`` or ``no_frames``.

    >>> from spoofcue import MediaError
    >>> MediaError("clip.mp4 holds no frame", reason="no_frames").reason
    'no_frames'

    """

    def __init__(self, message: str, *, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.reason = reason


# what to do about what the operating system refuses
REMEDIES = {
    errno.ENOSPC: "free some space, or write elsewhere; what was finished is kept",
    errno.EDQUOT: "free some space, or write elsewhere; what was finished is kept",
    errno.EFBIG: "free some space, or write elsewhere; what was finished is kept",
    errno.EACCES: "ask for the right to it, or name another place",
    errno.EPERM: "ask for the right to it, or name another place",
    errno.EROFS: "write elsewhere",
    errno.ENAMETOOLONG: "a name may have 255 bytes; name it shorter",
    errno.ENOENT: "check how it is spelled",
    errno.ENOTDIR: "part of this path is a file; name another place",
    errno.EEXIST: "a file is in the way; name another place",
    errno.EISDIR: "a folder is in the way; name another place",
    errno.ELOOP: "its links lead in a circle; mend them",
    errno.EMFILE: "raise the limit (`ulimit -n`)",
    errno.ENFILE: "close other programs",
    errno.ENOMEM: "close other programs, or give fewer --workers",
    errno.EIO: "the disk or its connection fails; write elsewhere",
    errno.EBADF: "open it, or redirect it to a file",
}


def system_error_text(error: OSError, unnamed: str = "") -> str:
    """What the operating system refused, in one line: the file, why, and what to do.

    Args:
        error: of the operating system.
        unnamed: what it is about, where it names no file.

    >>> system_error_text(PermissionError(13, "Permission denied", "out/labels.csv"))
    'out/labels.csv: Permission denied; ask for the right to it, or name another place.'

    """
    why = error.strerror or str(error) or type(error).__name__
    names = " to ".join(str(n) for n in (error.filename, error.filename2) if n is not None)
    remedy = REMEDIES.get(error.errno or 0, "")
    where = f"{names or unnamed}: " if names or unnamed else ""
    return f"{where}{why}{f'; {remedy}' if remedy else ''}."


def validation_text(
    error: ValidationError, whole: str, *, values: bool = False, section: str = ""
) -> str:
    """What pydantic refused, in one line: ``section.key: reason; ...``.

    Args:
        error: pydantic's.
        whole: name of what was validated, for findings about no single key.
        values: whether to quote the refused values.
        section: that ``error`` is about, put before its keys.

    """
    parts = []
    for e in error.errors():
        quoted = values and e["type"] not in ("extra_forbidden", "value_error")
        given = f" (given {e['input']!r})" if quoted else ""
        key = ".".join(map(str, (section, *e["loc"]) if section else e["loc"]))
        parts.append(f"{key or whole}: {e['msg']}{given}")
    return "; ".join(parts)
