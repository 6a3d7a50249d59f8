"""Small sets counted by hand, and what is told beside the numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from spoofcue.errors import InputError
from spoofcue.metrics.bootstrap_intervals import bootstrap, draw
from spoofcue.metrics.columns import Categories
from spoofcue.metrics.curves import det_curve, sweep
from spoofcue.metrics.evaluation import EvaluationOptions, evaluate
from spoofcue.metrics.intervals import clopper_pearson
from spoofcue.metrics.measures import MEASURES, rates_at_eer
from spoofcue.metrics.score_files import as_format, detect_format, read_scores, write_scores
from spoofcue.metrics.scores import NonResponses, ScoreSet, by_video
from spoofcue.metrics.species import grouped
from spoofcue.metrics.thresholds import (
    EER,
    Threshold,
    ThresholdRule,
    apcer_threshold,
    bpcer_threshold,
    eer_threshold,
    fixed_threshold,
    min_hter_threshold,
)

# At 0.45: one of three live faces is refused; of the attacks print-1 passes once of twice,
# print-2 never, replay-1 once of once.
TEST = ScoreSet.of(
    [0.1, 0.4, 0.6, 0.3, 0.9, 0.8, 0.2],
    [0, 0, 0, 1, 1, 1, 1],
    ["", "", "", "print-1", "print-1", "print-2", "replay-1"],
    ["v1", "v2", "v3", "v4", "v5", "v6", "v7"],
    ["a", "b", "c", "a", "b", "c", "a"],
    lost=NonResponses.of([0, 1], ["", "mask"], ["v8", "v9"], ["b", "b"]),
)
# EER: between 0.4 and 0.5, where neither class errs.
DEV = ScoreSet.of(
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
    [0, 0, 0, 0, 1, 1, 1],
    ["", "", "", "", "print-1", "print-1", "replay-1"],
)


AT_045 = ThresholdRule("fixed", 0.45)


def count(errors: int, total: int) -> dict[str, object]:
    low = beta.ppf(0.025, errors, total - errors + 1) if errors else 0.0
    high = beta.ppf(0.975, errors + 1, total - errors) if errors < total else 1.0
    ci95 = [pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9)]
    return {"errors": errors, "total": total, "ci95": ci95}


def rates(by_pai: dict[str, tuple[int, int]], bpcer: tuple[int, int]) -> dict[str, object]:
    """The record of error rates, from counts."""
    worst = max(by_pai, key=lambda s: by_pai[s][0] / by_pai[s][1])
    highest, refused = by_pai[worst][0] / by_pai[worst][1], bpcer[0] / bpcer[1]
    passed, attacks = (sum(c[k] for c in by_pai.values()) for k in (0, 1))
    return {
        "apcer_max": pytest.approx(highest),
        "worst_pai": worst,
        "apcer_by_pai": {s: pytest.approx(e / n) for s, (e, n) in by_pai.items()},
        "apcer_pooled": pytest.approx(passed / attacks),
        "bpcer": pytest.approx(refused),
        "acer": pytest.approx((highest + refused) / 2),
        "hter": pytest.approx((passed / attacks + refused) / 2),
        "counts": {
            "bpcer": count(*bpcer),
            "apcer_pooled": count(passed, attacks),
            "apcer_by_pai": {s: count(e, n) for s, (e, n) in by_pai.items()},
        },
    }


def as_counted_here(record: Any) -> Any:
    """A record without the measures that are not counted by hand here, if there are more."""
    if not isinstance(record, dict):
        return record
    other = MEASURES.keys() - {"apcer_max", "bpcer", "acer", "hter", "eer", "auc"}
    return {key: as_counted_here(part) for key, part in record.items() if key not in other}


INSTRUMENTS = {"print-1": (1, 2), "print-2": (0, 1), "replay-1": (1, 1)}


def test_the_whole_record_of_a_set_counted_by_hand() -> None:
    found = as_counted_here(evaluate(TEST, DEV).to_dict())
    direction = found.pop("score_direction")
    assert direction == "higher = more likely an attack; attack if score > threshold"
    assert found.pop("grouping") == "instrument"
    assert found.pop("video") is None  # each recording has one frame
    assert found.pop("nonresponse") == {"live": 1, "attack": 1}
    assert found.pop("hints") == []
    level = found.pop("frame")
    assert found == {}

    assert level.pop("threshold") == {
        "value": pytest.approx(0.45),
        "rule": "eer",
        "source": "dev",
    }
    assert level.pop("grouping") == "instrument"
    assert level.pop("groupings") == {
        "instrument": rates(INSTRUMENTS, (1, 3)),
        "family": rates({"print": (1, 3), "replay": (1, 1)}, (1, 3)),
        "pooled": rates({"all attacks": (2, 4)}, (1, 3)),
    }
    assert level.pop("dev") == rates({"print-1": (0, 2), "replay-1": (0, 1)}, (0, 4))
    # Of 3 x 4 pairs the attack is higher in 3 (0.9), 3 (0.8), 1 (0.3) and 1 (0.2).
    assert level.pop("auc") == pytest.approx(8 / 12)
    # |FAR - FRR| is least at 0.35, where half of the attacks pass and 2 of 3 live are refused,
    # and as small at 0.5 with 1 of 3: the lower one counts.
    assert level.pop("eer") == pytest.approx((2 / 4 + 2 / 3) / 2)
    assert level.pop("nonresponse") == {
        "live": 1,
        "attack": 1,
        "bpnrr": 1 / 4,
        "apnrr": 1 / 5,
        "apnrr_by_pai": {"mask": 1.0, "print-1": 0.0, "print-2": 0.0, "replay-1": 0.0},
        "failure_to_acquire": pytest.approx(2 / 9),
        "far_with_failures": pytest.approx(2 / 4 * 7 / 9),
        "frr_with_failures": pytest.approx(2 / 9 + 1 / 3 * 7 / 9),
    }
    det = level.pop("det")
    assert det == {
        "threshold": [None, *(pytest.approx(t) for t in DET_THRESHOLDS), None],
        "apcer": [0, 0, 1 / 4, 2 / 4, 2 / 4, 2 / 4, 3 / 4, 1],
        "bpcer": pytest.approx([1, 2 / 3, 2 / 3, 2 / 3, 1 / 3, 0, 0, 0]),
    }
    assert level.pop("bootstrap") is None
    # No attack of dev may pass: the next float below its lowest, over both species.
    apcer = level.pop("bpcer_at_apcer")
    assert list(apcer) == ["0.1", "0.05", "0.01", "0.001"]
    for limit, needed in zip(apcer, (30, 60, 300, 3000), strict=True):
        assert apcer[limit] == {
            "threshold": float(np.nextafter(0.5, 0)),
            "apcer_max": 1.0,  # replay-1
            "bpcer": pytest.approx(1 / 3),
            "supported": False,
            "reason": f"dev has 1 replay-1 attempts; a rate of {100 * float(limit):g} % "
            f"needs {needed} (rule of three)",
        }
    bpcer = level.pop("apcer_at_bpcer")
    assert list(bpcer) == ["0.1", "0.05", "0.01"]
    for limit, needed in zip(bpcer, (30, 60, 300), strict=True):
        assert bpcer[limit] == {
            "threshold": 0.4,
            "apcer_max": 1.0,
            "bpcer": pytest.approx(1 / 3),
            "supported": False,
            "reason": f"dev has 4 live attempts; a rate of {100 * float(limit):g} % "
            f"needs {needed} (rule of three)",
        }
    assert level == rates(INSTRUMENTS, (1, 3))


DET_THRESHOLDS = [0.15, 0.25, 0.35, 0.5, 0.7, 0.85]


def test_a_fixed_threshold_needs_no_dev_and_says_nothing_of_it() -> None:
    level = evaluate(TEST, None, EvaluationOptions(AT_045, "pooled")).to_dict()["frame"]
    assert level["threshold"] == {"value": 0.45, "rule": "fixed", "source": "given"}
    assert (level["dev"], level["bpcer_at_apcer"], level["apcer_at_bpcer"]) == (None, {}, {})
    assert (level["worst_pai"], level["apcer_max"]) == ("all attacks", 0.5)


def test_video_level_has_dev_grouping_and_seed_of_its_own_level() -> None:
    def doubled(scores: ScoreSet) -> ScoreSet:
        """Each attempt as two frames, 0.05 below and above."""
        twice = np.repeat(np.arange(len(scores)), 2)
        step = np.tile([-0.05, 0.05], len(scores))
        columns = (scores.pai[twice], twice.astype(str), scores.subject[twice])
        return ScoreSet.of(scores.score[twice] + step, scores.label[twice], *columns)

    options = EvaluationOptions(EER, "family", replicates=40, seed=3)
    found = evaluate(doubled(TEST), doubled(DEV), options)
    assert found.video is not None
    alone = evaluate(TEST, DEV, options).frame
    assert found.video.grouping == "family"
    assert found.video.threshold.value == pytest.approx(alone.threshold.value)
    assert found.video.rates.apcer_by_pai == alone.rates.apcer_by_pai
    for level, scores in ((found.frame, doubled(TEST)), (found.video, TEST)):
        species = grouped(scores, "family")
        wanted = bootstrap(species, level.threshold, replicates=40, seed=3)
        assert level.bootstrap is not None
        assert (level.bootstrap.seed, level.bootstrap.replicates) == (3, 40)
        assert level.bootstrap.unit == "subject"
        assert level.bootstrap.intervals["acer"] == pytest.approx(wanted.intervals["acer"])
    assert evaluate(doubled(TEST), None, EvaluationOptions(AT_045)).video is not None
    whole = evaluate(doubled(TEST), None, EvaluationOptions(AT_045)).to_dict()
    assert whole["video"]["bpcer"] == pytest.approx(1 / 3)


def test_a_bootstrap_says_what_it_drew() -> None:
    at = fixed_threshold(0.45)
    found = bootstrap(TEST, at)
    assert (found.replicates, found.seed, found.confidence) == (1000, 0, 0.95)
    assert (
        found.intervals == bootstrap(TEST, at, replicates=1000, seed=0, confidence=0.95).intervals
    )
    rng = np.random.default_rng(0)
    label = np.arange(60) % 2
    many = ScoreSet.of(rng.normal(label), label, subject=(np.arange(60) // 4).astype(str))
    (low, high), (lower, higher) = (
        bootstrap(many, at, confidence=part).intervals["auc"] for part in (0.5, 0.95)
    )
    assert lower < low < high < higher
    assert bootstrap(many, at, seed=1).intervals != bootstrap(many, at).intervals
    assert bootstrap(TEST, at, replicates=1).replicates == 1
    assert evaluate(TEST, DEV).frame.bootstrap is None
    with pytest.raises(InputError, match=r"^0 bootstrap replicates: ask for 1 or more"):
        bootstrap(TEST, at, replicates=0)


def test_a_bootstrap_without_one_full_replicate_is_refused() -> None:
    two = ScoreSet.of([0.1, 0.9], [0, 1], video=["a", "b"])
    # Of two recordings, one a class, half of the draws take the same one twice.
    drawn = {seed: draw(np.random.default_rng(seed), 2, 1)[0].tolist() for seed in range(12)}
    for seed, times in drawn.items():
        if times == [1, 1]:
            assert bootstrap(two, fixed_threshold(0.5), replicates=1, seed=seed).undefined == 0
        else:
            with pytest.raises(InputError, match="no bootstrap replicate has both live faces and"):
                bootstrap(two, fixed_threshold(0.5), replicates=1, seed=seed)
    assert {tuple(times) for times in drawn.values()} == {(1, 1), (2, 0), (0, 2)}


def test_a_threshold_tells_its_rule_and_source() -> None:
    assert eer_threshold(DEV) == Threshold(pytest.approx(0.45), "eer", "dev")
    assert min_hter_threshold(DEV) == Threshold(pytest.approx(0.45), "min-hter", "dev")
    assert fixed_threshold(1) == Threshold(1.0, "fixed", "given")
    # One print-1 of two may pass, and no replay-1 (0.7): print-1's limit is the lower.
    assert apcer_threshold(DEV, rate=0.5) == Threshold(0.5, "apcer<=0.5", "dev")
    assert bpcer_threshold(DEV, rate=0.25) == Threshold(0.3, "bpcer<=0.25", "dev")
    for rule in (eer_threshold, min_hter_threshold):
        assert rule(DEV, source="own").source == "own"
    for limited in (apcer_threshold, bpcer_threshold):
        assert limited(DEV, rate=0.1).source == "dev"
        assert limited(DEV, rate=0.1, source="own").source == "own"
    assert ThresholdRule("min-hter").on(DEV).rule == "min-hter"
    for value in (float("nan"), float("inf")):
        with pytest.raises(InputError, match=f"a threshold must be a finite number, not {value}"):
            fixed_threshold(value)
    live, attack = ScoreSet.of([0.1], [0]), ScoreSet.of([0.1], [1])
    with pytest.raises(InputError, match="a threshold for apcer needs attack scores and there"):
        apcer_threshold(live, rate=0.1)
    with pytest.raises(InputError, match="a threshold for bpcer needs live scores and there"):
        bpcer_threshold(attack, rate=0.1)


def test_what_a_fit_is_judged_by_on_dev() -> None:
    assert rates_at_eer(TEST) == {
        "acer": pytest.approx((1 + 2 / 3) / 2),  # at 0.35 replay-1 passes whole
        "eer": pytest.approx((2 / 4 + 2 / 3) / 2),
        "auc": pytest.approx(8 / 12),
        "threshold": pytest.approx(0.35),
    }


def test_points_are_thinned_by_default_only_beyond_two_thousand() -> None:
    few = ScoreSet.of(np.arange(1999), np.arange(1999) % 2)
    assert len(det_curve(few)) == len(sweep(few).value) == 2000  # both ends are points too
    many = ScoreSet.of(np.arange(2000), np.arange(2000) % 2)
    assert len(det_curve(many)) < 2000
    assert len(det_curve(few, most=1999)) < 1999


def test_intervals_at_the_ends_and_of_another_confidence() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    # Without an error the upper end solves (1 - x)^n = 2.5 %, without a success likewise.
    assert clopper_pearson(0, 10) == (0.0, pytest.approx(1 - 0.025**0.1))
    assert clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)
    assert clopper_pearson(0, 1, 0.8) == (0.0, pytest.approx(0.9))
    wanted = beta.ppf([0.05], 3, 8)[0], beta.ppf([0.95], 4, 7)[0]
    assert clopper_pearson(3, 10, 0.9) == pytest.approx(wanted, abs=1e-12)


def test_columns_of_names_by_hand() -> None:
    column = Categories.of(["b", "a", "b"])
    assert (column.codes.tolist(), column.names) == ([1, 0, 1], ("a", "b"))
    assert column.codes.dtype == np.int32
    assert [column.code(name) for name in ("a", "b", "c")] == [0, 1, -1]
    assert column.units().tolist() == [1, 0, 1]  # none is without a name
    same = Categories.constant("x", 2)
    assert (same.codes.tolist(), same.names, same.codes.dtype) == ([0, 0], ("x",), np.int32)
    assert Categories.constant("x", 0).names == ()
    merged = column.renamed(["z", "z"])
    assert (merged.codes.tolist(), merged.names) == ([0, 0, 0], ("z",))
    assert Categories.coded([2, 0], ["b", "unused", "a"]).text.tolist() == ["a", "b"]
    empty = Categories.of([])
    assert (len(empty), empty.names, empty.text.tolist()) == (0, (), [])
    assert (empty.codes.dtype, empty.text.dtype.kind) == (np.int32, "U")
    assert column.rows(np.zeros(3, np.bool_)).codes.dtype == np.int32


def test_attacks_without_a_species_are_of_one() -> None:
    scores = ScoreSet.of([0.1, 0.8, 0.9], [0, 1, 1], ["", "", "mask"])
    assert scores.pai.tolist() == ["", "attack", "mask"]
    assert scores.species == ["attack", "mask"]
    assert (scores.label.dtype, scores.score.dtype) == (np.int8, np.float64)
    assert scores.video.tolist() == scores.subject.tolist() == ["", "", ""]
    assert not scores.has_videos
    lost = NonResponses.of([1], video=["v"])
    answered = ScoreSet.of([0.1, 0.9], [0, 1], video=["", "v"], lost=lost)
    assert answered.has_videos  # one frame with a score, one without
    assert not ScoreSet.of([0.1, 0.9], [0, 1], video=["u", "v"]).has_videos
    # Columns of a table, one number a row, are taken as they are meant.
    table = ScoreSet.of([[0.1], [0.9]], [[0], [1]], [[""], ["mask"]])
    assert (len(table), table.label.tolist(), table.pai.tolist()) == (2, [0, 1], ["", "mask"])
    assert ScoreSet.of([0.1, 0.9], [0.0, 1.0]).label.tolist() == [0, 1]


def test_a_recording_keeps_its_names_and_the_mean_of_its_frames() -> None:
    frames = ScoreSet.of(
        [0.9, 0.2, 0.7, 0.4, 0.5],
        [1, 0, 1, 0, 0],
        ["print", "", "print", "", ""],
        ["x", "y", "x", "y", ""],
        ["s2", "s1", "s2", "s1", "s3"],
        lost=NonResponses.of([1, 1], ["mask", "print"], ["z", "x"], ["s4", "s2"]),
    )
    videos = by_video(frames)
    rows = zip(
        videos.video.tolist(),
        videos.score.tolist(),
        videos.label.tolist(),
        videos.pai.tolist(),
        videos.subject.tolist(),
        strict=True,
    )
    assert sorted(rows) == [
        ("", 0.5, 0, "", "s3"),
        ("x", pytest.approx(0.8), 1, "print", "s2"),
        ("y", pytest.approx(0.3), 0, "", "s1"),
    ]
    lost = videos.lost
    assert lost.label.tolist() == [1]
    columns = (lost.pais, lost.videos, lost.subjects)
    assert [column.text.tolist() for column in columns] == [["mask"], ["z"], ["s4"]]


def test_a_csv_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    # A byte order mark, blanks around names, an empty line, capitals.
    path.write_text(
        " score, label ,PAI,video,subject\n 0.25 , Live ,,v1, é \n\n0.75,ATTACK, print ,v2,\n"
        ",0,,,\n",
        encoding="utf-8-sig",
    )
    assert detect_format(path) == "csv"
    scores = read_scores(path)
    assert scores.score.tolist() == [0.25, 0.75]
    assert scores.label.tolist() == [0, 1]
    assert scores.pai.tolist() == ["", "print"]
    assert scores.video.tolist() == ["v1", "v2"]
    assert scores.subject.tolist() == ["é", ""]
    assert scores.lost.label.tolist() == [0]
    path.write_text("score,label\n0.1,0\n0.2,maybe\n")
    with pytest.raises(InputError, match="line 3: label 'maybe' is not 0, 1, live or attack"):
        read_scores(path)
    path.write_text("score,label\n0.1,0\n")
    with pytest.raises(InputError, match="has no column split to choose 'dev' by"):
        read_scores(path, split="dev")
    path.write_text("score,kind\n0.1,0\n")
    with pytest.raises(InputError, match=r"\['score', 'kind'\] and lacks \['label'\]"):
        read_scores(path)


def test_rows_of_a_split_are_taken_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("split,score,label\ntest,0.5,0\n dev ,0.1,0\ntest,0.6,1\ndev,0.9,1\n")
    assert read_scores(path, split="dev").score.tolist() == [0.1, 0.9]
    assert read_scores(path, "csv", "test").score.tolist() == [0.5, 0.6]
    assert read_scores(path).score.tolist() == [0.5, 0.1, 0.6, 0.9]


def test_a_written_csv_file_is_this_text(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    write_scores(TEST, path, "csv")
    assert path.read_bytes().decode().split("\n") == [
        "score,label,pai,video,subject",
        "0.1,0,,v1,a",
        "0.4,0,,v2,b",
        "0.6,0,,v3,c",
        "0.3,1,print-1,v4,a",
        "0.9,1,print-1,v5,b",
        "0.8,1,print-2,v6,c",
        "0.2,1,replay-1,v7,a",
        ",0,,v8,b",
        ",1,mask,v9,b",
        "",
    ]


def test_a_format_is_told_by_the_first_row_that_is_no_comment(tmp_path: Path) -> None:
    path = tmp_path / "s"
    for text, kind in (
        ("# four words are here\n\n1 1 a 0.5\n", "bob4"),
        ("1 1 1 a -inf\n", "bob5"),
        ("1 1 a b\n", "csv"),
        ("1 1 0.5\n", "csv"),
        ("", "csv"),
    ):
        path.write_text(text)
        assert detect_format(path) == kind
    for kind in ("csv", "bob4", "bob5"):
        assert as_format(kind) == kind
    with pytest.raises(InputError, match=r"'xml': choose one of csv, bob4, bob5"):
        as_format("xml")


def test_bobs_unknown_names_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("#c\n- - - 0.5\n\n# c\n- print - nan\n2 2 v -0.5\n")
    scores = read_scores(path)
    assert (scores.score.tolist(), scores.label.tolist()) == ([-0.5, 0.5], [0, 0])
    assert (scores.subject.tolist(), scores.video.tolist()) == (["", "2"], ["", "v"])
    assert scores.lost.pais.text.tolist() == ["print"]
    with pytest.raises(InputError, match="bob's columns, and no split to choose 'dev' by"):
        read_scores(path, "bob4", "dev")
    path.write_bytes(b"1 1 a\xff 0.5\n")
    for kind in ("bob4", None):
        with pytest.raises(InputError, match="line 1: that is no UTF-8"):
            read_scores(path, kind)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"cannot read .*: No such file"):
        read_scores(tmp_path / "none", "bob4")
    for name, told in (("a b", "'a b'"), (" a", "' a'"), ("#a", "'#a'"), ("-", "'-'")):
        one = ScoreSet.of([0.5], [0], video=[name])
        with pytest.raises(InputError, match=f"video {told} cannot stand in a score file"):
            write_scores(one, path, "bob5")
        silent = ScoreSet.of([0.5], [0], lost=NonResponses.of([0], video=[name]))
        with pytest.raises(InputError, match=f"video {told} cannot stand"):
            write_scores(silent, path, "bob4")
