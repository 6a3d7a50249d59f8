from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

pytest.importorskip("mutmut")

from mutation import arguments
from mutation_parts.mutants import Mutant, draw, mutants_of
from mutation_parts.packages import PACKAGES, Package
from mutation_parts.running import KILLED, SURVIVED, TIMED_OUT, Run, altered
from mutation_parts.table import LISTED, Row, listed_equivalents, markdown, row, total
from mutation_parts.workplace import workplace

ROOT = Path(__file__).parent.parent.parent
SOURCE = '''"""A module."""
LIMIT = 3


class Gate:
    limit = 4

    def passes(self, score: float) -> bool:
        if score < 0:
            raise ValueError("a score below 0 has no meaning")
        return score <= self.limit


def kind(score: float) -> str:
    return "attack" if score > LIMIT else "live"
'''
PACKAGE = Package("small", "small/*.py", ("small",))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one tested and one untested function."""
    root = tmp_path / "project"
    (root / "src/spoofcue/small").mkdir(parents=True)
    (root / "tests/small").mkdir(parents=True)
    (root / "src/spoofcue/__init__.py").touch()
    (root / "src/spoofcue/small/__init__.py").touch()
    (root / "src/spoofcue/small/gate.py").write_text(SOURCE)
    (root / "pyproject.toml").write_text("")
    (root / "tests/small/test_gate.py").write_text(
        "from spoofcue.small.gate import kind\n\n"
        "def test_kind():\n    assert [kind(2), kind(3), kind(4)] == ['live', 'live', 'attack']\n"
    )
    monkeypatch.chdir(root)
    return root


def mutants(path: str = "src/spoofcue/small/gate.py") -> list[Mutant]:
    return mutants_of(Path(path), SOURCE, "small")


def named(found: list[Mutant], was: str, now: str) -> Mutant:
    return next(mutant for mutant in found if mutant.lines()[1:] == (was, now))


def test_mutants_are_told_by_the_line_that_they_change(project: Path) -> None:
    found = mutants()
    limit = named(found, "LIMIT = 3", "LIMIT = 4")
    assert (limit.outside, limit.where) == (True, "spoofcue.small.gate.module")
    assert limit.lines()[0] == 2
    compared = named(found, "return score <= self.limit", "return score < self.limit")
    assert (compared.outside, compared.wording) == (False, False)
    assert compared.lines()[0] == 11
    assert len({mutant.name for mutant in found}) == len(found)
    prose = [mutant for mutant in found if mutant.wording]
    assert prose
    assert all("has no meaning" in mutant.lines()[1] for mutant in prose)


def test_a_draw_is_seeded_and_stays_where_other_names_change(project: Path) -> None:
    found = mutants()
    names = [mutant.name for mutant in draw(found, 10, seed=0)]
    assert names == [mutant.name for mutant in draw(found[::-1], 10, seed=0)]
    assert names != [mutant.name for mutant in draw(found, 10, seed=1)]
    assert sum(".module__mutmut_" in name for name in names) == 2  # a fifth
    assert {mutant.name for mutant in draw(found, 999, 0)} == {mutant.name for mutant in found}
    fewer = [mutant for mutant in found if mutant.name != names[0]]
    assert [mutant.name for mutant in draw(fewer, 10, seed=0)][:7] == names[1:8]


def test_outcomes_are_those_that_a_hand_run_has(project: Path, tmp_path: Path) -> None:
    found = mutants()
    drawn = [
        named(found, "LIMIT = 3", "LIMIT = 4"),
        named(found, "limit = 4", "limit = 5"),
        named(found, "return score <= self.limit", "return score < self.limit"),
        named(
            found,
            'return "attack" if score > LIMIT else "live"',
            'return "attack" if score >= LIMIT else "live"',
        ),
    ]
    place = workplace(project, tmp_path / "place", PACKAGE)
    run = Run(place, PACKAGE, jobs=1)
    run.run(drawn)
    expected = [KILLED, SURVIVED, SURVIVED, KILLED]
    assert [run.outcomes[mutant.name] for mutant in drawn] == expected
    assert (place / "src/spoofcue/small/gate.py").read_text() == SOURCE
    # A second run finds them there; another test is another workplace.
    assert Run(workplace(project, place, PACKAGE), PACKAGE, 1).outcomes == run.outcomes
    (project / "tests/small/test_gate.py").write_text("def test_nothing():\n    pass\n")
    assert Run(workplace(project, place, PACKAGE), PACKAGE, 1).outcomes == {}


def test_an_altered_file_is_put_back(project: Path) -> None:
    path = project / "src/spoofcue/small/gate.py"
    before = path.stat().st_mtime_ns
    with altered(project, [named(mutants(), "LIMIT = 3", "LIMIT = 4")]):
        assert path.read_text() == SOURCE.replace("LIMIT = 3", "LIMIT = 4")
    assert (path.read_text(), path.stat().st_mtime_ns) == (SOURCE, before)


def test_a_row_by_hand(project: Path) -> None:
    found = mutants()[:6]
    outcomes = dict(
        zip(
            [mutant.name for mutant in found],
            [KILLED, KILLED, KILLED, TIMED_OUT, SURVIVED, SURVIVED],
            strict=True,
        )
    )
    listed = {(found[4].where, *found[4].lines()[1:])}
    counted, alive = row("small", 40, found, outcomes, listed)
    assert counted == Row("small", 40, 6, killed=3, timed_out=1, survived=1, equivalent=1)
    assert counted.share == 4 / 5
    assert alive == [found[5]]
    both = total([counted, counted])
    assert (both.package, both.drawn, both.survived, both.share) == ("all", 12, 2, 4 / 5)
    assert markdown([counted]).splitlines()[-1] == "| small | 40 | 6 | 3 | 1 | 1 | 1 | 80.0% |"
    assert counted.as_dict()["share_killed"] == 0.8


def test_an_equivalent_is_listed_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "listed.yaml"
    entry = {"where": "a.x_b", "was": "x > 1", "becomes": "x >= 1", "why": "x is never 1"}
    file.write_text(json.dumps([entry]))
    assert listed_equivalents(file) == {("a.x_b", "x > 1", "x >= 1")}
    file.write_text(json.dumps([entry | {"why": ""}]))
    with pytest.raises(ValueError, match=r"a\.x_b is listed without a reason"):
        listed_equivalents(file)


def test_what_is_listed_as_equivalent_is_still_in_the_sources() -> None:
    for where, was, _ in listed_equivalents(LISTED):
        module = re.sub(r"\.(x_|xǁ|module$).*", "", where)
        text = (ROOT / "src" / (module.replace(".", "/") + ".py")).read_text()
        assert was in " ".join(text.split()), f"{where}: no line reads {was!r} any more"


def test_every_package_has_sources_and_tests() -> None:
    for package in PACKAGES.values():
        assert package.files(ROOT)
        assert all((ROOT / "tests" / name).exists() for name in package.tests)
    with pytest.raises(SystemExit):
        arguments(["--only", "nowhere"])
    assert arguments(["--only", "cue,metrics"]).only == ["cue", "metrics"]
