"""A comparison as one HTML page, with crops of test faces inside it."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from spoofcue.compare.cell_text import cell_text, counts_of, interval_text, verdict
from spoofcue.compare.comparison import Comparison, Match
from spoofcue.compare.contest import Contest
from spoofcue.compare.det_plot import colour_of, det_curves
from spoofcue.compare.disagreement import Face
from spoofcue.errors import MediaError
from spoofcue.media.crops import crop_bytes, has_crop
from spoofcue.media.image import read_image
from spoofcue.metrics.measures import MEASURES
from spoofcue.records.owner import held
from spoofcue.report.templates import page_templates
from spoofcue.version import __version__
from spoofcue.whole_files import write_text

SIDE = 132  # px; shown at 100, a little more for dense screens
QUALITY = 80


class Thumbnails:
    """Data URIs of faces; counts those whose crop is gone."""

    def __init__(self) -> None:
        self.missing = 0
        self._made: dict[str, str] = {}

    def of(self, contest: Contest, face: Face) -> str:
        """The face's picture, from any compared result whose crops are still there; or empty."""
        fold = next(f for f in contest.folds if f.name == face.fold)
        for entrants in fold.entrants.values():
            for entrant in entrants:
                crop = entrant.crop(face.row)
                for root in entrant.trained.roots if crop else ():
                    path = root / crop
                    if not has_crop(path):
                        continue
                    key = str(path.resolve())
                    if key not in self._made:
                        self._made[key] = self._make(crop_bytes(path))
                    if self._made[key]:
                        return self._made[key]
        self.missing += 1
        return ""

    @staticmethod
    def _make(data: bytes) -> str:
        try:
            picture = Image.fromarray(read_image(data))
        except MediaError:
            return ""
        picture.thumbnail((SIDE, SIDE))
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=QUALITY)
        return f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"


SPECIES_WORDS = {
    "instrument": "single instruments",
    "family": "families of instruments",
    "pooled": "all attacks pooled",
}

UNITS = {"subject": "people", "video": "recordings", "attempt": "faces"}


@dataclass(frozen=True, slots=True)
class Section:
    """One protocol as the template wants it; texts are not escaped yet, ``det`` is SVG."""

    match: Match
    anchor: str
    det: str
    scale: float
    facts: dict[str, str]
    groups: list[tuple[Any, list[tuple[Any, str]]]]


def write_page(comparison: Comparison, out: Path, command: str) -> Path:
    """Write the page; a file of that name is replaced as a whole.

    Args:
        comparison: what to show.
        out: the HTML file.
        command: how it was asked for.

    """
    environment = page_templates("spoofcue.compare", "spoofcue.report")
    environment.filters["cell"] = cell_text
    environment.filters["interval"] = interval_text
    pictures = Thumbnails()
    sections = [
        _section(m, f"p{number}", list(comparison.methods), pictures)
        for number, m in enumerate(comparison.matches, start=1)
    ]
    html = environment.get_template("comparison.html.j2").render(
        comparison=comparison,
        sections=sections,
        verdict=verdict(comparison),
        colours={name: colour_of(at) for at, name in enumerate(comparison.methods)},
        methods=[(name, _facts(members)) for name, members in comparison.methods.items()],
        several_seeds=any(len({m.seed for m in g}) > 1 for g in comparison.methods.values()),
        several_sets=len({m.contest.terms.set_name for m in comparison.matches}) > 1,
        fewest=min(comparison.matches, key=lambda m: m.standings.units).standings,
        drawn=UNITS,
        missing=pictures.missing,
        measures=[(m.name, m.label) for m in MEASURES.values()],
        command=command,
        version=__version__,
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    with held(out, "compare", wait=True):
        write_text(out, html)
    return out


def _section(match: Match, anchor: str, order: list[str], pictures: Thumbnails) -> Section:
    contest, standings = match.contest, match.standings
    ends = [0.05]
    for cells in standings.cells.values():
        cell = cells[match.headline]
        ends.append(cell.interval[1] if cell.interval else cell.mean)
    return Section(
        match=match,
        anchor=anchor,
        det=det_curves(contest, standings, order),
        scale=max(ends),
        facts=_terms(contest) | counts_of(contest),
        groups=[
            (g, [(face, pictures.of(contest, face)) for face in g.faces])
            for g in match.disagreements.groups
        ],
    )


def _terms(contest: Contest) -> dict[str, str]:
    terms = contest.terms
    counted = "recordings, by the mean over their frames" if contest.by_video else "faces"
    worst = f"the worst of {SPECIES_WORDS[terms.species]}"
    return {"Threshold": terms.rule.words, "APCER": worst, "Rates count": counted}


def _facts(members: list[Any]) -> dict[str, str]:
    """One row of the table of what was compared."""

    def every(values: set[str]) -> str:
        return ", ".join(sorted(v for v in values if v)) or "not recorded"

    dates = sorted(m.facts["created"] for m in members if m.facts["created"])
    days = dates and (dates[0][:10], dates[-1][:10])
    when = "not recorded" if not days else days[0] if days[0] == days[1] else " to ".join(days)
    commits = {_short(m.facts["commit"]) for m in members}
    versions = {m.facts["spoofcue"] for m in members}
    return {
        "method": every({m.method for m in members}),
        "preset": every({m.preset for m in members}),
        "seeds": ", ".join(str(s) for s in sorted({m.seed for m in members})),
        "results": str(len(members)),
        "made": when,
        "spoofcue": every(versions) + (f" ({every(commits)})" if any(commits) else ""),
        "from": every({str(m.folder.argument) for m in members}),
    }


def _short(commit: str) -> str:
    """Ten digits do, but that the source was changed since (``-dirty``) must not be cut off."""
    digits, dash, state = commit.partition("-")
    return digits[:10] + dash + state
