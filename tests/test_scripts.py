"""Scripts outside the package must not fall behind it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCRIPTS = sorted(
    [*ROOT.glob("benchmarks/*.py"), *ROOT.glob("recipes/*.py"), *ROOT.glob("docs/figures/*.py")]
)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_finds_what_it_imports(script: Path) -> None:
    assert runpy.run_path(str(script), run_name="imported")["__name__"] == "imported"
