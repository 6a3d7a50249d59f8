"""Fit a classical method on a prepared folder; fills a run folder."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import RunSettings, dump_yaml
from spoofcue.data.manifest import evenly_spread
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.data.same_pictures import refuse_shared_pictures
from spoofcue.errors import InputError
from spoofcue.labels import LIVE
from spoofcue.media.crops import read_crop
from spoofcue.methods.classical import Classical, Floats
from spoofcue.methods.fitted_file import MODEL_NAME, save_model
from spoofcue.methods.registry import build_classical
from spoofcue.methods.settings import as_method
from spoofcue.metrics.measures import rates_at_eer
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.records.owner import held
from spoofcue.records.run_folder import BestEntry, RunFolder, RunRecord, TrainingEntry
from spoofcue.source import source_commit
from spoofcue.training.manifest_rows import crops_of, names_in

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[int, int], None]
# (settings, run folder) -> the checkpoint of a learned method, trained on the same data
TrainFirst = Callable[[RunSettings, Path], Path]

PACKAGES = ("torch", "scikit-learn", "scikit-image", "numpy", "opencv-python-headless", "polars")


def fit(
    data: Path,
    run: Path,
    settings: RunSettings,
    train_first: TrainFirst,
    progress: Progress | None = None,
) -> RunRecord:
    """Fit on the train split; dev sets the threshold and nothing else, test is not read.

    Writes config.yaml, run.json and model.npz into ``run``.

    Args:
        data: a prepared folder.
        run: the run folder, without a model.
        settings: ``method`` is a classical one.
        train_first: trains the learned method that this one may begin with, into ``run/encoder``.
        progress: called with how many faces were described, and of how many.

    Returns:
        The run's record, as run.json holds it.

    Raises:
        InputError: another method, a model there, a class or enough live faces missing, or
            another process is writing the folder.

    """
    with held(run, "train", clear=True):
        return _fit(data, run, settings, train_first, progress)


def _fit(
    data: Path,
    run: Path,
    settings: RunSettings,
    train_first: TrainFirst,
    progress: Progress | None,
) -> RunRecord:
    method = build_classical(settings)
    folder, prepared = RunFolder(run), PreparedFolder(data)
    there = (run / MODEL_NAME).exists() and not _was_killed(folder, settings)
    if there or folder.checkpoints.exists():
        raise InputError(f"{run} holds a model already; give another --out.")
    rows = evenly_spread(prepared.scan())
    refuse_shared_pictures(rows, data)
    train, dev = (crops_of(rows, split, data) for split in ("train", "dev"))
    if method.live_only:
        train = train.filter(train["label"] == LIVE)
    facts = prepared.crop_facts()
    began, commit = time.monotonic(), source_commit()
    run.mkdir(parents=True, exist_ok=True)
    folder.write_settings(dump_yaml(settings))
    trained = None
    if method.trained_first is not None:
        first = as_method(settings, method.trained_first)
        trained = train_first(first, run / "encoder")
    method.begin(trained)
    counted = _Counted(train.height + dev.height, progress)
    fitted = method.fit(
        features_of(train, data, method, counted),
        train["label"].to_numpy(),
        train["subject"].to_list(),
    )
    scores = method.scores(features_of(dev, data, method, counted)) if dev.height else np.zeros(0)
    judged = judge_dev(dev, scores, fitted.threshold, fitted.why)
    about = {"settings": settings.model_dump(mode="json"), "facts": facts, "dev": judged}
    save_model(run / MODEL_NAME, about, method)
    seconds = time.monotonic() - began
    record = RunRecord.begun(
        run,
        method=settings.method,
        preset=settings.preset,
        parameters=sum(a.size for a in (*method.model.values(), *method.weights.values())),
        data=prepared.as_trained_on([*facts["warnings"], *method.doubts]),
        training=TrainingEntry(
            epochs=0,
            steps=0,
            precision=method.precision,
            device="cpu",
            seed=settings.training.seed,
            finished=True,
            seconds=round(seconds, 1),
            images_per_s=round((train.height + dev.height) / max(seconds, 1e-9), 2),
            best=BestEntry(
                epoch=None,
                dev_acer=judged.get("acer"),
                threshold=judged["threshold"],
                threshold_source=judged["threshold_source"],
            ),
            **{"faces": train.height, **fitted.record},
        ),
        packages=PACKAGES,
        commit=commit,
    )
    folder.write_record(record)
    return record


def _was_killed(folder: RunFolder, settings: RunSettings) -> bool:
    """Whether a fit with these settings wrote its model and not its record, which comes last."""
    return not folder.exists and folder.settings_text() == dump_yaml(settings)


def features_of(
    rows: pl.DataFrame, data: Path, method: Classical, progress: Callable[[int], None]
) -> Floats:
    """Describe every crop, in the order of the rows and in batches of bounded memory.

    Args:
        rows: of a manifest, each with a crop.
        data: the prepared folder.
        method: that describes them.
        progress: called with how many faces were described since its last call.

    Returns:
        (N, D) float64; (0, 0) if there are no rows.

    """
    sizes, names = rows["crop_h", "crop_w"].to_numpy(), rows["crop"]
    features = np.zeros((0, 0))
    for group in groups_of_one_shape(sizes, method.input):
        found = np.asarray(method.describe([read_crop(data / names[i]) for i in group]))
        if not len(features):
            features = np.empty((rows.height, *found.shape[1:]), found.dtype)
        features[group] = found
        progress(len(group))
    return features


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
    names = (names_in(rows[column]) for column in ("pai", "video"))
    videos = by_video(ScoreSet.of(scores, label, *names))
    return {**rates_at_eer(videos), "threshold_source": "eer on dev in fitting"}


class _Counted:
    """Steps to (done, all)."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def __call__(self, count: int) -> None:
        self._done += count
        if self._progress:
            self._progress(self._done, self._total)
