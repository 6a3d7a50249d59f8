"""What live pictures of a camera are worth: a profile and a threshold from 5 to 100 of them.

    python benchmarks/camera_profiles.py REAL [PACKAGE] [--pictures 5,10,20,30,50,100] [--draws 20]
        [--target expected-bpcer=0.05] [--json FILE] [--plot FILE.png]

REAL holds sets, each with live/ and attack/, of one camera or a few. Of each set N live pictures
are drawn (at most half of them), the package is fitted to them as `spoofcue model calibrate --live`
does, and judged on the other live pictures and on all attacks; beside it, the threshold alone from
the same pictures. Nothing is learned from attacks. Pictures of a set are alike: those that are
judged share people and light with those that are drawn, as at one's own door.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from transfer_parts.real_sets import files_of

from spoofcue.cli.console import progress_bar
from spoofcue.faces.detect import make_detector
from spoofcue.media.image import read_image
from spoofcue.metrics.measures import auc
from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.calibration import threshold_facts
from spoofcue.package.read import Package, read_package
from spoofcue.scoring.camera_profile import CameraKnowledge, Rescorer, Seen
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import locate_model

WAYS = ("threshold alone", "profile")


@dataclass(frozen=True, slots=True)
class OneSet:
    """What the experts said of a set's faces.

    Attributes:
        live: of each live face.
        attack: of each attack.

    """

    live: list[Seen]
    attack: list[Seen]


def seen_sets(real: Path, package: Package) -> tuple[dict[str, OneSet], int]:
    """Every face of every set, and in how many pictures there was none or no score."""
    model, finder = PackagedModel(package, profile=False), make_detector(package.spec.detector)
    sets: dict[str, OneSet] = {}
    lost = 0
    files, _ = files_of(real)
    with progress_bar("scoring pictures", len(files)) as progress:
        for done, file in enumerate(files, start=1):
            found = sets.setdefault(file.set, OneSet([], []))
            boxes = finder.detect(picture := read_image(file.path))
            score = model.score([Face(picture, boxes[0])])[0] if boxes else None
            if score is None or not np.isfinite(score.score):
                lost += 1
            else:
                (found.attack if file.kind else found.live).append(score.evidence)
            progress(done, len(files))
    return sets, lost


def judged(
    one: OneSet, package: Package, count: int, target: str, rng: np.random.Generator
) -> tuple[dict[str, dict[str, float]], dict[str, ScoreSet]]:
    """Rates on what was not drawn, with the threshold alone and with a profile, and the scores."""
    order = rng.permutation(len(one.live))
    count = min(count, len(order) // 2)
    own = [one.live[k] for k in order[:count]]
    other = [one.live[k] for k in order[count:]]
    again = Rescorer(package)
    camera = CameraKnowledge.of(package.spec, own)
    known = {"threshold alone": None, "profile": camera}
    said, judged_on = {}, {}
    for way, knowledge in known.items():
        drawn = again.held_out(own) if knowledge else again.scores(own, None)
        live, attack = again.scores(other, knowledge), again.scores(one.attack, knowledge)
        limit = threshold_facts(ScoreSet.of(drawn, [0] * len(drawn)), target, "own").value
        scores = ScoreSet.of([*live, *attack], [0] * len(live) + [1] * len(attack))
        said[way] = {
            "pictures": count,
            "bpcer": float((np.array(live) > limit).mean()),
            "apcer": float((np.array(attack) <= limit).mean()),
            "auc": auc(scores),
        }
        judged_on[way] = scores
    return said, judged_on


def study(
    sets: dict[str, OneSet], package: Package, counts: list[int], draws: int, target: str
) -> dict[str, Any]:
    """Count -> way -> set -> means over the draws."""
    found: dict[str, Any] = {}
    with progress_bar("drawing pictures", len(counts) * len(sets)) as progress:
        for at, count in enumerate(counts):
            by_set: dict[str, dict[str, Any]] = {way: {} for way in WAYS}
            pools: dict[str, list[list[ScoreSet]]] = {
                way: [[] for _ in range(draws)] for way in WAYS
            }
            for number, (name, one) in enumerate(sets.items(), start=1):
                rounds = [
                    judged(one, package, count, target, np.random.default_rng([count, k]))
                    for k in range(draws)
                ]
                for way in WAYS:
                    keys = rounds[0][0][way]
                    by_set[way][name] = {
                        k: float(np.mean([r[0][way][k] for r in rounds])) for k in keys
                    }
                    for pool, (_, scores) in zip(pools[way], rounds, strict=True):
                        pool.append(scores[way])
                progress(at * len(sets) + number, len(counts) * len(sets))
            pooled = {w: float(np.mean([_pooled(pool) for pool in pools[w]])) for w in WAYS}
            found[str(count)] = {w: {"sets": by_set[w], "pooled_auc": pooled[w]} for w in WAYS}
    return found


def _pooled(pool: list[ScoreSet]) -> float:
    """AUC of all sets' scores as if one camera had taken them."""
    return auc(
        ScoreSet.of(
            np.concatenate([one.score for one in pool]), np.concatenate([one.label for one in pool])
        )
    )


