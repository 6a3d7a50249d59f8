"""Where a printed mask covers the wearer: an oval with eye holes, a strip, the lower face."""

from __future__ import annotations

import numpy as np

from spoofcue.simulate.noise import Generator, Image, smoothstep

# eye centres in parts of the face box, as dlib and most datasets frame it
EYES = ((0.30, 0.30), (0.70, 0.30))


def cover(x: Image, y: Image, cut: str, rng: Generator) -> Image:
    """Part of the light that the mask blocks, (S, S) float32, 0 wearer..1 paper.

    Args:
        x: (S, S) float32, 0..1 across the victim's face box.
        y: likewise, downward; the forehead is above 0, the chin near 1.
        cut: ``face``, ``eyes`` or ``lower``.
        rng: draws how well it was cut.

    """
    soft = 0.006  # of the box: scissors leave a sharp edge
    jitter = rng.normal(0, 0.015, 6)
    if cut == "eyes":
        half = 0.15 + jitter[0]
        across = smoothstep(half + soft, half - soft, np.abs(y - np.float32(0.28 + jitter[1])))
        return across * smoothstep(0.44 + soft, 0.44 - soft, np.abs(x - np.float32(0.5)))
    if cut == "lower":
        top = smoothstep(0.44 + jitter[0] - soft, 0.44 + jitter[0] + soft, y)
        return top * _oval(x, y, 0.5, 0.5, 0.44 + jitter[1], 0.60 + jitter[2], soft)
    sheet = _oval(x, y, 0.5, 0.46, 0.45 + jitter[0], 0.66 + jitter[1], soft)
    for (ex, ey), shift in zip(EYES, jitter[2:4], strict=True):
        hole = _oval(x, y, ex + shift, ey + jitter[4], 0.105, 0.052 + abs(jitter[5]), soft)
        sheet = sheet * (1 - hole)
    return sheet


def _oval(x: Image, y: Image, cx: float, cy: float, rx: float, ry: float, soft: float) -> Image:
    dx = (x - np.float32(cx)) * np.float32(1 / rx)
    dy = (y - np.float32(cy)) * np.float32(1 / ry)
    edge = soft / min(rx, ry)
    return smoothstep(1 + edge, 1 - edge, np.sqrt(dx * dx + dy * dy))
