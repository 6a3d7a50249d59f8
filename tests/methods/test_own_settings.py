"""A method's own settings: declared with it, checked, stored under its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from spoofcue.config import Settings, dump_yaml
from spoofcue.errors import InputError
from spoofcue.methods.built_in.pixel import PixelSettings
from spoofcue.methods.registry import method_names
from spoofcue.methods.settings import as_method, load_settings, own_kind, settings_from

WITH_OWN = [name for name in method_names() if own_kind(name).model_fields]


@pytest.mark.parametrize("method", method_names())
def test_what_is_stored_comes_back(method: str, tmp_path: Path) -> None:
    settings = load_settings("small", method=method)
    tree = settings.model_dump(mode="json")
    assert set(tree.get(method, {})) == set(own_kind(method).model_fields)
    assert "own" not in tree
    assert settings_from(tree, "stored") == settings
    (tmp_path / "config.yaml").write_text(dump_yaml(settings))
    assert load_settings(file=tmp_path / "config.yaml") == settings


@pytest.mark.parametrize("method", method_names())
def test_every_key_is_refused_misspelt(method: str) -> None:
    with pytest.raises(InputError, match=rf"{method}\.colour"):
        load_settings("small", None, [f"{method}.colour=red"], method)


def test_a_value_out_of_range_is_named_with_its_section() -> None:
    with pytest.raises(InputError, match=r"pixel\.map_weight: .*\(given 2\)"):
        load_settings("small", None, ["pixel.map_weight=2"], "pixel")
    # also where another method is trained
    with pytest.raises(InputError, match=r"pixel\.map_weight: .*\(given 2\)"):
        load_settings("small", None, ["pixel.map_weight=2"], "cnn")


def test_one_file_serves_several_methods(tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text("pixel: {map_weight: 0.25}\ngmm: {components: 3}\n")
    pixel = load_settings(file=file, method="pixel")
    assert pixel.own_as(PixelSettings).map_weight == 0.25
    assert "gmm" not in pixel.model_dump()
    assert load_settings(file=file, method="cnn").own == Settings()
    with pytest.raises(TypeError, match="settings of cnn"):
        load_settings(file=file, method="cnn").own_as(PixelSettings)


def test_the_fields_name_is_no_section() -> None:
    with pytest.raises(InputError, match="own: Extra inputs"):
        load_settings("small", None, ["own.map_weight=0.25"], "pixel")


def test_another_method_on_the_same_terms_has_its_own_defaults() -> None:
    gmm = load_settings("small", None, ["gmm.components=3", "model.width=8"], "gmm")
    cnn = as_method(gmm, "cnn")
    assert (cnn.method, cnn.own, cnn.model) == ("cnn", Settings(), gmm.model)


@pytest.mark.parametrize("method", WITH_OWN)
def test_own_settings_are_in_the_docs(method: str) -> None:
    text = (Path(__file__).parents[2] / "docs/reference/methods.md").read_text(encoding="utf-8")
    of_same_kind = [name for name in WITH_OWN if own_kind(name) is own_kind(method)]
    for field in own_kind(method).model_fields:
        assert any(f"`{name}.{field}" in text for name in of_same_kind), field
