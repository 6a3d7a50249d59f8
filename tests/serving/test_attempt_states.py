"""Whatever comes in whatever order: an attempt is decided at most once, in its time."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    precondition,
    rule,
)

from spoofcue.serving.attempts import REMEMBERED, AttemptLimits, Attempts, HeldAttempt
from spoofcue.serving.problems import Problem

LIMITS = AttemptLimits(seconds=10, frames=4, bytes=20, most_open=3, kept_s=30)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def kind_of(error: pytest.ExceptionInfo[Problem]) -> str:
    return error.value.kind


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(LIMITS, clock)


def refused(kind: str, call: Any, *arguments: Any) -> None:
    with pytest.raises(Problem) as error:
        call(*arguments)
    assert error.value.kind == kind


def test_its_token_is_random_and_only_a_hash_is_kept(attempts: Attempts) -> None:
    (first, token), (second, other) = attempts.begin("bank", None), attempts.begin("bank", None)
    assert len({first.id, second.id, token, other}) == 4
    assert len(token) >= 43  # 256 bits
    assert first.is_token(token)
    assert not any(first.is_token(t) for t in (other, "", token[:-1], first.id, "\udcff"))
    assert token not in repr(first) + repr(attempts.__dict__)
    assert first.token_sha256 == hashlib.sha256(token.encode()).digest()


def test_frames_have_rising_times_of_arrival_in_the_order_of_their_coming(
    attempts: Attempts, clock: Clock
) -> None:
    attempt, _ = attempts.begin("bank", None)
    attempts.add(attempt, [b"a", b"b"])
    clock.now += 0.5
    attempts.add(attempt, [b"c"])
    frames = attempts.take(attempt)
    assert frames is not None
    assert [file for file, _ in frames] == [b"a", b"b", b"c"]
    assert [at - 1000 for _, at in frames] == pytest.approx([0, 0.001, 0.5])


def test_too_many_frames_or_bytes_are_refused_whole(attempts: Attempts) -> None:
    attempt, _ = attempts.begin("bank", None)
    attempts.add(attempt, [b"12345"] * 2)
    refused("too-large", attempts.add, attempt, [b"x"] * 3)
    refused("too-large", attempts.add, attempt, [b"x" * 11])
    assert attempt.count == 2
    assert attempts.room(attempt) == 10
    attempts.add(attempt, [b"12345"] * 2)
    refused("too-large", attempts.room, attempt)


def test_one_that_could_not_be_decided_goes_on_while_it_is_in_time(
    attempts: Attempts, clock: Clock
) -> None:
    attempt, _ = attempts.begin("bank", None)
    attempts.add(attempt, [b"a"])
    attempts.take(attempt)
    refused("attempt-used", attempts.take, attempt)
    refused("attempt-used", attempts.add, attempt, [b"b"])
    attempts.give_back(attempt)
    attempts.add(attempt, [b"b"])
    assert attempts.take(attempt) == attempt.frames
    clock.now += 11  # its decision comes late, and was asked for in time
    list(attempts.sweep())
    assert attempt.size == 2
    attempts.give_back(attempt)
    assert (attempt.state, attempt.size) == ("out_of_time", 0)


def test_one_whose_time_is_over_is_told_so_once_and_holds_nothing(
    attempts: Attempts, clock: Clock
) -> None:
    attempt, _ = attempts.begin("bank", None)
    attempts.add(attempt, [b"a"])
    clock.now += LIMITS.seconds
    assert list(attempts.sweep()) == [attempt]
    assert (attempt.size, attempt.frames, attempts.open) == (0, [], 0)
    refused("attempt-over", attempts.add, attempt, [b"b"])
    assert attempts.take(attempt) is None
    attempts.decide(attempt, {"reason": "out_of_time"})
    refused("attempt-over", attempts.take, attempt)
    attempt.noted = True
    assert not list(attempts.sweep())
    clock.now += LIMITS.kept_s
    list(attempts.sweep())
    refused("not-found", attempts.find, attempt.id)


def test_room_is_given_back_and_what_is_over_is_forgotten(attempts: Attempts) -> None:
    for _ in range(LIMITS.most_open):
        attempts.begin("bank", None)
    refused("busy", attempts.begin, "bank", None)
    first = next(iter(attempts._known.values()))
    attempts.give_up(first)
    refused("attempt-used", attempts.give_up, first)
    for _ in range(2 * REMEMBERED * LIMITS.most_open):
        attempts.give_up(attempts.begin("bank", None)[0])
        list(attempts.sweep())
    assert len(attempts._known) <= (REMEMBERED + 1) * LIMITS.most_open
    refused("not-found", attempts.find, first.id)


class AnyOrder(RuleBasedStateMachine):
    """The oracle keeps what was promised to whom, and when."""

    known = Bundle("known")
    taken = Bundle("taken")

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.attempts = Attempts(LIMITS, self.clock)
        self.begun: dict[str, float] = {}
        self.sent: dict[str, list[bytes]] = {}
        self.taken_now: set[str] = set()
        self.decided: dict[str, str] = {}
        self.closed: set[str] = set()

    def _late(self, name: str) -> bool:
        return self.clock.now - self.begun[name] >= LIMITS.seconds

    @rule(target=known)
    def begin(self) -> Any:
        try:
            attempt, _ = self.attempts.begin("bank", None)
        except Problem:
            in_time = {n for n in self.begun if not self._late(n)} - self.closed
            assert len(in_time | self.taken_now) >= LIMITS.most_open
            return multiple()
        self.begun[attempt.id] = self.clock.now
        self.sent[attempt.id] = []
        return attempt

    @rule(attempt=known, files=st.lists(st.binary(min_size=1, max_size=12), min_size=1, max_size=3))
    def add(self, attempt: HeldAttempt, files: list[bytes]) -> None:
        name = attempt.id
        try:
            self.attempts.add(attempt, files)
        except Problem as problem:
            sent = self.sent[name]
            if problem.kind == "too-large":
                more = sent + files
                assert len(more) > LIMITS.frames or sum(map(len, more)) > LIMITS.bytes
            else:
                assert self._late(name) or name in self.closed | self.taken_now
            return
        assert not self._late(name)
        assert name not in self.closed | self.taken_now
        self.sent[name] += files

    @rule(attempt=known, target=taken)
    def finish(self, attempt: HeldAttempt) -> Any:
        name = attempt.id
        try:
            frames = self.attempts.take(attempt)
        except Problem:
            assert name in self.closed | self.taken_now | self.decided.keys()
            return multiple()
        assert name not in self.closed | self.taken_now | self.decided.keys()
        if frames is None:
            assert self._late(name)
            self.decided[name] = "rejected"
            self.attempts.decide(attempt, {"decision": "rejected"})
            return multiple()
        assert not self._late(name)
        assert [file for file, _ in frames] == self.sent[name]
        times = [at for _, at in frames]
        assert times == sorted(set(times))
        self.taken_now.add(name)
        return attempt

    @rule(attempt=consumes(taken), works=st.booleans())
    def judged(self, attempt: HeldAttempt, works: bool) -> None:
        self.taken_now.remove(attempt.id)
        if works:
            assert attempt.id not in self.decided
            self.decided[attempt.id] = "live"
            self.closed.add(attempt.id)
            self.attempts.decide(attempt, {"decision": "live"})
        else:
            self.attempts.give_back(attempt)

    @rule(attempt=known)
    def give_up(self, attempt: HeldAttempt) -> None:
        try:
            self.attempts.give_up(attempt)
        except Problem:
            assert attempt.id in self.closed | self.taken_now
            return
        if not self._late(attempt.id):
            assert attempt.id not in self.taken_now | self.closed
            self.closed.add(attempt.id)

    @rule(seconds=st.sampled_from([0.0, 0.3, 4.0, 9.999, 10.0, 31.0]))
    def wait(self, seconds: float) -> None:
        self.clock.now += seconds

    @precondition(lambda self: bool(self.begun))
    @rule()
    def sweep(self) -> None:
        for attempt in self.attempts.sweep():
            assert self._late(attempt.id)
            attempt.noted = True
        for name in self.begun:
            if self._late(name) and name not in self.taken_now and name in self.attempts._known:
                assert self.attempts._known[name].size == 0

    @invariant()
    def memory_is_bounded(self) -> None:
        assert self.attempts.open <= LIMITS.most_open
        assert self.attempts.held_bytes <= LIMITS.most_open * LIMITS.bytes
        held = sum(len(f) for a in self.attempts._known.values() for f, _ in a.frames)
        assert held == self.attempts.held_bytes


AnyOrder.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyOrder = AnyOrder.TestCase
