"""Does a detector trained on simulated attacks tell real ones? AUC and EER, set by set.

    python benchmarks/transfer.py RUN REAL [--detector none|dlib|yunet] [--yunet-model FILE]

REAL holds folders with live/ and attack/ in each; nothing of it is trained or tuned on. Intervals
are 95 % percentiles of a bootstrap over pictures; where those are frames of a few recordings, the
true ones are wider. Pictures in which no face is found, or too little of
what an expert looks at, count as non-responses.

--own RATE adds what a threshold from the cameras' own live faces does: set at BPCER = RATE on the
first half of each set's live pictures, judged on the second half and on all attacks. The halves
share people and cameras.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from spoofcue.errors import MediaError
from spoofcue.faces.detect import FaceDetector, make_detector
from spoofcue.media.folders import media_in
from spoofcue.media.image import read_image
from spoofcue.metrics.bootstrap_intervals import bootstrap
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.measures import auc, eer
from spoofcue.metrics.scores import ScoreSet
from spoofcue.metrics.thresholds import bpcer_threshold, eer_threshold
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face, FaceScorer
from spoofcue.scoring.open_model import open_model

CLASSES = ("live", "attack")
Rates = dict[str, float | list[float]]


def scores_of(
    model: FaceScorer, folder: Path, detector: FaceDetector | None
) -> tuple[list[float], int]:
    found, silent = [], 0
    for path in media_in(folder).files:
        try:
            picture = read_image(path)
        except MediaError:
            silent += 1
            continue
        face = Face.filling(picture)
        if detector:
            boxes = detector.detect(picture)
            if not boxes:
                silent += 1
                continue
            face = Face(picture, boxes[0])
        score = model.score([face])[0].score
        if np.isfinite(score):
            found.append(score)
        else:  # an expert of a package had too little to look at
            silent += 1
    return found, silent


def counted(name: str, wrong: int, total: int) -> Rates:
    """A rate at the model's own threshold, with its exact interval."""
    return {name: wrong / total, f"{name}_95": list(clopper_pearson(wrong, total))}


def rates_at(threshold: float, live: list[float], attack: list[float]) -> Rates:
    return {
        **counted("bpcer", sum(s > threshold for s in live), len(live)),
        **counted("apcer", sum(s <= threshold for s in attack), len(attack)),
    }


def with_own(rate: float, live: list[float], attack: list[float]) -> Rates:
    """The threshold of the first half of the live faces, on all others."""
    mine, others = live[: len(live) // 2], live[len(live) // 2 :]
    threshold = bpcer_threshold(ScoreSet.of(mine, [0] * len(mine)), rate).value
    return {"threshold": threshold, **rates_at(threshold, others, attack)}


def judged(live: list[float], attack: list[float], threshold: float) -> Rates:
    label = np.repeat([0, 1], [len(live), len(attack)])
    scores = ScoreSet.of([*live, *attack], label)
    # these measures use no threshold; the bootstrap asks for one for the others
    limits = bootstrap(scores, eer_threshold(scores, source="itself")).intervals
    return {
        "auc": auc(scores), "auc_95": list(limits["auc"]),
        "eer": eer(scores), "eer_95": list(limits["eer"]),
        **rates_at(threshold, live, attack),
    }  # fmt: skip


def study(
    run: Path,
    real: Path,
    detector: FaceDetector | None,
    max_side: int | None,
    own: float | None = None,
) -> dict[str, object]:
    model = open_model(run)
    if max_side:
        if isinstance(model, PackagedModel):
            raise SystemExit("--max-side is for runs; a package states its own.")
        given = model.facts.input.model_copy(update={"max_side": max_side})
        model.facts = replace(model.facts, input=given)
    sets: dict[str, dict[str, object]] = {}
    pooled: dict[str, list[float]] = {c: [] for c in CLASSES}
    for folder in sorted(p for p in real.iterdir() if all((p / c).is_dir() for c in CLASSES)):
        got = {c: scores_of(model, folder / c, detector) for c in CLASSES}
        for c in CLASSES:
            pooled[c] += got[c][0]
        counts = {f"{c}s": len(got[c][0]) for c in CLASSES}
        silent = {c: got[c][1] for c in CLASSES}
        if not all(counts.values()):  # as a context expert on crops of faces alone
            sets[folder.name] = {**counts, "nonresponse": silent}
            continue
        sets[folder.name] = {
            **judged(got["live"][0], got["attack"][0], model.facts.threshold.value),
            **counts, "nonresponse": silent
        }  # fmt: skip
        if own is not None:
            sets[folder.name]["own"] = with_own(own, got["live"][0], got["attack"][0])
    sets["pooled"] = judged(pooled["live"], pooled["attack"], model.facts.threshold.value)
    mean = float(np.mean([v["auc"] for k, v in sets.items() if k != "pooled" and "auc" in v]))
    return {
        "model": model.facts.id, "threshold": model.facts.threshold.value,
        "sets": sets, "mean_auc": mean
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("real", type=Path)
    parser.add_argument("--detector", choices=("none", "dlib", "yunet"), default="none")
    parser.add_argument("--yunet-model", type=Path)
    parser.add_argument("--max-side", type=int, help="shrink longer faces to this; multiple of 32")
    parser.add_argument("--own", type=float, help="BPCER of a threshold from each set's live faces")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    finder = None
    if given.detector != "none":
        finder = make_detector(given.detector, given.yunet_model)
    found = study(given.run, given.real, finder, given.max_side, given.own)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f"{'set':8} {'live':>5} {'attack':>6} {'AUC':>6} {'95 %':>15} {'EER %':>6} {'95 %':>13} "
        f"{'BPCER %':>9} {'APCER %':>7}"
    )
    for name, v in found["sets"].items():
        if "auc" not in v:
            print(f"{name:8} {v['lives']:>5} {v['attacks']:>6} without scores of both classes")
            continue
        low, high = v["auc_95"]
        e_low, e_high = (100 * e for e in v["eer_95"])
        print(
            f"{name:8} {v.get('lives', ''):>5} {v.get('attacks', ''):>6} {v['auc']:6.3f} "
            f"{low:7.3f}-{high:.3f}   {100 * v['eer']:6.1f} {e_low:6.1f}-{e_high:<6.1f} "
            f"{100 * v['bpcer']:9.1f} {100 * v['apcer']:7.1f}"
        )
    print(f"mean AUC over the sets {found['mean_auc']:.3f}; threshold {found['threshold']:.4g}")
    if given.own is None:
        return
    print(f"threshold at BPCER {given.own:g} of the first half of a set's live pictures:")
    for name, v in found["sets"].items():
        if "own" in v:
            o = v["own"]
            print(f"{name:8} {o['threshold']:.4f}  " + "  ".join(
                f"{rate.upper()} {100 * o[rate]:5.1f} ({100 * o[f'{rate}_95'][0]:.1f}-"
                f"{100 * o[f'{rate}_95'][1]:.1f}) %" for rate in ("bpcer", "apcer")
            ))  # fmt: skip


if __name__ == "__main__":
    main()
