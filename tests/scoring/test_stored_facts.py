"""What a model file states beside its weights is checked before anything is scored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import pytest
from onnx import TensorProto, helper

from spoofcue.errors import InputError
from spoofcue.faces.crop import FACE_CROP, Crop
from spoofcue.scoring.exported import OnnxModel
from spoofcue.scoring.facts import facts_from

WHOLE: dict[str, Any] = {
    "facts": {"margin": 0.1, "min_face_px": 40, "detector": "yunet", "warnings": []},
    "dev": {"threshold": 0.25, "threshold_source": "eer on dev in training", "acer": 0.5},
    "settings": {"input": {"size": 64}, "model": {}},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    path.write_bytes(b"weights")
    return path


def test_the_facts_come_back_and_have_defaults(file: Path) -> None:
    found = facts_from(WHOLE, file)
    assert (found.crop, found.min_face_px, found.detector) == (Crop.with_margin(0.1), 40, "yunet")
    assert (found.threshold.value, found.threshold.rule, found.input.size) == (0.25, "eer", 64)
    bare = facts_from(WHOLE | {"facts": {"detector": "none"}, "dev": {"threshold": 1}}, file)
    assert (bare.crop, bare.min_face_px, bare.detector) == (FACE_CROP, 48, "dlib")
    assert bare.threshold.source == "eer on dev in training"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"facts": {"margin": "wide"}}, "facts.margin: Input should be"),
        ({"facts": None}, "facts: Input should be"),
        ({"dev": {"threshold": "high"}}, "dev.threshold: Input should be"),
        ({"dev": {}}, "before its threshold was chosen"),
        ({"dev": {"threshold": float("inf")}}, "before its threshold was chosen"),
        ({"settings": {}}, "settings.input: Field required"),
        ({"settings": {"input": {"size": "large"}}}, "settings.input.size: Input should be"),
    ],
)
def test_a_missing_or_wrong_fact_is_named(change: dict[str, Any], told: str, file: Path) -> None:
    with pytest.raises(InputError, match=told) as error:
        facts_from(WHOLE | change, file)
    assert str(file) in str(error.value)


@pytest.mark.parametrize(("text", "told"), [("{", "Export the run again"), ("[]", "export, again")])
def test_an_onnx_file_with_damaged_facts_is_refused(tmp_path: Path, text: str, told: str) -> None:
    shape = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1])
    cue = helper.make_tensor_value_info("cue", TensorProto.FLOAT, [1])
    graph = helper.make_graph(
        [helper.make_node("Identity", ["image"], ["cue"])], "g", [shape], [cue]
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(proto, {"spoofcue": text})
    path = tmp_path / "m.onnx"
    onnx.save(proto, path)
    with pytest.raises(InputError, match=told) as error:
        OnnxModel(path)
    assert str(path) in str(error.value)
