from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.config import RunSettings, dump_yaml
from spoofcue.errors import InputError
from spoofcue.methods.settings import describe_settings, load_settings, settings_from


def test_paper_is_the_default_and_says_what_the_paper_says() -> None:
    paper = load_settings()
    assert paper == RunSettings()
    assert (paper.training.batch_size, paper.training.epochs) == (32, 20)
    assert (paper.optimiser.lr, paper.optimiser.decay_factor) == (1e-3, 0.95)
    assert (paper.optimiser.decay_every_steps, paper.optimiser.warmup_epochs) == (600, 1)
    loss = paper.loss
    weights = (loss.regression_weight, loss.triplet_weight, loss.classification_weight)
    assert (*weights, loss.margin) == (5, 1, 5, 0.5)
    assert (paper.input.mode, paper.input.size) == ("patch", 224)
    assert not paper.augment.photometric
    assert paper.augment.flip == paper.augment.erase == paper.augment.cutout == 0


def test_file_then_overrides_win_over_the_preset(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("preset: official-code\ntraining: {epochs: 3, batch_size: 8}\n")
    got = load_settings("paper", file, ["training.epochs=4", "optimiser.lr=1e-4"])
    assert (got.preset, got.training.epochs, got.training.batch_size) == ("official-code", 4, 8)
    assert (got.optimiser.lr, got.optimiser.weight_decay) == (1e-4, 5e-4)
    stored = tmp_path / "config.yaml"
    stored.write_text(dump_yaml(got))
    assert load_settings(file=stored) == got


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("training.epochs=0", "training.epochs"),
        ("training.batch_size=7", "training.batch_size"),
        ("trainig.epochs=3", "trainig"),
        ("loss.margn=1", "loss.margn"),
        ("model.auxiliary=both", "model.auxiliary"),
        ("epochs", "section.key=value"),
        ("model.encoder=mobilenet", "model.encoder"),
        ("model.mobile_multiplier=0", "model.mobile_multiplier"),
    ],
)
def test_wrong_values_are_named(override: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_settings("paper", None, [override])


def test_wrong_preset_and_yaml(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="official-code, paper, small"):
        load_settings("papr")
    (tmp_path / "bad.yaml").write_text("a: [")
    with pytest.raises(InputError, match="not valid YAML"):
        load_settings("paper", tmp_path / "bad.yaml")


def test_every_setting_is_described_by_its_key() -> None:
    keys = [k for k, _, _ in describe_settings()]
    assert "optimiser.decay_every_steps" in keys
    assert len(keys) == len(set(keys)) > 35


def test_what_is_stored_states_every_setting() -> None:
    lite = load_settings("lite-unet", None, ["distill.teacher=runs/teacher"])
    tree = lite.model_dump(mode="json")
    shared = {key for key, _, _ in describe_settings() if key.split(".")[0] in tree}
    stored = {f"{s}.{k}" for s, leaf in tree.items() if isinstance(leaf, dict) for k in leaf}
    assert stored == shared
    assert settings_from(tree, "stored") == lite
    assert lite.model.network()["decoder_width"] == 8
    assert lite.model.network()["mobile_tail"] is False
    assert "weights" not in lite.model.network()


@pytest.mark.parametrize(
    ("method", "override", "told"),
    [
        ("cnn", "model.encoder=mobilenet-v2", "method cnn has neither"),
        ("gmm", "model.decoder=separable", "method gmm has neither"),
        ("pixel", "distill.teacher=runs/teacher", "distill.teacher"),
    ],
)
def test_light_networks_and_teachers_are_lgscs(method: str, override: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        load_settings("paper", None, [override], method)


def test_pretrained_mobilenet_needs_pixels_between_minus_one_and_one() -> None:
    with pytest.raises(
        InputError, match=r"input\.mean=127\.5 and input\.std=127\.5, not 100 and 80"
    ):
        load_settings("official-code", None, ["model.encoder=mobilenet-v2"])
    load_settings("official-code", None, ["model.encoder=mobilenet-v2", "model.weights=none"])


def test_a_frozen_resnet_needs_the_pixels_that_its_statistics_are_of() -> None:
    frozen = "optimiser.encoder_lr_factor=0"
    with pytest.raises(
        InputError, match=r"frozen resnet18 needs input\.mean=114\.5 and input\.std=57\.6, not 127"
    ):
        load_settings("paper", None, [frozen])
    load_settings("paper", None, [frozen, "input.mean=114.5", "input.std=57.6"])
    for free in ("model.weights=none", "model.encoder_norm=instance"):
        load_settings("paper", None, [frozen, free])
    # a trained one takes its statistics from what it sees
    load_settings("official-code", None, ["optimiser.encoder_lr_factor=0.1"])


@pytest.mark.parametrize("row", describe_settings(), ids=lambda row: row[0])
def test_a_setting_says_what_it_does(row: tuple[str, str, str]) -> None:
    assert row[2][:1].isupper()
    assert row[2].endswith(".")
