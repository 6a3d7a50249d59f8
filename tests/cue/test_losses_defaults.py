"""What the losses take unasked, and that their arguments reach the terms (Eqs. 6 to 10)."""

from __future__ import annotations

import pytest
import torch

from spoofcue.cue.decoder import DecoderFeatures
from spoofcue.cue.encoder import EncoderFeatures
from spoofcue.cue.generator import LGSC, CueOutput
from spoofcue.cue.losses import lgsc_loss, regression_loss, triplet_loss
from spoofcue.cue.score import spoof_score
from spoofcue.methods.network_cost import summarise

LABEL = torch.tensor([0, 0, 0, 1, 1])
LOGIT = torch.tensor([0.5, -1.0, 0.2, 0.3, 2.0])


def output() -> CueOutput:
    rng = torch.Generator().manual_seed(3)
    maps = [torch.randn(5, 4, 2, 2, generator=rng) for _ in range(10)]
    cue = torch.rand(5, 3, 4, 4, generator=rng) * 2 - 1
    return CueOutput(cue, EncoderFeatures(*maps[:5]), DecoderFeatures(*maps[5:]))


def test_the_papers_weights_margin_target_and_layers_are_the_defaults() -> None:
    asked = lgsc_loss(
        output(),
        LOGIT,
        LABEL,
        weights=(5.0, 1.0, 5.0),
        margin=0.5,
        regression="live",
        scales="e5-d4",
    )
    assert lgsc_loss(output(), LOGIT, LABEL) == asked
    assert triplet_loss(LOGIT[:, None] + torch.eye(5), LABEL) == triplet_loss(
        LOGIT[:, None] + torch.eye(5), LABEL, 0.5
    )
    assert regression_loss(output().cue, LABEL) == regression_loss(output().cue, LABEL, "live")


def test_each_argument_reaches_its_term() -> None:
    out = output()
    vectors = [m.mean((2, 3)) for m in (out.encoder.e5, *out.decoder[:4], out.cue)]
    terms = lgsc_loss(
        out,
        LOGIT,
        LABEL,
        weights=(2.0, 3.0, 7.0),
        margin=0.2,
        regression="live-and-spoof",
        scales="e5-sc",
    )
    triplet = sum(triplet_loss(v, LABEL, 0.2) for v in vectors)
    assert terms.triplet.item() == pytest.approx(float(triplet))
    regression = regression_loss(out.cue, LABEL, "live-and-spoof")
    assert terms.regression == regression
    by_hand = torch.where(LABEL == 1, (-LOGIT).exp(), LOGIT.exp()).log1p().mean()
    assert terms.classification.item() == pytest.approx(by_hand.item())
    total = 2 * regression + 3 * triplet + 7 * by_hand
    assert terms.total.item() == pytest.approx(float(total))


def test_halves_are_summed_as_floats() -> None:
    out = output()
    half = CueOutput(
        out.cue.bfloat16(),
        EncoderFeatures(*(m.bfloat16() for m in out.encoder)),
        DecoderFeatures(*(m.bfloat16() for m in out.decoder)),  # type: ignore[union-attr]
    )
    for scales in ("e5-d4", "none"):
        for logit in (LOGIT.bfloat16(), None):
            terms = lgsc_loss(half, logit, LABEL, scales=scales)  # type: ignore[arg-type]
            assert {t.dtype for t in terms} == {torch.float32}
            assert {t.shape for t in terms} == {torch.Size([])}
    assert spoof_score(half.cue).dtype == torch.float32
    assert spoof_score(half.cue).shape == (5,)
    wanted = half.cue.float().abs().flatten(1).mean(1)
    assert torch.allclose(spoof_score(half.cue), wanted)
    assert triplet_loss(torch.eye(5, dtype=torch.float64), LABEL).dtype == torch.float64
    assert regression_loss(half.cue, LABEL, "live-and-spoof").dtype == torch.float32


def test_without_a_live_face_the_zero_is_part_of_the_graph() -> None:
    cue = torch.rand(2, 3, 4, 4, requires_grad=True)
    loss = regression_loss(cue, torch.tensor([1, 1]))
    loss.backward()
    assert loss.item() == 0
    assert cue.grad is not None
    assert not cue.grad.any()
    none = lgsc_loss(output(), None, LABEL, scales="none")
    assert (none.triplet.item(), none.classification.item()) == (0, 0)


def test_a_summary_counts_each_part_by_hand() -> None:
    model = LGSC(width=8)
    found = summarise(model, 64, 96)
    count = {
        name: sum(p.numel() for n, p in model.named_parameters() if n.startswith(prefix))
        for name, prefix in (
            ("encoder", "generator.encoder."),
            ("decoder", "generator.decoder."),
            ("generator", "generator."),
            ("classifier", "classifier."),
        )
    }
    assert found.parameters == count
    assert found.input_hw == (64, 96)
    assert found.features == {
        "E1": (8, 32, 48),
        "E2": (8, 16, 24),
        "E3": (16, 8, 12),
        "E4": (32, 4, 6),
        "E5": (64, 2, 3),
        "D1": (32, 4, 6),
        "D2": (16, 8, 12),
        "D3": (8, 16, 24),
        "D4": (8, 32, 48),
        "D5": (4, 64, 96),
        "cue": (3, 64, 96),
    }
    assert summarise(model).input_hw == (224, 224)
    bare = summarise(LGSC(width=8, auxiliary="none"), 64, 96)
    assert (bare.parameters["classifier"], bare.classifier_macs) == (0, 0)
    assert bare.generator_macs == found.generator_macs
    # 7x7 stem, then eight blocks; the strided ones have a 1x1 shortcut; one number out.
    stem = 49 * 3 * 8 * 32 * 48
    blocks = 4 * 9 * 8 * 8 * 16 * 24
    for c_in, c_out, places in ((8, 16, 8 * 12), (16, 32, 4 * 6), (32, 64, 2 * 3)):
        blocks += (9 * c_in * c_out + 3 * 9 * c_out * c_out + c_in * c_out) * places
    assert found.classifier_macs == stem + blocks + 64
    # Counting leaves the model as it was.
    assert model.training
    assert {p.device.type for p in model.parameters()} == {"cpu"}
