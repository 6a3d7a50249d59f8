from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from spoofcue.errors import InputError
from spoofcue.faces.detect import DlibDetector
from spoofcue.simulate.camera import Shot, develop, encode
from spoofcue.simulate.catalogue import DEVICES, DISPLAYS, PRINTERS, SESSIONS
from spoofcue.simulate.colour import linear_from_srgb, srgb_from_linear
from spoofcue.simulate.face.render import render_face
from spoofcue.simulate.identity import draw_identity
from spoofcue.simulate.media import displayed, printed
from spoofcue.simulate.sample_set import write_photo_set
from spoofcue.simulate.scene import draw_frame

LIGHT = SESSIONS["session-1"]
SHOT = Shot(0.2, 0.2, (1.0, 1.0), 0)


def spectrum(plane: np.ndarray) -> np.ndarray:
    """Power over cycles per grid px, mean removed, (H, W) with the origin at [0, 0]."""
    window = np.hanning(plane.shape[0])[:, None] * np.hanning(plane.shape[1])[None]
    return np.abs(np.fft.fft2((plane - plane.mean()) * window)) ** 2


def strongest(power: np.ndarray) -> tuple[float, float]:
    power = power.copy()
    power[:4, :4] = power[-3:, :4] = power[:4, -3:] = power[-3:, -3:] = 0
    y, x = np.unravel_index(power.argmax(), power.shape)
    height, width = power.shape
    return float(np.fft.fftfreq(height)[y]), float(np.fft.fftfreq(width)[x])


@pytest.mark.parametrize("display", DISPLAYS, ids=lambda d: d.name)
def test_the_display_shows_its_pixel_pitch(display) -> None:  # type: ignore[no-untyped-def]
    grey = np.full((400, 400, 3), 128, np.uint8)
    px_per_mm = 5 * display.pixels_per_mm
    surface = displayed(grey, display, LIGHT, px_per_mm, np.random.default_rng(0))
    y, x = strongest(spectrum(surface[..., 1]))
    assert sorted((abs(y), abs(x))) == pytest.approx([0, 1 / 5], abs=0.004)


@pytest.mark.parametrize("printer", PRINTERS, ids=lambda p: p.name)
def test_the_black_plate_shows_its_screen_and_angle(printer) -> None:  # type: ignore[no-untyped-def]
    grey = np.full((512, 512, 3), 60, np.uint8)
    clean = replace(printer, fibre=0.0)
    px_per_mm = 8 * printer.lines_per_mm
    surface = printed(grey, clean, LIGHT, px_per_mm, np.random.default_rng(0))
    y, x = strongest(spectrum(surface.mean(axis=2)))
    assert np.hypot(x, y) == pytest.approx(1 / 8, abs=0.003)
    angle = np.rad2deg(np.arctan2(y, x)) % 90
    offsets = [abs((angle - a + 45) % 90 - 45) for a in printer.angles_deg]
    assert min(offsets) < 3


def test_a_display_keeps_the_mean_light_of_its_pixels() -> None:
    plain = replace(DISPLAYS[0], reflection=0.0, black=0.0)
    for level in (64, 200):
        grey = np.full((300, 300, 3), level, np.uint8)
        shown = displayed(grey, plain, LIGHT, 6 * plain.pixels_per_mm, np.random.default_rng(0))
        wanted = (level / 255) ** plain.gamma * np.array(plain.white_rgb)
        assert shown.mean(axis=(0, 1)) == pytest.approx(wanted, rel=0.06)


@settings(max_examples=15, deadline=None)
@given(half=st.integers(8, 40), level=st.floats(0, 4), device=st.sampled_from(DEVICES))
def test_the_camera_takes_any_radiance(half: int, level: float, device) -> None:  # type: ignore[no-untyped-def]
    scene = np.full((2 * half, 2 * half + 2, 3), level, np.float32)
    photo = develop(scene, device, SHOT, np.random.default_rng(0))
    assert photo.shape == scene.shape
    assert photo.dtype == np.uint8


