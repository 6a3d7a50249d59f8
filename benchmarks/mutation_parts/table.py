"""Rows of the table: how many mutants the tests noticed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import yaml
from mutation_parts.mutants import Mutant
from mutation_parts.running import KILLED, SURVIVED, TIMED_OUT

LISTED = Path(__file__).parent / "equivalent.yaml"


@dataclass(frozen=True)
class Row:
    """A package's mutants by outcome; a mutant that timed out was noticed."""

    package: str
    there_are: int
    drawn: int
    killed: int
    timed_out: int
    survived: int
    equivalent: int

    @property
    def share(self) -> float:
        """Noticed among those that are not equivalent."""
        noticed = self.killed + self.timed_out
        return noticed / (noticed + self.survived) if noticed + self.survived else 1.0

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"share_killed": round(self.share, 4)}


def listed_equivalents(path: Path = LISTED) -> set[tuple[str, str, str]]:
    """(function, line as it is, line as it becomes) of every mutant that is listed."""
    entries = yaml.safe_load(path.read_text()) or []
    for entry in entries:
        if not entry.get("why"):
            raise ValueError(f"{path}: {entry.get('where')} is listed without a reason; say why")
    return {(entry["where"], entry["was"], entry["becomes"]) for entry in entries}


def is_equivalent(mutant: Mutant, listed: set[tuple[str, str, str]]) -> bool:
    _, was, now = mutant.lines()
    return (mutant.where, was, now) in listed


def row(
    package: str,
    there_are: int,
    drawn: Iterable[Mutant],
    outcomes: dict[str, str],
    listed: set[tuple[str, str, str]],
) -> tuple[Row, list[Mutant]]:
    """The package's row and the mutants that survived without being listed as equivalent."""
    drawn = list(drawn)
    by_outcome = {
        outcome: [mutant for mutant in drawn if outcomes[mutant.name] == outcome]
        for outcome in (KILLED, SURVIVED, TIMED_OUT)
    }
    alive = [m for m in by_outcome[SURVIVED] if not is_equivalent(m, listed)]
    counted = Row(
        package,
        there_are,
        len(drawn),
        killed=len(by_outcome[KILLED]),
        timed_out=len(by_outcome[TIMED_OUT]),
        survived=len(alive),
        equivalent=len(by_outcome[SURVIVED]) - len(alive),
    )
    return counted, alive


def total(rows: list[Row]) -> Row:
    """All rows as one."""
    fields = ("there_are", "drawn", "killed", "timed_out", "survived", "equivalent")
    return Row("all", *(sum(getattr(one, field) for one in rows) for field in fields))


def markdown(rows: list[Row]) -> str:
    titles = "package mutants drawn killed timed~out survived equivalent killed~of~the~others"
    head = "| " + " | ".join(title.replace("~", " ") for title in titles.split()) + " |"
    lines = [head, "|" + " --- |" * 8]
    for one in rows:
        numbers = (one.there_are, one.drawn, one.killed, one.timed_out, one.survived)
        cells = [one.package, *map(str, numbers), str(one.equivalent), f"{one.share:.1%}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
