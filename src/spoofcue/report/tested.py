"""What an ISO/IEC 30107-3 report is about: the item, the attempts, the files they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from spoofcue.errors import InputError
from spoofcue.metrics.evaluation import Evaluation, EvaluationOptions, LevelResult, evaluate
from spoofcue.metrics.parquet_scores import is_parquet
from spoofcue.metrics.score_files import read_scores
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.species import as_grouping, grouped, species_of
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.run_folder import RunFolder, RunRecord


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that the report was made from; ``sha256`` is of its bytes, in hex."""

    name: str
    role: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Presented:
    """What was presented of one PAI species, or of the bona fide faces.

    Attributes:
        attempts: with a score and without.
        sources: people whose faces were shown; None where the scores do not name them.
        instruments: names that count to the species, sorted; empty for bona fide faces.

    """

    attempts: int
    sources: int | None
    instruments: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """Everything that the report states.

    Attributes:
        title: the item under test, or the score file where nothing names it.
        item: name -> what is known of the item under test.
        known: whether the scores say which item gave them.
        run: its training; None where it was not trained here, or is not known.
        evaluation: of the test scores, at the threshold.
        scores: of test, a score an attempt, named by species.
        bona_fide: what was presented.
        species: name -> the same, also of species that never got a score.
        inputs: the files.

    """

    title: str
    item: dict[str, str]
    known: bool
    run: RunRecord | None
    evaluation: Evaluation
    scores: ScoreSet
    bona_fide: Presented
    species: dict[str, Presented]
    inputs: tuple[InputFile, ...]

    @property
    def level(self) -> LevelResult:
        """With one score a recording where recordings have several frames, else one a picture."""
        return self.evaluation.video or self.evaluation.frame

    def with_input(self, path: Path, role: str) -> Tested:
        """The same, with one more file that the report is made from."""
        return replace(self, inputs=(*self.inputs, InputFile(path.name, role, _sha256(path))))

    @property
    def unit(self) -> str:
        """What one attempt is."""
        return "recording" if self.evaluation.video else "picture"


def read_tested(
    source: Path,
    dev: Path | None = None,
    threshold: str | None = None,
    species: str | None = None,
) -> Tested:
    """Read an evaluated run, an evaluation, or a score file of any method.

    Args:
        source: a run folder or an evaluation, whose threshold and species are those it was
            evaluated with; or a file of test scores.
        dev: scores of dev, with a score file.
        threshold: how it is set, with a score file; None: at the EER of dev.
        species: what counts as one, with a score file; None: each instrument.

    Raises:
        InputError: it is not evaluated, scores cannot be read or are not those that were
            evaluated, or arguments do not go together.

    """
    run = RunFolder(source)
    if run.exists or (source.is_dir() and _evaluation_in(source) is not None):
        if dev or threshold or species:
            raise InputError(
                f"{source} was evaluated with a threshold and species of its own; --dev, "
                "--threshold and --species go with a score file. To change them, run `spoofcue "
                "evaluate` again."
            )
        return _of_evaluation(source, run.record_if_any())
    if source.is_dir():
        raise InputError(
            f"{source} is not evaluated: there is no {METRICS_FILE} in it. Run `spoofcue evaluate "
            f"{source}` first, or `spoofcue evaluate --scores {source}` for a folder of "
            "`spoofcue score`."
        )
    return _of_scores(source, dev, threshold, species)


def _evaluation_in(source: Path) -> Path | None:
    found = (source, RunFolder(source).evaluation)
    return next((folder for folder in found if (folder / METRICS_FILE).is_file()), None)