def test_demosaicing_keeps_colours_in_their_channels() -> None:
    scene = np.zeros((64, 64, 3), np.float32) + np.array([0.4, 0.2, 0.05], np.float32)
    plain = replace(DEVICES[0], white_balance=(1.0, 1.0, 1.0))
    red, green, blue = develop(scene, plain, SHOT, np.random.default_rng(0)).mean(axis=(0, 1))
    assert red > green > blue


def test_exposure_ignores_how_bright_the_medium_is() -> None:
    scene = np.random.default_rng(0).random((64, 64, 3), np.float32) * 0.2 + 0.1
    photos = [
        develop(scene * k, DEVICES[0], SHOT, np.random.default_rng(1)).mean() for k in (0.5, 1, 3)
    ]
    assert max(photos) - min(photos) < 1.5


def test_jpeg_quality_is_the_devices() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    sizes = [len(encode(noise, replace(DEVICES[0], jpeg_quality=q), SHOT)) for q in (70, 90)]
    assert sizes[0] < sizes[1]


def test_colour_tables_invert() -> None:
    codes = np.arange(256, dtype=np.uint8)
    assert np.abs(srgb_from_linear(linear_from_srgb(codes)) * 255 - codes).max() < 0.05


def test_dlib_finds_rendered_faces_and_seeds_repeat() -> None:
    detector, found = DlibDetector(), 0
    for seed in range(20):
        light = list(SESSIONS.values())[seed % 3]
        scene = render_face(draw_identity(seed), draw_frame(seed, light, seed), 400)
        assert scene.dtype == np.float32
        assert np.isfinite(scene).all()
        if seed == 0:
            again = render_face(draw_identity(0), draw_frame(0, light, 0), 400)
            assert np.array_equal(scene, again)
        found += bool(detector.detect((srgb_from_linear(scene * 0.85) * 255).astype(np.uint8)))
    assert found >= 19


def hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.jpg"))
    }


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    face = skimage.data.astronaut()[20:260, 100:340]
    for i in range(3):
        Image.fromarray(np.roll(face, 8 * i, axis=1)).save(folder / f"p{i}.png")
    (folder / "broken.jpg").write_text("text")
    return folder


def test_photo_sets_do_not_depend_on_the_number_of_workers(photos: Path, tmp_path: Path) -> None:
    for workers in (1, 2):
        summary = write_photo_set(photos, tmp_path / str(workers), frames=2, workers=workers)
        assert (summary.subjects, summary.images) == (3, 18)
        assert [Path(p).name for p, _ in summary.skipped] == ["broken.jpg"]
    assert hashes(tmp_path / "1") == hashes(tmp_path / "2")
    other = write_photo_set(photos, tmp_path / "3", frames=2, workers=1, seed=1)
    assert other.images == 18
    assert hashes(tmp_path / "3") != hashes(tmp_path / "1")


def test_live_and_attack_share_camera_session_and_frame(photos: Path, tmp_path: Path) -> None:
    write_photo_set(photos, tmp_path, frames=2, workers=1)
    with (tmp_path / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len({r["split"] for r in rows}) == 3
    assert len({(r["subject"], r["split"]) for r in rows}) == 3
    groups: dict[tuple[str, str], set[tuple[str, str, tuple[int, int]]]] = {}
    for r in rows:
        frame = Path(r["path"]).stem.rsplit("_", 1)[1]
        with Image.open(tmp_path / r["path"]) as image:
            seen = (r["session"], r["device"], image.size)
        groups.setdefault((r["subject"], frame), set()).add(seen)
    assert all(len(g) == 1 for g in groups.values())
    lines = (tmp_path / "parameters.jsonl").read_text().splitlines()
    assert len(lines) == len(rows)
    assert "shot" in json.loads(lines[0])["parameters"]


def test_too_few_people_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "one.png")
    with pytest.raises(InputError, match="1 people"):
        write_photo_set(tmp_path, tmp_path / "out")
