"""The frozen encoder of the package that ships as an ONNX graph: a picture to its E4."""

from __future__ import annotations

from torch import Tensor, nn

from spoofcue.cue.light.mobilenet import TO_E4, MobileNetV2Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.export.graph import exported


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
    return exported(_OnlyE4(encoder).eval(), 192, "e4").SerializeToString()
