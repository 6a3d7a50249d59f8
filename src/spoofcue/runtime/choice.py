"""Which runtime a package gets: what its format allows and what is installed."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec

from spoofcue.cue.score import next_multiple
from spoofcue.errors import InputError
from spoofcue.package.read import Package
from spoofcue.runtime.session import CueRuntime

RUNTIMES = ("openvino", "onnxruntime", "torch")
VARIABLE = "SPOOFCUE_RUNTIME"
INSTALL = {"openvino": "spoofcue[openvino]", "onnxruntime": "spoofcue", "torch": "spoofcue[train]"}


def allowed_runtimes(weight_format: str, precision: str) -> tuple[str, ...]:
    """The runtimes that can run such weights, the preferred one first."""
    if weight_format == "safetensors":
        return ("torch",)
    if weight_format == "openvino":
        return ("openvino",)
    # int8 was judged on dev in ONNX Runtime; OpenVINO fuses the same graph in another way
    return ("onnxruntime", "openvino") if precision == "int8" else ("openvino", "onnxruntime")


def choose_runtime(weight_format: str, precision: str, wanted: str | None = None) -> str:
    """The runtime for such weights.

    Args:
        weight_format: of the package.
        precision: of the package.
        wanted: one of :data:`RUNTIMES`, or None for SPOOFCUE_RUNTIME, or the first installed.

    Raises:
        InputError: unknown, not allowed by the format, or not installed.

    """
    allowed = allowed_runtimes(weight_format, precision)
    named = wanted or os.environ.get(VARIABLE) or None
    if named is None:
        for name in allowed:
            if installed(name):
                return name
        raise InputError(
            f"a package of format {weight_format} runs in {' or '.join(allowed)}, and none is "
            f"installed: pip install '{INSTALL[allowed[0]]}'."
        )
    which = f"runtime {named!r}" + ("" if wanted else f" (from {VARIABLE})")
    if named not in RUNTIMES:
        raise InputError(f"{which} is unknown; there are {', '.join(RUNTIMES)}.")
    if named not in allowed:
        raise InputError(
            f"{which} cannot run {weight_format} weights in {precision}; "
            f"{' or '.join(allowed)} can."
        )
    if not installed(named):
        raise InputError(f"{which} is not installed: pip install '{INSTALL[named]}'.")
    return named


def installed(name: str) -> bool:
    """Whether a runtime can be imported; it is not."""
    if name in sys.modules:
        return sys.modules[name] is not None
    return find_spec(name) is not None


def open_runtime(
    package: Package, runtime: str | None = None, threads: int | None = None
) -> CueRuntime:
    """The package's weights, loaded.

    Args:
        package: as it was read and checked.
        runtime: see :func:`choose_runtime`.
        threads: for one call; None leaves it to the runtime.

    Raises:
        InputError: no runtime for it, or the runtime refuses the weights.

    """
    spec, weights = package.spec, package.weights
    name = choose_runtime(spec.format, spec.precision, runtime)
    if name == "torch":
        from spoofcue.runtime.with_torch import TorchRuntime

        return TorchRuntime(
            weights["model.safetensors"], spec.training.model, spec.precision, threads
        )
    if name == "onnxruntime":
        from spoofcue.runtime.with_onnxruntime import OnnxRuntime

        return OnnxRuntime(weights["model.onnx"], threads)
    from spoofcue.runtime.with_openvino import OpenVinoRuntime

    # whole faces and grids come in any shape or number
    side = next_multiple(spec.input.size) if spec.input.scoring == "resize" else None
    files = ("model.onnx",) if spec.format == "onnx" else ("model.xml", "model.bin")
    return OpenVinoRuntime(
        weights[files[0]],
        weights[files[1]] if len(files) == 2 else None,
        spec.precision,
        threads,
        side,
    )
