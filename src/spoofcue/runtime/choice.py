"""Which runtime a package gets: what its format allows and what is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, TypeAlias, Union, cast

from spoofcue.cue.score import next_multiple
from spoofcue.errors import InputError
from spoofcue.runtime.session import CueRuntime, GraphRuntime

if TYPE_CHECKING:
    from spoofcue.package.expert import ClassExpert, CueExpert

VARIABLE = "SPOOFCUE_RUNTIME"

Expert: TypeAlias = Union["CueExpert", "ClassExpert"]

Weights = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Runtime:
    """A runtime before it is loaded.

    Attributes:
        install: what pip takes to install it.
        takes: (format of the weights, precision) -> whether it runs them.
        open: (expert, its files, threads) -> its graph, loaded.

    """

    install: str
    takes: Callable[[str, str], bool]
    open: Callable[[Expert, Weights, int | None], CueRuntime | GraphRuntime]


def _openvino(expert: Expert, weights: Weights, threads: int | None) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_openvino import OpenVinoRuntime

    files = [weights[name] for name in expert.file_names]
    if expert.kind != "cue_map":
        usual: tuple[int, ...] | None = expert.input.shape
    else:
        # whole faces and grids come in any shape or number
        side = next_multiple(expert.input.size)
        usual = (1, 3, side, side) if expert.input.scoring == "resize" else None
    return OpenVinoRuntime(
        files[0],
        files[1] if len(files) == 2 else None,
        expert.precision,
        threads,
        usual,
        _tensors(expert),
    )


def _onnxruntime(
    expert: Expert, weights: Weights, threads: int | None
) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_onnxruntime import OnnxRuntime

    return OnnxRuntime(weights[expert.file_names[0]], threads, _tensors(expert))


def _tensors(expert: Expert) -> tuple[str | None, str | None]:
    """Names of input and output; a network of ours has one of each."""
    if expert.kind == "cue_map":
        return None, None
    return expert.input.tensor, expert.output.tensor


def _torch(expert: Expert, weights: Weights, threads: int | None) -> CueRuntime | GraphRuntime:
    from spoofcue.runtime.with_torch import TorchRuntime

    if expert.kind != "cue_map":
        raise InputError(f"the runtime torch runs networks of ours alone, not {expert.name}.")
    (file,) = expert.file_names
    return TorchRuntime(weights[file], expert.training.model, expert.precision, threads)


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


def open_cues(
    expert: CueExpert, weights: Weights, runtime: str | None = None, threads: int | None = None
) -> CueRuntime:
    """The weights of a network of ours, loaded; see :func:`open_classes` for the arguments."""
    return cast("CueRuntime", _opened(expert, weights, runtime, threads))


def open_classes(
    expert: ClassExpert, weights: Weights, runtime: str | None = None, threads: int | None = None
) -> GraphRuntime:
    """The weights of a classifier, loaded.

    Args:
        expert: of a package that was read and checked.
        weights: name -> content of its files, at least.
        runtime: see :func:`choose_runtime`.
        threads: for one call; None leaves it to the runtime.

    Raises:
        InputError: no runtime for it, or the runtime refuses the weights.

    """
    return cast("GraphRuntime", _opened(expert, weights, runtime, threads))


def _opened(
    expert: Expert, weights: Weights, runtime: str | None, threads: int | None
) -> CueRuntime | GraphRuntime:
    name = choose_runtime(expert.format, expert.precision, runtime)
    return RUNTIMES[name].open(expert, weights, threads)
