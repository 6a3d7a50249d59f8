from __future__ import annotations

from spoofcue.figures.canvas import number, shown
from spoofcue.figures.run import titles
from spoofcue.methods.settings import load_settings


def tree(*overrides: str) -> dict:
    return load_settings("small", None, list(overrides)).model_dump(mode="json")


def test_titles_name_what_differs() -> None:
    runs = [tree(), tree("model.auxiliary=cue"), tree("model.auxiliary=none")]
    assert titles(runs, "abc") == [["auxiliary: overlay"], ["auxiliary: cue"], ["auxiliary: none"]]
    resize = tree("input.mode=resize", "input.scoring=resize")
    assert titles([tree(), resize], "ab") == [["input: patch"], ["input: resize"]]
    both = titles([tree("input.scoring=grid"), tree("input.scoring=whole")], "ab")
    assert both == [["scoring: grid"], ["scoring: whole"]]


def test_runs_of_the_same_settings_go_by_their_names() -> None:
    assert titles([tree(), tree()], ["a", "b"]) == [["a"], ["b"]]


def test_many_differences_are_counted() -> None:
    far = tree("model.width=8", "loss.margin=1.0", "training.seed=3", "training.epochs=9")
    assert titles([tree(), far], "ab")[1] == ["width: 8", "margin: 1.0", "epochs: 9", "and 1 more"]


def test_numbers_and_names_fit_a_figure() -> None:
    assert [number(v) for v in (0, 0.0207, 2.06e-4)] == ["0", "0.0207", "2.06×10⁻⁴"]
    assert shown("mask-silicone-full-head") == "mask-\nsilicone-\nfull-head"
    assert shown("Partial_FunnyeyeGlasses", 16) == "Partial_Funnyeye\nGlasses"
    assert shown("replay-a") == "replay-a"
    assert max(map(len, shown("x" * 80).split("\n"))) == 9


def test_what_only_one_method_has_stands_at_its_run_alone() -> None:
    pixel = load_settings("small", None, ["pixel.map_weight=0.25"], "pixel")
    runs = [tree("method=cnn"), pixel.model_dump(mode="json")]
    assert titles(runs, "ab") == [["method: cnn"], ["method: pixel", "map weight: 0.25"]]
