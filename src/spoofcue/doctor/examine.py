"""All checks, in the order in which one explains the next."""

from __future__ import annotations

from collections.abc import Iterator

from spoofcue.doctor.caches import check_caches
from spoofcue.doctor.cameras import check_cameras
from spoofcue.doctor.check import Check
from spoofcue.doctor.installed import check_extras, check_versions
from spoofcue.doctor.judging import check_judging
from spoofcue.doctor.processor import check_processor


def examine(
    model: str | None = None, runtime: str | None = None, camera: str | None = None
) -> Iterator[Check]:
    """Look at everything, one check at a time; nothing is downloaded, and no camera switched on.

    Args:
        model: to be tried; None: what `predict` takes.
        runtime: to try it in; None: what `predict` takes.
        camera: to take a frame from; None: cameras are listed.

    """
    yield from check_versions()
    yield from check_processor()
    yield from check_judging(model, runtime)
    yield from check_cameras(camera)
    yield from check_caches()
    yield from check_extras()
