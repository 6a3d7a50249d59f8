"""One frame of a person: pose, expression, framing and light, and the way from head to picture.

Layers are painted on a :class:`Grid` in the head frame. The surface is inverted row by row, then
column by column; where the far cheek folds out of sight the running maximum keeps the nearer
surface: the silhouette is the head's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.lighting import Light
from spoofcue.simulate.raster import FloatImage

PIVOT_MM = (0.0, 62.0, -72.0)
EYE_LEVEL_MM = 12.0  # the camera's axis meets the face here
_OUTSIDE = -1.0e4


@dataclass(frozen=True, slots=True)
class Pose:
    """Head rotation in degrees and camera distance; yaw > 0 turns to the image's right."""

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    distance_mm: float


@dataclass(frozen=True, slots=True)
class Expression:
    """Strengths: smile -0.3..1, brow_raise -1..1, eye_open 0.7..1.15, lips_apart 0..1; gaze mm."""

    smile: float
    brow_raise: float
    eye_open: float
    lips_apart: float
    gaze_x_mm: float
    gaze_y_mm: float


@dataclass(frozen=True, slots=True)
class Frame:
    """One view of one person. offset_px moves the face; scale is pixels per mm at 640 px."""

    seed: int
    pose: Pose
    expression: Expression
    light: Light
    scale_px_per_mm: float
    offset_px: tuple[float, float]
    backdrop_seed: int


def draw_frame(seed: int, light: Light, backdrop_seed: int) -> Frame:
    """Draw one frame under a given session light: a user holding still before a camera."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0xF2]))
    pose = Pose(
        yaw_deg=_held(rng, 0.0, 5.5, 13.0),
        pitch_deg=_held(rng, 0.5, 3.0, 7.0),
        roll_deg=_held(rng, 0.0, 3.0, 8.0),
        distance_mm=float(rng.uniform(420, 800)),
    )
    smiling = rng.uniform() < 0.4
    expression = Expression(
        smile=float(rng.uniform(0.35, 0.95) if smiling else rng.uniform(-0.15, 0.3)),
        brow_raise=_held(rng, 0.0, 0.35, 0.9),
        eye_open=float(rng.uniform(0.88, 1.1)),
        lips_apart=float(rng.uniform(0.3, 1.0)) if rng.uniform() < 0.3 else 0.0,
        gaze_x_mm=_held(rng, 0.0, 0.7, 1.8),
        gaze_y_mm=_held(rng, 0.2, 0.4, 1.0),
    )
    return Frame(
        seed=seed,
        pose=pose,
        expression=expression,
        light=light,
        scale_px_per_mm=float(rng.uniform(1.78, 2.2)),
        offset_px=(_held(rng, 0.0, 10.0, 24.0), _held(rng, 0.0, 8.0, 18.0)),
        backdrop_seed=backdrop_seed,
    )


def _held(rng: np.random.Generator, mean: float, deviation: float, limit: float) -> float:
    return float(np.clip(rng.normal(mean, deviation), -limit, limit))


@dataclass(frozen=True, slots=True)
class Grid:
    """A window of the head frame; column_mm (1, W) and row_mm (H, 1) broadcast to (H, W)."""

    column_mm: FloatImage
    row_mm: FloatImage
    px_per_mm: float

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.row_mm.shape[0], self.column_mm.shape[1]

    def to_px(self, points_mm: NDArray[np.floating]) -> FloatImage:
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


@dataclass(frozen=True, slots=True)
class View:
    """The picture plane: size in px, px per mm at the face, centre of the face in px."""

    size: int
    px_per_mm: float
    centre_px: tuple[float, float]
    pose: Pose


def rotation(pose: Pose) -> FloatImage:
    """Matrix (3, 3) from the head frame to the camera's frame, without roll."""
    a, b = np.deg2rad(pose.yaw_deg), np.deg2rad(pose.pitch_deg)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    nod = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    return np.asarray(nod @ turn, np.float32)


