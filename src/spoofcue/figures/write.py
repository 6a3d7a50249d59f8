"""All figures of a run; the one place that joins this folder's parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic_core import to_jsonable_python

from spoofcue.errors import InputError
from spoofcue.figures.canvas import Drawn
from spoofcue.figures.cue_maps import draw_cue_maps
from spoofcue.figures.distributions import draw_scores
from spoofcue.figures.run import FigureRun, read_figure_run
from spoofcue.figures.tsne import TooFewFacesError, draw_tsne
from spoofcue.figures.variants import Scale, Variant, draw_variants
from spoofcue.figures.where import FACES_A_KIND, draw_where, mean_faces
from spoofcue.records.figure_index import (
    FIGURE_INDEX,
    FIGURES_FOLDER,
    FigureEntry,
    FigureIndex,
)
from spoofcue.records.owner import held
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.open_model import open_model
from spoofcue.scoring.pictures import MAX_FACES, attack_magnitudes, cue_scale, spread
from spoofcue.version import __version__

PARTS = ("cues", "variants", "tsne", "scores", "where")
NEED_CUES = ("cues", "variants", "tsne", "where")
NEED_GENERATOR = ("cues", "variants", "tsne")  # patches and layers; a map of any kind is not enough
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What to draw and how.

    Attributes:
        only: of PARTS; empty for all (variants only with ``beside``).
        beside: other runs for the variants.
        scale: of the variants' colours.
        per_kind: faces of live and of each species in the cue maps.
        layer: of the embedding.
        most: points of the embedding.
        perplexity: of t-SNE; None for one that suits.

    """

    only: tuple[str, ...] = ()
    beside: tuple[Path, ...] = ()
    scale: Scale = "common"
    per_kind: int = 2
    layer: str = "D4"
    most: int = 1000
    perplexity: float | None = None

    def parts(self) -> list[str]:
        """What is drawn, in order.

        Raises:
            InputError: an unknown part, or variants of one run alone.

        """
        unknown = [p for p in self.only if p not in PARTS]
        if unknown:
            raise InputError(f"--only {','.join(unknown)}: choose of {', '.join(PARTS)}.")
        if "variants" in self.only and not self.beside:
            raise InputError("--only variants: name the other runs with --beside RUN.")
        wanted = set(self.only or PARTS) - {"variants"}
        if self.beside:
            wanted.add("variants")
        return [p for p in PARTS if p in wanted]


@dataclass(frozen=True, slots=True)
class WrittenFigures:
    """What came of it.

    Attributes:
        folder: that holds the files and figures.json.
        figures: drawn now.
        skipped: part -> why it was not drawn.

    """

    folder: Path
    figures: list[Drawn]
    skipped: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        figures = [f.to_dict() for f in self.figures]
        return {"folder": str(self.folder), "figures": figures, "skipped": self.skipped}


def write_figures(
    run: Path,
    out: Path | None = None,
    data: Path | None = None,
    options: FigureOptions | None = None,
    progress: Progress | None = None,
) -> WrittenFigures:
    """Draw the figures of a run and list them in figures.json, which the report reads.

    A method without a cue map gets its score distributions; the rest is skipped, with the reason.
    Figures of an earlier call that are not drawn again stay listed.

    Args:
        run: run folder, or a benchmark's fold folder.
        out: folder to write; the run folder's ``figures`` by default.
        data: prepared folder of the test faces, if it is not where it was.
        options: what to draw.
        progress: called with (done, all).

    Raises:
        InputError: the run is not evaluated, its data are gone, or an option does not fit.

    """
    options = options or FigureOptions()
    parts = options.parts()
    figure_run = read_figure_run(run)
    target = out or figure_run.folder / FIGURES_FOLDER
    count = _Count(progress)
    work = _Work(figure_run, target, data, options, count)
    with held(target, "figures", clear=True):
        figures, skipped = work.draw(parts)
        target.mkdir(parents=True, exist_ok=True)
        _write_index(target, figure_run, figures, skipped)
    count.finish()
    return WrittenFigures(target, figures, skipped)


