"""Weights to cue maps: PyTorch, ONNX Runtime and OpenVINO behind one call."""
