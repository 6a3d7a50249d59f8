"""Short clips as MP4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.whole_files import whole


def write_clip(path: Path, images: Sequence[NDArray[np.uint8]], fps: int = 25) -> None:
    """Write frames as H.264, whole or not at all.

    Args:
        path: ends with .mp4.
        images: (h, w, 3) uint8 RGB each, of one size; odd sides lose a row or column.
        fps: frames a second.

    """
    import av

    height, width = (side - side % 2 for side in images[0].shape[:2])
    with whole(path) as part, av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps, options={"crf": "20", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in images:
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(image[:height, :width]), format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
