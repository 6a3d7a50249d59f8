"""The generator as an ONNX graph or as OpenVINO IR."""

from __future__ import annotations

import json
import logging
import tempfile
import warnings
from copy import deepcopy
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from spoofcue.cue.generator import CueGenerator
from spoofcue.cue.score import next_multiple
from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import read_checkpoint
from spoofcue.records.owner import held
from spoofcue.runtime.session import CueRuntime
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.runtime.with_openvino import import_openvino
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.whole_files import whole

TOLERANCE = 1e-4  # largest difference of a cue value, on a range of [-1, 1]


class _CueOnly(nn.Module):
    """The generator without its shape check, which tracing with free sizes cannot follow."""

    def __init__(self, generator: CueGenerator) -> None:
        super().__init__()
        self.encoder, self.decoder = generator.encoder, generator.decoder

    def forward(self, image: Tensor) -> Tensor:
        cue, _ = self.decoder(self.encoder(image))
        return cue


def traced(model: TorchModel) -> onnx.ModelProto:
    """The generator as an ONNX graph, batch and size free (multiples of 32), no metadata."""
    # Tracing takes a side of one 32-px step for a constant; the graph itself holds for it too.
    size = max(96, next_multiple(model.facts.input.size))
    network = _CueOnly(deepcopy(model.generator)).cpu().eval()
    return exported(network, size, "cue")


def exported(network: nn.Module, size: int, output: str) -> onnx.ModelProto:
    """A network of (B, 3, H, W) images as an ONNX graph, B free, H and W free multiples of 32.

    Args:
        network: in eval mode, on the CPU.
        size: of the images that it is traced with, px.
        output: name of its output; the input is called ``image``.

    """
    example = torch.zeros(2, 3, size, size)
    batch = torch.export.Dim("batch", min=1)
    height, width = (32 * torch.export.Dim(n, min=2, max=64) for n in ("rows", "columns"))
    # torch tells of torchvision operators that it will not need
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            network,
            (example,),
            str(file),
            dynamo=True,
            external_data=False,
            input_names=["image"],
            output_names=[output],
            dynamic_shapes={"image": {0: batch, 2: height, 3: width}},
            verbose=False,
        )
        return without_traces(onnx.load(file))


def without_traces(proto: onnx.ModelProto) -> onnx.ModelProto:
    """``proto`` without what the exporter notes of its caller: source lines, and their paths."""
    graph = proto.graph
    values = (*graph.input, *graph.output, *graph.value_info, *graph.initializer)
    called = (part for function in proto.functions for part in (function, *function.node))
    for part in (graph, *graph.node, *values, *called):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    return proto


def export_onnx(model: TorchModel, checkpoint: Path, out: Path) -> float:
    """Write ``out`` and prove it: the largest cue difference to torch at two input sizes.

    Args:
        model: loaded from ``checkpoint``.
        checkpoint: whose facts are stored in the file.
        out: the .onnx file, batch and size free (multiples of 32).

    Returns:
        The largest absolute difference, at most 1e-4.

    Raises:
        InputError: the export differs from torch; nothing is written.

    """
    proto = traced(model)
    stored = dict(read_checkpoint(checkpoint)["spoofcue"])
    stored["dev"] |= {
        "threshold": model.facts.threshold.value,
        "threshold_source": model.facts.threshold.source,
    }
    onnx.helper.set_model_props(proto, {"spoofcue": json.dumps(stored)})
    out.parent.mkdir(parents=True, exist_ok=True)
    with held(out, "export", wait=True), whole(out) as part:
        onnx.save(proto, part)
        return check_cues(model, OnnxRuntime(part.read_bytes()))


def check_cues(model: TorchModel, exported: CueRuntime) -> float:
    """The largest difference of a cue value to torch.

    Raises:
        InputError: it is more than 1e-4.

    """
    worst = _difference(model, exported)
    if not worst <= TOLERANCE:
        raise InputError(
            f"the exported model differs from the checkpoint by {worst:.2g}; not kept."
        )
    return worst


def _difference(model: TorchModel, exported: CueRuntime) -> float:
    rng, size = np.random.default_rng(0), next_multiple(model.facts.input.size)
    worst = 0.0
    for shape in ((1, 3, size, size), (2, 3, size + 64, size + 32)):
        image = rng.uniform(-1, 1, shape).astype(np.float32)
        worst = max(worst, float(np.abs(model.cues(image) - exported.cues(image)).max()))
    return worst


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
