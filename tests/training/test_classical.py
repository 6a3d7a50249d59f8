from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from helpers.striped_faces import prepared
from spoofcue.config import RunSettings
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.data.manifest import read_manifest
from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.methods.built_in.gmm import anomaly_score, encoder_features, mixture_from
from spoofcue.methods.fitted_file import read_fitted
from spoofcue.methods.settings import load_settings
from spoofcue.metrics.measures import auc
from spoofcue.metrics.scores import ScoreSet
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.report.reported_run import read_run
from spoofcue.scoring.face import Face
from spoofcue.scoring.fitted import FittedModel
from spoofcue.source import source_commit
from spoofcue.training.any_method import train_run
from spoofcue.training.classical import fit

METHODS = ("lbp", "color-texture", "gmm")


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder of a sixteenth of ResNet-18's width, as a file of weights."""
    torch.manual_seed(3)
    path = tmp_path_factory.mktemp("weights") / "encoder.pth"
    torch.save(ResNet18Encoder(width=8).state_dict(), path)
    return path


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("faces") / "data")


def settings(method: str, weights: Path | str, *more: str) -> RunSettings:
    tiny = ["model.width=8", "input.size=64", "input.max_side=96", "gmm.components=2"]
    return load_settings(
        "small", None, [f"method={method}", f"model.weights={weights}", *tiny, *more]
    )


def scored(run: Path, data: Path, split: str) -> tuple[pl.DataFrame, list[float]]:
    """Rows and scores, in the batches that evaluate makes."""
    model = FittedModel(run)
    rows = read_manifest(data)
    rows = rows.filter(rows["split"] == split)
    sizes = list(zip(rows["crop_h"], rows["crop_w"], strict=True))
    scores = [np.nan] * rows.height
    for group in groups_of_one_shape(sizes, model.facts.input):
        results = model.score([Face.filling(read_image(data / rows["crop"][i])) for i in group])
        for i, result in zip(group, results, strict=True):
            scores[i] = result.score
    return rows, scores


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, data: Path, weights: Path) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    for method in METHODS:
        train_run(data, root / method, settings(method, weights))
    return {method: root / method for method in METHODS}


@pytest.mark.parametrize("method", METHODS)
def test_attacks_on_new_people_score_higher(method: str, runs: dict[str, Path], data: Path) -> None:
    rows, scores = scored(runs[method], data, "test")
    assert auc(ScoreSet.of(scores, rows["label"].to_numpy())) == 1.0
    if method != "gmm":
        assert min(scores) > 0
        assert max(scores) < 1


@pytest.mark.parametrize("method", METHODS)
def test_scores_do_not_depend_on_the_batch(method: str, runs: dict[str, Path], data: Path) -> None:
    """Crops of unlike sizes, alone and together; no map, and the pixels that were seen."""
    model = FittedModel(runs[method])
    rows = read_manifest(data)
    crops = [read_image(data / c) for c in rows["crop"][:5]]
    together = model.score([Face.filling(crop) for crop in crops])
    alone = [model.score([Face.filling(crop)])[0] for crop in crops]
    # a convolution in float32 sums in another order in another batch
    near = 1e-3 if method == "gmm" else 1e-12
    assert [r.score for r in together] == pytest.approx([r.score for r in alone], rel=near)
    assert {r.cue for r in together} == {None}
    assert all(r.seen.dtype == np.uint8 and r.seen.ndim == 3 for r in together)
    assert model.score([]) == []


@pytest.mark.parametrize("method", METHODS)
def test_the_record_has_what_evaluate_and_report_read(
    method: str, runs: dict[str, Path], data: Path
) -> None:
    run = runs[method]
    record: dict[str, Any] = json.loads((run / "run.json").read_text())
    assert {"name", "created", "spoofcue", "method", "preset", "model", "data", "training"} <= set(
        record
    )
    assert record["method"] == method
    assert record["commit"] == source_commit()
    assert Path(record["data"]["root"]) == data.resolve()
    assert sum(c["faces"] for c in record["data"]["counts"]) == 32
    training = record["training"]
    assert training["finished"] is True
    assert training["best"]["epoch"] is None
    assert training["best"]["dev_acer"] == 0
    assert training["best"]["threshold"] == FittedModel(run).facts.threshold.value
    assert {"scikit-learn", "scikit-image"} <= set(record["software"])
    assert load_settings(file=run / "config.yaml").method == method
    assert FittedModel(run).facts.id.startswith(f"{method}-")
    assert FittedModel(run).facts.threshold.source == "eer on dev in fitting"
    with pytest.raises(InputError, match="not evaluated yet"):
        read_run(run)


@pytest.mark.parametrize("method", METHODS)
def test_a_second_fit_gives_the_same_bytes(
    method: str, runs: dict[str, Path], data: Path, weights: Path, tmp_path: Path
) -> None:
    train_run(data, tmp_path / method, settings(method, weights))
    again, first = (root / "model.npz" for root in (tmp_path / method, runs[method]))
    assert again.read_bytes() == first.read_bytes()


@pytest.mark.parametrize("method", METHODS)
def test_dev_and_test_labels_move_the_threshold_alone(
    method: str, runs: dict[str, Path], weights: Path, tmp_path: Path
) -> None:
    turned = prepared(tmp_path / "turned", flipped=("dev", "test"))
    train_run(turned, tmp_path / "run", settings(method, weights))
    stored, other = read_fitted(runs[method] / "model.npz"), read_fitted(tmp_path / "run/model.npz")
    for name, array in stored.method.model.items():
        assert np.array_equal(array, other.method.model[name]), name
    assert stored.about["dev"]["auc"] == 1.0
    assert other.about["dev"]["auc"] == 0.0


