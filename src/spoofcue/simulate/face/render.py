"""One identity in one frame: layers painted in the head frame, posed, and composed."""

import cv2
import numpy as np

from spoofcue.simulate.face.body import paint_body, paint_ears, paint_glasses
from spoofcue.simulate.face.eyes import paint_eyes
from spoofcue.simulate.face.frame import (
    Frame,
    Grid,
    View,
    make_grid,
    pose_layer,
    rotation,
    view_matrix,
)
from spoofcue.simulate.face.hair import hair_grid, paint_beard, paint_brows, paint_hair
from spoofcue.simulate.face.head import head_surface, nostril_mask
from spoofcue.simulate.face.identity import Identity
from spoofcue.simulate.face.mouth import mouth_opening
from spoofcue.simulate.face.skin import (
    Lighting,
    cast_shadow,
    highlight,
    irradiance,
    key_direction,
    normals,
    skin_albedo,
)
from spoofcue.simulate.raster import FloatImage, grain, value_noise
from spoofcue.simulate.surround import paint_backdrop


def render_face(identity: Identity, frame: Frame, size: int = 640) -> FloatImage:
    """Render scene radiance.

    Args:
        identity: who.
        frame: pose, expression, light, framing and backdrop.
        size: side of the square picture, px.

    Returns:
        (size, size, 3) float32 RGB, linear light, 1.0 = a white diffuse surface in full light.

    """
    zoom = size / 640
    px = frame.scale_px_per_mm * zoom
    centre = (
        size / 2 + frame.offset_px[0] * zoom,
        0.46 * size + frame.offset_px[1] * zoom,
    )
    view = View(size, px, centre, frame.pose)
    turn = rotation(frame.pose)
    camera_key = key_direction(frame.light)
    posed = Lighting(
        frame.light,
        key=turn.T @ camera_key,
        up=turn.T @ np.array([0, -1, 0], np.float32),
        view=turn.T @ np.array([0, 0, 1], np.float32),
    )
    upright = Lighting(
        frame.light,
        key=camera_key,
        up=np.array([0, -1, 0], np.float32),
        view=np.array([0, 0, 1], np.float32),
    )
    picture = paint_backdrop(frame.backdrop_seed, frame.light.key_rgb, frame.light.sky_rgb, size)
    hair_raster = hair_grid(px)
    front, back = paint_hair(identity, hair_raster, posed)
    picture = _over(picture, _place(back, hair_raster, view, -95.0))
    body_raster = make_grid(-230, 230, 0, 330, px)
    flat = cv2.warpAffine(
        paint_body(identity, body_raster, upright),
        _grid_matrix(body_raster, view),
        (size, size),
        flags=cv2.INTER_LINEAR,
    )
    picture = _over(picture, np.asarray(flat, np.float32))
    head_raster = make_grid(-98, 98, -128, 134, 1.25 * px)
    picture = _over(
        picture, _place(paint_ears(identity, head_raster, posed), head_raster, view, -66.0)
    )
    skin, depth = _paint_head(identity, frame, head_raster, posed)
    picture = _over(picture, pose_layer(skin, depth, head_raster, view))
    picture = _over(picture, _place(front, hair_raster, view, -18.0))
    glasses = paint_glasses(identity, head_raster, posed)
    if glasses is not None:
        curve = 15.0 - (head_raster.column_mm + 0 * head_raster.row_mm) ** 2 / 190.0
        picture = _over(picture, pose_layer(glasses, curve.astype(np.float32), head_raster, view))
    return np.clip(picture, 0.0, 4.0)


