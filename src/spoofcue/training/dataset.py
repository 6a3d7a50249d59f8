"""Rows of the manifest as batches, for training and for scoring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from spoofcue.config import InputSettings, RunSettings
from spoofcue.media.crops import read_crop
from spoofcue.methods.learned import TrainingBatch
from spoofcue.metrics.names import Names
from spoofcue.metrics.species import species_of
from spoofcue.patches.augment import augment_crop, augment_input
from spoofcue.patches.inputs import (
    groups_of_one_shape,
    normalise,
    pad_to_stride,
    random_patch,
    resized,
    scoring_inputs,
)
from spoofcue.training.manifest_rows import names_in
from spoofcue.training.sampling import Draw

if TYPE_CHECKING:
    import polars as pl


class FaceCrops(Dataset[TrainingBatch]):
    """Face crops of a prepared folder, one network input a draw.

    Args:
        rows: of the manifest, each with a crop.
        root: the prepared folder.
        settings: of the run; its seed makes every draw repeatable.

    """

    def __init__(self, rows: pl.DataFrame, root: Path, settings: RunSettings) -> None:
        self.root, self.crops = root, Names.of(rows["crop"])
        self.label = rows["label"].to_numpy().astype(np.int64)
        self.live = np.flatnonzero(self.label == 0)
        known = {name: k for k, name in enumerate(settings.model.families)}
        pais = names_in(rows["pai"])
        families = [species_of(pai, "family") if pai else "" for pai in pais.names]
        self.family = np.array([known.get(name, -1) for name in families], np.int64)[pais.codes]
        self.settings = settings

    def __len__(self) -> int:
        return len(self.crops)

    def __getitem__(self, draw: Draw) -> TrainingBatch:
        s = self.settings
        rng = np.random.default_rng([s.training.seed, draw.epoch, draw.position])
        crop = augment_crop(self._crop(draw.row, rng), s.augment, rng)
        if s.input.mode == "patch":
            image = random_patch(crop, s.input.size, rng)
        else:
            image = resized(crop, s.input.size, s.input.size, s.input.shrink)
        image = pad_to_stride(augment_input(image, s.augment, rng))
        return TrainingBatch(
            torch.from_numpy(normalise(image, s.input.mean, s.input.std)),
            torch.tensor(self.label[draw.row]),
            torch.tensor(self.family[draw.row]),
        )

    def _crop(self, row: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        """The row's crop, or one that is simulated in its stead; see ``augment.simulate``."""
        share = self.settings.augment.simulate
        if share == 0 or rng.random() >= share:
            return self._read(row)
        from spoofcue.simulate import OnlineSimulator

        simulator = OnlineSimulator()
        if self.label[row] == 0:
            return simulator.live(self._read(row), rng)
        source = self.live[int(rng.integers(len(self.live)))]
        return simulator.attack(self._read(source), rng)

    def _read(self, row: int) -> NDArray[np.uint8]:
        return read_crop(self.root / self.crops[row])


class ScoringBatch(NamedTuple):
    """image (B, K, 3, H, W) float32: K inputs a face; row (B,) int64: which manifest row."""

    image: Tensor
    row: Tensor


class ScoringCrops(Dataset[ScoringBatch]):
    """One item per group of faces whose network inputs have one shape."""

    def __init__(self, rows: pl.DataFrame, root: Path, settings: InputSettings) -> None:
        self.root, self.crops = root, Names.of(rows["crop"])
        self.settings = settings
        sizes = rows["crop_h", "crop_w"].to_numpy()
        self.groups = [np.array(g, np.int64) for g in groups_of_one_shape(sizes, settings)]

    def __len__(self) -> int:
        return len(self.groups)

    def __getitem__(self, index: int) -> ScoringBatch:
        s = self.settings
        group = self.groups[index]
        crops = (read_crop(self.root / self.crops[row]) for row in group.tolist())
        faces = [
            np.stack([normalise(i, s.mean, s.std) for i in scoring_inputs(crop, s)])
            for crop in crops
        ]
        return ScoringBatch(torch.from_numpy(np.stack(faces)), torch.from_numpy(group))


def shared_scoring_loader(
    rows: pl.DataFrame, root: Path, settings: InputSettings, rank: int = 0, processes: int = 1
) -> tuple[DataLoader[ScoringBatch], bool]:
    """Loader over ``rows``, each with a crop, or over a process's share; batches come ready made.

    Returns:
        The loader, and whether it has a share: where there are fewer batches than processes each
        one looks at all.

    """
    crops = ScoringCrops(rows, root, settings)
    shared = 1 < processes <= len(crops)
    if shared:
        crops.groups = crops.groups[rank::processes]
    return DataLoader(crops, batch_size=None, num_workers=0), shared
