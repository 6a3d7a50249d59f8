"""How far from the all-zero map the cue starts, and what the start does to the first steps.

python benchmarks/near_zero.py                              # mean |C| before training
python benchmarks/near_zero.py --data PREPARED              # and the first hundred steps
    [--std 0.01,0.00003] [--seeds 0,1] [--steps 100] [--side 96] [--batch 8]

The paper's network from scratch, fp32. `std` is that of the last convolution's first weights, the
rest of a seed is the same for all of them; so are the batches. The warm-up takes all the steps, as
the paper's first epoch does. Figures of training are means over a tenth of the steps.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from spoofcue.cue.decoder import FiveScales
from spoofcue.cue.generator import CueGenerator, DecoderName
from spoofcue.cue.score import spoof_score
from spoofcue.data.manifest import read_manifest
from spoofcue.methods.built_in.lgsc import LearnedLGSC
from spoofcue.methods.settings import load_settings
from spoofcue.training.dataset import FaceCrops
from spoofcue.training.module import learning_rate_factor
from spoofcue.training.sampling import BalancedBatches

Row = tuple[float, ...]


def with_std(decoder: FiveScales, std: float | None) -> None:
    weight = decoder.to_cue.weight
    if std is not None:
        with torch.no_grad():
            weight.mul_(std / weight.std())


def natural(count: int, side: int, seed: int) -> Tensor:
    """Noise with a 1/f spectrum, as photos have, in [-1, 1]."""
    rng = torch.Generator().manual_seed(seed)
    x, y = torch.fft.rfftfreq(side)[None], torch.fft.fftfreq(side)[:, None]
    spectrum = torch.fft.rfft2(torch.randn(count, 3, side, side, generator=rng))
    image = torch.fft.irfft2(spectrum / (x**2 + y**2).sqrt().clamp(min=1 / side), s=(side, side))
    return (image / image.std() * 0.5).clamp(-1, 1)


def first_magnitudes(name: DecoderName, std: float | None, seeds: list[int]) -> list[float]:
    """Mean |C| of two 224-px images in training mode, by seed."""
    found = []
    for seed in seeds:
        torch.manual_seed(seed)
        generator = CueGenerator(decoder=name)
        assert isinstance(generator.decoder, FiveScales)
        with_std(generator.decoder, std)
        with torch.no_grad():
            found.append(float(spoof_score(generator(natural(2, 224, seed)).cue).mean()))
    return found


def first_steps(data: Path, std: float, seed: int, steps: int, side: int, batch: int) -> list[Row]:
    """L_r, L_t, L_a, mean |C| of live faces and of attacks, share of |C| > 0.9; by step."""
    own = [f"input.size={side}", f"training.batch_size={batch}", f"training.seed={seed}"]
    settings = load_settings("paper", None, ["model.weights=none", *own])
    rows = read_manifest(data)
    crops = FaceCrops(rows.filter(rows["split"] == "train"), data, settings)
    batches = BalancedBatches(crops.label, batch, seed, images_per_epoch=steps * batch)
    torch.manual_seed(seed)
    network = LearnedLGSC(settings.model, settings.loss)
    assert isinstance(network.generator.decoder, FiveScales)
    with_std(network.generator.decoder, std)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    adam = torch.optim.Adam(network.parameters(), lr=settings.optimiser.lr)
    factor = learning_rate_factor(settings.optimiser, steps)
    schedule = torch.optim.lr_scheduler.LambdaLR(adam, factor)
    made = []
    for image, label, _ in DataLoader(crops, batch_sampler=batches):
        seen = image.contiguous(memory_format=torch.channels_last)
        output, logit = network(seen)
        terms = network.own_losses(output, logit, label)
        adam.zero_grad()
        terms["total"].backward()
        adam.step()
        schedule.step()
        score = spoof_score(output.cue.detach())
        losses = [terms[name].item() for name in network.terms]
        far = (output.cue.detach().abs() > 0.9).float().mean()
        groups = [float(score[label == k].mean()) for k in (0, 1)]
        made.append((*losses, *groups, float(far)))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--std", default="0.01,0.00003")
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--side", type=int, default=96)
    parser.add_argument("--batch", type=int, default=8)
    given = parser.parse_args()
    stds = [float(v) for v in given.std.split(",")]
    seeds = [int(v) for v in given.seeds.split(",")]
    for name in ("residual", "separable"):
        for std in (None, *stds):
            told = " ".join(f"{v:.4f}" for v in first_magnitudes(name, std, seeds))
            print(f"{name}, std {'as the package starts' if std is None else std}: mean |C| {told}")
    if given.data is None:
        return
    tenth = max(1, given.steps // 10)
    for seed in seeds:
        for std in stds:
            made = first_steps(given.data, std, seed, given.steps, given.side, given.batch)
            print(f"seed {seed}, std {std}: steps, L_r, L_t, L_a, |C| live, |C| attack, > 0.9")
            for start in range(0, len(made), tenth):
                part = torch.tensor(made[start : start + tenth]).mean(dim=0).tolist()
                print(f"{start:4d} " + " ".join(f"{v:.4f}" for v in part), flush=True)


if __name__ == "__main__":
    main()
