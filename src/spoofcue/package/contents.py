"""Whether a file of weights is what its name says, by its first bytes; no pickle in any place."""

from __future__ import annotations

import json

from spoofcue.errors import PackageError

PICKLE_SUFFIXES = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".npy", ".npz")
TORCH_LEGACY = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
# StringStringEntryProto {key: "location"}: how an ONNX tensor names a file outside the model
ONNX_OUTSIDE = b"\x0a\x08location\x12"


def looks_like_pickle(data: bytes) -> bool:
    """Whether bytes are a binary pickle, or a zip that holds one as PyTorch writes it.

    A pickle starts with its protocol and ends with a stop; raw weights do both once in four
    million files.
    """
    if data.startswith(TORCH_LEGACY):
        return True
    if len(data) > 2 and data[0] == 0x80 and 2 <= data[1] <= 5 and data.rstrip(b"\n")[-1:] == b".":
        return True
    return data.startswith(b"PK\x03\x04") and b".pkl" in data


def check_contents(name: str, data: bytes, where: str) -> None:
    """Refuse weights that no runtime should be shown.

    Raises:
        PackageError: ``pickle`` or ``contents``.

    """
    if looks_like_pickle(data):
        raise PackageError(
            f"{where}: {name} is a pickle, which can run code when it is read; export the run "
            "again with `spoofcue export`.",
            reason="pickle",
        )
    problem = None
    if name == "model.onnx":
        if data[:1] != b"\x08":  # field 1, ir_version, which every writer puts first
            problem = "is no ONNX model"
        elif ONNX_OUTSIDE in data:
            problem = "takes weights from a file outside the package"
    elif name == "model.xml":
        head = data[:4096].lstrip()
        if not head.startswith((b"<?xml", b"<net")) or b"<!DOCTYPE" in data:
            problem = "is no OpenVINO model"
    elif name == "model.safetensors" and not _safetensors_header(data):
        problem = "is no safetensors file"
    if problem:
        raise PackageError(f"{where}: {name} {problem}.", reason="contents")


def _safetensors_header(data: bytes) -> bool:
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= len(data) - 8:
        return False
    try:
        return isinstance(json.loads(data[8 : 8 + length]), dict)
    except ValueError:
        return False
