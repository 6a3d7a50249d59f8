"""A run folder: what training leaves and every later stage reads.

::

    RUN/run.json            RunRecord: what was trained on what, how, and how it went
    RUN/config.yaml         the settings
    RUN/checkpoints/        best.ckpt and last.ckpt (a network), RUN/model.npz (a classical method)
    RUN/log/metrics.csv     the course of the training
    RUN/evaluation/         what `spoofcue evaluate` measured
"""

from __future__ import annotations

import csv
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import ConfigDict

from spoofcue.errors import InputError
from spoofcue.records.evaluation_record import METRICS_FILE, EvaluationRecord
from spoofcue.records.stored import Part, Record
from spoofcue.version import __version__
from spoofcue.whole_files import recover_folder, write_text

if TYPE_CHECKING:
    from typing_extensions import Self

RUN_FILE = "run.json"


class ModelEntry(Part):
    """The model that was trained.

    Attributes:
        id: name of the run folder.
        parameters: numbers in the part that scores; None where they were not counted.

    """

    id: str
    parameters: int | None = None


class CountEntry(Part):
    """The rows of a prepared folder with one split, label and PAI species.

    Attributes:
        split: ``train``, ``dev`` or ``test``.
        label: 0 live, 1 attack.
        pai: species; None for live.
        subjects: people.
        videos: recordings.
        faces: crops.
        nonresponse: attempts without a crop.

    """

    split: str
    label: int
    pai: str | None
    subjects: int
    videos: int
    faces: int
    nonresponse: int


class DataEntry(Part):
    """The prepared folder that was trained on.

    Attributes:
        root: its absolute path.
        protocol: the protocol whose fold it is, in words; None where it is of none.
        counts: of its rows.
        warnings: to be shown wherever a result is shown.
        rows: hash of what is trained and chosen on, wherever its crops lie; a resume is of the
            same. None where none was kept.

    """

    root: str
    protocol: str | None = None
    counts: list[CountEntry]
    warnings: list[str]
    rows: str | None = None


class BestEntry(Part):
    """The epoch that was kept.

    Attributes:
        epoch: from 0; None where a method has no epochs, or none was judged.
        dev_acer: fraction on dev at that epoch; None without dev.
        threshold: a score above it is an attack.
        threshold_source: where the threshold comes from, where it is not the EER on dev.

    """

    epoch: int | None
    dev_acer: float | None
    threshold: float | None
    threshold_source: str | None = None


class TrainingEntry(Part):
    """How a training was set and how it went.

    A method may tell more of its fit; such keys stand beside these.

    Attributes:
        epochs: begun; 0 for methods that have none.
        precision: of the numbers.
        seed: that everything was drawn from.
        processor: name of the processor.
        threads: of PyTorch; None on another device.
        threads_why: why so many.
        finished: False while it is at work, and after a kill.
        steps: of the optimiser.
        budget_minutes: ``training.minutes``.
        ended_by: ``minutes`` or ``epochs``.
        seconds_in_all: in training and judging dev, over all resumes.
        seconds: in the steps alone.
        images_per_s: in the steps.
        device: where the network was.
        best: the epoch that was kept.
        processes: that trained together; None: it was one.
        random_start: what of a pretrained encoder began at random, in words; None: nothing.
        mean_of_steps: after how many last steps the weights were averaged; None: those of one
            step were kept, 0: they were, since the training ended before its last epochs.

    """

    model_config = ConfigDict(extra="allow", frozen=True)

    epochs: int
    precision: str
    seed: int
    processor: str | None = None
    threads: int | None = None
    threads_why: str | None = None
    finished: bool
    steps: int | None = None
    budget_minutes: float | None = None
    ended_by: Literal["minutes", "epochs"] | None = None
    seconds_in_all: float | None = None
    seconds: float | None = None
    images_per_s: float | None = None
    device: str | None = None
    best: BestEntry | None = None
    processes: int | None = None
    random_start: str | None = None
    mean_of_steps: int | None = None


