from __future__ import annotations

import numpy as np
import pytest

from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import evaluate
from spoofcue.metrics.nonresponse import nonresponse_rates
from spoofcue.metrics.rates import error_rates
from spoofcue.metrics.scores import NonResponses, ScoreSet, by_video
from spoofcue.metrics.species import grouped
from spoofcue.metrics.thresholds import fixed_threshold

LOST = NonResponses.of(
    [0, 1, 1, 1, 1],
    ["", "print-1", "print-1", "mask-a", "mask-a"],
    ["live-1", "print-1", "print-9", "mask-1", "mask-1"],
)
SCORES = ScoreSet.of(
    [0.1, 0.2, 0.8, 0.6, 0.3],
    [0, 0, 1, 1, 1],
    ["", "", "print-1", "print-2", "replay-1"],
    ["live-1", "live-2", "print-1", "print-2", "replay-1"],
    lost=LOST,
)


def test_every_attempt_is_counted_at_frame_level() -> None:
    rates = nonresponse_rates(SCORES)
    assert (rates.bpnrr.errors, rates.bpnrr.total) == (1, 3)
    assert (rates.apnrr.errors, rates.apnrr.total) == (4, 7)
    by_pai = {s: (r.errors, r.total) for s, r in rates.apnrr_by_pai.items()}
    assert by_pai == {"mask-a": (2, 2), "print-1": (2, 3), "print-2": (0, 1), "replay-1": (0, 1)}


def test_a_video_is_lost_only_if_none_of_its_frames_has_a_score() -> None:
    videos = by_video(SCORES)
    assert len(videos) == 5  # live-1 and print-1 lost a frame and answered with another
    assert sorted(videos.lost.videos.text.tolist()) == ["mask-1", "print-9"]
    rates = nonresponse_rates(videos)
    assert (rates.bpnrr.errors, rates.bpnrr.total) == (0, 2)
    assert (rates.apnrr.errors, rates.apnrr.total) == (2, 5)
    assert rates.apnrr_by_pai["mask-a"].value == 1.0


def test_rows_without_a_video_stay_attempts_of_their_own() -> None:
    scores = ScoreSet.of([0.1, 0.3, 0.9], [0, 0, 1], lost=NonResponses.of([0, 0]))
    videos = by_video(scores)
    assert sorted(videos.score.tolist()) == [0.1, 0.3, 0.9]
    assert videos.lost.live == 2


def test_failures_to_acquire_count_as_refusals_as_in_bob() -> None:
    far, frr = nonresponse_rates(SCORES).with_failures(0.4, 0.2)
    fta = 5 / 10
    assert (far, frr) == pytest.approx((0.4 * (1 - fta), fta + 0.2 * (1 - fta)))


def test_groupings_sum_their_instruments() -> None:
    at = fixed_threshold(0.65)
    counts = {
        grouping: {
            s: (r.errors, r.total)
            for s, r in error_rates(grouped(SCORES, grouping), at).apcer_by_pai.items()
        }
        for grouping in ("instrument", "family", "pooled")
    }
    assert counts["instrument"] == {"print-1": (0, 1), "print-2": (1, 1), "replay-1": (1, 1)}
    assert counts["family"] == {"print": (1, 2), "replay": (1, 1)}
    assert counts["pooled"] == {"all attacks": (2, 3)}
    family = nonresponse_rates(grouped(SCORES, "family")).apnrr_by_pai
    assert {s: (r.errors, r.total) for s, r in family.items()} == {
        "mask": (2, 2),
        "print": (2, 4),
        "replay": (0, 1),
    }


def test_a_regrouped_ranking_is_what_sorting_gives() -> None:
    rng = np.random.default_rng(0)
    kinds = np.array(["", "print-1", "print-2", "replay-1"])[rng.integers(0, 4, 300)]
    scores = ScoreSet.of(rng.integers(0, 20, 300), kinds != "", kinds)
    family = grouped(scores, "family")
    again = ScoreSet.of(family.score, family.label, family.pai)
    assert list(family.ranking.by_pai) == list(again.ranking.by_pai) == ["print", "replay"]
    for name, values in family.ranking.by_pai.items():
        assert values.tolist() == again.ranking.by_pai[name].tolist()
    assert family.ranking.attack.tolist() == sorted(scores.score[scores.label == 1])


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"score": [0.1, float("nan")], "label": [0, 1]}, "1 of 2 scores are not finite"),
        ({"score": [0.1, float("inf")], "label": [0, 1]}, "not finite"),
        ({"score": [0.1], "label": [0, 1]}, "1 scores and 2 labels"),
        ({"score": [0.1], "label": [2]}, "0 .live. or 1"),
        ({"score": [0.1], "label": [0], "pai": ["print"]}, "live row has a PAI"),
        ({"score": [0.1], "label": [1], "subject": ["a", "b"]}, "2 subjects"),
    ],
)
def test_contradictions_are_refused(columns: dict[str, list[float]], told: str) -> None:
    with pytest.raises(InputError, match=told):
        ScoreSet.of(**columns)  # type: ignore[arg-type]


def test_a_video_is_of_one_class_species_and_person() -> None:
    for label, pai, subject, told in (
        ([0, 1], ["", "print"], ["a", "a"], "two classes"),
        ([1, 1], ["mask", "print"], ["a", "a"], "two PAI species"),
        ([0, 0], ["", ""], ["a", "b"], "two subjects"),
    ):
        with pytest.raises(InputError, match=f"'v' has frames of {told}"):
            by_video(ScoreSet.of([0.1, 0.2], label, pai, ["v", "v"], subject))
        # Just as well where one of the frames has no score.
        lost = NonResponses.of(label[1:], pai[1:], ["v"], subject[1:])
        with pytest.raises(InputError, match=told):
            by_video(ScoreSet.of([0.1], label[:1], pai[:1], ["v"], subject[:1], lost=lost))


def test_a_class_that_is_absent_is_refused() -> None:
    both, lives = ScoreSet.of([0.1, 0.9], [0, 1]), ScoreSet.of([0.1, 0.2], [0, 0])
    for test, dev in ((lives, both), (both, lives)):
        with pytest.raises(InputError, match="both classes; there are 2 live and 0 attack"):
            evaluate(test, dev)
