"""An fp32 ONNX graph with its convolutions' weights stored in fp16."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

# of a kernel: smaller ones weigh nothing
SMALLEST = 256
SUFFIX = "_fp16"


def with_half_weights(proto: onnx.ModelProto) -> onnx.ModelProto:
    """A graph of half the size that computes in fp32: each large kernel is cast as it is loaded.

    ONNX Runtime and OpenVINO fold a Cast of a constant before the first inference, so that it
    costs no time then. Biases and the scales of normalisation stay in fp32.

    Args:
        proto: fp32, as traced; is left as it is.

    """
    half = onnx.ModelProto()
    half.CopyFrom(proto)
    graph = half.graph
    kernels = {name for node in graph.node if node.op_type == "Conv" for name in node.input[1:2]}
    casts = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.name not in kernels or values.dtype != np.float32 or values.size < SMALLEST:
            continue
        name = tensor.name
        # a weight beyond fp16 becomes infinite, and the proof refuses the model
        with np.errstate(over="ignore"):
            small = values.astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(small, name + SUFFIX))
        casts.append(helper.make_node("Cast", [name + SUFFIX], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    return half
