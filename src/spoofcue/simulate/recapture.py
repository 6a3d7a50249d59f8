"""From a bona fide photo to a live picture or an attack, through one camera.

`presentation` draws the parameters; `render_live` and `render_attack` are pure functions of them,
of the photo and of a seed: what a manifest records is enough to make the picture again.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import OVERSAMPLING, near_blur, photograph
from spoofcue.simulate.catalogue import Device, Display, Instrument, Mask, Printer, Rgb
from spoofcue.simulate.colour import linear_from_srgb
from spoofcue.simulate.lighting import highlight, room_light, sheet_light, soften
from spoofcue.simulate.medium.cutting import cover
from spoofcue.simulate.medium.display import panel_light, refresh_bands, subpixels
from spoofcue.simulate.medium.printing import diffused, paper_texture, reflectance, separate
from spoofcue.simulate.noise import Generator, Image, blur
from spoofcue.simulate.placement import (
    Tilt,
    grid_step,
    photo_from_fine,
    photo_maps,
)
from spoofcue.simulate.presentation import Circumstances, Portrait, Presentation
from spoofcue.simulate.surround import surround


def render_live(
    portrait: Portrait, device: Device, now: Circumstances, rng: Generator
) -> NDArray[np.uint8]:
    """A live face through the camera, (s, s, 3) uint8 RGB.

    Args:
        portrait: the person as light reaches the camera.
        device: camera.
        now: view, light and shot.
        rng: sensor noise.

    """
    radiance, illuminant = live_radiance(portrait, now)
    return photograph(radiance, device, now.shot, illuminant, rng)


def render_attack(
    portrait: Portrait,
    instrument: Instrument,
    device: Device,
    now: Circumstances,
    how: Presentation,
    rng: Generator,
    wearer: Portrait | None = None,
) -> NDArray[np.uint8]:
    """A photo on paper, on a display or as a mask, before the same camera.

    Args:
        portrait: the attacker's picture of the victim.
        instrument: printer, display or mask.
        device: camera.
        now: view, light and shot.
        how: presentation.
        rng: sensor noise.
        wearer: who wears a mask; the victim's own photo, mirrored, if None.

    Returns:
        (s, s, 3) uint8 RGB.

    """
    radiance, illuminant = attack_radiance(portrait, instrument, now, how, wearer)
    near_px = near_blur(device, how.face_mm)
    return photograph(radiance, device, now.shot, illuminant, rng, near_px)


def attack_radiance(
    portrait: Portrait,
    instrument: Instrument,
    now: Circumstances,
    how: Presentation,
    wearer: Portrait | None = None,
) -> tuple[Image, Rgb]:
    """Light of an attack before it meets the camera; see :func:`render_attack`.

    Returns:
        (S, S, 3) float32 linear radiance on the fine grid, and the camera's guess of white.

    """
    texture = np.random.default_rng(how.seed)
    size = now.view.side_px * OVERSAMPLING
    matrix = photo_from_fine(now.view, how.tilt, portrait.face, OVERSAMPLING)
    u, v = photo_maps(matrix, size, how.tilt, portrait.face)
    portrait, u, v = _in_view(portrait, u, v)
    mm = how.face_mm / portrait.face[2]
    if isinstance(instrument, Display):
        radiance = _display_radiance(portrait, instrument, now, how, u, v, mm, texture)
        illuminant = _mixed(now.lamp.illuminant, instrument.white_rgb, now.shot.awb_local)
    else:
        printer = instrument.printer if isinstance(instrument, Mask) else instrument
        radiance = _print_radiance(portrait, printer, now, how, u, v, mm, texture)
        illuminant = now.lamp.illuminant
    if isinstance(instrument, Mask):
        worn = wearer or _mirrored(portrait)
        radiance = _worn(radiance, worn, portrait, instrument, now, u, v, texture)
    elif how.around.seen:
        radiance = surround(radiance, how.around, portrait.face, u, v, mm, now.lamp, texture)
    return radiance, illuminant


def live_radiance(portrait: Portrait, now: Circumstances) -> tuple[Image, Rgb]:
    """Light of a live face before it meets the camera, as :func:`attack_radiance` gives it."""
    size = now.view.side_px * OVERSAMPLING
    matrix = photo_from_fine(now.view, Tilt(), portrait.face, OVERSAMPLING)
    seen = _seen(portrait.photo, matrix, size)
    radiance = linear_from_srgb(seen)
    if portrait.lit:
        return radiance, now.lamp.illuminant
    radiance = soften(radiance, now.lamp.fill)
    return radiance * room_light(now.lamp, size), now.lamp.illuminant


def _print_radiance(
    portrait: Portrait,
    printer: Printer,
    now: Circumstances,
    how: Presentation,
    u: Image,
    v: Image,
    mm: float,
    texture: Generator,
) -> Image:
    step = grid_step(u, v) * mm
    plates = separate(portrait.photo, printer)
    shrink = 1.0
    if printer.screen == "diffusion" and printer.lines_per_mm * abs(step[0, 0]) < 1.5:
        height, width = plates.shape[:2]
        shrink = printer.lines_per_mm * mm
        plates = diffused(plates, (max(round(width * shrink), 2), max(round(height * shrink), 2)))
    on_sheet = _sampled(plates, u, v, shrink)
    u_mm, v_mm = u * np.float32(mm), v * np.float32(mm)
    sheet = reflectance(on_sheet, u_mm, v_mm, step, printer, texture)
    sheet *= paper_texture(u_mm, v_mm, step, printer, texture)[..., None]
    size = u.shape[0]
    sheet *= sheet_light(now.lamp, how.tilt, how.fold_deg, size, texture)
    gloss = highlight(now.lamp, printer.gloss, size, texture)
    return sheet if gloss is None else sheet + gloss


def _display_radiance(
    portrait: Portrait,
    display: Display,
    now: Circumstances,
    how: Presentation,
    u: Image,
    v: Image,
    mm: float,
    texture: Generator,
) -> Image:
    per_px = mm * display.pixels_per_mm  # panel px a photo px
    step = grid_step(u, v) * per_px
    photo = portrait.photo
    coarse = abs(step[0, 0]) < 0.5
    if per_px < 1:
        height, width = photo.shape[:2]
        panel = (max(round(width * per_px), 2), max(round(height * per_px), 2))
        photo = cv2.resize(photo, panel, interpolation=cv2.INTER_AREA)
    at = min(per_px, 1.0)
    light = _sampled(photo, u, v, at, nearest=coarse and per_px < 1)
    radiance = panel_light(light, display)
    pu, pv = u * np.float32(per_px), v * np.float32(per_px)
    grid = subpixels(pu, pv, step, display, texture)
    if grid is not None:
        radiance *= grid
    size = u.shape[0]
    radiance *= refresh_bands(size, display, texture)[:, None, None]
    red, blue = how.tint
    radiance *= np.array([red, 1.0, blue], np.float32) * (display.luminance * how.brightness)
    mirror = highlight(now.lamp, display.reflection * how.ambient, size, texture)
    return radiance if mirror is None else radiance + mirror


def _worn(
    paper: Image,
    wearer: Portrait,
    victim: Portrait,
    mask: Mask,
    now: Circumstances,
    u: Image,
    v: Image,
    texture: Generator,
) -> Image:
    """The mask on a live face: its edge casts a shadow and shows the paper's white."""
    live, _ = live_radiance(wearer, now)
    x = (u - np.float32(victim.face[0])) * np.float32(1 / victim.face[2])
    y = (v - np.float32(victim.face[1])) * np.float32(1 / victim.face[3])
    paper_over = cover(x, y, mask.cut, texture)
    fine = now.view.face_px * OVERSAMPLING
    down = np.array([[1, 0, 0.012 * fine], [0, 1, 0.018 * fine]], np.float32)
    shadow = blur(
        cv2.warpAffine(paper_over, down, (u.shape[1], u.shape[0])), max(0.015 * fine, 0.5)
    )
    rim = np.clip(paper_over - blur(paper_over, 0.004 * fine), 0, 1)
    edge = np.array(now.lamp.sky_rgb, np.float32) + 0.5 * np.array(now.lamp.key_rgb, np.float32)
    under = live * (1 - 0.45 * shadow)[..., None]
    over = paper + 0.7 * rim[..., None] * edge
    return under + paper_over[..., None] * (over - under)