def project(
    x: FloatImage, y: FloatImage, z: FloatImage, pose: Pose
) -> tuple[FloatImage, FloatImage]:
    """Head-frame points in mm -> picture plane in mm at the face's distance, before roll."""
    m, (px, py, pz) = rotation(pose), PIVOT_MM
    dx, dy, dz = x - px, y - py, z - pz
    depth = m[2, 0] * dx + m[2, 1] * dy + m[2, 2] * dz + pz
    near = np.float32(pose.distance_mm) / (np.float32(pose.distance_mm) - depth)
    across = (m[0, 0] * dx + m[0, 1] * dy + m[0, 2] * dz + px) * near
    down = (m[1, 0] * dx + m[1, 1] * dy + m[1, 2] * dz + py - EYE_LEVEL_MM) * near
    return across.astype(np.float32), (down + EYE_LEVEL_MM).astype(np.float32)


def view_matrix(view: View, roll_deg: float) -> NDArray[np.float64]:
    """Affine matrix (2, 3) from picture-plane mm to pixels."""
    a = np.deg2rad(roll_deg)
    turn = view.px_per_mm * np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    shift = np.array(view.centre_px) - turn @ np.array([0.0, EYE_LEVEL_MM])
    return np.hstack([turn, shift[:, None]])


def pose_layer(layer: FloatImage, z: FloatImage, grid: Grid, view: View) -> FloatImage:
    """Project a premultiplied layer (H, W, 4) with depth z (H, W) mm to (size, size, 4)."""
    across, down = project(grid.column_mm, grid.row_mm, z, view.pose)
    plane = make_grid(
        float(across.min()), float(across.max()), float(down.min()), float(down.max()),
        grid.px_per_mm,
    )  # fmt: skip
    map_x, map_y = _invert(across, down, plane)
    to_px = view_matrix(view, view.pose.roll_deg)
    from_plane = np.array(
        [[1 / plane.px_per_mm, 0, plane.column_mm[0, 0]],
         [0, 1 / plane.px_per_mm, plane.row_mm[0, 0]],
         [0, 0, 1]]
    )  # fmt: skip
    matrix = to_px @ from_plane
    size = (view.size, view.size)
    maps = cv2.warpAffine(
        np.dstack([map_x, map_y]), matrix, size, flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=(_OUTSIDE, _OUTSIDE),
    )  # fmt: skip
    out = cv2.remap(
        layer, maps[..., 0], maps[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT
    )
    return np.asarray(np.maximum(out, 0.0), np.float32)


def _invert(across: FloatImage, down: FloatImage, plane: Grid) -> tuple[FloatImage, FloatImage]:
    """Pixel maps (plane's shape) into the layer for a forward map (H, W) in mm."""
    height, width = across.shape
    middle = width // 2
    columns = np.arange(width, dtype=np.float32)
    targets = plane.column_mm[0]
    rising = across.copy()
    rising[:, middle:] = np.maximum.accumulate(across[:, middle:], axis=1)
    rising[:, :middle] = np.minimum.accumulate(across[:, middle - 1 :: -1], axis=1)[:, ::-1]
    x_of = np.empty((height, len(targets)), np.float32)
    y_at = np.empty_like(x_of)
    for row in range(height):
        x_of[row] = np.interp(targets, rising[row], columns, left=_OUTSIDE, right=_OUTSIDE)
        y_at[row] = np.interp(np.clip(x_of[row], 0, width - 1), columns, down[row])
    rows = np.arange(height, dtype=np.float32)
    downward = np.maximum.accumulate(y_at, axis=0)
    heights = plane.row_mm[:, 0]
    map_y = np.empty((len(heights), len(targets)), np.float32)
    for column in range(len(targets)):
        map_y[:, column] = np.interp(
            heights, downward[:, column], rows, left=_OUTSIDE, right=_OUTSIDE
        )
    nearest = np.clip(map_y, 0, height - 1)
    here = np.broadcast_to(np.arange(len(targets), dtype=np.float32), map_y.shape)
    map_x = np.asarray(cv2.remap(x_of, here.copy(), nearest, cv2.INTER_LINEAR), np.float32)
    map_x[map_y < 0] = _OUTSIDE
    return map_x, map_y
