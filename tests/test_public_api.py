"""The names that others may build on, and what it costs to import them."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "api.md"
NAMES = {
    "spoofcue": {
        *("Detector", "Result", "QualityLimits", "ExitRule", "EvidenceRule"),
        *("SpoofCueError", "InputError", "ProblemsError", "PackageError", "MediaError"),
        *("train", "evaluate"),
        *("cue", "datasets", "metrics", "protocols", "simulate"),
        "__version__",
    },
    "spoofcue.cue": {
        *("LGSC", "CueGenerator", "ResNet18Encoder"),
        *("lgsc_loss", "regression_loss", "triplet_loss", "spoof_score"),
    },
    "spoofcue.datasets": {"DATASETS", "Dataset", "Recording", "recordings"},
    "spoofcue.metrics": {
        *("ScoreSet", "NonResponses", "by_video", "read_scores"),
        *("evaluate", "EvaluationOptions", "Evaluation", "MEASURES", "Measure"),
        *("apcer", "bpcer", "acer", "hter", "eer", "auc"),
        *("error_rates", "det_curve", "bootstrap", "Threshold", "ThresholdRule"),
        *("eer_threshold", "min_hter_threshold", "fixed_threshold"),
        *("apcer_threshold", "bpcer_threshold"),
    },
    "spoofcue.protocols": {"Fold", "Protocol", "ProtocolSet", "folds", "load_set", "set_names"},
    "spoofcue.simulate": {"Catalogue", "OnlineSimulator", "attack", "live", "load_catalogue"},
}


@pytest.mark.parametrize("module", NAMES)
def test_the_public_names_are_these_and_all_of_them_load(module: str) -> None:
    package = importlib.import_module(module)
    assert sorted(package.__all__) == sorted(NAMES[module])
    assert set(dir(package)) >= NAMES[module]
    for name in NAMES[module]:
        assert getattr(package, name) is not None
    with pytest.raises(AttributeError, match=f"module '{module}' has no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_the_page_lists_every_public_name_once_in_its_section() -> None:
    listed: dict[str, list[str]] = {}
    section: list[str] = []
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"## `([\w.]+)`.*", line):
            section = listed.setdefault(heading[1], [])
        elif row := re.match(r"\| `(\w+)", line):
            section.append(row[1])
    assert {module: sorted(names) for module, names in listed.items()} == {
        module: sorted(names) for module, names in NAMES.items()
    }


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("spoofcue", ("torch", "numpy", "pydantic", "cv2", "polars", "av", "click")),
        ("spoofcue.simulate", ("torch", "polars")),
        *(
            (f"spoofcue.{name}", ("torch", "numpy", "polars"))
            for name in ("datasets", "metrics", "protocols")
        ),
        ("spoofcue.cue", ("torch", "numpy")),
    ],
)
def test_importing_loads_nothing_heavy(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*set({unwanted}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_packages_are_attributes_without_an_import_of_their_own() -> None:
    code = "import spoofcue; print(spoofcue.protocols.folds('oulu-npu', '1')[0].name)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


PUBLIC = [(module, name) for module, names in NAMES.items() for name in sorted(names)]


@pytest.mark.parametrize(("module", "name"), PUBLIC)
def test_each_public_name_has_a_docstring_with_an_example(module: str, name: str) -> None:
    public = getattr(importlib.import_module(module), name)
    if isinstance(public, ModuleType) or not callable(public):
        return
    shown = [public, *vars(public).values()] if inspect.isclass(public) else [public]
    assert any(doctest.DocTestParser().get_examples(inspect.getdoc(one) or "") for one in shown)


def test_the_paper_is_read_in_one_sitting() -> None:
    # the network, its losses and its score: what somebody reads who knows only the paper
    cue = Path(__file__).parent.parent / "src" / "spoofcue" / "cue"
    files = {path.stem for path in cue.glob("*.py")} - {"__init__"}
    order = str(importlib.import_module("spoofcue.cue").__doc__)
    assert len(files) + 1 <= 8
    assert all(f"``{name}``" in order for name in files)
