"""LGSC on a folder in plain PyTorch: train on most people, score the others.

python examples/train_lgsc.py ROOT     ROOT/live/ann/1.jpg, ROOT/attack/print/ann/2.jpg, ...

Without ROOT a tiny set of patterns is made up. A detector takes face crops of hundreds of people,
a wider network from ImageNet weights and many more steps: `spoofcue train` does all that.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from spoofcue.cue import LGSC, lgsc_loss, spoof_score
from spoofcue.datasets import recordings

SIDE, STEPS, BATCH = 64, 40, 16
rng = np.random.default_rng(0)
torch.manual_seed(0)


def make_set(root: Path, people: int = 9) -> None:
    """Pictures that show nobody: smooth patterns are live, the same behind a grid are replays."""
    for person in range(people):
        coarse = Image.fromarray(rng.integers(60, 200, (6, 6, 3), dtype=np.uint8))
        live = np.asarray(coarse.resize((96, 96), Image.Resampling.BICUBIC))
        grid = 1 - 0.3 * (np.indices(live.shape[:2]) % 3 == 0).any(axis=0)
        replay = (live * grid[..., None]).astype(np.uint8)
        for name, picture in {"live": live, "attack/replay": replay}.items():
            folder = root / name / f"person-{person}"
            folder.mkdir(parents=True)
            Image.fromarray(picture).save(folder / "1.png")


def patches(pictures: list[NDArray[np.uint8]], count: int) -> torch.Tensor:
    """Patches at native resolution, drawn at random: (count x pictures, 3, SIDE, SIDE), -1..1."""
    cut = []
    for picture in pictures * count:
        y, x = (int(rng.integers(0, side - SIDE + 1)) for side in picture.shape[:2])
        cut.append(picture[y : y + SIDE, x : x + SIDE])
    return torch.from_numpy(np.stack(cut)).permute(0, 3, 1, 2).float() / 127.5 - 1


def main(root: Path) -> None:
    """Train, then print the mean scores of the people that were left out."""
    pictures = recordings("folder", root)
    held_out = set(sorted({r.subject for r in pictures})[::3])
    train = [r for r in pictures if r.subject not in held_out]
    test = [r for r in pictures if r.subject in held_out]
    pixels = {r.path: np.asarray(Image.open(r.path).convert("RGB")) for r in pictures}

    network = LGSC(width=8)
    optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)
    by_label = [[r for r in train if r.label == label] for label in (0, 1)]
    label = torch.tensor([0, 1]).repeat_interleave(BATCH // 2)
    for step in range(STEPS):
        chosen = [rng.choice(np.array(of, dtype=object), BATCH // 2) for of in by_label]
        images = patches([pixels[r.path] for of in chosen for r in of], 1)
        output, logit = network(images)
        terms = lgsc_loss(output, logit, label)
        optimiser.zero_grad()
        terms.total.backward()
        optimiser.step()
        if step % 10 == 0 or step == STEPS - 1:
            print(f"step {step}: loss {terms.total.item():.3f}")

    network.eval()
    scores = {}
    with torch.no_grad():
        for r in test:
            output = network.generator(patches([pixels[r.path]], 8))
            scores[r] = spoof_score(output.cue).mean().item()
            print(f"{r.media}: {scores[r]:.4f}")
    mean = [np.mean([s for r, s in scores.items() if r.label == label]) for label in (0, 1)]
    print(f"{len(train)} pictures trained on; mean score live {mean[0]:.4f}, attack {mean[1]:.4f}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as folder:
            make_set(Path(folder))
            main(Path(folder))
