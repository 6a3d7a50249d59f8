"""The head as a height field: outline, skull, and the bumps and hollows that make a face.

`head_surface` gives depth z (mm, toward the viewer) over a Grid; the outline closes where the
cross-section turns away from the viewer, so silhouettes shade as a real limb does. Every bump is
an anisotropic Gaussian evaluated inside its own window only.
"""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.face.frame import Expression, Grid
from spoofcue.simulate.face.identity import HeadShape, Identity, NoseShape
from spoofcue.simulate.face.mouth import add_lips
from spoofcue.simulate.raster import FloatImage, blur, smoothstep

Bump = tuple[float, float, float, float, float]  # x, y, sigma_x, sigma_y, height, all mm
Path = list[tuple[float, float]]
RIM_DEPTH_MM = -78.0  # the plane of the ears, where the front height field ends


@dataclass(frozen=True, slots=True)
class Surface:
    """Depth of the head with and without its fine features, and coverage, all (H, W) float32.

    z and base are mm; alpha is 0..1; cavity is mm below the smoothed surroundings (0 = open).
    """

    z: FloatImage
    base: FloatImage
    alpha: FloatImage
    cavity: FloatImage


def half_width_mm(head: HeadShape, y_mm: FloatImage) -> FloatImage:
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


def midline_depth_mm(head: HeadShape, y_mm: FloatImage) -> FloatImage:
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
    depth = midline_depth_mm(head, grid.row_mm) - drop * section
    base = np.maximum(depth, RIM_DEPTH_MM - 6).astype(np.float32)
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
    z = np.asarray(base + relief, np.float32)
    return Surface(z=z, base=base, alpha=alpha, cavity=fine + 0.4 * broad)


def add_features(
    relief: FloatImage, identity: Identity, expression: Expression, grid: Grid
) -> None:
    """Add all relief of one face to `relief` (H, W) mm, in place."""
    for bump in _centre_bumps(identity):
        add_bump(relief, grid, bump)
    for side in (-1.0, 1.0):
        for x, y, sx, sy, height in _side_bumps(identity, expression):
            add_bump(relief, grid, (side * x, y, sx, sy, height))
        _add_folds(relief, identity, expression, grid, side)
    add_nose(relief, identity.nose, expression, grid)
    add_lips(relief, identity.mouth, expression, grid)
    _add_forehead_lines(relief, identity, expression, grid)


def add_bump(relief: FloatImage, grid: Grid, bump: Bump, angle_rad: float = 0.0) -> None:
    """Add one Gaussian bump (or hollow) in place; it is cut off at three deviations."""
    x, y, sx, sy, height = bump
    reach = 3.0 * max(sx, sy) if angle_rad else 0.0
    rx, ry = max(3 * sx, reach), max(3 * sy, reach)
    rows, columns = grid.window(x - rx, x + rx, y - ry, y + ry)
    part = grid.part(rows, columns)
    dx, dy = part.column_mm - x, part.row_mm - y
    if angle_rad:
        c, s = np.cos(angle_rad), np.sin(angle_rad)
        dx, dy = c * dx + s * dy, c * dy - s * dx
        relief[rows, columns] += height * np.exp(-0.5 * ((dx / sx) ** 2 + (dy / sy) ** 2))
    else:
        wave = np.exp(-0.5 * (dx / sx) ** 2) * np.exp(-0.5 * (dy / sy) ** 2)
        relief[rows, columns] += (height * wave).astype(np.float32)


def add_groove(
    relief: FloatImage, grid: Grid, path: Path, sigma_mm: float, height_mm: float
) -> None:
    """Press a smooth line through `path` (mm) into the relief, fading out at both ends."""
    points = _smooth_path(path, 24)
    step = float(np.hypot(*(points[1] - points[0])))
    share = height_mm * max(step, 0.3) / (sigma_mm * 2.5)
    fade = np.sin(np.pi * np.linspace(0.06, 0.94, len(points))) ** 0.6
    for (x, y), f in zip(points, fade, strict=True):
        add_bump(relief, grid, (float(x), float(y), sigma_mm, sigma_mm, float(share * f)))


def _smooth_path(path: Path, count: int) -> np.ndarray:
    knots = np.array(path, np.float64)
    at = np.linspace(0, len(knots) - 1, count)
    order = min(len(knots) - 1, 3)
    fits = [np.polyfit(np.arange(len(knots)), knots[:, axis], order) for axis in (0, 1)]
    return np.stack([np.polyval(fit, at) for fit in fits], axis=1)


def _centre_bumps(identity: Identity) -> list[Bump]:
    head, mouth = identity.head, identity.mouth
    low = head.chin_y_mm
    cleft = [(0.0, low - 10, 1.6, 5.0, -0.7 * head.chin_cleft_mm)] if head.chin_cleft_mm else []
    return [
        (0.0, -16.0, 9.0, 6.0, 1.2 + 0.35 * head.brow_ridge_mm),
        (0.0, -1.0, 7.0, 5.0, -1.5),
        (0.0, mouth.y_mm, 27.0, 17.0, 5.5),
        (0.0, mouth.y_mm + mouth.lower_mm + 8.5, 15.0, 4.2, -3.4),
        (0.0, low - 14.0, 13.0 + 0.15 * head.chin_half_mm, 9.0, 6.0),
        *cleft,
    ]


