"""A trained detector, from a run folder, a checkpoint or an exported .onnx file."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.errors import InputError
from spoofcue.faces.crop import DEFAULT_MARGIN, MIN_FACE_PX


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a detector must know besides its weights.

    Attributes:
        id: name and first 12 digits of the SHA-256 of the file.
        input: how a crop becomes network input.
        threshold: a score above it is an attack.
        threshold_source: where the threshold comes from.
        margin: of the face crops it was trained on.
        min_face_px: shorter faces are rejected.
        detector: that found the faces of its training.

    """

    id: str
    input: InputSettings
    threshold: float
    threshold_source: str
    margin: float
    min_face_px: int
    detector: str


class CueModel(Protocol):
    """Weights behind one call, whatever runs them."""

    facts: ModelFacts

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """(B, 3, H, W) normalised images -> cue maps of the same shape in [-1, 1]."""
        ...


class OnnxModel:
    """An exported detector in ONNX Runtime; needs no torch."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        try:
            options = onnxruntime.SessionOptions()
            options.log_severity_level = 3
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
            stored = self._session.get_modelmeta().custom_metadata_map["spoofcue"]
        except KeyError:
            raise InputError(f"{path} is an ONNX model, but none that spoofcue exported.") from None
        # ONNX Runtime's errors have no common base but Exception.
        except Exception as error:
            raise InputError(f"{path} is not a usable ONNX model: {error}") from error
        self.facts = facts_from(json.loads(stored), path)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`CueModel`."""
        out: NDArray[np.float32] = self._session.run(None, {"image": image})[0]
        return out


class TorchModel:
    """A training checkpoint in PyTorch, fp32."""

    def __init__(self, checkpoint: Path) -> None:
        try:
            import torch

            from spoofcue.cue.generator import LGSC
        except ImportError as error:
            raise InputError(
                f"{checkpoint} needs PyTorch (`pip install 'spoofcue[train]'`); or score with a "
                "model that `spoofcue export` wrote."
            ) from error
        from spoofcue.config import settings_from

        stored = read_checkpoint(checkpoint)
        settings = settings_from(stored["spoofcue"]["settings"], str(checkpoint))
        network = LGSC(**settings.model.network())
        weights = {
            k.removeprefix("network."): v
            for k, v in stored["state_dict"].items()
            if k.startswith("network.")
        }
        network.load_state_dict(weights)
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.generator = network.generator.eval().to(self._device)
        self.facts = facts_from(stored["spoofcue"], checkpoint)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`CueModel`."""
        import torch

        with torch.inference_mode():
            batch = torch.from_numpy(np.ascontiguousarray(image)).to(self._device)
            cue = self.generator(batch.contiguous(memory_format=torch.channels_last)).cue
            out: NDArray[np.float32] = cue.cpu().numpy()
        return out


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A training checkpoint as plain data; no code in it is run.

    Raises:
        InputError: it is not a spoofcue checkpoint.

    """
    import pickle

    import torch

    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        raise InputError(f"{path} is not a readable checkpoint: {error}") from error
    if not isinstance(stored, dict) or "spoofcue" not in stored:
        raise InputError(f"{path} is no checkpoint of a spoofcue training.")
    return stored


def load_model(path: Path) -> CueModel:
    """Load RUN (its best checkpoint), a .ckpt or a .onnx.

    Raises:
        InputError: nothing usable there; the message says what was looked for.

    """
    if path.is_dir():
        checkpoint = path / "checkpoints" / "best.ckpt"
        if not checkpoint.is_file():
            raise InputError(f"{path} holds no checkpoints/best.ckpt; is it a finished run folder?")
        return _with_evaluated_threshold(TorchModel(checkpoint), path, checkpoint)
    if not path.is_file():
        raise InputError(f"there is no model at {path}; give a run folder, a .ckpt or a .onnx.")
    return OnnxModel(path) if path.suffix == ".onnx" else TorchModel(path)


def facts_from(stored: dict[str, Any], path: Path) -> ModelFacts:
    """Read the facts that training stored; a threshold that is no number is refused."""
    data, dev = stored["facts"], stored["dev"]
    threshold = float(dev.get("threshold", math.nan))
    if not math.isfinite(threshold):
        raise InputError(
            f"{path} was stored before its threshold was chosen; train to an epoch's end."
        )
    run = path.parent.parent if path.suffix == ".ckpt" else path
    detector = data.get("detector") or "dlib"
    return ModelFacts(
        id=f"{run.stem}-{_sha256(path)[:12]}",
        input=InputSettings.model_validate(stored["settings"]["input"]),
        threshold=threshold,
        threshold_source=dev.get("threshold_source", "eer on dev in training"),
        margin=DEFAULT_MARGIN if data.get("margin") is None else data["margin"],
        min_face_px=data.get("min_face_px") or MIN_FACE_PX,
        # A model of ready-made crops still has to find faces in photographs: a whole picture
        # taken for a face would give a landscape a verdict.
        detector="dlib" if detector == "none" else detector,
    )


def _with_evaluated_threshold(model: TorchModel, run: Path, checkpoint: Path) -> TorchModel:
    """Prefer the threshold of `evaluate`: same rule and data, but scored as the detector scores."""
    path = run / "evaluation" / "metrics.json"
    if not path.is_file():
        return model
    stored = json.loads(path.read_text(encoding="utf-8"))
    level = stored["evaluation"]["video"] or stored["evaluation"]["frame"]
    if stored.get("model") == model.facts.id and level["threshold"]["rule"] == "eer":
        model.facts = replace(
            model.facts, threshold=level["threshold"]["value"], threshold_source="eer on dev"
        )
    return model


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
