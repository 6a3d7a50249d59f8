"""What it runs on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any


def machine(threads: int) -> dict[str, Any]:
    """Processor, cores, threads in use, and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    versions = {}
    for package in ("spoofcue", "torch", "onnxruntime", "openvino", "dlib-bin"):
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    cpu = named[0] if named else platform.processor()
    return {"cpu": cpu, "cores": os.cpu_count(), "threads": threads, "versions": versions}