def _paint_head(
    identity: Identity, frame: Frame, grid: Grid, lighting: Lighting
) -> tuple[FloatImage, FloatImage]:
    """The bare head with its features, premultiplied (H, W, 4), and its depth (H, W) in mm."""
    expression, skin, px = frame.expression, identity.skin, grid.px_per_mm
    rng = np.random.default_rng([identity.seed, 0x7EC])
    surface = head_surface(identity, expression, grid)
    # pores and fine lines: hollows of some hundredths of a millimetre break up the highlight
    age = np.clip((skin.age_years - 20) / 50, 0, 1)
    pores = grain(grid.shape, 0.30 * px, rng) * 0.018 + value_noise(grid.shape, 1.6 * px, rng) * (
        0.012 + 0.02 * age
    )
    normal = normals((surface.z + pores).astype(np.float32), px)
    shadow = cast_shadow(surface.z, px, lighting.key, frame.light.softness)
    open_sky = np.exp(-0.30 * surface.cavity)
    albedo = skin_albedo(identity, expression, grid, surface.cavity)
    lit = irradiance(normal, shadow, open_sky, lighting, 0.9 * px)
    rough = np.clip(0.46 - 0.14 * skin.oil + 0.04 * value_noise(grid.shape, 7 * px, rng), 0.2, 0.7)
    shine = (
        highlight(normal, lighting, rough.astype(np.float32)) * shadow * (0.16 + 0.34 * skin.oil)
    )
    rgb = albedo * lit + shine[..., None] * np.array(frame.light.key_rgb, np.float32)
    nostrils = nostril_mask(identity.nose, frame.pose.pitch_deg, grid)
    rgb *= 1 - 0.86 * nostrils[..., None]
    opening, teeth = mouth_opening(identity.mouth, expression, grid)
    inside = np.array([0.030, 0.009, 0.008], np.float32) * lit
    enamel = np.array([0.56, 0.52, 0.45], np.float32) * lit * 0.7
    rgb += (inside - rgb) * opening[..., None]
    rgb += (enamel - rgb) * teeth[..., None]
    paint_beard(rgb, identity, expression, grid, lit)
    paint_brows(rgb, identity, expression, grid, lit)
    paint_eyes(rgb, identity, expression, grid=grid, lit=lit, lighting=lighting)
    alpha = surface.alpha
    return np.dstack([rgb * alpha[..., None], alpha]).astype(np.float32), surface.z


def _place(layer: FloatImage, grid: Grid, view: View, depth_mm: float) -> FloatImage:
    """Pose a flat layer that stands at one depth of the head frame."""
    turn = rotation(view.pose)
    pivot = np.array([0.0, 62.0, -72.0], np.float32)
    at = turn @ (np.array([0.0, 0.0, depth_mm], np.float32) - pivot) + pivot
    near = view.pose.distance_mm / (view.pose.distance_mm - at[2])
    # the tilt of a flat layer by some degrees shows as its shift; foreshortening is below 3 %
    scale = np.array([[near * turn[0, 0], 0.0], [0.0, near * turn[1, 1]]])
    origin = np.array([0.0, 12.0])
    to_px = view_matrix(view, view.pose.roll_deg)
    moved = np.array([at[0], at[1]]) * near + 0.0
    linear = to_px[:, :2] @ scale
    corner = np.array([grid.column_mm[0, 0], grid.row_mm[0, 0]])
    shift = to_px[:, :2] @ (scale @ (corner - origin) + origin + moved) + to_px[:, 2]
    matrix = np.hstack([linear / grid.px_per_mm, shift[:, None]])
    return np.asarray(
        cv2.warpAffine(layer, matrix, (view.size, view.size), flags=cv2.INTER_LINEAR), np.float32
    )


def _grid_matrix(grid: Grid, view: View) -> FloatImage:
    """Affine matrix from a grid's pixels to the picture, without head rotation."""
    to_px = view_matrix(view, 0.0)
    corner = np.array([grid.column_mm[0, 0], grid.row_mm[0, 0]])
    shift = to_px[:, :2] @ corner + to_px[:, 2]
    return np.asarray(np.hstack([to_px[:, :2] / grid.px_per_mm, shift[:, None]]), np.float64)


def _over(below: FloatImage, layer: FloatImage) -> FloatImage:
    alpha = np.clip(layer[..., 3:], 0, 1)
    return np.asarray(layer[..., :3] + below * (1 - alpha), np.float32)
