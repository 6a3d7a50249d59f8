"""Which files are images and which are videos: by extension, and by how their content begins."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from spoofcue.errors import MediaError
from spoofcue.media.local_file import open_local

IMAGE_SUFFIXES = frozenset(
    [
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".jfi", ".pjpeg", ".pjp", ".mpo"),
        *(".png", ".apng", ".bmp", ".dib", ".webp", ".tif", ".tiff", ".gif"),
        *(".avif", ".avifs", ".heic", ".heif", ".hif"),
        *(".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".j2c", ".jpc", ".jpf", ".jpx"),
    ]
)
VIDEO_SUFFIXES = frozenset(
    [
        *(".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".avi", ".divx", ".mkv", ".webm"),
        *(".mpg", ".mpeg", ".mpe", ".m1v", ".m2v", ".vob", ".wmv", ".asf"),
        *(".flv", ".f4v", ".ts", ".mts", ".m2ts", ".m2t"),
    ]
)
# Pictures and recordings that are not read here: named wherever a folder is, never passed over.
OTHER_MEDIA_SUFFIXES = frozenset(
    [
        # of cameras, not developed
        *(".raw", ".dng", ".cr2", ".cr3", ".crw", ".nef", ".nrw", ".arw", ".srf", ".sr2", ".orf"),
        *(".rw2", ".raf", ".pef", ".srw", ".x3f", ".3fr", ".fff", ".kdc", ".dcr", ".k25", ".mrw"),
        *(".erf", ".rwl", ".iiq", ".mef", ".mos", ".gpr", ".rwz", ".thm"),
        # of programs that draw
        *(".psd", ".psb", ".xcf", ".kra", ".ora", ".cdr", ".eps", ".svg", ".svgz", ".wmf"),
        *(".emf", ".pct", ".pict", ".afphoto"),
        # of few bits, and of many
        *(".tga", ".icb", ".vda", ".vst", ".targa", ".pcx", ".dcx", ".ico", ".cur", ".icns"),
        *(".xbm", ".xpm", ".wbmp", ".exr", ".hdr", ".pfm", ".pam", ".fits", ".fts"),
        *(".dds", ".qoi", ".sgi", ".rgb", ".ras", ".dpx", ".dcm"),
        *(".jxl", ".jxr", ".wdp", ".hdp", ".jls", ".jng", ".mng", ".bpg", ".flif", ".djvu"),
        *(".avci", ".avcs", ".heics", ".heifs", ".jps", ".mpf", ".livp", ".pcd"),
        # recordings
        *(".mxf", ".ogv", ".ogm", ".ogx", ".rm", ".rmvb", ".rv", ".m3u8", ".mjpg", ".mjpeg"),
        *(".h264", ".264", ".h265", ".265", ".hevc", ".ivf", ".obu", ".y4m"),
        *(".yuv", ".dv", ".wtv", ".dvr-ms", ".swf", ".amv", ".nut", ".gifv", ".bik"),
        *(".mk3d", ".m4s", ".cmfv", ".xvid", ".trp", ".mpv", ".mp2v", ".m2p"),
        *(".lrv", ".insv", ".insp", ".braw", ".r3d", ".ari", ".crm", ".evo", ".ismv"),
        *(".fli", ".flc", ".dav", ".nsv", ".vro", ".mj2", ".mjp2", ".wm", ".f4p"),
    ]
)
# What lies beside media; if it cannot be opened, nothing is missed.
TEXT_SUFFIXES = frozenset(
    [
        *(".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".log"),
        *(".ini", ".db", ".npy", ".npz", ".mat", ".pkl", ".pt", ".h5", ".hdf5", ".pts", ".lst"),
        *(".face", ".srt", ".md5", ".sha1", ".sha256", ".html", ".htm", ".css", ".js", ".pdf"),
        *(".doc", ".docx", ".xls", ".xlsx", ".py", ".ipynb", ".sh", ".m", ".wav", ".mp3", ".m4a"),
        *(".aac", ".flac", ".zip", ".tar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".parquet"),
        *(".onnx", ".safetensors", ".ckpt", ".exe", ".dll", ".so", ".xmp", ".aae", ".lnk"),
    ]
)

Kind = Literal["image", "video"]


def media_kind(path: Path) -> Kind | None:
    """``image``, ``video`` or None; the content is checked when the file is read."""
    suffix = path.suffix.lower()
    if suffix in IMAGE_SUFFIXES:
        return "image"
    return "video" if suffix in VIDEO_SUFFIXES else None


# of these, what is read as a recording of frames
_VIDEOS = frozenset(["AVI", "MP4", "Matroska", "MPEG", "Windows Media", "Flash"])
# how files begin; the first that fits is the name
_SIGNS: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (name, re.compile(pattern, re.DOTALL))
    for name, pattern in (
        ("JPEG", rb"\xff\xd8\xff"),
        ("PNG", rb"\x89PNG\r\n\x1a\n"),
        ("GIF", rb"GIF8[79]a"),
        ("WebP", rb"RIFF....WEBP"),
        ("AVI", rb"RIFF....AVI |RIFF....AVIX"),
        ("BMP", rb"BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0"),
        ("TIFF", rb"II[\x2a\x2b]\0|MM\0[\x2a\x2b]"),
        ("AVIF", rb"....ftypavi[fs]|....ftyp(?:mif1|msf1).{4}(?:.{4})*?avi[fs]"),
        ("HEIC", rb"....ftyp(?:he[iv][cxms]|mif[12]|msf1)"),
        ("JPEG 2000", rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"),
        ("JPEG XL", rb"\0\0\0\x0cJXL \r\n\x87\n|\xff\x0a[^\x00-\x1f]"),
        ("PPM", rb"P[456]\s(?:#[^\n]*\n)?\d+\s+\d+\s"),
        ("JPEG XR", rb"II\xbc\x01"),
        ("Photoshop", rb"8BPS\0[\1\2]"),
        ("OpenEXR", rb"\x76\x2f\x31\x01"),
        ("Radiance HDR", rb"#\?(?:RADIANCE|RGBE)\n"),
        ("QOI", rb"qoif"),
        ("DDS", rb"DDS \x7c"),
        ("FITS", rb"SIMPLE  ="),
        ("DjVu", rb"AT&TFORM....DJV"),
        ("a camera's raw format", rb"FUJIFILMCCD-RAW|IIU\0|IIR[OS]|MMOR|FOVb|\0MRM"),
        ("MNG", rb"\x8a[MJ]NG\r\n|\x8bJNG\r\n"),
        # audio alone has brands of its own
        ("MP4", rb"....ftyp(?!M4[ABP] |F4[AB] )|....(?:moov|mdat|wide)"),
        ("Matroska", rb"\x1a\x45\xdf\xa3"),
        ("MPEG", rb"\0\0\x01[\xba\xb3]"),
        ("MPEG", rb"\x47.{187}\x47.{187}\x47|.{4}\x47.{191}\x47.{191}\x47"),
        ("Windows Media", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),
        ("Flash", rb"FLV\x01"),
        ("RealMedia", rb"\.RMF"),
        ("Ogg video", rb"OggS.{23,80}?(?:\x80theora|\x01video|BBCD)"),
        ("MXF", rb"\x06\x0e\x2b\x34\x02\x05\x01\x01"),
        ("YUV4MPEG", rb"YUV4MPEG2 "),
    )
)
HEAD = 512  # bytes that are looked at


def is_video_file(path: Path) -> bool:
    """Whether a file is to be read as a video, or as an image.

    By its suffix; by its content if that says nothing, as of an upload that has none.
    """
    kind = media_kind(path)
    if kind is not None:
        return kind == "video"
    try:
        with open_local(path) as file:
            return holds_video(file.read(HEAD))
    except (MediaError, OSError):
        return False  # reading it says what is wrong


def holds_video(head: bytes) -> bool:
    """Whether a file that begins so is read as a recording of frames."""
    return content_format(head) in _VIDEOS


def content_format(head: bytes) -> str | None:
    r"""The name of the image or video format that a file begins as; None if it is none.

    Args:
        head: its first :data:`HEAD` bytes, or all it has.

    >>> content_format(b"\x89PNG\r\n\x1a\n"), content_format(b"name,label\n")
    ('PNG', None)

    """
    return next((name for name, sign in _SIGNS if sign.match(head[:HEAD])), None)
