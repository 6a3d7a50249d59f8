"""DET curve and score histogram of each fold, from its stored scores."""

from __future__ import annotations

from pathlib import Path

from spoofcue.experiments.folds import SCORES
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import by_video
from spoofcue.metrics.species import as_grouping, grouped
from spoofcue.metrics.thresholds import Threshold
from spoofcue.records.fold_record import FoldRecord
from spoofcue.report.plots import det, histogram
from spoofcue.whole_files import write_text


def write_figures(folder: Path, record: FoldRecord) -> list[Path]:
    """Write det.svg and histogram.svg beside a fold's result.json.

    Args:
        folder: of the fold.
        record: its result.

    Returns:
        What was written.

    Raises:
        InputError: the fold's scores are gone.

    """
    scores = read_scores(folder / SCORES / "test.csv")
    if record.evaluation["video"]:
        scores = by_video(scores)
    scores = grouped(scores, as_grouping(record.species))
    threshold = Threshold(**record.level["threshold"])
    written = []
    for name, draw in (("det", det), ("histogram", histogram)):
        path = folder / f"{name}.svg"
        write_text(path, _alone(draw(scores, threshold)))
        written.append(path)
    return written


def _alone(svg: str) -> str:
    """The report's figures live in HTML, where no namespace is needed for links to glyphs."""
    return svg.replace("<svg ", '<svg xmlns:xlink="http://www.w3.org/1999/xlink" ', 1)
