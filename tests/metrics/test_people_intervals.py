from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, t

from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.people_intervals import people_interval, people_intervals
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import fixed_threshold


def test_as_korn_and_graubard_have_it() -> None:
    # R, survey: svyciprop(~wrong, svydesign(~person, data), method = "beta") is this by hand
    wrong, made = np.array([1, 0, 2, 0, 1, 0]), np.array([3, 4, 3, 2, 3, 5])
    rate, people, total = 4 / 20, 6, 20
    variance = people / (people - 1) * ((wrong - rate * made) ** 2).sum() / total**2
    few = (t.ppf(0.975, total - 1) / t.ppf(0.975, people - 1)) ** 2
    worth = rate * (1 - rate) / variance * few
    assert worth < total
    hits = rate * worth
    expected = (
        beta.ppf(0.025, hits, worth - hits + 1),
        beta.ppf(0.975, hits + 1, worth - hits),
    )
    # who made no attempt is nobody
    found = people_interval([*wrong, 0], [*made, 0])
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_person_is_one_attempt_where_nothing_varies() -> None:
    assert people_interval([0] * 10, [7] * 10) == clopper_pearson(0, 10)
    assert people_interval([7] * 10, [7] * 10) == clopper_pearson(10, 10)
    assert people_interval([1] * 10, [2] * 10) == pytest.approx(clopper_pearson(10, 20))
    assert people_interval([1], [9]) is None


PEOPLE = st.lists(
    st.integers(1, 9).flatmap(lambda made: st.tuples(st.integers(0, made), st.just(made))),
    min_size=2,
    max_size=12,
)


@given(PEOPLE)
def test_it_holds_the_rate_and_is_never_narrower_than_for_independent_attempts(
    people: list[tuple[int, int]],
) -> None:
    wrong, made = map(list, zip(*people, strict=True))
    found = people_interval(wrong, made)
    assert found is not None
    low, high = found
    assert 0 <= low <= sum(wrong) / sum(made) <= high <= 1
    exact_low, exact_high = clopper_pearson(sum(wrong), sum(made))
    assert low <= exact_low + 1e-9
    assert high >= exact_high - 1e-9


def test_it_covers_where_people_differ_and_the_exact_one_does_not() -> None:
    rng = np.random.default_rng(0)
    rate, people, each, tests = 0.1, 20, 5, 200
    made = np.full(people, each)
    covered = np.zeros(2)
    for luck in rng.beta(0.3, 2.7, (tests, people)):  # mean 0.1, as alike as 5 frames of a person
        wrong = rng.binomial(each, luck)
        found = people_interval(wrong, made), clopper_pearson(int(wrong.sum()), each * people)
        covered += [low <= rate <= high for low, high in filter(None, found)]
    by_people, exact = covered / tests
    assert by_people > 0.92
    assert exact < 0.88


def test_each_species_has_its_own_people() -> None:
    scores = ScoreSet.of(
        [0.1, 0.9, 0.2, 0.9, 0.1, 0.8, 0.9],
        [0, 0, 0, 1, 1, 1, 1],
        ["", "", "", "print", "print", "mask", "replay"],
        subject=["ann", "ann", "bob", "ann", "bob", "", "cyd"],
    )
    found = people_intervals(scores, fixed_threshold(0.5))
    # the mask's person is not named, and the replays show one person alone
    assert set(found) == {"", "print"}
    assert found[""] == people_interval([1, 0], [2, 1])
    assert found["print"] == people_interval([0, 1], [1, 1])
