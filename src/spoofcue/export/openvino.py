"""An ONNX graph to OpenVINO's two files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.runtime.import_openvino import import_openvino


def openvino_files(model: bytes, half: bool = False) -> dict[str, bytes]:
    """model.xml and model.bin of an ONNX model.

    Args:
        model: fp32 or int8.
        half: store the weights in fp16; OpenVINO computes in fp32 all the same.

    Raises:
        InputError: OpenVINO is not installed or cannot take the graph.

    """
    try:
        openvino = import_openvino()
    except ImportError as error:
        raise InputError("--to openvino needs OpenVINO: pip install 'spoofcue[openvino]'") from (
            error
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xml"
        try:
            # said always: OpenVINO would store the weights in fp16 unasked
            openvino.save_model(openvino.Core().read_model(model), path, compress_to_fp16=half)
        except RuntimeError as error:
            raise InputError(f"OpenVINO cannot convert the model: {error}") from error
        return {"model.xml": path.read_bytes(), "model.bin": path.with_suffix(".bin").read_bytes()}
