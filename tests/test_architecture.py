"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from operator import attrgetter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "spoofcue"

# From the ground up: a stage imports only stages of the floors below its own.
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        *("errors", "isolation", "labels", "lazy_names", "notebook_bar", "plain_text"),
        *("processes", "rates_table", "source", "version", "whole_files"),
    ),
    ("cue", "faces", "media", "plain_lines", "streamed", "texts"),
    ("config", "metrics", "records"),
    ("shards",),
    ("data", "patches", "protocols", "report", "runtime", "simulate"),
    ("compare", "datasets", "methods", "package"),
    ("scoring",),
    ("detector", "export", "figures", "training"),
    ("batch", "experiments", "serving", "watching"),
    ("doctor",),
    ("cli",),
)
FLOOR_OF = {stage: floor for floor, stages in enumerate(FLOORS) for stage in stages}
# what a researcher takes away alone: the paper's networks and losses, and the measures
ALONE = {
    "cue": {"errors", "lazy_names"},
    "metrics": {"errors", "labels", "lazy_names", "rates_table", "texts", "version", "whole_files"},
}


def module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in SOURCE.rglob("*.py")}


def named_in(tree: ast.AST) -> Iterator[str]:
    """Dotted names of ours that a file imports: by either statement, or by ``import_module``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and node.value in MODULES.keys() - {"spoofcue"}:
            yield str(node.value)


def imports_of(path: Path) -> set[str]:
    """Modules of ours that a file imports, wherever in it, for types alone too."""
    found = set()
    for name in named_in(ast.parse(path.read_text(encoding="utf-8"))):
        while name and name not in MODULES:
            name = name.rpartition(".")[0]
        if name.startswith("spoofcue"):
            found.add(name)
    return found


def stage_of(module: str) -> str:
    if module == "spoofcue.__main__":
        return "cli"  # `python -m spoofcue` is the command by another name
    return module.split(".")[1] if "." in module else ""


IMPORTS = {module: imports_of(path) - {module} for module, path in MODULES.items()}


def test_what_is_read_from_a_file() -> None:
    code = (
        "import spoofcue.errors\n"
        "from spoofcue.cue import losses\n"
        "def f():\n    return import_module('spoofcue.metrics.rates')\n"
    )
    names = set(named_in(ast.parse(code)))
    assert names == {"spoofcue.errors", "spoofcue.cue.losses", "spoofcue.metrics.rates"}


def test_every_stage_has_a_floor() -> None:
    stages = {stage_of(module) for module in MODULES} - {""}
    assert stages == set(FLOOR_OF)


@pytest.mark.parametrize("stage", sorted(FLOOR_OF))
def test_a_stage_imports_only_floors_below_its_own(stage: str) -> None:
    upward = {
        f"{module} -> {other}"
        for module, imported in IMPORTS.items()
        if stage_of(module) == stage
        for other in imported
        # what is public is drawn together at the top and is nobody's ground
        if stage_of(other) != stage
        and (stage_of(other) == "" or FLOOR_OF[stage_of(other)] >= FLOOR_OF[stage])
    }
    assert upward == set()


def test_no_files_import_each_other_in_a_circle() -> None:
    try:
        TopologicalSorter(IMPORTS).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("stage", sorted(ALONE))
def test_the_paper_and_the_measures_stand_alone(stage: str) -> None:
    others = {
        stage_of(other)
        for module, imported in IMPORTS.items()
        if stage_of(module) == stage
        for other in imported
    }
    assert others - {stage} <= ALONE[stage]


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
        "import spoofcue.watching.sources, spoofcue.watching.watch, spoofcue.watching.webhook\n"
        "import spoofcue.scoring.open_model, spoofcue.scoring.exported\n"
        "from spoofcue.faces.detect import make_detector\nmake_detector('dlib')\n"
        "import spoofcue.metrics.evaluation"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_test_files_and_their_helpers_have_one_name_each() -> None:
    # pytest puts all their folders on one import path, where the first of two twins hides the other
    names = [
        p.name
        for folder in ("tests", "benchmarks", "recipes")
        for p in (ROOT / folder).rglob("*.py")
    ]
    assert {name for name in names if names.count(name) > 1} <= {"conftest.py"}


def test_the_picture_shows_every_stage_and_was_drawn_from_its_source() -> None:
    # after a change: dot -Tsvg docs/images/architecture.dot -o docs/images/architecture.svg
    source = (ROOT / "docs/images/architecture.dot").read_text(encoding="utf-8")
    text = re.sub(r'//.*|"[^"]*"', "", source)
    words = re.findall(r"(?<![\w=])[a-z_]+(?=\s*(?:;|->|\[|\}))", text)
    stages = set(words) - {"graph", "node", "edge"}
    assert stages == set(FLOOR_OF)
    arrows = re.findall(r"(\w+) -> (\w+) \[(?!style=invis)", text)
    drawn = (ROOT / "docs/images/architecture.svg").read_text(encoding="utf-8")
    titles = re.findall(r"<title>([^<]*)</title>", drawn)
    shown = {re.sub(r":\w+$", "", t) for t in titles if not t.startswith(("cluster_", "spoofcue"))}
    assert shown == stages | {f"{a}&#45;&gt;{b}" for a, b in arrows}


def test_contributing_states_the_floors() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    lines = re.findall(r"^\d+\. (.*)$", page, re.MULTILINE)
    assert lines == [", ".join(floor) for floor in FLOORS]


def test_the_walk_names_what_exists() -> None:
    page = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    walk = re.findall(r"`([a-z_]+\.[a-z_]+)\.([\w.]+)`", page)
    assert len(walk) > 12
    for module, name in walk:
        attrgetter(name)(importlib.import_module(f"spoofcue.{module}"))
