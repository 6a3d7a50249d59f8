"""A tiny sound package to break, and its parts."""

from __future__ import annotations

from typing import Any

from spoofcue.config import InputSettings, RunSettings
from spoofcue.faces.crop import Crop
from spoofcue.package.expert import CueExpert
from spoofcue.package.schema import PackageSpec
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts

WEIGHTS = {"model.onnx": b"\x08\x0a" + bytes(range(200))}


def cue_expert(weights: dict[str, bytes] = WEIGHTS, **changed: Any) -> CueExpert:
    tree: dict[str, Any] = {
        "name": "cue",
        "format": "onnx",
        "precision": "fp32",
        "files": file_facts(weights),
        "input": InputSettings(size=32, max_side=64),
        "crop": Crop.with_margin(0.2),
        "training": RunSettings(),
    }
    return CueExpert(**(tree | changed))


def spec(weights: dict[str, bytes] = WEIGHTS, **changed: Any) -> PackageSpec:
    tree: dict[str, Any] = {
        "name": "tiny",
        "experts": [cue_expert(weights)],
        "detector": "none",
        "min_face_px": 16,
        "threshold": ThresholdFacts(value=0.01, rule="eer", source="eer on dev"),
        "spoofcue": "0.1.0",
        "created": "2026-01-01",
    }
    return PackageSpec(**(tree | changed))
