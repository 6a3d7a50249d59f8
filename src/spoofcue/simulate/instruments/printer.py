"""A printed photo: separation, halftone, dot gain, ink on paper.

Physics: colours are separated into C, M, Y and K coverages with under-colour removal; each plate
is a clustered-dot screen at its own angle, or error diffusion; light scattered in the paper makes
dots look wider (Yule-Nielsen); inks that fall on one another multiply (Neugebauer primaries as
products, Demichel's independence). Left out: misregistration beyond a random phase, bronzing,
metamerism, ageing.
"""

from __future__ import annotations

import functools
from typing import Annotated, ClassVar, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from spoofcue.simulate.entry import Within, between, log_between
from spoofcue.simulate.lighting import highlight, sheet_light
from spoofcue.simulate.presentation import Instrument, Sight
from spoofcue.simulate.raster import (
    CELL,
    FloatImage,
    Generator,
    Rgb,
    cell_index,
    filtered,
    footprint_response,
    fractal_noise,
    grain,
    linear_from_srgb,
    unresolved,
)
from spoofcue.simulate.recapture import sampled

TONES = 64
Angle = Annotated[float, Within(-360, 360, "degrees")]
Reflectance = Annotated[float, Within(0.05, 1, "(reflectance)")]
# transmittance of full C, M, Y ink for R, G, B: the unwanted absorptions of offset inks
INKS = ((0.06, 0.52, 0.82), (0.72, 0.07, 0.32), (0.90, 0.82, 0.08))


class Printer(Instrument):
    """A four-colour printer and its paper.

    Attributes:
        lines_per_mm: screen frequency of the clustered dots (lpi / 25.4); for ``diffusion``
            the dots of the raster a mm.
        screen: ``clustered`` dots at angles, or error ``diffusion``.
        angles_deg: screen angles of C, M, Y, K.
        dot_gain: rise of the coverage of a 50 % tint, mostly 0..0.3.
        yule_nielsen: n of optical dot gain, 1 (none)..2 (light spreads in the paper).
        paper_rgb: reflectance of the paper, 0..1.
        black: reflectance of full black ink, mostly 0.01..0.1.
        fibre: deviation of the paper's reflectance, mostly 0..0.03.
        gloss: share of the key light mirrored toward the camera, mostly 0..0.1.

    """

    section: ClassVar[str] = "printers"
    drawn: ClassVar[tuple[str, ...]] = ("print-any",)
    paper: ClassVar[bool] = True

    lines_per_mm: Annotated[float, Within(0.5, 40, "lines/mm")]
    screen: Literal["clustered", "diffusion"]
    angles_deg: tuple[Angle, Angle, Angle, Angle]
    dot_gain: Annotated[float, Within(0, 0.5, "(share)")]
    yule_nielsen: Annotated[float, Within(1, 4, "(exponent)")]
    paper_rgb: tuple[Reflectance, Reflectance, Reflectance]
    black: Annotated[float, Within(0.001, 0.5, "(reflectance)")]
    fibre: Annotated[float, Within(0, 0.1, "(share)")]
    gloss: Annotated[float, Within(0, 0.5, "(share)")]

    @property
    def family(self) -> str:
        """``print``."""
        return "print"

    def describe(self) -> str:
        """Screen, dot gain and gloss."""
        lines = f"{self.lines_per_mm * 25.4:.0f} lpi"
        screen = lines if self.screen == "clustered" else "diffusion"
        return f"{screen}, dot gain {self.dot_gain:.0%}, gloss {self.gloss:.0%}"

    @classmethod
    def draw(cls, name: str, rng: Generator) -> Printer:
        """A laser or offset print at 60 to 175 lpi, or an ink-jet by error diffusion."""
        diffusion = rng.uniform() < 0.4
        lines = log_between(rng, *((100, 300) if diffusion else (60, 175)))
        turn = between(rng, -8, 8)
        tint = between(rng, -0.05, 0.05)
        white = between(rng, 0.78, 0.94)
        return cls(
            name=name,
            lines_per_mm=lines / 25.4,
            screen="diffusion" if diffusion else "clustered",
            angles_deg=(15 + turn, 75 + turn, turn, 45 + turn),
            dot_gain=between(rng, 0.08, 0.30),
            yule_nielsen=between(rng, 1.3, 2.0),
            paper_rgb=(white + tint, white, white - tint),
            black=between(rng, 0.02, 0.11),
            fibre=between(rng, 0.004, 0.025),
            gloss=float(rng.choice([0.0, 1.0], p=[0.3, 0.7])) * between(rng, 0.005, 0.09),
            face_mm=(70.0, 200.0),
        )

    def radiance(self, sight: Sight) -> tuple[FloatImage, Rgb]:
        """Ink and paper in the session's light, with its gloss."""
        lamp, texture = sight.now.lamp, sight.texture
        step = sight.step(sight.mm)
        plates = separate(sight.portrait.photo, self)
        shrink = 1.0
        if self.screen == "diffusion" and self.lines_per_mm * abs(step[0, 0]) < 1.5:
            height, width = plates.shape[:2]
            shrink = self.lines_per_mm * sight.mm
            dots = max(round(width * shrink), 2), max(round(height * shrink), 2)
            plates = diffused(plates, dots)
        on_sheet = sampled(plates, sight.u, sight.v, shrink)
        u_mm, v_mm = sight.u * np.float32(sight.mm), sight.v * np.float32(sight.mm)
        sheet = reflectance(on_sheet, u_mm, v_mm, step_mm=step, printer=self, rng=texture)
        sheet *= paper_texture(u_mm, v_mm, step, self, texture)[..., None]
        sheet *= sheet_light(lamp, sight.how.tilt, sight.how.fold_deg, sight.size, texture)
        gloss = highlight(lamp, self.gloss, sight.size, texture)
        return sheet if gloss is None else sheet + gloss, lamp.illuminant


