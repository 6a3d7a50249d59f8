"""A method of another package: registered, configured, trained and scored as ours are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.faces_with_stripes import striped_faces
from helpers.striped_faces import prepared
from spoofcue.errors import InputError
from spoofcue.experiments.methods import choose_methods
from spoofcue.media.image import read_image
from spoofcue.methods.registry import loadable_methods, method_names, method_of_name
from spoofcue.methods.settings import describe_settings, load_settings
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import method_of, open_model
from spoofcue.training.any_method import train_run

LEARNED = """
import torch
from pydantic import Field
from torch import nn

from spoofcue.config import Settings
from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.methods.learned import Learned
from spoofcue.methods.method import LearnedMethod


class ToySettings(Settings):
    scale: float = Field(1.0, gt=0, description="of the logit")


class Toy(Learned):
    terms = ("bce",)

    def __init__(self, width, scale):
        super().__init__()
        self.encoder = ResNet18Encoder("batch", width)
        self.head = nn.Linear(self.encoder.channels[-1], 1)
        self.scale = scale

    def forward(self, image):
        return self.scale * self.head(self.encoder(image).e5.mean(dim=(2, 3))).squeeze(1)

    def losses(self, image, label):
        loss = nn.functional.binary_cross_entropy_with_logits(self(image), label.float())
        return {"total": loss, "bce": loss}

    def scores(self, image):
        return torch.sigmoid(self(image)).float()


def build(settings):
    return Toy(settings.model.width, settings.own_as(ToySettings).scale)


METHOD = LearnedMethod(
    name="toy", seen="live, attack", score="probability", settings=ToySettings, build=build
)
"""
CLASSICAL = '''
import numpy as np

from spoofcue.methods.classical import Classical, Fitted
from spoofcue.methods.method import ClassicalMethod
from spoofcue.patches.inputs import resized


class Steps(Classical):
    """Mean step between neighbours, beside that of live faces."""

    schema = {"live": "", "attack": ""}

    def describe(self, crops):
        return np.stack([[np.abs(np.diff(c.astype(float), axis=1)).mean()] for c in crops])

    def fit(self, features, label, people):
        self.model = {
            name: np.array(features[label == value].mean())
            for name, value in (("live", 0), ("attack", 1))
        }
        return Fitted(0.5, "the middle")

    def scores(self, features):
        live, attack = (float(self.model[name]) for name in ("live", "attack"))
        return np.clip((features[:, 0] - live) / (attack - live), 0, 1)

    def seen(self, crop):
        return crop


METHOD = ClassicalMethod(name="steps", seen="live, attack", score="step", build=Steps)
'''
TINY = (
    "model.width=8", "model.weights=none", "input.size=64", "training.batch_size=4",
    "training.epochs=1", "training.images_per_epoch=8", "training.precision=fp32",
    "training.workers=0", "training.threads=1", "training.accelerator=cpu",
)  # fmt: skip


def install(site: Path, package: str, points: dict[str, str], **modules: str) -> None:
    """What pip leaves of a package: modules, and metadata with entry points."""
    site.mkdir(exist_ok=True)
    for name, code in modules.items():
        (site / f"{name}.py").write_text(code)
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (info / "entry_points.txt").write_text(f"[spoofcue.methods]\n{lines}")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    site = tmp_path / "site"
    points = {"toy": "acme_toy:METHOD", "steps": "acme_steps:METHOD"}
    install(site, "acme", points, acme_toy=LEARNED, acme_steps=CLASSICAL)
    monkeypatch.syspath_prepend(str(site))
    return site


def test_a_learned_method_is_trained_and_scores(site: Path, tmp_path: Path) -> None:
    assert {"toy", "steps", "cnn"} <= set(method_names())
    assert ("toy.scale", "1.0", "of the logit") in describe_settings()
    (tmp_path / "data").mkdir()
    data, run = striped_faces(tmp_path / "data", 64), tmp_path / "run"
    train_run(data, run, load_settings("small", None, [*TINY, "toy.scale=2"], "toy"))
    assert json.loads((run / "run.json").read_text())["method"] == method_of(run) == "toy"
    model = open_model(run)
    assert model.network.scale == 2  # type: ignore[attr-defined]
    (result,) = model.score([Face.filling(read_image(data / "test0.png"))])
    assert 0 < result.score < 1


def test_a_classical_method_is_fitted_and_scores(site: Path, tmp_path: Path) -> None:
    data, run = prepared(tmp_path / "data"), tmp_path / "run"
    record = train_run(data, run, load_settings("small", method="steps"))
    assert record.training.best is not None
    assert record.training.best.dev_acer == 0
    assert record.training.model_dump()["faces"] > 0
    (result,) = open_model(run).score([Face.filling(read_image(data / "7-3.png"))])
    assert 0 <= result.score <= 1


def test_a_broken_package_is_named_and_stops_nothing_else(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = {"broken": "broken_one:METHOD", "odd": "broken_two:METHOD", "gone": "no_such:METHOD"}
    code = {"broken_one": "1 / 0\n", "broken_two": "METHOD = 'odd'\n"}
    install(site, "careless", points, **code)
    monkeypatch.syspath_prepend(str(site / "none"))  # another path: looked for anew
    with pytest.raises(InputError, match=r"broken of the package careless .*ZeroDivisionError"):
        load_settings(method="broken")
    with pytest.raises(InputError, match=r"gone of the package careless .*ModuleNotFoundError"):
        method_of_name("gone")
    with pytest.raises(InputError, match=r"odd of the package careless: .*no LearnedMethod"):
        method_of_name("odd")
    with pytest.warns(UserWarning, match="careless"):
        assert set(choose_methods("all")) == set(method_names()) - {"broken", "odd", "gone"}
    with pytest.warns(UserWarning, match="careless"):
        assert "toy.scale" in [key for key, _, _ in describe_settings()]
    assert load_settings(method="cnn").method == "cnn"


def test_a_name_has_one_owner(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "second", {"toy": "acme_toy:METHOD", "cnn": "acme_toy:METHOD"})
    monkeypatch.syspath_prepend(str(site / "none"))
    with pytest.warns(UserWarning, match="package second registers a method 'cnn'"):
        names = method_names()
    assert names.count("cnn") == 1
    assert method_of_name("cnn").score == "probability"
    with pytest.raises(InputError, match=r"toy is registered by the package .* and the package"):
        method_of_name("toy")


def test_ours_can_all_be_loaded() -> None:
    assert loadable_methods() == method_names()
