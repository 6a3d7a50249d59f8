"""OpenVINO without its telemetry."""

from __future__ import annotations

import sys
import threading
from types import ModuleType

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
