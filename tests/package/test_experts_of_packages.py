"""What ``spoofcue.json`` may say of experts; anything else is refused in our words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.tiny_experts import expert_package
from spoofcue.errors import PackageError
from spoofcue.package.read import read_package
from spoofcue.package.schema import PackageSpec, parse_spec

FILE = {"sha256": "0" * 64, "size": 1}


@pytest.fixture
def tree(tmp_path: Path) -> dict[str, Any]:
    expert_package(tmp_path / "p")
    read: dict[str, Any] = json.loads((tmp_path / "p" / "spoofcue.json").read_bytes())
    return read


def parsed(tree: dict[str, Any]) -> PackageSpec:
    return parse_spec(json.dumps(tree).encode(), "p")


def changed(tree: dict[str, Any], number: int, **keys: Any) -> dict[str, Any]:
    experts = [dict(expert) for expert in tree["experts"]]
    experts[number] |= keys
    return tree | {"experts": experts}


@pytest.mark.parametrize(
    ("number", "keys", "told"),
    [
        (1, {"name": "cue"}, "two experts have the expert cue"),
        (0, {"calibration": None}, "cue: several experts are added as log-odds"),
        (1, {"files": {}}, "NAME.onnx"),
        (1, {"files": {"../x.onnx": FILE}}, "files"),
        (
            1,
            {"files": {"model.onnx": {"sha256": "0" * 64, "size": 1}}},
            "two experts have the file",
        ),
        (1, {"weight": 0}, "weight"),
        (1, {"least_inside": 1.1}, "least_inside"),
        (1, {"kind": "magic"}, "kind"),
        (1, {"format": "safetensors"}, "format"),
        (1, {"calibration": {"slope": -1}}, "calibration.slope"),
        (1, {"crop": {"scale": 1e9}}, "crop.scale"),
        (1, {"crop": {"scale": 1, "border": "wrap"}}, "crop.border"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tree: dict[str, Any], number: int, keys: dict[str, Any], told: str
) -> None:
    with pytest.raises(PackageError) as caught:
        parsed(changed(tree, number, **keys))
    assert caught.value.reason == "schema"
    assert told in str(caught.value)


def test_a_package_without_experts_is_none(tree: dict[str, Any]) -> None:
    for experts in ([], tree["experts"] * 5):
        with pytest.raises(PackageError):
            parsed(tree | {"experts": experts})


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_value_anywhere_crashes_the_reader(tree: dict[str, Any], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, 1))
    key = data.draw(st.sampled_from(sorted(tree["experts"][number])))
    value: Any = data.draw(JSON)
    part = tree["experts"][number][key]
    if isinstance(part, dict) and part and data.draw(st.booleans()):
        value = part | {data.draw(st.sampled_from(sorted(part))): value}
    try:
        spec = parsed(changed(tree, number, **{key: value}))
    except PackageError:
        return  # whatever else is raised fails the test
    assert parse_spec(spec.model_dump_json().encode(), "p") == spec


def test_both_graphs_are_in_memory_and_named(tmp_path: Path) -> None:
    package = expert_package(tmp_path / "p.spoofcue")
    assert sorted(read_package(package.path).weights) == ["around.onnx", "model.onnx"]
    assert package.spec.weights == "onnx fp32"
    assert package.spec.cue is not None
