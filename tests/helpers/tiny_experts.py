"""Packages of several experts: a cue map without a network, and linear classifiers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from helpers.made_package import cue_expert, spec
from helpers.tiny_graphs import mean_colour_graph
from spoofcue.config import InputSettings
from spoofcue.faces.crop import Crop
from spoofcue.package.expert import Calibration, ClassExpert, ClassOutput, ImageInput
from spoofcue.package.read import Package
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts, write_package

# of the brightness 0..255, in [-1, 1] as the network is given it
INPUT = InputSettings(mode="resize", scoring="resize", size=32)


def brightness_cue() -> bytes:
    """An ONNX file whose cue map is the picture's brightness, 0 for black and 1 for white."""
    half = numpy_helper.from_array(np.array(0.5, np.float32), "half")
    nodes = [
        helper.make_node("Mul", ["image", "half"], ["small"]),
        helper.make_node("Add", ["small", "half"], ["cue"]),
    ]
    shape = ["n", 3, "h", "w"]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("cue", TensorProto.FLOAT, shape)],
        [half],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def context_expert(name: str, graph: bytes, **changed: Any) -> ClassExpert:
    """Looks at 3 times the box; log-odds of an attack are 10 * (red - blue), both 0..1."""
    tree: dict[str, Any] = {
        "name": name,
        "kind": "logits",
        "files": file_facts({f"{name}.onnx": graph}),
        "crop": Crop(scale=3, border="pad"),
        "least_inside": 0.5,
        "input": ImageInput(tensor="picture", height=8, width=8, interpolation="area"),
        "output": ClassOutput(tensor="answer", classes=2, index=0, means="live"),
    }
    return ClassExpert(**(tree | changed))


RED_OVER_BLUE = [[0.0, 10.0], [0.0, 0.0], [0.0, -10.0]]
SLOPE, OFFSET = 8.0, -3.0  # of the cue expert


def expert_package(target: Path, missing: str = "without", **changed: Any) -> Package:
    """``cue`` on the face, ``around`` on its surroundings; equal weights.

    Args:
        target: folder or .spoofcue file.
        missing: the package's rule.
        changed: of the context expert; ``graph`` is another file for it.

    """
    cue, around = brightness_cue(), changed.pop("graph", None) or mean_colour_graph(RED_OVER_BLUE)
    experts = [
        cue_expert(
            {"model.onnx": cue}, input=INPUT, calibration=Calibration(slope=SLOPE, offset=OFFSET)
        ),
        context_expert("around", around, **changed),
    ]
    facts = ThresholdFacts(value=0.5, rule="fixed", source="given")
    made = spec(name="both", experts=experts, missing=missing, threshold=facts)
    return write_package(target, made, {"model.onnx": cue, "around.onnx": around})
