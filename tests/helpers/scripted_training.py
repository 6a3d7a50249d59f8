"""Trainings whose course is known beforehand: scripted dev scores, faces that tell the patch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn

from spoofcue.config import RunSettings
from spoofcue.data.manifest import write_manifest
from spoofcue.methods.learned import Learned
from spoofcue.methods.settings import load_settings
from spoofcue.records.run_folder import BestEntry, RunRecord
from spoofcue.training.gradient import train

CROP, PATCH = (48, 44), 32
# height and width of the range that a patch's corner is drawn from
RANGE = (CROP[0] - PATCH + 1, CROP[1] - PATCH + 1)
# brightness of the dev faces: two live ones, then two attacks
LEVELS = (40, 80, 120, 160)
# scores of those four
WIDE, NARROW = (0.1, 0.2, 0.8, 0.9), (0.4, 0.45, 0.5, 0.55)
SWAPPED, REVERSED = (0.1, 0.6, 0.5, 0.9), (0.9, 0.8, 0.2, 0.1)


def coded_face(height: int = CROP[0], width: int = CROP[1], blue: int = 0) -> NDArray[np.uint8]:
    """Each pixel holds its row in red and its column in green; blue tells faces apart."""
    face = np.full((height, width, 3), blue, np.uint8)
    face[..., 0], face[..., 1] = np.arange(height)[:, None], np.arange(width)[None]
    return face


def corners(image: Tensor) -> list[tuple[int, int]]:
    """(top, left) in the coded face of each of (B, 3, S, S) normalised patches."""
    pixel = (image[:, :2, 0, 0] * 127.5 + 127.5).round().int()
    return [(int(top), int(left)) for top, left in pixel]


def prepared(folder: Path) -> Path:
    """Four coded train faces, and a dev face of each of the LEVELS."""
    folder.mkdir()
    pictures = [("train", coded_face(blue=i), i % 2) for i in range(4)]
    pictures += [("dev", np.full((*CROP, 3), v, np.uint8), int(v > 100)) for v in LEVELS]
    rows = []
    for number, (split, picture, label) in enumerate(pictures):
        name = f"{split}{number}.png"
        Image.fromarray(picture).save(folder / name)
        rows.append(
            {"media": name, "video": name, "subject": name, "label": label, "split": split}
            | {"pai": "print-a" if label else None, "status": "ok", "frame": 0}
            | {"crop": name, "crop_h": CROP[0], "crop_w": CROP[1]}
        )
    write_manifest(pl.DataFrame(rows), folder)
    return folder


class Scripted(Learned):
    """Learns something, scores dev by the script, and keeps the corners of every train batch.

    Its buffer ``epochs`` counts those that it was trained for, also in its checkpoints.
    """

    reference_faces = 1

    def __init__(self, script: Sequence[Sequence[float]]) -> None:
        super().__init__()
        self.encoder: Any = nn.Linear(3, 2)
        self.head = nn.Linear(2, 1)
        self.register_buffer("epochs", torch.zeros((), dtype=torch.int64))
        self.script = script
        self.batches: list[list[tuple[int, int]]] = []

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        self.batches.append(corners(image))
        logit = self.head(self.encoder(image.mean((2, 3))))[:, 0]
        total = nn.functional.binary_cross_entropy_with_logits(logit, label.float())
        return {"total": total}

    def scores(self, image: Tensor) -> Tensor:
        levels = (image.mean((1, 2, 3)) * 127.5 + 127.5).round().int().tolist()
        scores = self.script[int(self.epochs) - 1]
        return torch.tensor([scores[LEVELS.index(level)] for level in levels])

    def refresh(self, live: Iterator[Tensor], attack: Iterator[Tensor]) -> None:
        self.epochs += 1


def settings(epochs: int, *more: str) -> RunSettings:
    """Two steps of four patches an epoch."""
    own = (f"input.size={PATCH}", "training.batch_size=4", "training.images_per_epoch=8")
    plain = ("model.weights=none", "training.precision=fp32", "training.workers=0")
    cpu = ("training.accelerator=cpu", f"training.epochs={epochs}")
    return load_settings("paper", None, [*own, *plain, *cpu, *more])


def trained(
    data: Path,
    run: Path,
    script: Sequence[Sequence[float]],
    *more: str,
    resume: bool = False,
) -> tuple[Scripted, RunRecord]:
    """Train an epoch for each line of the script; the network and the run's record."""
    networks: list[Scripted] = []

    def build(_: RunSettings) -> Scripted:
        networks.append(Scripted(script))
        return networks[-1]

    record = train(data, run, settings(len(script), *more), build, resume=resume)
    return networks[0], record


def best_of(record: RunRecord) -> BestEntry:
    """The epoch that a finished training kept, as its record states it."""
    assert record.training.best is not None
    return record.training.best


def kept_epoch(run: Path, name: str = "best") -> int:
    """Number of the epoch, from 0, whose weights a checkpoint holds."""
    stored = torch.load(run / "checkpoints" / f"{name}.ckpt", weights_only=False)
    return int(stored["state_dict"]["network.epochs"]) - 1
