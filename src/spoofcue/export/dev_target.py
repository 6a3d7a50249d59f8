"""A threshold for an exported model, from its own scores of the run's dev crops."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.export.dev_crops import DevCrops, dev_crops
from spoofcue.export.proof import scores_of
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.package.calibration import target_rule, threshold_facts
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.face import FaceScorer


@dataclass(frozen=True, slots=True)
class DevTarget:
    """What a threshold shall promise, and on what.

    Attributes:
        target: ``apcer=RATE``, ``bpcer=RATE`` or ``eer``.
        dev: all dev crops of the run.
        data: name of the prepared folder.
        protocol: of the run, None if it is of none.

    """

    target: str
    dev: DevCrops
    data: str
    protocol: str | None

    @classmethod
    def of(cls, run: Path, target: str) -> DevTarget:
        """Find the dev crops.

        Raises:
            InputError: no target, or the run's dev crops are not there.

        """
        target_rule(target)
        dev = dev_crops(run, None)
        if dev is None or not dev.has_both_classes:
            raise InputError(
                f"--target {target} is met on the run's dev crops, and run.json's prepared folder "
                "is not there (or its dev split lacks a class). `spoofcue model calibrate` takes "
                "a score file."
            )
        record = RunFolder(run).record()
        return cls(target, dev, Path(record.data.root).name, record.data.protocol)

    def threshold(self, exported: FaceScorer) -> ThresholdFacts:
        """The threshold for a model, and whether it can promise the target.

        Frames of one video are one attempt, with their mean, as `evaluate` takes them.

        Raises:
            InputError: a score is no number, or the target cannot be met within 0..1.

        """
        dev = self.dev
        scores = ScoreSet.of(
            scores_of(exported, dev.paths), dev.labels, dev.pais, dev.videos, dev.subjects
        )
        attempts = by_video(scores) if scores.has_videos else scores
        return threshold_facts(
            attempts,
            self.target,
            "the exported model's scores on dev",
            data=self.data,
            protocol=self.protocol,
        )
