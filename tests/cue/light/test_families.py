"""Linear families: against the formula by hand, and what their loss leaves alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from spoofcue.cue.encoder import EncoderFeatures
from spoofcue.cue.generator import LGSC
from spoofcue.cue.light.families import (
    MIDDLE,
    SHADE,
    STEEP,
    FamilyDecoder,
    FamilyEvidence,
    family_loss,
)
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings


def features(e4: Tensor) -> EncoderFeatures:
    return EncoderFeatures(e4, e4, e4, e4, e4)


def decoder(weight: list[list[float]], bias: list[float]) -> FamilyDecoder:
    made = FamilyDecoder(len(weight[0]), len(weight)).eval()
    made.detectors.weight.data = torch.tensor(weight)[..., None, None]
    made.detectors.bias.data = torch.tensor(bias)  # type: ignore[union-attr]
    return made


def test_cue_of_one_face_by_hand() -> None:
    made = decoder([[1.0, 0.0], [0.0, -2.0]], [0.0, 0.5])
    made.standard.running_mean = torch.tensor([1.0, 0.0])
    made.standard.running_var = torch.tensor([4.0, 1.0]) - made.standard.eps
    e4 = torch.tensor([[[[1.0, 5.0]], [[0.0, -1.0]]]])  # (1, 2, 1, 2)
    # family 0: (e - 1) / 2 = 0, 2, mean 1; family 1: -2 e + 0.5 = 0.5, 2.5, mean 1.5
    cue, evidence = made(features(e4))
    assert evidence.logits[0].tolist() == pytest.approx([1.0, 1.5])
    per_place = [
        max(STEEP * 1 + SHADE * (0 - 1), STEEP * 1.5 + SHADE * (0.5 - 1.5)),
        max(STEEP * 1 + SHADE * (2 - 1), STEEP * 1.5 + SHADE * (2.5 - 1.5)),
    ]
    wanted = [1 / (1 + math.exp(MIDDLE - v)) for v in per_place]
    assert cue.shape == (1, 3, 16, 32)
    # the outer halves of the outer cells are beyond the last centres: the places' own values
    assert cue[0, 0, 3, 0].item() == pytest.approx(wanted[0], abs=1e-6)
    assert cue[0, 2, 3, -1].item() == pytest.approx(wanted[1], abs=1e-6)


def test_score_orders_faces_as_the_strongest_family_does() -> None:
    made = decoder([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])
    faces = torch.tensor([[-1.0, -1.0], [0.5, -1.0], [-1.0, 0.7], [2.0, 0.0]])
    cue, _ = made(features(faces[..., None, None].expand(-1, -1, 4, 4)))
    scores = cue.abs().mean(dim=(1, 2, 3))
    assert (scores.diff() > 0).all()
    assert 0 < scores[0] < 0.02
    assert scores[-1] > 0.95


def test_statistics_are_those_of_the_means_over_faces() -> None:
    made = FamilyDecoder(2, 1).train()
    rng = torch.Generator().manual_seed(0)
    e4 = torch.randn(64, 2, 5, 5, generator=rng) + torch.tensor([3.0, -2.0]).view(1, 2, 1, 1)
    for _ in range(400):
        made(features(e4))
    pooled = e4.mean(dim=(2, 3))
    assert torch.allclose(made.standard.running_mean, pooled.mean(dim=0), atol=2e-3)
    assert torch.allclose(made.standard.running_var, pooled.var(dim=0), atol=2e-3)
    made.eval()
    before = made.standard.running_mean.clone()
    made(features(e4 + 5))
    assert torch.equal(before, made.standard.running_mean)


def test_loss_by_hand_and_other_families_have_no_say() -> None:
    logits = torch.tensor([[0.0, 1.0], [2.0, -1.0], [0.5, 3.0], [-4.0, 7.0]], requires_grad=True)
    label, family = torch.tensor([0, 1, 1, 1]), torch.tensor([-1, 0, 1, -1])
    loss = family_loss(FamilyEvidence(logits), label, family)

    def soft(v: float) -> float:
        return math.log1p(math.exp(v))

    by_hand = [(soft(0.0) + soft(-2.0)) / 2, (soft(1.0) + soft(-3.0)) / 2]
    assert loss.item() == pytest.approx(np.mean(by_hand))
    loss.backward()
    assert logits.grad is not None
    assert (logits.grad[3] == 0).all()  # a family that nobody learns
    assert logits.grad[1, 1] == 0  # print's detector is not asked about replays
    assert logits.grad[2, 0] == 0


def test_batch_without_an_attack_of_a_family() -> None:
    logits = torch.tensor([[0.0, 1.0], [2.0, -1.0]], requires_grad=True)
    one = family_loss(FamilyEvidence(logits), torch.tensor([0, 1]), torch.tensor([-1, 1]))
    assert one.item() == pytest.approx((math.log1p(math.e) + math.log1p(math.e)) / 2)
    none = family_loss(FamilyEvidence(logits), torch.tensor([0, 1]), torch.tensor([-1, -1]))
    none.backward()
    assert none.item() == 0


def test_encoder_ends_at_e4_and_takes_the_public_weights() -> None:
    settings = load_settings("lite", None, ["model.weights=none"])
    network = LGSC(**settings.model.network()).eval()
    assert network.classifier is None
    assert len(network.generator.encoder.features) == 14  # type: ignore[arg-type]
    with torch.no_grad():
        output, logit = network(torch.zeros(1, 3, 64, 96))
    assert logit is None
    assert output.encoder.e4 is output.encoder.e5
    assert output.cue.shape == (1, 3, 64, 96)
    assert isinstance(output.decoder, FamilyEvidence)


@pytest.mark.parametrize("wrong", ["model.encoder=resnet18", "distill.teacher=runs/x"])
def test_what_it_cannot_be_joined_with(wrong: str) -> None:
    with pytest.raises(InputError, match="families"):
        load_settings("lite", None, [wrong])
