"""What the rule of runs costs live recordings, and what it finds of those that turn into attacks.

python benchmarks/recordings.py --people 60           # simulated recordings of rendered people
python benchmarks/recordings.py --pictures FOLDER     # FOLDER/{live,attack}/*: frames, as taken
    [--frames 10] [--model MODEL] [--json FILE]

Of every recording all frames are scored, with the detector's own checks. The rule is then asked of
the scores: a recording is an attack if their mean is above the threshold, or a run of consecutive
ones is. Thresholds: the model's own, and the one at which the mean refuses 5 % of the live
recordings. A recording that turns is one whose first frames are a live one's and the rest an
attack's, at every place; what the mean alone calls live is counted beside what is left with runs.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.detector.detector import Detector
from spoofcue.detector.evidence import longest_run
from spoofcue.media.folders import media_in
from spoofcue.media.image import Image, read_image
from spoofcue.simulate.people import RenderedPerson
from spoofcue.simulate.samples import WIDE, Sample, frames

ATTACKS = ("print-any", "replay-any")
Scores = NDArray[np.float64]


def simulated(people: int, count: int) -> Iterator[tuple[str, list[Image]]]:
    """A live recording of each person and one attack, by any camera in any light."""
    for number in range(people):
        name = f"recorded-{number}"
        person = RenderedPerson(name, 0)
        for pai in ("", ATTACKS[number % 2]):
            sample = Sample(name, pai, "session-any", "cam-any", 0)
            drawn = frames(sample, person, WIDE, 0, count=count)
            yield pai, [picture.image for picture in drawn]


def pictured(root: Path, count: int) -> Iterator[tuple[str, list[Image]]]:
    """Consecutive pictures of a folder, in the order of their names, as recordings."""
    for kind in ("live", "attack"):
        files = media_in(root / kind).files
        for start in range(0, len(files) - count + 1, count):
            yield (
                "" if kind == "live" else kind,
                [read_image(path) for path in files[start : start + count]],
            )


def scored(detector: Detector, images: list[Image]) -> list[float]:
    return [r.score for r in detector.predict_batch(images) if r.score is not None]


def table(live: list[Scores], attacks: list[Scores], threshold: float) -> list[dict[str, float]]:
    """For each length of a run: live recordings refused, and turning ones let in, parts of 1."""
    rows = []
    turning = [
        np.concatenate([one[:at], other[at:]])
        for one, other in zip(live, attacks, strict=False)
        for at in range(1, min(len(one), len(other)))
    ]
    for least in (0, 1, 2, 3, 4, 5):

        def is_attack(scores: Scores, least: int = least) -> bool:
            return bool(scores.mean() > threshold) or bool(
                least and len(longest_run(scores.tolist(), threshold)) >= least
            )

        rows.append(
            {
                "run": least,
                "bpcer": float(np.mean([is_attack(s) for s in live])),
                "let in": float(np.mean([not is_attack(s) for s in turning])) if turning else 0.0,
            }
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--pictures", type=Path, nargs="*", default=[])
    parser.add_argument("--frames", type=int, default=10)
    parser.add_argument("--model")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    detector = Detector.load(given.model)
    sources = [pictured(root, given.frames) for root in given.pictures]
    live: list[Scores] = []
    attacks: list[Scores] = []
    for source in sources or [simulated(given.people, given.frames)]:
        for pai, images in source:
            scores = scored(detector, images)
            if len(scores) >= given.frames / 2:
                (attacks if pai else live).append(np.array(scores))
    means = [s.mean() for s in live]
    thresholds = {"own": detector.threshold, "5 % by the mean": float(np.quantile(means, 0.95))}
    print(f"{len(live)} live recordings, {len(attacks)} attacks, {given.frames} frames each")
    result = {}
    for name, threshold in thresholds.items():
        result[name] = table(live, attacks, threshold)
        print(f"threshold {threshold:.3f} ({name})")
        for row in result[name]:
            print(
                f"  run {row['run']}: BPCER {row['bpcer']:.3f}, turning let in {row['let in']:.3f}"
            )
    if given.json:
        given.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
