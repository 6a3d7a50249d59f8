from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from spoofcue.cue.generator import CueOutput
from spoofcue.cue.losses import lgsc_loss, pooled_features, regression_loss, triplet_loss
from spoofcue.errors import InputError


def triple_loop(features: Tensor, label: Tensor, margin: float) -> Tensor:
    """Eq. 7 as it is written, one triplet at a time."""
    unit = [f / f.norm() for f in features]
    live = [i for i in range(len(label)) if label[i] == 0]
    attack = [i for i in range(len(label)) if label[i] == 1]
    terms = []
    for a in live:
        for p in live:
            for n in attack:
                if a != p:
                    term = (unit[a] - unit[p]).norm() - (unit[a] - unit[n]).norm() + margin
                    if term > 0:
                        terms.append(term)
    return torch.stack(terms).mean() if terms else features.sum() * 0


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    labels=st.lists(st.integers(0, 1), min_size=2, max_size=14),
    margin=st.floats(0.05, 1.0),
    spread=st.floats(0.01, 3.0),
)
def test_equals_the_triple_loop_in_value_and_gradient(
    seed: int, labels: list[int], margin: float, spread: float
) -> None:
    torch.manual_seed(seed)
    label = torch.tensor(labels)
    base = torch.randn(1, 6, dtype=torch.float64)
    features = (base + spread * torch.randn(len(labels), 6, dtype=torch.float64)).requires_grad_()
    ours, theirs = triplet_loss(features, label, margin), triple_loop(features, label, margin)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)
    (ours_grad,) = torch.autograd.grad(ours, features)
    (theirs_grad,) = torch.autograd.grad(theirs, features)
    assert torch.allclose(ours_grad, theirs_grad, atol=1e-6)


@pytest.mark.parametrize("labels", [[0, 1, 1, 1], [0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 0]])
def test_batches_without_a_violated_triplet_give_an_exact_zero(labels: list[int]) -> None:
    label = torch.tensor(labels)
    features = torch.zeros(4, 3)
    features[label == 0, 0] = 1.0  # live faces coincide, attacks point the other way
    features[label == 1, 0] = -1.0
    features.requires_grad_()
    loss = triplet_loss(features, label)
    (gradient,) = torch.autograd.grad(loss, features)
    assert loss.item() == 0.0
    assert gradient.isfinite().all()


def test_identical_features_of_both_classes_cost_the_margin_with_finite_gradients() -> None:
    features = torch.ones(4, 5, requires_grad=True)
    loss = triplet_loss(features, torch.tensor([0, 0, 1, 1]), 0.5)
    (gradient,) = torch.autograd.grad(loss, features)
    assert loss.item() == pytest.approx(0.5)
    assert gradient.isfinite().all()


class LargestTensor(TorchDispatchMode):
    """Remembers the most elements that any operation returned."""

    elements = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        out = func(*args, **(kwargs or {}))
        for tensor in out if isinstance(out, tuple | list) else [out]:
            if isinstance(tensor, Tensor):
                self.elements = max(self.elements, tensor.numel())
        return out


def test_memory_grows_with_the_square_of_the_batch() -> None:
    features = torch.randn(128, 4, requires_grad=True)
    with LargestTensor() as watch:
        triplet_loss(features, torch.arange(128) % 2).backward()
    assert 64 * 64 <= watch.elements <= 128 * 128


def test_only_live_faces_are_pulled_to_zero() -> None:
    cue = torch.stack(
        [torch.full((3, 4, 4), 0.5), torch.full((3, 4, 4), -0.25), torch.ones(3, 4, 4)]
    )
    assert regression_loss(cue, torch.tensor([0, 0, 1])).item() == pytest.approx(0.375)
    assert regression_loss(cue, torch.tensor([1, 1, 1])).item() == 0.0
    both = regression_loss(cue, torch.tensor([0, 1, 1]), "live-and-spoof")
    assert both.item() == pytest.approx((0.5 + 1.25 + 0.0) / 3)


def output(batch: int = 4) -> CueOutput:
    torch.manual_seed(3)
    maps = [torch.rand(batch, 4, 2, 2) for _ in range(10)]
    cue = torch.rand(batch, 3, 4, 4) * 2 - 1
    from spoofcue.cue.decoder import DecoderFeatures
    from spoofcue.cue.encoder import EncoderFeatures

    return CueOutput(cue, EncoderFeatures(*maps[:5]), DecoderFeatures(*maps[5:]))


def test_scales_are_e5_d1_to_d4_and_the_cue_on_request() -> None:
    out = output()
    vectors = pooled_features(out, "e5-d4")
    wanted = [out.encoder.e5, *out.decoder[:4]]
    assert all(torch.equal(v, m.mean((2, 3))) for v, m in zip(vectors, wanted, strict=True))
    assert torch.equal(pooled_features(out, "e5-sc")[-1], out.cue.mean((2, 3)))
    assert pooled_features(out, "none") == []


def test_total_is_the_weighted_sum_and_bce_rewards_the_right_class() -> None:
    out, label = output(), torch.tensor([0, 0, 1, 1])
    logit = torch.tensor([-2.0, -1.0, 1.0, 2.0])
    terms = lgsc_loss(out, logit, label)
    assert terms.total.item() == pytest.approx(
        5 * terms.regression.item() + terms.triplet.item() + 5 * terms.classification.item()
    )
    by_hand = (2 * math.log1p(math.exp(-2)) + 2 * math.log1p(math.exp(-1))) / 4
    assert terms.classification.item() == pytest.approx(by_hand, rel=1e-6)
    assert lgsc_loss(out, -logit, label).classification > terms.classification
    assert lgsc_loss(out, None, label, scales="none").total.item() == pytest.approx(
        5 * terms.regression.item()
    )


@pytest.mark.parametrize("label", [[0, 1, 1], [[0], [1]]])
def test_labels_that_are_not_one_a_face_are_refused(label: list[object]) -> None:
    # (2, 1) would be broadcast against (2,) and give a number all the same
    told = "there are 2 faces; give one number a face"
    with pytest.raises(InputError, match=told):
        regression_loss(torch.zeros(2, 3, 8, 8), torch.tensor(label))
    with pytest.raises(InputError, match=told):
        triplet_loss(torch.zeros(2, 5), torch.tensor(label))


def test_maps_are_to_be_pooled_before_the_triplet_loss() -> None:
    with pytest.raises(InputError, match=r"shape \(2, 5, 4, 4\); give \(B, C\)"):
        triplet_loss(torch.zeros(2, 5, 4, 4), torch.tensor([0, 1]))
