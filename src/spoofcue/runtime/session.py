"""What every runtime does, and what it refuses."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from spoofcue.cue.score import STRIDE
from spoofcue.errors import InputError

Planes = NDArray[np.float32]


class GraphRuntime(Protocol):
    """A loaded graph; keeps no state between calls, so that threads may share one."""

    name: str

    def run(self, batch: Planes) -> Planes:
        """The graph's output for a float32 array of the shape that it takes."""
        ...


class CueRuntime(Protocol):
    """A network of ours, loaded; threads may share one."""

    name: str

    def cues(self, image: Planes) -> Planes:
        """(B, 3, H, W) float32 normalised images, sides multiples of 32 -> cue maps in [-1, 1].

        Raises:
            InputError: another shape or type.

        """
        ...


def checked_image(image: Planes) -> Planes:
    """``image`` in one piece of memory.

    Raises:
        InputError: it is no (B, 3, H, W) float32 with sides that are multiples of 32; a runtime
            would fail with its own words, or read another memory layout than is meant.

    """
    fits = image.ndim == 4 and image.shape[1] == 3 and min(image.shape) > 0
    if not fits or image.shape[2] % STRIDE or image.shape[3] % STRIDE or image.dtype != np.float32:
        raise InputError(
            f"a runtime takes float32 (B, 3, H, W) images with sides that are multiples of "
            f"{STRIDE}, not {image.dtype} {image.shape}."
        )
    return np.ascontiguousarray(image)


def checked_threads(threads: int | None) -> int | None:
    """``threads`` if it is a number of threads.

    Raises:
        InputError: it is no whole number, or below 1.

    """
    if threads is not None and (type(threads) is not int or threads < 1):
        raise InputError(
            f"threads={threads!r}: give 1 or more, or none for the runtime's own choice."
        )
    return threads
