"""The head as a height field: outline, skull, and the bumps and hollows that make a face.

`head_surface` gives depth z (mm, toward the viewer) over a Grid; the outline closes where the
cross-section turns away from the viewer, so silhouettes shade as a real limb does.
"""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.face.features import add_features
from spoofcue.simulate.face.grid import Grid
from spoofcue.simulate.identity import HeadShape, Identity
from spoofcue.simulate.noise import Image, blur
from spoofcue.simulate.scene import Expression

RIM_DEPTH_MM = -78.0  # the plane of the ears, where the front height field ends


@dataclass(frozen=True, slots=True)
class Surface:
    """Depth of the head with and without its fine features, and coverage, all (H, W) float32.

    z and base are mm; alpha is 0..1; cavity is mm below the smoothed surroundings (0 = open).
    """

    z: Image
    base: Image
    alpha: Image
    cavity: Image


def half_width_mm(head: HeadShape, y_mm: Image) -> Image:
    """Half width of the head's outline at heights y_mm (any shape); 0 above and below the head.

    Squared widths are interpolated, so both ends close like an ellipse.
    """
    full = head.fullness
    low = head.chin_y_mm
    heights = [-15.0, 0.0, 20.0, 40.0, 58.0, 74.0, 0.5 * (74 + low) + 1, low - 7, low]
    widths = [
        head.skull_half_mm - 1.5,
        head.cheek_half_mm + 2.5,
        head.cheek_half_mm + 0.5,
        0.55 * head.cheek_half_mm + 0.45 * head.jaw_half_mm + 2.0 + 1.2 * full,
        0.25 * head.cheek_half_mm + 0.75 * head.jaw_half_mm + 0.8 + 2.0 * full,
        head.jaw_half_mm - 2.5 + 2.5 * full,
        0.55 * head.jaw_half_mm + 0.45 * head.chin_half_mm + 1.5 * full,
        head.chin_half_mm,
        0.0,
    ]
    top = np.arange(head.vertex_y_mm, -30.0, 2.0)
    rise = (top + 35.0) / (head.vertex_y_mm + 35.0)
    dome = head.skull_half_mm**2 * (1.0 - np.clip(rise, 0, 1) ** 2.2)
    knots_y = np.concatenate([top, np.array(heights)])
    knots = np.concatenate([dome, np.array(widths) ** 2])
    dense = np.arange(-140.0, 140.0, 0.5, dtype=np.float32)
    square = np.interp(dense, knots_y, knots, left=0.0, right=0.0).astype(np.float32)
    soft = blur(square[:, None], 8.0)[:, 0]
    soft = np.where(dense > low - 6, np.minimum(soft, square * 1.06), soft)
    soft = np.where(dense < head.vertex_y_mm + 8, square, soft)
    return np.sqrt(np.interp(y_mm, dense, np.maximum(soft, 0.0))).astype(np.float32)


def midline_depth_mm(head: HeadShape, y_mm: Image) -> Image:
    """Depth of the face's midline without nose and lips, by height (any shape)."""
    low = head.chin_y_mm
    top = head.vertex_y_mm
    heights = [-60, -40, -20, 0, 20, 45, 60, 80, low - 14, low - 6, low]
    depths = [-3.0, 2.5, 4.0, 0.5, 1.0, 4.5, 6.0, 2.5, 3.0, -1.0, -14.0]
    crown = np.arange(top, -62.0, 2.0)
    rise = np.clip((crown + 45.0) / (top + 45.0), 0, 1)
    arc = -78.0 + 78.0 * np.sqrt(1.0 - rise**2.3)
    dense = np.arange(-140.0, 140.0, 0.5)
    values = np.interp(dense, np.concatenate([crown, heights]), np.concatenate([arc, depths]))
    soft = blur(values.astype(np.float32)[:, None], 9.0)[:, 0]
    return np.interp(y_mm, dense, soft).astype(np.float32)


def head_surface(identity: Identity, expression: Expression, grid: Grid) -> Surface:
    """Sculpt the head over the grid."""
    head = identity.head
    width = np.maximum(half_width_mm(head, grid.row_mm), 0.5)
    across = np.abs(grid.column_mm) / width
    inside = np.clip(across, 0.0, 0.998)
    drop = np.minimum(79.0, 1.12 * width + 2.0)
    power = np.interp(grid.row_mm, [-60, 0, 60, 110], [2.2, 2.35, 2.25, 2.0]).astype(np.float32)
    section = np.float32(1.0) - (1.0 - inside**power) ** (1.0 / power)
    base = midline_depth_mm(head, grid.row_mm) - drop * section
    base = np.maximum(base, RIM_DEPTH_MM - 6).astype(np.float32)
    edge = (width - np.abs(grid.column_mm)) * np.float32(grid.px_per_mm)
    ends = (grid.row_mm < head.chin_y_mm) & (grid.row_mm > head.vertex_y_mm)
    alpha = np.where(ends, np.clip(edge + 0.5, 0, 1), 0.0).astype(np.float32)
    alpha = np.minimum(alpha, blur(alpha, 0.8) * 1.25)
    relief = np.zeros(grid.shape, np.float32)
    add_features(relief, identity, expression, grid)
    relief *= np.clip((1.0 - across) / 0.12, 0.0, 1.0)  # features fade before the rim
    scale = grid.px_per_mm
    fine = np.maximum(blur(relief, 2.6 * scale) - relief, 0.0)
    broad = np.maximum(blur(relief, 8.0 * scale) - relief, 0.0)
    return Surface(z=base + relief, base=base, alpha=alpha, cavity=fine + 0.4 * broad)
