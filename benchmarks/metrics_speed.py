"""Ten million scores: every metric of ours beside scikit-learn's roc_curve + roc_auc_score.

python benchmarks/metrics_speed.py [--n 10000000] [--decimals 6] [--json]

Each part runs in a process of its own on the same scores, which have ties and five species.
Ours: species names encoded, the set sorted, then on test at the threshold of a dev set of n / 10:
APCER by species in all three groupings, BPCER, ACER, HTER, EER, AUC, seven operating points and the
DET curve. Peak memory is the process's; "above data" is what it rose after the input arrays were
made (ours has the species as text besides scores and labels).
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

SPECIES = np.array(["", "print-1", "print-2", "replay-1", "replay-2", "mask-silicone"])
BLOCK = 1 << 18
PARTS = ("spoofcue", "scikit-learn")


def make(
    n: int, seed: int, decimals: int
) -> tuple[NDArray[np.float64], NDArray[np.int8], NDArray[np.int8]]:
    """Rounded scores, labels and species codes, made in blocks to leave no peak."""
    rng = np.random.default_rng(seed)
    score, label, code = np.empty(n), np.empty(n, np.int8), np.empty(n, np.int8)
    for start in range(0, n, BLOCK):
        part = slice(start, min(start + BLOCK, n))
        size = part.stop - part.start
        code[part] = np.where(rng.random(size) < 0.5, 0, rng.integers(1, len(SPECIES), size))
        label[part] = code[part] > 0
        score[part] = np.round(rng.normal(0.02 + 0.02 * label[part], 0.01), decimals)
    return score, label, code


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10


def ours(n: int, decimals: int) -> dict[str, float]:
    from spoofcue.metrics.evaluation import evaluate
    from spoofcue.metrics.scores import ScoreSet

    score, label, code = make(n, 0, decimals)
    pai = SPECIES[code]
    dev_score, dev_label, dev_code = make(max(n // 10, 1000), 1, decimals)
    dev_pai = SPECIES[dev_code]
    before, began = peak_mib(), time.perf_counter()
    dev = ScoreSet.of(dev_score, dev_label, dev_pai)
    found = evaluate(ScoreSet.of(score, label, pai), dev).to_dict()["frame"]
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "peak_mib": peak_mib(),
        "above_data_mib": peak_mib() - before,
        "auc": found["auc"],
    }


def scikit_learn(n: int, decimals: int) -> dict[str, float]:
    from sklearn.metrics import roc_auc_score, roc_curve

    score, label, _ = make(n, 0, decimals)
    before, began = peak_mib(), time.perf_counter()
    roc_curve(label, score)
    auc = float(roc_auc_score(label, score))
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "peak_mib": peak_mib(),
        "above_data_mib": peak_mib() - before,
        "auc": auc,
    }


def measured(part: str, n: int, decimals: int) -> dict[str, Any]:
    """The part's figures, from a process of its own."""
    command = [sys.executable, __file__, "--n", str(n), "--part", part]
    command += ["--decimals", str(decimals)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000_000)
    parser.add_argument("--decimals", type=int, default=6, help="Fewer give more ties.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        run = ours if given.part == "spoofcue" else scikit_learn
        print(json.dumps(run(given.n, given.decimals)))
        return
    found = {part: measured(part, given.n, given.decimals) for part in PARTS}
    base = found["scikit-learn"]
    for figures in found.values():
        figures["time_ratio"] = figures["seconds"] / base["seconds"]
        figures["peak_ratio"] = figures["peak_mib"] / base["peak_mib"]
    if given.json:
        print(json.dumps({"n": given.n, "decimals": given.decimals, **found}, indent=2))
        return
    print(f"{given.n} scores      seconds  ratio   peak MiB  ratio  above data MiB         AUC")
    for part, f in found.items():
        print(
            f"{part:18s} {f['seconds']:10.2f} {f['time_ratio']:6.2f} {f['peak_mib']:10.0f} "
            f"{f['peak_ratio']:6.2f} {f['above_data_mib']:15.0f} {f['auc']:11.8f}"
        )


if __name__ == "__main__":
    main()
