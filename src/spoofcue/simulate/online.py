"""Attacks made while training: live face crops in, attacks out, on processors of the loader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.simulate.camera import encode, jpeg_quality
from spoofcue.simulate.catalogue import Device, named
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import (
    Circumstances,
    Portrait,
    draw_circumstances,
    draw_presentation,
)
from spoofcue.simulate.randomised import (
    ANY_DEVICE,
    ANY_PAIS,
    ANY_SESSION,
    DEVICE_NAMES,
    PAI_NAMES,
    SESSION_NAMES,
    device_of,
    instrument_of,
    session_of,
)
from spoofcue.simulate.recapture import render_attack, render_live

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class OnlineSimulator:
    """Turns live crops into attacks, and passes live ones through the same cameras.

    A recaptured crop has met two cameras. `live` sends live crops through the second camera too,
    or a network could learn to count cameras.

    Attributes:
        pais, devices, sessions: names in the catalogue that are drawn from.
        face_share: width of the face box over that of the crop.

    """

    pais: tuple[str, ...] = ANY_PAIS
    devices: tuple[str, ...] = (ANY_DEVICE,)
    sessions: tuple[str, ...] = (ANY_SESSION,)
    face_share: float = 1 / 1.4

    def __post_init__(self) -> None:
        named("instrument", PAI_NAMES, list(self.pais))
        named("device", DEVICE_NAMES, list(self.devices))
        named("session", SESSION_NAMES, list(self.sessions))

    def attacks(self, crops: Sequence[Image], rng: np.random.Generator) -> list[Image]:
        """One attack for each live crop.

        Args:
            crops: (h, w, 3) uint8 RGB face crops.
            rng: decides everything.

        Returns:
            Crops of the same sizes.

        """
        return [self.attack(crop, rng) for crop in crops]

    def attack(self, crop: Image, rng: np.random.Generator) -> Image:
        """The crop on paper, on a display or as a mask, before a camera."""
        portrait, device, now = self._scene(crop, rng)
        instrument = instrument_of(self.pais[int(rng.integers(len(self.pais)))], rng)
        how = draw_presentation(instrument, rng, framed=0.15)
        image = render_attack(portrait, instrument, device, now, how, rng)
        return _filed(image, device, now, crop)

    def live(self, crop: Image, rng: np.random.Generator) -> Image:
        """The crop before a camera, with no medium."""
        portrait, device, now = self._scene(crop, rng)
        return _filed(render_live(portrait, device, now, rng), device, now, crop)

    def _scene(
        self, crop: Image, rng: np.random.Generator
    ) -> tuple[Portrait, Device, Circumstances]:
        height, width = crop.shape[:2]
        side = max(2 * round(min(height, width) / 2), 32)
        face = width * self.face_share
        box = ((width - face) / 2, (height - face) / 2, face, face)
        device = device_of(self.devices[int(rng.integers(len(self.devices)))], rng)
        session = session_of(self.sessions[int(rng.integers(len(self.sessions)))], rng)
        view = View(side, side * self.face_share, (0.5, 0.5), float(rng.normal(0, 1.5)))
        return Portrait(crop, box), device, draw_circumstances(view, session, rng)


def _filed(image: Image, device: Device, now: Circumstances, like: Image) -> Image:
    """Through the camera's JPEG, at the size of the crop that it came from."""
    import cv2

    data = np.frombuffer(encode(image, jpeg_quality(device, now.shot)), np.uint8)
    again = cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    size = like.shape[1], like.shape[0]
    return np.asarray(cv2.resize(again, size, interpolation=cv2.INTER_AREA), np.uint8)
