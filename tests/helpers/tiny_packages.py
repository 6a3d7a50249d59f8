"""A run folder as training leaves it, of an untrained network of four channels, and its exports."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from functools import cache
from pathlib import Path
from unittest import mock

import onnx
import torch

from helpers import tiny_run
from helpers.made_runs import begin_run
from helpers.once import made_once
from helpers.strong_cues import strengthen
from spoofcue.config import RunSettings
from spoofcue.cue.generator import LGSC
from spoofcue.export.graph import traced
from spoofcue.export.package import export_package
from spoofcue.methods.settings import load_settings
from spoofcue.scoring.checkpoint import TorchModel

SETTINGS: RunSettings = load_settings(
    "small", None, ["model.width=4", "input.size=32", "input.max_side=96"]
)
THRESHOLD = 0.02


def tiny_checkpoint(path: Path, **facts: object) -> Path:
    """A .ckpt whose cues are strong enough that scores differ between pictures."""
    torch.manual_seed(0)
    network = LGSC(**SETTINGS.model.network())
    strengthen(network.generator)
    stored = {
        "state_dict": {f"network.{k}": v for k, v in network.state_dict().items()},
        "spoofcue": {
            "version": "0.1.0",
            "settings": SETTINGS.model_dump(mode="json"),
            "dev": {"threshold": THRESHOLD, "auc": 0.5, "acer": 0.5},
            "facts": {"margin": 0.2, "detector": "none", "min_face_px": 16, **facts},
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(stored, path)
    return path


def tiny_lgsc_run(folder: Path, data: Path | None = None) -> Path:
    """RUN with its best checkpoint; ``data`` is the prepared folder that it names."""
    tiny_checkpoint(folder / "checkpoints" / "best.ckpt")
    return begin_run(folder, data or folder / "gone")


def tiny_data(folder: Path) -> Path:
    """A prepared folder of noise pictures of 40 px."""
    return tiny_run.prepare(folder, people=2, takes=2)


@cache
def shared_run() -> Path:
    """One run with its data for all tests of a process."""
    root = Path(tempfile.mkdtemp(prefix="tiny-packages-"))
    return tiny_lgsc_run(root / "run", tiny_data(root / "data"))


@cache
def _graph() -> onnx.ModelProto:
    def trace(out: Path) -> None:
        onnx.save(traced(TorchModel(shared_run())), out)

    return onnx.load(made_once("tiny.onnx", trace))


@contextmanager
def traced_once(where: str = "spoofcue.export.graph") -> Iterator[None]:
    """Exports of the shared run take its graph from the first one: tracing takes seconds.

    Args:
        where: the module that calls ``traced``.

    """

    def again(model: TorchModel) -> onnx.ModelProto:
        return deepcopy(_graph())

    with mock.patch(f"{where}.traced", again):
        yield


@cache
def exported(to: str, precision: str = "fp32") -> Path:
    """The shared run as a package."""
    out = shared_run().parent / f"{to}-{precision}"
    with traced_once():
        export_package(shared_run(), out, to, precision)  # type: ignore[arg-type]
    return out
