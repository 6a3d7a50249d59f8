"""Sound files of every kind, made once: what the hostile ones are mutations of."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, features

import spoofcue.simulate
from spoofcue.package.schema import SPEC_FILE
from spoofcue.scoring.open_model import SHIPPED
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.samples import Framing, Sample, frames

Picture = NDArray[np.uint8]
SIDE = 224
CATALOGUE = Path(spoofcue.simulate.__file__).parent / "catalogue.yaml"
PEOPLE = 4


@dataclass(frozen=True)
class Original:
    """One sound file.

    Attributes:
        kind: image, video, package, scores, labels, boxes, manifest or yaml.
        name: of the file, whose suffix tells the format.
        data: its content.

    """

    kind: str
    name: str
    data: bytes

    @property
    def folder(self) -> str:
        """Where a picture or video belongs in a folder of people: no picture is of two of them."""
        if not self.name[:2].isdigit():
            return "p0/attack/replay" if self.name.startswith("mixed") else "p0/live"
        number = int(self.name[:2])
        return f"p{number % PEOPLE}/{'live' if number < 3 * PEOPLE else 'attack/print'}"


def originals() -> list[Original]:
    """Every kind, the same ones each time; the prepared folder's are of :func:`prepared`."""
    pictures = _pictures()
    made = [*_images(pictures), *_videos(pictures), *_texts(), _package()]
    return sorted(made, key=lambda original: (original.kind, original.name))


