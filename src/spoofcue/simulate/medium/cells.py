"""Periodic structure (halftone dots, sub-pixels), filtered for the grid that samples it.

Dots and sub-pixels repeat, so one cell is drawn and looked up at every fine sample of the sensor.
Before that the cell is low-passed by the footprint of a fine sample: what lies beyond the grid's
own limit fades to its mean instead of folding back. Frequencies below that limit pass, and fold
only where physics folds them, in the sensor's coarser grid: moiré is sampled, not painted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.noise import Image

CELL = 32
# Gaussian footprint of one fine sample; the lens is wider than that.
FOOTPRINT = 0.40
# makes coordinates positive before they are cut to integers; larger would cost float32 its fraction
_FAR = np.float32(2**17)


def footprint_response(step: NDArray[np.float64], cell: int = CELL) -> Image:
    """Transfer (cell, cell // 2 + 1) of the footprint for a cell's harmonics.

    Args:
        step: (2, 2) Jacobian, cells per fine sample.
        cell: samples of the cell's drawing, each way.

    """
    fu = np.fft.rfftfreq(cell) * cell
    fv = np.fft.fftfreq(cell) * cell
    along_x = fu[None, :] * step[0, 0] + fv[:, None] * step[1, 0]
    along_y = fu[None, :] * step[0, 1] + fv[:, None] * step[1, 1]
    return np.exp(-2 * (np.pi * FOOTPRINT) ** 2 * (along_x**2 + along_y**2)).astype(np.float32)


def filtered(cells: Image, response: Image) -> Image:
    """Cells (..., N, N) float32, periodic, through a response of :func:`footprint_response`."""
    spectrum = np.fft.rfft2(cells) * response
    return np.fft.irfft2(spectrum, s=cells.shape[-2:]).astype(np.float32)


def unresolved(response: Image) -> bool:
    """Whether no harmonic passes: finer than the grid, only the mean is seen."""
    first = max(response[0, 1], response[1, 0], response[-1, 0])
    return bool(first < 0.02)


def cell_index(p: Image, q: Image, cell: int = CELL) -> NDArray[np.int32]:
    """Flat index into a (cell, cell) table from coordinates counted in cells (q is the row).

    ``cell`` is a power of two.
    """
    bits = cell.bit_length() - 1
    mask = np.int32(cell - 1)
    column = (p * np.float32(cell) + _FAR).astype(np.int32) & mask
    row = (q * np.float32(cell) + _FAR).astype(np.int32) & mask
    row <<= bits
    row |= column
    return row
