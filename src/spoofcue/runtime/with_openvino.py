"""ONNX models and OpenVINO IR in OpenVINO, on the CPU."""

from __future__ import annotations

import threading

from spoofcue.errors import InputError
from spoofcue.runtime.import_openvino import import_openvino
from spoofcue.runtime.session import Planes, checked_image, checked_threads

# Stated always: on a processor that has bf16 OpenVINO would take it for fp32 models unasked.
HINTS = {"fp32": "f32", "int8": "f32", "bf16": "bf16", "fp16": "f32"}


class OpenVinoRuntime:
    """A compiled model; each thread has an inference request of its own.

    Args:
        model: the .xml's or .onnx file's content.
        weights: the .bin's content; None for ONNX.
        precision: of the computation: bf16 is a hint, fp32 a promise.
        threads: None: OpenVINO's choice, one a core.

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
    ) -> None:
        openvino = import_openvino()
        options: dict[str, object] = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": HINTS[precision],
        }
        if checked_threads(threads):
            options["INFERENCE_NUM_THREADS"] = threads
        core = openvino.Core()
        try:
            read = core.read_model(model) if weights is None else core.read_model(model, weights)
            self._compiled = core.compile_model(read, "CPU", options)
        except (RuntimeError, TypeError, ValueError) as error:
            raise InputError(f"OpenVINO cannot use the model: {error}") from error
        # a request is no state of the model, and making one takes longer than a small face
        self._of_thread = threading.local()

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        request = getattr(self._of_thread, "request", None)
        if request is None:
            request = self._of_thread.request = self._compiled.create_infer_request()
        # the request's own memory is overwritten by its next call: a copy is what is returned
        request.infer({0: checked_image(image)}, share_outputs=False)
        out: Planes = request.get_output_tensor(0).data.copy()
        return out
