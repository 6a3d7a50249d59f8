"""Fit lbp, color-texture or gmm on a prepared folder; fills a run folder."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import RunSettings, dump_yaml
from spoofcue.data.crop_facts import crop_facts
from spoofcue.data.manifest import LIVE, evenly_spread, read_manifest
from spoofcue.errors import InputError
from spoofcue.methods.classical.dev import judge_dev
from spoofcue.methods.classical.encoder import UNTRAINED, encoder_features, make_encoder
from spoofcue.methods.classical.features import (
    Describe,
    features_of,
    square_face,
    texture_features,
    texture_input,
)
from spoofcue.methods.classical.mixture import anomaly_score, fit_mixture
from spoofcue.methods.classical.store import MODEL_NAME, SCHEMAS, Arrays, save_model
from spoofcue.methods.classical.svm import Choice, choose_c, decision, fit_svm, to_score
from spoofcue.plain_lines import plain_progress
from spoofcue.source import source_commit
from spoofcue.training.record import run_record
from spoofcue.whole_files import write_json, write_text

if TYPE_CHECKING:
    import polars as pl

    from spoofcue.cue.encoder import ResNet18Encoder

Floats = NDArray[np.float64]
Advance = Callable[[int], None]

# libsvm's time grows faster than the square of the faces; past this, hours.
MANY_FACES = 20_000
# Share of the live training faces below gmm's threshold where no dev tells a better one.
LIVE_PASSING = 0.95
PACKAGES = ("torch", "scikit-learn", "scikit-image", "numpy", "opencv-python-headless", "polars")


@dataclass(frozen=True, slots=True, eq=False)
class _Fitted:
    arrays: Arrays
    encoder: Arrays
    dev_scores: Floats
    fallback: float
    why: str
    told: dict[str, Any]


def fit(data: Path, run: Path, settings: RunSettings) -> dict[str, Any]:
    """Fit on the train split; dev sets the threshold and nothing else, test is not read.

    Writes config.yaml, run.json and model.npz into ``run``; the bar on stderr counts faces.

    Args:
        data: a prepared folder.
        run: the run folder, without a model.
        settings: ``method`` is lbp, color-texture or gmm.

    Returns:
        What run.json holds.

    Raises:
        InputError: another method, a model there, a class or enough live faces missing.

    """
    if settings.method not in SCHEMAS:
        raise InputError(f"{settings.method} is no classical method; they are {sorted(SCHEMAS)}.")
    if (run / MODEL_NAME).exists() or (run / "checkpoints").exists():
        raise InputError(f"{run} holds a model already; give another --out.")
    rows = evenly_spread(read_manifest(data))
    usable = rows.filter(rows["status"] == "ok")
    train, dev = (usable.filter(usable["split"] == split) for split in ("train", "dev"))
    facts = crop_facts(data)
    began, commit = time.monotonic(), source_commit()
    run.mkdir(parents=True, exist_ok=True)
    write_text(run / "config.yaml", dump_yaml(settings))
    if settings.method == "gmm":
        live = train.filter(train["label"] == LIVE)
        encoder = make_encoder(data, run, settings)
        with _bar(live.height + dev.height) as advance:
            fitted = _fit_gmm(live, dev, data, encoder, settings, advance)
    else:
        with _bar(train.height + dev.height) as advance:
            fitted = _fit_texture(train, dev, data, settings, advance)
    judged = judge_dev(dev, fitted.dev_scores, fitted.fallback, fitted.why)
    stored_settings = settings.model_dump(mode="json")
    about = {"settings": stored_settings, "facts": facts, "dev": judged}
    save_model(run / MODEL_NAME, about, fitted.arrays, fitted.encoder)
    seconds = time.monotonic() - began
    faces = fitted.told["faces"] + dev.height
    record = run_record(
        run,
        data,
        rows,
        settings,
        parameters=sum(a.size for a in (*fitted.arrays.values(), *fitted.encoder.values())),
        warnings=[*facts["warnings"], *_doubts(settings)],
        training={
            "epochs": 0,
            "steps": 0,
            "precision": "fp32 features, fp64 model" if settings.method == "gmm" else "fp64",
            "device": "cpu",
            "seed": settings.training.seed,
            "finished": True,
            "seconds": round(seconds, 1),
            "images_per_s": round(faces / max(seconds, 1e-9), 2),
            "best": {
                "epoch": None,
                "dev_acer": judged.get("acer"),
                "threshold": judged["threshold"],
                "threshold_source": judged["threshold_source"],
            },
            **fitted.told,
        },
        packages=PACKAGES,
        commit=commit,
    )
    write_json(run / "run.json", record)
    return record


def _fit_texture(
    train: pl.DataFrame, dev: pl.DataFrame, data: Path, settings: RunSettings, advance: Advance
) -> _Fitted:
    compared, method = settings.compared, settings.method
    if train.height > MANY_FACES:
        warnings.warn(
            f"{method}: an SVM of {train.height} faces takes hours; prepare fewer frames a video.",
            stacklevel=3,
        )

    def describe(crops: list[NDArray[np.uint8]]) -> Floats:
        side, shrink = compared.texture_size, settings.input.shrink
        faces = [square_face(crop, side, shrink) for crop in crops]
        return texture_features(method, faces)

    read = partial(_read, data=data, describe=describe, settings=settings, advance=advance)
    label = train["label"].to_numpy()
    features = read(train)
    if compared.svm_c is None:
        choice = choose_c(features, label, train["subject"].to_list(), compared.svm_kernel)
    else:
        choice = Choice(compared.svm_c, "given", {})
    model = fit_svm(features, label, compared.svm_kernel, choice.c)
    arrays = {k: np.asarray(v) for k, v in asdict(model).items() if k != "kernel"}
    told = {
        "faces": train.height,
        "support_vectors": len(model.support),
        "svm_c": {"value": choice.c, "source": choice.source, "auc": choice.auc},
    }
    scores = to_score(decision(model, read(dev))) if dev.height else np.zeros(0)
    return _Fitted(arrays, {}, scores, 0.5, "the SVM's own boundary", told)


def _fit_gmm(
    live: pl.DataFrame,
    dev: pl.DataFrame,
    data: Path,
    encoder: ResNet18Encoder,
    settings: RunSettings,
    advance: Advance,
) -> _Fitted:
    describe = partial(encoder_features, encoder, settings=settings.input)
    read = partial(_read, data=data, describe=describe, settings=settings, advance=advance)
    features = read(live)
    model = fit_mixture(features, settings.compared.gmm_components, settings.training.seed)
    passing = float(np.quantile(anomaly_score(model, features), LIVE_PASSING))
    why = f"{LIVE_PASSING:.0%} of the live training faces are below it"
    scores = anomaly_score(model, read(dev)) if dev.height else np.zeros(0)
    weights = {name: w.numpy() for name, w in encoder.state_dict().items()}
    arrays = {k: np.asarray(v, dtype=np.float64) for k, v in asdict(model).items()}
    return _Fitted(arrays, weights, scores, passing, why, {"faces": live.height})


def _read(
    rows: pl.DataFrame, data: Path, describe: Describe, settings: RunSettings, advance: Advance
) -> Floats:
    alike = settings.input if settings.method == "gmm" else texture_input(settings)
    return features_of(rows, data, describe, alike, advance)


def _doubts(settings: RunSettings) -> list[str]:
    untrained = settings.compared.gmm_encoder == "pretrained" and settings.model.weights == "none"
    return [UNTRAINED] if settings.method == "gmm" and untrained else []


@contextmanager
def _bar(total: int) -> Iterator[Advance]:
    """A bar of faces on stderr, plain lines now and then where that is no terminal."""
    if not sys.stderr.isatty():
        done = 0
        with plain_progress("describing faces", total) as tell:

            def advance(count: int) -> None:
                nonlocal done
                done += count
                tell(done, total)

            yield advance
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("describing faces", total=total)
        yield lambda count: bar.advance(task, count)
