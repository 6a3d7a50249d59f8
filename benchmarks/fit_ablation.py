"""What in the fit of our experts matters, on real sets that nothing is fitted on.

    python benchmarks/fit_ablation.py REAL WORK --near FOLDER [...] --wide FOLDER [...]
        [--other NAME=FOLDER ...] [--markdown]

Features are taken once (the encoder that ships, E3 and E4, mean and deviation over the places, of
four crops about the face) and kept in WORK; then a table of fits, each with one thing changed, by
their AUC on every set of REAL. --near: sets of `spoofcue simulate` that show a face and little
else; --wide: sets with --framing; --other: further sets to learn from, as rendered people.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from transfer_parts.real_sets import files_of

from spoofcue.config import InputSettings
from spoofcue.export.family_fit import RIDGE, fit_detectors
from spoofcue.faces.crop import Crop
from spoofcue.faces.detect import make_detector
from spoofcue.media.image import Image, read_image
from spoofcue.metrics.measures import auc
from spoofcue.metrics.scores import ScoreSet
from spoofcue.patches.augment import degraded
from spoofcue.patches.inputs import normalise, scoring_inputs
from spoofcue.runtime.with_onnxruntime import import_onnxruntime
from spoofcue.scoring.face import Face
from spoofcue.scoring.family_detectors import FamilyDetectors
from spoofcue.scoring.open_model import SHIPPED

GRAPH = SHIPPED / "mobilenet-v2-e4.onnx"
E3 = "add_441"  # the name that the exporter gave the tensor
INPUT = InputSettings(mode="resize", scoring="resize", size=192, shrink="area")
CROPS = {
    "1.0": Crop(scale=1.0),
    "1.4": Crop(scale=1.4),
    "2.7": Crop(scale=2.7, square=False, border="shift"),
    "4.0": Crop(scale=4.0, square=False, border="shift"),
}
# columns of what is kept of a crop: mean and deviation of E4, mean and deviation of E3
LAYERS = {
    "E4": np.r_[0:96],
    "E4 and its deviation": np.r_[0:192],
    "E3 and E4": np.r_[0:96, 192:224],
    "E3": np.r_[192:224],
}
FAMILIES = ("print", "replay")
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Faces:
    """Features of faces.

    Attributes:
        of: crop -> (N, columns).
        label: (N,).
        family: (N,) of attacks.
        set: (N,) name of the set.

    """

    of: dict[str, Doubles]
    label: NDArray[np.int64]
    family: NDArray[np.str_]
    set: NDArray[np.str_]

    @classmethod
    def joined(cls, parts: list[Faces]) -> Faces:
        return cls(
            {name: np.concatenate([p.of[name] for p in parts]) for name in parts[0].of},
            *(
                np.concatenate([getattr(p, key) for p in parts])
                for key in ("label", "family", "set")
            ),
        )


class Taker:
    """Takes features of pictures; what was taken is kept."""

    def __init__(self, work: Path) -> None:
        ort = import_onnxruntime()
        proto = onnx.load(GRAPH)
        proto.graph.output.append(
            onnx.helper.make_tensor_value_info(E3, onnx.TensorProto.FLOAT, None)
        )
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self._network = ort.InferenceSession(
            proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
        self._finder, self._work = make_detector("yunet"), work

    def of_set(self, name: str, rows: list[tuple[Path, str, str]], damage: bool = False) -> Faces:
        """Rows are picture, family ("" for live) and set."""
        kept = self._work / f"{name}{'-damaged' if damage else ''}.npz"
        if not kept.is_file():
            taken: dict[str, list[Any]] = {k: [] for k in (*CROPS, "label", "family", "set")}
            for at, (path, family, group) in enumerate(rows):
                picture = read_image(path)
                boxes = self._finder.detect(picture)
                if not boxes:
                    continue
                for crop, how in CROPS.items():
                    pixels = Face(picture, boxes[0]).view(how).pixels
                    if damage:
                        pixels = degraded(pixels, 0.5, np.random.default_rng(at))
                    taken[crop].append(self._features(pixels))
                for key, value in (
                    ("label", int(bool(family))),
                    ("family", family),
                    ("set", group),
                ):
                    taken[key].append(value)
            np.savez(kept, **{key: np.array(values) for key, values in taken.items()})
            print(f"{name}: {len(taken['label'])} faces of {len(rows)} pictures", flush=True)
        with np.load(kept) as stored:
            return Faces(
                {crop: stored[crop].astype(np.float64) for crop in CROPS},
                stored["label"], stored["family"], stored["set"],
            )  # fmt: skip

    def _features(self, pixels: Image) -> NDArray[np.float32]:
        (shown,) = scoring_inputs(pixels, INPUT)
        batch = normalise(shown, INPUT.mean, INPUT.std)[None]
        maps = [m[0] for m in self._network.run(["e4", E3], {"image": batch})]
        return np.concatenate([f for m in maps for f in (m.mean((1, 2)), m.std((1, 2)))])


def simulated(taker: Taker, folder: Path, damage: bool = False) -> Faces:
    with (folder / "labels.csv").open(encoding="utf-8") as file:
        rows = [
            (folder / row["path"], row["pai"].partition("-")[0], folder.name)
            for row in csv.DictReader(file)
        ]
    return taker.of_set(folder.name, rows, damage)


def real(taker: Taker, folder: Path) -> Faces:
    files, _ = files_of(folder)
    rows = [(f.path, f.kind and "real", f.set) for f in files]
    return taker.of_set("real", rows)


def fitted(faces: Faces, crop: str, layers: str, ridge: float, how: str) -> FamilyDetectors:
    x, family, names = faces.of[crop][:, LAYERS[layers]], faces.family, FAMILIES
    if how == "one class":
        family, names = np.where(faces.label == 1, "attack", ""), ("attack",)
    elif how in FAMILIES:
        names = (how,)
    if how == "not standardised":  # the channels' deviations are made part of what is fitted
        return _unstandardised(faces, x, ridge)
    return fit_detectors(x, faces.label, list(family), names, ridge=ridge)


def _unstandardised(faces: Faces, x: Doubles, ridge: float) -> FamilyDetectors:
    from sklearn.linear_model import LogisticRegression

    from spoofcue.scoring.family_detectors import LiveFeatures

    live = faces.label == 0
    weight, offset = [], []
    for name in FAMILIES:
        rows = live | (faces.family == name)
        # the same shrinking in the mean over the channels
        c = 1 / (ridge * rows.sum() / np.mean(x[rows].var(axis=0)))
        fit = LogisticRegression(C=c, class_weight="balanced", max_iter=5000).fit(
            x[rows], faces.label[rows]
        )
        own = x[live] @ fit.coef_[0]
        weight.append(fit.coef_[0] / own.std())
        offset.append(-own.mean() / own.std())
    return FamilyDetectors(np.array(weight), np.array(offset), LiveFeatures.of(x[live]))


def evidence(
    faces: Faces,
    sets: Faces,
    crop: str = "1.4",
    layers: str = "E4",
    ridge: float = RIDGE,
    how: str = "families",
) -> Doubles:
    """Of each real face, in deviations of the simulated live faces."""
    fit = fitted(faces, crop, layers, ridge, how)
    own = fit.evidence(faces.of[crop][faces.label == 0][:, LAYERS[layers]])
    return (fit.evidence(sets.of[crop][:, LAYERS[layers]]) - own.mean()) / own.std()


def figures(score: Doubles, sets: Faces) -> list[float]:
    """AUC of each set, their mean, the worst and that of all faces pooled."""
    names = list(dict.fromkeys(sets.set))
    each = [auc(ScoreSet.of(score[sets.set == n], sets.label[sets.set == n])) for n in names]
    return [*each, float(np.mean(each)), min(each), auc(ScoreSet.of(score, sets.label))]


def fits(given: dict[str, Faces], sets: Faces) -> dict[str, Doubles]:
    near, wide = given["near"], given["wide"]
    both = Faces.joined([near, wide])
    table = {"the face (crop 1.4), wide pictures": evidence(wide, sets)}
    for ridge in (0.03, 1.0, 3.0, 10.0, 30.0):
        table[f"ridge {ridge:g} instead of {RIDGE:g}"] = evidence(wide, sets, ridge=ridge)
    table["features not standardised"] = evidence(wide, sets, how="not standardised")
    table["all attacks as one class"] = evidence(wide, sets, how="one class")
    for family in FAMILIES:
        table[f"{family}s alone"] = evidence(wide, sets, how=family)
    for layers in ("E3 and E4", "E3", "E4 and its deviation"):
        table[layers] = evidence(wide, sets, layers=layers)
    table["pictures damaged too"] = evidence(Faces.joined([wide, given["damaged"]]), sets)
    table["near pictures"] = evidence(near, sets)
    table["near and wide pictures"] = evidence(both, sets)
    for name, faces in given.items():
        if name.startswith("other "):
            table[f"learned from {name.removeprefix('other ')}"] = evidence(faces, sets)
    for crop in ("1.0", "2.7", "4.0"):
        table[f"crop {crop}"] = evidence(wide, sets, crop=crop)
        table[f"crop {crop}, near and wide pictures"] = evidence(both, sets, crop=crop)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("real", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--near", type=Path, nargs="+", required=True)
    parser.add_argument("--wide", type=Path, nargs="+", required=True)
    parser.add_argument("--other", nargs="*", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    taker = Taker(asked.work)
    sets = real(taker, asked.real)
    given = {
        "near": Faces.joined([simulated(taker, f) for f in asked.near]),
        "wide": Faces.joined([simulated(taker, f) for f in asked.wide]),
        "damaged": Faces.joined([simulated(taker, f, damage=True) for f in asked.wide]),
    }
    for name, folder in (pair.split("=", 1) for pair in asked.other):
        given[f"other {name}"] = simulated(taker, Path(folder))
    names = [*dict.fromkeys(sets.set), "mean", "worst", "pooled"]
    mark = "| " if asked.markdown else ""
    print(f"{mark}{'fit':40} " + " ".join(f"{mark}{name:>6}" for name in names))
    if asked.markdown:
        print("| --- " * (len(names) + 1) + "|")
    for name, score in fits(given, sets).items():
        values = " ".join(f"{mark}{v:6.3f}" for v in figures(score, sets))
        print(f"{mark}{name:40} {values}", flush=True)


if __name__ == "__main__":
    main()
