"""Texture and a support vector machine, whose model is plain arrays."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from spoofcue.config import RunSettings, Settings
from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.methods.classical import Arrays, Classical, Fitted, Floats, squashed
from spoofcue.patches.inputs import resized

Kernel = Literal["rbf", "linear"]

# A decade apart: finer steps are below what the scatter between folds can tell.
CANDIDATES = (0.1, 1.0, 10.0, 100.0)
FOLDS = 5
# libsvm's time grows faster than the square of the faces; past this, hours.
MANY_FACES = 20_000
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


def fit_svm(features: Floats, label: NDArray[np.integer], kernel: Kernel, c: float) -> SvmModel:
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
    features: Floats, label: NDArray[np.integer], people: list[str], kernel: Kernel
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


def _trained(features: Floats, label: NDArray[np.integer], kernel: Kernel, c: float) -> Any:
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
    label: NDArray[np.integer], people: list[str]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    from sklearn.model_selection import GroupKFold

    count = min(FOLDS, len(set(people)))
    if count < 2:
        return []
    parted = GroupKFold(count).split(label, label, people)
    return [halves for halves in parted if all(len(np.unique(label[half])) == 2 for half in halves)]


class TextureSettings(Settings):
    """What a texture method has of its own."""

    side: int = Field(64, ge=16, le=512, description="Side to which the face is resized, px.")
    kernel: Kernel = Field("rbf", description="Kernel of the SVM.")
    c: float | None = Field(
        None, gt=0, description="Penalty C of the SVM; null: chosen on train people left out."
    )


class TextureSVM(Classical):
    """A texture of the whole face, resized to one square, and an SVM: 0.5 is on its boundary."""

    schema: ClassVar[dict[str, str]] = {
        "mean": "D",
        "scale": "D",
        "support": "SD",
        "dual": "S",
        "intercept": "",
        "gamma": "",
    }
    positive: ClassVar[frozenset[str]] = frozenset({"scale"})
    dimension: ClassVar[int]

    def __init__(self, settings: RunSettings) -> None:
        super().__init__(settings)
        self._own = settings.own_as(TextureSettings)
        # Networks take 32 px at least, a texture 16; `size` is for grouping faces and no more.
        whole = {"mode": "resize", "scoring": "resize", "size": max(32, self._own.side)}
        self.input = settings.input.model_copy(update=whole)

    @abstractmethod
    def texture(self, face: Image) -> Floats:
        """(side, side, 3) uint8 RGB -> (:attr:`dimension`,)."""

    def seen(self, crop: Image) -> Image:
        """The crop resized to ``side`` x ``side`` px."""
        side = self._own.side
        return resized(crop, side, side, self.input.shrink)

    def describe(self, crops: list[Image]) -> Floats:
        """(N, :attr:`dimension`) of crops of any shapes."""
        return np.stack([self.texture(self.seen(crop)) for crop in crops])

    def fit(self, features: Floats, label: NDArray[np.integer], people: list[str]) -> Fitted:
        """See :func:`fit_svm`; C is given, or found by :func:`choose_c`."""
        own = self._own
        if len(features) > MANY_FACES:
            warnings.warn(
                f"{self.settings.method}: an SVM of {len(features)} faces takes hours; prepare "
                "fewer frames a video.",
                stacklevel=2,
            )
        if own.c is None:
            choice = choose_c(features, label, people, own.kernel)
        else:
            choice = Choice(own.c, "given", {})
        model = fit_svm(features, label, own.kernel, choice.c)
        self.model = {k: np.asarray(v) for k, v in asdict(model).items() if k != "kernel"}
        record = {
            "support_vectors": len(model.support),
            "svm_c": {"value": choice.c, "source": choice.source, "auc": choice.auc},
        }
        return Fitted(0.5, "the SVM's own boundary", record)

    def scores(self, features: Floats) -> Floats:
        """The squashed decision value."""
        a = self.model
        model = SvmModel(
            mean=a["mean"],
            scale=a["scale"],
            support=a["support"],
            dual=a["dual"],
            intercept=float(a["intercept"]),
            gamma=float(a["gamma"]),
            kernel=self._own.kernel,
        )
        return squashed(decision(model, features))

    def restore(self, model: Arrays, weights: Arrays, source: Path) -> None:
        """Take a stored machine.

        Raises:
            InputError: it decides on another number of features.

        """
        self.model = model
        if len(model["mean"]) != self.dimension:
            method = self.settings.method
            raise InputError(
                f"{source} decides on {len(model['mean'])} features; {method} has "
                f"{self.dimension}. It is another method's file."
            )
