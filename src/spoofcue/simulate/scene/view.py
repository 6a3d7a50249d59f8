"""A wide frame's light: the scene's layers from the room forward, before the camera.

What is behind is computed on every second sample of the fine grid each way; faces, halftones and
panels on all of them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import OVERSAMPLING, photograph
from spoofcue.simulate.device import Device, near_blur
from spoofcue.simulate.lighting import Lamp, room_light
from spoofcue.simulate.placement import Tilt, photo_from_fine, photo_maps
from spoofcue.simulate.presentation import (
    Circumstances,
    Instrument,
    Portrait,
    Presentation,
    Sight,
)
from spoofcue.simulate.raster import (
    FloatImage,
    Rgb,
    blur,
    fractal_noise,
    smoothstep,
)
from spoofcue.simulate.recapture import attack_radiance, in_view, seen
from spoofcue.simulate.scene.figure import Figure, decoded, figure
from spoofcue.simulate.scene.hand import over
from spoofcue.simulate.scene.medium import (
    Box,
    Medium,
    beyond_cut,
    beyond_edge,
    box_mm,
    compose,
    outer,
)
from spoofcue.simulate.scene.room import room_radiance
from spoofcue.simulate.scene.staging import Bend, Bystander, Place, Scene
from spoofcue.simulate.scene.things import LIFE_MM, paint_stand, paint_thing, thing_to_grid

# coarse sample k lies between the fine ones 2k and 2k + 1
FINE_OF_COARSE = np.array([[2, 0, 0.5], [0, 2, 0.5], [0, 0, 1.0]])
# a device nearer than this is not brought: no lens shows it sharp
_NEAREST_FACE_MM = 50.0


def wide_live(
    portrait: Portrait,
    device: Device,
    now: Circumstances,
    scene: Scene,
    rng: np.random.Generator,
    beside: Portrait | None = None,
) -> NDArray[np.uint8]:
    """A live person in a place, (s, s, 3) uint8 RGB.

    Args:
        portrait: the person as light reaches the camera.
        device: camera.
        now: view, light and shot.
        scene: around the person.
        rng: sensor noise.
        beside: portrait of the second person, if the scene has one.

    """
    light = live_light(portrait, now, scene, beside)
    return photograph(light, device, now.shot, illuminant=now.lamp.illuminant, rng=rng)


def wide_attack(
    portrait: Portrait,
    instrument: Instrument,
    *,
    device: Device,
    now: Circumstances,
    how: Presentation,
    scene: Scene,
    rng: np.random.Generator,
    beside: Portrait | None = None,
    wearer: Portrait | None = None,
) -> NDArray[np.uint8]:
    """A medium in a place, before the same camera; see :func:`wide_live`."""
    light, white = attack_light(
        portrait, instrument, now=now, how=how, scene=scene, beside=beside, wearer=wearer
    )
    near_px = near_blur(device, max(how.face_mm, _NEAREST_FACE_MM))
    return photograph(light, device, now.shot, illuminant=white, rng=rng, near_px=near_px)


def live_light(
    portrait: Portrait, now: Circumstances, scene: Scene, beside: Portrait | None = None
) -> FloatImage:
    """Light of a live person in a place, (S, S, 3) float32 on the fine grid."""
    lamp, size = now.lamp, now.view.side_px * OVERSAMPLING
    coarse = size // 2
    matrix = photo_from_fine(now.view, Tilt(), portrait.face, OVERSAMPLING) @ FINE_OF_COARSE
    who = figure(portrait, matrix, coarse, lamp)
    shine = np.ones((), np.float32) if portrait.lit else room_light(lamp, coarse)
    room = _fitting(room_radiance(scene.place.room, lamp, coarse), who, shine)
    face = now.view.face_px * OVERSAMPLING / 2
    middle = _middle(now)
    # where the portrait's own background is one plain surface, the room shows on it
    shown = room * (1 / np.maximum(room.mean(axis=(0, 1)), np.float32(1e-3)))
    things = 1 + np.float32(who.plain) * (np.clip(shown, 0.25, 2.5) - 1)
    kept = _kept(who, scene.place, coarse)
    behind = room + kept[..., None] * (who.behind * shine * things - room)
    company = np.zeros((coarse, coarse), np.float32)
    if scene.beside and beside:
        behind, company = _joined(behind, scene.beside, beside, face, middle, lamp)
    light = behind + who.person[..., None] * (who.light * shine - behind)
    # the portrait itself, on the fine grid
    other = 1 - who.person
    own = 1 - smoothstep(0.0, 0.03, who.beyond)
    inside = own * (1 - other * (1 - kept * (1 - company)))
    gain = inside[..., None] * (1 + other[..., None] * (things - 1)) * shine
    fine = _up(light * (1 - inside)[..., None], size)
    _add_portrait(fine, portrait, now, inside, gain)
    if scene.thing or scene.hands:
        veil = _veil(coarse)
        if scene.thing:
            to_grid = thing_to_grid(scene.thing, middle, face)
            over(veil, scene.hands, to_grid, lamp, front=False)
            paint_thing(veil, scene.thing, to_grid, lamp)
        else:
            scale = face / LIFE_MM
            to_grid = np.array([[scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1.0]])
            over(veil, scene.hands, to_grid, lamp, front=False)
        over(veil, scene.hands, to_grid, lamp, front=True)
        _lay(fine, veil)
    return fine


def attack_light(
    portrait: Portrait,
    instrument: Instrument,
    *,
    now: Circumstances,
    how: Presentation,
    scene: Scene,
    beside: Portrait | None = None,
    wearer: Portrait | None = None,
) -> tuple[FloatImage, Rgb]:
    """Light of a medium in a place, and the camera's guess of white; see :func:`wide_attack`."""
    if instrument.worn or scene.medium is None:
        worn_on = live_light(wearer, now, scene, beside) if wearer else None
        return attack_radiance(portrait, instrument, now, how, wearer, live=worn_on)
    medium, lamp, size = scene.medium, now.lamp, now.view.side_px * OVERSAMPLING
    coarse = size // 2
    page, px_mm = compose(portrait, medium)
    box = box_mm(page, px_mm)
    whole = outer(box, medium)
    to_page = photo_from_fine(now.view, how.tilt, page.face, OVERSAMPLING)
    left, top, wide, high = page.face
    of_mm = np.array([[1 / px_mm, 0, left + wide / 2], [0, 1 / px_mm, top + high / 2], [0, 0, 1.0]])
    to_fine = np.linalg.inv(to_page) @ of_mm
    to_grid = np.linalg.inv(FINE_OF_COARSE) @ to_fine
    behind = room_radiance(scene.place.room, lamp, coarse)
    if medium.kind in ("laptop", "monitor", "television"):
        paint_stand(behind, medium, whole, to_grid, lamp)
    if scene.beside and beside:
        face = now.view.face_px * OVERSAMPLING / 2
        behind, _ = _joined(behind, scene.beside, beside, face, _middle(now), lamp)
    over(behind, scene.hands, to_grid, lamp, front=False)
    light = _up(behind, size)
    x0, y0, side = _square(whole, to_fine, size)
    u, v = photo_maps(
        to_page @ np.array([[1, 0, x0], [0, 1, y0], [0, 0, 1.0]]), side, Tilt(), page.face
    )
    gain = _bent(u, v, page, scene.bend, lamp) if scene.bend else None
    shown, seen_u, seen_v = in_view(page, u, v)
    texture = np.random.default_rng(how.seed)
    sight = Sight(shown, now, how, seen_u, seen_v, px_mm, texture, wearer)
    radiance, white = instrument.radiance(sight)
    if gain is not None:
        radiance *= _up(gain, side)[..., None]
    x = (_half(u) - np.float32(left + wide / 2)) * np.float32(px_mm)
    y = (_half(v) - np.float32(top + high / 2)) * np.float32(px_mm)
    cover, radiance = _edged(radiance, x, y, box, medium, lamp, how.face_mm)
    part = light[y0 : y0 + side, x0 : x0 + side]
    if scene.leaning:
        _shadow(light, cover, (x0, y0), lamp, now.view.face_px * OVERSAMPLING)
    part += cover[..., None] * (radiance - part)
    if scene.hands:
        veil = _veil(coarse)
        over(veil, scene.hands, to_grid, lamp, front=True)
        _lay(light, veil)
    return light, white


