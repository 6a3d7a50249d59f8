"""Running mutants: of functions by mutmut, others and what survives in fresh processes."""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from mutation_parts.mutants import Mutant
from mutation_parts.packages import Package, test_paths
from mutation_parts.workplace import PRELOADED, SECONDS, TIMES, pytest_options

KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
# Exit codes, as mutmut reads them: no test failed or ran, or the time was up. All others tell of a
# failure: of a test, of collecting the tests, or a crash.
UNNOTICED = {None, 0, 5, 33, 34, 35}
STOPPED = {36, 24, -24, 152, 255, -9}


class Run:
    """Outcomes in a workplace, kept in its ``outcomes.json``, so that a stopped run goes on."""

    def __init__(self, place: Path, package: Package, jobs: int) -> None:
        self.place = place
        self.package = package
        self.jobs = jobs
        self.file = place / "outcomes.json"
        self.outcomes: dict[str, str] = (
            json.loads(self.file.read_text()) if self.file.exists() else {}
        )
        self.environment = {
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(place / "mutants" / "src"),
        }

    def run(self, drawn: list[Mutant]) -> None:
        """Give every drawn mutant an outcome."""
        todo = [mutant for mutant in drawn if mutant.name not in self.outcomes]
        inside = [mutant for mutant in todo if not mutant.outside]
        if inside:
            self._mutmut([mutant.name for mutant in inside])
            verdicts = self._verdicts(inside)
            # What one process did before it was switched to a mutant (imports, caches, fixtures
            # of a file) can hide it, and other programs can slow it down: only a fresh process,
            # which has more time, may say that it survives or takes too long.
            self._keep({n: v for n, v in verdicts.items() if v == KILLED})
        self._fresh([mutant for mutant in todo if mutant.name not in self.outcomes])

    def _mutmut(self, names: list[str]) -> None:
        known = self._codes()
        names = [name for name in names if known.get(name) is None]
        if not names:
            return
        made = self.place / "mutants"
        if not (made / "mutmut-stats.json").exists():
            # A run that was stopped while mutmut wrote its files left half of one, which it would
            # take for whole. Python remembers that a folder on its path was missing, so this one
            # exists before mutmut starts.
            shutil.rmtree(made, ignore_errors=True)
            (made / "src").mkdir(parents=True)
        program = Path(sys.executable).parent / "mutmut"
        command = [str(program), "run", "--max-children", str(self.jobs), *names]
        log = self.place / "mutmut.log"
        with log.open("w") as file:
            code = subprocess.run(
                command, cwd=self.place, env=self.environment, stdout=file, stderr=file
            ).returncode
        # Where no test runs any mutated function mutmut stops; then all of them survive here.
        if code and "could not find any test case for any mutant" not in log.read_text():
            raise SystemExit(f"mutmut stopped with {code}; what it said is in {log}")

    def _codes(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for meta in (self.place / "mutants").rglob("*.meta"):
            found |= json.loads(meta.read_text())["exit_code_by_key"]
        return found

    def _verdicts(self, mutants: list[Mutant]) -> dict[str, str]:
        codes = self._codes()
        return {mutant.name: _verdict(codes[mutant.name]) for mutant in mutants}

    def _keep(self, outcomes: dict[str, str]) -> None:
        self.outcomes |= outcomes
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(self.outcomes, indent=1, sort_keys=True))
        part.replace(self.file)

    def _fresh(self, mutants: list[Mutant]) -> None:
        """Outcomes from processes that have met nothing of ours before the mutant."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        os.environ["OMP_NUM_THREADS"] = "1"
        seconds: float | None = None
        for k, mutant in enumerate(mutants):
            tests = self._tests(mutant)
            root = self.place if mutant.outside else self.place / "mutants"
            if seconds is None:  # how long the tests take when nothing is wrong
                start = time.monotonic()
                if _in_child(context, root, "", self._tests(), None):
                    raise SystemExit(f"the tests of {self.package.name} fail without any mutant")
                seconds = time.monotonic() - start
            limit = TIMES * (seconds + SECONDS)
            name = "" if mutant.outside else mutant.name
            with altered(self.place, [mutant] if mutant.outside else []):
                verdict = _verdict(_in_child(context, root, name, tests, limit))
            self._keep({mutant.name: verdict})
            if (k + 1) % 10 == 0 or k + 1 == len(mutants):
                print(f"{self.package.name}: {k + 1} of {len(mutants)} in processes of their own")

    def _tests(self, mutant: Mutant | None = None) -> list[str]:
        """Files with a test that runs the mutant's function; all of the package if unknown."""
        everything = test_paths(self.package, self.place)
        stats = self.place / "mutants" / "mutmut-stats.json"
        if mutant is None or mutant.outside or not stats.exists():
            return everything
        by_function = json.loads(stats.read_text())["tests_by_mangled_function_name"]
        files = sorted({test.partition("::")[0] for test in by_function.get(mutant.where, [])})
        return files or everything


@contextlib.contextmanager
def altered(place: Path, mutants: Iterable[Mutant]) -> Iterator[None]:
    """Files of the workplace with these mutants in them; as they were afterwards."""
    kept = {}
    for mutant in mutants:
        path = place / mutant.path
        kept[path] = (path.read_bytes(), path.stat())
        path.write_text(mutant.code())
    try:
        yield
    finally:
        for path, (content, stat) in kept.items():
            path.write_bytes(content)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # mutmut goes by it


def _verdict(code: int | None) -> str:
    if code in STOPPED:
        return TIMED_OUT
    return SURVIVED if code in UNNOTICED else KILLED


def _in_child(
    context: multiprocessing.context.ForkServerContext,
    root: Path,
    mutant: str,
    tests: list[str],
    limit: float | None,
) -> int | None:
    child = context.Process(target=_pytest, args=(root, mutant, tests))
    child.start()
    child.join(limit)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode


def _pytest(root: Path, mutant: str, tests: list[str]) -> None:
    """Runs in the child: pytest in ``root`` on the sources there."""
    os.chdir(root)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.environ |= {"MUTANT_UNDER_TEST": mutant, "PYTHONPATH": str(root / "src")}
    sys.dont_write_bytecode = True
    sys.path[:0] = [str(root / "src"), str(root)]
    import pytest

    options = ["-x", "-q", "--rootdir=.", *pytest_options()]
    os._exit(int(pytest.main([*options, *tests])))
