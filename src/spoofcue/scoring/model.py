"""The paper's detector, from a run folder, a checkpoint or an exported .onnx file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import as_stored
from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.scoring.face import CueModel, FaceScore, score_crops
from spoofcue.scoring.facts import ModelFacts, facts_from, with_evaluated_threshold

__all__ = [
    "CueModel",
    "ModelFacts",
    "OnnxModel",
    "TorchModel",
    "best_checkpoint",
    "read_checkpoint",
    "require_torch",
]


class OnnxModel:
    """A plain .onnx file that `spoofcue export` wrote, in ONNX Runtime; needs no torch."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        try:
            self._session = OnnxRuntime(path.read_bytes(), threads)
            stored = self._session.metadata["spoofcue"]
        except KeyError:
            raise InputError(f"{path} is an ONNX model, but none that spoofcue exported.") from None
        except (InputError, OSError) as error:
            raise InputError(f"{path} is not a usable ONNX model: {error}") from error
        self.facts = facts_from(json.loads(stored), path)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`CueModel`."""
        return self._session.cues(image)

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_crops(self, crops)


class TorchModel:
    """A training checkpoint of the paper's network in PyTorch, fp32.

    Args:
        path: a run folder (its best checkpoint, the threshold of its evaluation) or a .ckpt.

    Raises:
        InputError: nothing usable there, or PyTorch is not installed.

    """

    def __init__(self, path: Path) -> None:
        checkpoint = best_checkpoint(path)
        require_torch(checkpoint)
        import torch

        from spoofcue.config import settings_from
        from spoofcue.cue.generator import LGSC

        stored = read_checkpoint(checkpoint)
        settings = settings_from(stored["spoofcue"]["settings"], str(checkpoint))
        network = LGSC(**settings.model.network())
        # what a student learned to compare itself with its teacher scores nothing
        weights = {
            k.removeprefix("network."): v
            for k, v in stored["state_dict"].items()
            if k.startswith("network.") and not k.startswith("network.distillation.")
        }
        network.load_state_dict(weights)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.generator = network.generator.eval().to(self._device)
        self.facts = facts_from(stored["spoofcue"], checkpoint)
        if path.is_dir():
            self.facts = with_evaluated_threshold(self.facts, path)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`CueModel`."""
        import torch

        with torch.inference_mode():
            batch = torch.from_numpy(np.ascontiguousarray(image)).to(self._device)
            cue = self.generator(batch.contiguous(memory_format=torch.channels_last)).cue
            out: NDArray[np.float32] = cue.cpu().numpy()
        return out

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_crops(self, crops)


def require_torch(path: Path) -> None:
    """Say what to install for ``path`` where PyTorch is missing.

    Raises:
        InputError: it is.

    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"{path} needs PyTorch (`pip install 'spoofcue[train]'`); or score with a "
            "model that `spoofcue export` wrote."
        ) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A training checkpoint as plain data, settings :func:`as_stored`; no code in it is run.

    Raises:
        InputError: it is not a spoofcue checkpoint, or PyTorch is not installed.

    """
    require_torch(path)
    import pickle

    import torch

    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"{path} is not a readable checkpoint: {error}") from error
    if not isinstance(stored, dict) or "spoofcue" not in stored:
        raise InputError(f"{path} is no checkpoint of a spoofcue training.")
    if "settings" in stored["spoofcue"]:
        stored["spoofcue"]["settings"] = as_stored(stored["spoofcue"]["settings"])
    return stored


def best_checkpoint(path: Path) -> Path:
    """The checkpoint of a run folder, or ``path`` itself if it is a file.

    Raises:
        InputError: there is none.

    """
    if not path.is_dir():
        return path
    checkpoint = path / "checkpoints" / "best.ckpt"
    if not checkpoint.is_file():
        raise InputError(f"{path} holds no checkpoints/best.ckpt; is it a finished run folder?")
    return checkpoint
