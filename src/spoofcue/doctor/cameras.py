"""Cameras: which the system lists, without switching one on, and one that is asked for, opened."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from spoofcue.doctor.check import Check
from spoofcue.errors import InputError, MediaError, SpoofCueError
from spoofcue.media.live_stream import named_source, opened_stream

PART = "cameras"
FRAMES = 10  # a camera's first ones may be broken


def check_cameras(asked: str | None = None, root: Path = Path("/")) -> Iterator[Check]:
    """The cameras of the system; the one that is asked for gives one frame.

    Args:
        asked: a number, device or address, as `spoofcue watch` takes it; None: none is opened.
        root: of the file system; another one in tests.

    """
    if asked is not None:
        yield _opened(asked)
    elif not sys.platform.startswith("linux"):
        yield Check(PART, "list", "cameras are read on Linux alone; streams everywhere", "absent")
    else:
        devices = sorted((root / "dev").glob("video*"), key=lambda p: (len(p.name), p.name))
        for device in devices:
            yield _listed(device, root)
        if not devices:
            yield Check(PART, "list", "none here", "absent")


def _listed(device: Path, root: Path) -> Check:
    try:
        told = root / "sys/class/video4linux" / device.name / "name"
        name = told.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        name = "of unknown make"
    if os.access(device, os.R_OK | os.W_OK):
        return Check(PART, device.name, f"{name}; not opened (--camera N opens it)")
    return Check(
        PART,
        device.name,
        f"{name}; this user may not open it",
        "note",
        "Add the user to the group video: sudo usermod -aG video $USER, and log in again.",
    )


def _opened(asked: str) -> Check:
    name = asked
    try:
        source = named_source(asked)
        if isinstance(source, Path):
            raise InputError("it is no camera: give a number, as 0, or the address of a stream.")
        name = str(source)  # without a login
        with opened_stream(source) as frames:
            whole = next((f for f in islice(frames, FRAMES) if f.frame is not None), None)
            if whole is None:
                raise MediaError(f"{name}: none of its first {FRAMES} frames is whole")
            height, width = whole.image().shape[:2]
    except SpoofCueError as error:
        return Check(PART, name, str(error), "fault", "Is it plugged in, and free?")
    return Check(
        PART,
        name,
        f"gives frames of {width} x {height} px",
        facts={"width": width, "height": height},
    )
