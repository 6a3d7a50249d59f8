"""Prepared noise pictures, runs on them, and models without training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from PIL import Image

from helpers.made_runs import draw_run
from helpers.strong_cues import strengthen
from spoofcue.config import InputSettings
from spoofcue.cue.generator import CueGenerator
from spoofcue.data.manifest import write_manifest
from spoofcue.faces.crop import FACE_CROP
from spoofcue.metrics.thresholds import Threshold
from spoofcue.scoring.face import Face, FaceScore, score_faces
from spoofcue.scoring.facts import ModelFacts

KINDS = ("", "print-a", "replay-a")
INPUT = InputSettings(size=32, max_side=64)


def facts(settings: InputSettings = INPUT, model: str = "run-0123456789ab") -> ModelFacts:
    return ModelFacts(model, settings, Threshold(0.01, "eer", "eer on dev"), FACE_CROP, 16, "none")


class BrightModel:
    """Its cue map is the picture itself, 0 for black and 1 for white; no network."""

    def __init__(self, settings: InputSettings = INPUT) -> None:
        self.facts = facts(settings)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        s = self.facts.input
        return (image * np.float32(s.std) + np.float32(s.mean)) / np.float32(255)

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        return score_faces(self, faces)


class TinyModel:
    """An untrained generator of four channels."""

    def __init__(self, settings: InputSettings = INPUT) -> None:
        torch.manual_seed(0)
        self.facts = facts(settings)
        self.generator = CueGenerator(width=4).eval()
        strengthen(self.generator)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return self.generator(torch.from_numpy(image)).cue.numpy()

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        return score_faces(self, faces)


def prepare(folder: Path, people: int = 3, takes: int = 2, side: int = 40) -> Path:
    """A prepared folder whose test split has ``people`` x KINDS x ``takes`` pictures."""
    rng = np.random.default_rng(0)
    (folder / "crops").mkdir(parents=True)
    rows = []
    for split in ("dev", "test"):
        for person in range(people):
            for kind in KINDS:
                for take in range(takes):
                    name = f"crops/{split}-{person}-{kind or 'live'}-{take}.png"
                    noise = rng.integers(0, 256, (side, side, 3), dtype=np.uint8)
                    Image.fromarray(noise).save(folder / name)
                    rows.append(
                        {
                            "media": name, "video": name, "frame": 0,
                            "subject": f"{split}-{person}",
                            "label": int(bool(kind)), "pai": kind or None, "split": split,
                            "frame_w": side, "frame_h": side, "crop": name, "crop_w": side,
                            "crop_h": side, "box_x": 5, "box_y": 6, "box_w": 20, "box_h": 24,
                            "status": "ok",
                        }
                    )  # fmt: skip
    write_manifest(pl.DataFrame(rows), folder)
    return folder


def make_run(folder: Path, data: Path, **settings: Any) -> Path:
    """A run of that name and of :func:`facts`, judged on ``data`` with drawn scores."""
    return draw_run(folder, data, facts().id, **settings)
