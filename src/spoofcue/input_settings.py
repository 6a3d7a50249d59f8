"""Settings of what a network sees; :mod:`spoofcue.config` joins them with the rest."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from spoofcue.network_settings import Fraction, NonNegative, Positive, Settings


class InputSettings(Settings):
    """How a face crop becomes network input (sections 4.1 and 4.4)."""

    mode: Literal["patch", "resize"] = Field(
        "patch",
        description="training: random crop at native resolution, or the face resized whole",
    )
    size: int = Field(
        224,
        ge=32,
        le=2048,
        description="side of the patch or of the resized face, px; one that is no multiple of 32, "
        "as 112, is padded to it by reflection",
    )
    mean: float = Field(127.5, description="subtracted from pixel values 0..255")
    std: Positive = Field(127.5, description="divisor after that; 127.5 and 127.5 give [-1, 1]")
    scoring: Literal["whole", "grid", "resize"] = Field(
        "whole",
        description="testing: the whole face with sides brought to multiples of 32, a grid of "
        "native patches, or the face resized to `size`",
    )
    max_side: int = Field(
        1024, ge=64, multiple_of=32, description="longer faces are scored at this side, px"
    )


class AugmentSettings(Settings):
    """The official code's augmentation and poor cameras; the paper names none: off by default."""

    added: ClassVar[tuple[str, ...]] = ("degrade",)

    photometric: bool = Field(False, description="brightness, contrast, saturation, hue")
    flip: Fraction = Field(0.0, description="probability of a left-right flip")
    rotate_deg: NonNegative = Field(0.0, le=180, description="largest rotation either way")
    crop: Fraction = Field(0.0, lt=1, description="largest part of each side cropped away")
    degrade: Fraction = Field(
        0.0,
        description="probability of each of: shrinking to 60..200 px, blur, noise, tone and "
        "colour, JPEG, as poor cameras and messengers do",
    )
    erase: Fraction = Field(0.0, description="probability of random erasing")
    cutout: Fraction = Field(0.0, description="probability of a square cutout")
    simulate: Fraction = Field(
        0.0,
        description="share of the attacks that the simulator makes of live training faces on the "
        "fly; as many live ones pass its camera too",
    )