def _in_view(portrait: Portrait, u: Image, v: Image) -> tuple[Portrait, Image, Image]:
    """Only the part of the photo that the camera sees, so that no work is done on the rest."""
    height, width = portrait.photo.shape[:2]
    pad = 8
    x0, x1 = max(int(u.min()) - pad, 0), min(int(u.max()) + pad, width)
    y0, y1 = max(int(v.min()) - pad, 0), min(int(v.max()) + pad, height)
    if u.min() < pad or v.min() < pad or u.max() > width - pad or v.max() > height - pad:
        # the photo ends in view and is mirrored there, which needs its true border
        x0, y0, x1, y1 = 0, 0, width, height
    left, top, *size = portrait.face
    part = Portrait(portrait.photo[y0:y1, x0:x1], (left - x0, top - y0, *size), portrait.lit)
    return part, u - np.float32(x0), v - np.float32(y0)


def _seen(photo: NDArray[np.uint8], matrix: Image, size: int) -> NDArray[np.uint8]:
    """The photo through a homography onto the fine grid, shrunk first where it is much finer."""
    photo, scale = _shrunk(photo, float(np.hypot(matrix[0, 0], matrix[1, 0]) / matrix[2, 2]))
    to_small = np.diag([scale, scale, 1.0]) @ matrix
    return np.asarray(
        cv2.warpPerspective(
            photo,
            to_small,
            (size, size),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REFLECT_101,
        )
    )


def _sampled(
    photo: NDArray[np.uint8], u: Image, v: Image, scale: float, *, nearest: bool = False
) -> NDArray[np.uint8]:
    """``photo``, drawn at ``scale`` of the portrait, at portrait coordinates (u, v)."""
    step = abs(float(u[0, 1] - u[0, 0])) * scale
    photo, more = _shrunk(photo, step)
    scale *= more
    half = np.float32(0.5)
    x = (u + half) * np.float32(scale) - half
    y = (v + half) * np.float32(scale) - half
    method = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    return np.asarray(cv2.remap(photo, x, y, method, borderMode=cv2.BORDER_REFLECT_101))


def _shrunk(photo: NDArray[np.uint8], step: float) -> tuple[NDArray[np.uint8], float]:
    """Averaged down until a sample advances by less than about a pixel and a half."""
    if step <= 1.5:
        return photo, 1.0
    height, width = photo.shape[:2]
    size = (max(round(width / step), 2), max(round(height / step), 2))
    return np.asarray(cv2.resize(photo, size, interpolation=cv2.INTER_AREA)), 1 / step


def _mixed(room: Rgb, shown: Rgb, weight: float) -> Rgb:
    """The camera's guess of white where a display shines in a room of other light."""
    r, g, b = (a ** (1 - weight) * c**weight for a, c in zip(room, shown, strict=True))
    return r, g, b


def _mirrored(portrait: Portrait) -> Portrait:
    left, top, width, height = portrait.face
    face = (portrait.photo.shape[1] - left - width, top, width, height)
    return Portrait(np.ascontiguousarray(portrait.photo[:, ::-1]), face, portrait.lit)
