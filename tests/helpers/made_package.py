"""A tiny sound package to break, and its parts."""

from __future__ import annotations

from typing import Any

from spoofcue.config import InputSettings, RunSettings
from spoofcue.package.schema import PackageSpec, ThresholdFacts
from spoofcue.package.write import file_facts

WEIGHTS = {"model.onnx": b"\x08\x0a" + bytes(range(200))}


def spec(weights: dict[str, bytes] = WEIGHTS, **changed: Any) -> PackageSpec:
    tree: dict[str, Any] = {
        "name": "tiny",
        "format": "onnx",
        "precision": "fp32",
        "files": file_facts(weights),
        "input": InputSettings(size=32, max_side=64),
        "margin": 0.2,
        "detector": "none",
        "min_face_px": 16,
        "threshold": ThresholdFacts(value=0.01, rule="eer", source="eer on dev"),
        "training": RunSettings(),
        "spoofcue": "0.1.0",
        "created": "2026-01-01",
    }
    return PackageSpec(**(tree | changed))