def prepared(folder: Path) -> Path:
    """A prepared folder of six people below ``folder``; made where it is not there."""
    root, out = folder / "people", folder / "prepared"
    if not (out / "prepare.json").is_file():
        for k, picture in enumerate(_pictures()[:PEOPLE] * 2):
            for kind in ("live", "attack/print"):
                place = root / f"p{k}" / kind
                place.mkdir(parents=True, exist_ok=True)
                shade = picture if kind == "live" else picture // 2 + k
                Image.fromarray(shade).save(place / "a.png")
        command = [sys.executable, "-m", "spoofcue", "prepare", "folder", str(root)]
        subprocess.run(
            [*command, "--out", str(out), "--detector", "none", "--workers", "1"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    return out


def _pictures() -> list[Picture]:
    """Live faces and attacks of rendered people, live ones first: those could be called live."""
    made = []
    for pai in ("", "", "", "print-a", "replay-a"):
        for k in range(PEOPLE):
            person = RenderedPerson(f"person-{k}", 0, SIDE)
            sample = Sample(person.subject, pai, "session-1", f"cam-{k + 1}", len(made))
            made.append(next(frames(sample, person, Framing(1.6), 0)).image)
    return [np.ascontiguousarray(image) for image in made]


def _images(pictures: list[Picture]) -> list[Original]:
    made = []
    ways: list[tuple[str, str, dict[str, object]]] = [
        ("jpg", "JPEG", {"quality": 90}),
        ("jpeg", "JPEG", {"quality": 80, "progressive": True}),
        ("png", "PNG", {}),
        ("webp", "WEBP", {"quality": 85}),
        ("bmp", "BMP", {}),
        ("gif", "GIF", {}),
        ("tif", "TIFF", {"compression": "tiff_lzw"}),
        ("tiff", "TIFF", {}),
        ("ppm", "PPM", {}),
        ("jp2", "JPEG2000", {}),
    ]
    if features.check("avif"):
        ways.append(("avif", "AVIF", {"quality": 80}))
    for k, picture in enumerate(pictures):
        for at, (suffix, form, options) in enumerate(ways):
            if (k + at) % 4 == 0 or suffix in ("jpg", "png"):
                made.append(_encoded(picture, f"{k:02d}.{suffix}", form, options))
    animated = [Image.fromarray(pictures[0]).rotate(3 * turn) for turn in range(4)]
    for suffix, form in (("gif", "GIF"), ("webp", "WEBP"), ("png", "PNG")):
        options = {"save_all": True, "append_images": animated[1:], "duration": 100}
        made.append(_encoded(pictures[0], f"animated.{suffix}", form, options))
    deep = pictures[0][..., 0].astype(np.uint16) * 257
    file = io.BytesIO()
    Image.fromarray(deep).save(file, "PNG")
    return [*made, *_heic(pictures), Original("image", "deep.png", file.getvalue())]


def _heic(pictures: list[Picture]) -> list[Original]:
    """As phones write them; none without the extra that reads them."""
    try:
        import pillow_heif
    except ImportError:
        return []
    made = []
    for k, picture in enumerate(pictures[::4]):
        file = io.BytesIO()
        # not registered with Pillow: that would be so for the whole process
        pillow_heif.from_pillow(Image.fromarray(picture)).save(file, quality=80)
        made.append(Original("image", f"{4 * k:02d}.heic", file.getvalue()))
    return made


def _encoded(picture: Picture, name: str, form: str, options: dict[str, object]) -> Original:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, form, **options)  # type: ignore[arg-type]
    return Original("image", name, file.getvalue())


def _videos(pictures: list[Picture]) -> list[Original]:
    made = []
    ways = [
        ("avi", "mjpeg", "yuvj420p"),
        ("mp4", "mpeg4", "yuv420p"),
        ("mp4", "libx264", "yuv420p"),
        ("mkv", "mpeg4", "yuv420p"),
        ("mov", "mjpeg", "yuvj420p"),
        ("webm", "libvpx", "yuv420p"),
        ("ts", "mpeg2video", "yuv420p"),
    ]
    live, attack = pictures[0], pictures[-1]
    for suffix, codec, pixels in ways:
        if codec not in av.codecs_available:
            continue
        for name, clip in (("live", [live] * 8), ("mixed", [live] * 3 + [attack] * 5)):
            made.append(_clip(f"{name}-{codec}.{suffix}", codec, pixels, clip))
    return made


def _clip(name: str, codec: str, pixels: str, clip: list[Picture]) -> Original:
    file = io.BytesIO()
    form = {"mkv": "matroska", "ts": "mpegts"}.get(name.rsplit(".", 1)[1], name.rsplit(".", 1)[1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with av.open(file, "w", format=form) as container:
            stream = container.add_stream(codec, rate=10)
            stream.height, stream.width = clip[0].shape[:2]  # type: ignore[attr-defined]
            stream.pix_fmt = pixels  # type: ignore[attr-defined]
            for picture in clip:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))  # type: ignore[attr-defined]
            container.mux(stream.encode(None))  # type: ignore[attr-defined]
    return Original("video", name, file.getvalue())


SETTINGS = """\
preset: small
model: {width: 8, weights: none}
input: {size: 96}
training:
  epochs: 2
  seed: 3
  batch_size: 4
optimiser: {lr: 0.001}
"""


def _texts() -> list[Original]:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    values = np.clip(rng.normal(0.3 + 0.3 * labels, 0.15), 0, 1)
    rows = [
        f"{v:.4f},{k},{'print-a' if k else ''},v{i},p{i % 12}"
        for i, (v, k) in enumerate(zip(values, labels, strict=True))
    ]
    scores = "\n".join(["score,label,pai,video,subject", *rows, ""])
    bob = "\n".join(f"p{i % 9} {'p' if k else 'a'}{i % 9} v{i} {v:.4f}" for i, (v, k) in enumerate(
        zip(values, labels, strict=True)
    ))  # fmt: skip
    columns, numbers = "path,label,subject,pai", range(6)
    rows = [f"{'abcdef'[k]}.png,{k % 2},p{k},{'print' if k % 2 else ''}" for k in numbers]
    table = "\n".join([columns, *rows])
    boxes = "\n".join(
        [columns + ",x,y,w,h", *(f"{row},40,{k},99,120" for k, row in enumerate(rows))]
    )
    return [
        Original("scores", "scores.csv", scores.encode()),
        Original("scores", "scores-16.csv", scores.encode("utf-16")),
        Original("scores", "scores.txt", bob.encode()),
        Original("labels", "labels.csv", table.encode()),
        Original("labels", "boxes.csv", boxes.encode()),
        Original("yaml", "settings.yaml", SETTINGS.encode()),
        Original("yaml", "catalogue.yaml", CATALOGUE.read_bytes()),
    ]


def _package() -> Original:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(Path(SHIPPED).iterdir(), key=lambda p: (p.name != SPEC_FILE, p.name)):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(path.name), path.read_bytes())
    return Original("package", "door.spoofcue", file.getvalue())