KIND = Printer


def separate(photo: NDArray[np.uint8], printer: Printer) -> NDArray[np.uint8]:
    """Coverages of the C, M, Y and K plates, as the printer's colour profile gives them.

    Args:
        photo: (H, W, 3) uint8 sRGB.
        printer: instrument.

    Returns:
        (H, W, 4) uint8, 255 is full cover; a part of the dot gain is left uncorrected.

    """
    table = _profile(printer)
    index = (photo[..., 0] >> 2).astype(np.int32) << 12
    index |= (photo[..., 1] >> 2).astype(np.int32) << 6
    index |= photo[..., 2] >> 2
    return np.take(table, index, axis=0)


@functools.lru_cache(maxsize=8)
def _profile(printer: Printer) -> NDArray[np.uint8]:
    """(64^3, 4) uint8 coverages of every sRGB colour at 6 bits a channel.

    Black replaces most of the grey component; C, M and Y then solve the print's own equation
    by Gauss-Newton, clipped to 0..1: what inks cannot reach is clipped, as a gamut does.
    """
    side = 17
    t = np.linspace(0, 1, side)
    rgb = np.stack(np.meshgrid(t, t, t, indexing="ij"), axis=-1).reshape(-1, 3)
    grey = rgb.mean(axis=1, keepdims=True)
    # drivers compress shadows and take a little colour off before the inks clip it
    target = linear_from_srgb(0.04 + 0.96 * (0.96 * rgb + 0.04 * grey)).astype(np.float64)
    n = printer.yule_nielsen
    loss = 1 - np.array([*INKS, (printer.black,) * 3]) ** (1 / n)
    wanted = target ** (1 / n)
    key = 0.75 * np.clip(1 - wanted.max(axis=1), 0, 1) ** 1.5
    wanted = wanted / (1 - key[:, None] * loss[3])
    inks = np.full((len(rgb), 3), 0.4)
    for _ in range(12):
        factors = 1 - inks[:, :, None] * loss[None, :3]
        error = factors.prod(axis=1) - wanted
        slope = np.stack(
            [-loss[k] * np.delete(factors, k, axis=1).prod(axis=1) for k in range(3)], axis=2
        )
        inks = np.clip(
            inks - np.linalg.solve(slope + 1e-6 * np.eye(3), error[..., None])[..., 0], 0, 0.995
        )
    plates = np.column_stack([inks, key])
    plates += 1.3 * printer.dot_gain * plates * (1 - plates)
    cube = plates.reshape(side, side, side, 4)
    fine = (np.arange(64) + 0.5) / 64 * (side - 1)
    low = np.minimum(fine.astype(int), side - 2)
    share = fine - low
    for axis in range(3):
        near, far = np.take(cube, low, axis=axis), np.take(cube, low + 1, axis=axis)
        shape = [1, 1, 1, 1]
        shape[axis] = 64
        cube = near + share.reshape(shape) * (far - near)
    return (np.clip(cube, 0, 1) * 255 + 0.5).astype(np.uint8).reshape(-1, 4)


