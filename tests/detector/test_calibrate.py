from __future__ import annotations

import warnings

import numpy as np
import pytest

from helpers.made_detector import made, picture
from spoofcue.detector.calibrate import UnsupportedClaim
from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import eer_threshold


def drawn(live: int, attacks: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.beta(2, 8, live), rng.beta(8, 2, attacks)])
    return scores, np.repeat([0, 1], [live, attacks])


def test_a_target_holds_on_the_scores_it_was_set_on() -> None:
    scores, labels = drawn(400, 400)
    for target, rate in (("apcer=0.01", 0.01), ("bpcer=0.05", 0.05)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            facts = made().calibrate(scores, labels, target, people=40).threshold_facts
        wrong = (scores[labels == 1] <= facts.value).mean()
        refused = (scores[labels == 0] > facts.value).mean()
        assert (wrong if target.startswith("apcer") else refused) <= rate
        assert (facts.live, facts.attack, facts.people, facts.target) == (400, 400, 40, rate)
        assert facts.supported is True
    eer = made().calibrate(scores, labels).threshold_facts
    assert eer.value == eer_threshold(ScoreSet.of(scores, labels)).value
    assert (eer.rule, eer.target, eer.supported) == ("eer", None, None)


def test_the_new_threshold_is_of_a_new_detector() -> None:
    old = made(threshold=0.9)
    scores, labels = drawn(30, 30)
    new = old.calibrate(scores, labels)
    assert old.threshold == 0.9
    assert old.predict(picture(200)).decision == "live"
    assert new.predict(picture(200)).decision == "attack"
    assert new.predict(picture(200)).threshold == new.threshold


def test_a_claim_of_one_percent_takes_three_hundred_attempts() -> None:
    for count, supported in ((299, False), (300, True)):
        scores, labels = drawn(count, count)
        for target in ("apcer=0.01", "bpcer=0.01"):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                facts = made().calibrate(scores, labels, target).threshold_facts
            assert facts.supported is supported
            assert [w.category for w in caught] == ([] if supported else [UnsupportedClaim])
            if caught:
                assert caught[0].filename == __file__


def test_the_claim_is_made_for_every_species() -> None:
    scores, labels = drawn(300, 400)
    pai = ["" if not label else "print" for label in labels]
    pai[-50:] = ["mask"] * 50
    with pytest.warns(UnsupportedClaim, match="50 mask"):
        facts = made().calibrate(scores, labels, "apcer=0.01", pai=pai).threshold_facts
    assert facts.supported is False


@pytest.mark.parametrize("target", ["", "apcer", "apcer=", "apcer=0", "apcer=1", "acer=0.1", "x=y"])
def test_a_target_that_is_none_is_refused(target: str) -> None:
    with pytest.raises(InputError, match="target"):
        made().calibrate(*drawn(9, 9), target)


def test_scores_that_cannot_carry_a_threshold_are_refused() -> None:
    with pytest.raises(InputError):
        made().calibrate([0.1, float("nan")], [0, 1])
    with pytest.raises(InputError):
        made().calibrate([0.1, 0.2], [0, 0])
    with pytest.raises(InputError, match="outside"):
        made().calibrate([0.0, 0.0], [0, 1], "apcer=0.01")
