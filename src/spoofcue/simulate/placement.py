"""Where the face, or the medium that shows it, stands before the camera.

A view is drawn without knowing the class, so that faces have one size, place and roll in live
images and attacks; what only a medium has (tilt, curl, size in mm) is drawn apart.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.raster import FloatImage, Generator

FaceBox = tuple[float, float, float, float]  # left, top, width, height in the photo, px


@dataclass(frozen=True, slots=True)
class View:
    """How the face lies in the picture.

    Attributes:
        side_px: side of the square picture on the sensor.
        face_px: width of the face box in it.
        centre: of the face box, parts of the side.
        roll_deg: of the camera.

    """

    side_px: int
    face_px: float
    centre: tuple[float, float]
    roll_deg: float

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Tilt:
    """How a flat medium is held.

    Attributes:
        yaw_deg, pitch_deg: against the camera's axis, -25..25.
        distance: of the camera, in widths of the picture seen, 1.5..4.
        curl: bend of a sheet about its vertical axis, 0 flat..0.3.

    """

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    distance: float = 3.0
    curl: float = 0.0

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_view(rng: Generator, face_px: tuple[float, float], side_to_face: float) -> View:
    """Draw a view; ``side_to_face`` is the picture's side over the face's width, 1.2..3."""
    width = float(rng.uniform(*face_px))
    side = max(2 * round(width * side_to_face / 2), 32)
    shift = 0.03
    return View(
        side,
        width,
        (float(rng.normal(0.5, shift)), float(rng.normal(0.5, shift))),
        float(np.clip(rng.normal(0, 2.0), -6, 6)),
    )


def draw_wide_view(
    rng: Generator, face_px: tuple[float, float], side_to_face: tuple[float, float]
) -> View:
    """Draw a view of a person in a place; less is below the face than above, as webcams have it.

    Args:
        rng: of what live and attack share.
        face_px: least and largest width of the face, sensor px.
        side_to_face: least and largest side of the picture over the face's width.

    """
    width = float(rng.uniform(*face_px))
    times = float(rng.uniform(*side_to_face))
    side = max(2 * round(width * times / 2), 32)
    below = float(rng.uniform(0.95, 1.7))
    room = max(0.5 - 0.7 / times, 0.03)
    across = float(np.clip(rng.normal(0.5, 0.08), 0.5 - room, 0.5 + room))
    down = float(np.clip(1 - below / times, 0.47, max(0.47, min(0.75, 1 - 0.85 / times))))
    return View(side, width, (across, down), float(np.clip(rng.normal(0, 4.0), -14, 14)))


def draw_tilt(rng: Generator, *, sheet: bool) -> Tilt:
    """Draw how a hand holds the medium; only a sheet of paper curls."""
    return Tilt(
        float(np.clip(rng.normal(0, 7), -22, 22)),
        float(np.clip(rng.normal(0, 6), -20, 20)),
        float(rng.uniform(1.6, 3.5)),
        float(abs(rng.normal(0, 0.10))) if sheet else 0.0,
    )


def tremble(view: View, rng: Generator) -> View:
    """The same view one frame later: the hand has moved by about a pixel."""
    dx, dy = rng.normal(0, 0.9, 2) / view.side_px
    return View(
        view.side_px,
        view.face_px * float(rng.normal(1, 0.003)),
        (view.centre[0] + float(dx), view.centre[1] + float(dy)),
        view.roll_deg + float(rng.normal(0, 0.25)),
    )


def photo_from_fine(
    view: View, tilt: Tilt, face: FaceBox, oversampling: int
) -> NDArray[np.float64]:
    """Homography (3, 3) float64 from the fine sensor grid to the photo's px, by pinhole geometry.

    Args:
        view: of the face.
        tilt: of the plane that the photo lies in; the default is fronto-parallel.
        face: box in the photo.
        oversampling: fine samples per sensor px.

    """
    scale = view.face_px / face[2]
    roll, yaw, pitch = np.deg2rad([view.roll_deg, tilt.yaw_deg, tilt.pitch_deg])
    turn_z = np.array(
        [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    )
    turn_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turn_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    turn = turn_z @ turn_y @ turn_x
    far = tilt.distance * view.side_px / scale  # photo px
    # plane point (X, Y) -> direction (X', Y', far + Z'); the picture is at distance far
    project = np.array([turn[0, :2], turn[1, :2], turn[2, :2] / far])
    plane_to_view = np.column_stack([project, [0.0, 0.0, 1.0]])
    centre = np.array([face[0] + face[2] / 2, face[1] + face[3] / 2])
    to_plane = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1.0]])
    cx, cy = (view.side_px * c for c in view.centre)
    to_sensor = np.array([[scale, 0, cx], [0, scale, cy], [0, 0, 1.0]])
    half = (oversampling - 1) / 2
    to_fine = np.array([[oversampling, 0, half], [0, oversampling, half], [0, 0, 1.0]])
    return np.asarray(np.linalg.inv(to_fine @ to_sensor @ plane_to_view @ to_plane), np.float64)


def photo_maps(
    matrix: NDArray[np.float64], size: int, tilt: Tilt, face: FaceBox
) -> tuple[FloatImage, FloatImage]:
    """Photo coordinates (u, v), each (size, size) float32, of every fine sample.

    A curled sheet is a cylinder about its vertical axis: seen from the front, its arc length
    grows as asin, and the first terms of that series are taken.
    """
    m = matrix.astype(np.float32)
    x = np.arange(size, dtype=np.float32)[None, :]
    y = np.arange(size, dtype=np.float32)[:, None]
    inverse = 1 / (m[2, 0] * x + (m[2, 1] * y + m[2, 2]))
    u = (m[0, 0] * x + (m[0, 1] * y + m[0, 2])) * inverse
    v = (m[1, 0] * x + (m[1, 1] * y + m[1, 2])) * inverse
    if tilt.curl > 0.01:
        middle = np.float32(face[0] + face[2] / 2)
        t = (u - middle) * np.float32(1 / face[2])
        u = middle + (u - middle) * (1 + np.float32(tilt.curl**2) * t * t)
    return u, v


def grid_step(u: FloatImage, v: FloatImage) -> NDArray[np.float64]:
    """Jacobian (2, 2) d(u, v)/d(x, y) in the middle of the maps, photo px per fine sample."""
    i, j = u.shape[0] // 2, u.shape[1] // 2
    return np.array(
        [
            [u[i, j + 1] - u[i, j], u[i + 1, j] - u[i, j]],
            [v[i, j + 1] - v[i, j], v[i + 1, j] - v[i, j]],
        ],
        np.float64,
    )