def _edged(
    radiance: FloatImage, x: FloatImage, y: FloatImage, box: Box, medium: Medium, lamp: Lamp,
    face_mm: float,
) -> tuple[FloatImage, FloatImage]:  # fmt: skip
    """Cover of the whole medium on the fine grid, and its light with the frame about the screen."""
    side = radiance.shape[0]
    soft = max(abs(float(x[0, 1] - x[0, 0])) / 2, 1e-3)  # mm a fine sample
    if medium.kind == "sheet":
        away = _up(beyond_cut(x, y, box, medium, face_mm), side)
        return np.clip(0.5 - away / np.float32(soft), 0, 1), radiance
    ambient = 0.6 * np.array(lamp.key_rgb, np.float32) + np.array(lamp.sky_rgb, np.float32)
    whole = outer(box, medium)
    away = _up(beyond_edge(x, y, whole, medium.corner_mm), side)
    inner = max(medium.corner_mm - min(medium.frame_mm), 0.0)
    beside = _up(beyond_edge(x, y, box, inner), side)
    frame = np.clip(0.5 + beside / np.float32(soft), 0, 1)[..., None]
    # the rim is round, and mirrors a little of the room
    rim = np.exp(-(((away + np.float32(0.8)) / np.float32(0.7)) ** 2))[..., None]
    metal = ambient * (np.array(medium.shade, np.float32) + np.float32(0.12) * rim)
    radiance += frame * (metal - radiance)
    return np.clip(0.5 - away / np.float32(soft), 0, 1), radiance