def told(found: dict[str, Any]) -> str:
    lines = [
        f"{'pictures':>8}  {'way':15} {'AUC':>5} {'worst':>5} {'pooled':>6}   "
        f"{'BPCER %':>7} {'worst':>5}   {'APCER %':>7} {'worst':>5}"
    ]
    for count, ways in found.items():
        for way, measured in ways.items():
            sets = measured["sets"]
            of = {k: [s[k] for s in sets.values()] for k in ("auc", "bpcer", "apcer")}
            lines.append(
                f"{count:>8}  {way:15} {np.mean(of['auc']):5.3f} {min(of['auc']):5.2f} "
                f"{measured['pooled_auc']:6.3f}   "
                f"{100 * np.mean(of['bpcer']):7.1f} {100 * max(of['bpcer']):5.1f}   "
                f"{100 * np.mean(of['apcer']):7.1f} {100 * max(of['apcer']):5.1f}"
            )
    return "\n".join(lines)


def plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    counts = [int(count) for count in found]
    figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), sharex=True, layout="constrained")
    for axis, rate, title in zip(
        axes, ("apcer", "bpcer"), ("attacks that pass", "live faces refused"), strict=True
    ):
        for way, colour in zip(WAYS, ("#888888", "#c03028"), strict=True):
            rates = [
                [100 * s[rate] for s in found[str(count)][way]["sets"].values()] for count in counts
            ]
            axis.plot(counts, [np.mean(r) for r in rates], "o-", color=colour, label=f"{way}, mean")
            axis.plot(counts, [max(r) for r in rates], ":", color=colour, label=f"{way}, worst set")
        axis.set(xscale="log", xticks=counts, xticklabels=counts, title=title, ylim=(0, None))
        axis.set_xlabel("live pictures of the camera")
        axis.minorticks_off()
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("%")
    axes[0].legend(fontsize=8)
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("real", type=Path)
    parser.add_argument("package", nargs="?")
    parser.add_argument("--pictures", default="5,10,20,30,50,100")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--target", default="expected-bpcer=0.05")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    given = parser.parse_args()
    package = read_package(locate_model(given.package))
    sets, lost = seen_sets(given.real, package)
    counts = [int(count) for count in given.pictures.split(",")]
    found = study(sets, package, counts, given.draws, given.target)
    print(f"{package.id}: {len(sets)} sets, {lost} pictures without a score")
    print(told(found))
    if given.json:
        given.json.write_text(
            json.dumps({"model": package.id, "lost": lost, "by": found}, indent=1)
        )
    if given.plot:
        plot(found, given.plot)


if __name__ == "__main__":
    main()
