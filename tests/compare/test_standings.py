from __future__ import annotations

from pathlib import Path
from statistics import stdev

import numpy as np
import pytest

from helpers.made_runs import BAD, FACES, A, B, write_fold, write_scores
from spoofcue.compare.comparison import Comparison, compare
from spoofcue.compare.det_plot import mean_curve
from spoofcue.errors import InputError
from spoofcue.metrics.bootstrap_intervals import bootstrap
from spoofcue.metrics.measures import MEASURES
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.thresholds import eer_threshold


def two(tmp_path: Path, replicates: int = 0) -> Comparison:
    write_fold(tmp_path / "a", "a", A)
    write_fold(tmp_path / "b", "b", B)
    return compare([str(tmp_path)], replicates)


def test_rates_are_those_counted_by_hand(tmp_path: Path) -> None:
    cells = two(tmp_path).matches[0].standings.cells
    found = {m: {k: c.mean for k, c in row.items()} for m, row in cells.items()}
    # a passes p2, half of the prints and a quarter of the attacks; 14.5 of 16 pairs are in order
    wanted = {
        "apcer_max": 0.5,
        "bpcer": 0.0,
        "acer": 0.25,
        "hter": 0.125,
        "eer": 0.25,
        "auc": 14.5 / 16,
    }
    assert {name: found["a"][name] for name in wanted} == wanted
    assert list(found["a"]) == list(MEASURES)
    assert found["b"]["acer"] == 0.125
    assert found["b"]["auc"] == 1.0  # its threshold is at fault, not its order
    assert cells["b"]["acer"].best
    assert not cells["a"]["acer"].best
    assert not any(cells[m][k].best for m in "ab" for k in ("apcer_max", "bpcer"))
    assert cells["a"]["acer"].interval is None
    assert cells["a"]["acer"].difference is None


def test_folds_are_averaged_and_seeds_give_the_deviation(tmp_path: Path) -> None:
    # ACER: A 0.25; B 0.125; BAD: APCER 0.5, BPCER 0.5 -> 0.5
    plan = {("f1", 0): A, ("f1", 1): BAD, ("f2", 0): B, ("f2", 1): A}
    for (fold, seed), scores in plan.items():
        write_fold(tmp_path / f"x{fold}{seed}", "x", scores, fold=fold, seed=seed, folds=2)
    for fold in ("f1", "f2"):
        write_fold(tmp_path / f"y{fold}", "y", A, fold=fold, folds=2)
    cells = compare([str(tmp_path)], 0).matches[0].standings.cells
    assert cells["x"]["acer"].mean == pytest.approx((0.25 + 0.5 + 0.125 + 0.25) / 4)
    by_seed = [(0.25 + 0.125) / 2, (0.5 + 0.25) / 2]
    assert cells["x"]["acer"].deviation == pytest.approx(stdev(by_seed))
    assert cells["y"]["acer"].deviation is None


def test_folds_that_one_method_lacks_are_left_out_and_told(tmp_path: Path) -> None:
    for fold in ("f1", "f2"):
        write_fold(tmp_path / f"x{fold}", "x", A, fold=fold, folds=3)
    write_fold(tmp_path / "y", "y", B, fold="f2", folds=3)
    match = compare([str(tmp_path)], 0).matches[0]
    assert [f.name for f in match.contest.folds] == ["f2"]
    assert any("f1 of x" in n for n in match.contest.notes)
    assert any("1 of the protocol's 3 folds" in n for n in match.contest.notes)


def test_recordings_are_judged_where_they_have_several_frames(tmp_path: Path) -> None:
    test = (0.9, 0.0, 0.1, 0.1, 0.9, 0.3, 0.9, 0.9)  # l1 + l2: mean 0.45, live
    write_fold(tmp_path / "a", "a", test, frames=2, faces=grouped_faces())
    write_fold(tmp_path / "b", "b", B, frames=2, faces=grouped_faces())
    match = compare([str(tmp_path)], 0).matches[0]
    assert match.contest.by_video
    assert match.standings.cells["a"]["bpcer"].mean == 0.0
    assert match.disagreements.wrong["a"] == 2  # l1 and p2, as single faces


