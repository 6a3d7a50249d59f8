"""What a file holds by its first bytes, in words, where it was given for something else."""

from __future__ import annotations

from pathlib import Path

ZIP = b"PK\x03\x04"
BEGINNINGS = (
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"\x89PNG", "a PNG picture"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"\x89HDF", "an HDF5 file"),
    (b"\x93NUMPY", "a NumPy array"),
    (ZIP, "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\x80", "a pickle (it could run code and is never read)"),
)


def content_of(path: Path) -> str:
    """What the file is, as ``a JPEG picture``; empty where its first bytes do not tell.

    Raises:
        OSError: it cannot be read.

    """
    with path.open("rb") as file:
        head = file.read(256)
    if not head:
        return "empty"
    for beginning, words in BEGINNINGS:
        if head.startswith(beginning):
            return words
    if head[4:8] == b"ftyp":
        return "a video or picture (MP4, HEIC or AVIF)"
    if head[:4] == b"RIFF":
        return "a WebP picture" if head[8:12] == b"WEBP" else "an AVI video or a sound"
    text = all(byte in b"\t\n\r\x1b" or byte >= 32 for byte in head) and b"\x7f" not in head
    return "a text file" if text else ""
