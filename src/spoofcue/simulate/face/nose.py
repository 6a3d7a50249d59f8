"""The nose: ridge, tip, wings, alar crease, and the dark openings of the nostrils."""

import numpy as np

from spoofcue.simulate.face.grid import Grid
from spoofcue.simulate.identity import NoseShape
from spoofcue.simulate.noise import Image, smoothstep
from spoofcue.simulate.scene import Expression


def add_nose(relief: Image, nose: NoseShape, expression: Expression, grid: Grid) -> None:
    """Add the nose to `relief` (H, W) mm, in place."""
    tip = nose.tip_y_mm
    wing = nose.half_width_mm + 1.2 * max(expression.smile, 0.0)
    rows, columns = grid.window(-32, 32, -14, tip + 16)
    part = grid.part(rows, columns)
    x, y = np.abs(part.column_mm), part.row_mm
    bridge, high = nose.bridge_height_mm, nose.tip_height_mm
    knots = [-12, -4, 6, 0.45 * tip, 0.75 * tip, tip - 2, tip + 3, tip + 6.5, tip + 9.5, tip + 12]
    ridge = [
        0.0, 0.35 * bridge, bridge, 0.55 * bridge + 0.38 * high + nose.hump_mm,
        0.72 * high + 0.15 * bridge, high, 0.93 * high, 0.58 * high, 0.16 * high, 0.0,
    ]  # fmt: skip
    height = np.interp(y, knots, ridge).astype(np.float32)
    bulb = nose.bridge_width_mm + 0.16 * (wing - 17) + 2.2
    spread = np.interp(
        y, [-10, 5, 0.5 * tip, 0.8 * tip, tip, tip + 8],
        [6.5, nose.bridge_width_mm, nose.bridge_width_mm + 0.8, bulb, bulb + 0.8, bulb + 0.5],
    ).astype(np.float32)  # fmt: skip
    shape = (
        np.exp(-0.72 * (x / spread) ** 2.3) * 0.82 + np.exp(-0.5 * (x / (2.1 * spread)) ** 2) * 0.18
    )
    relief[rows, columns] += height * shape
    # wings: rounded lobes with a steep outer wall, then the crease where they meet the cheek
    lobe_x, lobe_y = wing - 5.0, tip + 4.5
    radius = ((x - lobe_x) / 5.4) ** 2 + ((y - lobe_y) / 6.6) ** 2
    lobe = np.maximum(1.0 - radius, 0.0) ** 0.75
    relief[rows, columns] += (8.0 * lobe).astype(np.float32)
    crease = np.exp(-0.5 * ((x - wing - 0.9) / 1.3) ** 2 - 0.5 * ((y - lobe_y + 0.5) / 4.8) ** 2)
    relief[rows, columns] -= (1.6 * crease).astype(np.float32)
    groove = np.exp(-0.5 * (x / 1.9) ** 2 - 0.5 * ((y - tip - 16) / 4.5) ** 2)
    relief[rows, columns] -= (1.0 * groove).astype(np.float32)


def nostril_mask(nose: NoseShape, pitch_deg: float, grid: Grid) -> Image:
    """Coverage 0..1 (H, W) of the two nostril openings; they open as the head tips back."""
    open_mm = float(np.clip(2.1 + 0.09 * pitch_deg, 1.2, 3.2))
    x, y = np.abs(grid.column_mm), grid.row_mm
    centre_x, centre_y = 0.46 * nose.half_width_mm, nose.tip_y_mm + 8.2
    along = (x - centre_x) + 0.18 * (y - centre_y)
    across = (y - centre_y) - 0.30 * (x - centre_x)
    radius = np.sqrt((along / (0.235 * nose.half_width_mm)) ** 2 + (across / open_mm) ** 2)
    return smoothstep(1.35, 0.55, radius.astype(np.float32))
