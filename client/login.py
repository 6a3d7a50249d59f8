r"""A login that lets in whom spoofcue finds live: ``python client/login.py``, then its page.

The part to take over is :class:`Liveness`; the small server around it stands for yours. The browser
gets the token of one attempt and never the API key, and nothing that it says is believed but a
receipt that verifies. docs/howto/login.md tells what each check is for.

    spoofcue serve-key login --keys keys.jsonl
    spoofcue serve --keys keys.jsonl --receipt-keys receipts.pem \
        --issuer https://liveness.bank.example --origins http://localhost:9000
    SPOOFCUE_KEY=... SPOOFCUE_ISSUER=https://liveness.bank.example SPOOFCUE_AUDIENCE=login \
        python client/login.py
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sys
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt

HERE = Path(__file__).parent
RECEIPT = "spoofcue-receipt+jwt"
NEEDED = ["iss", "aud", "iat", "exp", "jti", "nonce", "decision", "operating_point"]
CLOCKS_S = 10  # by which the clocks of two machines may differ
NEW_KEYS_S = 60.0  # the key set is not asked for more often, whatever receipts name
SESSIONS = 10_000


@dataclass(frozen=True)
class Expected:
    """What a session remembers of its attempt; a browser never sees the nonce beforehand."""

    attempt: str
    nonce: str


@dataclass
class Liveness:
    """The service, as a relying party uses it.

    Attributes:
        url: of the service.
        key: API key.
        issuer: what its receipts must name as theirs.
        audience: name of the key's holder.
        most_threshold: of the operating point; a higher one lets more attacks pass.

    """

    url: str
    key: str = field(repr=False)
    issuer: str
    audience: str
    most_threshold: float = 1.0
    _keys: dict[str, Any] = field(default_factory=dict, repr=False)
    _asked_at: float = float("-inf")

    def begin(self) -> tuple[Expected, dict[str, Any]]:
        """A new attempt: what to remember in the session, and what to give to the browser.

        Raises:
            httpx.HTTPError: there is none.

        """
        nonce = secrets.token_urlsafe(32)
        answer = httpx.post(
            f"{self.url}/v1/attempts",
            json={"nonce": nonce},
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=10,
        )
        answer.raise_for_status()
        begun = answer.json()
        for_browser = {name: begun[name] for name in ("id", "token", "seconds", "frames")}
        return Expected(begun["id"], nonce), {"url": self.url, **for_browser}

    def is_live(self, receipt: str, expected: Expected) -> bool:
        """Whether a receipt says so of this very attempt; whatever is doubtful is not."""
        try:
            key = self._key_of(receipt)
            whole = jwt.decode_complete(
                receipt,
                key,
                algorithms=["EdDSA"],  # and never the one that the receipt asks for
                issuer=self.issuer,
                audience=self.audience,
                leeway=CLOCKS_S,
                options={"require": NEEDED},
            )
        except (jwt.PyJWTError, KeyError, httpx.HTTPError):
            return False
        claims = whole["payload"]
        return (
            whole["header"].get("typ") == RECEIPT
            and claims["decision"] == "live"
            and claims["jti"] == expected.attempt
            and hmac.compare_digest(str(claims["nonce"]), expected.nonce)
            and claims["operating_point"]["threshold"] <= self.most_threshold
        )

    def _key_of(self, receipt: str) -> Any:
        """The public key that it names; a new one is asked for, but not for every forgery."""
        name = jwt.get_unverified_header(receipt)["kid"]
        if name not in self._keys and time.monotonic() - self._asked_at > NEW_KEYS_S:
            self._asked_at = time.monotonic()
            answer = httpx.get(f"{self.url}/.well-known/jwks.json", timeout=10)
            answer.raise_for_status()
            known = jwt.PyJWKSet.from_dict(answer.json()).keys
            self._keys = {str(key.key_id): key for key in known}
        return self._keys[name]


class Sessions:
    """What each browser is to bring back, once."""

    def __init__(self) -> None:
        self._expected: dict[str, Expected] = {}
        self._lock = threading.Lock()

    def remember(self, expected: Expected) -> str:
        """The name of a new session, for a cookie."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._expected) >= SESSIONS:  # the oldest were given up
                del self._expected[next(iter(self._expected))]
            self._expected[name] = expected
        return name

    def take(self, name: str) -> Expected | None:
        """Of a session, the first time; a receipt that is sent again finds nothing."""
        with self._lock:
            return self._expected.pop(name, None)


def handler(liveness: Liveness) -> type[BaseHTTPRequestHandler]:
    """Answers browsers; the part of your own framework."""
    sessions = Sessions()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = {
                "/": ("browser.html", "text/html; charset=utf-8"),
                "/browser.mjs": ("browser.mjs", "text/javascript; charset=utf-8"),
            }
            if self.path not in parts:
                self.send_error(404)
                return
            name, kind = parts[self.path]
            self._answer(200, (HERE / name).read_bytes(), kind)

        def do_POST(self) -> None:
            if self.path == "/login/begin":
                self._begin()
            elif self.path == "/login/finish":
                self._finish()
            else:
                self.send_error(404)

        def _begin(self) -> None:
            try:
                expected, for_browser = liveness.begin()
            except httpx.HTTPError as error:
                print(f"no attempt: {error}", file=sys.stderr)
                self._say(503, {"in": False, "why": "try again later"})
                return
            cookie = f"session={sessions.remember(expected)}; HttpOnly; SameSite=Strict; Path=/"
            self._say(200, for_browser, cookie)

        def _finish(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            receipt = self.rfile.read(min(size, 10_000)).decode("ascii", "replace")
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get("session")
            expected = sessions.take(cookie.value) if cookie else None
            let_in = expected is not None and liveness.is_live(receipt, expected)
            # here yours goes on: whose face it is, the password, the session of somebody logged in
            self._say(200 if let_in else 403, {"in": let_in})

        def _say(self, status: int, data: dict[str, Any], cookie: str | None = None) -> None:
            self._answer(status, json.dumps(data).encode(), "application/json", cookie)

        def _answer(self, status: int, body: bytes, kind: str, cookie: str | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.send_header(
                "Content-Security-Policy", f"default-src 'self'; connect-src 'self' {liveness.url}"
            )
            if cookie:
                self.send_header("Set-Cookie", cookie)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


def main() -> None:
    """Serve the page of a login at http://localhost:9000."""
    liveness = Liveness(
        os.environ.get("SPOOFCUE_URL", "http://127.0.0.1:8000"),
        os.environ["SPOOFCUE_KEY"],
        os.environ.get("SPOOFCUE_ISSUER", "spoofcue"),
        os.environ.get("SPOOFCUE_AUDIENCE", "login"),
    )
    server = ThreadingHTTPServer(("127.0.0.1", 9000), handler(liveness))
    print("http://localhost:9000")
    server.serve_forever()


if __name__ == "__main__":
    main()
