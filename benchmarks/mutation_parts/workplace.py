"""A copy of the project for each package, mutated in place of it and kept while nothing changes."""

from __future__ import annotations

import hashlib
import shutil
from importlib.metadata import version
from pathlib import Path

from mutation_parts.packages import LATE, LEFT_OUT_CASES, Package, test_paths

COPIED = ("src", "tests", "pyproject.toml")
# A mutant that loops is stopped after this many times what its tests take, plus a constant.
TIMES, SECONDS = 4.0, 8.0
# What takes longest to import, and starts no thread by that.
PRELOADED = ("numpy", "polars", "cv2", "yaml", "pydantic", "pytest", "hypothesis", "torch")
# mutmut runs the tests of a function in no order.
CONFTEST = f"""
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.name in {LATE})
"""


def pytest_options() -> list[str]:
    """Options of every run of tests here: nothing is written or left to chance or the clock."""
    return ["-p", "no:cacheprovider", "--hypothesis-profile=ci", "-k", LEFT_OUT_CASES]


def workplace(root: Path, place: Path, package: Package) -> Path:
    """The copy at ``place``, made anew if a source or a test of the package is another now."""
    config = _config(root, package)
    digest = hashlib.sha256((version("mutmut") + config + CONFTEST).encode())
    files = [path for name in COPIED for path in _files(root / name)]
    own = tuple(test_paths(package, root))
    for path in files:
        name = str(path.relative_to(root))
        if path.name.startswith("test_") and not name.startswith(own):
            continue  # another package's tests are not run
        digest.update(name.encode() + b"\0" + path.read_bytes())
    stamp = place / "digest"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(place, ignore_errors=True)
        for path in files:
            copy = place / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy)
        (place / "setup.cfg").write_text(config)
        (place / "preload.txt").write_text("\n".join(PRELOADED))
        with (place / "tests" / "conftest.py").open("a") as file:
            file.write(CONFTEST)
        stamp.write_text(digest.hexdigest())
    return place


def _files(top: Path) -> list[Path]:
    found = [top] if top.is_file() else sorted(top.rglob("*"))
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def _config(root: Path, package: Package) -> str:
    listed = {
        "source_paths": ["src"],
        # mutmut's star passes folders
        "only_mutate": [f"src/spoofcue/{package.sources.replace('**/', '')}"],
        "pytest_add_cli_args": pytest_options(),
        "pytest_add_cli_args_test_selection": test_paths(package, root),
    }
    lines = ["[mutmut]"]
    for key, values in listed.items():
        lines += [f"{key} =", *(f"    {value}" for value in values)]
    lines += [
        # A fork of a process in which Polars' threads have run waits for them for ever, so tests
        # never run in the one that is forked.
        "process_isolation = forkserver",
        "forkserver_warmup = import",
        "preload_modules_file = preload.txt",
        "use_git_change_detection = false",
        "track_dependencies = false",
        f"timeout_multiplier = {TIMES}",
        f"timeout_constant = {SECONDS}",
    ]
    return "\n".join(lines) + "\n"
