"""ONNX Runtime as a runtime, on the CPU, without its telemetry."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from spoofcue.errors import InputError
from spoofcue.runtime.session import Planes, checked_image, checked_threads

# the name of the released versions, and the one that it has on the development branch
SWITCHES = ("ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")


def import_onnxruntime() -> ModuleType:
    """The module ``onnxruntime``.

    From version 1.29 on, importing it writes a device id and a database below the user's cache and
    reports to a server. It reads the switch once, while it is imported, so the switch is set
    before, in the environment that worker processes inherit. Where a program imported it before
    it imported us, all that is left is to end what it sends from here on.
    """
    already = "onnxruntime" in sys.modules
    for switch in SWITCHES:
        os.environ[switch] = "1"
    import onnxruntime

    if already:
        onnxruntime.disable_telemetry_events()
    module: ModuleType = onnxruntime
    return module


@dataclass(frozen=True, slots=True)
class GraphTensor:
    """An input or output of a graph.

    Attributes:
        name: of the tensor.
        shape: a length for each axis, None where it is free.
        kind: of its values, as ``float``.

    """

    name: str
    shape: tuple[int | None, ...]
    kind: str


class OnnxRuntime:
    """An ONNX model; ``InferenceSession.run`` may be called from several threads.

    Args:
        model: the file's content.
        threads: for one operator; None: ONNX Runtime's choice, one a core.
        tensors: names of the input and the output that are used; None: the first.

    Raises:
        InputError: it is no usable model.

    """

    name = "onnxruntime"

    def __init__(
        self,
        model: bytes,
        threads: int | None = None,
        tensors: tuple[str | None, str | None] = (None, None),
    ) -> None:
        onnxruntime = import_onnxruntime()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = checked_threads(threads) or 0
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime's errors have no common base but Exception.
        except Exception as error:
            words = " ".join(str(error).split())
            raise InputError(f"ONNX Runtime cannot use the model: {words}") from error
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        self.inputs = [_tensor(t) for t in self._session.get_inputs()]
        self.outputs = [_tensor(t) for t in self._session.get_outputs()]
        self._input = chosen(self.inputs, tensors[0], "input").name
        self._output = chosen(self.outputs, tensors[1], "output").name

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        return self.run(checked_image(image))

    def run(self, batch: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.GraphRuntime`."""
        out: Planes = self._session.run([self._output], {self._input: batch})[0]
        return out


def chosen(tensors: list[GraphTensor], name: str | None, what: str) -> GraphTensor:
    """The tensor of that name; of None the first.

    Raises:
        InputError: there is none.

    """
    for tensor in tensors:
        if name in (None, tensor.name):
            return tensor
    known = ", ".join(tensor.name for tensor in tensors) or "none"
    raise InputError(f"the graph has no {what} {name or ''}; there are: {known}.")


def _tensor(node: Any) -> GraphTensor:
    shape = tuple(side if isinstance(side, int) else None for side in node.shape)
    return GraphTensor(node.name, shape, node.type.removeprefix("tensor(").removesuffix(")"))
