"""``spoofcue evaluate``: a run on its prepared set, or plain score files."""

from __future__ import annotations

import json
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
    scores: Annotated[Path | None, typer.Option(help="CSV: score,label,pai,video.")] = None,
    dev: Annotated[Path | None, typer.Option(help="Dev scores that set the threshold.")] = None,
    threshold: Annotated[
        str, typer.Option(help="eer (on dev), or a number fixed beforehand, e.g. 0.01.")
    ] = "eer",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Threshold from dev, then APCER per PAI, BPCER, ACER, HTER, EER and AUC on test."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.cli.evaluation_table import print_evaluation
    from spoofcue.metrics.evaluation import evaluate as judge
    from spoofcue.metrics.scores import read_scores

    rule = _rule(threshold)
    if scores is not None:
        if run or data or model or out:
            raise InputError("--scores judges a file; leave out RUN, --data, --model and --out.")
        result = judge(read_scores(scores), read_scores(dev) if dev else None, rule)
    else:
        from spoofcue.scoring.evaluate_run import evaluate_run
        from spoofcue.scoring.model import load_model

        if dev is not None:
            raise InputError("--dev goes with --scores; a prepared set has its own dev split.")
        source = model or run
        target = out or (run / "evaluation" if run else None)
        if source is None or target is None:
            raise InputError("give a RUN folder, or --model with --data and --out, or --scores.")
        data = data or _data_of(run)
        detector = load_model(source)
        with progress_bar("scoring faces", 1, quiet=as_json) as progress:
            result = evaluate_run(detector, data, target, rule, progress)
    if as_json:
        print_json(result.to_dict())
    else:
        print_evaluation(result)


def _rule(text: str) -> Rule:
    if text == "eer":
        return "eer"
    try:
        return float(text)
    except ValueError:
        raise InputError(f"--threshold {text!r}: write eer or a number") from None


def _data_of(run: Path | None) -> Path:
    record = run / "run.json" if run else None
    if record is None or not record.is_file():
        raise InputError("--data: which prepared folder shall be judged?")
    return Path(json.loads(record.read_text(encoding="utf-8"))["data"]["root"])