def _bent(
    u: FloatImage, v: FloatImage, page: Portrait, bend: Bend, lamp: Lamp
) -> FloatImage | None:
    """Bend the sheet's maps in place; light on it, relative to flat, on every second sample."""
    if bend.amount < 0.02:
        return None
    left, top, wide, high = page.face
    axis = np.deg2rad(bend.axis_deg)
    c, s = np.float32(np.cos(axis)), np.float32(np.sin(axis))
    du, dv = u - np.float32(left + wide / 2), v - np.float32(top + high / 2)
    along = (du * c + dv * s) * np.float32(1 / wide)
    arc = np.float32(bend.amount**2) * along * along  # longer than it looks
    deep = np.float32(-0.25 * bend.amount * bend.towards) * along * along
    u += du * deep + along * np.float32(wide) * arc * c
    v += dv * deep + along * np.float32(wide) * arc * s
    slope = np.clip(np.float32(1.4 * bend.amount * bend.towards) * _half(along), -1.2, 1.2)
    az, el = np.deg2rad(lamp.azimuth_deg), np.deg2rad(lamp.elevation_deg)
    key = np.array([np.sin(az) * np.cos(el), -np.sin(el), np.cos(az) * np.cos(el)])
    norm = np.sqrt(1 + slope * slope)
    facing = np.clip((key[2] - slope * (key[0] * c + key[1] * s)) / norm, 0.03, None)
    strong, sky = lamp.key_rgb[1], lamp.sky_rgb[1]
    flat = strong * max(float(key[2]), 0.03) + sky
    return np.asarray((strong * facing + sky) / flat, np.float32)


def _fitting(room: FloatImage, who: Figure, shine: FloatImage) -> FloatImage:
    """The room in about the colours of what the portrait shows behind the person."""
    there = who.behind * shine  # a few hundred of its samples tell its colour
    own = np.log(np.clip(there[::16, ::16], 0.004, 2)).mean(axis=(0, 1))
    other = np.log(np.clip(room[::16, ::16], 0.004, 2)).mean(axis=(0, 1))
    share = 0.6 + 0.4 * who.plain
    return np.asarray(room * np.exp(share * (own - other)).astype(np.float32))


def _add_portrait(
    fine: FloatImage, portrait: Portrait, now: Circumstances, inside: FloatImage, gain: FloatImage
) -> None:
    """Add the portrait itself on the fine grid, where it is and in its share, in place."""
    rows = np.flatnonzero(inside.max(axis=1) > 0)
    columns = np.flatnonzero(inside.max(axis=0) > 0)
    if not rows.size:
        return
    y0, y1, x0, x1 = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    size = 2 * (x1 - x0), 2 * (y1 - y0)
    matrix = photo_from_fine(now.view, Tilt(), portrait.face, OVERSAMPLING)
    shift = np.array([[1, 0, 2 * x0], [0, 1, 2 * y0], [0, 0, 1.0]])
    own = decoded(seen(portrait.photo, matrix @ shift, size), portrait, now.lamp)
    own *= cv2.resize(gain[y0:y1, x0:x1], size, interpolation=cv2.INTER_LINEAR)
    fine[2 * y0 : 2 * y1, 2 * x0 : 2 * x1] += own


def _kept(who: Figure, place: Place, size: int) -> FloatImage:
    """How far the portrait's own background stays, (C, C): near the person, unevenly bounded."""
    if place.moved and who.plain < 0.5:
        return np.zeros((size, size), np.float32)
    rng = np.random.default_rng(place.seed)
    uneven = np.float32(0.12) * _up(fractal_noise((96, 96), 12, 3, rng), size)
    inset = place.inset * (1 - who.plain)
    outward = np.maximum(who.beyond, 0) - np.clip(who.border, 0, 3) + uneven
    return 1 - smoothstep(-inset, place.fade - inset, outward.astype(np.float32))


