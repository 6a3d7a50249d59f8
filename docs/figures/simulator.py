"""Draw the pictures of docs/howto/simulator.md: python docs/figures/simulator.py [SET]

SET is an openpad set (RESULTS/set) for the figure of trivial statistics; without it that one is
left as it is. Everything shows rendered people.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from spoofcue.simulate import camera
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.device import Shot
from spoofcue.simulate.gallery import write_gallery
from spoofcue.simulate.instruments.display import subpixels
from spoofcue.simulate.instruments.printer import reflectance
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import draw_circumstances
from spoofcue.simulate.raster import srgb_from_linear
from spoofcue.simulate.recapture import attack_radiance, live_radiance, render_attack, render_live
from spoofcue.simulate.samples import Framing, Sample, frames, framing_of

KNOWN = built_in()
COLOURS = ("cyan", "magenta", "yellow", "white")
IMAGES = Path(__file__).parent.parent / "images"
SHARP = Shot(0, 0, 0, 0.18, 1, 0, 1, 0.5, (1, 1), 0, 0)


def spectrum(plane: np.ndarray) -> np.ndarray:
    """Power in dB under the peak, origin in the middle."""
    window = np.hanning(plane.shape[0])[:, None] * np.hanning(plane.shape[1])[None]
    power = np.abs(np.fft.fftshift(np.fft.fft2((plane - plane.mean()) * window))) ** 2
    return 10 * np.log10(power / power.max() + 1e-9)


def chain() -> None:
    """One eye at every station of the chain, live, printed and replayed."""
    person = RenderedPerson("figure", 7)
    device = KNOWN.devices["cam-3"]
    rows = []
    for pai in ("", "print-c", "replay-a"):
        rng = np.random.default_rng(2)
        now = draw_circumstances(
            View(360, 330.0, (0.5, 0.45), 0.0), KNOWN.sessions["session-2"], rng
        )
        now = replace(now, shot=replace(SHARP, exposure=0.2))
        if pai:
            how = replace(KNOWN.instruments[pai].present(rng, framed=0), face_mm=125.0)
            fine, white = attack_radiance(
                person.live("session-2", 0), KNOWN.instruments[pai], now, how
            )
        else:
            fine, white = live_radiance(person.live("session-2", 0), now)
        optics = camera.lens(fine, device, now.shot)
        seen = camera.expose(camera.pixels(optics, device.aperture), 0.2)
        raw = camera.sensor(camera.mosaic(seen), device.full_well, device.read_noise, rng)
        final = camera.photograph(fine, device, now.shot, white, np.random.default_rng(0))
        rows.append((pai or "live", [fine, optics, seen, raw, final]))
    titles = [
        "at the medium's surface",
        "after the lens",
        "on the pixels",
        "raw (Bayer)",
        "picture",
    ]
    figure, axes = plt.subplots(3, 5, figsize=(11, 6.9))
    for r, (name, stations) in enumerate(rows):
        for c, image in enumerate(stations):
            side, at = (110, (40, 60)) if c >= 2 else (330, (120, 180))
            part = image[at[0] : at[0] + side, at[1] : at[1] + side]
            if part.dtype != np.uint8:
                part = srgb_from_linear(np.clip(part / np.percentile(part, 99), 0, 1))
            axes[r, c].imshow(part, cmap="gray", interpolation="nearest")
            axes[r, c].set(xticks=[], yticks=[])
            if r == 0:
                axes[r, c].set_title(titles[c], fontsize=10)
        axes[r, 0].set_ylabel(name, fontsize=11)
    figure.tight_layout()
    figure.savefig(IMAGES / "simulator_chain.png", dpi=110)


def peaks() -> None:
    """Halftone and moiré peaks beside where the geometry puts them."""
    figure, axes = plt.subplots(1, 3, figsize=(12.5, 4.3))
    printer, size, per_line = KNOWN.instruments["print-a"], 512, 6.0
    mm = 1 / (printer.lines_per_mm * per_line)
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) * np.float32(mm)
    plates = np.full((size, size, 4), 110, np.uint8)
    print_ = reflectance(plates, x, y, np.eye(2) * mm, printer, np.random.default_rng(0))
    extent = (-0.5, 0.5, 0.5, -0.5)
    axes[0].imshow(spectrum(print_.mean(axis=2)), extent=extent, vmin=-70, vmax=0, cmap="magma")
    for angle, colour in zip(
        printer.angles_deg, ("cyan", "magenta", "yellow", "white"), strict=True
    ):
        for quarter in range(4):
            a = np.deg2rad(angle + 90 * quarter)
            axes[0].plot(
                np.cos(a) / per_line, np.sin(a) / per_line, "o", mfc="none", mec=colour, ms=9
            )
    axes[0].set(
        xlim=(-0.3, 0.3),
        ylim=(0.3, -0.3),
        title="print-a: four screens",
        xlabel="cycles per fine sample",
    )
    for axis, (name, pitch) in zip(axes[1:], (("replay-a", 1.12), ("replay-b", 1.30)), strict=True):
        fine = pitch * camera.OVERSAMPLING
        side = 192 * camera.OVERSAMPLING
        v, u = np.mgrid[0:side, 0:side].astype(np.float32) / np.float32(fine)
        panel = subpixels(u, v, np.eye(2) / fine, KNOWN.instruments[name], np.random.default_rng(0))
        device = KNOWN.devices["cam-3"].model_copy(update={"lens_px": 0.25})
        seen = camera.pixels(camera.lens(panel, device, SHARP), device.aperture)
        axis.imshow(spectrum(seen[..., 0]), extent=extent, vmin=-70, vmax=0, cmap="magma")
        lattice = (
            [(a / 2, b / 2) for a in range(-4, 5) for b in range(-4, 5) if (a + b) % 2 == 0]
            if name == "replay-b"
            else [(a, b) for a in range(-2, 3) for b in range(-2, 3)]
        )
        for a, b in lattice:
            fx, fy = a / pitch, b / pitch
            if 0 < np.hypot(fx, fy) < 1.3:
                folded = ((fx + 0.5) % 1 - 0.5, (fy + 0.5) % 1 - 0.5)
                axis.plot(*folded, "o", mfc="none", mec="cyan", ms=9)
        axis.set(title=f"{name}, {pitch} px a panel pixel: red", xlabel="cycles per sensor pixel")
    figure.tight_layout()
    figure.savefig(IMAGES / "simulator_peaks.png", dpi=110)


def strip() -> None:
    """One person live and attacked, with a close-up of each, for the README."""
    portrait = RenderedPerson("figure", 7, 1024).live("session-2", 0)
    wearer = RenderedPerson("wearer", 4).live("session-2", 0)
    columns = []
    for pai in ("", "print-c", "replay-a", "replay-b", "mask-a"):
        cells = []
        for view, framed, camera_name in (
            (View(400, 230.0, (0.5, 0.5), 0.0), 1.0, "cam-1"),
            (View(240, 900.0, (1.05, 1.05), 0.0), 0.0, "cam-3"),
        ):
            rng = np.random.default_rng(11)
            now = draw_circumstances(view, KNOWN.sessions["session-2"], rng)
            now = replace(now, shot=replace(SHARP, exposure=0.2))
            device = KNOWN.devices[camera_name]
            if pai:
                how = KNOWN.instruments[pai].present(rng, framed=framed)
                how = replace(how, face_mm=130.0 if pai != "replay-b" else 60.0)
                worn = wearer if KNOWN.worn(pai) else None
                image = render_attack(portrait, KNOWN.instruments[pai], device, now, how, rng, worn)
            else:
                image = render_live(portrait, device, now, rng)
            cells.append(cv2.resize(image, (240, 240), interpolation=cv2.INTER_AREA))
        columns.append(np.vstack(cells))
    picture = cv2.cvtColor(np.hstack(columns), cv2.COLOR_RGB2BGR)
    path = str(IMAGES / "simulator_strip.jpg")
    cv2.imwrite(path, picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


def variety() -> None:
    """A person before drawn cameras in drawn light, live and by drawn instruments."""
    person, wearer = RenderedPerson("figure", 7), RenderedPerson("wearer", 4)
    rows = []
    for pai in ("", "print-any", "replay-any", "mask-any"):
        cells = []
        for take in range(8):
            sample = Sample("figure", pai, "session-any", "cam-any", take)
            picture = next(frames(sample, person, Framing(1.6, 1.6), 5, wearer=wearer))
            cells.append(cv2.resize(picture.image, (150, 150), interpolation=cv2.INTER_AREA))
        rows.append(np.hstack(cells))
    picture = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    path = str(IMAGES / "simulator_variety.jpg")
    cv2.imwrite(path, picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


def scenes() -> None:
    """Wide frames of rendered people: live, on paper and on screens, each in one place a column."""
    rows = []
    for pai in ("", "print-any", "replay-any"):
        cells = []
        for take in range(7):
            person, mate = RenderedPerson(f"figure-{take}", 7), RenderedPerson("mate", 4)
            sample = Sample(person.subject, pai, "session-any", "cam-any", take)
            wide = framing_of((2.2, 4.0))
            picture = next(frames(sample, person, wide, 3, beside=mate))
            cells.append(cv2.resize(picture.image, (200, 200), interpolation=cv2.INTER_AREA))
        rows.append(np.hstack(cells))
    picture = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    path = str(IMAGES / "simulator_scenes.jpg")
    cv2.imwrite(path, picture, [cv2.IMWRITE_JPEG_QUALITY, 88])


def shortcuts(data: Path) -> None:
    """Distributions of trivial statistics of live and attack crops."""
    sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks"))
    from simulator_shortcuts import NAMES, statistics

    from spoofcue.data.manifest import read_manifest

    rows = read_manifest(data)
    values = np.array([statistics(data / crop) for crop in rows["crop"]])
    label = rows["label"].to_numpy()
    figure, axes = plt.subplots(2, 4, figsize=(12.5, 5))
    for i, (axis, name) in enumerate(zip(axes.flat, NAMES, strict=True)):
        bins = np.linspace(*np.percentile(values[:, i], (0.5, 99.5)), 32)
        for of, colour, text in ((0, "#1b7837", "live"), (1, "#b2182b", "attack")):
            axis.hist(
                values[label == of, i], bins, density=True, histtype="step", lw=1.8,
                color=colour, label=text,
            )  # fmt: skip
        axis.set(title=name, yticks=[])
    axes[0, 0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(IMAGES / "simulator_shortcuts.png", dpi=110)


if __name__ == "__main__":
    chain()
    peaks()
    strip()
    variety()
    scenes()
    sheet = IMAGES / "sheet.png"
    write_gallery(sheet, None, seed=3)
    cv2.imwrite(
        str(IMAGES / "simulator_gallery.jpg"),
        cv2.imread(str(sheet)),
        [cv2.IMWRITE_JPEG_QUALITY, 90],
    )
    sheet.unlink()
    if len(sys.argv) > 1:
        shortcuts(Path(sys.argv[1]))
