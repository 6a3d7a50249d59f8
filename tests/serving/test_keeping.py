"""Records of what was judged: whole, private, and gone when their time is over."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import stat
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from helpers.called_service import Caller, bearer, face_png, keys_file, shipped
from spoofcue.errors import InputError
from spoofcue.serving import keeping
from spoofcue.serving.keeping import DAY_S, Keeper

NOON = 1_700_049_600.0  # 2023-11-15 12:00 UTC
RECORD = 3 * 4096  # bytes that two small files and their JSON take


class Kept:
    """A keeper with a clock that is moved by hand."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder, self.now = folder, NOON
        options = {"days": 7, "most_bytes": 10**9} | options
        self.keeper = Keeper(folder, clock=lambda: self.now, **options)
        self._made = 0

    def keep(self, decision: str = "attack", *files: bytes) -> str:
        self._made += 1
        name = f"{self._made:032x}"
        given = files or (b"first", b"second")
        self.answer = asyncio.run(
            self.keeper.keep(name, decision, lambda: given, {"decision": decision})  # type: ignore[arg-type]
        )
        return name

    @property
    def ids(self) -> list[int]:
        return sorted(int(p.name[:32], 16) for p in self.folder.glob("*/*.json"))


def everything(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*")}


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "kept")


def test_a_record_is_what_came_and_what_was_said(kept: Kept) -> None:
    name = kept.keep("live", face_png(), b"no picture")
    assert kept.answer is True
    day = kept.folder / "2023-11-15"
    files = {p.name: p.read_bytes() for p in day.iterdir()}
    assert set(files) == {f"{name}-001.png", f"{name}-002.bin", f"{name}.json"}
    assert files[f"{name}-001.png"] == face_png()
    assert files[f"{name}-002.bin"] == b"no picture"
    assert json.loads(files[f"{name}.json"]) == {
        "time": "2023-11-15T12:00:00.000+00:00",
        "request_id": name,
        "decision": "live",
        "files": [
            {"name": f"{name}-001.png", "sha256": hashlib.sha256(face_png()).hexdigest()},
            {"name": f"{name}-002.bin", "sha256": hashlib.sha256(b"no picture").hexdigest()},
        ],
    }


def test_its_owner_alone_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept = Kept(tmp_path / "a" / "kept")
        kept.keep()
    finally:
        os.umask(before)
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in [kept.folder, *kept.folder.rglob("*")]}
    assert len(modes) == 5
    assert {mode for p, mode in modes.items() if p.is_dir()} == {0o700}
    assert {mode for p, mode in modes.items() if p.is_file()} == {0o600}


