"""A run folder as train and evaluate leave it, of noise pictures, and models without training."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from PIL import Image

from spoofcue.config import InputSettings
from spoofcue.cue.generator import CueGenerator
from spoofcue.data.manifest import write_manifest
from spoofcue.metrics.evaluation import evaluate
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.thresholds import Threshold
from spoofcue.scoring.face import FaceScore, score_crops
from spoofcue.scoring.facts import ModelFacts

KINDS = ("", "print-a", "replay-a")
INPUT = InputSettings(size=32, max_side=64)


def facts(settings: InputSettings = INPUT, model: str = "run-0123456789ab") -> ModelFacts:
    return ModelFacts(model, settings, Threshold(0.01, "eer", "eer on dev"), 0.2, 16, "none")


class BrightModel:
    """Its cue map is the picture itself, 0 for black and 1 for white; no network."""

    def __init__(self, settings: InputSettings = INPUT) -> None:
        self.facts = facts(settings)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        s = self.facts.input
        return (image * np.float32(s.std) + np.float32(s.mean)) / np.float32(255)

    def score(self, crops: list[NDArray[np.uint8]]) -> list[FaceScore]:
        return score_crops(self, crops)


class TinyModel:
    """An untrained generator of four channels."""

    def __init__(self, settings: InputSettings = INPUT) -> None:
        torch.manual_seed(0)
        self.facts = facts(settings)
        self.generator = CueGenerator(width=4).eval()

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return self.generator(torch.from_numpy(image)).cue.numpy()

    def score(self, crops: list[NDArray[np.uint8]]) -> list[FaceScore]:
        return score_crops(self, crops)


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
    """A run of that name, judged on ``data`` with drawn scores."""
    rng = np.random.default_rng(1)
    evaluation = folder / "evaluation"
    evaluation.mkdir(parents=True)
    rows = pl.read_parquet(data / "manifest.parquet")
    columns = ["score", "label", "pai", "video", "subject", "media", "frame", "crop"]
    for split in ("dev", "test"):
        with (evaluation / f"{split}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            for row in rows.filter(pl.col("split") == split).iter_rows(named=True):
                score = float(rng.lognormal(-6 + row["label"], 0.5))
                writer.writerow(row | {"score": score, "pai": row["pai"] or ""})
    result = evaluate(*(read_scores(evaluation / f"{s}.csv") for s in ("test", "dev")))
    metrics = {"evaluation": result.to_dict(), "data": str(data), "model": facts().id}
    (evaluation / "metrics.json").write_text(json.dumps(metrics))
    tree = {"model": {"auxiliary": "overlay"}, "input": {"mode": "patch", "scoring": "whole"}}
    for key, value in settings.items():
        section, name = key.split("__")
        tree[section][name] = value
    (folder / "config.yaml").write_text(json.dumps(tree))  # JSON is YAML
    record = {
        "name": folder.name, "created": "2026-01-01", "spoofcue": "0", "preset": "small",
        "model": {"id": "m", "parameters": 1}, "software": {"python": "3"},
        "data": {"root": str(data), "counts": [], "warnings": []},
        "training": {"precision": "fp32", "seed": 0},
    }  # fmt: skip
    (folder / "run.json").write_text(json.dumps(record))
    return folder
