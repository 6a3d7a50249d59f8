"""The figures that the paper prints, quoted in published.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from spoofcue.texts.yaml_tree import read_yaml

PAPER = "Learning Generalized Spoof Cues for Face Anti-Spoofing, arXiv 2005.03922"


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """One method's figures in one protocol: metric -> text as printed, in percent."""

    protocol: str
    method: str
    figures: dict[str, str]


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One of the paper's tables.

    Attributes:
        number: in the paper.
        title: what it is about.
        sets: the protocol sets whose results stand beside it.
        decimals: with which it is printed.
        layout: a block of methods a protocol, or a row a method with a column a protocol.
        metrics: its columns.
        rows: in the order of the paper.

    """

    number: int
    title: str
    sets: tuple[str, ...]
    decimals: int
    layout: Literal["by-protocol", "by-method"]
    metrics: tuple[str, ...]
    rows: tuple[PublishedRow, ...]

    @property
    def protocols(self) -> list[str]:
        """In the order of the paper."""
        return list(dict.fromkeys(row.protocol for row in self.rows))


@cache
def published_tables() -> tuple[PublishedTable, ...]:
    """Tables 1 to 4."""
    tree = read_yaml(Path(__file__).with_name("published.yaml"))
    tables = []
    for table in tree["tables"]:
        metrics = tuple(table["metrics"])
        rows = tuple(
            PublishedRow(r["protocol"], r["method"], {m: r[m] for m in metrics})
            for r in table["rows"]
        )
        tables.append(
            PublishedTable(
                table["number"],
                table["title"],
                tuple(table["sets"]),
                table["decimals"],
                table["layout"],
                metrics,
                rows,
            )
        )
    return tuple(tables)
