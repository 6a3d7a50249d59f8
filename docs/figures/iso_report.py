"""Draw docs/images/iso_report.jpg: two pages of a report's PDF, of scores that are made up.

python docs/figures/iso_report.py      # needs Chromium, and pip install pypdfium2
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from spoofcue.metrics.score_files import write_scores
from spoofcue.metrics.scores import NonResponses, ScoreSet
from spoofcue.report.browser_print import print_to_pdf
from spoofcue.report.iso_page import write_iso_report
from spoofcue.report.tested import read_tested

PICTURE = Path(__file__).parents[1] / "images" / "iso_report.jpg"
# species -> attempts of each person, and the beta distribution of the scores; live is ""
SPECIES = {
    "": (5, (2, 20)),
    "mask-paper": (1, (4, 6)),
    "print-1": (4, (9, 8)),
    "print-2": (2, (10, 8)),
    "replay-tablet": (3, (7, 7)),
}
PAGES = (0, 4)  # of the PDF: what it begins with, and the curve with what it supports


def scores(people: int, rng: np.random.Generator) -> ScoreSet:
    """Made-up scores; one attempt in fifty has none."""
    rows = list(attempts(people, rng))
    given = [row for row in rows if row[0] is not None]
    lost = [row[1:] for row in rows if row[0] is None]
    score, label, pai, video, subject = zip(*given, strict=True)
    return ScoreSet.of(
        score, label, pai, video, subject, lost=NonResponses.of(*zip(*lost, strict=True))
    )


def attempts(
    people: int, rng: np.random.Generator
) -> Iterator[tuple[float | None, int, str, str, str]]:
    """Score, label, species, recording and person of each."""
    for person in range(people):
        for name, (count, (a, b)) in SPECIES.items():
            for take in range(count):
                score = None if rng.random() < 0.02 else round(float(rng.beta(a, b)), 4)
                yield score, int(name != ""), name, f"{person}-{name}-{take}", f"person-{person}"


def main() -> None:
    """Write the picture."""
    import pypdfium2

    rng = np.random.default_rng(3)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{split}.csv") for split in ("test", "dev")]
        for path, people in zip(paths, (40, 30), strict=True):
            write_scores(scores(people, rng), path, "csv")
        page = write_iso_report(read_tested(*paths), Path(folder, "report.html"))
        pdf = pypdfium2.PdfDocument(print_to_pdf(page, Path(folder, "report.pdf")))
        shown = [pdf[number].render(scale=1.3).to_pil().convert("RGB") for number in PAGES]
    framed = [ImageOps.expand(one, 1, "#c9ced8") for one in shown]
    sheet = Image.new("RGB", (sum(one.width for one in framed) + 24, framed[0].height), "white")
    sheet.paste(framed[0], (0, 0))
    sheet.paste(framed[1], (framed[0].width + 24, 0))
    sheet.save(PICTURE, quality=82)


if __name__ == "__main__":
    main()
