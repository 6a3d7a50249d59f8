"""The encoder as a fixed describer of faces: averages of its maps E2 to E5."""

from __future__ import annotations

import warnings
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings, RunSettings
from spoofcue.errors import InputError
from spoofcue.patches.inputs import normalise, scoring_inputs

if TYPE_CHECKING:
    from torch import Tensor

    from spoofcue.cue.encoder import ResNet18Encoder

UNTRAINED = (
    "gmm: model.weights is none, so the features are those of an untrained network; give "
    "imagenet or a weights file, or --set compared.gmm_encoder=trained."
)


def make_encoder(data: Path, run: Path, settings: RunSettings) -> ResNet18Encoder:
    """The encoder that ``compared.gmm_encoder`` asks for; ``trained`` first trains method cnn.

    Args:
        data: the prepared folder, whose train split trains it.
        run: the run folder; a training is left in ``run/encoder``.
        settings: of the run.

    Raises:
        InputError: the weights cannot be had, or are not this encoder's.

    """
    import torch

    from spoofcue.cue.encoder import ResNet18Encoder
    from spoofcue.cue.weights import load_encoder_weights

    if settings.compared.gmm_encoder == "trained":
        return encoder_from(_train_cnn(data, run / "encoder", settings), settings, str(run))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.training.seed)
        encoder = ResNet18Encoder(settings.model.encoder_norm, settings.model.width)
    if settings.model.weights == "none":
        warnings.warn(UNTRAINED, stacklevel=2)
    else:
        load_encoder_weights(encoder, settings.model.weights)
    return encoder.eval()


def encoder_from(state: dict[str, Tensor], settings: RunSettings, source: str) -> ResNet18Encoder:
    """An encoder with these weights, all of them.

    Raises:
        InputError: a key is missing or of another shape.

    """
    from spoofcue.cue.encoder import ResNet18Encoder

    encoder = ResNet18Encoder(settings.model.encoder_norm, settings.model.width)
    try:
        encoder.load_state_dict(state)
    except RuntimeError as error:
        raise InputError(f"{source} does not hold this encoder's weights: {error}") from error
    return encoder.eval()


def encoder_state(checkpoint: Path) -> dict[str, Tensor]:
    """The encoder's part of a training checkpoint, by the encoder's own names."""
    from spoofcue.scoring.model import read_checkpoint

    weights = read_checkpoint(checkpoint)["state_dict"]
    return {k.split("encoder.", 1)[1]: v for k, v in weights.items() if "encoder." in k}


def encoder_features(
    encoder: ResNet18Encoder, crops: list[NDArray[np.uint8]], settings: InputSettings
) -> NDArray[np.float64]:
    """Global averages of E2 to E5, mean over a face's inputs, in one batch.

    Args:
        encoder: in evaluation mode.
        crops: (h, w, 3) uint8 RGB whose inputs have one shape.
        settings: how a crop becomes inputs.

    Returns:
        (N, D); D = 15 widths, 960 for ResNet-18.

    """
    import torch

    inputs = [scoring_inputs(crop, settings) for crop in crops]
    batch = [normalise(i, settings.mean, settings.std) for of_face in inputs for i in of_face]
    with torch.inference_mode():
        maps = encoder(torch.from_numpy(np.stack(batch)))[1:]
        pooled = torch.cat([m.mean((2, 3)) for m in maps], dim=1).double().numpy()
    means: NDArray[np.float64] = pooled.reshape(len(crops), -1, pooled.shape[1]).mean(axis=1)
    return means


def _train_cnn(data: Path, run: Path, settings: RunSettings) -> dict[str, Tensor]:
    # By name and late: the registry imports this package, so an import would close a circle.
    registry = import_module("spoofcue.methods.registry")
    resume = (run / "checkpoints" / "last.ckpt").is_file()
    as_cnn = settings.model_copy(update={"method": "cnn"})
    registry.train_run(data, run, as_cnn, resume=resume)
    return encoder_state(run / "checkpoints" / "best.ckpt")
