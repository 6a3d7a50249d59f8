"""A training checkpoint of any learned method as something that scores faces, in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import (
    CHECKPOINT_KEY,
    best_checkpoint,
    network_of,
    read_checkpoint,
)
from spoofcue.methods.registry import build_network
from spoofcue.scoring.face import Face, FaceScore, face_crops, score_crops, score_faces
from spoofcue.scoring.facts import facts_from, with_evaluated_threshold

if TYPE_CHECKING:
    from torch import Tensor

    from spoofcue.cue.generator import CueGenerator


class CheckpointModel:
    """A trained network, fp32, behind :class:`~spoofcue.scoring.face.FaceScorer`.

    Args:
        path: a run folder (its best checkpoint, the threshold of its evaluation) or a .ckpt.

    Raises:
        InputError: nothing usable there, or PyTorch is not installed.

    """

    def __init__(self, path: Path) -> None:
        checkpoint = best_checkpoint(path)
        stored = read_checkpoint(checkpoint)
        import torch

        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network = network_of(stored, checkpoint, build_network).to(self._device)
        self.facts = facts_from(stored[CHECKPOINT_KEY], checkpoint)
        if path.is_dir():
            self.facts = with_evaluated_threshold(self.facts, path)

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_crops(self._run, face_crops(faces, self.facts.crop), self.facts.input)

    def _run(self, image: NDArray[np.float32]) -> tuple[list[float], NDArray[np.float32] | None]:
        import torch

        with torch.inference_mode():
            batch = self._batch(image)
            scores = self.network.scores(batch).cpu().tolist()
            evidence = self.network.evidence(batch)
            return scores, None if evidence is None else evidence.cpu().numpy()

    def _batch(self, image: NDArray[np.float32]) -> Tensor:
        import torch

        batch = torch.from_numpy(np.ascontiguousarray(image)).to(self._device)
        return batch.contiguous(memory_format=torch.channels_last)


class TorchModel(CheckpointModel):
    """A checkpoint of the paper's network: its cue maps, and Eq. 10 of them.

    Args:
        path: as of :class:`CheckpointModel`.

    Raises:
        InputError: as there, or it is of another method.

    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        generator = getattr(self.network, "generator", None)
        if generator is None:
            raise InputError(f"{path} makes no cue maps; it is not of method lgsc.")
        self.generator: CueGenerator = generator

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`~spoofcue.scoring.face.CueModel`."""
        import torch

        with torch.inference_mode():
            out: NDArray[np.float32] = self.generator(self._batch(image)).cue.cpu().numpy()
        return out

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_faces(self, faces)
