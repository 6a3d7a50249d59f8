"""Our measures on scores of your own: any detector, a higher score = more likely an attack.

The threshold comes from dev people; test people are judged by it.
"""

import numpy as np

from spoofcue.metrics import EvaluationOptions, ScoreSet, ThresholdRule, acer, auc, evaluate

rng = np.random.default_rng(0)


def your_detector(people: int) -> ScoreSet:
    """Four attempts a person: two live, a print and a replay; here the scores are made up."""
    label = np.tile([0, 0, 1, 1], people)
    pai = np.tile(["", "", "print", "replay"], people)
    score = np.clip(rng.normal(0.3 + 0.4 * label, 0.15), 0, 1)
    return ScoreSet.of(score, label, pai, subject=np.repeat(np.arange(people), 4).astype(str))


dev, test = your_detector(40), your_detector(60)
options = EvaluationOptions(ThresholdRule.parse("eer"), replicates=200)
result = evaluate(test, dev, options).frame
print(f"threshold {result.threshold.value:.3f}, {result.threshold.origin}")
for species, rate in result.rates.apcer_by_pai.items():
    print(f"APCER {species}: {rate.errors} of {rate.total}")
for name, value in result.values.items():
    low, high = result.bootstrap.intervals[name] if result.bootstrap else (value, value)
    print(f"{name} {value:.4f} ({low:.4f} to {high:.4f} over people)")

# the same from plain arrays
at = result.threshold
print(f"again {acer(test.score, test.label, test.pai, threshold=at):.4f} {auc(test):.4f}")