def test_only_the_decisions_that_were_asked_for(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept", only=("attack", "rejected"))
    answers = []
    for decision in ("live", "attack", "rejected"):
        kept.keep(decision)
        answers.append(kept.answer)
    assert answers == [False, True, True]
    assert kept.ids == [2, 3]


@pytest.mark.parametrize("days", [1, 7])
def test_a_record_is_gone_after_its_days(tmp_path: Path, days: int) -> None:
    kept = Kept(tmp_path / "kept", days=days)
    kept.keep()
    kept.now += 3600
    kept.keep()
    kept.now = NOON + days * DAY_S - 1
    kept.keeper.purge()
    assert kept.ids == [1, 2]
    kept.now = NOON + days * DAY_S
    kept.keeper.purge()
    assert kept.ids == [2]
    kept.now += 3600
    kept.keeper.purge()
    assert everything(kept.folder) == set()  # and the folder of the day


def test_it_purges_when_it_starts_and_every_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Kept(tmp_path / "kept")
    kept.keep()
    kept.now += 6 * DAY_S
    kept.keep()
    late = kept.now + 2 * DAY_S
    again = Keeper(kept.folder, 7, 10**9, clock=lambda: late)
    assert kept.ids == [2]
    late += 7 * DAY_S
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise asyncio.CancelledError

    monkeypatch.setattr(keeping.asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(again.purge_regularly())
    assert waits == [3600, 3600]
    assert kept.ids == []


def test_nothing_else_is_deleted(kept: Kept, tmp_path: Path) -> None:
    kept.keep()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    name = "a" * 32
    (elsewhere / f"{name}.json").write_text("not in the folder")
    day = kept.folder / "2023-11-15"
    others = [
        kept.folder / f"{name}.json",
        kept.folder / "notes.txt",
        kept.folder / "2023-11-15x" / f"{name}.json",
        day / "notes.json",
        day / f"{name}.json.bak",
        day / f"{name[1:]}.json",
        day / f"{name}-1.jpg",
        day / "deeper" / f"{name}.json",
    ]
    for path in others:
        path.parent.mkdir(exist_ok=True)
        path.write_text("somebody's")
        os.utime(path, (NOON, NOON))
    (kept.folder / "2023-11-14").symlink_to(elsewhere)
    (day / f"{name}.jpg").symlink_to(elsewhere / f"{name}.json")
    (day / f"{name}.png").mkdir()
    before = everything(kept.folder)
    kept.now += 100 * DAY_S
    kept.keeper.purge()
    gone = before - everything(kept.folder)
    assert {Path(p).name for p in gone} == {
        f"{1:032x}{end}" for end in ("-001.bin", "-002.bin", ".json")
    }
    assert (elsewhere / f"{name}.json").read_text() == "not in the folder"


def test_what_a_kill_left_is_purged_too(kept: Kept) -> None:
    kept.keep()
    day = kept.folder / "2023-11-15"
    part = day / f"{'b' * 32}-001.jpg.part"
    part.write_bytes(b"half")
    os.utime(part, (NOON, NOON))
    kept.now += 8 * DAY_S
    kept.keeper.purge()
    assert everything(kept.folder) == set()


def test_the_oldest_go_when_there_are_too_many_bytes(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept", most_bytes=10 * RECORD)
    for _ in range(10):
        kept.keep()
        kept.now += 1
    assert kept.ids == list(range(1, 11))
    kept.keep()
    assert kept.answer is True
    assert kept.ids == list(range(3, 12))  # a tenth below the bound, and one more
    on_disk = sum(p.stat().st_size for p in kept.folder.rglob("*") if p.is_file())
    assert on_disk <= 10 * RECORD


def test_a_folder_that_is_too_full_at_the_start(kept: Kept) -> None:
    for _ in range(10):
        kept.keep()
        kept.now += 1
    Keeper(kept.folder, 7, 5 * RECORD, clock=lambda: kept.now)
    assert kept.ids == [7, 8, 9, 10]


def test_what_is_larger_than_the_bound_is_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept = Kept(tmp_path / "kept", most_bytes=5 * 4096)
    kept.keep()
    kept.keep("attack", b"x" * 5 * 4096)
    assert kept.answer is False
    assert "more than keep_bytes" in caplog.text
    assert kept.ids == [1]


def test_a_full_disk_stops_nothing_and_leaves_no_half(
    kept: Kept, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    written: list[Path] = []

    def full(path: Path, data: bytes) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(data)

    monkeypatch.setattr(keeping, "write_private", full)
    name = kept.keep()
    assert kept.answer is False
    assert written
    assert everything(kept.folder) == set()
    assert f"{name} is not kept: No space left on device" in caplog.text


def test_a_disk_that_hangs_holds_no_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    go_on = Event()
    monkeypatch.setattr(keeping, "WRITE_S", 0.05)
    monkeypatch.setattr(keeping, "PENDING", 2)
    kept = Kept(tmp_path / "kept")
    monkeypatch.setattr(kept.keeper, "_write", lambda *_: go_on.wait(20))
    try:
        kept.keep()
        assert kept.answer is True  # it is on its way
        kept.keep()
        assert kept.answer is False  # it never began
        monkeypatch.setattr(keeping, "PENDING", 1)
        kept.keeper._places.acquire()
        name = kept.keep()
        assert kept.answer is False
        assert f"{name} is not kept: 1 others wait" in caplog.text
    finally:
        go_on.set()
    kept.keeper.close()


def test_a_folder_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be kept in"):
        Keeper(tmp_path / "file", 7, 10**9)
    with pytest.raises(InputError, match="cannot be kept in"):
        Keeper(tmp_path / "file" / "below", 7, 10**9)


def test_the_service_keeps_what_it_judged(tmp_path: Path) -> None:
    keys, key = keys_file(tmp_path)
    folder, audit = tmp_path / "kept", tmp_path / "audit.jsonl"
    settings = {"keep": folder, "keep_only": ("live",), "audit": str(audit), "keys": keys}
    frames = [("frames", face_png()), ("frames", face_png(4))]
    with Caller(**settings) as caller:
        one = caller.post(files={"picture": face_png()}, headers=bearer(key))
        two = caller.post(files=frames, headers=bearer(key))
        caller.post(files={"picture": b"no picture"}, headers=bearer(key))
        caller.post(content=b"", headers=bearer(key))
    assert two.json()["decision"] == "live"
    names = {p.name for p in folder.glob("*/*")}
    ids = [answer.headers["spoofcue-request-id"] for answer in (one, two)]
    ends = ("-001.png", ".json", "-001.png", "-002.png", ".json")
    assert names == {i + end for i, end in zip([ids[0]] * 2 + [ids[1]] * 3, ends, strict=True)}
    (file,) = folder.glob(f"*/{ids[1]}-002.png")
    assert file.read_bytes() == face_png(4)
    (file,) = folder.glob(f"*/{ids[0]}.json")
    said = json.loads(file.read_text())
    assert said["key"] == "bank"
    assert said["result"]["score"] == one.json()["score"] == shipped().predict(face_png()).score
    lines = [json.loads(line) for line in audit.read_text().splitlines()]
    assert [line.get("kept") for line in lines] == [True, True, False, None]


def test_the_service_decides_where_nothing_can_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    keys, metrics_key = keys_file(tmp_path, "check", "metrics")
    audit = tmp_path / "audit.jsonl"
    with Caller(keep=tmp_path / "kept", audit=str(audit), keys=keys) as caller:
        monkeypatch.setattr(keeping, "write_private", full)
        answer = caller.post(files={"picture": face_png()}, headers=bearer(metrics_key))
        metrics = caller.get("/metrics", headers=bearer(metrics_key)).text
    assert answer.json()["decision"] == "live"
    assert json.loads(audit.read_text())["kept"] is False
    assert "spoofcue_not_kept 1.0" in metrics.splitlines()
    assert list((tmp_path / "kept").rglob("*.png")) == []


def test_the_frames_of_an_attempt_are_kept_as_they_came(tmp_path: Path) -> None:
    frames = [face_png(), face_png(4)]
    with Caller(keep=tmp_path / "kept", workers=1) as caller:
        begun = caller.post("/v1/attempts").json()
        base, key = f"/v1/attempts/{begun['id']}", bearer(begun["token"])
        for frame in frames:
            caller.post(f"{base}/frames?look=no", files={"picture": frame}, headers=key)
        assert list((tmp_path / "kept").rglob("*.png")) == []  # nothing is judged yet
        answer = caller.post(f"{base}/finish", headers=key)
    assert answer.json()["decision"] == "rejected"
    name = answer.headers["spoofcue-request-id"]
    kept = sorted((tmp_path / "kept").glob(f"*/{name}-*.png"))
    assert [p.read_bytes() for p in kept] == frames
