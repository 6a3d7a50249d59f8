"""The wheel in fresh environments: every Python named, pip and uv, newest and oldest packages.

    python .ci/install_matrix.py                           # this Python; base alone and each extra
    python .ci/install_matrix.py --python PATH --python PATH --extra base
    python .ci/install_matrix.py --short                   # three that find most

Needs Python 3.11 and uv (`pip install uv`); the Pythons that are tried may be others. Each
environment has torch only where the extra is for it, no more packages than the base may have, and
judges the known face as it should (`spoofcue doctor`); then what the extra is for is done
(install_trials.py). Import time and time to the first answer are measured and not judged.

"oldest" are the lowest versions that pyproject.toml allows and that have a wheel for this Python;
what those need in turn is the newest that they allow.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from install_trials import ROOT, WITH_TORCH, Environment, TrialError, extras, try_extra

# Without spoofcue itself: rich and pydantic are nine with what they need, ONNX Runtime is three;
# four more come with its older releases: the last for Python 3.10, and the oldest that is allowed.
BASE_PACKAGES, BASE_PACKAGES_OLD = 20, 24
# what a package manager puts there itself
TOOLS = {"pip", "setuptools", "wheel", "spoofcue"}
ONE_LINER = "from spoofcue import Detector; print(Detector.load().predict({!r}))"
IMPORT = (
    "import time; began = time.perf_counter(); import spoofcue; print(time.perf_counter() - began)"
)
LISTED = (
    "import json; from importlib.metadata import distributions; "
    "print(json.dumps({d.name.lower(): d.version for d in distributions()}))"
)
# pip's setting -> uv's variable: uv reads none of pip's, and both are to install from one place
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "constraint": "UV_CONSTRAINT",
    "cert": "SSL_CERT_FILE",
}


@dataclass(frozen=True)
class Cell:
    """One environment of the matrix."""

    python: str  # path of the interpreter
    installer: str  # pip or uv
    age: str  # newest or oldest
    extra: str  # "" is the base alone


@dataclass(frozen=True)
class Tools:
    """What installs, and how."""

    uv: list[str]  # the call
    variables: dict[str, str]
    any_torch: bool  # or only the one of constraints.txt


@dataclass
class Row:
    """What was found in one environment."""

    python: str
    installer: str
    age: str
    extra: str
    packages: int | None = None
    megabytes: int | None = None
    install_s: float | None = None
    import_ms: float | None = None
    first_s: float | None = None  # the first answer of a new process, right after installing
    again_s: float | None = None  # of the next process
    fault: str | None = None


def variables() -> dict[str, str]:
    """Our environment without what would let ours into theirs, and uv told what pip is told."""
    out = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    asked = [sys.executable, "-m", "pip", "config", "list"]
    lines = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        name, _, value = line.partition("=")
        variable = UV_VARIABLES.get(name.strip(":").rsplit(".", 1)[-1])
        if variable is not None:
            out.setdefault(variable, " ".join(ast.literal_eval(value).split()))
    # as pip does: the best version of all indexes
    out.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return out | {"UV_PYTHON_DOWNLOADS": "never", "PYTHONNOUSERSITE": "1"}


def uv_program() -> list[str]:
    """How uv is called: of our own environment, or of the PATH."""
    if subprocess.run([sys.executable, "-m", "uv", "--version"], capture_output=True).returncode:
        if (found := shutil.which("uv")) is None:
            raise SystemExit("uv is not installed: pip install uv")
        return [found]
    return [sys.executable, "-m", "uv"]


def cells(given: argparse.Namespace, wanted: list[str]) -> Iterator[Cell]:
    """The environments asked for, in the order of the Pythons."""
    for python in given.python:
        if given.short:
            yield Cell(python, "pip", "newest", "")
            yield Cell(python, "uv", "oldest", "")
            yield Cell(python, "uv", "newest", "serve")
            continue
        for extra in wanted:
            # pip has no way to take the oldest; and an extra is the same wheel with more packages,
            # for which one installer is enough
            by_pip = "pip" in given.installer and "newest" in given.age
            if by_pip and (not extra or "uv" not in given.installer):
                yield Cell(python, "pip", "newest", extra)
            if "uv" in given.installer:
                yield from (Cell(python, "uv", age, extra) for age in given.age)


def install(cell: Cell, wheel: Path, environment: Environment, tools: Tools) -> float:
    """Make the environment; seconds that installing took, without making it."""
    folder, uv = environment.folder, tools.uv
    name = f"spoofcue[{cell.extra}]" if cell.extra else "spoofcue"
    held = cell.extra in WITH_TORCH and not tools.any_torch
    torch = ["-c", str(ROOT / "constraints.txt")] if held else []
    if cell.installer == "pip":
        environment.run([cell.python, "-m", "venv", str(folder)], folder.parent)
    else:
        environment.run([*uv, "venv", "-q", "-p", cell.python, str(folder)], folder.parent)
    into = [*uv, "pip", "install", "-p", str(environment.program("python"))]
    began = time.monotonic()
    if cell.installer == "pip":
        pip = [environment.program("python"), "-m", "pip", "install"]
        environment.run([*pip, *torch, f"{name} @ {wheel.as_uri()}"], ROOT)
    elif cell.age == "newest":
        environment.run([*into, *torch, f"{name} @ {wheel.as_uri()}"], ROOT)
    else:
        if torch:
            # the lowest build of a version is the one for CUDA; the one that is otherwise taken
            # goes in first
            environment.run([*into, *torch, "torch"], ROOT)
            version = "from importlib.metadata import version; print(version('torch'))"
            held_to = folder.parent / "torch.txt"
            held_to.write_text(f"torch=={environment.run(['python', '-c', version], ROOT)}")
            torch = ["-c", str(held_to)]
        # "direct" are what a file of requirements names, not what a wheel does
        lowest = ["--resolution", "lowest-direct", "--only-binary", ":all:"]
        extra = ["--extra", cell.extra] if cell.extra else []
        environment.run([*into, *lowest, *torch, *extra, "-r", "pyproject.toml"], ROOT)
        environment.run([*into, "--no-deps", str(wheel)], ROOT)
    return time.monotonic() - began


def examine(cell: Cell, environment: Environment, work: Path, row: Row) -> None:
    """Fill the row; TrialError for what is not as it should be."""
    packages = json.loads(environment.run(["python", "-c", LISTED], work))
    row.packages = len(packages.keys() - TOOLS)
    files = [p for p in environment.folder.rglob("*") if p.is_file()]
    row.megabytes = round(sum(p.stat().st_size for p in files) / 1e6)
    if ("torch" in packages) != (cell.extra in WITH_TORCH):
        raise TrialError(f"torch is {'in' if 'torch' in packages else 'not in'} the environment")
    is_old = row.age == "oldest" or row.python.startswith("3.10.")
    allowed = BASE_PACKAGES_OLD if is_old else BASE_PACKAGES
    if not cell.extra and row.packages > allowed:
        names = ", ".join(sorted(packages.keys() - TOOLS))
        raise TrialError(f"{row.packages} packages, and {allowed} are allowed: {names}")
    where = "import spoofcue, pathlib; print(pathlib.Path(spoofcue.__file__).parent)"
    package = Path(environment.run(["python", "-c", where], work).strip())
    if environment.folder.resolve() not in package.resolve().parents:
        raise TrialError(f"spoofcue is imported from {package}")
    face = package / "doctor" / "face.png"
    for name in ("first_s", "again_s"):
        began = time.monotonic()
        answer = environment.run(["python", "-c", ONE_LINER.format(str(face))], work)
        setattr(row, name, time.monotonic() - began)
        if not answer.startswith("live: "):
            raise TrialError(f"the rendered face that ships is not live: {answer}")
    times = [float(environment.run(["python", "-c", IMPORT], work)) for _ in range(5)]
    row.import_ms = statistics.median(times) * 1000
    environment.run("spoofcue doctor", work)
    try_extra(cell.extra, environment, face, work)


def try_cell(cell: Cell, wheel: Path, tools: Tools) -> Row:
    """Install, examine, and throw away."""
    version = "import sys; print('.'.join(map(str, sys.version_info[:3])))"
    asked = [cell.python, "-c", version]
    python = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    row = Row(python, cell.installer, cell.age, cell.extra or "base")
    with tempfile.TemporaryDirectory(prefix="spoofcue-install-") as scratch:
        environment = Environment(Path(scratch) / "environment", tools.variables)
        work = Path(scratch) / "work"
        work.mkdir()
        try:
            row.install_s = install(cell, wheel, environment, tools)
            examine(cell, environment, work, row)
        except TrialError as error:
            row.fault = str(error)
    return row


def built_wheel(folder: Path, tools: Tools) -> Path:
    """The wheel of this checkout."""
    asked = [*tools.uv, "build", "-q", "--wheel", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(asked, check=True, env=tools.variables)
    (wheel,) = folder.glob("*.whl")
    return wheel


def check_contents(wheel: Path) -> None:
    """SystemExit unless the card of each model and the licence of each file of others is in it."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    models = [p.parent for p in ROOT.glob("src/spoofcue/models/*/spoofcue.json")]
    needed = [f"spoofcue/models/{m.name}/README.md" for m in models]
    needed += [
        f"licenses/{p.relative_to(ROOT).as_posix()}"
        for p in [ROOT / "LICENSE", ROOT / "NOTICE", *ROOT.glob("src/**/LICENSE*")]
    ]
    if lacking := [n for n in needed if not any(name.endswith(n) for name in names)]:
        raise SystemExit(f"not in the wheel: {', '.join(lacking)}")


