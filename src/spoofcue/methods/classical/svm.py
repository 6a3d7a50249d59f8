"""A support vector machine whose model is plain arrays, evaluated without its training object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError

Floats = NDArray[np.float64]
Kernel = Literal["rbf", "linear"]

# A decade apart: finer steps are below what the scatter between folds can tell.
CANDIDATES = (0.1, 1.0, 10.0, 100.0)
FOLDS = 5
WITHOUT_FOLDS = 1.0  # scikit-learn's own C, where no people can be left out


@dataclass(frozen=True, slots=True, eq=False)
class SvmModel:
    """What decides.

    Attributes:
        mean: (D,) of the training features.
        scale: (D,) their standard deviation, 1 where a feature is constant.
        support: (S, D) standardised support vectors.
        dual: (S,) label times multiplier, positive for attacks.
        intercept: of the decision function.
        gamma: of the RBF kernel; 0 for the linear one.
        kernel: ``rbf`` or ``linear``.

    """

    mean: Floats
    scale: Floats
    support: Floats
    dual: Floats
    intercept: float
    gamma: float
    kernel: Kernel


@dataclass(frozen=True, slots=True)
class Choice:
    """How C was found.

    Attributes:
        c: the regularisation that the model was trained with.
        source: in words, for the record.
        auc: candidate -> mean AUC over the folds; empty if none was tried.

    """

    c: float
    source: str
    auc: dict[float, float]


def fit_svm(features: Floats, label: NDArray[np.int8], kernel: Kernel, c: float) -> SvmModel:
    """Standardise, then train with classes weighted to equal shares; nothing in it is random.

    Args:
        features: (N, D).
        label: (N,) 0 live, 1 attack, both present.
        kernel: ``rbf`` (gamma 1 / (D · variance), scikit-learn's ``scale``) or ``linear``.
        c: regularisation, > 0.

    """
    scaler, machine = _trained(features, label, kernel, c)
    return SvmModel(
        mean=np.asarray(scaler.mean_, dtype=np.float64),
        scale=np.asarray(scaler.scale_, dtype=np.float64),
        support=np.asarray(machine.support_vectors_, dtype=np.float64),
        dual=np.asarray(machine.dual_coef_[0], dtype=np.float64),
        intercept=float(machine.intercept_[0]),
        gamma=float(machine._gamma) if kernel == "rbf" else 0.0,
        kernel=kernel,
    )


def choose_c(
    features: Floats, label: NDArray[np.int8], people: list[str], kernel: Kernel
) -> Choice:
    """The candidate of the best mean AUC on training people left out; the least of equals.

    Folds are whole people: frames of one person in both halves would praise memory. A fold
    without both classes on both sides is skipped.

    Args:
        features: (N, D) of the train split.
        label: (N,) 0 live, 1 attack.
        people: who is shown in each row.
        kernel: of the machine.

    """
    folds = _folds(label, people)
    if not folds:
        why = "the train people cannot be parted so that both halves have live and attack faces"
        return Choice(WITHOUT_FOLDS, f"scikit-learn's default: {why}", {})
    from sklearn.metrics import roc_auc_score

    scores = {}
    for c in CANDIDATES:
        of_folds = []
        for seen, left_out in folds:
            scaler, machine = _trained(features[seen], label[seen], kernel, c)
            decided = machine.decision_function(scaler.transform(features[left_out]))
            of_folds.append(float(roc_auc_score(label[left_out], decided)))
        scores[c] = float(np.mean(of_folds))
    best = max(CANDIDATES, key=lambda c: (scores[c], -c))
    return Choice(best, f"best AUC over {len(folds)} folds of train people", scores)


def decision(model: SvmModel, features: Floats) -> Floats:
    """Signed decision values, > 0 = attack: what ``SVC.decision_function`` gives.

    Shapes: (N, D) -> (N,).
    """
    from sklearn.metrics.pairwise import linear_kernel, rbf_kernel

    standard = (features - model.mean) / model.scale
    if model.kernel == "rbf":
        near: Floats = rbf_kernel(standard, model.support, gamma=model.gamma)
    else:
        near = linear_kernel(standard, model.support)
    return near @ model.dual + model.intercept


def to_score(decided: Floats) -> Floats:
    """Signed values to scores in (0, 1), 0.5 at zero; the order is kept, and no probability.

    d / (1 + |d|) and not a logistic: that is exactly 1 from d = 37 on, and would tie the clearest
    attacks.
    """
    return 0.5 * (1.0 + decided / (1.0 + np.abs(decided)))


def _trained(features: Floats, label: NDArray[np.int8], kernel: Kernel, c: float) -> Any:
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    counts = np.bincount(label, minlength=2)
    if not counts.all():
        raise InputError(
            f"the train split needs live and attack faces; it has {counts[0]} live and "
            f"{counts[1]} attack faces."
        )
    scaler = StandardScaler().fit(features)
    machine = SVC(kernel=kernel, C=c, gamma="scale", class_weight="balanced", cache_size=500)
    return scaler, machine.fit(scaler.transform(features), label)


def _folds(
    label: NDArray[np.int8], people: list[str]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import GroupKFold

    count = min(FOLDS, len(set(people)))
    if count < 2:
        return []
    parted = GroupKFold(count).split(label, label, people)
    return [halves for halves in parted if all(len(np.unique(label[half])) == 2 for half in halves)]
