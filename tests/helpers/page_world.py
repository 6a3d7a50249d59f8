"""The scratch world in which the commands of a page are run: what their names stand for.

Rendered people, live, printed and replayed; a clip; a prepared folder; two runs that were trained
for two epochs; packages; score files. All of it is made once a run of the tests, and every page
works in a copy.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import trustme
from PIL import Image

from helpers.camera_clips import Picture
from helpers.command import spoofcue
from helpers.known_dataset import make_miniature
from helpers.made_runs import A, B, write_fold
from helpers.page_shim import SHORT
from helpers.tiny_graphs import mean_colour_graph
from spoofcue import simulate
from spoofcue.scoring.open_model import NAMED
from spoofcue.simulate.people import RenderedPerson

ROOT = Path(__file__).parents[2]
REPOSITORY = (
    *("benchmarks", "client", "deploy", "docs", "examples", "recipes", "tests"),
    *("Makefile", "constraints.txt"),
)
SIDE = 360
# of the model that ships, under the names that their makers gave them
PUBLISHED = {
    "minifasnet-v2.onnx": "2.7_80x80_MiniFASNetV2.onnx",
    "minifasnet-v1se.onnx": "4_0_0_80x80_MiniFASNetV1SE.onnx",
}


def portrait(person: int, take: int = 0) -> Picture:
    photo = RenderedPerson(f"person-{person}", 0).live("session-any", take or person).photo
    return cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def replayed(person: int, instrument: str = "replay-a") -> Picture:
    rendered = RenderedPerson(f"person-{person}", 0).live("session-any", person)
    x, y, w, h = (int(v) for v in rendered.face)
    photo = simulate.attack(rendered.photo, instrument, face=(x, y, w, h), seed=1)
    return cv2.resize(photo, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def save(path: Path, photo: Picture) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(photo).save(path, quality=95)


def clip(path: Path, photo: Picture, frames: int = 12) -> None:
    """The picture moved a little from frame to frame."""
    out = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10, (SIDE, SIDE))
    for n in range(frames):
        shift = np.array([[1, 0, n % 4], [0, 1, n % 3]], np.float32)
        moved = cv2.warpAffine(photo, shift, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        out.write(cv2.cvtColor(moved, cv2.COLOR_RGB2BGR))
    out.release()


def make_world(folder: Path) -> None:
    """Write all of it."""
    folder.mkdir(parents=True)
    make_pictures(folder)
    make_runs(folder)
    write_scores(folder)
    certificate = trustme.CA().issue_cert("localhost")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for name, scores in (("lgsc", A), ("lbp", B)):
        write_fold(folder / "results" / name / "P1" / "P1" / "seed-0", name, scores)


def make_pictures(folder: Path) -> None:
    people = {person: portrait(person) for person in range(3, 9)}
    screens = [replayed(3), replayed(4), replayed(5, "print-a")]
    for name, person in (("face", 3), ("photo", 4), ("1", 5), ("2", 5), ("3", 5)):
        save(folder / f"{name}.jpg", people[person])
    save(folder / "phone.jpg", screens[0])
    for name in ("clip.mp4", "attempt.mp4"):
        clip(folder / name, people[6])
    for person, photo in people.items():
        save(folder / "live" / f"{person}.jpg", photo)
    for n, photo in enumerate(screens):
        save(folder / "attacks" / f"{n}.jpg", photo)
        save(folder / "set" / "attack" / f"{n}.jpg", photo)
    for person in (3, 4, 5):
        save(folder / "folder" / f"{person}.jpg", people[person])
        save(folder / "PHOTOS" / f"person-{person}" / "a.jpg", people[person])
    for split in ("dev", "test"):
        for person in (3, 4, 5):
            save(folder / "archive" / split / "live" / f"{person}.jpg", people[person])
        for n, kind in enumerate(("screen", "screen", "print")):
            save(folder / "archive" / split / "attack" / kind / f"{n}.jpg", screens[n])
    save(folder / "PORTRAITS" / "ann.jpg", people[5])
    save(folder / "PORTRAITS" / "eve.jpg", people[7])
    save(folder / "LICENSED" / "bob.jpg", people[6])
    pl.DataFrame({"path": ["folder/3.jpg", "folder/4.jpg"]}).write_parquet(folder / "list.parquet")


def make_runs(folder: Path) -> None:
    """ROOT and miniatures of two datasets, prepared, two evaluated runs, packages."""
    people = ("--identities", 4, "--takes", 3, "--pai", "print-a,replay-b")
    spoofcue("simulate", *people, "--workers", 1, "--out", folder / "made", "--seed", 1)
    shutil.copytree(folder / "made", folder / "ROOT")
    shutil.rmtree(folder / "made")
    shutil.copy(folder / "ROOT" / "labels.csv", folder / "files.csv")
    prepared = folder / "prepared"
    for name in ("OULU-NPU", "SiW", "CelebA-Spoof"):
        make_miniature(name.lower(), folder / name)
    spoofcue("prepare", "folder", folder / "ROOT", "--out", prepared, "--workers", 1)
    for seed, name in enumerate(("first", "second")):
        run = folder / "runs" / name
        options = ("--preset=small", *SHORT, f"--set=training.seed={seed}")
        spoofcue("train", "--data", prepared, "--out", run, *options)
        spoofcue("evaluate", run)
    package = folder / "detector.spoofcue"
    spoofcue("export", folder / "runs/first", "--to", "onnx", "--out", package)
    live = folder / "live"
    spoofcue("model", "calibrate", "--live", live, "--out", folder / "door.spoofcue")
    for name, published in PUBLISHED.items():
        shutil.copy(NAMED["default"] / name, folder / published)
    graph = mean_colour_graph([[1, -1], [0, 0], [-1, 1]])
    (folder / "own.onnx").write_bytes(graph)


def write_scores(folder: Path) -> None:
    """dev.csv and test.csv of any method."""
    rng = np.random.default_rng(0)
    for split in ("dev", "test"):
        with (folder / f"{split}.csv").open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow(["score", "label", "pai", "video", "subject"])
            for n in range(120):
                label = n % 2
                pai = ["print", "replay"][n // 2 % 2] if label else ""
                score = float(rng.normal(0.4 + 0.2 * label, 0.1))
                table.writerow([score, label, pai, f"v{n}", f"s{n % 12}"])


def enter_world(made: Path, folder: Path) -> None:
    """A copy of the world with the repository's own folders beside it."""
    shutil.copytree(made, folder)
    for name in REPOSITORY:
        (folder / name).symlink_to(ROOT / name)
