"""Named sessions (light), devices (cameras) and instruments (printers, displays).

Each has fixed characteristics, so that "an unseen printer" means something; the variation from
sample to sample is drawn in `recapture`.
"""

from dataclasses import dataclass

from spoofcue.simulate.scene import Light


@dataclass(frozen=True, slots=True)
class Device:
    """A camera. It photographs live faces and attacks alike.

    Attributes:
        blur_px: Gaussian sigma of lens and pixel aperture, sensor px.
        vignette: loss of light in the corner, 0..1.
        full_well: electrons at white; shot noise is its square root.
        read_noise: electrons.
        white_balance: gains of R, G, B.
        contrast: strength of the S-shaped tone curve, 0..1.
        sharpen: amount of unsharp masking.
        jpeg_quality: 0..100.

    """

    name: str
    blur_px: float
    vignette: float
    full_well: float
    read_noise: float
    white_balance: tuple[float, float, float]
    contrast: float
    sharpen: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True)
class Printer:
    """A four-colour printer with clustered dots.

    Attributes:
        lines_per_mm: screen frequency on the paper.
        angles_deg: screen angles of C, M, Y, K.
        dot_gain: spread of ink, in parts of a screen cell.
        paper_rgb: reflectance of the paper.
        black: reflectance of full ink.
        fibre: deviation of the paper's reflectance.
        gloss: share of the key light mirrored toward the camera.

    """

    name: str
    lines_per_mm: float
    angles_deg: tuple[float, float, float, float]
    dot_gain: float
    paper_rgb: tuple[float, float, float]
    black: float
    fibre: float
    gloss: float


@dataclass(frozen=True, slots=True)
class Display:
    """An RGB-stripe display.

    Attributes:
        pixels_per_mm: pitch.
        gamma: of the panel.
        white_rgb: its white, in units of the scene's white surface.
        black: leakage of the backlight, relative to white.
        fill: part of a sub-pixel's width that shines.
        reflection: share of the room mirrored by the glass.

    """

    name: str
    pixels_per_mm: float
    gamma: float
    white_rgb: tuple[float, float, float]
    black: float
    fill: float
    reflection: float


DEVICES = (
    Device("cam-a", 0.55, 0.15, 9000.0, 4.0, (1.00, 1.0, 1.00), 0.30, 0.55, 93),
    Device("cam-b", 0.75, 0.25, 4500.0, 6.0, (1.06, 1.0, 0.94), 0.45, 0.90, 90),
    Device("cam-c", 0.65, 0.20, 2600.0, 5.0, (0.95, 1.0, 1.07), 0.20, 0.35, 95),
)
PRINTERS = (
    Printer("print-a", 4.2, (15, 75, 0, 45), 0.10, (0.88, 0.87, 0.84), 0.035, 0.012, 0.02),
    Printer("print-b", 5.6, (20, 80, 5, 50), 0.16, (0.90, 0.91, 0.93), 0.025, 0.006, 0.06),
)
DISPLAYS = (
    Display("replay-a", 3.7, 2.2, (0.92, 0.97, 1.06), 0.0025, 0.80, 0.030),
    Display("replay-b", 6.2, 2.35, (1.00, 0.97, 0.93), 0.0008, 0.72, 0.045),
)
SESSIONS = {
    "session-1": Light(-35, 35, (0.85, 0.80, 0.72), (0.25, 0.27, 0.32), (0.12, 0.10, 0.09), 0.6),
    "session-2": Light(40, 20, (0.75, 0.75, 0.78), (0.30, 0.30, 0.30), (0.14, 0.13, 0.12), 0.9),
    "session-3": Light(10, 50, (0.90, 0.88, 0.85), (0.20, 0.22, 0.26), (0.10, 0.09, 0.08), 0.4),
}
