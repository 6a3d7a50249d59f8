"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "spoofcue"
ALLOWED = {
    "media": {"media"},
    "faces": {"media", "faces"},
    "patches": {"patches"},
    "package": {"package"},
    "runtime": {"runtime", "package", "cue"},
    "cue": {"cue"},
    "metrics": {"metrics"},
    "simulate": {"simulate", "faces", "media"},
    "data": {"data", "faces", "media"},
    "datasets": {"datasets", "data", "faces", "media"},
    "scoring": {
        *("scoring", "cue", "data", "faces", "media", "metrics", "patches", "package", "runtime"),
    },
    "training": {"training", "simulate", "cue", "data", "media", "metrics", "patches", "scoring"},
    "methods": {
        *("methods", "training", "simulate", "cue", "data", "faces", "media", "metrics"),
        *("patches", "scoring", "package"),
    },
    "protocols": {"protocols"},
    "benchmark": {
        *("benchmark", "data", "media", "metrics", "protocols", "scoring", "simulate", "training"),
        *("datasets", "faces", "report", "methods"),
    },
    "report": {"report", "metrics"},
    "compare": {"compare", "media", "metrics", "report"},
    "figures": {
        *(
            "figures",
            "cue",
            "methods",
            "data",
            "faces",
            "media",
            "metrics",
            "patches",
            "report",
            "scoring",
        ),
    },
    "detector": {
        *("detector", "faces", "media", "methods", "metrics", "package", "patches", "scoring"),
    },
    "export": {
        *("export", "cue", "data", "media", "metrics", "package", "patches", "runtime", "scoring"),
    },
}
EVERYWHERE = {
    "errors",
    "config",
    "processes",
    "source",
    "whole_files",
    "plain_lines",
    "__version__",
}


def imported(path: Path) -> set[str]:
    """Names of our own stages that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spoofcue"):
            parts = (node.module or "").split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
    return found


@pytest.mark.parametrize("stage", sorted(ALLOWED))
def test_a_stage_imports_only_what_comes_before_it(stage: str) -> None:
    for path in (SOURCE / stage).rglob("*.py"):
        assert imported(path) <= ALLOWED[stage] | EVERYWHERE, path


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, spoofcue; "
        "print(*{'torch', 'numpy', 'cv2', 'polars', 'av', 'pydantic'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_scoring_loads_without_the_training_packages() -> None:
    blocked = ("torch", "pytorch_lightning", "polars", "yaml", "matplotlib", "sklearn", "skimage")
    code = (
        f"import sys\nfor name in {blocked}: sys.modules[name] = None\n"
        "import spoofcue.cli.main, spoofcue.detector.detector, spoofcue.methods.registry\n"
        "import spoofcue.scoring.model\n"
        "from spoofcue.faces.detect import make_detector\nmake_detector('dlib')\n"
        "import spoofcue.metrics.evaluation"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_files_stay_short_enough_to_hold_in_mind() -> None:
    long = {p.name: n for p in SOURCE.rglob("*.py") if (n := len(p.read_text().split("\n"))) > 330}
    assert long == {}


def test_test_files_and_their_helpers_have_one_name_each() -> None:
    # pytest puts all their folders on one import path, where the first of two twins hides the other
    names = [p.name for folder in ("tests", "benchmarks") for p in (ROOT / folder).rglob("*.py")]
    assert {name for name in names if names.count(name) > 1} == set()