def _side_bumps(identity: Identity, expression: Expression) -> list[Bump]:
    """Bumps of one half of the face (x > 0)."""
    head, eyes, mouth = identity.head, identity.eyes, identity.mouth
    smile = max(expression.smile, 0.0)
    full, ex = head.fullness, eyes.centre_x_mm
    age = float(np.clip((identity.skin.age_years - 35) / 40, 0, 1))
    return [
        (21.0, -17.5, 15.0, 5.5, head.brow_ridge_mm),
        (26.0, -45.0, 16.0, 13.0, 1.5),
        (ex, -1.0, 15.0, 10.5, -eyes.depth_mm),
        (14.5, 1.0, 5.0, 8.0, -3.5),
        (ex + 0.5, 0.5, 11.5, 8.0, 6.5),
        (ex, 13.0, 12.0, 2.2, -0.9 - 0.8 * age),
        (ex + 1, 8.5, 11.0, 2.4, 0.5 + 0.9 * age + 0.9 * smile),
        (44.0, 26.0 - 3 * smile, 15.0, 11.0, 4.5 + 1.5 * full + 3.5 * smile),
        (35.0, 40.0 - 4 * smile, 11.0, 11.0, 1.5 + 1.5 * full + 2.5 * smile),
        (46.0, 60.0, 12.0, 14.0, -1.8 + 4.0 * full - 1.2 * age),
        (40.0, 84.0, 10.0, 9.0, 1.2 * age + 1.0 * full),
        (62.0, -26.0, 9.0, 15.0, -2.0),
        (mouth.half_width_mm + 3.5, mouth.y_mm - 3 * smile, 3.2, 5.0, -1.3 - 1.2 * smile),
    ]


def _add_folds(
    relief: FloatImage, identity: Identity, expression: Expression, grid: Grid, side: float
) -> None:
    """Nasolabial fold, lid crease, crow's feet and the tear trough of one side."""
    nose, mouth, eyes = identity.nose, identity.mouth, identity.eyes
    age = float(np.clip((identity.skin.age_years - 30) / 45, 0, 1))
    smile = max(expression.smile, 0.0)
    wing, corner = nose.half_width_mm, mouth.half_width_mm
    fold: Path = [
        (side * (wing + 2.0), nose.tip_y_mm + 1.0),
        (side * (wing + 7.0 + 2 * smile), nose.tip_y_mm + 11.0),
        (side * (corner + 6.0 + 2 * smile), mouth.y_mm - 8.0),
        (side * (corner + 8.0 + 2 * smile), mouth.y_mm + 4.0),
    ]
    add_groove(relief, grid, fold, 1.9, -(0.45 + 1.1 * age + 1.2 * smile))
    trough: Path = [(side * 15.0, 8.0), (side * 22.0, 14.0), (side * 32.0, 17.5)]
    add_groove(relief, grid, trough, 1.8, -(0.35 + 1.0 * age))
    lines = max(age - 0.25, 0.0) + 0.5 * smile * age
    if lines > 0.05:
        outer = side * (eyes.centre_x_mm + 0.5 * eyes.width_mm)
        for lift in (-5.0, 0.5, 6.0):
            path: Path = [
                (outer + side * 4.0, 0.3 * lift), (outer + side * 9, lift),
                (outer + side * 14, 1.6 * lift + 1.0),
            ]  # fmt: skip
            add_groove(relief, grid, path, 0.7, -0.45 * lines)


def _add_forehead_lines(
    relief: FloatImage, identity: Identity, expression: Expression, grid: Grid
) -> None:
    age = float(np.clip((identity.skin.age_years - 32) / 40, 0, 1))
    depth = 0.38 * age + 0.3 * age * max(expression.brow_raise, 0.0)
    if depth < 0.04:
        return
    rng = np.random.default_rng(identity.seed + 77)
    for y in (-34.0, -42.0, -50.5):
        wobble = rng.normal(0, 1.0, 5)
        reach = float(rng.uniform(22, 36))
        ys = y + wobble + np.array([2.5, 0, 1.0, 0, 2.5])
        xs = np.linspace(-reach, reach, 5)
        path = [(float(px), float(py)) for px, py in zip(xs, ys, strict=True)]
        add_groove(relief, grid, path, 0.85, -depth)
    for side in (-1.0, 1.0):
        frown: Path = [(side * 6.0, -25.0), (side * 5.0, -19.0), (side * 5.5, -13.0)]
        add_groove(relief, grid, frown, 0.9, -0.9 * depth)


def add_nose(relief: FloatImage, nose: NoseShape, expression: Expression, grid: Grid) -> None:
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


def nostril_mask(nose: NoseShape, pitch_deg: float, grid: Grid) -> FloatImage:
    """Coverage 0..1 (H, W) of the two nostril openings; they open as the head tips back."""
    open_mm = float(np.clip(2.1 + 0.09 * pitch_deg, 1.2, 3.2))
    x, y = np.abs(grid.column_mm), grid.row_mm
    centre_x, centre_y = 0.46 * nose.half_width_mm, nose.tip_y_mm + 8.2
    along = (x - centre_x) + 0.18 * (y - centre_y)
    across = (y - centre_y) - 0.30 * (x - centre_x)
    radius = np.sqrt((along / (0.235 * nose.half_width_mm)) ** 2 + (across / open_mm) ** 2)
    return smoothstep(1.35, 0.55, radius.astype(np.float32))
