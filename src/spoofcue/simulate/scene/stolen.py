"""An attacker's picture of somebody in a place: what is printed or shown in wide frames."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spoofcue.simulate.camera import filed
from spoofcue.simulate.device import Device, jpeg_quality
from spoofcue.simulate.lighting import Light
from spoofcue.simulate.placement import draw_wide_view
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.scene.staging import draw_live_scene, draw_place
from spoofcue.simulate.scene.view import wide_live

# side of it over the face's width
_SPAN = (1.7, 5.0)
# widths of the face in it, px, and the most that the whole is wide
_FACE_PX = (70.0, 220.0)
_SIDE_PX = 560.0
_LEAST_EXPOSURE = 0.2


def taken_in_place(
    portrait: Portrait, device: Device, light: Light, rng: np.random.Generator
) -> Portrait:
    """The portrait as a camera took it with some of the room, read back from its JPEG.

    Args:
        portrait: of the person.
        device: the attacker's camera.
        light: of the session.
        rng: of the picture.

    """
    times = float(rng.uniform(*_SPAN))
    face_px = min(float(rng.uniform(*_FACE_PX)), _SIDE_PX / times)
    view = draw_wide_view(rng, (face_px, face_px), (times, times))
    now = draw_circumstances(view, light, rng)
    # nobody steals a picture that is too dark
    now = replace(now, shot=replace(now.shot, exposure=max(now.shot.exposure, _LEAST_EXPOSURE)))
    scene = draw_live_scene(rng, draw_place(rng), portrait, company=False)
    picture = wide_live(portrait, device, now, scene, rng)
    again = filed(picture, min(jpeg_quality(device, now.shot), int(rng.integers(70, 97))))
    scale = again.shape[1] / view.side_px
    wide = view.face_px * scale
    high = wide * portrait.face[3] / portrait.face[2]
    x, y = (c * again.shape[1] for c in view.centre)
    return Portrait(again, (x - wide / 2, y - high / 2, wide, high))
