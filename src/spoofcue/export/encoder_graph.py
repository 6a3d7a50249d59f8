"""The frozen encoder of the package that ships as an ONNX graph: a picture to its E4."""

from __future__ import annotations

import logging
import tempfile
import warnings
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn

from spoofcue.cue.light.mobilenet import TO_E4, MobileNetV2Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.export.graph import without_traces


class _OnlyE4(nn.Module):
    def __init__(self, encoder: MobileNetV2Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, image: Tensor) -> Tensor:
        e4: Tensor = self.encoder(image).e4
        return e4


def encoder_graph(weights: str) -> bytes:
    """MobileNetV2 up to stride 16 (B, 3, H, W) in [-1, 1] -> (B, 96, H/16, W/16), batch free.

    Args:
        weights: as ``model.weights`` names them: imagenet, or a file.

    """
    encoder = MobileNetV2Encoder(blocks=TO_E4)
    load_encoder_weights(encoder, weights)
    network = _OnlyE4(encoder).eval()
    batch = torch.export.Dim("batch", min=1)
    height, width = (32 * torch.export.Dim(n, min=2, max=64) for n in ("rows", "columns"))
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = Path(folder) / "encoder.onnx"
        torch.onnx.export(
            network,
            (torch.zeros(2, 3, 192, 192),),
            str(file),
            dynamo=True,
            external_data=False,
            input_names=["image"],
            output_names=["e4"],
            dynamic_shapes={"image": {0: batch, 2: height, 3: width}},
            verbose=False,
        )
        return without_traces(onnx.load(file)).SerializeToString()
