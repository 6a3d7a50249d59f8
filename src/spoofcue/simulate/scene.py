"""What changes between frames of one person: pose, expression, gaze, framing, light, backdrop."""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.identity import Rgb


@dataclass(frozen=True, slots=True)
class Light:
    """A soft key light plus a sky-and-floor ambient; rgb values are linear irradiance.

    Angles in degrees as seen from the face: azimuth > 0 comes from the image's right, elevation
    > 0 from above. `softness` 0..1 widens the penumbra.
    """

    azimuth_deg: float
    elevation_deg: float
    key_rgb: Rgb
    sky_rgb: Rgb
    floor_rgb: Rgb
    softness: float


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
