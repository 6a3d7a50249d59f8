"""A model that gives no number, or not the same twice, does not pass its self-test."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.scoring.face import Face, FaceScore
from spoofcue.scoring.open_model import NAMED


class Spoiled:
    """A model whose scores are changed."""

    def __init__(self, model: Any, change: Any) -> None:
        self._model, self._change = model, change
        self.facts = model.facts
        self.calls = 0

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        self.calls += 1
        return [self._change(one, self.calls) for one in self._model.score(faces)]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return Detector.load()


@pytest.mark.parametrize("name", NAMED)
def test_what_ships_passes(name: str) -> None:
    Detector.load(name).self_test()


def without_an_expert(one: FaceScore, _: int) -> FaceScore:
    return replace(one, evidence=(replace(one.evidence[0], missing="gone"), *one.evidence[1:]))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one, _: replace(one, score=math.nan), "gave the score nan"),
        (lambda one, _: replace(one, score=1.5), "gave the score 1.5"),
        (lambda one, call: replace(one, score=call / 10), "two scores for one picture"),
        (without_an_expert, "no part in it: face"),
    ],
)
def test_what_does_not_pass(change: Any, words: str, detector: Detector) -> None:
    spoiled = copy.copy(detector)
    spoiled._model = Spoiled(detector._model, change)
    with pytest.raises(InputError, match=words):
        spoiled.self_test()
