"""Shapes, directions and what a network may not have; no files, no Lightning."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.errors import InputError
from spoofcue.methods.built_in.deep_svdd import DeepSVDD
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.registry import build_network, method_names, method_of_name
from spoofcue.methods.settings import load_settings

LEARNED = [n for n in method_names() if isinstance(method_of_name(n), LearnedMethod)]
TINY = ["model.width=8", "model.weights=none", "input.size=64"]


def network_of(method: str) -> Learned:
    torch.manual_seed(0)
    return build_network(load_settings("small", None, TINY, method))


def toy(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Smooth faces are live, finely striped ones are attacks."""
    rng = torch.Generator().manual_seed(seed)
    image = torch.rand(count, 3, 1, 1, generator=rng) + 0.1 * torch.rand(
        count, 3, 64, 64, generator=rng
    )
    label = torch.arange(count) % 2
    image[label == 1] += 0.4 * (torch.arange(64) % 4 < 2)
    return image, label


class Convolutions(TorchDispatchMode):
    """What every convolution was called with: (input channels, kernel, stride)."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[tuple[int, tuple[int, int], tuple[int, int]]] = set()

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func is torch.ops.aten.convolution.default:
            weight, stride = args[1], args[3]
            self.seen.add((weight.shape[1], tuple(weight.shape[2:]), tuple(stride)))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("width", [4, 7])
@pytest.mark.parametrize("method", LEARNED)
def test_no_network_runs_the_convolution_that_corrupts_memory(method: str, width: int) -> None:
    """A strided 1x1 one of fewer than 8 channels; see ``PointwiseOfFew`` of the encoder."""
    narrow = [f"model.width={width}", "model.mobile_multiplier=0.1", "model.decoder_width=2"]
    image, label = toy(4, 0)
    presets = ("small", "lite-unet") if method in ("lgsc", "families") else ("small",)
    for preset in presets:
        settings = [*narrow, "model.weights=none"]
        with Convolutions() as run:
            build_network(load_settings(preset, None, settings, method)).losses(image, label)
        assert any(kernel != (1, 1) for _, kernel, _ in run.seen)
        few = {c for c in run.seen if c[0] < 8 and c[1] == (1, 1) and max(c[2]) > 1}
        assert not few, (preset, few)


@pytest.mark.parametrize("method", LEARNED)
def test_losses_scores_and_evidence_are_as_the_interface_says(method: str) -> None:
    network = network_of(method)
    image, label = toy(4, 0)
    terms = network.losses(image, label)
    assert list(terms) == ["total", *network.terms]
    terms["total"].backward()
    assert all(t.ndim == 0 and bool(torch.isfinite(t)) for t in terms.values())
    # DDP waits for every parameter that claims to be trained
    assert all(p.grad is not None for p in network.parameters() if p.requires_grad)
    with torch.no_grad():
        scores, evidence = network.eval().scores(image), network.evidence(image)
    assert scores.shape == (4,)
    assert scores.dtype == torch.float32
    assert bool(((scores >= 0) & (scores <= 1)).all())
    assert (evidence is None) == (method in {"cnn", "deep-svdd", "triplet-focal"})
    if evidence is not None:
        assert evidence.shape[0] == 4
        assert evidence.shape[1] in (1, 3)
        assert evidence.shape[2:] == image.shape[2:]
        assert float(evidence.abs().max()) <= 1


@pytest.mark.parametrize(
    ("method", "steps", "least"),
    [
        ("cnn", 25, 0.95),
        ("pixel", 25, 0.95),
        ("aux-depth", 25, 0.95),
        ("triplet-focal", 50, 0.8),
        ("deep-svdd", 40, 0.6),  # it never sees an attack
    ],
)
def test_a_separable_toy_is_learned_with_attacks_above_live(
    method: str, steps: int, least: float
) -> None:
    network = network_of(method)
    faces, labels = toy(32, 99)
    network.begin(iter([faces[labels == 0]]))
    adam = torch.optim.Adam(network.parameters(), lr=3e-3)
    for step in range(steps):
        adam.zero_grad()
        network.losses(*toy(16, step))["total"].backward()
        adam.step()
    network.refresh(iter([faces[labels == 0]]), iter([faces[labels == 1]]))
    image, label = toy(32, 1000)
    with torch.no_grad():
        scores = network.eval().scores(image)
    right = (scores[label == 1][:, None] > scores[label == 0][None]).float().mean()
    assert float(right) > least


def test_deep_svdd_has_no_bias_and_no_affine_offset() -> None:
    network = DeepSVDD("batch", 8)
    names = {name.rsplit(".", 1)[-1] for name, _ in network.named_parameters()}
    assert names == {"weight"}
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d | nn.InstanceNorm2d):
            assert module.weight is None
            assert module.bias is None
        else:
            assert getattr(module, "bias", None) is None
    assert not network(torch.zeros(2, 3, 64, 64)).any()


def test_deep_svdd_takes_convolutions_of_public_weights(tmp_path: object) -> None:
    torch.manual_seed(1)
    public = ResNet18Encoder("batch", 8)
    path = f"{tmp_path}/resnet.pth"
    torch.save(public.state_dict(), path)
    network = DeepSVDD("batch", 8)
    network.load_pretrained(path)
    assert torch.equal(network.encoder.layer3[0].conv1.weight, public.layer3[0].conv1.weight)


def test_aux_depth_sets_its_own_input_and_refuses_patches() -> None:
    settings = load_settings("paper", None, None, "aux-depth")
    assert (settings.input.mode, settings.input.scoring) == ("resize", "resize")
    assert load_settings("paper", None, None, "cnn").input.mode == "patch"
    for override in ("input.mode=patch", "input.scoring=whole"):
        with pytest.raises(InputError, match=r"input\.mode=resize"):
            build_network(load_settings("paper", None, [override], "aux-depth"))


def test_a_classical_method_has_no_network() -> None:
    with pytest.raises(InputError, match="lbp has no network"):
        build_network(load_settings("paper", None, None, "lbp"))