def line(values: list[object]) -> str:
    """One line of the table."""
    widths = (8, 5, 7, 9, 8, 6, 9, 9, 8, 8)
    return " ".join(f"{v!s:>{w}}" for v, w in zip(values, widths, strict=True))


def shown(row: Row) -> str:
    """A row as a line of the table."""
    numbers = (row.install_s, row.import_ms, row.first_s, row.again_s)
    forms = ("{:.0f} s", "{:.0f} ms", "{:.1f} s", "{:.1f} s")
    texts = ["-" if n is None else form.format(n) for n, form in zip(numbers, forms, strict=True)]
    size = "-" if row.megabytes is None else row.megabytes
    count = "-" if row.packages is None else row.packages
    return line([row.python, row.installer, row.age, row.extra, count, size, *texts])


def main() -> int:
    """Status 1 if anything was not as it should be."""
    parser = argparse.ArgumentParser(description="The wheel in fresh environments.")
    parser.add_argument("--python", action="append", help="an interpreter's path; may be repeated")
    parser.add_argument("--installer", default="pip,uv", help="pip, uv or both")
    parser.add_argument("--age", default="newest,oldest", help="newest, oldest or both")
    parser.add_argument("--extra", default=None, help="names, or base; default: base and all")
    parser.add_argument("--short", action="store_true", help="three environments that find most")
    parser.add_argument(
        "--any-torch",
        action="store_true",
        help="do not hold torch to constraints.txt; without UV_TORCH_BACKEND=cpu that may be "
        "gigabytes of CUDA",
    )
    parser.add_argument("--wheel", type=Path, help="one of this checkout that was built before")
    parser.add_argument("--json", type=Path, help="a file to write the table to")
    given = parser.parse_args()
    given.python = given.python or [sys.executable]
    given.installer, given.age = given.installer.split(","), given.age.split(",")
    known = extras()
    names = ["base", *known] if given.extra is None else given.extra.split(",")
    if unknown := set(names) - {"base", *known}:
        raise SystemExit(f"no such extra: {', '.join(sorted(unknown))}")
    wanted = ["" if name == "base" else name for name in names]
    tools = Tools(uv_program(), variables(), given.any_torch)
    rows = []
    with tempfile.TemporaryDirectory(prefix="spoofcue-wheel-") as folder:
        wheel = given.wheel.resolve() if given.wheel else built_wheel(Path(folder), tools)
        check_contents(wheel)
        head = ("python", "by", "age", "extra", "packages", "MB", "installed", "import")
        print(f"{wheel.name}, {wheel.stat().st_size / 1e6:.1f} MB")
        print(line([*head, "first", "again"]), flush=True)
        for cell in cells(given, wanted):
            rows.append(try_cell(cell, wheel, tools))
            print(shown(rows[-1]), flush=True)
            if rows[-1].fault:
                print(f"FAULT: {rows[-1].fault}", flush=True)
    if given.json:
        given.json.write_text(json.dumps([asdict(r) for r in rows], indent=1), encoding="utf-8")
    faults = sum(r.fault is not None for r in rows)
    print(f"{len(rows) - faults} passed, {faults} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
