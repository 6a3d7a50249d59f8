"""Keys, rates, hosts and headers: closed unless it says otherwise."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.called_service import Caller, bearer, face_png, keys_file, problem_of
from spoofcue.errors import InputError
from spoofcue.serving.keys import KeyRing, new_key, read_keys
from spoofcue.serving.rate import TokenBucket
from spoofcue.serving.settings import ServiceSettings

PICTURE = {"files": {"picture": b"no picture"}}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.jsonl"


def test_a_key_is_random_and_only_its_hash_is_kept(file: Path) -> None:
    first, second = new_key(file, "bank"), new_key(file, "door", ("check", "metrics"))
    assert first != second
    assert len(first) >= 43  # 256 bits in base64
    content = file.read_text()
    assert first not in content
    lines = [json.loads(line) for line in content.splitlines()]
    assert [one["sha256"] for one in lines] == [
        hashlib.sha256(key.encode()).hexdigest() for key in (first, second)
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ring = read_keys(file)
    assert [getattr(ring.holder(key), "name", None) for key in (first, second, "x", "")] == [
        "bank", "door", None, None,
    ]  # fmt: skip


def test_every_key_is_compared_whichever_it_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [new_key(file, f"n{number}") for number in range(3)]
    ring = read_keys(file)
    compared: list[str] = []
    monkeypatch.setattr(
        "spoofcue.serving.keys.hmac.compare_digest",
        lambda a, b: compared.append(a) or a == b,
    )
    for key in (*keys, "wrong"):
        compared.clear()
        ring.holder(key)
        assert len(compared) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "holds no key"),
        ("{", "line 1 is not JSON"),
        ('{"name": "a"}', "line 1: sha256"),
        ("[" * 100_000, "line 1 is not JSON"),
        ("\n{}", "line 2"),
    ],
)
def test_a_damaged_file_of_keys_opens_nothing(file: Path, content: str, words: str) -> None:
    file.write_text(content)
    with pytest.raises(InputError, match=words):
        read_keys(file)


def test_what_a_key_cannot_be(file: Path) -> None:
    new_key(file, "bank")
    before = file.read_bytes()
    for name, scopes, rate in (
        ("bank", ("check",), None),
        ("a b", ("check",), None),
        ("", ("check",), None),
        ("c", ("all",), None),
        ("c", (), None),
        ("c", ("check",), 0.0),
    ):
        with pytest.raises(InputError):
            new_key(file, name, scopes, rate=rate)
    assert file.read_bytes() == before
    file.write_bytes(before * 2)
    with pytest.raises(InputError, match="second key of bank"):
        read_keys(file)
    with pytest.raises(InputError, match="no such file"):
        read_keys(file.parent / "gone")


def test_a_check_needs_a_key_of_this_service(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    with Caller(keys=path) as caller:
        for headers in (
            {},
            bearer("wrong"),
            bearer(""),
            bearer(key[:-1]),
            bearer(key + "x"),
            {"Authorization": f"Basic {key}"},
            {"Authorization": key},
            {"Authorization": "Bearer \u00e9".encode("latin-1").decode("latin-1")},
        ):
            raw = {k: v.encode("latin-1") for k, v in headers.items()}
            for answer in (
                caller.post(**PICTURE, headers=raw),
                caller.get("/v1/models", headers=raw),
                caller.get("/metrics", headers=raw),
            ):
                problem_of(answer, 401, "no-key")
                assert answer.headers["www-authenticate"] == "Bearer"
        assert caller.post(**PICTURE, headers=bearer(key)).status_code == 200
        assert caller.get("/v1/models", headers=bearer(key)).status_code == 200
        problem_of(caller.get("/metrics", headers=bearer(key)), 403, "not-allowed")
        for open_path in ("/healthz", "/readyz", "/docs", "/openapi.json"):
            assert caller.get(open_path).status_code == 200


def test_a_body_without_a_key_is_not_read(tmp_path: Path) -> None:
    path, _ = keys_file(tmp_path)

    async def never():  # type: ignore[no-untyped-def]
        raise AssertionError("the body was read")
        yield b""

    with Caller(keys=path) as caller:
        answer = caller.post(content=never())
        problem_of(answer, 401, "no-key")
        assert answer.headers["connection"] == "close"
        assert "connection" not in caller.get("/v1/models").headers


def test_a_key_for_metrics_reads_them_alone(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path, "metrics")
    with Caller(keys=path) as caller:
        assert caller.get("/metrics", headers=bearer(key)).status_code == 200
        problem_of(caller.post(**PICTURE, headers=bearer(key)), 403, "not-allowed")


def test_no_keys_mean_nobody(tmp_path: Path) -> None:
    with Caller(keys_given=KeyRing([])) as caller:
        problem_of(caller.post(**PICTURE), 401, "no-key")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "127.0.0.1.org"])
def test_other_machines_need_keys(host: str) -> None:
    with pytest.raises(InputError, match="serve-key NAME"):
        ServiceSettings(host=host).check()
    ServiceSettings(host=host, keys=Path("keys.jsonl")).check()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_needs_none(host: str) -> None:
    ServiceSettings(host=host).check()


def test_each_key_has_its_rate(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    other = new_key(path, "door", rate=100.0, burst=5)
    with Caller(keys=path, rate=0.5, burst=2) as caller:
        answers = [caller.post(**PICTURE, headers=bearer(key)) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        problem_of(answers[-1], 429, "too-many")
        assert answers[-1].headers["retry-after"] in ("1", "2")
        assert caller.post(**PICTURE, headers=bearer(other)).status_code == 200
        assert caller.get("/v1/models", headers=bearer(key)).status_code == 200


def test_without_keys_all_callers_share_a_rate() -> None:
    with Caller(rate=0.01, burst=1) as caller:
        assert [caller.post(**PICTURE).status_code for _ in range(2)] == [200, 429]


@given(
    rate=st.floats(0.1, 100),
    burst=st.integers(1, 20),
    steps=st.lists(st.floats(0, 3), max_size=60),
)
def test_a_bucket_never_gives_more_than_its_rate(
    rate: float, burst: int, steps: list[float]
) -> None:
    now = 0.0
    bucket = TokenBucket(rate, burst, clock=lambda: now)
    taken = 0
    for step in steps:
        now += step
        wait = bucket.take()
        taken += wait == 0
        if wait:
            now += wait + 1e-6  # and it keeps its word
            assert bucket.take() == 0
            taken += 1
        assert taken <= burst + rate * now + 1e-6


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Caller() as called:
        yield called


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:8000", "[::1]:8000"])
def test_names_of_this_machine(host: str, caller: Caller) -> None:
    assert caller.get("/v1/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "", "localhost:"])
def test_a_page_whose_name_leads_here_is_refused(host: str, caller: Caller) -> None:
    problem_of(caller.get("/v1/models", headers={"Host": host}), 421, "wrong-host")
    problem_of(caller.post(**PICTURE, headers={"Host": host}), 421, "wrong-host")


def test_hosts_that_were_named(tmp_path: Path) -> None:
    path, key = keys_file(tmp_path)
    with Caller(host="0.0.0.0", keys=path, hosts=("liveness.bank.example",)) as caller:
        for host, status in (("liveness.bank.example", 200), ("127.0.0.1:8000", 421)):
            headers = {"Host": host, **bearer(key)}
            assert caller.get("/v1/models", headers=headers).status_code == status
        assert caller.get("/healthz", headers={"Host": "10.0.0.3:8000"}).status_code == 200
    with Caller(host="0.0.0.0", keys=path) as caller:
        headers = {"Host": "any.example", **bearer(key)}
        assert caller.get("/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/docs", "/openapi.json", "/nothing", "/metrics"])
def test_every_answer_has_the_headers_of_safety(path: str, caller: Caller) -> None:
    headers = caller.get(path, headers={"Origin": "https://evil.example"}).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not any(name.startswith("access-control") for name in headers)


def test_other_origins_are_not_let_in(caller: Caller) -> None:
    preflight = caller.run(
        caller.client.options(
            "/v1/checks",
            headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"},
        )
    )
    problem_of(preflight, 405, "wrong-method")
    assert not any(name.startswith("access-control") for name in preflight.headers)


def test_a_request_id_is_the_services_own(caller: Caller) -> None:
    given_id = {"Spoofcue-Request-Id": "a" * 32, "X-Request-Id": "b" * 32}
    ids = {
        caller.post(files={"picture": face_png()}, headers=given_id).headers["spoofcue-request-id"]
        for _ in range(2)
    }
    assert len(ids) == 2
    assert not ids & set(given_id.values())
