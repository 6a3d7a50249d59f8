"""The raster a head layer is painted on: millimetre coordinates per pixel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.noise import Image


@dataclass(frozen=True, slots=True)
class Grid:
    """A window of the head frame; column_mm (1, W) and row_mm (H, 1) broadcast to (H, W)."""

    column_mm: Image
    row_mm: Image
    px_per_mm: float

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.row_mm.shape[0], self.column_mm.shape[1]

    def to_px(self, points_mm: NDArray[np.floating]) -> Image:
        """Points (..., 2) in mm -> pixel coordinates (..., 2), x first."""
        origin = np.array([self.column_mm[0, 0], self.row_mm[0, 0]], np.float32)
        return np.asarray((points_mm - origin) * np.float32(self.px_per_mm), np.float32)

    def window(self, x0: float, x1: float, y0: float, y1: float) -> tuple[slice, slice]:
        """Row and column slices of the part inside a box in mm (clipped to the grid)."""
        height, width = self.shape
        left, top = float(self.column_mm[0, 0]), float(self.row_mm[0, 0])
        rows = [int(np.clip(round((v - top) * self.px_per_mm), 0, height)) for v in (y0, y1)]
        columns = [int(np.clip(round((v - left) * self.px_per_mm), 0, width)) for v in (x0, x1)]
        return slice(rows[0], rows[1]), slice(columns[0], columns[1])

    def part(self, rows: slice, columns: slice) -> "Grid":
        """The sub-grid of a window."""
        return Grid(self.column_mm[:, columns], self.row_mm[rows], self.px_per_mm)


def make_grid(x0: float, x1: float, y0: float, y1: float, px_per_mm: float) -> Grid:
    """A grid over a box in mm."""
    columns = np.arange(x0, x1, 1.0 / px_per_mm, dtype=np.float32)
    rows = np.arange(y0, y1, 1.0 / px_per_mm, dtype=np.float32)
    return Grid(columns[None, :], rows[:, None], px_per_mm)
