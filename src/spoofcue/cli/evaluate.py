"""``spoofcue evaluate``: the rates of a run or score file, as tables that fit 80 columns."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich import box
from rich.table import Table

from spoofcue.cli.console import remark, say, say_prose, show
from spoofcue.cli.options import PATH, json_option, profile_option
from spoofcue.metrics.evaluation import Evaluation, LevelResult, OperatingPoint
from spoofcue.metrics.intervals import Rate, clopper_pearson
from spoofcue.metrics.measures import MEASURES, measured_at
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord, ExpertEntry
from spoofcue.records.run_folder import RunFolder

Row = tuple[str, str, str, str, str]
UNSUPPORTED = "†"


def print_evaluation(result: Evaluation) -> None:
    """Frame level and, where recordings have several frames, video level."""
    _print_level("frame", result.frame)
    if result.video:
        _print_level("video", result.video)
    for hint in result.hints:
        say(f"look at this: {hint}")


def _print_level(name: str, level: LevelResult) -> None:
    at = level.threshold
    table = Table(
        title=f"{name} level, species by {level.grouping}, threshold {at.value:.5g} ({at.origin})",
        box=box.SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        pad_edge=False,
    )
    drawn = level.bootstrap
    table.add_column("test", overflow="fold")
    titles = ["%", "errors", "95 % exact", *([f"by {drawn.unit}"] if drawn else [])]
    for title in titles:
        table.add_column(title, justify="right", overflow="fold")
    for row in _rows(level):
        table.add_row(*row[: 1 + len(titles)])
    show(table)
    _print_notes(level)


def _rows(level: LevelResult) -> list[Row]:
    rates = level.rates
    rows = [_counted(f"APCER {s}", r) for s, r in rates.apcer_by_pai.items()]
    for measure in MEASURES.values():
        drawn = _drawn(level, measure.name)
        if measure.name == "bpcer":
            rows.append(_counted(measure.title, rates.bpcer, drawn))
        else:
            value = measure.number(level.values[measure.name], 2)
            rows.append((measure.title, value, "", "", drawn))
    for grouping, other in level.by_grouping.items():
        if grouping != level.grouping:
            values = measured_at(other)
            rows += [
                (f"{MEASURES[m].label}, {grouping}", _percent(values[m]), "", "", "")
                for m in ("apcer_max", "acer")
            ]
    for limit, point in level.bpcer_at_apcer.items():
        rows.append(_held("BPCER at dev APCER", limit, point, point.rates.bpcer.value))
    for limit, point in level.apcer_at_bpcer.items():
        rows.append(_held("APCER at dev BPCER", limit, point, point.rates.apcer_max))
    lost = level.nonresponse
    if lost.bpnrr.errors or lost.apnrr.errors:
        rows += [_counted("BPNRR (live, no score)", lost.bpnrr)]
        rows += [_counted("APNRR (attacks, no score)", lost.apnrr)]
        far, frr = lost.with_failures(rates.far.value, rates.bpcer.value)
        rows += [
            ("FAR with failures", _percent(far), "", "", ""),
            ("FRR with failures", _percent(frr), "", "", ""),
        ]
    return rows


def _print_notes(level: LevelResult) -> None:
    lost = level.nonresponse
    count = lost.bpnrr.errors + lost.apnrr.errors
    if count:
        say_prose(
            f"no score for {count} attempts ({lost.bpnrr.errors} live, {lost.apnrr.errors} "
            "attack): not in APCER, BPCER and what follows from them"
        )
    points = [*level.bpcer_at_apcer.values(), *level.apcer_at_bpcer.values()]
    scarce = {p.support.scarcest: p.support for p in points if not p.support.supported}
    if scarce:
        counts = ", ".join(f"{s.attempts} {name}" for name, s in scarce.items())
        say(f"{UNSUPPORTED} dev has too few attempts for such a rate ({counts}); it takes 3/rate")
    if level.bootstrap and level.bootstrap.undefined:
        say_prose(
            f"{level.bootstrap.undefined} of {level.bootstrap.replicates} bootstrap replicates "
            "lacked a class"
        )


def _counted(name: str, rate: Rate, drawn: str = "") -> Row:
    exact = _interval(*clopper_pearson(rate.errors, rate.total))
    return name, _percent(rate.value), f"{rate.errors}/{rate.total}", exact, drawn


def _held(name: str, limit: float, point: OperatingPoint, value: float) -> Row:
    mark = "" if point.support.supported else f" {UNSUPPORTED}"
    return f"{name} {100 * limit:g} %{mark}", _percent(value), "", "", ""


def _drawn(level: LevelResult, measure: str) -> str:
    return _interval(*level.bootstrap.intervals[measure]) if level.bootstrap else ""


def _percent(value: float) -> str:
    return f"{100 * value:.2f}"


def _interval(low: float, high: float) -> str:
    return f"{100 * low:.1f}-{100 * high:.1f}"


@click.command()
@click.argument(
    "run",
    type=PATH,
    required=False,
    help="Run folder of `spoofcue train`. Default: --model or --scores is evaluated.",
)
@click.option(
    "--data",
    type=PATH,
    help="Prepared folder to evaluate on. Default: the one the run was trained on.",
)
@click.option(
    "--model",
    type=PATH,
    help="A .ckpt or .onnx file, or a model package, to evaluate. Default: the run's best "
    "checkpoint.",
)
@click.option(
    "--out",
    type=PATH,
    help="Folder to write the scores and metrics.json to. Default: `evaluation` in RUN, or "
    "in a folder of `spoofcue score`.",
)
@click.option(
    "--method",
    help="Refuse a model of any other method than this. Default: the model's own method.",
)
@click.option(
    "--scores",
    type=PATH,
    help="Evaluate this score file instead of a run: CSV with the columns "
    "score,label,pai,video,subject, or bob's four or five columns; or a folder of "
    "`spoofcue score`, whose rows of split test are judged where it has splits.",
)
@click.option(
    "--dev",
    type=PATH,
    help="Score file of the dev split, with --scores; the threshold is set on it. Default: "
    "the rows of split dev of a folder of `spoofcue score`; else none, and --threshold has "
    "to be a number.",
)
@click.option(
    "--format",
    "score_format",
    help="Format of --scores and --dev: csv, bob4 or bob5. Default: recognised from the "
    "first line.",
)
@click.option(
    "--threshold",
    default="eer",
    help="How to set the threshold: eer, min-hter, apcer=RATE or bpcer=RATE of the dev "
    "scores, or a score that was fixed beforehand, as 0.01.",
)
@click.option(
    "--species",
    default="instrument",
    help="What counts as one PAI species: instrument (each pai name), family (the part of "
    "the name before its first - or /) or pooled (all attacks together).",
)
@click.option(
    "--bootstrap",
    "replicates",
    default=0,
    metavar="N",
    help="Number of bootstrap replicates for 95 % intervals, drawn by subject, or by video "
    "where no subjects are known. 0: no such intervals.",
)
@click.option("--seed", default=0, help="Random seed of the bootstrap.")
@profile_option
@json_option
def evaluate(
    run: Path | None,
    data: Path | None,
    model: Path | None,
    out: Path | None,
    method: str | None,
    scores: Path | None,
    dev: Path | None,
    score_format: str | None,
    threshold: str,
    species: str,
    replicates: int,
    seed: int,
    profile: bool,
    as_json: bool,
) -> None:
    """Set the threshold on dev; report APCER per PAI, BPCER, ACER, HTER, EER and AUC on test."""
    from spoofcue.cli.console import print_json, progress_bar
    from spoofcue.scoring.evaluate import evaluate as evaluated
    from spoofcue.scoring.evaluate import opened

    source = model or run
    scorer = (
        opened(source, method, profile=profile) if source is not None and scores is None else None
    )
    if scorer is not None and "torch" in sys.modules:
        _take_free_cores(as_json)
    title = "evaluating" if scorer is None else "scoring faces"
    with progress_bar(title, 1, quiet=as_json or scorer is None) as progress:
        result = evaluated(
            run,
            data=data,
            model=scorer or model,
            out=out,
            method=method,
            scores=scores,
            dev=dev,
            format=score_format,
            threshold=threshold,
            species=species,
            bootstrap=replicates,
            seed=seed,
            progress=progress,
        )
    experts = _experts(out, run) if scorer is not None else {}
    if as_json:
        print_json(EvaluationRecord(evaluation=result.to_dict(), **experts).as_printed())
        return
    print_evaluation(result)
    for name, expert in experts.get("experts", {}).items():
        if expert.missing:
            say_prose(
                f"{name} had no evidence for {expert.missing} of {expert.faces} faces, which were "
                f"judged without it or not at all: {expert.why}"
            )
    if run is not None and (words := _training_of(run)):
        say(f"training: {words}")


def _experts(out: Path | None, run: Path | None) -> dict[str, dict[str, ExpertEntry]]:
    """Of a package: how often each expert had something to look at, as metrics.json keeps it."""
    folder = out or (RunFolder(run).evaluation if run else None)
    if folder is None or not (folder / METRICS_FILE).is_file():
        return {}
    stored = EvaluationRecord.read(folder / METRICS_FILE).experts
    return {"experts": stored} if stored else {}


def _take_free_cores(quiet: bool) -> None:
    from spoofcue.training.threads import score_with_free_cores

    line = score_with_free_cores()
    if line and not quiet:
        remark(line)


def _training_of(run: Path) -> str:
    from spoofcue.report.training_words import training_words

    record = RunFolder(run).record_if_any()
    return training_words(record.training) if record else ""