def _of_evaluation(source: Path, record: RunRecord | None) -> Tested:
    if record is not None:
        metrics, folder = RunFolder(source).evaluated(), RunFolder(source).evaluation
    else:
        folder = _evaluation_in(source) or source
        metrics = EvaluationRecord.read(folder / METRICS_FILE)
    main = metrics.level
    stored = main["threshold"]
    rule = (
        ThresholdRule("fixed", stored["value"])
        if stored["rule"] == "fixed"
        else ThresholdRule.parse(stored["rule"])
    )
    files = [(folder / "test.csv", "test scores")]
    test, dev = read_scores(folder / "test.csv"), None
    if (folder / "dev.csv").is_file():  # a threshold that was fixed beforehand needs none
        dev = read_scores(folder / "dev.csv")
        files.append((folder / "dev.csv", "development scores"))
    result = evaluate(test, dev, EvaluationOptions(rule, as_grouping(main["grouping"])))
    if result.to_dict()[metrics.level_name]["counts"] != main["counts"]:
        raise InputError(
            f"the scores in {folder} do not give the errors that its {METRICS_FILE} states: one of "
            "them was changed since. Run `spoofcue evaluate` again."
        )
    files.append((folder / METRICS_FILE, "evaluation"))
    item = {"Model": metrics.model or folder.resolve().name}
    if metrics.data:
        item["Judged on"] = metrics.data
    if record is not None:
        item |= _of_run(record)
        weights = (RunFolder(source).best_checkpoint, source / "model.npz")
        files += [(path, "weights") for path in weights if path.is_file()]
        files.append((RunFolder(source).record_file, "record of the training"))
    return _tested(item["Model"], item, record, result, test, files, known=True)


def _of_run(record: RunRecord) -> dict[str, str]:
    commit = f", source {record.commit}" if record.commit else ""
    return {
        "Method": record.method,
        "Preset": record.preset,
        "Trained": f"{record.created} by spoofcue {record.spoofcue}{commit}",
    }


def _of_scores(
    source: Path, dev: Path | None, threshold: str | None, species: str | None
) -> Tested:
    for path in (source, dev):
        if path is not None and not path.exists():
            raise InputError(f"{path} does not exist: there is no file or folder of that name.")
    rule = ThresholdRule.parse(threshold or "eer", what="--threshold")
    if dev is None and rule.needs_dev:
        raise InputError(
            f"a threshold at {rule.words} needs --dev, a file of scores of other people; or fix it "
            "beforehand (--threshold 0.5). The test scores do not choose it."
        )
    if dev is not None and is_parquet(dev) and dev.is_dir():
        raise InputError(f"{dev} is a folder; give --dev a file of scores.")
    options = EvaluationOptions(rule, as_grouping(species or "instrument"))
    test = read_scores(source)
    files = [(source, "test scores")]
    result = evaluate(test, read_scores(dev) if dev else None, options)
    if dev is not None:
        files.append((dev, "development scores"))
    return _tested(source.name, {}, None, result, test, files, known=False)


def _tested(
    title: str,
    item: dict[str, str],
    run: RunRecord | None,
    evaluation: Evaluation,
    test: ScoreSet,
    files: Sequence[tuple[Path, str]],
    *,
    known: bool,
) -> Tested:
    judged = by_video(test) if evaluation.video else test
    bona_fide, species = _presented(judged, evaluation)
    return Tested(
        title=title,
        item=item,
        known=known,
        run=run,
        evaluation=evaluation,
        scores=grouped(judged, as_grouping(evaluation.frame.grouping)),
        bona_fide=bona_fide,
        species=species,
        inputs=tuple(InputFile(path.name, role, _sha256(path)) for path, role in files),
    )


def _presented(judged: ScoreSet, evaluation: Evaluation) -> tuple[Presented, dict[str, Presented]]:
    """Who and what was presented, counted over attempts with a score and without."""
    grouping = evaluation.frame.grouping
    pais = judged.pais.joined(judged.lost.pais)
    people = judged.subjects.joined(judged.lost.subjects)
    attempts: dict[str, int] = {}
    names: dict[str, set[str]] = {}
    sources: dict[str, set[str]] = {}
    unnamed: set[str] = set()
    # an instrument and a person at a time: there are few of either, and millions of rows
    pairs = pais.codes.astype(np.int64) * len(people.names) + people.codes
    counts = np.bincount(pairs)
    for pair in np.flatnonzero(counts):
        pai, person = divmod(int(pair), len(people.names))
        name, who = pais.names[pai], people.names[person]
        kind = species_of(name, grouping) if name else ""
        attempts[kind] = attempts.get(kind, 0) + int(counts[pair])
        names.setdefault(kind, set()).add(name)
        sources.setdefault(kind, set()).add(who)
        if not who:
            unnamed.add(kind)

    def presented(kind: str) -> Presented:
        known = None if kind in unnamed else len(sources[kind])
        return Presented(attempts[kind], known, tuple(sorted(names[kind] - {""})))

    return presented(""), {kind: presented(kind) for kind in sorted(attempts) if kind}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
