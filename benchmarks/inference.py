"""How fast scoring is, in every runtime and precision, beside plain PyTorch and the processor.

python benchmarks/inference.py [--only speed,predict] [--json FILE] [--markdown FILE]

peak     what a big matrix product reaches, GFLOP/s by precision
speed    the network alone, through the package's own call, by batch size
predict  `Detector.predict` of a 640x480 JPEG, stage by stage, beside the network alone
search   the fast search for a face beside the full one
parity   scores of every runtime and precision beside PyTorch's fp32

Every cell is a process of its own. Cells that are compared run at the same time and are asked in
turn, one call each a round, so that whatever else the machine does hits all alike. Without
--run or --package the weights are random, which changes no speed, and scores mean nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
from inference_parts import tables
from inference_parts.contenders import EAGER, Contender, of_packages, of_preset, of_run
from inference_parts.machine import machine
from inference_parts.people import Image, face_crop, framed_face, framed_photo
from inference_parts.processes import Worker, in_turn, workers
from inference_parts.rows import (
    Cost,
    ParityRow,
    PredictRow,
    SearchRow,
    SpeedRow,
    parity_row,
    predict_row,
    speed_row,
)
from inference_parts.search import search_row

from spoofcue.media.kinds import IMAGE_SUFFIXES
from spoofcue.scoring.pictures import spread

PARTS = ("peak", "speed", "predict", "search", "parity")
FULL = {"batches": [1, 8, 32], "rounds": 30, "n": 200, "matrix": 3072, "faces": [110, 180, 220]}
QUICK = {"batches": [1, 2], "rounds": 2, "n": 3, "matrix": 128, "faces": [180]}
SMALLER = {
    "paper": ["model.width=8", "input.size=64", "input.max_side=96"],
    "lite": ["model.mobile_multiplier=0.25", "input.size=64"],
    "lite-unet": ["model.mobile_multiplier=0.25", "model.decoder_width=4", "input.size=64"],
}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma between")
    parser.add_argument("--models", default="paper,lite", help="presets; '' for none")
    parser.add_argument("--run", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--package", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--runtimes", help="eager and these, comma between; else all")
    parser.add_argument("--batches", help="sizes, comma between")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--face-px", type=float, default=180, help="of the box, for predict")
    parser.add_argument("--crops", type=Path, help="folder of face crops; else rendered ones")
    parser.add_argument("--photos", type=Path, help="folder of portraits for search; likewise")
    parser.add_argument("--n", type=int, help="crops for parity, frames for search")
    parser.add_argument("--compile", action="store_true", help="torch.compile too")
    parser.add_argument("--quick", action="store_true", help="tiny networks, few rounds")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--markdown", type=Path)
    made = parser.parse_args(given)
    sizes = QUICK if made.quick else FULL
    made.only = [part for part in made.only.split(",") if part]
    if unknown := set(made.only) - set(PARTS):
        parser.error(f"unknown parts: {', '.join(sorted(unknown))}")
    made.batches = [int(b) for b in made.batches.split(",")] if made.batches else sizes["batches"]
    made.rounds = made.rounds or sizes["rounds"]
    made.n = made.n or sizes["n"]
    made.matrix, made.faces = sizes["matrix"], sizes["faces"]
    return made


def contenders(given: argparse.Namespace, folder: Path, crops: list[Path]) -> list[Contender]:
    """Presets with random weights, runs, packages."""
    found = []
    for preset in filter(None, given.models.split(",")):
        overrides = SMALLER[preset] if given.quick else []
        found.append(of_preset(preset, overrides, folder, crops, given.compile))
    for name, path in (text.split("=", 1) for text in given.run):
        found.append(of_run(name, Path(path), folder, crops, compiled=given.compile))
    packages = defaultdict(list)
    for name, path in (text.split("=", 1) for text in given.package):
        packages[name].append(Path(path))
    found += [of_packages(name, paths, folder) for name, paths in packages.items()]
    if given.runtimes:
        kept = {EAGER[0], *given.runtimes.split(",")}
        found = [model.only(kept) for model in found]
    return found


def image_files(folder: Path, most: int) -> list[Path]:
    """At most so many files of a folder, evenly spread."""
    found = sorted(p for p in folder.rglob("*") if p.suffix.lower() in IMAGE_SUFFIXES)
    if not found:
        raise SystemExit(f"{folder} holds no images")
    return [found[i] for i in spread(len(found), most)]


def crop_files(given: argparse.Namespace, folder: Path) -> list[Path]:
    """``n`` crops: those of the folder, evenly spread, or rendered ones."""
    if given.crops:
        return image_files(given.crops, given.n)
    # calibration needs some, even if no part asks for scores
    count = given.n if "parity" in given.only else min(given.n, 16)
    return [_written(folder / f"{i:04d}.png", face_crop(i)) for i in range(count)]


def tasks(model: Contender, threads: int, **more: Any) -> list[dict[str, Any]]:
    """One for each cell of a model."""
    return [
        {
            "path": str(path),
            "runtime": runtime,
            "precision": precision,
            "threads": threads,
            "side": model.side,
            **more,
        }
        for (runtime, precision), path in model.cells.items()
    ]


def speed(
    model: Contender, batch: int, rounds: int, threads: int, peak: dict[str, float]
) -> list[SpeedRow]:
    """The network alone at one batch size."""
    # a call on many images is long, and short calls are what noise disturbs
    rounds = max(2, round(rounds / batch**0.5))
    calls = 3 if batch == 1 else 1
    asked = in_turn(tasks(model, threads, kind="speed", batch=batch), rounds, calls)
    ms = {
        cell: [s["ms"] for s in worker.samples]
        for cell, worker in zip(model.cells, asked, strict=True)
    }
    return [
        speed_row(
            (model.name, model.side, batch, *cell),
            ms[cell],
            ms[EAGER],
            Cost(model.gflop, peak.get(cell[1])),
            worker.peak_mib,
            worker.imported_mib,
        )
        for cell, worker in zip(model.cells, asked, strict=True)
    ]


def predict(model: Contender, picture: Path, rounds: int, threads: int) -> list[PredictRow]:
    """A picture file through `Detector.predict`."""
    asked = in_turn(tasks(model, threads, kind="predict", picture=str(picture)), rounds)
    return [
        predict_row((model.name, *cell), worker.samples)
        for cell, worker in zip(model.cells, asked, strict=True)
    ]


def parity(model: Contender, crops: list[Path], threads: int) -> list[ParityRow]:
    """Scores of the same crops in every cell whose weights are the model's."""
    scores = {}
    for task in tasks(model, threads, kind="score", crops=[str(c) for c in crops]):
        cell = task["runtime"], task["precision"]
        twin = cell == EAGER and model.reference != EAGER
        if not twin and cell[0] != "compiled":
            worker = Worker(task)
            scores[cell] = [s["score"] for s in worker.measure()]
            worker.close()
    reference = scores[model.reference]
    named = " ".join(model.reference)
    return [
        parity_row((model.name, *cell), found, reference, named, model.random)
        for cell, found in scores.items()
    ]


