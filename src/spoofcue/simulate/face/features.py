"""Relief of the face: brow ridge, sockets, nose, lips, chin, folds; added in mm to a height field.

Every bump is an anisotropic Gaussian evaluated inside its own window only.
"""

import numpy as np

from spoofcue.simulate.face.grid import Grid
from spoofcue.simulate.face.mouth import add_lips
from spoofcue.simulate.face.nose import add_nose
from spoofcue.simulate.identity import Identity
from spoofcue.simulate.noise import Image
from spoofcue.simulate.scene import Expression

Bump = tuple[float, float, float, float, float]  # x, y, sigma_x, sigma_y, height, all mm
Path = list[tuple[float, float]]


def add_features(relief: Image, identity: Identity, expression: Expression, grid: Grid) -> None:
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


def add_bump(relief: Image, grid: Grid, bump: Bump, angle_rad: float = 0.0) -> None:
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


def add_groove(relief: Image, grid: Grid, path: Path, sigma_mm: float, height_mm: float) -> None:
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
    relief: Image, identity: Identity, expression: Expression, grid: Grid, side: float
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
    relief: Image, identity: Identity, expression: Expression, grid: Grid
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
