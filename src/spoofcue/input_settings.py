"""Settings of what a network sees; :mod:`spoofcue.config` joins them with the rest."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field

from spoofcue.network_settings import Fraction, NonNegative, Positive, Settings

Shrink = Literal["bilinear", "area"]


class InputSettings(Settings):
    """How a face crop becomes network input (sections 4.1 and 4.4).

    ``shrink`` is stored even at its default, unlike other fields that came late: without it a
    stored model was trained with ``area`` (:func:`as_stored`).
    """

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
    shrink: Shrink = Field(
        "bilinear",
        description="how faces become smaller, in training and testing: bilinear (section 4.4) "
        "reads 2 x 2 pixels whatever the factor, so that past 2 it skips pixels and fine "
        "structure aliases; area averages all that fall on one. They become larger bilinearly",
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


def as_stored(settings: dict[str, Any]) -> dict[str, Any]:
    """A stored tree of settings, with ``input.shrink`` where it was stored before there was one.

    All models of then were trained with area averaging, and must be scored so.

    Args:
        settings: plain, as it was stored; or anything else with a section ``input``.

    Returns:
        The same with ``input.shrink`` = ``area``, if it has a section ``input`` without that key.

    """
    given = settings.get("input")
    if not isinstance(given, dict) or "shrink" in given:
        return settings
    return {**settings, "input": {**given, "shrink": "area"}}
