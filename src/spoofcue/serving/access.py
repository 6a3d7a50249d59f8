"""Who may ask for what, and how often."""

from __future__ import annotations

from typing import Literal, Protocol

from starlette.datastructures import Headers

from spoofcue.serving.keys import ApiKey, Scope
from spoofcue.serving.problems import Problem
from spoofcue.serving.rate import TokenBucket
from spoofcue.serving.settings import ServiceSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
# what watches a service may call it by its address
ANY_HOST = frozenset({"/healthz", "/readyz"})
NOBODY = ""  # whoever calls where no keys are asked for
Counted = Literal["check", "look"]


class Keys(Protocol):
    """Who has a key of the service."""

    def holder(self, key: str) -> ApiKey | None:
        """Whose key it is; None: nobody's."""


class Access:
    """Keys and rates of one service.

    Args:
        settings: of the service.
        keys: None: nobody needs one.

    """

    def __init__(self, settings: ServiceSettings, keys: Keys | None) -> None:
        self._settings, self._keys = settings, keys
        self._buckets: dict[tuple[Counted, ApiKey | None], TokenBucket] = {}

    @property
    def is_open(self) -> bool:
        """Whether nobody needs a key."""
        return self._keys is None

    def check_host(self, path: str, headers: Headers) -> None:
        """Refuse a request that names another host: a web page's name that leads to this machine.

        Raises:
            Problem: wrong-host.

        """
        known = set(self._settings.hosts)
        if self._settings.is_loopback:
            known |= {self._settings.host, *LOOPBACK}
        if not known or path in ANY_HOST:
            return
        named = headers.get("host", "").lower()
        head, colon, port = named.rpartition(":")
        name = head if colon and port.isdigit() else named
        if name not in known:
            raise Problem(
                "wrong-host", "the Host of the request is none of this service; see --hosts."
            )

    def allow(self, headers: Headers, scope: Scope | None, counts: Counted | None = "check") -> str:
        """The name of the key's holder.

        Args:
            headers: of the request.
            scope: that the key must have; None: any key will do.
            counts: of which rate the request takes a part, where the scope is ``check``.

        Raises:
            Problem: no-key, not-allowed, or too-many.

        """
        if self._keys is None:
            self._take(None, scope, counts)
            return NOBODY
        key = bearer(headers)
        holder = None if key is None else self._keys.holder(key)
        if holder is None:
            raise Problem(
                "no-key",
                "send the header `Authorization: Bearer KEY` with a key of this service.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if scope is not None and scope not in holder.scopes:
            raise Problem("not-allowed", f"the key of {holder.name} lacks the scope {scope}.")
        self._take(holder, scope, counts)
        return holder.name

    def _take(self, key: ApiKey | None, scope: Scope | None, counts: Counted | None) -> None:
        """A token for a check, or for a look."""
        if scope != "check" or counts is None:
            return
        rate, burst = self._settings.look_rate, self._settings.look_burst
        if counts == "check":
            rate = (key.rate if key else None) or self._settings.rate
            burst = (key.burst if key else None) or self._settings.burst
        if rate is None:
            return
        # by the whole key: one whose line was given another rate has it from then on
        if (counts, key) not in self._buckets:
            self._buckets[counts, key] = TokenBucket(rate, burst)
        wait_s = self._buckets[counts, key].take()
        if wait_s:
            raise Problem(
                "too-many",
                f"more than {rate:g} {counts}s per second with this key; try again in "
                f"{wait_s:.1f} s.",
                retry_s=wait_s,
            )


def bearer(headers: Headers) -> str | None:
    """What a request is authorised by; None: nothing."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None
