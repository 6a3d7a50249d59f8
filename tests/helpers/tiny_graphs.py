"""Classifiers whose answer is known by arithmetic: a linear function of the crop's mean colour."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def mean_colour_graph(
    weights: Sequence[Sequence[float]],
    bias: Sequence[float] | None = None,
    *,
    side: int | None = 8,
    layout: str = "nchw",
    batch: int | str = 1,
    softmax: bool = False,
    tensors: tuple[str, str] = ("picture", "answer"),
    kind: int = TensorProto.FLOAT,
) -> bytes:
    """An ONNX file: mean over the pixels (3,), times ``weights`` (3, classes), plus ``bias``."""
    matrix = np.asarray(weights, np.float32)
    offset = np.zeros(matrix.shape[1], np.float32) if bias is None else np.asarray(bias, np.float32)
    across = [2, 3] if layout == "nchw" else [1, 2]
    sides: list[int | str] = [side, side] if side else ["height", "width"]
    shape = [batch, 3, *sides] if layout == "nchw" else [batch, *sides, 3]
    nodes = [
        helper.make_node("ReduceMean", [tensors[0]], ["mean"], axes=across, keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Softmax" if softmax else "Identity", ["sum"], [tensors[1]]),
    ]
    graph = helper.make_graph(
        nodes,
        "mean-colour",
        [helper.make_tensor_value_info(tensors[0], kind, shape)],
        [helper.make_tensor_value_info(tensors[1], kind, [batch, matrix.shape[1]])],
        [
            numpy_helper.from_array(matrix.astype(_numpy(kind)), "weights"),
            numpy_helper.from_array(offset.astype(_numpy(kind)), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _numpy(kind: int) -> type[np.floating]:
    return np.float32 if kind == TensorProto.FLOAT else np.float64


def write_graph(path: Path, *args: object, **options: object) -> Path:
    """The same as a file."""
    path.write_bytes(mean_colour_graph(*args, **options))  # type: ignore[arg-type]
    return path
