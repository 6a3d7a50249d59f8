"""Two processes with half a batch each against PyTorch's own layers with the whole batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from helpers.two_processes import in_two_processes
from spoofcue.methods.whole_batch import alone, whole_batch
from spoofcue.training.shared_layers import SharedLayers

torch.manual_seed(0)
BATCH = torch.randn(8, 5, 6, 4, dtype=torch.float64) * 3 + 100
WANTED = torch.randn(8, 5, 6, 4, dtype=torch.float64)


def own(whole: Tensor, rank: int) -> Tensor:
    """Live rows first, then attacks, as the batches are shared out."""
    half, share = len(whole) // 2, len(whole) // 4
    rows = slice(rank * share, (rank + 1) * share)
    return torch.cat([whole[:half][rows], whole[half:][rows]])


def layer(momentum: float | None, affine: bool) -> nn.Module:
    torch.manual_seed(1)
    norm = nn.BatchNorm2d(5, momentum=momentum, affine=affine)
    if affine:
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    return nn.Sequential(norm).double()


def learn(network: nn.Module, faces: Tensor, wanted: Tensor) -> tuple[Any, ...]:
    """Output, gradients and state after two steps; the loss is no mean over faces."""
    faces = faces.clone().requires_grad_(True)
    for _ in range(2):
        out = network(faces)
        whole, target = whole_batch(out), whole_batch(wanted)
        loss = (whole * target).sum() / whole.square().sum() * whole[:, 0].std()
        gradients = torch.autograd.grad(loss, [faces, *network.parameters()])
    state = [value.double().numpy() for value in network.state_dict().values()]
    return out.detach().numpy(), [g.numpy() for g in gradients], state


@pytest.mark.parametrize(("momentum", "affine"), [(0.1, True), (None, False)])
def test_batch_norm_of_two_halves_is_that_of_the_whole(
    momentum: float | None, affine: bool, tmp_path: Path
) -> None:
    def work(rank: int) -> Any:
        network = SharedLayers().apply(layer(momentum, affine))
        return learn(network, own(BATCH, rank), own(WANTED, rank))

    halves = in_two_processes(work, tmp_path / "meeting")
    out, gradients, state = learn(layer(momentum, affine), BATCH, WANTED)
    for rank, (half, grads, states) in enumerate(halves):
        close(half, own(torch.from_numpy(out), rank))
        # twice: the mean over both processes is taken afterwards
        close(grads[0], 2 * own(torch.from_numpy(gradients[0]), rank))
        for one, theirs in zip(states, state, strict=True):
            close(one, theirs)
    for n in range(1, len(gradients)):
        close((halves[0][1][n] + halves[1][1][n]) / 2, gradients[n])


def close(one: Any, other: Any) -> None:
    torch.testing.assert_close(torch.as_tensor(one), torch.as_tensor(other), rtol=1e-9, atol=1e-12)


def test_dropout_drops_what_one_process_drops(tmp_path: Path) -> None:
    def dropped(network: nn.Module, faces: Tensor) -> Any:
        torch.manual_seed(5)
        return network(faces).numpy()

    def work(rank: int) -> Any:
        network = SharedLayers().apply(nn.Sequential(nn.Dropout(0.5)))
        with alone():
            by_itself = dropped(network, BATCH)
        return dropped(network, own(BATCH, rank)), by_itself

    whole = dropped(nn.Sequential(nn.Dropout(0.5)), BATCH)
    for rank, (half, by_itself) in enumerate(in_two_processes(work, tmp_path / "meeting")):
        assert (half == own(torch.from_numpy(whole), rank).numpy()).all()
        assert (by_itself == whole).all()


def test_layers_are_as_they_were_when_the_training_has_ended() -> None:
    network = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.1), nn.BatchNorm2d(3))
    for batch_norm in (True, False):
        layers, before = SharedLayers(batch_norm), [type(m) for m in network]
        layers.apply(network)
        assert [type(m) is t for m, t in zip(network, before, strict=True)] == [
            not batch_norm, False, not batch_norm
        ]  # fmt: skip
        assert isinstance(network[0], nn.modules.batchnorm._BatchNorm)  # as update_bn asks
        layers.revert(network)
        assert [type(m) for m in network] == before
