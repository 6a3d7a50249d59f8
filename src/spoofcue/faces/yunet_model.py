"""Fetch the YuNet model file (MIT licence, OpenCV Zoo), checked by its SHA-256."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.whole_files import write_bytes

URL = (
    "https://github.com/opencv/opencv_zoo/raw/main/models/face_detection_yunet/"
    "face_detection_yunet_2023mar.onnx"
)
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"


def default_yunet_path() -> Path:
    """Where :func:`fetch_yunet` puts the file: $SPOOFCUE_CACHE or ~/.cache/spoofcue."""
    cache = os.environ.get("SPOOFCUE_CACHE") or "~/.cache/spoofcue"
    return Path(cache).expanduser() / "face_detection_yunet_2023mar.onnx"


def fetch_yunet(target: Path | None = None, *, url: str = URL, sha256: str = SHA256) -> Path:
    """Download the model unless it is there; a file with another checksum is never kept.

    Raises:
        InputError: no connection, or the checksum differs.

    """
    target = target or default_yunet_path()
    if target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256:
        return target
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            data: bytes = answer.read()
    except OSError as error:
        raise InputError(
            f"could not download {url}: {error}. Fetch it elsewhere and give its "
            "path as --yunet-model."
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise InputError(f"{url} has SHA-256 {found}, not {sha256}: not kept.")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(target, data)
    return target