def grouped_faces() -> list[tuple[str, str, str]]:
    """Frames of one recording show one person."""
    return [(n, p, ("ann", "bob")[at // 2 % 2]) for at, (n, p, _) in enumerate(FACES)]


def people(folder: Path, method: str, offset: float, noise_seed: int) -> None:
    """20 people, whose live and attack scores overlap the less the larger the offset."""
    rng, own = np.random.default_rng(0), np.random.default_rng(noise_seed)
    faces, scores = [], []
    for person in range(20):
        shift = rng.normal(0, 0.3)
        for take in range(8):
            attack = take % 2
            faces.append((f"f{person}-{take}", "print" if attack else "", f"person-{person}"))
            scores.append(shift + attack * offset + float(own.normal(0, 0.5)))
    write_fold(folder, method, scores, faces=faces)
    write_scores(folder / "scores" / "dev.csv", scores, faces)  # any scores will do here


def test_identical_methods_differ_by_zero_and_share_the_first_place(tmp_path: Path) -> None:
    people(tmp_path / "a", "a", 1.0, 1)
    people(tmp_path / "b", "b", 1.0, 1)
    cells = compare([str(tmp_path)], 200).matches[0].standings.cells
    assert cells["a"]["acer"].best
    assert cells["b"]["acer"].best
    assert cells["b"]["acer"].difference == (0.0, 0.0)
    assert cells["b"]["acer"].like_the_best


def test_clearly_different_methods_are_told_apart_and_near_ones_are_not(tmp_path: Path) -> None:
    people(tmp_path / "good", "good", 1.5, 1)
    people(tmp_path / "near", "near", 1.45, 2)
    people(tmp_path / "poor", "poor", 0.1, 3)
    cells = compare([str(tmp_path)], 300).matches[0].standings.cells
    low, high = cells["poor"]["acer"].difference or (0.0, 0.0)
    assert 0 < low < high
    assert not cells["poor"]["acer"].like_the_best
    close = [cells[m]["auc"] for m in ("good", "near")]
    assert sum(c.best for c in close) == 1
    assert sum(c.like_the_best for c in close) == 1
    assert (cells["poor"]["auc"].difference or (0.0, 0.0))[1] < 0  # a higher AUC is better


def test_one_fold_has_the_interval_of_evaluate(tmp_path: Path) -> None:
    people(tmp_path / "a", "a", 0.8, 1)
    people(tmp_path / "b", "b", 1.0, 2)
    standings = compare([str(tmp_path)], 100, seed=5).matches[0].standings
    assert (standings.unit, standings.units) == ("subject", 20)
    test, dev = (read_scores(tmp_path / "a" / "scores" / f"{s}.csv") for s in ("test", "dev"))
    wanted = bootstrap(test, eer_threshold(dev), replicates=100, seed=5).intervals
    # The draws of a person depend on the order of names, in both: sorted.
    for measure, interval in wanted.items():
        assert standings.cells["a"][measure].interval == pytest.approx(interval)


def test_equal_folds_are_drawn_alike_so_their_mean_is_as_wide_as_one(tmp_path: Path) -> None:
    for method, seed in (("a", 1), ("b", 2)):
        people(tmp_path / "one" / method, method, 1.0, seed)
    one = compare([str(tmp_path / "one")], 100).matches[0].standings.cells["a"]["acer"]
    for method, seed in (("a", 1), ("b", 2)):
        for fold in ("f1", "f2"):
            people(tmp_path / "two" / method / fold, method, 1.0, seed)
            path = tmp_path / "two" / method / fold / "result.json"
            path.write_text(path.read_text().replace('"fold": "P1"', f'"fold": "{fold}"'))
    both = compare([str(tmp_path / "two")], 100).matches[0].standings.cells["a"]["acer"]
    assert both.interval == pytest.approx(one.interval)


def test_one_person_gives_no_interval(tmp_path: Path) -> None:
    faces = [(n, p, "ann") for n, p, _ in FACES]
    write_fold(tmp_path / "a", "a", A, faces=faces)
    write_fold(tmp_path / "b", "b", B, faces=faces)
    standings = compare([str(tmp_path)], 50).matches[0].standings
    assert standings.replicates == 0
    assert standings.cells["a"]["acer"].interval is None


def test_thresholds_come_from_dev_or_are_fixed_never_from_test(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "a", A)
    fixed = {"rule": "fixed", "value": 0.25}
    write_fold(tmp_path / "b", "b", B, threshold=fixed)
    (tmp_path / "b" / "scores" / "dev.csv").unlink()
    match = compare([str(tmp_path)], 0).matches[0]
    assert {j.method: j.threshold.value for j in match.standings.judged} == {"a": 0.5, "b": 0.25}
    assert any("different rules" in n for n in match.contest.notes)


def test_mean_curve_takes_the_bpcer_at_equal_apcer(tmp_path: Path) -> None:
    judged = two(tmp_path).matches[0].standings.judged
    # a: no attack passes at thresholds below 0.3, which refuse l3 and l4; with p2 passed, none
    at = np.array([0.0, 0.25])
    assert mean_curve([judged[0]], at).tolist() == [0.5, 0.0]
    assert mean_curve(list(judged), at).tolist() == [0.25, 0.0]  # b is perfect at some threshold


def test_other_terms_are_refused(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "a", A)
    write_fold(tmp_path / "b", "b", B, species="family")
    with pytest.raises(InputError, match="species is instrument"):
        compare([str(tmp_path)], 0)
    with pytest.raises(InputError, match="--bootstrap -1"):
        compare([str(tmp_path)], -1)
