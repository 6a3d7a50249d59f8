"""Dev and test crops as scoring batches of one shape each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from spoofcue.config import InputSettings
from spoofcue.media.image import read_image
from spoofcue.patches.batches import groups_of_one_shape
from spoofcue.patches.geometry import normalise, scoring_inputs

if TYPE_CHECKING:
    import polars as pl


class ScoringBatch(NamedTuple):
    """image (B, K, 3, H, W) float32: K inputs a face; row (B,) int64: which manifest row."""

    image: Tensor
    row: Tensor


class ScoringCrops(Dataset[ScoringBatch]):
    """One item per group of faces whose network inputs have one shape."""

    def __init__(self, rows: pl.DataFrame, root: Path, settings: InputSettings) -> None:
        self.paths = [root / crop for crop in rows["crop"]]
        self.settings = settings
        sizes = list(zip(rows["crop_h"], rows["crop_w"], strict=True))
        self.groups = list(groups_of_one_shape(sizes, settings))

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, index: int) -> ScoringBatch:
        s = self.settings
        faces = [
            np.stack(
                [normalise(i, s.mean, s.std) for i in scoring_inputs(read_image(self.paths[r]), s)]
            )
            for r in self.groups[index]
        ]
        return ScoringBatch(torch.from_numpy(np.stack(faces)), torch.tensor(self.groups[index]))


def scoring_loader(
    rows: pl.DataFrame, root: Path, settings: InputSettings, workers: int = 0
) -> DataLoader[ScoringBatch]:
    """Loader over all ``rows``, each with a crop; batches come ready made."""
    return DataLoader(ScoringCrops(rows, root, settings), batch_size=None, num_workers=workers)
