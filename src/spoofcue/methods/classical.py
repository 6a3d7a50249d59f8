"""What a method offers that is fitted in one go, without gradients; no PyTorch is needed for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings, RunSettings
from spoofcue.media.image import Image

Floats = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What a fit says of itself; the model is the method's :attr:`Classical.model`.

    Attributes:
        threshold: a score above it is an attack where no dev chose a threshold.
        why: what that threshold is, in words.
        record: what else run.json holds of the fit.

    """

    threshold: float
    why: str
    record: dict[str, Any] = field(default_factory=dict)


class Classical(ABC):
    """A method in three steps: faces to features, features to a model, features to scores.

    One object is one run's: made from its settings, then fitted or given a stored model. Label 0 =
    live, 1 = attack; a higher score is more likely an attack.

    Attributes:
        schema: name of a stored array -> its dimensions, one letter a length: ``SD`` and ``D``
            share the D.
        positive: those arrays whose values must be above 0.
        live_only: whether it is fitted to live faces alone.
        has_encoder: whether a network describes its faces, whose weights are stored too.
        precision: that it computes in, in words.
        settings: of the run.
        input: how a crop becomes what it looks at; crops whose inputs have one shape are described
            together.
        model: the arrays of :attr:`schema`.

    """

    schema: ClassVar[dict[str, str]]
    positive: ClassVar[frozenset[str]] = frozenset()
    live_only: ClassVar[bool] = False
    has_encoder: ClassVar[bool] = False
    precision: ClassVar[str] = "fp64"

    def __init__(self, settings: RunSettings) -> None:
        self.settings = settings
        self.input: InputSettings = settings.input
        self.model: Arrays = {}

    @property
    def weights(self) -> Arrays:
        """Weights of a network that describes the faces, by its own names; mostly none."""
        return {}

    @property
    def trained_first(self) -> str | None:
        """A learned method that is trained on the same train split before the fit; mostly none."""
        return None

    @property
    def doubts(self) -> list[str]:
        """What a reader of the results should know; kept with the run."""
        return []

    def begin(self, trained: Path | None) -> None:  # noqa: B027  # most have nothing to make
        """Make what describes faces.

        Args:
            trained: checkpoint of the method :attr:`trained_first`, if there is one.

        """

    @abstractmethod
    def describe(self, crops: list[Image]) -> Floats:
        """Features (N, D) of (h, w, 3) uint8 RGB crops whose inputs have one shape."""

    @abstractmethod
    def fit(self, features: Floats, label: NDArray[np.int64], people: list[str]) -> Fitted:
        """Fit to the train split; the model is in :attr:`model` then.

        Args:
            features: (N, D), of live faces alone where :attr:`live_only`.
            label: (N,) 0 live, 1 attack.
            people: who is shown in each row.

        Raises:
            InputError: a class is missing, or there are too few faces.

        """

    @abstractmethod
    def scores(self, features: Floats) -> Floats:
        """(N, D) -> (N,) in [0, 1], by :attr:`model`."""

    @abstractmethod
    def seen(self, crop: Image) -> Image:
        """The pixels that it looked at, for pictures: (h, w, 3) uint8 RGB."""

    def restore(self, model: Arrays, weights: Arrays, source: Path) -> None:
        """Take a stored model whose arrays fit :attr:`schema`.

        Args:
            model: by the names of the schema.
            weights: as :attr:`weights`.
            source: the file, for messages.

        Raises:
            InputError: it is another method's, or damaged.

        """
        self.model = model


def squashed(value: Floats) -> Floats:
    """Any real values to scores in (0, 1), 0.5 at zero; the order is kept, and no probability.

    d / (1 + |d|) and not a logistic: that is exactly 1 from d = 37 on, and would tie the clearest
    attacks.
    """
    return 0.5 * (1.0 + value / (1.0 + np.abs(value)))
