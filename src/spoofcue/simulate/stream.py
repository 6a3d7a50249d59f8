"""A webcam's stream to its host: chroma subsampling, Motion JPEG, H.264.

What they leave in a picture stays when it is saved again as a JPEG file. Pictures are
(H, W, 3) uint8 RGB.
"""

from __future__ import annotations

import io
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spoofcue.simulate.raster import Generator

Picture = NDArray[np.uint8]
# of the colour's samples, those that the stream keeps: 4:4:4, 4:2:2, 4:2:0
Chroma = Literal["full", "half", "quarter"]

FRAMES_A_SECOND = 30
# encoded before the one that is kept, so that most of that one is predicted from them
_EARLIER = 3

# A webcam's own table: that of the standard's Annex K made flatter, for luma and colour alike.
_ANNEX_K = (
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55,
    14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
    49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
)  # fmt: skip
_WEBCAM_TABLE = 2.2 * np.array(_ANNEX_K) ** 0.75


def subsample(image: Picture, chroma: Chroma) -> Picture:
    """Colour averaged over two px of a row (``half``) or two by two (``quarter``), luma kept."""
    if chroma == "full":
        return image
    height, width = image.shape[:2]
    planes = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    size = -(-width // 2), height if chroma == "half" else -(-height // 2)
    small = cv2.resize(planes[..., 1:], size, interpolation=cv2.INTER_AREA)
    planes[..., 1:] = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB), np.uint8)


def mjpeg(image: Picture, quality: int, chroma: Chroma) -> Picture:
    """A frame of Motion JPEG, read back; quality 1..100 scales the table as libjpeg does.

    Args:
        image: picture.
        quality: of the stream; 0: it is no Motion JPEG.
        chroma: ``quarter`` writes 4:2:0, anything else the usual 4:2:2.

    """
    if quality == 0:
        return image
    scale = 50 / quality if quality < 50 else 2 - quality / 50
    table = np.clip(np.rint(_WEBCAM_TABLE * scale), 1, 255).astype(int).tolist()
    data = io.BytesIO()
    Image.fromarray(image).save(
        data, "JPEG", qtables=[table, table], subsampling=2 if chroma == "quarter" else 1
    )
    return np.asarray(Image.open(data).convert("RGB"), np.uint8)


def h264(image: Picture, bits: float, rng: Generator) -> Picture:
    """A frame of an H.264 stream, decoded: blocks, missing texture, what prediction leaves behind.

    A still camera's few frames are encoded by x264 as a webcam's chip would, at a constant
    bit rate, without B-frames, in one thread; they differ by a tremble of the hand and by noise.

    Args:
        image: picture, odd sides too.
        bits: of a px of a frame, mostly 0.03..0.4; 0: it is no H.264.
        rng: of tremble and noise.

    """
    if bits <= 0:
        return image
    import av

    height, width = image.shape[:2]
    even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width = even.shape[:2]
    encoder.pix_fmt = "yuv420p"
    encoder.framerate = FRAMES_A_SECOND  # type: ignore[assignment]
    rate = max(int(bits * even.shape[0] * even.shape[1] * FRAMES_A_SECOND), 1000)
    encoder.bit_rate = rate
    encoder.options = {
        "preset": "veryfast", "tune": "zerolatency", "profile": "baseline", "threads": "1",
        "maxrate": str(rate), "bufsize": str(rate // 4), "qmax": "44",
    }  # fmt: skip
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    packets = []
    for number in range(_EARLIER + 1):
        frame = even if number == _EARLIER else _earlier(even, rng)
        planes = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420), np.uint8)
        packets += encoder.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p"))
    packets += encoder.encode(None)
    decoded = [frame for packet in packets for frame in decoder.decode(packet)]
    decoded += decoder.decode(None)
    last = decoded[-1].to_ndarray(format="yuv420p")
    rgb = cv2.cvtColor(last, cv2.COLOR_YUV2RGB_I420)
    return np.ascontiguousarray(rgb[:height, :width], np.uint8)


def _earlier(image: Picture, rng: Generator) -> Picture:
    """The picture a moment before: the hand was half a pixel away, the noise another."""
    x, y = rng.normal(0, 0.5, 2)
    moved = cv2.warpAffine(
        image,
        np.array([[1, 0, x], [0, 1, y]], np.float32),
        image.shape[1::-1],
        borderMode=cv2.BORDER_REPLICATE,
    )
    noise = rng.standard_normal(image.shape[:2], dtype=np.float32) * np.float32(1.5)
    return np.clip(moved + noise[..., None] + 0.5, 0, 255).astype(np.uint8)
