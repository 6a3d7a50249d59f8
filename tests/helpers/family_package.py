"""A package whose features are colours: an expert on the face and one on more of the picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from helpers.made_package import spec
from helpers.tiny_experts import context_expert
from helpers.tiny_graphs import mean_colour_graph
from spoofcue.config import InputSettings
from spoofcue.faces.crop import Crop
from spoofcue.package.expert import Calibration, FamilyExpert
from spoofcue.package.read import Package
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts, write_package
from spoofcue.scoring.family_detectors import FamilyDetectors, LiveFeatures

INPUT = InputSettings(mode="resize", scoring="resize", size=32, mean=0, std=255)
RED_OVER_BLUE = [[0.0, 10.0], [0.0, 0.0], [0.0, -10.0]]


def colour_features() -> bytes:
    """An ONNX file whose features are the mean colour of each 16 x 16 px, (B, 3, h, w)."""
    node = helper.make_node(
        "AveragePool", ["image"], ["e4"], kernel_shape=[16, 16], strides=[16, 16]
    )
    graph = helper.make_graph(
        [node],
        "colours",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [helper.make_tensor_value_info("e4", TensorProto.FLOAT, ["n", 3, "p", "q"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def red_and_blue() -> FamilyDetectors:
    """Family ``red`` is 20 (red - 0.5), ``blue`` 20 (blue - 0.5); live is grey, spread 0.05."""
    weight = np.array([[20.0, 0, 0], [0, 0, 20.0]])
    live = LiveFeatures(100, np.full(3, 0.5), np.diag([0.05**2] * 3))
    return FamilyDetectors(weight, np.array([-10.0, -10.0]), live)


def family_expert(name: str, weights: dict[str, bytes], **changed: Any) -> FamilyExpert:
    tree: dict[str, Any] = {
        "name": name,
        "files": file_facts(weights),
        "crop": Crop(scale=1.4),
        "input": INPUT,
        "families": ("red", "blue"),
        "channels": 3,
    }
    return FamilyExpert(**(tree | changed))


def family_package(target: Path, *, context: bool = True, **changed: Any) -> Package:
    """``face`` and ``wide`` share one network; ``around`` is a classifier of red against blue."""
    graph, detectors = colour_features(), red_and_blue().content()
    weights = {"net.onnx": graph}
    experts: list[Any] = []
    for name, scale in (("face", 1.4), ("wide", 2.7)):
        mine = {"net.onnx": graph, f"{name}.safetensors": detectors}
        weights |= mine
        crop = Crop(scale=scale, border="shift")
        experts.append(family_expert(name, mine, crop=crop, weight=0.5))
    if context:
        classes = mean_colour_graph(RED_OVER_BLUE)
        weights["around.onnx"] = classes
        calibration = Calibration(limit=20)
        experts.append(context_expert("around", classes, weight=0.2, calibration=calibration))
    facts = ThresholdFacts(value=0.9, rule="fixed", source="given")
    tree = {"name": "families", "experts": experts, "missing": "without", "threshold": facts}
    return write_package(target, spec(**(tree | changed)), weights)


def picture(colour: tuple[int, int, int], noise: int = 0, seed: int = 0) -> NDArray[np.uint8]:
    """160 x 160 px of about one colour, with a grain that no check of quality takes for a blur."""
    rng = np.random.default_rng(seed)
    cast = rng.integers(-noise, noise + 1, 3)
    # every 16 x 16 px, one place of the features, have the wanted mean
    cell = np.kron([[18, -18], [-18, 18]], np.ones((8, 8), int))
    grain = np.tile(cell, (10, 10))[..., None]
    return np.clip(np.array(colour) + cast + grain, 0, 255).astype(np.uint8)
