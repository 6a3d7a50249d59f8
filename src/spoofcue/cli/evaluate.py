"""``spoofcue evaluate``: a run on its prepared set, or score files of any method."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import Rule


def evaluate(
    run: Annotated[Path | None, typer.Argument(help="Run folder.")] = None,
    data: Annotated[
        Path | None, typer.Option(help="Prepared folder; default: the one trained on.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Another .ckpt or .onnx than the run's best.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Evaluation folder; default RUN/evaluation.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="Refuse a model of another method; found out by default.")
    ] = None,
    scores: Annotated[
        Path | None,
        typer.Option(help="Score file: CSV with score,label,pai,video,subject, or bob's columns."),
    ] = None,
    dev: Annotated[Path | None, typer.Option(help="Dev scores that set the threshold.")] = None,
    score_format: Annotated[
        str | None, typer.Option("--format", help="csv, bob4 or bob5; found out by default.")
    ] = None,
    threshold: Annotated[
        str, typer.Option(help="eer or min-hter (on dev), or a number fixed beforehand: 0.01.")
    ] = "eer",
    species: Annotated[
        str,
        typer.Option(
            help="What counts as one PAI species: instrument (each pai name), family (the part "
            "before its first - or /) or pooled."
        ),
    ] = "instrument",
    replicates: Annotated[
        int,
        typer.Option(
            "--bootstrap",
            metavar="N",
            help="Intervals from N draws of subjects (else of videos), e.g. 1000.",
        ),
    ] = 0,
    seed: Annotated[int, typer.Option(help="Of the bootstrap.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Threshold from dev, then APCER per PAI, BPCER, ACER, HTER, EER and AUC on test."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.cli.evaluation_table import print_evaluation
    from spoofcue.metrics.evaluation import evaluate as judge
    from spoofcue.metrics.groupings import as_grouping
    from spoofcue.metrics.score_files import as_format, read_scores

    rule, grouping = _rule(threshold), as_grouping(species)
    if scores is not None:
        if run or data or model or out or method:
            raise InputError(
                "--scores judges a file; leave out RUN, --data, --model, --method and --out."
            )
        kind = as_format(score_format) if score_format else None
        dev_scores = read_scores(dev, kind) if dev else None
        result = judge(read_scores(scores, kind), dev_scores, rule, grouping, replicates, seed)
    else:
        from spoofcue.methods.registry import load_model, method_of
        from spoofcue.scoring.evaluate_run import evaluate_run

        if dev is not None or score_format is not None:
            raise InputError(
                "--dev and --format go with --scores; a prepared set has its own dev split."
            )
        source = model or run
        target = out or (run / "evaluation" if run else None)
        if source is None or target is None:
            raise InputError("give a RUN folder, or --model with --data and --out, or --scores.")
        data = data or _data_of(run)
        if method is not None and (found := method_of(source)) != method:
            raise InputError(f"{source} is of method {found}, not {method}; leave out --method.")
        detector = load_model(source)
        if "torch" in sys.modules:
            _take_free_cores(as_json)
        with progress_bar("scoring faces", 1, quiet=as_json) as progress:
            result = evaluate_run(
                detector, data, target, rule, progress, grouping, replicates, seed
            )
    if as_json:
        print_json(result.to_dict())
        return
    print_evaluation(result)
    if run is not None and (words := _training_of(run)):
        typer.echo(f"training: {words}")


def _take_free_cores(quiet: bool) -> None:
    from spoofcue.training.threads import score_with_free_cores

    line = score_with_free_cores()
    if line and not quiet:
        typer.echo(line, err=True)


def _rule(text: str) -> Rule:
    if text == "eer":
        return "eer"
    if text == "min-hter":
        return "min-hter"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--threshold {text!r}: write eer, min-hter or a number") from None


def _training_of(run: Path) -> str:
    from spoofcue.report.training_words import training_words

    record = run / "run.json"
    if not record.is_file():
        return ""
    return training_words(json.loads(record.read_text(encoding="utf-8")).get("training", {}))


def _data_of(run: Path | None) -> Path:
    record = run / "run.json" if run else None
    if record is None or not record.is_file():
        raise InputError("--data: which prepared folder shall be judged?")
    return Path(json.loads(record.read_text(encoding="utf-8"))["data"]["root"])
