"""Whether somebody else's decoder calls a file broken: Pillow in its strict manner, ffprobe."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from pathlib import Path

# of the frames that the file's packets hold; below it, what is shown is not what was recorded
LEAST_SHARE = 0.8


def broken(path: Path) -> str | None:
    """Why the file is broken; None if a decoder is content with what it holds, whatever its name.

    A video under the name of a picture is a sound video.
    """
    head = path.read_bytes()[:16]
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1"):
        return _heic(path)
    why = _picture(path)
    return _video(path) if why and "UnidentifiedImageError" in why else why


def is_picture(path: Path) -> bool:
    """Whether a file of ours is called a picture."""
    return path.suffix not in (".avi", ".mp4", ".mkv", ".mov", ".webm", ".ts")


def _picture(path: Path) -> str | None:
    from PIL import Image, ImageFile

    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image:
                image.verify()
            with Image.open(path) as image:
                for frame in range(getattr(image, "n_frames", 1)):
                    image.seek(frame)
                    image.load()
        except Exception as error:
            return f"Pillow: {type(error).__name__}: {error}"[:200]
    return None


def _heic(path: Path) -> str | None:
    import pillow_heif

    try:
        pillow_heif.open_heif(path, convert_hdr_to_8bit=False).to_pillow().load()
    except Exception as error:
        return f"libheif: {type(error).__name__}: {error}"[:200]
    return None


def _video(path: Path) -> str | None:
    if not shutil.which("ffprobe"):
        return _video_of_pyav(path)
    command = ["ffprobe", "-v", "error", "-count_frames", "-count_packets"]
    command += ["-select_streams", "v:0", "-show_entries", "stream=nb_read_frames,nb_read_packets"]
    try:
        done = subprocess.run(
            [*command, "-of", "json", f"file:{path}"], capture_output=True, text=True, timeout=30
        )
    except subprocess.TimeoutExpired:
        return "ffprobe does not end"
    if done.returncode:
        return f"ffprobe: {done.stderr.strip()}"[:200]
    streams = json.loads(done.stdout or "{}").get("streams", [{}])
    frames, packets = (
        int(streams[0].get(f"nb_read_{of}", 0)) if streams else 0 for of in ("frames", "packets")
    )
    return _too_few(frames, packets)


def _video_of_pyav(path: Path) -> str | None:
    import av

    frames = packets = 0
    try:
        with av.open(str(path)) as container:
            for packet in container.demux(video=0):
                packets += bool(packet.size)
                try:
                    frames += len(packet.decode())
                except av.error.FFmpegError:
                    continue
    except Exception as error:
        return f"PyAV: {type(error).__name__}: {error}"[:200]
    return _too_few(frames, packets)


def _too_few(frames: int, packets: int) -> str | None:
    few = frames < max(1, LEAST_SHARE * packets)
    return f"{frames} of {packets} frames decode" if few else None
