"""OpenVINO as a runtime, without its telemetry."""

from __future__ import annotations

import sys
import threading
from types import ModuleType
from typing import Any

from spoofcue.errors import InputError
from spoofcue.runtime.session import Planes, checked_image, checked_threads

_TELEMETRY = "openvino_telemetry"
_lock = threading.Lock()


def import_openvino() -> ModuleType:
    """The module ``openvino``.

    Importing it writes an id into the home folder and reports the import to a server, unasked. A
    liveness check must not tell anyone that it runs: OpenVINO takes an empty stand-in where its
    telemetry package is missing, and so it is missing while OpenVINO is imported.
    """
    with _lock:
        if "openvino" not in sys.modules and _TELEMETRY not in sys.modules:
            sys.modules[_TELEMETRY] = None  # type: ignore[assignment]
            try:
                import openvino
            finally:
                del sys.modules[_TELEMETRY]
        import openvino
    module: ModuleType = openvino
    return module


# Stated always: on a processor that has bf16 OpenVINO would take it for fp32 models unasked.
HINTS = {"fp32": "f32", "int8": "f32", "bf16": "bf16", "fp16": "f32"}


class OpenVinoRuntime:
    """A model compiled for one shape, for any shape, or both; what is not asked for is not made.

    Args:
        model: the .xml's or .onnx file's content.
        weights: the .bin's content; None for ONNX.
        precision: of the computation: bf16 is a hint, fp32 a promise.
        threads: None: OpenVINO's choice, one a core.
        usual: shape that nearly all inputs have, if it is known: they then run in a model of
            fixed shape, which is faster by up to a fifth.
        tensors: names of the input and the output that are used; None: the first.

    Raises:
        InputError: it is no usable model.

    """

    name = "openvino"

    def __init__(
        self,
        model: bytes,
        weights: bytes | None = None,
        precision: str = "fp32",
        threads: int | None = None,
        usual: tuple[int, ...] | None = None,
        tensors: tuple[str | None, str | None] = (None, None),
    ) -> None:
        self._core = import_openvino().Core()
        self._files = (model,) if weights is None else (model, weights)
        self._options: dict[str, object] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": HINTS[precision],
        }
        if checked_threads(threads):
            self._options["INFERENCE_NUM_THREADS"] = threads
        self._usual = usual
        self._tensors: tuple[str | int, str | int] = tensors[0] or 0, tensors[1] or 0
        self._compiled: dict[bool, Any] = {}
        self._lock = threading.Lock()
        # a request is no state of the model, and making one takes longer than a small face
        self._of_thread = threading.local()
        self._model(self._usual is not None)

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        return self.run(checked_image(image))

    def run(self, batch: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.GraphRuntime`."""
        usual = batch.shape == self._usual
        requests = self._of_thread.__dict__.setdefault("requests", {})
        if usual not in requests:
            requests[usual] = self._model(usual).create_infer_request()
        request = requests[usual]
        # read where it lies: it is not touched before the call ends
        request.infer({self._tensors[0]: batch}, share_inputs=True, share_outputs=False)
        output = self._tensors[1]
        # the request's own memory is overwritten by its next call: a copy is what is returned
        tensor = (
            request.get_tensor(output)
            if isinstance(output, str)
            else request.get_output_tensor(output)
        )
        out: Planes = tensor.data.copy()
        return out

    def _model(self, usual: bool) -> Any:
        with self._lock:
            if usual not in self._compiled:
                try:
                    read = self._core.read_model(*self._files)
                    if usual and self._usual is not None:
                        read.reshape({read.input(self._tensors[0]): list(self._usual)})
                    self._compiled[usual] = self._core.compile_model(read, "CPU", self._options)
                except (RuntimeError, TypeError, ValueError) as error:
                    words = " ".join(str(error).split())
                    raise InputError(f"OpenVINO cannot use the model: {words}") from error
            return self._compiled[usual]