def search(faces: list[int], n: int, photos: Path | None) -> list[SearchRow]:
    """Both searches on rendered people, or on photos of one person each."""
    frames: dict[int, list[Image]] = {px: [] for px in faces}
    files = image_files(photos, n) if photos else []
    for number in range(len(files) if photos else n):
        for px in faces:
            made = framed_photo(files[number], px) if photos else framed_face(number, px)
            if made is not None:
                frames[px].append(made)
    return [search_row(px, shown) for px, shown in frames.items()]


def measured(given: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """All parts that were asked for."""
    found: dict[str, Any] = {"machine": machine(given.threads), "peak_gflop_per_s": {}}
    peak: dict[str, float] = found["peak_gflop_per_s"]
    asked = [part for part in PARTS if part in given.only]
    needs_models = {"speed", "predict", "parity"} & set(asked)
    (folder / "crops").mkdir()
    crops = crop_files(given, folder / "crops") if needs_models else []
    models = contenders(given, folder, crops) if needs_models else []
    found["models"] = [
        {"name": m.name, "side": m.side, "gflop_per_image": m.gflop, "random": m.random}
        for m in models
    ]
    if "peak" in asked:
        task = {"kind": "peak", "runtime": "torch", "threads": given.threads, "size": given.matrix}
        with workers([task]) as (processor,):
            # at several moments: what disturbs a moment is no limit of the processor
            for moment in processor.measure(5):
                peak |= {k: max(v, peak.get(k, 0.0)) for k, v in moment.items()}
    rounds, threads = given.rounds, given.threads
    if "speed" in asked:
        sizes = [(model, batch) for model in models for batch in given.batches]
        found["speed"] = [row for m, b in sizes for row in speed(m, b, rounds, threads, peak)]
    if "predict" in asked:
        picture = _written(folder / "frame.jpg", framed_face(0, given.face_px))
        found["predict"] = [row for m in models for row in predict(m, picture, rounds, threads)]
    if "parity" in asked:
        found["parity"] = [row for m in models for row in parity(m, crops, threads)]
    if "search" in asked:
        found["search"] = search(given.faces, given.n, given.photos)
    return found


def told(found: dict[str, Any]) -> str:
    """All tables."""
    here = found["machine"]
    parts = [
        f"{here['cpu']}, {here['threads']} threads of {here['cores']} cores; "
        + ", ".join(f"{k} {v}" for k, v in here["versions"].items()),
        "Matrix peak, GFLOP/s: "
        + (", ".join(f"{k} {v:.0f}" for k, v in found["peak_gflop_per_s"].items()) or "—"),
    ]
    parts += [
        f"{m['name']}: {m['gflop_per_image']:.3f} GFLOP an image of {m['side']} px"
        + (", random weights" if m["random"] else "")
        for m in found["models"]
    ]
    for part in PARTS[1:]:
        if part in found:
            columns = getattr(tables, part.upper())
            parts.append(f"### {part}\n\n{tables.markdown(columns, found[part])}")
    return "\n\n".join(parts) + "\n"


def main(given: list[str] | None = None) -> dict[str, Any]:
    options = arguments(given)
    with tempfile.TemporaryDirectory(prefix="inference-") as folder:
        found = measured(options, Path(folder))
    text = told(found)
    print(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    plain = {
        key: [row if isinstance(row, dict) else asdict(row) for row in value]
        if isinstance(value, list)
        else value
        for key, value in found.items()
    }
    if options.json:
        options.json.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return plain


def _written(path: Path, image: Any) -> Path:
    quality = [cv2.IMWRITE_JPEG_QUALITY, 90] if path.suffix == ".jpg" else []
    cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR), quality)
    return path


if __name__ == "__main__":
    main()
