"""A server that is told of an attempt by POST, with a signature that it can check."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from spoofcue.errors import InputError
from spoofcue.media.address import Address, answered_within, read_address

HEADER = "X-Spoofcue-Signature"
LEAST_KEY = 16  # bytes
# that are tried again: too early, too many, or the server's own fault
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


def signature(key: bytes, body: bytes, at: int) -> str:
    """``t=TIME,v1=HEX``: HMAC-SHA256 of ``TIME.BODY`` with that key.

    The time is signed too, so that a receiver can refuse what was recorded and sent again.

    Args:
        key: that both sides know.
        body: of the request, as it is sent.
        at: s since 1970.

    >>> signature(b"k" * 16, b"{}", 0)[:12]
    't=0,v1=543c0'

    """
    code = hmac.new(key, b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


@dataclass(frozen=True, slots=True)
class Webhook:
    """Posts JSON.

    Attributes:
        address: of HTTP or HTTPS.
        key: of the signature; None: it is not signed.
        timeout: s for each try.
        tries: at most so many, 1 and 2 and 4 s apart and so on.
        sleep: between them.

    """

    address: Address
    key: bytes | None = field(default=None, repr=False)
    timeout: float = 5.0
    tries: int = 3
    sleep: Callable[[float], object] = time.sleep

    @classmethod
    def read(cls, url: str, key: bytes | None, timeout: float = 5.0) -> Webhook:
        """Checked.

        Raises:
            InputError: no address of HTTP, or a key that is too short to be one.

        """
        if key is not None and len(key) < LEAST_KEY:
            raise InputError(
                f"the webhook's key has {len(key)} bytes; {LEAST_KEY} are the fewest. "
                "`openssl rand -hex 32` makes one."
            )
        return cls(read_address(url, ("https", "http")), key, timeout)

    def __str__(self) -> str:
        return str(self.address)

    def tell(self, body: bytes) -> str | None:
        """Post it; what went wrong at the last try, in words, or None if it was taken."""
        wrong: str | None = None
        for number in range(self.tries):
            if number:
                self.sleep(2.0 ** (number - 1))
            try:
                status = self._post(body)
            except (OSError, http.client.HTTPException) as error:
                wrong = getattr(error, "strerror", None) or str(error) or type(error).__name__
                continue
            if 200 <= status < 300:
                return None
            redirect = ", and no redirect is followed" if 300 <= status < 400 else ""
            wrong = f"it answered {status}{redirect}"
            if status not in PASSING:
                break
        return wrong

    def _post(self, body: bytes) -> int:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "spoofcue",
            **self.address.headers(),
        }
        if self.key is not None:
            headers[HEADER] = signature(self.key, body, int(time.time()))
        connection = self.address.connection(self.timeout)
        try:
            with answered_within(connection, self.timeout):
                connection.request("POST", self.address.target, body, headers)
                return connection.getresponse().status
        finally:
            connection.close()
