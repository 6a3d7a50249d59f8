"""An fp32 ONNX graph to int8 by ONNX Runtime's static quantisation."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.media.image import read_image
from spoofcue.patches.geometry import normalise, scoring_inputs

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
        for image in scoring_inputs(read_image(path), settings):
            yield normalise(image, settings.mean, settings.std)[None]
