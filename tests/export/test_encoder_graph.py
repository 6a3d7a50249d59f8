"""The encoder's graph gives what the encoder gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from spoofcue.cue.light.mobilenet import TO_E4, MobileNetV2Encoder
from spoofcue.export.encoder_graph import encoder_graph
from spoofcue.runtime.with_onnxruntime import OnnxRuntime


def test_the_graph_is_the_encoder_up_to_stride_16(tmp_path: Path) -> None:
    torch.manual_seed(0)
    encoder = MobileNetV2Encoder(blocks=TO_E4).eval()
    torch.save(encoder.state_dict(), tmp_path / "weights.pth")
    graph = OnnxRuntime(encoder_graph(str(tmp_path / "weights.pth")))
    assert [(t.name, t.shape[1]) for t in graph.outputs] == [("e4", 96)]
    image = torch.rand(3, 3, 96, 128) * 2 - 1
    with torch.no_grad():
        wanted = encoder(image).e4.numpy()
    assert wanted.shape == (3, 96, 6, 8)
    np.testing.assert_allclose(graph.run(image.numpy()), wanted, atol=1e-4)
