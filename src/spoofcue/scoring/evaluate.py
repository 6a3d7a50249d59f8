"""Evaluate a run, a model on a prepared folder, or a score file, as ``spoofcue evaluate`` does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions
from spoofcue.metrics.evaluation import evaluate as judge
from spoofcue.metrics.parquet_scores import JOB, is_parquet
from spoofcue.metrics.score_files import as_format, read_scores
from spoofcue.metrics.species import as_grouping
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.package.hub import HUB
from spoofcue.plain_lines import notebook_progress
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.evaluate_data_set import evaluate_data_set
from spoofcue.scoring.evaluate_run import evaluate_run
from spoofcue.scoring.open_model import NAMED, method_of, open_model

if TYPE_CHECKING:
    from spoofcue.scoring.face import FaceScorer

EVALUATION = "evaluation"  # in a run, and in a folder of scores


def evaluate(
    run: str | Path | None = None,
    *,
    data: str | Path | None = None,
    model: str | Path | FaceScorer | None = None,
    out: str | Path | None = None,
    method: str | None = None,
    scores: str | Path | None = None,
    dev: str | Path | None = None,
    format: str | None = None,
    threshold: str | float = "eer",
    species: str = "instrument",
    bootstrap: int = 0,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    r"""Set the threshold on dev; report APCER per PAI, BPCER, ACER, HTER, EER and AUC on test.

    Either of a run (or any model with ``data`` and ``out``), whose scores and gallery are written
    to ``out``; or of a score file of any method, without writing anything; or of a folder of
    `spoofcue score`, whose evaluation is written to ``out``.

    Args:
        run: the run folder.
        data: the prepared folder; None: the one that the run was trained on.
        model: another model than the run's best checkpoint: a .ckpt, .onnx or package, or
            anything with ``facts`` and ``score``.
        out: the evaluation folder, replaced as a whole; None: ``evaluation`` in the run, or in the
            folder of `spoofcue score`.
        method: refuse a model of another method.
        scores: a CSV with the columns ``score,label`` and, where known, ``pai,video,subject``, or
            a file of bob's; higher = more likely an attack. Test scores. Or a folder of
            `spoofcue score`, of which the rows of split test are judged where there are splits.
        dev: the same of dev, which sets the threshold; None: the rows of split dev of such a
            folder.
        format: ``csv``, ``bob4`` or ``bob5``; None: found out.
        threshold: ``eer``, ``min-hter``, ``apcer=RATE`` or ``bpcer=RATE`` on dev, or a number that
            was fixed beforehand, in units of the score.
        species: what counts as one PAI species: ``instrument``, ``family`` or ``pooled``.
        bootstrap: replicates for 95 % intervals, drawn by subject; 0: none.
        seed: of the bootstrap.
        progress: called with (faces scored, all of them); None: a bar in a notebook, else nothing.

    Returns:
        Rates as fractions 0..1, with one score a frame and, where recordings have several frames,
        with one score a video.

    Raises:
        InputError: arguments that do not go together, files that cannot be read, or a split
            without live faces or without attacks.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import spoofcue
    >>> rows = "score,label,pai\n0.1,0,\n0.2,0,\n0.6,1,print\n0.9,1,replay\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("dev.csv", "test.csv"):
    ...         _ = Path(folder, name).write_text(rows)
    ...     level = spoofcue.evaluate(scores=f"{folder}/test.csv", dev=f"{folder}/dev.csv").frame
    >>> level.threshold.value, level.rates.apcer_max, level.rates.bpcer.value
    (0.4, 0.0, 0.0)

    """
    rule = ThresholdRule.parse(threshold, what="--threshold")
    options = EvaluationOptions(rule, as_grouping(species), bootstrap, seed)
    if scores is not None:
        is_set = format is None and Path(scores).is_dir()
        if run or data or model or method or (out and not is_set):
            raise InputError(
                "--scores evaluates a file; leave out RUN, --data, --model, --method, and --out "
                "unless it is a folder of `spoofcue score`."
            )
        if is_set:
            return _of_data_set(Path(scores), dev, out, options)
        kind = as_format(format) if format else None
        dev_scores = read_scores(Path(dev), kind) if dev else None
        return judge(read_scores(Path(scores), kind), dev_scores, options)
    if dev is not None or format is not None:
        raise InputError(
            "--dev and --format go with --scores; a prepared set has its own dev split."
        )
    for given in (run, data, model):
        if isinstance(given, (str, Path)) and _is_missing(given):
            raise InputError(f"{given} does not exist: there is no file or folder of that name.")
    source = run if model is None else model
    target = Path(out) if out else RunFolder(Path(run)).evaluation if run else None
    if source is None or target is None:
        raise InputError("give a RUN folder, or --model with --data and --out, or --scores.")
    folder = Path(data) if data else _data_of(run)
    if isinstance(source, (str, Path)):
        source = opened(source, method)
    # polars and pictures, which score files do without

    with nullcontext(progress) if progress else notebook_progress("scoring faces") as shown:
        return evaluate_run(source, folder, target, options, shown)


def _of_data_set(
    scores: Path, dev: str | Path | None, out: str | Path | None, options: EvaluationOptions
) -> Evaluation:
    """Of a folder of `spoofcue score`; its dev scores may be of any other kind."""
    other = None if dev is None else Path(dev)
    dev_scores = other if other is None or is_parquet(other) else read_scores(other)
    target = Path(out) if out else scores / EVALUATION if (scores / JOB).is_file() else None
    return evaluate_data_set(scores, dev_scores, target, options)


def _is_missing(given: str | Path) -> bool:
    named = str(given) in NAMED or str(given).startswith(HUB)
    return not named and not Path(given).expanduser().exists()


def opened(source: str | Path, method: str | None = None, *, profile: bool = True) -> FaceScorer:
    """Open a run or a model; of one method alone, if that is given.

    Raises:
        InputError: nothing usable there, or it is of another method.

    """
    if method is not None and (actual := method_of(Path(source))) != method:
        raise InputError(f"{source} is of method {actual}, not {method}; leave out --method.")
    return open_model(source, profile=profile)


def _data_of(run: str | Path | None) -> Path:
    record = RunFolder(Path(run)).record_if_any() if run else None
    if record is None:
        raise InputError(
            "give --data, the prepared folder to evaluate on; the run does not name one."
        )
    return Path(record.data.root)
