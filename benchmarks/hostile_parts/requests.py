"""Hostile requests, each made from the seed and its number alone."""

from __future__ import annotations

import base64
import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hostile_parts.bombs import bombs
from hostile_parts.mutations import mutated
from hostile_parts.originals import PEOPLE, Original

# how often each kind is drawn, in thousandths
SHARES = {
    "picture": 300, "clip": 90, "multipart": 130, "json": 110, "bomb": 25, "head": 110,
    "method": 50, "length": 55, "gone": 40, "key": 20, "slow": 4, "half": 6,
    "attempt": 50, "fit": 10,
}  # fmt: skip
# of which it is how they are sent that is hostile
SENT = ("gone", "slow", "half", "attempt", "fit")
KINDS_OF_MEDIA = ("image/jpeg", "image/png", "image/*", "video/mp4", "application/octet-stream")
PATHS = (
    "/", "/v1/checks", "/v1/models", "/v1/looks", "/v1/attempts", "/v1/fits", "/metrics", "/docs",
    "/healthz", "/readyz", "/openapi.json", "/page/page.mjs", "/.well-known/jwks.json",
)  # fmt: skip
ODD_PATHS = (
    "/page/../app.py", "/page/%2e%2e%2fapp.py", "/page/..%5capp.py", "//v1/checks", "/v1/checks/",
    "/V1/CHECKS", "/v1/checks%00", "/v1/checks%0d%0aX: y", "/%ff%fe", "/v1/attempts/../checks",
    "/v1/attempts/" + "a" * 5000, "/v1/attempts/%2F", "/?" + "a=b&" * 2000, "*", "http://[::1",
    "http://other.invalid/v1/checks", "/page/" + "x" * 300, "/v1/fits/0/adopt", "/static", "/.env",
)  # fmt: skip
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT", "QUERY")
QUERIES = (
    "?evidence=png", "?evidence=inline", "?evidence=png", "?evidence=inline", "?evidence=",
    "?evidence=png&evidence=png",
    "?evidence=%00", "?x=" + "y" * 3000, "?evidence=inline#png", "?decision=live",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One hostile request.

    Attributes:
        kind: see SHARES.
        raw: every byte that is sent.
        answered: it is whole HTTP, and must have an answer.
        body: what follows the head, for an independent reader of what it shows.
        content_type: of the body.
        live: every face that was drawn for it is a rendered live one, and none an attack.

    """

    kind: str
    raw: bytes
    answered: bool = True
    body: bytes = b""
    content_type: str = ""
    live: bool = False


class Maker:
    """Makes requests.

    Args:
        sound: originals.
        seed: of all of them.
        port: that they are for.
        key: of the service.

    """

    def __init__(self, sound: Sequence[Original], seed: int, port: int, key: str) -> None:
        self._images = [o for o in sound if o.kind == "image"]
        self._live = [o for o in self._images if is_live(o)]
        self._videos = [o for o in sound if o.kind == "video"]
        self._bytes = [o.data for o in sound if len(o.data) < 1 << 18 and is_live(o)]
        self._bombs = bombs(self._live, self._videos)
        self._seed, self._port, self._key = seed, port, key

        head = {"Transfer-Encoding": "chunked", "Content-Type": "image/png"}
        self._chunked = self.http("POST", "/v1/checks", head).replace(b"Content-Length: 0\r\n", b"")

    def make(self, number: int) -> Asked:
        """Request ``number``."""
        rng = random.Random(f"{self._seed}/http/{number}")
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        if kind in SENT:
            asked = self._picture(rng)
            return replace(asked, kind=kind, answered=kind in ("attempt", "fit"))
        ways: dict[str, Callable[[random.Random], Asked]] = {
            "picture": self._picture, "clip": self._clip, "multipart": self._multipart,
            "json": self._json, "bomb": self._bomb, "head": self._head, "method": self._method,
            "length": self._length, "key": self._without_key,
        }  # fmt: skip
        return ways[kind](rng)

    def broken_picture(self, rng: random.Random) -> tuple[bytes, bool]:
        """A picture, mostly a mutated one, and whether a live face was drawn for it."""
        original = rng.choice(self._images)
        whole = rng.random() < 0.1
        data = original.data if whole else mutated(original.data, self._bytes, False, rng)
        return data, is_live(original)

    def http(
        self, method: str, target: str, headers: dict[str, str], body: bytes = b"", key: str = ""
    ) -> bytes:
        """A whole request."""
        head = {
            "Host": f"127.0.0.1:{self._port}",
            "Authorization": f"Bearer {key or self._key}",
            "Connection": "close",
            "Content-Length": str(len(body)),
        } | headers
        lines = [f"{method} {target} HTTP/1.1", *(f"{n}: {v}" for n, v in head.items()), "", ""]
        return "\r\n".join(lines).encode("latin-1", "replace") + body

    def _checked(
        self, kind: str, rng: random.Random, content_type: str, body: bytes, live: bool
    ) -> Asked:
        target = "/v1/checks" + (rng.choice(QUERIES) if rng.random() < 0.2 else "")
        if rng.random() < 0.1:
            target = rng.choice(("/v1/looks", "/v1/attempts", "/v1/fits/x/pictures"))
        raw = self.http("POST", target, {"Content-Type": content_type}, body)
        return Asked(kind, raw, True, body, content_type, live)

    def _picture(self, rng: random.Random) -> Asked:
        data, live = self.broken_picture(rng)
        return self._checked("picture", rng, rng.choice(KINDS_OF_MEDIA), data, live)

    def _clip(self, rng: random.Random) -> Asked:
        original = rng.choice(self._videos)
        data = mutated(original.data, self._bytes, False, rng)
        kind = rng.choice(("video/mp4", "video/*", "application/octet-stream", "image/gif"))
        return self._checked("clip", rng, kind, data, is_live(original))

    def _multipart(self, rng: random.Random) -> Asked:
        boundary = rng.choice(("b", "-" * 70, "a b", "x" * 300, "\xe9", "----WebKitFormBoundary7M"))
        field = rng.choice(("frames", "frames", "frames", "picture", "clip", "x", "", "fra\r\nmes"))
        body = b""
        for _ in range(rng.choice((1, 1, 2, 3, 6, 12, 70))):
            original = rng.choice(self._live)
            data = original.data
            if rng.random() < 0.3:
                data = mutated(data, self._bytes, False, rng)
            head = f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="a"'
            extra = rng.choice(("", "", "\r\nContent-Type: image/png", "\r\nX: " + "y" * 9000,
                                "\r\nContent-Transfer-Encoding: base64", "\r\n: "))  # fmt: skip
            body += (head + extra + "\r\n\r\n").encode("latin-1") + data + b"\r\n"
        body += f"--{boundary}--\r\n".encode("latin-1")
        if rng.random() < 0.4:
            body = mutated(body, self._bytes, rng.random() < 0.3, rng)
        content_type = (
            f"multipart/form-data; boundary={boundary if rng.random() < 0.9 else 'other'}"
        )
        return self._checked("multipart", rng, content_type, body, True)

    def _json(self, rng: random.Random) -> Asked:
        def coded() -> str:
            data = rng.choice(self._live).data
            if rng.random() < 0.3:
                data = mutated(data, self._bytes, False, rng)
            prefix = rng.choice(("", "", "data:image/png;base64,", "data:,", "http://x.invalid/"))
            return prefix + base64.b64encode(data).decode()

        if rng.random() < 0.25:
            text = rng.choice((
                "[" * 200_000, '{"picture":' * 50_000, '{"picture": 1e999}', "null", '"live"', "{}",
                '{"frames": [' + '"",' * 300_000 + '""]}', '{"picture": "' + "A" * 4_000_000 + '"}',
                '{"frames": []}', '{"picture": "\\ud800"}', '{"picture": null, "clip": null}',
                '{"picture": {"$ref": "/etc/passwd"}}', "1" * 100_000, '{"decision": "live"}',
                '{"' + "k" * 100_000 + '": 1}', '{"frames": "' + coded() + '"}', "\ufeff{}",
                '{"picture": "' + coded() + '", "picture": "' + coded() + '"}',
            ))  # fmt: skip
        else:
            field = rng.choice(("picture", "picture", "clip", "frames"))
            several = [coded() for _ in range(rng.choice((1, 2, 5)))]
            text = json.dumps({field: several if field == "frames" else several[0]})
            if rng.random() < 0.6:
                made = mutated(text.encode(), self._bytes, True, rng)
                return self._checked("json", rng, "application/json", made, True)
        kind = rng.choice(("application/json", "application/json; charset=utf-16", "text/json"))
        return self._checked("json", rng, kind, text.encode("utf-8", "replace"), True)

    def _bomb(self, rng: random.Random) -> Asked:
        data = rng.choice(self._bombs)
        if rng.random() < 0.3:
            data = mutated(data, self._bytes, False, rng)
        if rng.random() < 0.1:
            packed = gzip.compress(bytes(50_000_000), 1)
            headers = {"Content-Encoding": "gzip", "Content-Type": "image/png"}
            return Asked("bomb", self.http("POST", "/v1/checks", headers, packed))
        return self._checked("bomb", rng, rng.choice(KINDS_OF_MEDIA), data, True)

    def _head(self, rng: random.Random) -> Asked:
        body = rng.choice(self._live).data
        sound = self.http("POST", "/v1/checks", {"Content-Type": "image/png"}, body)
        odd: list[dict[str, str]] = [
            {"Content-Length": "-1"}, {"Content-Length": "9" * 30}, {"Content-Length": "1e3"},
            {"Content-Length": "+5"}, {"Content-Length": "5, 5"}, {"Content-Length": ""},
            {"Transfer-Encoding": "chunked"}, {"Transfer-Encoding": "gzip, chunked"},
            {"Transfer-Encoding": "identity"}, {"Host": ""}, {"Host": "evil.invalid"},
            {"Host": "127.0.0.1:8000\tx"}, {"X": "y" * 70_000}, {"X\x00": "y"},
            {"Content-Type": ""},
            {"Content-Type": "\xff\xfe"}, {"Content-Type": "image/" + "x" * 9000},
            {"Content-Type": "multipart/form-data"}, {"Expect": "100-continue"},
            {"Upgrade": "websocket", "Connection": "Upgrade"}, {"Upgrade": "h2c"},
            {"Range": "bytes=0-"}, {"Cookie": "a=b; " * 900}, {"Spoofcue-Decision": "live"},
            {"X-Forwarded-For": "1.2.3.4, " * 900}, {"X-Forwarded-Proto": "gopher"},
            {"Content-Encoding": "br"}, {"Authorization": "Bearer " + "x" * 9000},
            {f"X{n}": "y" for n in range(500)},
        ]  # fmt: skip
        way = rng.random()
        if way < 0.6:
            raw = self.http("POST", "/v1/checks", rng.choice(odd), body)
        elif way < 0.85:
            cut = sound.index(b"\r\n\r\n") + 4
            head = bytearray(sound[:cut])
            for _ in range(rng.choice((1, 2, 5))):
                head[rng.randrange(len(head))] = rng.randrange(256)
            raw = bytes(head) + body
        else:
            raw = rng.choice((
                rng.randbytes(2000), b"GET / HTTP/0.9\r\n\r\n", b"GET /\r\n", b"\r\n" * 500,
                b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", b"", b"\x00" * 100_000,
                self._chunked + b"FFFFFFFFFFFFFFFF\r\nx", self._chunked + b"-1\r\n",
                self._chunked + b"5;" + b"e" * 9000, self._chunked + b"0\r\nX:y",
                b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 300,
            ))  # fmt: skip
        # a live face with an odd head is still one, where the service takes it
        return Asked("head", raw, False, body, "image/png", True)

    def _method(self, rng: random.Random) -> Asked:
        target = rng.choice(PATHS if rng.random() < 0.5 else ODD_PATHS)
        body = rng.choice((b"", b"{}", rng.choice(self._live).data))
        raw = self.http(rng.choice(METHODS), target, {"Content-Type": "image/png"}, body)
        return Asked("method", raw, False, body, "image/png", True)

    def _length(self, rng: random.Random) -> Asked:
        body = rng.choice(self._live).data
        said = max(0, len(body) + rng.choice((-len(body), -5000, -100, -1, 1, 100, 10**7)))
        headers = {"Content-Type": "image/png", "Content-Length": str(said)}
        raw = self.http("POST", "/v1/checks", headers, body)
        return Asked("length", raw, False, body[:said], "image/png", True)

    def _without_key(self, rng: random.Random) -> Asked:
        key = rng.choice((
            " ", "x", self._key[:-1], self._key + "x", self._key.upper(), "\xe9" * 40, "y" * 5000,
        ))  # fmt: skip
        headers = {"Content-Type": "image/png"}
        raw = self.http("POST", "/v1/checks", headers, rng.choice(self._live).data, key)
        return Asked("key", raw)


def is_live(original: Original) -> bool:
    """Whether it shows a rendered person and no instrument."""
    name = original.name
    return (not name[:2].isdigit() and not name.startswith("mixed")) or (
        name[:2].isdigit() and int(name[:2]) < 3 * PEOPLE
    )
