"""ONNX Runtime as a runtime, on the CPU."""

from __future__ import annotations

from spoofcue.errors import InputError
from spoofcue.runtime.session import Planes, checked_image, checked_threads


class OnnxRuntime:
    """An ONNX model; ``InferenceSession.run`` may be called from several threads.

    Args:
        model: the file's content.
        threads: for one operator; None: ONNX Runtime's choice, one a core.

    Raises:
        InputError: it is no usable model.

    """

    name = "onnxruntime"

    def __init__(self, model: bytes, threads: int | None = None) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = checked_threads(threads) or 0
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        # ONNX Runtime's errors have no common base but Exception.
        except Exception as error:
            raise InputError(f"ONNX Runtime cannot use the model: {error}") from error
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        out: Planes = self._session.run(None, {"image": checked_image(image)})[0]
        return out