def reflectance(
    plates: NDArray[np.uint8],
    u_mm: FloatImage,
    v_mm: FloatImage,
    *,
    step_mm: NDArray[np.float64],
    printer: Printer,
    rng: Generator,
) -> FloatImage:
    """Reflectance of the printed paper at every fine sample.

    Args:
        plates: (S, S, 4) uint8 coverages at the samples, from :func:`separate`.
        u_mm: (S, S) float32 coordinates on the paper, mm.
        v_mm: likewise.
        step_mm: (2, 2) mm per fine sample.
        printer: instrument.
        rng: draws the plates' phases.

    Returns:
        (S, S, 3) float32, 0..1.

    """
    through = np.array([*INKS, (printer.black,) * 3], np.float32)
    exponent = np.float32(1 / printer.yule_nielsen)
    loss = 1 - through**exponent
    phases = rng.uniform(0, 1, (4, 2)).astype(np.float32)
    channels = [np.ones(u_mm.shape, np.float32) for _ in range(3)]
    for plate in range(4):
        tone = plates[..., plate]
        if printer.screen == "clustered":
            cover = _screened(
                tone, u_mm, v_mm, step_mm=step_mm, printer=printer, plate=plate, phase=phases[plate]
            )
        else:
            cover = tone * np.float32(1 / 255)
        for channel in range(3):
            factor = cover * -loss[plate, channel]
            factor += 1
            channels[channel] *= factor
    sheet = np.asarray(cv2.merge(channels), np.float32)
    if printer.yule_nielsen != 1:
        sheet = np.asarray(cv2.pow(sheet, printer.yule_nielsen), np.float32)
    sheet *= np.array(printer.paper_rgb, np.float32)
    return sheet


def diffused(plates: NDArray[np.uint8], dots: tuple[int, int]) -> NDArray[np.uint8]:
    """Error diffusion (Floyd and Steinberg) of each plate on a raster of ``dots`` (width, height).

    Returns:
        (height, width, 4) uint8 of 0 and 255.

    """
    raster = cv2.resize(plates, dots, interpolation=cv2.INTER_LINEAR)
    on = [Pillow.fromarray(np.ascontiguousarray(raster[..., k])).convert("1") for k in range(4)]
    return np.dstack([np.asarray(plate, np.uint8) * np.uint8(255) for plate in on])


def paper_texture(
    u_mm: FloatImage,
    v_mm: FloatImage,
    step_mm: NDArray[np.float64],
    printer: Printer,
    rng: Generator,
) -> FloatImage:
    """Fibre and coating of the paper, (S, S) float32 about 1: one sheet, a random place of it."""
    fine = float(np.hypot(*step_mm[:, 0]))
    texture = _sheet(printer.name)
    size = texture.shape[0]
    # the sheet is drawn at 4 samples a mm; a coarser view sees the mean of several of them
    level = int(np.clip(np.floor(np.log2(max(fine * 4, 1.0))), 0, 3))
    small = cv2.resize(texture, (size >> level,) * 2, interpolation=cv2.INTER_AREA)
    p0, q0 = rng.uniform(0, 100, 2).astype(np.float32)
    scale = np.float32(4 / (1 << level) / (size >> level))
    index = cell_index(u_mm * scale + p0, v_mm * scale + q0, size >> level)
    return 1 + np.float32(printer.fibre) * np.take(small.ravel(), index)


@functools.lru_cache(maxsize=8)
def _sheet(name: str) -> FloatImage:
    rng = np.random.default_rng([len(name), *name.encode()])
    shape = (512, 512)
    return grain(shape, 0.8, rng) * 0.8 + fractal_noise(shape, 16, 3, rng) * 0.6


def _screened(
    tone: NDArray[np.uint8],
    u_mm: FloatImage,
    v_mm: FloatImage,
    *,
    step_mm: NDArray[np.float64],
    printer: Printer,
    plate: int,
    phase: FloatImage,
) -> FloatImage:
    """Ink cover 0..1 of one plate at every fine sample."""
    angle = np.deg2rad(printer.angles_deg[plate])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turn = (turn * printer.lines_per_mm).astype(np.float32)
    response = footprint_response(turn @ step_mm)
    if unresolved(response):
        return tone * np.float32(1 / 255)
    table = filtered(_dots(), response)
    p = u_mm * turn[0, 0] + (v_mm * turn[0, 1] + phase[0])
    q = u_mm * turn[1, 0] + (v_mm * turn[1, 1] + phase[1])
    index = cell_index(p, q)
    index |= (tone >> 2).astype(np.int32) << 10
    return np.take(table.ravel(), index)


@functools.cache
def _dots() -> FloatImage:
    """Ink of one screen cell at each tone, (TONES, CELL, CELL); the mean is the tone exactly."""
    t = (np.arange(CELL) + 0.5) / CELL * 2 * np.pi
    spot = np.cos(t)[None, :] + np.cos(t)[:, None]
    order = np.empty(spot.size)
    order[np.argsort(spot, axis=None, kind="stable")] = (np.arange(spot.size) + 0.5) / spot.size
    rank = order.reshape(spot.shape)
    tones = (np.arange(TONES) + 0.5) / TONES
    # ink wets a little beyond the dot's edge: a soft step of a twelfth of the cell's tones
    cover = np.clip((tones[:, None, None] - (1 - rank)) * 12 + 0.5, 0, 1)
    error = tones - cover.mean(axis=(1, 2))
    return (cover + error[:, None, None]).astype(np.float32)
