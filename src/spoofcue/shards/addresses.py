"""Addresses of object stores: which file system of Arrow is asked, and under which name there."""

from __future__ import annotations

import os
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from spoofcue.errors import InputError
from spoofcue.shards.azure_account import azure_account

if TYPE_CHECKING:
    from pyarrow import fs

SCHEMES = ("s3", "gs", "az")
GOOGLE_EMULATOR = "STORAGE_EMULATOR_HOST"  # as Google's own clients name it
GOOGLE_S = 60.0  # that Google's is asked again; Arrow's own limit is a quarter of an hour


def is_address(text: str) -> bool:
    """Whether a text names a place in an object store, or anywhere but on this machine."""
    return "://" in text


def scheme_of(address: str) -> str:
    """``s3``, ``gs`` or ``az``.

    Raises:
        InputError: it is none of these.

    """
    scheme = address.partition("://")[0].lower()
    if scheme not in SCHEMES:
        raise InputError(
            f"{address}: addresses begin with {', '.join(f'{s}://' for s in SCHEMES)}; "
            "download anything else first."
        )
    return scheme


def opened(address: str) -> tuple[fs.FileSystem, str]:
    """The file system of an address, and its name there: ``bucket/key``.

    Who may read is for the store's own means to say: its environment variables, its file of
    credentials, the role of the machine.

    Raises:
        InputError: another scheme, no bucket, or this build of Arrow lacks the store.

    """
    scheme = scheme_of(address)
    rest = address.partition("://")[2].rstrip("/")
    if not rest.partition("/")[0]:
        raise InputError(f"{address} names no bucket.")
    try:
        return _file_system(scheme), rest
    except (OSError, ValueError, ImportError) as error:
        refuse(address, error)


def refuse(address: str, error: Exception) -> NoReturn:
    """What a store said, as an error that names the address.

    Raises:
        InputError: always.

    """
    raise InputError(f"{address}: {_first(error)}") from error


@lru_cache(maxsize=len(SCHEMES))
def _file_system(scheme: str) -> Any:
    from pyarrow import fs

    if scheme == "az":
        return fs.AzureFileSystem(**azure_account(os.environ))
    if scheme == "gs":
        return fs.GcsFileSystem(**_google(os.environ.get(GOOGLE_EMULATOR, "")))
    made, _ = fs.FileSystem.from_uri(f"{scheme}://bucket/key")
    return made


def _google(emulator: str) -> dict[str, Any]:
    """How Google's store is reached: as its own means say, or one that stands in for it."""
    asked: dict[str, Any] = {"retry_time_limit": timedelta(seconds=GOOGLE_S)}
    if emulator:
        scheme, _, host = emulator.rpartition("://")
        asked |= {"anonymous": True, "scheme": scheme or "http", "endpoint_override": host}
    return asked


def _first(error: Exception) -> str:
    first = (str(error).splitlines() or [type(error).__name__])[0]
    return first.partition(" error_info=")[0].rstrip(". ") + "."  # Google's says all twice