def _joined(
    behind: FloatImage,
    beside: Bystander,
    portrait: Portrait,
    face: float,
    middle: tuple[float, float],
    lamp: Lamp,
) -> tuple[FloatImage, FloatImage]:
    """The second person before what is behind; and where they are, (C, C)."""
    if beside.mirrored:
        left, top, wide, high = portrait.face
        flipped = np.ascontiguousarray(portrait.photo[:, ::-1])
        box = (portrait.photo.shape[1] - left - wide, top, wide, high)
        portrait = Portrait(flipped, box, portrait.lit)
    left, top, wide, high = portrait.face
    scale = face * beside.size / wide
    x = middle[0] + beside.at[0] * face - scale * (left + wide / 2)
    y = middle[1] + beside.at[1] * face - scale * (top + high / 2)
    to_photo = np.linalg.inv(np.array([[scale, 0, x], [0, scale, y], [0, 0, 1.0]]))
    who = figure(portrait, to_photo, behind.shape[0], lamp)
    sigma = beside.blur * face * beside.size
    there = blur(who.person, sigma)
    light = blur(who.light * who.person[..., None], sigma)
    light = light * (beside.level * np.array(lamp.illuminant, np.float32))
    return np.asarray(behind * (1 - there)[..., None] + light, np.float32), there


def _middle(now: Circumstances) -> tuple[float, float]:
    side = now.view.side_px * OVERSAMPLING / 2
    return now.view.centre[0] * side, now.view.centre[1] * side


def _square(box: Box, to_fine: NDArray[np.float64], size: int) -> tuple[int, int, int]:
    """Left, top and side of the square of the fine grid that holds the medium; the side is even."""
    grow = 0.06 * max(box[2] - box[0], box[3] - box[1])
    left, top, right, bottom = box[0] - grow, box[1] - grow, box[2] + grow, box[3] + grow
    corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]])
    seen = corners @ to_fine.T
    if (seen[:, 2] <= 0.05).any():  # a corner beside or behind the camera
        return 0, 0, size
    flat = seen[:, :2] / seen[:, 2:]
    low = np.clip(np.floor(flat.min(axis=0)), 0, size - 8)
    high = np.clip(np.ceil(flat.max(axis=0)), 8, size)
    side = int(min(2 * np.ceil((high - low).max() / 2), size))
    x0, y0 = (int(min(v, size - side)) for v in low)
    return x0, y0, side


def _shadow(
    light: FloatImage, cover: FloatImage, at: tuple[int, int], lamp: Lamp, face: float
) -> None:
    """Soft shadow of a medium on the wall that it leans on, in place."""
    side = cover.shape[0]
    away = 0.06 * face
    dx = -away * float(np.sin(np.deg2rad(lamp.azimuth_deg)))
    dy = away * float(np.sin(np.deg2rad(lamp.elevation_deg))) + 0.02 * face
    moved = cv2.warpAffine(cover, np.array([[1, 0, dx], [0, 1, dy]], np.float32), (side, side))
    shade = blur(np.asarray(moved, np.float32), max(0.04 * face, 0.5))
    light[at[1] : at[1] + side, at[0] : at[0] + side] *= 1 - np.float32(0.4) * shade[..., None]


def _veil(coarse: int) -> FloatImage:
    """Nothing in front yet: no light added, all of what is behind passes."""
    veil = np.zeros((coarse, coarse, 4), np.float32)
    veil[..., 3] = 1
    return veil


def _lay(light: FloatImage, veil: FloatImage) -> None:
    """What is in front, over the fine grid, in place."""
    rows = np.flatnonzero((veil[..., 3] < 1).any(axis=1))
    columns = np.flatnonzero((veil[..., 3] < 1).any(axis=0))
    if not rows.size:
        return
    y0, y1 = int(rows[0]), int(rows[-1]) + 1
    x0, x1 = int(columns[0]), int(columns[-1]) + 1
    part = cv2.resize(veil[y0:y1, x0:x1], (2 * (x1 - x0), 2 * (y1 - y0)))
    under = light[2 * y0 : 2 * y1, 2 * x0 : 2 * x1]
    under *= part[..., 3:]
    under += part[..., :3]


def _up(image: FloatImage, size: int) -> FloatImage:
    return np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _half(image: FloatImage) -> FloatImage:
    size = image.shape[1] // 2, image.shape[0] // 2
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