class _Count:
    """Progress over parts whose sizes become known one after the other."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress, self._before, self._total = progress, 0, 1

    def part(self, size: int) -> Callable[[int], None]:
        """A new part; what it returns takes the number done of it."""
        before, self._before = self._before, self._before + size
        self._total = max(self._before, 1)
        return lambda done: self._report(before + done)

    def finish(self) -> None:
        """All is done."""
        self._report(self._total)

    def _report(self, done: int) -> None:
        if self._progress:
            self._progress(done, self._total)


class _Work:
    def __init__(
        self, run: FigureRun, out: Path, data: Path | None, options: FigureOptions, count: _Count
    ) -> None:
        self.run, self.out, self.given, self.options, self.count = run, out, data, options, count

    def draw(self, parts: Sequence[str]) -> tuple[list[Drawn], dict[str, str]]:
        figures: list[Drawn] = []
        skipped: dict[str, str] = {}
        first = None
        if any(p in NEED_CUES for p in parts):
            first = self._variant(self.run, self.given)
        for part in parts:
            if part == "scores":
                figures.append(draw_scores(self.run, self.out))
            elif first is None or not len(first.magnitudes):
                skipped[part] = f"the method of {self.run.name} makes no cue map."
            elif part in NEED_GENERATOR and not hasattr(first.model, "generator"):
                skipped[part] = f"the method of {self.run.name} has no spoof cue generator."
            else:
                try:
                    figures.append(self._from_cues(part, first))
                except TooFewFacesError as error:
                    # who asked for it by name is told by an error, the others get the rest
                    if part in self.options.only:
                        raise
                    skipped[part] = str(error)
        return figures, skipped

    def _from_cues(self, part: str, first: Variant) -> Drawn:
        run, model, data, out = first.run, first.model, first.data, self.out
        o, scale = self.options, cue_scale(first.magnitudes)
        if part == "cues":
            progress = self.count.part(o.per_kind * len(run.kinds))
            return draw_cue_maps(
                run, model, data, out, scale=scale, per_kind=o.per_kind, progress=progress
            )
        if part == "tsne":
            # Features first, then the maps of the interactive page.
            progress = self.count.part(2 * min(o.most, len(run.faces)))
            return draw_tsne(
                run,
                model,
                data,
                out,
                scale=scale,
                layer=o.layer,
                most=o.most,
                perplexity=o.perplexity,
                progress=progress,
            )
        if part == "where":
            of_kind = [len(run.faces.of_kind(kind)) for kind in run.kinds]
            progress = self.count.part(sum(min(n, FACES_A_KIND) for n in of_kind))
            return draw_where(run, mean_faces(run, model, data, progress), out)
        others = [self._variant(read_figure_run(p), self.given) for p in o.beside]
        lacking = [v.run.folder for v in others if not len(v.magnitudes)]
        if lacking:
            raise InputError(f"--beside {lacking[0]}: this run's method makes no cue map.")
        progress = self.count.part(len(run.kinds) * (1 + len(others)))
        return draw_variants([first, *others], out, o.scale, progress=progress)

    def _variant(self, run: FigureRun, given: Path | None) -> Variant:
        data = run.data(given)
        model = open_model(run.folder)
        _refuse_other_model(run, model)
        rows = run.faces.attacks
        chosen = run.faces.at(rows[spread(len(rows), MAX_FACES)])
        attacks = [data / face.crop for face in chosen]
        progress = self.count.part(len(attacks))
        return Variant(run, model, data, attack_magnitudes(model, attacks, progress))


def _refuse_other_model(run: FigureRun, model: FaceScorer) -> None:
    """The last word of a model's id is the hash of its file; the name may change with a folder."""
    judged = (run.metrics.model or "").rpartition("-")[2]
    if judged and judged != model.facts.id.rpartition("-")[2]:
        raise InputError(
            f"{run.folder} was evaluated with another model than its best checkpoint (as by "
            f"`--model`); run `spoofcue evaluate {run.folder}` first."
        )


def _write_index(
    folder: Path, run: FigureRun, figures: list[Drawn], skipped: dict[str, str]
) -> None:
    target = folder / FIGURE_INDEX
    kept = [e for e in _listed(target, run) if e.name not in {f.name for f in figures}]
    order = {name: i for i, name in enumerate(("cue_maps", "variants", "tsne", "scores", "where"))}
    entries = sorted(
        [*kept, *map(_entry, figures)], key=lambda e: order.get(e.name.split("_")[0], 0)
    )
    index = FigureIndex(
        run=run.name,
        model=run.metrics.model,
        spoofcue=__version__,
        figures=entries,
        skipped=skipped,
    )
    index.write(target)


def _entry(figure: Drawn) -> FigureEntry:
    return FigureEntry.model_validate(to_jsonable_python(figure.to_dict(), fallback=_plain))


def _listed(path: Path, run: FigureRun) -> list[FigureEntry]:
    """Entries of an earlier call that still hold: of the same model, with their files."""
    if not path.is_file():
        return []
    try:
        index = FigureIndex.read(path)
    except InputError:  # this call is what mends it
        return []
    if index.model != run.metrics.model:
        return []
    return [e for e in index.figures if all((path.parent / name).is_file() for name in e.files)]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else str(value)
