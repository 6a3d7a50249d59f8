from __future__ import annotations

import random

from spoofcue.watching.back_off import BackOff


def test_waits_double_up_to_half_a_minute_less_a_part_by_chance() -> None:
    for seed in range(20):
        back = BackOff(tries=9, chance=random.Random(seed))
        waits = [back.wait() for _ in range(10)]
        assert waits[-1] is None
        whole = [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
        for wait, most in zip(waits, whole, strict=False):
            assert wait is not None
            assert most / 2 <= wait <= most
    two = [BackOff(chance=random.Random(seed)).wait() for seed in range(2)]
    assert two[0] != two[1]


def test_a_connection_that_lasted_begins_anew_and_a_short_one_does_not() -> None:
    back = BackOff(tries=2)
    assert back.wait() is not None
    assert back.wait() is not None
    back.lasted(1.0)
    assert back.wait() is None
    back.lasted(6.0)
    assert back.wait() is not None


def test_no_tries_end_at_once() -> None:
    assert BackOff(tries=0).wait() is None