@pytest.mark.parametrize("method", ["lbp", "color-texture"])
def test_without_dev_the_boundary_is_the_threshold(method: str, tmp_path: Path) -> None:
    data = prepared(tmp_path / "data", splits=("train", "test"))
    record = train_run(data, tmp_path / "run", settings(method, "none"))
    assert record.training.best is not None
    assert record.training.best.dev_acer is None
    facts = FittedModel(tmp_path / "run").facts
    assert facts.threshold.value == 0.5
    assert facts.threshold.source == "the SVM's own boundary; no dev with both classes"


def test_without_dev_the_mixture_lets_most_training_faces_pass(
    weights: Path, tmp_path: Path
) -> None:
    data = prepared(tmp_path / "data", splits=("train", "test"))
    train_run(data, tmp_path / "run", settings("gmm", weights))
    rows, scores = scored(tmp_path / "run", data, "train")
    live = np.array(scores)[rows["label"].to_numpy() == 0]
    facts = FittedModel(tmp_path / "run").facts
    assert (live <= facts.threshold.value).sum() == 7  # of 8; 95 % lies between the last two
    assert facts.threshold.source.startswith("95% of the live training faces")


def test_the_mixture_never_sees_an_attack(
    runs: dict[str, Path], data: Path, weights: Path, tmp_path: Path
) -> None:
    """Without the attacks of the train split, the same mixture."""
    rows = read_manifest(data)
    live = tmp_path / "live"
    live.mkdir()
    kept = rows.filter((rows["split"] != "train") | (rows["label"] == 0))
    kept.with_columns(pl.format("{}/{}", pl.lit(str(data)), "crop").alias("crop")).write_parquet(
        live / "manifest.parquet"
    )
    train_run(live, tmp_path / "run", settings("gmm", weights))
    stored, other = read_fitted(runs["gmm"] / "model.npz"), read_fitted(tmp_path / "run/model.npz")
    assert all(np.array_equal(a, other.method.model[k]) for k, a in stored.method.model.items())


def test_an_untrained_encoder_is_told(data: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="an untrained network"):
        record = train_run(data, tmp_path / "run", settings("gmm", "none"))
    assert any("untrained network" in w for w in record.data.warnings)


def test_a_trained_encoder_is_that_of_method_cnn(data: Path, tmp_path: Path) -> None:
    """No training here: its checkpoint has known weights."""
    torch.manual_seed(8)
    encoder = ResNet18Encoder(width=8)
    asked: dict[str, object] = {}

    def train_cnn(settings: RunSettings, run: Path) -> Path:
        asked.update(run=run, method=settings.method)
        weights = {f"network.encoder.{k}": v for k, v in encoder.state_dict().items()}
        (run / "checkpoints").mkdir(parents=True)
        state = {**weights, "network.head.weight": torch.zeros(1)}
        torch.save(
            {"spoofcue": {"settings": {}}, "state_dict": state}, run / "checkpoints" / "best.ckpt"
        )
        return run / "checkpoints" / "best.ckpt"

    chosen = settings("gmm", "none", "gmm.encoder=trained")
    record = fit(data, tmp_path / "run", chosen, train_cnn)
    assert record.data.warnings == []
    assert asked == {"run": tmp_path / "run" / "encoder", "method": "cnn"}
    model = FittedModel(tmp_path / "run")
    crop = read_image(data / "7-3.png")
    described = encoder_features(encoder.eval(), [crop], chosen.input)
    mixture = mixture_from(read_fitted(tmp_path / "run" / "model.npz").method.model)
    wanted = anomaly_score(mixture, described)[0]
    assert model.score([Face.filling(crop)])[0].score == pytest.approx(wanted, rel=1e-6)


def test_what_cannot_be_fitted_is_refused(
    data: Path, runs: dict[str, Path], weights: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="lgsc is no classical method"):
        fit(data, tmp_path / "run", settings("lgsc", "none"), lambda *_: tmp_path)
    with pytest.raises(InputError, match="holds a model already"):
        train_run(data, runs["lbp"], settings("lbp", "none"))
    with pytest.raises(InputError, match="9 Gaussians cannot be fitted to 8 live"):
        train_run(data, tmp_path / "gmm", settings("gmm", weights, "gmm.components=9"))
    with pytest.raises(InputError, match="it has 0 live and 0 attack"):
        train_run(
            prepared(tmp_path / "none", splits=("dev",)), tmp_path / "b", settings("lbp", "none")
        )
    assert not (tmp_path / "b" / "model.npz").exists()


def test_a_kill_between_model_and_record_is_no_end(data: Path, tmp_path: Path) -> None:
    run, chosen = tmp_path / "run", settings("lbp", "none")
    train_run(data, run, chosen)
    model = (run / "model.npz").read_bytes()
    with pytest.raises(InputError, match="holds a model already"):
        train_run(data, run, chosen)
    (run / "run.json").unlink()
    with pytest.raises(InputError, match="holds a model already"):
        train_run(data, run, settings("lbp", "none", "training.seed=5"))
    train_run(data, run, chosen)
    assert (run / "model.npz").read_bytes() == model
    assert (run / "run.json").is_file()
