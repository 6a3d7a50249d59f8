"""A prepared folder that a network of few weights can learn: plain live faces, striped attacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from spoofcue.data.manifest import write_manifest


def striped_faces(root: Path, side: int) -> Path:
    """Three live and three attack faces a split, ``side`` px each."""
    rng, rows = np.random.default_rng(0), []
    for split in ("train", "dev", "test"):
        for i in range(6):
            face = rng.integers(60, 200, (1, 1, 3)) + rng.integers(0, 20, (side, side, 3))
            if i % 2:
                face = face + 35 * (np.arange(side) % 4 < 2)[None, :, None]
            name = f"{split}{i}.png"
            Image.fromarray(face.astype(np.uint8)).save(root / name)
            rows.append(
                {"media": name, "video": name, "subject": f"{split}{i}", "label": i % 2}
                | {"pai": "stripes" if i % 2 else None, "split": split, "status": "ok"}
                | {"crop": name, "crop_w": side, "crop_h": side, "frame": 0}
            )
    write_manifest(pl.DataFrame(rows), root)
    return root
