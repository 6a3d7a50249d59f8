"""Figures of sets that nobody trained on, by hand and beside independent ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import roc_auc_score
from transfer_parts.answers import Answers, kinds_in, pooled
from transfer_parts.left_out import (
    chosen_left_out,
    equal_sets_threshold,
    threshold_left_out,
    weighed,
)
from transfer_parts.set_figures import (
    errors_at,
    over_sets,
    own_threshold,
    separation,
)
from transfer_parts.sheets import Sheet, as_text, markdown

from spoofcue.errors import InputError

NAN = float("nan")
SOME = Answers.of([0.1, 0.6, NAN, 0.4], [0.3, 0.9, NAN, NAN], ["print", "replay", "print", "x"])


def test_auc_is_that_of_scikit_learn_over_the_answers() -> None:
    rng = np.random.default_rng(5)
    live, attack = rng.integers(0, 12, 40) / 10.0, rng.integers(4, 16, 30) / 10.0  # with ties
    live[3], attack[[0, 9]] = NAN, NAN
    found = separation(Answers.of(live, attack))
    assert found is not None
    label = np.repeat([0, 1], [39, 28])
    scores = np.concatenate([live[~np.isnan(live)], attack[~np.isnan(attack)]])
    a = found.auc.value
    assert a == pytest.approx(roc_auc_score(label, scores))
    assert found.auc.low < a < found.auc.high
    # a percentile bootstrap and Hanley and McNeil's deviation agree to a part of it
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + 27 * (q1 - a * a) + 38 * (q2 - a * a)) / (28 * 39)
    assert found.auc.high - found.auc.low == pytest.approx(2 * 1.96 * variance**0.5, rel=0.25)


def test_eer_by_hand() -> None:
    found = separation(Answers.of([0.1, 0.2, 0.3, 0.6, NAN], [0.4, 0.7, 0.8, 0.9]))
    assert found is not None
    assert found.eer.value == 1 / 4  # between 0.4 and 0.6
    assert found.eer.low <= 1 / 4 <= found.eer.high


def test_a_class_without_an_answer_has_no_auc() -> None:
    assert separation(Answers.of([NAN, NAN], [0.5])) is None
    assert separation(Answers.of([0.1], [])) is None


def test_errors_by_hand_of_the_answered_and_of_all() -> None:
    errors = errors_at(0.5, SOME)
    assert (errors.bpcer.errors, errors.bpcer.answered, errors.bpcer.rate) == (1, 3, 1 / 3)
    assert errors.bpcer.rate_of_all == 2 / 4  # the silent one is refused
    assert (errors.apcer.rate, errors.apcer.rate_of_all) == (1 / 2, 1 / 4)  # silent: stopped
    by_kind = errors.apcer_by_kind
    assert (by_kind["print"].rate, by_kind["print"].rate_of_all) == (1, 1 / 2)
    assert (by_kind["replay"].rate, by_kind["x"].rate, by_kind["x"].rate_of_all) == (0, None, 0)
    assert errors_at(0.6, SOME).bpcer.errors == 0  # a score at the threshold is live
    tree = errors.to_dict()
    for name, wrong, total, of_all in (("bpcer", 1, 3, (2, 4)), ("apcer", 1, 2, (1, 4))):
        exact = binomtest(wrong, total).proportion_ci(method="exact")
        assert tree[name]["ci95"] == pytest.approx([exact.low, exact.high])
        exact = binomtest(*of_all).proportion_ci(method="exact")
        assert tree[name]["ci95_of_all"] == pytest.approx([exact.low, exact.high])


def test_without_a_threshold_all_are_refused() -> None:
    errors = errors_at(None, SOME)
    assert (errors.bpcer.rate_of_all, errors.apcer.rate_of_all) == (1, 0)


def test_an_own_threshold_by_hand() -> None:
    # any half of ten equal live faces gives 0.1, at which no other is refused
    own = own_threshold(Answers.of([0.1] * 10, [0.05, 0.2, 0.1, NAN]), 30, 0.05, draws=3)
    assert (own.pictures, len(own.draws)) == (5, 3)
    assert {d.threshold for d in own.draws} == {0.1}
    assert all(d.bpcer.answered == 5 for d in own.draws)
    rates = own.rates
    assert (rates.bpcer, rates.apcer, rates.apcer_of_all) == (0, 2 / 3, 2 / 4)
    assert own_threshold(Answers.of([0.1] * 10, [0.2]), 3, 0.05).pictures == 3


def test_an_own_threshold_is_judged_on_the_other_live_pictures() -> None:
    live = np.arange(10) / 10
    own = own_threshold(Answers.of(live, [2.0]), 5, 0.0, draws=40)
    for draw in own.draws:  # all above the highest of the five drawn are among the other five
        assert draw.threshold is not None
        assert draw.bpcer.errors == int((live > draw.threshold).sum())
        assert draw.bpcer.answered == 5
    assert len({d.threshold for d in own.draws}) > 1
    again = own_threshold(Answers.of(live, [2.0]), 5, 0.0, draws=40)
    assert [d.threshold for d in again.draws] == [d.threshold for d in own.draws]
    other = own_threshold(Answers.of(live, [2.0]), 5, 0.0, draws=40, seed=1)
    assert [d.threshold for d in other.draws] != [d.threshold for d in own.draws]


def test_the_same_pictures_are_drawn_for_each_contender() -> None:
    live = np.arange(20) / 20
    silent = np.where(np.arange(20) < 6, NAN, live)
    one = own_threshold(Answers.of(live, [2.0]), 8, 0.0)
    other = own_threshold(Answers.of(silent, [2.0]), 8, 0.0)
    # the highest of eight drawn is none of the lowest six, so silence changes nothing
    assert [d.threshold for d in other.draws] == [d.threshold for d in one.draws]


def test_who_answers_none_of_the_own_pictures_refuses_all() -> None:
    own = own_threshold(Answers.of([NAN] * 6, [0.2, 0.9]), 3, 0.05)
    assert (own.rates.bpcer, own.rates.bpcer_of_all, own.rates.apcer) == (None, 1, 0)


def test_one_threshold_for_sets_that_weigh_the_same_by_hand() -> None:
    many, few = np.arange(1.0, 9), np.array([10.0, 20])
    # at 10: (0 + 1/2) / 2; of all ten, two more could be refused and 8 would do
    assert equal_sets_threshold([many, few], 0.25) == 10
    assert equal_sets_threshold([many, few], 0.24) == 20
    assert equal_sets_threshold([many, few, np.array([NAN])], 0.25) == 10
    assert equal_sets_threshold([many, few], 0.75) == 4  # (4/8 + 1) / 2
    with pytest.raises(InputError, match="none"):
        equal_sets_threshold([np.array([NAN])], 0.1)
    with pytest.raises(InputError, match="below 1"):
        equal_sets_threshold([many], 1)


scores = st.lists(st.integers(0, 9).map(float), min_size=1, max_size=8).map(np.array)


@given(st.lists(scores, min_size=1, max_size=4), st.floats(0, 0.99))
def test_the_threshold_is_the_lowest_score_that_keeps_the_rate(
    lives: list[np.ndarray], rate: float
) -> None:
    at = equal_sets_threshold(lives, rate)
    assert np.mean([(live > at).mean() for live in lives]) <= rate + 1e-9
    lower = [v for live in lives for v in live if v < at]
    if lower:
        assert np.mean([(live > max(lower)).mean() for live in lives]) > rate


def test_each_set_is_judged_at_the_threshold_of_the_others() -> None:
    sets = {
        "a": Answers.of([1.0, 2], [1.5, 9], ["print", "replay"]),
        "b": Answers.of([3.0, 4], [3.5, NAN], ["print", "print"]),
        "c": Answers.of([5.0, 6], [7.0], ["replay"]),
    }
    left = threshold_left_out(sets, 0.25)
    # of b and c: at 5 (0 + 1/2) / 2; of a and c likewise; of a and b at 3
    assert {name: e.threshold for name, e in left.by_set.items()} == {"a": 5, "b": 5, "c": 3}
    assert left.threshold_of_all == 5
    rates = left.rates
    assert (rates["a"].bpcer, rates["a"].apcer) == (0, 1 / 2)
    assert (rates["b"].bpcer, rates["b"].apcer, rates["b"].apcer_of_all) == (0, 1, 1 / 2)
    assert (rates["c"].bpcer, rates["c"].apcer) == (1, 0)
    worst = left.over("bpcer")
    assert worst is not None
    assert (worst.mean, worst.worst, worst.worst_set) == (pytest.approx(1 / 3), 1, "c")
    prints = left.apcer_of_kind("print")
    assert prints is not None
    assert (prints.errors, prints.answered, prints.total) == (2, 2, 3)
    with pytest.raises(InputError, match="two sets"):
        threshold_left_out({"a": sets["a"]}, 0.25)


def test_a_value_is_chosen_on_the_other_sets_alone() -> None:
    right, wrong = ([0.0, 1], [2.0, 3]), ([2.0, 3], [0.0, 1])
    half = ([0.0, 2], [1.0, 1])
    grid = {
        "x": {"a": Answers.of(*right), "b": Answers.of(*right), "c": Answers.of(*wrong)},
        "y": {"a": Answers.of(*half), "b": Answers.of(*half), "c": Answers.of(*half)},
    }
    choice = chosen_left_out(grid, rates=[0.0])
    # of b and c: x (1 + 0) / 2, y 1/2: the first; of a and b: x
    assert choice.chosen == {"a": "x", "b": "x", "c": "x"}
    assert choice.auc == {"a": 1, "b": 1, "c": 0}
    assert choice.times == {"x": 3}
    assert choice.on_all == ("x", pytest.approx(2 / 3))
    # on c at 1, the highest live score of a and b: both its live faces are above, no attack is
    assert choice.points[0.0]["c"].bpcer.rate == 1
    assert choice.points[0.0]["c"].apcer.rate == 1
    better = {**grid, "y": {**grid["y"], "a": Answers.of(*right)}}
    assert chosen_left_out(better).chosen == {"a": "x", "b": "y", "c": "x"}


def test_silence_where_it_is_hard_is_no_reason_to_be_chosen() -> None:
    silent = Answers.of([NAN], [NAN])
    good = Answers.of([0.0] * 9 + [2], [1.0])  # 0.9
    grid = {
        "says": dict.fromkeys("abc", good),
        "mute": {"a": Answers.of([0], [1]), "b": silent, "c": silent},
    }
    assert set(chosen_left_out(grid).chosen.values()) == {"says"}
    with pytest.raises(InputError, match="same sets"):
        chosen_left_out({"x": grid["says"], "y": {"a": silent}})


def test_a_weighted_sum_raises_the_weights_of_those_that_are_there() -> None:
    experts = {
        "one": {"a": Answers.of([1.0, NAN, NAN], [2.0])},
        "two": {"a": Answers.of([10.0, 10.0, NAN], [20.0])},
    }
    found = weighed(experts, {"one": 1, "two": 0.5})["a"]
    np.testing.assert_allclose(found.live, [6, 15, NAN])
    np.testing.assert_allclose(found.attack, [12])
    alone = weighed(experts, {"one": 1, "two": 0})["a"]
    np.testing.assert_allclose(alone.live, [1, NAN, NAN])
    with pytest.raises(InputError, match="weight"):
        weighed(experts, {"one": 0, "two": 0})


def test_sets_together() -> None:
    sets = {"a": SOME, "b": Answers.of([0.5], [0.7])}
    whole = pooled(sets)
    np.testing.assert_array_equal(whole.live, [0.1, 0.6, NAN, 0.4, 0.5])
    assert whole.kinds == ("print", "replay", "print", "x", "unknown")
    assert kinds_in(sets) == ["print", "replay", "x", "unknown"]
    spread = over_sets({"a": 0.5, "b": None, "c": 0.1}, min)
    assert spread is not None
    assert (spread.mean, spread.worst, spread.worst_set, spread.sets) == (0.3, 0.1, "c", 2)
    assert over_sets({"a": None}) is None
    with pytest.raises(InputError, match="infinite"):
        Answers.of([np.inf], [])
    with pytest.raises(InputError, match="kinds"):
        Answers.of([], [1.0], [])


def test_a_wide_table_goes_on_below() -> None:
    names = [f"model-{i}" for i in range(12)]
    sheet = Sheet("title", "", ["set", *names], [["s1", *(f"{i}.123456789" for i in range(12))]])
    text = as_text(sheet)
    assert max(map(len, text.splitlines())) <= 100
    assert sum(line.startswith("set ") for line in text.splitlines()) == 2
    assert all(f"{i}.123456789" in text and name in text for i, name in enumerate(names))
    nasty = markdown(Sheet("t", "note", ["a", "b|c"], [["x\ny", "1"]]))
    assert nasty.splitlines()[4:] == ["| a | b\\|c |", "| --- | ---: |", "| x y | 1 |"]