class RunRecord(Record):
    """run.json.

    Attributes:
        name: of the run folder.
        created: when the training began, ISO 8601 in UTC.
        spoofcue: version.
        commit: of the source that ran; None if unknown.
        method, preset: of the settings.
        model, data, training: see their classes.
        software: version of Python and of the packages that matter.

    """

    KIND: ClassVar[str] = "the record of a run, as `spoofcue train` writes it"
    REMEDY: ClassVar[str] = "Train the run again (`spoofcue train --out` a new folder)."

    name: str
    created: str
    spoofcue: str
    commit: str | None
    method: str
    preset: str
    model: ModelEntry
    data: DataEntry
    training: TrainingEntry
    software: dict[str, str]

    @classmethod
    def begun(
        cls,
        run: Path,
        *,
        method: str,
        preset: str,
        parameters: int,
        data: DataEntry,
        training: TrainingEntry,
        packages: Sequence[str],
        commit: str | None,
    ) -> Self:
        """The record of a run that begins now, with this Python and these packages.

        Args:
            run: the run folder; its name is the run's.
            method: of the settings.
            preset: of the settings.
            parameters: numbers in the model.
            data: what is trained on.
            training: how far it is.
            packages: names of the packages whose versions matter.
            commit: of the source that runs; None if unknown.

        """
        name = run.resolve().name
        return cls(
            name=name,
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            spoofcue=__version__,
            commit=commit,
            method=method,
            preset=preset,
            model=ModelEntry(id=name, parameters=parameters),
            data=data,
            training=training,
            software={"python": platform.python_version(), **{p: version(p) for p in packages}},
        )

    def with_warning(self, text: str) -> Self:
        """The same record with one more thing to be shown wherever a result of it is."""
        data = self.data.model_copy(update={"warnings": [*self.data.warnings, text]})
        return self.model_copy(update={"data": data})

    def with_training(self, **changes: Any) -> Self:
        """The same record with some facts of its training changed or added."""
        training = TrainingEntry.model_validate(
            self.training.model_dump(exclude_unset=True) | changes
        )
        return self.model_copy(update={"training": training})


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where a run's files are, and its record.

    Attributes:
        path: the folder.

    """

    path: Path

    @property
    def record_file(self) -> Path:
        """run.json."""
        return self.path / RUN_FILE

    @property
    def settings_file(self) -> Path:
        """config.yaml."""
        return self.path / "config.yaml"

    @property
    def checkpoints(self) -> Path:
        """Folder of best.ckpt and last.ckpt."""
        return self.path / "checkpoints"

    @property
    def best_checkpoint(self) -> Path:
        """The epoch that was kept."""
        return self.checkpoints / "best.ckpt"

    @property
    def last_checkpoint(self) -> Path:
        """What a resume goes on from."""
        return self.checkpoints / "last.ckpt"

    @property
    def log(self) -> Path:
        """Folder of the training's course."""
        return self.path / "log"

    @property
    def history_file(self) -> Path:
        """log/metrics.csv."""
        return self.log / "metrics.csv"

    @property
    def evaluation(self) -> Path:
        """What `spoofcue evaluate` fills by default."""
        return self.path / "evaluation"

    @property
    def exists(self) -> bool:
        """Whether a training has begun here."""
        return self.record_file.is_file()

    def record(self) -> RunRecord:
        """run.json.

        Raises:
            InputError: the folder is no run folder, or its record cannot be used.

        """
        if not self.path.exists():
            raise InputError(f"{self.path} does not exist; give a run folder.")
        if not self.exists:
            raise InputError(f"{self.path} is no run folder: it holds no {RUN_FILE}.")
        return RunRecord.read(self.record_file)

    def record_if_any(self) -> RunRecord | None:
        """run.json; None where there is none.

        Raises:
            InputError: it is there and cannot be used.

        """
        return self.record() if self.exists else None

    @property
    def is_evaluated(self) -> bool:
        """Whether there is an evaluation."""
        recover_folder(self.evaluation)
        return (self.evaluation / METRICS_FILE).is_file()

    def evaluated(self) -> EvaluationRecord:
        """evaluation/metrics.json.

        Raises:
            InputError: the run is not evaluated, or the record cannot be used.

        """
        if not self.is_evaluated:
            raise InputError(
                f"{self.path} is not evaluated yet; run `spoofcue evaluate {self.path}` first."
            )
        return EvaluationRecord.read(self.evaluation / METRICS_FILE)

    def write_record(self, record: RunRecord) -> None:
        """Write run.json, whole."""
        record.write(self.record_file)

    def write_settings(self, text: str) -> None:
        """Write config.yaml, whole."""
        write_text(self.settings_file, text)

    def settings_text(self) -> str:
        """config.yaml as it is; empty where there is none.

        Raises:
            InputError: it cannot be read.

        """
        if not self.settings_file.is_file():
            return ""
        try:
            return self.settings_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"cannot read {self.settings_file}: {error}. {RunRecord.REMEDY}"
            ) from error

    def history(self) -> list[dict[str, str]]:
        """The rows of log/metrics.csv; empty where there is none."""
        if not self.history_file.is_file():
            return []
        with self.history_file.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
