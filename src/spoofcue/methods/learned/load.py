"""A checkpoint of a learned method as something that scores faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from spoofcue.config import settings_from
from spoofcue.media.image import Image
from spoofcue.methods.learned.networks import build_network
from spoofcue.scoring.face import FaceScore, score_inputs
from spoofcue.scoring.facts import facts_from, with_evaluated_threshold
from spoofcue.scoring.model import best_checkpoint, read_checkpoint


class LearnedModel:
    """A network of any learned method, fp32, behind :class:`~spoofcue.scoring.face.FaceScorer`.

    Args:
        path: a run folder (its best checkpoint, the threshold of its evaluation) or a .ckpt.

    Raises:
        InputError: nothing usable there.

    """

    def __init__(self, path: Path) -> None:
        checkpoint = best_checkpoint(path)
        stored = read_checkpoint(checkpoint)
        network = build_network(settings_from(stored["spoofcue"]["settings"], str(checkpoint)))
        network.load_state_dict(
            {
                name.removeprefix("network."): value
                for name, value in stored["state_dict"].items()
                if name.startswith("network.")
            }
        )
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.network = network.eval().to(self._device)
        self.facts = facts_from(stored["spoofcue"], checkpoint)
        if path.is_dir():
            self.facts = with_evaluated_threshold(self.facts, path)

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_inputs(self._run, crops, self.facts.input)

    def _run(self, image: NDArray[np.float32]) -> tuple[list[float], NDArray[np.float32] | None]:
        with torch.inference_mode():
            batch = torch.from_numpy(np.ascontiguousarray(image)).to(self._device)
            batch = batch.contiguous(memory_format=torch.channels_last)
            scores = self.network.scores(batch).cpu().tolist()
            evidence = self.network.evidence(batch)
            return scores, None if evidence is None else evidence.cpu().numpy()


def load(path: Path) -> LearnedModel:
    """Load a run folder or a .ckpt of a learned method."""
    return LearnedModel(path)
