"""How far a face is turned to its side, by the points of its parts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def turn_of(points: NDArray[np.float64]) -> float | None:
    """The nose's tip to the side of the middle between the eyes, in distances of the eyes.

    About 0.1 is a head turned by 14 degrees; positive towards the right of the picture.

    Args:
        points: (5, 2) as of :meth:`spoofcue.faces.yunet.YuNetDetector.points`.

    Returns:
        None: the eyes are in one place.

    >>> import numpy as np
    >>> turn_of(np.array([[10, 10], [30, 10], [22, 25], [12, 35], [28, 35]], float))
    0.1

    """
    right, left, nose = points[0], points[1], points[2]
    across = left - right
    apart = float(np.hypot(*across))
    if apart < 1:
        return None
    # along the line of the eyes, so that a head that leans is not taken for one that turns
    return float((nose - (right + left) / 2) @ across) / apart**2
