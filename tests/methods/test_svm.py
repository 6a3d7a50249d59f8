from __future__ import annotations

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from spoofcue.errors import InputError
from spoofcue.methods.classical import squashed
from spoofcue.methods.svm import (
    CANDIDATES,
    Kernel,
    choose_c,
    decision,
    fit_svm,
)

RNG = np.random.default_rng(0)
LABEL = (np.arange(60) % 3 == 0).astype(np.int8)
FEATURES = RNG.normal(size=(60, 7)) * [1, 5, 0.1, 1, 1, 1, 0] + 0.7 * LABEL[:, None]


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_stored_arrays_decide_as_scikit_learn_does(kernel: Kernel) -> None:
    model = fit_svm(FEATURES, LABEL, kernel, 3.0)
    scaler = StandardScaler().fit(FEATURES)
    machine = SVC(kernel=kernel, C=3.0, gamma="scale", class_weight="balanced")
    machine.fit(scaler.transform(FEATURES), LABEL)
    new = RNG.normal(size=(20, 7)) * 3
    wanted = machine.decision_function(scaler.transform(new))
    assert decision(model, new) == pytest.approx(wanted, abs=1e-10)
    # positive is an attack
    assert ((decision(model, FEATURES) > 0) == LABEL).mean() > 0.6


def test_scores_keep_the_order_and_stay_within_bounds() -> None:
    decided = np.array([-1e6, -40, -1, 0, 1, 37, 38, 1e6])
    score = squashed(decided)
    assert (np.diff(score) > 0).all()
    assert score[3] == 0.5
    assert score.min() > 0
    assert score.max() < 1


def test_people_are_left_out_whole() -> None:
    """A feature that only names the person must win nothing: AUC 0.5 or less on others."""
    people = [f"p{i // 6}" for i in range(60)]
    names = np.eye(10)[[i // 6 for i in range(60)]]
    choice = choose_c(names, LABEL, people, "rbf")
    assert set(choice.auc) == set(CANDIDATES)
    assert all(auc == 0.5 for auc in choice.auc.values())
    assert choice.c == min(CANDIDATES)  # the least of equals
    assert "5 folds" in choice.source


@pytest.mark.parametrize("people", [["one"] * 60, [f"p{label}" for label in LABEL]])
def test_where_people_cannot_be_parted_it_is_said(people: list[str]) -> None:
    choice = choose_c(FEATURES, LABEL, people, "rbf")
    assert (choice.c, choice.auc) == (1.0, {})
    assert "cannot be parted" in choice.source


def test_one_class_is_refused() -> None:
    with pytest.raises(InputError, match="60 live and 0 attack"):
        fit_svm(FEATURES, np.zeros(60, np.int8), "rbf", 1.0)
