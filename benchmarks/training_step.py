"""A training step beside the public PyTorch port's, and beside the data that feed it.

python benchmarks/training_step.py [--part port,data] [--sizes 224,112] [--batch 8] [--steps 3]
                                   [--rounds 5] [--threads 1] [--workers 0,1]
                                   [--precision fp32] [--place build/training_step] [--json FILE]

*port*: ours (preset `paper`) and the port's step, described again in `step_parts/port.py`, as it is
(encoder and classifier frozen) and with all of it trained, as ours is; in fp32, and in bf16 where
the processor has it. *data*: a step whose batch is ready made, and the same step fed from a
prepared folder of PNG files, from one of shards, and from shards without compression, by no and by
more loading processes, in --precision.

Each contender has a process of its own; they are asked in turn, `--rounds` times, and only one
works at a time. Told are medians over the rounds and, in brackets, the least and the most; ratios
are medians of the ratios within a round, so that a busy machine disturbs them less. *loading* is
the part of a step in which it waits for its batch, or makes it itself where no other process loads.
Processor time says more than seconds where others use the machine, but leaves out processes that
load.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from step_parts.steps import Asked, Contender, Took

FACES, SIDE = 96, 320


def prepared(place: Path) -> tuple[Path, ...]:
    """A prepared folder of rendered faces as files, the same in shards, and without compression."""
    import cv2
    import numpy as np
    import polars as pl

    from spoofcue.data.manifest import write_manifest
    from spoofcue.data.pack import pack
    from spoofcue.media.crops import as_png
    from spoofcue.simulate.people import RenderedPerson

    files, shards, plain = place / "files", place / "shards", place / "uncompressed"
    if not (files / "manifest.parquet").is_file():
        (files / "crops").mkdir(parents=True, exist_ok=True)
        photos = [RenderedPerson(f"person-{k}", 0).live("session-any", k).photo for k in range(4)]
        rng, rows = np.random.default_rng(0), []
        for number in range(FACES):
            photo = photos[number % len(photos)]
            size = int(rng.integers(3 * SIDE // 4, SIDE))
            crop = cv2.resize(photo, (size, size), interpolation=cv2.INTER_AREA)
            noisy = np.clip(crop + rng.normal(0, 2, crop.shape), 0, 255).astype(np.uint8)
            name = f"crops/{number:03d}.png"
            (files / name).write_bytes(as_png(noisy))
            label = number % 2
            rows.append(
                {
                    "media": name, "subject": f"p{number % 4}", "label": label,
                    "pai": "made" if label else None, "split": "train", "crop": name,
                    "crop_w": size, "crop_h": size, "status": "ok",
                }
            )  # fmt: skip
        write_manifest(pl.DataFrame(rows, infer_schema_length=None), files)
    pack(files, shards, workers=1)
    pack(files, plain, uncompressed=True, workers=1)
    return files, shards, plain


def measured(contenders: Sequence[Contender], rounds: int, steps: int) -> list[dict[str, Any]]:
    """Ask each in turn; the first one is what the others are compared with."""
    asked = [Asked(contender) for contender in contenders]
    try:
        took: list[list[Took]] = [[] for _ in contenders]
        for _ in range(rounds):
            for one, found in zip(asked, took, strict=True):
                found.append(one.steps(steps))
    finally:
        for one in asked:
            one.end()
    base, rows = took[0], []
    for contender, found in zip(contenders, took, strict=True):
        pairs = list(zip(found, base, strict=True))
        rows.append(
            {
                **{k: str(v) if isinstance(v, Path) else v for k, v in asdict(contender).items()},
                "images_per_s": [round(1 / t.seconds, 3) for t in found],
                "busy_ms": [round(1e3 * t.busy_seconds, 3) for t in found],
                "loading": median(t.loading for t in found),
                "busy_loading": median(t.busy_loading for t in found),
                "peak_mib": round(found[-1].peak_mib, 1),
                "time_ratio": median(t.seconds / b.seconds for t, b in pairs),
                "busy_ratio": median(t.busy_seconds / b.busy_seconds for t, b in pairs),
                "peak_ratio": found[-1].peak_mib / base[-1].peak_mib,
            }
        )
    return rows


def told(rows: Sequence[dict[str, Any]]) -> None:
    first = rows[0]
    precisions = {row["precision"] for row in rows}
    print(f"\n{first['size']} px, batch {first['batch']}, {first['threads']} thread(s)", end="")
    print(f", {first['precision']}" if len(precisions) == 1 else "")
    print(
        "| step | images/s | processor ms a face | time | processor time "
        "| loading | of processor time | MiB | memory |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        rate, busy = row["images_per_s"], row["busy_ms"]
        print(
            f"| {row['name']} | {median(rate):.2f} ({min(rate):.2f}..{max(rate):.2f}) "
            f"| {median(busy):.1f} ({min(busy):.1f}..{max(busy):.1f}) "
            f"| {row['time_ratio']:.3f} | {row['busy_ratio']:.3f} "
            f"| {100 * row['loading']:.1f} % | {100 * row['busy_loading']:.1f} % "
            f"| {row['peak_mib']:.0f} | {row['peak_ratio']:.2f} |"
        )


def port(given: argparse.Namespace, size: int) -> list[dict[str, Any]]:
    """Ours and the port's, in fp32 and, where the processor has it, in bf16."""
    import torch

    same = {"size": size, "batch": given.batch, "threads": given.threads}
    kinds = [("ours", "paper"), ("port", "port"), ("port, all of it trained", "port-trained")]
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return measured(
        [
            Contender(f"{name}, {precision}", network, precision=precision, **same)  # type: ignore[arg-type]
            for precision in (("fp32", "bf16") if native else ("fp32",))
            for name, network in kinds
        ],
        given.rounds,
        given.steps,
    )


def data(given: argparse.Namespace, size: int) -> list[dict[str, Any]]:
    """Ready made, then fed; at 112 px the preset `small`, whose steps are short."""
    folders = prepared(given.place)
    preset: Any = "paper" if size > 112 else "small"
    same = {
        "size": size, "precision": given.precision, "batch": given.batch, "threads": given.threads,
    }  # fmt: skip
    fed = [
        Contender(
            f"{preset}, {folder.name}, {workers} workers",
            preset,
            data=folder,
            workers=workers,
            **same,  # type: ignore[arg-type]
        )
        for workers in given.workers
        for folder in folders
    ]
    ready = Contender(f"{preset}, ready made", preset, **same)
    return measured([ready, *fed], given.rounds, given.steps)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = lambda text: [int(n) for n in text.split(",")]  # noqa: E731
    parser.add_argument("--part", default="port,data")
    parser.add_argument("--sizes", type=numbers, default=[224, 112])
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=3, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch")
    parser.add_argument("--workers", type=numbers, default=[0, 1], help="processes that load")
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32", help="of data")
    parser.add_argument("--place", type=Path, default=Path("build/training_step"))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    for size in given.sizes:
        for part in given.part.split(","):
            found[f"{part} {size}"] = rows = {"port": port, "data": data}[part](given, size)
            told(rows)
            if given.json:
                given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
