"""A small prepared folder whose attacks have stripes, made without a detector."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image

from spoofcue.data.manifest import write_manifest

SPLITS = {"train": range(4), "dev": range(4, 6), "test": range(6, 8)}


def picture(rng: np.random.Generator, attack: bool) -> NDArray[np.uint8]:
    """A smooth coloured blob with sensor noise; an attack has a raster of one-pixel lines."""
    height, width = rng.integers(66, 80, 2)
    y, x = np.mgrid[:height, :width]
    blob = 90 + 80 * np.exp(-(((y - 40) / 30) ** 2) - ((x - 40) / 25) ** 2)
    image = blob[..., None] * np.array([1.0, 0.8, 0.7]) + rng.normal(0, 3, (height, width, 3))
    if attack:
        image += 20 * ((x + y) % 3 == 0)[..., None] * np.array([1.0, 0.4, 1.0])
    return np.clip(image, 0, 255).astype(np.uint8)


def prepared(root: Path, flipped: tuple[str, ...] = (), splits: tuple[str, ...] = tuple(SPLITS)):
    """Eight people, two live and two attack pictures each.

    Args:
        root: to write.
        flipped: splits whose labels are turned round, with the same pictures.
        splits: that are there at all.

    """
    root.mkdir(parents=True)
    rows = []
    for split in splits:
        for person in SPLITS[split]:
            for number in range(4):
                attack = number > 1
                image = picture(np.random.default_rng([person, number]), attack)
                name = f"{person}-{number}.png"
                Image.fromarray(image).save(root / name)
                label = int(attack) ^ int(split in flipped)
                rows.append(
                    {
                        "media": name,
                        "subject": f"p{person}",
                        "video": f"{person}-{number}",
                        "frame": 0,
                        "label": label,
                        "pai": "stripes" if label else None,
                        "split": split,
                        "crop": name,
                        "crop_h": image.shape[0],
                        "crop_w": image.shape[1],
                        "status": "ok",
                    }
                )
    write_manifest(pl.DataFrame(rows, infer_schema_length=None), root)
    return root
