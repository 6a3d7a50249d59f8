"""Does anything but the presentation give the class away? Trivial statistics of an openpad set.

    python benchmarks/simulator_shortcuts.py RESULTS/set [--figure shortcuts.svg]

Compares live and attack crops in file size, picture size, JPEG tables, mean, deviation, colour
and blockiness, and lets a gradient-boosted classifier try with these statistics alone, people
being disjoint between its training (train split) and its judgement (test split).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from spoofcue.data.manifest import read_manifest

NAMES = (
    "file bytes",
    "side px",
    "quantiser",
    "mean",
    "deviation",
    "red-green",
    "blue-green",
    "blockiness",
)
GROUPS = {
    "size, file, JPEG tables": ("file bytes", "side px", "quantiser"),
    "mean, deviation, blockiness": ("mean", "deviation", "blockiness"),
    "mean colour": ("red-green", "blue-green"),
    "all": NAMES,
}


def statistics(path: Path) -> list[float]:
    with Image.open(path) as file:
        tables = file.quantization
        pixels = np.asarray(file.convert("RGB"), np.float32)
    grey = pixels.mean(axis=2)
    across = np.abs(np.diff(grey, axis=1)).mean(axis=0)
    at_edge = np.arange(across.size) % 8 == 7
    block = across[at_edge].mean() / max(across[~at_edge].mean(), 1e-6)
    red, green, blue = pixels.mean(axis=(0, 1))
    first = next(iter(tables.values()))
    return [
        path.stat().st_size, pixels.shape[0], float(sum(first)), grey.mean(), grey.std(),
        red - green, blue - green, block,
    ]  # fmt: skip


def study(data: Path) -> dict[str, object]:
    rows = read_manifest(data)
    values = np.array([statistics(data / crop) for crop in rows["crop"]])
    label, split = rows["label"].to_numpy(), rows["split"].to_numpy()
    train, test = split == "train", split == "test"
    singles = {}
    for i, name in enumerate(NAMES):
        live, attack = values[label == 0, i], values[label == 1, i]
        auc = roc_auc_score(label, values[:, i])
        singles[name] = {
            "live": [float(live.mean()), float(live.std())],
            "attack": [float(attack.mean()), float(attack.std())],
            "auc": float(max(auc, 1 - auc)),
        }
    groups = {}
    for name, members in GROUPS.items():
        columns = [NAMES.index(m) for m in members]
        model = HistGradientBoostingClassifier(max_iter=80, random_state=0, class_weight="balanced")
        model.fit(values[train][:, columns], label[train])
        groups[name] = float(
            roc_auc_score(label[test], model.predict_proba(values[test][:, columns])[:, 1])
        )
    return {"faces": len(rows), "single": singles, "classifier_auc": groups}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = study(given.data)
    if given.json:
        print(json.dumps(found, indent=2))
    else:
        print(f"{found['faces']} faces")
        for name, v in found["single"].items():
            live, attack = v["live"], v["attack"]
            print(
                f"{name:12} live {live[0]:9.2f} ± {live[1]:8.2f}   attack {attack[0]:9.2f} ± "
                f"{attack[1]:8.2f}   AUC alone {v['auc']:.3f}"
            )
        for name, auc in found["classifier_auc"].items():
            print(f"boosted trees on {name:28} AUC {auc:.3f} on other people")
