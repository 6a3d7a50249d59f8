"""A camera, and what varies from one of its photos to the next; both without knowing the class."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import numpy as np

from spoofcue.simulate.entry import Entry, Rising, Share, Within, between, log_between
from spoofcue.simulate.raster import Generator
from spoofcue.simulate.stream import Chroma

# width of a face's box, mm
LIFE_MM = 145.0
# electrons at white that gain leaves a drawn camera in the dark
_LEAST_WELL = 350.0

FacePx = Annotated[int, Within(16, 600, "px")]
Gain = Annotated[float, Within(0.5, 2, "(gain)")]
Factor = Annotated[float, Within(0, 10, "(factor)")]


class Device(Entry):
    """A camera. It photographs live faces and attacks alike.

    Attributes:
        face_px: least and largest width of the face's box in its pictures, sensor px.
        lens_px: Gaussian sigma of lens and optical low-pass filter, sensor px, mostly 0.2..1.5.
        aperture: part of a pixel's pitch that collects light, each way: 1 for a full sensor,
            1/3 for one that skips lines and columns to reach its output size.
        vignette: loss of light in the corner, share.
        full_well: electrons at white; shot noise is its square root, mostly 600..20000.
        read_noise: electrons, mostly 1..12.
        white_balance: fixed error of R, G, B gains.
        contrast: strength of the S-shaped tone curve, 0 none.
        saturation: of the picture profile, 1 neutral.
        denoise: noise reduction, 0 none..1 strong.
        sharpen: amount of unsharp masking, 0 none.
        rescale: output px per sensor px; below 1 shrinks, above 1 is digital zoom.
        jpeg_quality: 1..100.
        metering, flare, blur: factors on what a shot draws (see :class:`Shot`): how far the
            picture and not the room decides the exposure, dirt on the lens, poor focus and hold.
        fixed_focus_px: blur of a face shown at half of life size, whose medium is held nearer
            than the focus was set for, sensor px; 0 for a camera that focuses itself.
        binning: 2 adds two by two sites of one colour to one; 1 reads every site.
        dim_ev: light that the room lacks for its exposure; gain makes up for most of it, and
            each EV halves the electrons.
        smear: noise reduction that keeps edges and smears texture; a quarter of it in good
            light, all of it where three EV are missing.
        local_contrast: tone curve of phones, 0 none.
        sharpen_px: Gaussian radius of the unsharp mask.
        chroma: colour samples that the stream keeps: ``full`` 4:4:4, ``half`` 4:2:2, ``quarter``
            4:2:0.
        mjpeg_quality: of a Motion JPEG stream, 0 none.
        h264_bits: of an H.264 stream for each px of a frame, 0 none.

    """

    face_px: Annotated[tuple[FacePx, FacePx], Rising]
    lens_px: Annotated[float, Within(0.05, 4, "px")]
    aperture: Annotated[float, Within(0.1, 1, "(share of the pitch)")]
    vignette: Share
    full_well: Annotated[float, Within(100, 100000, "electrons")]
    read_noise: Annotated[float, Within(0, 100, "electrons")]
    white_balance: tuple[Gain, Gain, Gain]
    contrast: Share
    saturation: Annotated[float, Within(0, 2, "(factor)")]
    denoise: Share
    sharpen: Annotated[float, Within(0, 3, "(amount)")]
    rescale: Annotated[float, Within(0.25, 4, "px/px")]
    jpeg_quality: Annotated[int, Within(1, 100, "(JPEG quality)")]
    metering: Share = 1.0
    flare: Factor = 1.0
    blur: Factor = 1.0
    fixed_focus_px: Annotated[float, Within(0, 3, "px")] = 0.0
    binning: Annotated[int, Within(1, 2, "sites a side")] = 1
    dim_ev: Annotated[float, Within(0, 8, "EV")] = 0.0
    smear: Share = 0.0
    local_contrast: Share = 0.0
    sharpen_px: Annotated[float, Within(0.3, 6, "px")] = 1.0
    chroma: Chroma = "full"
    mjpeg_quality: Annotated[int, Within(0, 100, "(JPEG quality)")] = 0
    h264_bits: Annotated[float, Within(0, 4, "bits a px")] = 0.0

    @classmethod
    def draw(cls, name: str, rng: Generator) -> Device:
        """A camera between a poor webcam and a good phone; qualities hang together loosely."""
        poor = float(rng.uniform())
        face = log_between(rng, 55, 190)
        skips = rng.uniform() < 0.3
        plain = dict[str, Any](
            name=name,
            face_px=(round(0.9 * face), round(1.1 * face)),
            lens_px=between(rng, 0.25, 0.55) + 0.4 * poor * float(rng.uniform()),
            aperture=1 / 3 if skips else 1.0,
            vignette=between(rng, 0.05, 0.35),
            full_well=float(16000 * (700 / 16000) ** (0.3 * rng.uniform() + 0.7 * poor)),
            read_noise=2 + 8 * poor * float(rng.uniform()),
            white_balance=(between(rng, 0.88, 1.12), 1.0, between(rng, 0.86, 1.14)),
            contrast=between(rng, 0.0, 1.0),
            saturation=between(rng, 0.7, 1.25),
            denoise=between(rng, 0.0, 0.5) + 0.5 * poor * float(rng.uniform()),
            sharpen=between(rng, 0.0, 1.3),
            rescale=float(rng.choice([1.0, 1.0, 0.6, 0.8, 1.3, 1.8])),
            jpeg_quality=int(rng.integers(50, 97)),
            metering=between(rng, 0.35, 1.0),
            flare=between(rng, 0.3, 1.0) + 1.5 * poor * float(rng.uniform()),
            blur=between(rng, 0.3, 1.1) + 1.2 * poor * float(rng.uniform()),
            fixed_focus_px=between(rng, 0.1, 0.7) if rng.uniform() < 0.35 + 0.4 * poor else 0.0,
        )
        return cls(**{**plain, **_draw_pipeline(poor, plain, rng)})

    def describe(self) -> str:
        """What it is, for lists."""
        low, high = self.face_px
        return f"face {low}-{high} px, JPEG {self.jpeg_quality}"


def _draw_pipeline(poor: float, plain: dict[str, Any], rng: Generator) -> dict[str, Any]:
    """What a drawn camera does to its picture, and the stream that brings it to the host.

    Args:
        poor: 0 for a good phone .. 1 for a poor webcam.
        plain: what is drawn of it already.
        rng: of the camera.

    """
    phone = rng.uniform() > 0.25 + 0.75 * poor
    dim = between(rng, 0.3, 3.0) if rng.uniform() < 0.4 else 0.0
    # some light is left, or nothing of a face would be
    dim = min(dim, math.log2(plain["full_well"] / _LEAST_WELL))
    bins = plain["aperture"] == 1 and rng.uniform() < 0.3
    drawn: dict[str, Any] = {"binning": 2 if bins else 1, "dim_ev": dim}
    drawn["smear"] = between(rng, 0.1, 0.4 + 0.6 * poor) if rng.uniform() < 0.65 else 0.0
    toned = rng.uniform() < (0.7 if phone else 0.15)
    drawn["local_contrast"] = between(rng, 0.1, 0.8) if toned else 0.0
    drawn["sharpen_px"] = between(rng, 0.7, 1.3)
    if rng.uniform() < 0.4:  # halos that are seen
        drawn |= {"sharpen": between(rng, 1.0, 3.0), "sharpen_px": log_between(rng, 0.6, 2.5)}
    streams = ("none", "mjpeg", "h264", "both")
    stream = str(rng.choice(streams, p=[0.7, 0.1, 0.2, 0.0] if phone else [0.2, 0.4, 0.25, 0.15]))
    kept = ("full", "half", "quarter")
    drawn["chroma"] = str(
        rng.choice(kept, p=[0.5, 0.2, 0.3] if stream == "none" else [0, 0.5, 0.5])
    )
    if stream in ("mjpeg", "both"):
        drawn["mjpeg_quality"] = int(rng.integers(35, 96))
    if stream in ("h264", "both"):
        drawn["h264_bits"] = log_between(rng, 0.08, 0.6)
    return drawn


@dataclass(frozen=True, slots=True)
class Shot:
    """What varies from one photo of a device to the next; drawn without knowing the class.

    Attributes:
        defocus_px: sigma added to the lens blur, sensor px.
        motion_px: length of the hand's movement during the exposure, sensor px.
        motion_deg: its direction.
        exposure: level that the mean of the picture's middle is brought to, 0..1 linear.
        metering: how much the middle decides the exposure; the rest is set for the room.
        flare: share of the light that the lens scatters over the picture, 0..0.15.
        awb: how much of the illuminant's colour the camera removes, 0..1.
        awb_local: weight of what fills the picture in the camera's guess of the illuminant; the
            rest is the room's light.
        white_shift: extra gains of R and B.
        contrast_shift: added to the device's contrast.
        quality_shift: added to the JPEG quality.

    """

    defocus_px: float
    motion_px: float
    motion_deg: float
    exposure: float
    metering: float
    flare: float
    awb: float
    awb_local: float
    white_shift: tuple[float, float]
    contrast_shift: float
    quality_shift: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


def draw_shot(rng: Generator) -> Shot:
    """Draw one photo's parameters."""
    return Shot(
        defocus_px=float(min(abs(rng.normal(0, 0.45)), 1.6)),
        motion_px=float(rng.exponential(0.8)) if rng.uniform() < 0.35 else 0.0,
        motion_deg=float(rng.uniform(0, 180)),
        exposure=float(np.clip(0.17 * np.exp(rng.normal(0, 0.35)), 0.06, 0.45)),
        metering=float(rng.uniform(0.55, 1.0)),
        flare=float(min(rng.exponential(0.02), 0.15)),
        awb=float(rng.uniform(0.6, 1.0)),
        awb_local=float(rng.uniform(0.0, 0.8)),
        white_shift=(float(rng.normal(1, 0.035)), float(rng.normal(1, 0.035))),
        contrast_shift=float(rng.normal(0, 0.2)),
        quality_shift=int(rng.integers(-6, 5)),
    )


def near_blur(device: Device, face_mm: float) -> float:
    """Sigma of the blur of a medium that shows the face ``face_mm`` wide, sensor px.

    A smaller face fills the picture only from nearer, by face_mm / LIFE_MM of the distance; a
    lens of fixed focus blurs by the difference of the reciprocal distances.
    """
    return min(device.fixed_focus_px * abs(LIFE_MM / face_mm - 1), 2.5)


def jpeg_quality(device: Device, shot: Shot) -> int:
    """Quality of this photo's file, 1..100."""
    return int(np.clip(device.jpeg_quality + shot.quality_shift, 1, 100))
