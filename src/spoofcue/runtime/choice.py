"""Which runtime a package gets: what its format allows and what is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import cast

from spoofcue.config import ModelSettings
from spoofcue.errors import InputError
from spoofcue.runtime.session import CueRuntime, GraphRuntime

VARIABLE = "SPOOFCUE_RUNTIME"


@dataclass(frozen=True, slots=True)
class Graph:
    """Weights, and what a runtime must know of them.

    Attributes:
        format: onnx, openvino or safetensors.
        precision: fp32, bf16, fp16 or int8.
        files: content, in the order of the format.
        usual: shape of nearly all inputs; None: they come in any.
        tensors: names of input and output; None: there is one of each.
        network: that safetensors are the weights of; None: it is none of ours.

    """

    format: str
    precision: str
    files: tuple[bytes, ...]
    usual: tuple[int, ...] | None = None
    tensors: tuple[str | None, str | None] = (None, None)
    network: ModelSettings | None = None


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime before it is loaded.

    Attributes:
        install: what pip takes to install it.
        takes: (format of the weights, precision) -> whether it runs them.
        open: (graph, threads) -> it, loaded.

    """

    install: str
    takes: Callable[[str, str], bool]
    open: Callable[[Graph, int | None], CueRuntime | GraphRuntime]


def _openvino(graph: Graph, threads: int | None) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_openvino import OpenVinoRuntime

    model, *rest = graph.files
    weights = rest[0] if rest else None
    return OpenVinoRuntime(model, weights, graph.precision, threads, graph.usual, graph.tensors)


def _onnxruntime(graph: Graph, threads: int | None) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_onnxruntime import OnnxRuntime

    return OnnxRuntime(graph.files[0], threads, graph.tensors)


def _torch(graph: Graph, threads: int | None) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_torch import TorchRuntime

    if graph.network is None:
        raise InputError("the runtime torch runs networks of ours alone.")
    return TorchRuntime(graph.files[0], graph.network, graph.precision, threads)


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


def open_cues(graph: Graph, runtime: str | None = None, threads: int | None = None) -> CueRuntime:
    """A network of ours, loaded; see :func:`open_classes` for the arguments."""
    return cast("CueRuntime", _opened(graph, runtime, threads))


def open_classes(
    graph: Graph, runtime: str | None = None, threads: int | None = None
) -> GraphRuntime:
    """A classifier, loaded.

    Args:
        graph: of a package that was read and checked.
        runtime: see :func:`choose_runtime`.
        threads: for one call; None leaves it to the runtime.

    Raises:
        InputError: no runtime for it, or the runtime refuses the weights.

    """
    return cast("GraphRuntime", _opened(graph, runtime, threads))


def _opened(graph: Graph, runtime: str | None, threads: int | None) -> CueRuntime | GraphRuntime:
    name = choose_runtime(graph.format, graph.precision, runtime)
    return RUNTIMES[name].open(graph, threads)
