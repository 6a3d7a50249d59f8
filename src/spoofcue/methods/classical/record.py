"""What a fit leaves beside its model: the dev threshold and run.json, with training's keys."""

from __future__ import annotations

import platform
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue import __version__
from spoofcue.config import RunSettings
from spoofcue.data.prepare import count_rows
from spoofcue.metrics.curves import auc, eer
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import eer_threshold

if TYPE_CHECKING:
    import polars as pl

PACKAGES = ("torch", "scikit-learn", "scikit-image", "numpy", "opencv-python-headless", "polars")


def judge_dev(
    rows: pl.DataFrame, scores: NDArray[np.float64], fallback: float, why: str
) -> dict[str, Any]:
    """The threshold at the dev EER and the rates there, video level as in training.

    Args:
        rows: of the dev split, each with a crop.
        scores: one a row.
        fallback: the threshold where dev lacks a class.
        why: what the fallback is, in words.

    Returns:
        ``threshold``, ``threshold_source`` and, from dev alone, ``acer``, ``eer`` and ``auc``.

    """
    label = rows["label"].to_numpy()
    if len(np.unique(label)) < 2:
        return {"threshold": fallback, "threshold_source": f"{why}; no dev with both classes"}
    pai = rows["pai"].fill_null("").to_list()
    videos = by_video(ScoreSet.of(scores, label, pai, rows["video"].fill_null("").to_list()))
    threshold = eer_threshold(videos)
    return {
        "threshold": threshold.value,
        "threshold_source": "eer on dev in fitting",
        "acer": error_rates(videos, threshold).acer,
        "eer": eer(videos),
        "auc": auc(videos),
    }


def run_record(
    run: Path,
    data: Path,
    rows: pl.DataFrame,
    settings: RunSettings,
    parameters: int,
    data_warnings: list[str],
    fitted: dict[str, Any],
    commit: str | None,
) -> dict[str, Any]:
    """What run.json holds; an epoch is None, for there are none.

    Args:
        run: the run folder.
        data: the prepared folder.
        rows: its whole manifest.
        settings: of the run.
        parameters: numbers in the model.
        data_warnings: shown wherever a result is shown.
        fitted: what the method tells of its fit; goes into ``training``.
        commit: of the source that ran; None if unknown.

    """
    name = run.resolve().name
    return {
        "name": name,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "spoofcue": __version__,
        "commit": commit,
        "method": settings.method,
        "preset": settings.preset,
        "model": {"id": name, "parameters": parameters},
        "data": {
            "root": str(data.resolve()),
            "counts": count_rows(rows),
            "warnings": data_warnings,
        },
        "training": {
            "epochs": 0,
            "steps": 0,
            "precision": "fp32 features, fp64 model" if settings.method == "gmm" else "fp64",
            "device": "cpu",
            "seed": settings.training.seed,
            "finished": True,
            **fitted,
        },
        "software": {"python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
    }
