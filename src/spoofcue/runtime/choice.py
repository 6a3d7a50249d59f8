"""Which runtime a package gets: what its format allows and what is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from spoofcue.cue.score import next_multiple
from spoofcue.errors import InputError
from spoofcue.runtime.session import CueRuntime

if TYPE_CHECKING:
    from spoofcue.package.read import Package

VARIABLE = "SPOOFCUE_RUNTIME"


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime before it is loaded.

    Attributes:
        install: what pip takes to install it.
        takes: (format of the weights, precision) -> whether it runs them.
        open: (package, threads) -> its weights, loaded.

    """

    install: str
    takes: Callable[[str, str], bool]
    open: Callable[[Package, int | None], CueRuntime]


def _openvino(package: Package, threads: int | None) -> CueRuntime:
    from spoofcue.runtime.with_openvino import OpenVinoRuntime

    spec, weights = package.spec, package.weights
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


def _onnxruntime(package: Package, threads: int | None) -> CueRuntime:
    from spoofcue.runtime.with_onnxruntime import OnnxRuntime

    return OnnxRuntime(package.weights["model.onnx"], threads)


def _torch(package: Package, threads: int | None) -> CueRuntime:
    from spoofcue.runtime.with_torch import TorchRuntime

    spec = package.spec
    return TorchRuntime(
        package.weights["model.safetensors"], spec.training.model, spec.precision, threads
    )


# by the name of the module that is imported; the preferred one first
RUNTIMES = {
    "openvino": Runtime(
        "spoofcue[openvino]", lambda form, precision: form in ("openvino", "onnx"), _openvino
    ),
    "onnxruntime": Runtime("spoofcue", lambda form, precision: form == "onnx", _onnxruntime),
    "torch": Runtime("spoofcue[train]", lambda form, precision: form == "safetensors", _torch),
}


def allowed_runtimes(weight_format: str, precision: str) -> tuple[str, ...]:
    """The runtimes that can run such weights, the preferred one first."""
    names = [name for name, runtime in RUNTIMES.items() if runtime.takes(weight_format, precision)]
    if weight_format == "onnx" and precision == "int8":
        # judged on dev in ONNX Runtime; others fuse the same graph in another way
        names.sort(key=lambda name: name != "onnxruntime")
    return tuple(names)


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
    named = (os.environ.get(VARIABLE) or None) if wanted is None else wanted
    if named is None:
        for name in allowed:
            if installed(name):
                return name
        raise InputError(
            f"a package of format {weight_format} runs in {' or '.join(allowed)}, and none is "
            f"installed: pip install '{RUNTIMES[allowed[0]].install}'."
        )
    which = f"runtime {named!r}" + (f" (from {VARIABLE})" if wanted is None else "")
    if named not in RUNTIMES:
        raise InputError(f"{which} is unknown; there are {', '.join(RUNTIMES)}.")
    if named not in allowed:
        raise InputError(
            f"{which} cannot run {weight_format} weights in {precision}; "
            f"{' or '.join(allowed)} can."
        )
    if not installed(named):
        raise InputError(f"{which} is not installed: pip install '{RUNTIMES[named].install}'.")
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
    name = choose_runtime(package.spec.format, package.spec.precision, runtime)
    return RUNTIMES[name].open(package, threads)
