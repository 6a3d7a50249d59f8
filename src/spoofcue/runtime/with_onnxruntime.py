"""ONNX Runtime as a runtime, on the CPU, without its telemetry."""

from __future__ import annotations

import os
import sys
from types import ModuleType

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
            raise InputError(f"ONNX Runtime cannot use the model: {error}") from error
        self.metadata: dict[str, str] = self._session.get_modelmeta().custom_metadata_map

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        out: Planes = self._session.run(None, {"image": checked_image(image)})[0]
        return out
