"""Exported graphs in fp16 and int8."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from spoofcue.config import InputSettings
from spoofcue.media.crops import read_crop
from spoofcue.patches.inputs import normalise, scoring_inputs
from spoofcue.runtime.with_onnxruntime import import_onnxruntime

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


CALIBRATION_CROPS = 64
# From the smallest model to the nearest. The convolution before Tanh is never int8: it makes cues
# of 0.001 for live faces, which a step of 1/127 of the largest cue would round to nothing. The
# decoder suffers likewise where cues are weak, as after a short training.
PARTS = ("all but the last convolution", "the encoder", "the deep half of the encoder")


def quantised(
    proto: onnx.ModelProto, crops: Sequence[Path], settings: InputSettings, part: str
) -> onnx.ModelProto:
    """Convolutions of a part in int8 (QDQ, weights per channel), all else in fp32.

    Args:
        proto: fp32, as traced.
        crops: dev faces that show the range of the activations.
        settings: how a crop becomes input.
        part: one of :data:`PARTS`.

    """
    import_onnxruntime()  # before any part of it: it switches the telemetry off
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Faces(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._left = _images(crops, settings)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            image = next(self._left, None)
            return None if image is None else {"image": image}

    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "fp32.onnx", Path(folder) / "int8.onnx"
        # named "prepared", or ONNX Runtime warns; torch has inferred and folded all there is
        quant_pre_process(proto, str(whole), skip_optimization=True, skip_symbolic_shape=True)
        quantize_static(
            str(whole),
            str(small),
            Faces(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_left_in_fp32(proto, part),
        )
        return onnx.load(small)


def _left_in_fp32(proto: onnx.ModelProto, part: str) -> list[str]:
    """Names of the convolutions that are not of the part."""
    convolutions = [node.name for node in proto.graph.node if node.op_type == "Conv"]
    if part == PARTS[0]:
        return convolutions[-1:]
    kinds = [node.op_type for node in proto.graph.node]
    encoder = kinds[: kinds.index("Resize")].count("Conv")  # the decoder begins by enlarging
    kept = convolutions[encoder:]
    return kept if part == PARTS[1] else convolutions[: encoder // 2] + kept


def _images(crops: Sequence[Path], settings: InputSettings) -> Iterator[NDArray[np.float32]]:
    for path in crops:
        for image in scoring_inputs(read_crop(path), settings):
            yield normalise(image, settings.mean, settings.std)[None]
