from __future__ import annotations

from pathlib import Path

import pytest

from helpers.made_runs import FACES, A, B, write_fold, write_run
from spoofcue.compare.comparison import compare
from spoofcue.compare.disagreement import Disagreements
from spoofcue.errors import InputError

#    l1   l2   l3   l4   p1   p2   r1   r2
C = (0.7, 0.1, 0.2, 0.3, 0.1, 0.2, 0.9, 0.9)  # refuses l1, passes p1 and p2


def found(tmp_path: Path, shown: int = 6, **methods: tuple[float, ...]) -> Disagreements:
    for name, scores in methods.items():
        write_fold(tmp_path / name, name, scores)
    return compare([str(tmp_path)], 0, shown=shown).matches[0].disagreements


def shown(result: Disagreements) -> dict[str, list[str]]:
    return {g.title: [f.key[0] for f in g.faces] for g in result.groups}


def test_of_two_methods_each_face_has_one_that_is_right(tmp_path: Path) -> None:
    result = found(tmp_path, a=A, b=B)
    assert shown(result) == {"Only a is right": ["l1"], "Only b is right": ["p2"]}
    assert (result.faces, result.differ, result.all_right, result.all_wrong) == (8, 2, 6, 0)
    assert result.wrong == {"a": 1, "b": 1}
    assert result.only_right["a", "b"] == (1, 0)
    assert result.only_right["b", "a"] == (0, 1)
    assert result.only_right["a", "a"] == (0, 0)


def test_three_methods_are_grouped_by_who_is_right(tmp_path: Path) -> None:
    result = found(tmp_path, a=A, b=B, c=C)
    # wrong: l1 b c; p1 c; p2 a c
    assert shown(result) == {
        "Only a is right": ["l1"],
        "Only b is right": ["p2"],
        "Only c is wrong": ["p1"],
    }
    assert result.only_right["a", "c"] == (1, 1)
    assert result.only_right["c", "a"] == (0, 0)


def test_four_methods_may_be_split_in_the_middle_and_all_be_wrong(tmp_path: Path) -> None:
    refuse_l2 = (0.1, 0.9, *A[2:])
    pass_r2 = (*A[:7], 0.1)
    result = found(tmp_path, a=A, b=B, c=C, d=pass_r2)
    assert shown(result)["Several are right, several wrong"] == ["l1"]  # b and c refuse it
    assert shown(result)["Only d is wrong"] == ["r2"]
    assert shown(result)["Only b is right"] == ["p2"]
    result = found(tmp_path / "2", a=A, d=pass_r2, e=refuse_l2)
    assert shown(result)["All are wrong"] == ["p2"]
    assert result.all_wrong == 1


def test_faces_are_ranked_by_how_far_apart_the_methods_place_them(tmp_path: Path) -> None:
    # y's live scores are those of x; all four attacks pass y, below 3, 1, 2 and 0 live faces
    x = (0.1, 0.2, 0.3, 0.4, 0.9, 0.9, 0.9, 0.9)
    y = (0.1, 0.2, 0.3, 0.4, 0.35, 0.15, 0.25, 0.05)
    result = found(tmp_path, shown=3, x=x, y=y)
    (group,) = result.groups
    assert (group.title, group.count, group.live) == ("Only x is right", 4, 0)
    assert [f.key[0] for f in group.faces] == ["r2", "p2", "r1"]
    first = group.faces[0]
    assert (first.pai, first.subject, first.attack) == ("replay", "bob", True)
    assert first.verdicts["x"].percentile == 1.0
    assert first.verdicts["y"].percentile == 0.0
    assert first.verdicts["y"].limit == 1.0  # no live face lies above 0.5
    assert first.spread == 1.0


def test_seeds_vote_and_an_even_vote_is_an_attack(tmp_path: Path) -> None:
    write_fold(tmp_path / "a0", "a", A, seed=0)
    write_fold(tmp_path / "a1", "a", (0.9, *A[1:]), seed=1)  # refuses l1, as b does
    write_fold(tmp_path / "b", "b", B)
    result = compare([str(tmp_path)], 0).matches[0].disagreements
    assert shown(result) == {"Only b is right": ["p2"], "All are wrong": ["l1"]}
    verdict = result.groups[1].faces[0].verdicts["a"]
    assert (verdict.attack, verdict.calls, verdict.seeds) == (True, 1, 2)


def test_only_faces_that_all_scored_count_and_the_others_are_told(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "a", A)
    write_fold(tmp_path / "b", "b", (None, *B[1:]))
    match = compare([str(tmp_path)], 0).matches[0]
    assert match.disagreements.faces == 7
    assert shown(match.disagreements) == {"Only b is right": ["p2"]}
    assert match.standings.cells["b"]["bpcer"].mean == 0.0  # l1, its error, is out for both
    assert any(n.startswith("1 faces that a scored") for n in match.contest.notes)
    assert any(n.startswith("b gave no score to 1") for n in match.contest.notes)


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "a", A)
    write_fold(tmp_path / "b", "b", B[::-1], faces=FACES[::-1])
    result = compare([str(tmp_path)], 0).matches[0].disagreements
    assert shown(result) == {"Only a is right": ["l1"], "Only b is right": ["p2"]}


def test_nothing_in_common_is_refused(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "a", A)
    with pytest.raises(InputError, match="only one method, a"):
        compare([str(tmp_path)])
    others = [(f"other-{n}", p, s) for n, p, s in FACES]
    write_fold(tmp_path / "b", "b", B, faces=others)
    with pytest.raises(InputError, match="no face was scored by all"):
        compare([str(tmp_path)])
    write_fold(tmp_path / "b", "b", B, protocol="P2")
    with pytest.raises(InputError, match="no protocol was run by two methods"):
        compare([str(tmp_path)])
    write_fold(tmp_path / "b", "b", B, faces=[(n, p, "ann") for n, p, _ in FACES])
    with pytest.raises(InputError, match="other subjects"):
        compare([str(tmp_path)])


def test_runs_are_compared_by_what_they_were_tested_on(tmp_path: Path) -> None:
    for name, scores, method in (("1", A, "lgsc"), ("2", B, "cnn")):
        write_run(tmp_path / name, scores, tmp_path / "oulu" / "prepared", method=method)
    comparison = compare([str(tmp_path)], 0)
    assert list(comparison.methods) == ["lgsc", "cnn"]
    assert [m.contest.name for m in comparison.matches] == ["oulu/prepared"]
