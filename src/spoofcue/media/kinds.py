"""Which files are images and which are videos, by extension."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from spoofcue.errors import InputError

IMAGE_SUFFIXES = frozenset(
    [
        ".jpg",
        ".jpeg",
        ".jpe",
        ".jfif",
        ".png",
        ".bmp",
        ".webp",
        ".tif",
        ".tiff",
        ".gif",
        ".ppm",
        ".pgm",
        ".jp2",
    ]
)
VIDEO_SUFFIXES = frozenset(
    [
        ".mp4",
        ".m4v",
        ".mov",
        ".avi",
        ".mkv",
        ".webm",
        ".mpg",
        ".mpeg",
        ".wmv",
        ".flv",
        ".3gp",
        ".ts",
        ".mts",
        ".m2ts",
    ]
)


def media_kind(path: Path) -> Literal["image", "video"] | None:
    """``image``, ``video`` or None; the content is checked when the file is read."""
    suffix = path.suffix.lower()
    if suffix in IMAGE_SUFFIXES:
        return "image"
    return "video" if suffix in VIDEO_SUFFIXES else None


def find_media(root: Path) -> list[Path]:
    """All images and videos under ``root``, sorted; hidden files and folders are left out."""
    return sorted(
        path
        for path in root.rglob("*")
        if media_kind(path)
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
        and path.is_file()
    )


def expand_paths(paths: list[Path]) -> list[Path]:
    """Files as they are, folders as the media in them.

    Raises:
        InputError: a path does not exist, or a folder holds no media.

    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            media = find_media(path)
            if not media:
                raise InputError(f"{path} holds no image or video.")
            files += media
        elif path.exists():
            files.append(path)
        else:
            raise InputError(f"there is no file or folder {path}.")
    return files
