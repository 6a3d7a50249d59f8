"""Named sessions (light), devices (cameras) and instruments (printers, displays, masks).

Each has fixed characteristics, so that "an unseen printer" or "an unseen phone" means something;
what varies from sample to sample is drawn in `placement`, `lighting`, `camera` and `recapture`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spoofcue.errors import InputError
from spoofcue.simulate.scene import Light

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Device:
    """A camera. It photographs live faces and attacks alike.

    Attributes:
        face_px: least and largest width of the detector's face box in its pictures, px.
        lens_px: Gaussian sigma of lens and optical low-pass filter, sensor px, 0.2..1.5.
        aperture: part of a pixel's pitch that collects light, each way: 1 for a full sensor,
            1/3 for one that skips lines and columns to reach its output size.
        vignette: loss of light in the corner, 0..0.5.
        full_well: electrons at white; shot noise is its square root, 600..20000.
        read_noise: electrons, 1..12.
        white_balance: fixed error of R, G, B gains.
        contrast: strength of the S-shaped tone curve, 0..0.8.
        saturation: of the picture profile, 0.7..1.3.
        denoise: noise reduction, 0 none..1 strong.
        sharpen: amount of unsharp masking, 0..1.5.
        rescale: output px per sensor px; below 1 shrinks, above 1 is digital zoom.
        jpeg_quality: 0..100.
        metering, flare, blur: factors on what a shot draws (see `camera.Shot`): how far the
            picture and not the room decides the exposure, dirt on the lens, poor focus and hold.
        fixed_focus_px: blur of a face shown at half of life size, whose medium is held nearer
            than the focus was set for, sensor px; 0 for a camera that focuses itself.

    """

    name: str
    face_px: tuple[int, int]
    lens_px: float
    aperture: float
    vignette: float
    full_well: float
    read_noise: float
    white_balance: Rgb
    contrast: float
    saturation: float
    denoise: float
    sharpen: float
    rescale: float
    jpeg_quality: int
    metering: float = 1.0
    flare: float = 1.0
    blur: float = 1.0
    fixed_focus_px: float = 0.0


@dataclass(frozen=True, slots=True)
class Printer:
    """A four-colour printer and its paper.

    Attributes:
        lines_per_mm: screen frequency of the clustered dots (lpi / 25.4); for ``diffusion``
            the dots of the raster a mm.
        screen: ``clustered`` dots at angles, or error ``diffusion``.
        angles_deg: screen angles of C, M, Y, K.
        dot_gain: rise of the coverage of a 50 % tint, 0..0.3.
        yule_nielsen: n of optical dot gain, 1 (none)..2 (light spreads in the paper).
        paper_rgb: reflectance of the paper, 0..1.
        black: reflectance of full black ink, 0.01..0.1.
        fibre: deviation of the paper's reflectance, 0..0.03.
        gloss: share of the key light mirrored toward the camera, 0..0.1.
        face_mm: least and largest width of the printed face box, mm.

    """

    name: str
    lines_per_mm: float
    screen: str
    angles_deg: tuple[float, float, float, float]
    dot_gain: float
    yule_nielsen: float
    paper_rgb: Rgb
    black: float
    fibre: float
    gloss: float
    face_mm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Display:
    """A display.

    Attributes:
        pixels_per_mm: pitch (ppi / 25.4).
        layout: ``stripe`` (R, G, B side by side) or ``pentile`` (diamond, half the R and B).
        fill: part of a sub-pixel's width and height that shines, 0..1.
        gamma: of the panel, 1.8..2.6.
        white_rgb: its white in linear sRGB.
        saturation: gamut against sRGB, below 1 a poor panel, above 1 a wide one unmanaged.
        black: leakage of the backlight, relative to white, 0..0.01.
        luminance: white, in units of a white paper in the session's light, 0.5..5.
        reflection: share of the room mirrored by the glass, 0..0.08.
        bands: refresh banding, relative amplitude under a rolling shutter, 0..0.1.
        face_mm: least and largest width of the shown face box, mm.

    """

    name: str
    pixels_per_mm: float
    layout: str
    fill: float
    gamma: float
    white_rgb: Rgb
    saturation: float
    black: float
    luminance: float
    reflection: float
    bands: float
    face_mm: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mask:
    """A print cut along the face and worn by somebody else.

    Attributes:
        printer: it was printed on.
        cut: ``face`` (oval with eye holes), ``eyes`` (a strip over the eyes) or ``lower`` (nose,
            mouth and chin).
        bend: 0 flat .. 1 bent round the head.
        face_mm: as for a printer; a mask is life-size.

    """

    name: str
    printer: Printer
    cut: str
    bend: float
    face_mm: tuple[float, float] = (135.0, 160.0)


Instrument = Printer | Display | Mask

DEVICES = {
    d.name: d
    for d in (
        Device("cam-1", (110, 160), 0.45, 1.0, 0.12, 9000, 3, (1.00, 1, 1.00), 0.30, 1.05, 0.15,
               0.55, 1.0, 92),
        Device("cam-2", (100, 150), 0.60, 1.0, 0.22, 4500, 5, (1.05, 1, 0.95), 0.45, 1.15, 0.30,
               0.90, 1.0, 88),
        Device("cam-3", (120, 170), 0.35, 1 / 3, 0.18, 2600, 5, (0.95, 1, 1.06), 0.20, 0.95, 0.10,
               0.35, 1.0, 94),
        Device("cam-4", (95, 140), 0.80, 1.0, 0.30, 1800, 7, (1.03, 1, 1.03), 0.55, 1.10, 0.60,
               1.20, 1.0, 84),
        Device("cam-5", (110, 160), 0.30, 1 / 3, 0.15, 6000, 4, (0.97, 1, 0.98), 0.35, 1.00, 0.20,
               0.45, 0.85, 90),
        Device("cam-6", (105, 150), 0.55, 1.0, 0.25, 1200, 8, (1.08, 1, 1.02), 0.25, 0.90, 0.45,
               0.70, 1.2, 80),
        # the cameras of the two cross-test domains; CASIA-MFSD's three qualities
        Device("usb-long", (90, 125), 0.80, 1.0, 0.25, 1100, 8, (1.06, 1, 0.90), 0.20, 0.80, 0.35,
               0.40, 1.0, 75),
        Device("usb-new", (90, 130), 0.55, 1.0, 0.20, 2600, 5, (1.00, 1, 1.05), 0.35, 1.00, 0.25,
               0.70, 1.0, 82),
        Device("nex", (170, 240), 0.35, 1.0, 0.10, 16000, 3, (1.00, 1, 1.00), 0.45, 1.10, 0.10,
               0.60, 1.0, 95),
        # ... and Replay-Attack's built-in webcam at 320 x 240
        Device("webcam-320", (80, 105), 0.45, 1 / 3, 0.28, 900, 9, (0.94, 1, 1.08), 0.50, 0.90,
               0.70, 1.10, 1.0, 68),
    )
}  # fmt: skip

PRINTERS = {
    p.name: p
    for p in (
        # an office laser printer, 106 lpi, and a glossy one at 142 lpi
        Printer("print-a", 4.2, "clustered", (15, 75, 0, 45), 0.16, 1.6, (0.88, 0.87, 0.84),
                0.045, 0.014, 0.02, (95, 190)),
        Printer("print-b", 5.6, "clustered", (20, 80, 5, 50), 0.22, 1.8, (0.90, 0.91, 0.93),
                0.025, 0.006, 0.06, (60, 150)),
        # a newspaper-like 85 lpi copier and an ink-jet with error diffusion at 150 dots an inch
        Printer("print-c", 3.3, "clustered", (45, 75, 90, 15), 0.25, 1.7, (0.82, 0.80, 0.75),
                0.080, 0.020, 0.01, (80, 170)),
        Printer("print-d", 6.0, "diffusion", (0, 0, 0, 0), 0.18, 1.5, (0.91, 0.90, 0.89),
                0.035, 0.008, 0.04, (80, 170)),
    )
}  # fmt: skip

DISPLAYS = {
    d.name: d
    for d in (
        # a laptop's LCD (110 ppi) and a phone's OLED (280 effective ppi)
        Display("replay-a", 4.3, "stripe", 0.80, 2.2, (0.92, 0.98, 1.10), 0.88, 0.0040, 2.0,
                0.030, 0.02, (70, 150)),
        Display("replay-b", 11.0, "pentile", 0.72, 2.3, (1.02, 0.99, 0.96), 1.18, 0.0004, 3.5,
                0.045, 0.05, (40, 62)),
        # a tablet (264 ppi), an early phone (163 ppi), a desktop monitor (92 ppi)
        Display("replay-c", 10.4, "stripe", 0.78, 2.2, (0.98, 1.00, 1.04), 1.00, 0.0012, 2.5,
                0.040, 0.00, (75, 125)),
        Display("replay-d", 6.4, "stripe", 0.75, 2.0, (0.95, 0.98, 1.06), 0.80, 0.0050, 1.6,
                0.050, 0.03, (35, 48)),
        Display("replay-e", 3.6, "stripe", 0.84, 2.4, (0.97, 1.00, 1.03), 0.95, 0.0025, 1.8,
                0.015, 0.01, (90, 180)),
    )
}  # fmt: skip

MASKS = {
    m.name: m
    for m in (
        Mask("mask-a", PRINTERS["print-a"], "face", 0.7),
        Mask("mask-b", PRINTERS["print-b"], "face", 0.2),
        Mask("partial-eyes", PRINTERS["print-b"], "eyes", 0.6),
        Mask("partial-lower", PRINTERS["print-a"], "lower", 0.6),
    )
}

INSTRUMENTS: dict[str, Instrument] = {**PRINTERS, **DISPLAYS, **MASKS}

SESSIONS = {
    "session-1": Light(-35, 35, (0.95, 0.80, 0.60), (0.28, 0.26, 0.24), (0.12, 0.10, 0.09), 0.6),
    "session-2": Light(40, 20, (0.74, 0.76, 0.80), (0.30, 0.31, 0.33), (0.14, 0.13, 0.12), 0.9),
    "session-3": Light(10, 50, (1.02, 0.80, 0.54), (0.20, 0.18, 0.15), (0.08, 0.07, 0.06), 0.4),
    # Replay-Attack's two: even office light, and a window without a blind
    "controlled": Light(5, 45, (0.70, 0.72, 0.74), (0.38, 0.38, 0.40), (0.16, 0.15, 0.14), 0.9),
    "adverse": Light(-70, 25, (1.10, 1.02, 0.90), (0.12, 0.14, 0.20), (0.06, 0.06, 0.07), 0.3),
}


def named(kind: str, table: Collection[str], names: list[str]) -> None:
    """Refuse a name that is not in the table.

    Raises:
        InputError: naming it and what there is.

    """
    wrong = [name for name in names if name not in table]
    if wrong:
        raise InputError(f"unknown {kind} {', '.join(wrong)}; there are {', '.join(table)}.")


def species(pai: str) -> str:
    """``print``, ``replay``, ``mask`` or ``partial``: the family that an instrument belongs to."""
    return pai.split("-", 1)[0]
