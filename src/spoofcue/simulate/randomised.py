"""Lights, cameras and instruments drawn anew for every take, from the ranges of real ones.

The catalogue's few names serve protocols; a detector that shall work on cameras and screens that
nobody listed learns from as many as can be drawn: ``cam-any``, ``session-any``, ``print-any``,
``replay-any``, ``mask-any``, ``partial-any``. Ranges are wide on purpose (webcams to good phones,
90 to 450 ppi, 60 to 175 lpi); each drawn thing is in the record of parameters.
"""

from __future__ import annotations

from spoofcue.simulate.catalogue import (
    DEVICES,
    INSTRUMENTS,
    SESSIONS,
    Device,
    Display,
    Instrument,
    Mask,
    Printer,
    Rgb,
)
from spoofcue.simulate.noise import Generator
from spoofcue.simulate.scene import Light

ANY_DEVICE, ANY_SESSION = "cam-any", "session-any"
ANY_PAIS = ("print-any", "replay-any", "mask-any", "partial-any")
# names that options take: the catalogue's, and those drawn here
DEVICE_NAMES = (*DEVICES, ANY_DEVICE)
SESSION_NAMES = (*SESSIONS, ANY_SESSION)
PAI_NAMES = (*INSTRUMENTS, *ANY_PAIS)


def device_of(name: str, rng: Generator) -> Device:
    """The catalogue's camera of that name, or one drawn for ``cam-any``."""
    return draw_device(rng) if name == ANY_DEVICE else DEVICES[name]


def session_of(name: str, rng: Generator) -> Light:
    """The catalogue's light of that name, or one drawn for ``session-any``."""
    return draw_light(rng) if name == ANY_SESSION else SESSIONS[name]


def instrument_of(name: str, rng: Generator) -> Instrument:
    """The catalogue's instrument of that name, or one drawn for a name of ANY_PAIS."""
    if name not in ANY_PAIS:
        return INSTRUMENTS[name]
    if name == "print-any":
        return draw_printer(rng)
    if name == "replay-any":
        return draw_display(rng)
    cut = "face" if name == "mask-any" else str(rng.choice(["eyes", "lower"]))
    return Mask(name, draw_printer(rng), cut, float(rng.uniform(0.1, 0.8)))


def wears(pai: str) -> bool:
    """Whether the instrument is worn on somebody's face."""
    return pai in ("mask-any", "partial-any") or isinstance(INSTRUMENTS.get(pai), Mask)


def draw_device(rng: Generator) -> Device:
    """A camera between a poor webcam and a good phone; qualities hang together loosely."""
    poor = float(rng.uniform())
    face = _log_between(rng, 40, 150)
    skips = rng.uniform() < 0.3
    return Device(
        name=ANY_DEVICE,
        face_px=(round(0.9 * face), round(1.1 * face)),
        lens_px=_between(rng, 0.3, 0.6) + 0.5 * poor * float(rng.uniform()),
        aperture=1 / 3 if skips else 1.0,
        vignette=_between(rng, 0.05, 0.35),
        full_well=float(16000 * (700 / 16000) ** (0.3 * rng.uniform() + 0.7 * poor)),
        read_noise=2 + 8 * poor * float(rng.uniform()),
        white_balance=(_between(rng, 0.88, 1.12), 1.0, _between(rng, 0.86, 1.14)),
        contrast=_between(rng, 0.0, 0.7),
        saturation=_between(rng, 0.7, 1.25),
        denoise=_between(rng, 0.0, 0.5) + 0.5 * poor * float(rng.uniform()),
        sharpen=_between(rng, 0.0, 1.3),
        rescale=float(rng.choice([1.0, 1.0, 0.6, 0.8, 1.3, 1.8])),
        jpeg_quality=int(rng.integers(50, 97)),
        metering=_between(rng, 0.35, 1.0),
        flare=_between(rng, 0.5, 1.0) + 2.5 * poor * float(rng.uniform()),
        blur=_between(rng, 0.6, 1.2) + 1.6 * poor * float(rng.uniform()),
        fixed_focus_px=_between(rng, 0.1, 0.7) if rng.uniform() < 0.35 + 0.4 * poor else 0.0,
    )


def draw_light(rng: Generator) -> Light:
    """Warm lamp to cold window, hard to soft, from any side."""
    warm = float(rng.uniform(-1, 1))  # of the key light; the sky is nearer to neutral
    strength = _between(rng, 0.6, 1.1)
    key = (strength * (1 + 0.30 * warm), strength, strength * (1 - 0.35 * warm))
    sky_warm = 0.5 * warm + _between(rng, -0.25, 0.25)
    level = _between(rng, 0.12, 0.42)
    sky = (level * (1 + 0.2 * sky_warm), level, level * (1 - 0.25 * sky_warm))
    floor: Rgb = tuple(0.45 * v for v in sky)
    return Light(
        _between(rng, -75, 75), _between(rng, 0, 60), key, sky, floor, _between(rng, 0.2, 0.95)
    )


def draw_printer(rng: Generator) -> Printer:
    """A laser or offset print at 60 to 175 lpi, or an ink-jet by error diffusion."""
    diffusion = rng.uniform() < 0.4
    lines = _log_between(rng, *((100, 300) if diffusion else (60, 175)))
    turn = _between(rng, -8, 8)
    tint = _between(rng, -0.05, 0.05)
    white = _between(rng, 0.78, 0.94)
    return Printer(
        name="print-any",
        lines_per_mm=lines / 25.4,
        screen="diffusion" if diffusion else "clustered",
        angles_deg=(15 + turn, 75 + turn, turn, 45 + turn),
        dot_gain=_between(rng, 0.08, 0.30),
        yule_nielsen=_between(rng, 1.3, 2.0),
        paper_rgb=(white + tint, white, white - tint),
        black=_between(rng, 0.02, 0.11),
        fibre=_between(rng, 0.004, 0.025),
        gloss=float(rng.choice([0.0, 1.0], p=[0.3, 0.7])) * _between(rng, 0.005, 0.09),
        face_mm=(70.0, 200.0),
    )


def draw_display(rng: Generator) -> Display:
    """A phone, tablet, laptop or monitor."""
    kind = str(rng.choice(["phone", "tablet", "laptop", "monitor"], p=[0.45, 0.2, 0.2, 0.15]))
    ppi, face = {
        "phone": ((160, 450), (32.0, 64.0)),
        "tablet": ((130, 330), (65.0, 130.0)),
        "laptop": ((96, 230), (70.0, 160.0)),
        "monitor": ((82, 165), (90.0, 190.0)),
    }[kind]
    pentile = kind == "phone" and rng.uniform() < 0.6
    return Display(
        name="replay-any",
        pixels_per_mm=_log_between(rng, *ppi) / 25.4,
        layout="pentile" if pentile else "stripe",
        fill=_between(rng, 0.6, 0.88),
        gamma=_between(rng, 1.9, 2.5),
        white_rgb=(_between(rng, 0.84, 1.06), 1.0, _between(rng, 0.92, 1.25)),
        saturation=_between(rng, 0.75, 1.3),
        black=_log_between(rng, 0.0003, 0.008),
        luminance=_log_between(rng, 1.0, 6.0),
        reflection=_between(rng, 0.008, 0.08),
        bands=float(rng.choice([0.0, 1.0])) * _between(rng, 0.0, 0.08),
        face_mm=face,
    )


def _log_between(rng: Generator, low: float, high: float) -> float:
    """Uniform in the logarithm: each doubling is as likely."""
    return float(low * (high / low) ** rng.uniform())


def _between(rng: Generator, low: float, high: float) -> float:
    return float(rng.uniform(low, high))
