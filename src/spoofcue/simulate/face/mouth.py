"""Lips: their outline, relief, and where they meet."""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.face.frame import Expression, Grid
from spoofcue.simulate.face.identity import MouthShape
from spoofcue.simulate.raster import FloatImage, smoothstep


@dataclass(frozen=True, slots=True)
class LipLines:
    """Heights (1, W) mm of the lips' outer edges and inner edges; u (1, W) is -1..1 across."""

    u: FloatImage
    top: FloatImage
    inner_top: FloatImage
    inner_low: FloatImage
    bottom: FloatImage


def lip_lines(mouth: MouthShape, expression: Expression, column_mm: FloatImage) -> LipLines:
    """Trace the lips over columns (1, W) in mm."""
    smile = expression.smile
    half = mouth.half_width_mm * (1.0 + 0.13 * max(smile, 0.0))
    u = np.clip(column_mm / half, -1.0, 1.0)
    # corners rise with a smile; the closed line dips at the middle of the upper lip
    centre = mouth.y_mm - 6.0 * smile * np.abs(u) ** 1.8 + 1.5 * smile
    centre = centre + 0.9 * np.exp(-((column_mm / 5.0) ** 2)) - 0.5 * np.cos(np.pi * u)
    thin = 1.0 - 0.18 * max(smile, 0.0)
    body = np.sqrt(np.clip(1.0 - np.abs(u) ** 1.9, 0, 1))
    peaks = np.exp(-(((np.abs(column_mm) - 5.2) / 4.2) ** 2))
    dip = np.exp(-((column_mm / 2.6) ** 2))
    upper = mouth.upper_mm * thin * body**1.35 * (0.86 + mouth.bow * (0.20 * peaks - 0.22 * dip))
    lower = mouth.lower_mm * thin * body**1.15 * (1.0 - 0.10 * u**2)
    gap = (
        expression.lips_apart * (2.6 + 2.2 * max(smile, 0.0)) * np.clip(1 - np.abs(u) ** 2.2, 0, 1)
    )
    return LipLines(
        u=u.astype(np.float32),
        top=(centre - upper - 0.35 * gap).astype(np.float32),
        inner_top=(centre - 0.35 * gap).astype(np.float32),
        inner_low=(centre + 0.65 * gap).astype(np.float32),
        bottom=(centre + lower + 0.65 * gap).astype(np.float32),
    )


def add_lips(relief: FloatImage, mouth: MouthShape, expression: Expression, grid: Grid) -> None:
    """Add lip relief (mm) to `relief` (H, W), in place."""
    rows, columns = grid.window(-38, 38, mouth.y_mm - 24, mouth.y_mm + 26)
    part = grid.part(rows, columns)
    line = lip_lines(mouth, expression, part.column_mm)
    y = part.row_mm
    side = np.sqrt(np.clip(1.0 - line.u**2, 0, 1))
    up = np.clip((y - line.top) / np.maximum(line.inner_top - line.top, 0.6), 0, 1)
    low = np.clip((line.bottom - y) / np.maximum(line.bottom - line.inner_low, 0.6), 0, 1)
    roll_up = np.maximum(np.sin(np.pi * np.clip(up, 0, 1) ** 0.8), 0) ** 0.9 * (up < 1)
    roll_low = np.maximum(np.sin(np.pi * np.clip(low, 0, 1) ** 1.05), 0) ** 0.8 * (low < 1)
    relief[rows, columns] += (side * (2.0 * roll_up + 3.4 * roll_low)).astype(np.float32)
    rim = np.exp(-(((y - line.top) / 0.9) ** 2)) * side
    relief[rows, columns] += (0.5 * rim).astype(np.float32)
    middle = 0.5 * (line.inner_top + line.inner_low)
    seam = np.exp(-(((y - middle) / 1.3) ** 2)) * np.clip(1.15 - np.abs(line.u), 0, 1)
    relief[rows, columns] -= (2.4 * seam).astype(np.float32)
    x = np.abs(part.column_mm)
    ridge = np.exp(-(((x - 4.6) / 1.8) ** 2) - ((y - line.top + 5.5) / 6.0) ** 2)
    groove = np.exp(-((x / 2.3) ** 2) - ((y - line.top + 6.0) / 6.0) ** 2)
    relief[rows, columns] += (0.6 * ridge - 0.9 * groove).astype(np.float32)


def lip_mask(mouth: MouthShape, expression: Expression, grid: Grid) -> FloatImage:
    """Coverage 0..1 (H, W) of the lips' red, with the soft vermilion border."""
    line = lip_lines(mouth, expression, grid.column_mm)
    y = grid.row_mm
    soft = 0.7
    upper = np.clip((y - line.top) / soft + 0.4, 0, 1) * np.clip(
        (line.inner_top - y) / 0.4 + 0.6, 0, 1
    )
    lower = np.clip((line.bottom - y) / (1.3 * soft) + 0.4, 0, 1) * np.clip(
        (y - line.inner_low) / 0.4 + 0.6, 0, 1
    )
    inside = smoothstep(1.0, 0.93, np.abs(line.u))
    return np.asarray(np.maximum(upper, lower) * inside, np.float32)


def mouth_opening(
    mouth: MouthShape, expression: Expression, grid: Grid
) -> tuple[FloatImage, FloatImage]:
    """Coverage 0..1 (H, W) of the parting between the lips, and of the upper teeth in it."""
    line = lip_lines(mouth, expression, grid.column_mm)
    y = grid.row_mm
    thick = np.asarray(0.55 * np.clip(1.25 - np.abs(line.u), 0, 1) ** 0.7, np.float32)
    inside = np.clip(1.0 - np.abs(line.u), 0, 0.05) / 0.05
    top, low = line.inner_top - thick, line.inner_low + thick
    opening = smoothstep(-0.5, 0.5, y - top) * smoothstep(-0.5, 0.5, low - y) * inside
    gap = line.inner_low - line.inner_top
    shown = np.clip(0.72 * gap + 0.3, 0, 9.0)
    shown_to = np.asarray(line.inner_top + shown, np.float32)
    gum = smoothstep(0.3, 0.8, y - line.inner_top) * smoothstep(-0.4, 0.4, shown_to - y)
    teeth = gum * smoothstep(1.6, 2.8, gap) * smoothstep(0.86, 0.6, np.abs(line.u))
    return np.asarray(opening, np.float32), np.asarray(teeth * opening, np.float32)
