from __future__ import annotations

from pathlib import Path

import pytest

from helpers.made_runs import A, B, write_fold, write_run
from spoofcue.compare.comparison import by_name
from spoofcue.compare.finding import find
from spoofcue.compare.reading import read
from spoofcue.errors import InputError


def names(*arguments: str | Path) -> dict[str, list[Path]]:
    named = by_name([read(f) for f in find([str(a) for a in arguments]).results])
    return {name: [m.folder.path for m in members] for name, members in named.items()}


def test_folds_of_both_layouts_are_found_once(tmp_path: Path) -> None:
    old = write_fold(tmp_path / "lgsc" / "P1" / "P1", "lgsc", A)
    new = write_fold(tmp_path / "cnn" / "P1" / "P1" / "seed-0", "cnn", B)
    write_run(old / "run", A, old / "data")  # a part of the fold, not a result of its own
    assert names(tmp_path) == {"cnn": [new], "lgsc": [old]}
    assert names(old, tmp_path, new) == {"lgsc": [old], "cnn": [new]}
    assert names(tmp_path, f"ours={old}") == {"cnn": [new], "ours": [old]}


def test_presets_tell_methods_apart_only_where_they_differ(tmp_path: Path) -> None:
    write_fold(tmp_path / "1", "lgsc", A)
    write_fold(tmp_path / "2", "lgsc", A, preset="ablation-no-triplet")
    write_fold(tmp_path / "3", "cnn", B)
    write_fold(tmp_path / "4", "lgsc", A, preset="ablation-no-triplet", seed=1)
    assert {n: len(p) for n, p in names(tmp_path).items()} == {
        "lgsc small": 1,
        "lgsc ablation-no-triplet": 2,
        "cnn": 1,
    }


def test_runs_of_one_method_and_seed_are_named_by_their_folders(tmp_path: Path) -> None:
    first, second = (write_run(tmp_path / n, A, tmp_path / "oulu") for n in ("first", "second"))
    assert set(names(first, second)) == {"lgsc (first)", "lgsc (second)"}
    assert set(names(tmp_path)) == {"lgsc (first)", "lgsc (second)"}
    assert set(names(f"x={first}", second)) == {"x", "lgsc"}


def test_seeds_with_other_settings_are_not_mixed(tmp_path: Path) -> None:
    write_fold(tmp_path / "a", "lgsc", A)
    write_fold(tmp_path / "b", "lgsc", A, seed=1, settings={"training": {"epochs": 2}})
    assert set(names(tmp_path)) == {"lgsc (a)", "lgsc (b)"}
    # Where and with which seed it was trained is no such setting.
    write_fold(tmp_path / "b", "lgsc", A, seed=1, settings={"training": {"seed": 1, "workers": 8}})
    assert set(names(tmp_path)) == {"lgsc"}


def test_links_are_followed_once(tmp_path: Path) -> None:
    write_fold(tmp_path / "elsewhere/first", "lgsc", A)
    (tmp_path / "results").mkdir()
    for name, target in (("here", "../elsewhere"), ("here-too", "../elsewhere"), ("loop", ".")):
        (tmp_path / "results" / name).symlink_to(target)
    assert names(tmp_path / "results") == {"lgsc": [tmp_path / "results/here/first"]}


def test_a_path_may_hold_an_equals_sign(tmp_path: Path) -> None:
    folder = write_fold(tmp_path / "lr=1", "lgsc", A)
    assert names(folder) == {"lgsc": [folder]}


def test_what_cannot_be_compared_is_refused_with_the_remedy(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="no finished fold"):
        find([str(empty)])
    with pytest.raises(InputError, match="no folder"):
        find([str(tmp_path / "nothing")])
    run = write_run(tmp_path / "run", A, tmp_path)
    (run / "evaluation" / "metrics.json").unlink()
    with pytest.raises(InputError, match="spoofcue evaluate"):
        find([str(run)])
    write_fold(tmp_path / "fold", "lgsc", A)
    assert find([str(tmp_path)]).unevaluated == (run,)
    with pytest.raises(InputError, match="NAME=PATH"):
        find([f"={run}"])
    (tmp_path / "fold" / "scores" / "dev.csv").unlink()
    with pytest.raises(InputError, match=r"dev\.csv"):
        names(tmp_path / "fold")
    (tmp_path / "fold" / "result.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        find([str(tmp_path / "fold")])
