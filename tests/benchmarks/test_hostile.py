from __future__ import annotations

import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import hostile
from hostile_parts import routes
from hostile_parts.independent import broken
from hostile_parts.mutations import mutated
from hostile_parts.originals import Original, originals, prepared
from hostile_parts.routes import Outcome, Routes


@pytest.fixture(scope="module")
def sound() -> list[Original]:
    return originals()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def routes_of(sound: list[Original], folder: Path, seed: int = 0) -> Routes:
    return Routes(sound, prepared(folder), folder / "work", seed)


def one_of_each(run: Routes, least: int) -> Iterator[Outcome]:
    """Outcomes until every kind was there."""
    left = dict.fromkeys(routes.SHARES, 1)
    for number in range(1000):
        if not left and number >= least:
            return
        outcome = run.run(number)
        left.pop(outcome.kind, None)
        yield outcome
        run.clear()
    raise AssertionError(f"never drawn: {left}")


def test_the_originals_are_sound(
    sound: list[Original], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what is refused of their mutations would say nothing."""
    monkeypatch.setattr(routes, "mutated", lambda data, *rest: data)
    monkeypatch.setattr(routes, "OTHER_SUFFIX", 0.0)
    for outcome in one_of_each(routes_of(sound, folder), 30):
        assert not outcome.faults
        assert outcome.answer in ("live", "attack", "attack_run", "status 0", "read")
    for original in sound:
        if original.kind in ("image", "video"):
            path = folder / original.name
            path.write_bytes(original.data)
            assert broken(path) is None


def test_hostile_inputs_repeat_and_break_nothing(sound: list[Original], folder: Path) -> None:
    first = list(one_of_each(routes_of(sound, folder, 7), 40))
    assert not [o for o in first if o.faults]
    again = list(one_of_each(routes_of(sound, folder, 7), 40))
    assert [(o.kind, o.answer) for o in first] == [(o.kind, o.answer) for o in again]
    assert len({o.answer for o in first}) > 4


def test_mutations_change_what_they_are_given() -> None:
    data = bytes(range(256)) * 4
    made = [mutated(data, [b"other" * 50], False, random.Random(k)) for k in range(200)]
    assert sum(m != data for m in made) > 180
    assert len(set(made)) > 150


def test_what_is_cut_is_broken_for_the_independent_decoder(
    sound: list[Original], tmp_path: Path
) -> None:
    for original in sound:
        if original.name in ("00.jpg", "00.png", "live-mpeg4.mp4"):
            path = tmp_path / original.name
            path.write_bytes(original.data[: len(original.data) // 3])
            assert broken(path)


class FaultyRoutes(Routes):
    """Dies, raises or calls everything live, by the input's number."""

    def run(self, number: int) -> Outcome:
        if number == 1:
            os._exit(11)
        return Outcome(number, "image", "live")


def test_a_worker_that_dies_is_a_fault_and_is_replaced(
    sound: list[Original], folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    crew = hostile.Crew(tmp_path, 0, 1, work=dies_of_the_second)
    outcomes: list[Outcome] = []
    for number in range(3):
        crew.give(number)
        while len(outcomes) <= number:
            outcomes += crew.ready()
    crew.close()
    assert [bool(o.faults) for o in outcomes] == [False, True, False]
    assert "status 11" in outcomes[1].faults[0]


def dies_of_the_second(folder: Path, number_of: int, seed: int, pipe: object) -> None:
    run = FaultyRoutes([], folder, folder, seed)
    while (number := pipe.recv()) is not None:  # type: ignore[attr-defined]
        pipe.send((run.run(number), 1.0))  # type: ignore[attr-defined]


def test_live_for_a_broken_picture_is_a_fault(
    sound: list[Original], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = routes_of(sound, folder)
    monkeypatch.setattr(routes, "mutated", lambda data, *rest: data)
    monkeypatch.setattr(routes, "broken", lambda path: "cut short")
    assert any("live, and broken: cut short" in o.faults for o in one_of_each(run, 30))
