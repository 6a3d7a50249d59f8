"""Table 5: the paper's method with its parts taken away one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spoofcue.config import RunSettings, preset_tree
from spoofcue.errors import InputError
from spoofcue.experiments.published import PAPER
from spoofcue.experiments.tables import NONE, Grid, GridRow, TableRow, table_of
from spoofcue.methods.settings import with_switches
from spoofcue.metrics.measures import MEASURES
from spoofcue.records.fold_record import FoldRecord
from spoofcue.texts.yaml_tree import read_yaml

FULL = "paper"
# the paper's column -> (section, key, value) that its mark stands for
MARKS = {
    "resized input": ("input", "mode", "resize"),
    "patched input": ("input", "mode", "patch"),
    "RL on live and spoof": ("loss", "regression", "live-and-spoof"),
    "RL on live": ("loss", "regression", "live"),
    "TL on E5-D4": ("loss", "triplet", "e5-d4"),
    "TL on E5-SC": ("loss", "triplet", "e5-sc"),
    "AC on spoof cue": ("model", "auxiliary", "cue"),
    "AC on overlayed": ("model", "auxiliary", "overlay"),
}
# the same in words, a column a part: short, for 80 characters must hold them and the rates
PARTS = {
    "input": ("input", "mode"),
    "RL on": ("loss", "regression"),
    "TL on": ("loss", "triplet"),
    "AC on": ("model", "auxiliary"),
}
WORDS = {"none": NONE, "live-and-spoof": "both"}
RATES = ("apcer_max", "bpcer", "acer")
QUOTED = (
    f"paper: quoted from Table 5 of {PAPER} (OULU-NPU protocol 1, trained from ImageNet weights); "
    "its third row is no mean of its own rates."
)


@dataclass(frozen=True, slots=True)
class AblationRow:
    """One row of Table 5.

    Attributes:
        name: of the method in results; the last is plain ``lgsc``.
        preset: differs from ``paper`` in the row's switches alone.
        printed: rate -> the paper's figure, in percent as printed.

    """

    name: str
    preset: str
    printed: dict[str, str]

    @property
    def switches(self) -> dict[str, Any]:
        """What the row changes, as a part of the tree of settings; nothing in the last."""
        return {} if self.preset == FULL else preset_tree(self.preset)


@cache
def ablation_rows() -> tuple[AblationRow, ...]:
    """The seven rows, in the paper's order."""
    tree = read_yaml(Path(__file__).with_name("ablation.yaml"))
    return tuple(
        AblationRow(row["name"], row["preset"], {k: row[k] for k in RATES}) for row in tree["rows"]
    )


def choose_rows(wanted: str) -> list[AblationRow]:
    """Rows by number (1 to 7) or name, several by commas, or ``all``.

    Raises:
        InputError: there is no such row.

    """
    rows = ablation_rows()
    if wanted == "all":
        return list(rows)
    known = {key: r for n, r in enumerate(rows, start=1) for key in (str(n), r.name, r.preset)}
    names = [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            f"--rows {', '.join(unknown)}: there are 1 to {len(rows)}, "
            f"{', '.join(r.name for r in rows)}, all."
        )
    meant = {known[name].name for name in names}
    return [row for row in rows if row.name in meant]


def settings_of_rows(base: RunSettings, rows: Sequence[AblationRow]) -> dict[str, RunSettings]:
    """Each row's settings by its name: ``base`` with the row's switches thrown.

    Args:
        base: the full method; ``paper`` itself, or a smaller size of it.
        rows: of Table 5.

    Raises:
        InputError: ``base`` has a switch of its own thrown, so that the rows would not be Table 5.

    """
    paper = RunSettings()
    for section, key in PARTS.values():
        wanted = getattr(getattr(paper, section), key)
        given = getattr(getattr(base, section), key)
        if given != wanted:
            raise InputError(
                f"{section}.{key}={given} is one of the ablation's own switches; leave it at "
                f"{wanted}."
            )
    return {row.name: with_switches(base, row.switches) for row in rows}


def ablation_grids(
    records: Sequence[FoldRecord], *, marks: bool = True, set_name: str | None = None
) -> list[Grid]:
    """Table 5 for every protocol that a results folder holds ablations of.

    Args:
        records: of :func:`spoofcue.experiments.folds.read_results`; those of other methods are
            passed over.
        marks: the paper's layout, a column a switch; else words, which fit a terminal.
        set_name: only this set.

    """
    rows = {row.name: row for row in ablation_rows()}
    settings = {r.method: r.settings for r in records if r.method in rows}
    tables = [t for t in table_of(records) if t.method in rows and set_name in (None, t.set_name)]
    grids = []
    for key in dict.fromkeys((t.set_name, t.protocol, t.preset) for t in tables):
        members = {t.method: t for t in tables if (t.set_name, t.protocol, t.preset) == key}
        if set(members) == {"lgsc"}:
            continue  # a benchmark's own result, and no ablation
        shown = [row for row in rows.values() if row.name in members]
        grids.append(_grid(key, shown, members, settings, marks))
    return grids


def _grid(
    key: tuple[str, str, str],
    shown: Sequence[AblationRow],
    members: Mapping[str, TableRow],
    settings: Mapping[str, dict[str, Any]],
    marks: bool,
) -> Grid:
    set_name, protocol, preset = key
    first = members[shown[0].name]
    how = _marks if marks else _words
    lines = []
    for row in shown:
        ours = [str(members[row.name].figures[rate]).replace(" ", "") for rate in RATES]
        quoted = [row.printed[rate] for rate in RATES] if marks else [row.printed["acer"]]
        lines.append(GridRow((*how(settings[row.name]), *ours, *quoted)))
    heads = tuple(MARKS if marks else PARTS)
    rates = tuple(MEASURES[rate].label for rate in RATES)
    paper = tuple(f"paper {rate}" for rate in rates) if marks else ("paper",)
    seeds = {m.seeds for m in members.values()}
    notes = (
        "RL: regression loss, TL: triplet loss, AC: auxiliary classification. Percent, mean ± "
        f"sample deviation over {_spread_over(first, seeds)}.",
        QUOTED,
    )
    title = f"Table 5 on {set_name} {protocol} ({first.title}; preset {preset})"
    return Grid(title, (*heads, *rates, *paper), tuple(lines), notes, text_columns=len(heads))


def _spread_over(first: TableRow, seeds: set[int]) -> str:
    if first.all_folds > 1:
        return "the folds, each the mean of its seeds"
    span = str(seeds.pop()) if len(seeds) == 1 else f"{min(seeds)} to {max(seeds)}"
    return f"{span} seeds"


def _marks(settings: Mapping[str, Any]) -> list[str]:
    return ["X" if settings[s][k] == v else "" for s, k, v in MARKS.values()]


def _words(settings: Mapping[str, Any]) -> list[str]:
    values = [settings[s][k] for s, k in PARTS.values()]
    return [WORDS.get(value, value) for value in values]
