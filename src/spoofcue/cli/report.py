"""``spoofcue report``: one HTML page about a run, or a test report in the standard's terms."""

from __future__ import annotations

from pathlib import Path

import click

from spoofcue.cli.options import PATH
from spoofcue.errors import InputError


@click.command()
@click.argument(
    "run",
    type=PATH,
    metavar="RUN|SCORES",
    help="Run folder that was evaluated, or the evaluation of a package or of a folder of "
    "`spoofcue score`; with --iso also a file of test scores.",
)
@click.option(
    "--iso",
    is_flag=True,
    help="Write a test report under the headings of ISO/IEC 30107-3 instead, with blanks "
    "for what the tester has to fill in.",
)
@click.option(
    "--pdf",
    is_flag=True,
    help="Print the page to a PDF beside it too, by the Chromium, Chrome or Edge that is "
    "installed or named in $SPOOFCUE_BROWSER.",
)
@click.option(
    "--out",
    type=PATH,
    help="HTML file to write. Default: RUN/report.html; with --iso RUN/iso-report.html, or "
    "SCORES-iso-report.html beside the score file.",
)
@click.option(
    "--dev",
    type=PATH,
    help="Score file of the dev split, with --iso and a score file; the threshold is set "
    "on it. Default: none, and --threshold has to be a number.",
)
@click.option(
    "--threshold",
    help="How to set the threshold, with --iso and a score file: eer, min-hter, apcer=RATE "
    "or bpcer=RATE of the dev scores, or a score that was fixed beforehand. Default: eer.",
)
@click.option(
    "--form",
    type=PATH,
    metavar="FILE.yaml",
    help="What the tester fills in of an ISO report, with --iso. A file that is not there "
    "is written with all blanks in it, to be filled in and given again. Default: none, "
    "and blanks are left on the page.",
)
@click.option(
    "--species",
    help="What counts as one PAI species, with --iso and a score file: instrument, family "
    "or pooled. Default: instrument.",
)
def report(
    run: Path,
    iso: bool,
    pdf: bool,
    out: Path | None,
    dev: Path | None,
    threshold: str | None,
    form: Path | None,
    species: str | None,
) -> None:
    """Write one self-contained HTML page about a run, or an ISO/IEC 30107-3 test report."""
    from spoofcue.cli.console import remark, say, still_at
    from spoofcue.report.browser_print import print_to_pdf
    from spoofcue.report.iso_page import write_iso_report
    from spoofcue.report.page import write_report
    from spoofcue.report.tested import read_tested

    if not iso and (dev or threshold or species):
        raise InputError("--dev, --threshold and --species go with --iso and a score file.")
    if not iso and form:
        raise InputError("--form goes with --iso: no other report has blanks to fill in.")
    if not iso and run.is_file():
        raise InputError(
            f"{run} is a file: with --iso it becomes a test report, if it holds test scores; "
            "without, give the folder of a run that was evaluated."
        )
    is_new = False
    with still_at("writing the report"):
        if iso:
            tested = read_tested(run, dev, threshold, species)
            is_new = form is not None and not form.exists()
            page = write_iso_report(tested, out or _iso_place(run), form=form)
        else:
            page = write_report(run, out)
    say(page)
    if is_new:
        remark(f"wrote {form}: fill it in and give the same command again.")
    if pdf:
        with still_at("printing the report"):
            printed = print_to_pdf(page, page.with_suffix(".pdf"))
        say(printed)


def _iso_place(run: Path) -> Path:
    if run.is_dir():
        return run / "iso-report.html"
    return run.with_name(f"{run.stem}-iso-report.html")
