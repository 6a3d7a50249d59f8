"""API keys: a file of their hashes; a key itself is shown once and stored nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.whole_files import write_private

Scope = Literal["check", "metrics", "fit"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
PREFIX = "spoofcue_"
RANDOM_BYTES = 32
# A key is 256 random bits, which no list of guesses holds: one SHA-256 is as good as a slow hash.
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class ApiKey(BaseModel):
    """A line of the file.

    Attributes:
        name: of whoever has the key; in the audit log.
        sha256: of the key, hexadecimal.
        scopes: what it may do: ``check`` pictures, read ``metrics``, ``fit`` the model to a camera.
        rate: checks per second; None: the service's own.
        burst: checks that may come at once; None: the service's own.
        created: UTC.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: tuple[Scope, ...] = Field(min_length=1)
    rate: float | None = Field(None, gt=0)
    burst: int | None = Field(None, ge=1)
    created: str


class KeyRing:
    """The keys of a service."""

    def __init__(self, keys: Iterable[ApiKey]) -> None:
        self._keys = tuple(keys)

    def __len__(self) -> int:
        return len(self._keys)

    def holder(self, key: str) -> ApiKey | None:
        """Whose key it is; None: nobody's. It takes as long whichever it is."""
        digest = _digest(key)
        found = None
        for known in self._keys:
            if hmac.compare_digest(known.sha256, digest):
                found = known
        return found


def read_keys(file: Path) -> KeyRing:
    """The keys of a file of JSON lines.

    Raises:
        InputError: it is not there, holds no key, a name twice, or a line that is none.

    """
    keys = key_lines(file)
    if not keys:
        raise InputError(f"{file} holds no key: make one with `spoofcue serve-key NAME`.")
    return KeyRing(keys)


def new_key(
    file: Path,
    name: str,
    scopes: tuple[str, ...] = ("check",),
    *,
    rate: float | None = None,
    burst: int | None = None,
) -> str:
    """Make a key, add its hash to the file, which its owner alone may read, and return it.

    Args:
        file: is made if it is not there.
        name: of whoever gets it.
        scopes: see :class:`ApiKey`.
        rate: likewise.
        burst: likewise.

    Raises:
        InputError: the name is taken, or something of it cannot be.

    """
    known = key_lines(file) if file.exists() else []
    if any(one.name == name for one in known):
        raise InputError(f"{file} has a key of {name}: take that line out, or choose another name.")
    random = base64.urlsafe_b64encode(secrets.token_bytes(RANDOM_BYTES)).decode().rstrip("=")
    key = PREFIX + random
    try:
        made = ApiKey.model_validate(
            {
                "name": name,
                "sha256": _digest(key),
                "scopes": scopes,
                "rate": rate,
                "burst": burst,
                "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            }
        )
    except ValidationError as error:
        raise InputError(f"{validation_text(error, 'the key', values=True)}.") from error
    lines = "".join(f"{one.model_dump_json(exclude_none=True)}\n" for one in (*known, made))
    write_private(file, lines.encode())
    return key


def key_lines(file: Path) -> list[ApiKey]:
    """The keys of a file of JSON lines, which may hold none.

    Raises:
        InputError: it is not there, or holds a name twice or a line that is none.

    """
    if not file.is_file():
        raise InputError(f"{file}: there is no such file of keys; `spoofcue serve-key` makes it.")
    keys: dict[str, ApiKey] = {}
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            key = ApiKey.model_validate(json.loads(line))
        except ValidationError as error:
            raise InputError(
                f"{file}, line {number}: {validation_text(error, 'the line')}."
            ) from error
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file}, line {number} is not JSON.") from error
        if key.name in keys:
            raise InputError(f"{file}, line {number}: a second key of {key.name}.")
        keys[key.name] = key
    return list(keys.values())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
