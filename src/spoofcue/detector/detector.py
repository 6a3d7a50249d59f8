"""The detector: load once, then check anything that shows a face."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import overload

from numpy.typing import ArrayLike

from spoofcue.detector.calibrate import calibrated
from spoofcue.detector.early_exit import ExitRule
from spoofcue.detector.finder import FaceFinder, Search
from spoofcue.detector.judge import Judge, Pending
from spoofcue.detector.quality import QualityLimits
from spoofcue.detector.result import Result
from spoofcue.detector.sources import Picture, Source, is_video, open_frames, read_picture
from spoofcue.errors import InputError
from spoofcue.faces.detect import DetectorName, FaceDetector, make_detector
from spoofcue.package.schema import ThresholdFacts
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.open_model import open_model

DEFAULT_LIMITS = QualityLimits()
DEFAULT_RULE = ExitRule()
# of a batch: crops wait in memory for their scores
CHUNK = 64


class Detector:
    """A trained model with a face finder and a threshold; threads may share one.

    Make it with :meth:`load`.

    Args:
        model: scores face crops.
        faces: finds faces.
        threshold: a score above its value is an attack.
        quality: faces below these limits are rejected; None: no check but the size.
        frames: sampled from a video file, >= 1.
        early_exit: when a video may end before all of them are scored; None: never.
        search: ``fast`` finds the same largest face as ``full``, three times as fast where it is
            large (dlib alone), but then counts no small ones beside it in ``Result.faces``.

    A picture is (H, W, 3) uint8 RGB, a path, or the bytes of a file:

    >>> import numpy as np
    >>> from spoofcue import Detector
    >>> detector = Detector.load()  # the model that ships
    >>> result = detector.predict(np.full((240, 320, 3), 128, np.uint8))
    >>> result.decision, result.reason
    ('rejected', 'no_face')

    """

    def __init__(
        self,
        model: FaceScorer,
        faces: FaceDetector,
        threshold: ThresholdFacts,
        *,
        quality: QualityLimits | None = DEFAULT_LIMITS,
        frames: int = 10,
        early_exit: ExitRule | None = DEFAULT_RULE,
        search: Search = "fast",
    ) -> None:
        if frames < 1:
            raise InputError(f"frames={frames}: at least one frame of a video is needed.")
        self._model = model
        facts = model.facts
        self._finder = FaceFinder(faces, facts.margin, facts.min_face_px, quality, search)
        self._threshold = threshold
        self._frames = frames
        self._rule = early_exit

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        runtime: str | None = None,
        threads: int | None = None,
        threshold: float | None = None,
        face_detector: DetectorName | FaceDetector | None = None,
        yunet_model: Path | None = None,
        quality: QualityLimits | None = DEFAULT_LIMITS,
        frames: int = 10,
        early_exit: ExitRule | None = DEFAULT_RULE,
        search: Search = "fast",
    ) -> Detector:
        """Load a model, checked.

        Args:
            model: a model package (folder or .spoofcue), run folder, .ckpt or .onnx; a package on
                the hub as ``hf:owner/name`` or ``hf:owner/name@revision``; None: SPOOFCUE_MODEL,
                and where that is not set, the model that ships with spoofcue.
            runtime: openvino, onnxruntime or torch; None: SPOOFCUE_RUNTIME or the best there is.
            threads: of the runtime.
            threshold: None: the model's own.
            face_detector: a name or anything with ``name`` and ``detect``; None: the one that
                found the faces of the training.
            yunet_model: YuNet's .onnx file; None: where `spoofcue fetch yunet` puts it.
            quality: see the class.
            frames: see the class.
            early_exit: see the class.
            search: see the class.

        Raises:
            InputError: no usable model, or a threshold outside 0..1.

        """
        loaded = open_model(model, runtime, threads)
        facts = loaded.facts
        if threshold is not None:
            if not (math.isfinite(threshold) and 0 <= threshold <= 1):
                raise InputError(f"threshold {threshold}: scores lie in 0..1")
            chosen = ThresholdFacts(value=threshold, rule="fixed", source="given")
        elif isinstance(loaded, PackagedModel):
            chosen = loaded.package.spec.threshold
        else:
            # a method without scores in 0..1 keeps its own limit
            chosen = ThresholdFacts.model_construct(**asdict(facts.threshold))
        named = facts.detector if face_detector is None else face_detector
        if isinstance(named, str):
            named = make_detector(named, yunet_model)  # type: ignore[arg-type]  # it checks
        return cls(
            loaded,
            named,
            chosen,
            quality=quality,
            frames=frames,
            early_exit=early_exit,
            search=search,
        )

    @property
    def threshold(self) -> float:
        """A score above it is an attack."""
        return self._threshold.value

    @property
    def threshold_facts(self) -> ThresholdFacts:
        """Where the threshold comes from, and whether its target can be promised."""
        return self._threshold

    @property
    def model_id(self) -> str:
        """Which model, as in every result."""
        return self._model.facts.id

    @overload
    def predict(  # type: ignore[overload-overlap]  # a list is never one recording
        self, source: list[Source] | tuple[Source, ...], *, cues: bool = False
    ) -> list[Result]: ...

    @overload
    def predict(self, source: Source, *, cues: bool = False) -> Result: ...

    def predict(
        self, source: Source | list[Source] | tuple[Source, ...], *, cues: bool = False
    ) -> Result | list[Result]:
        """Judge the largest face.

        Args:
            source: path of an image or video, bytes of an image file, (H, W, 3) uint8 RGB, a PIL
                image; any other iterable of frames is one recording; a list or tuple is several
                things to judge, as in :meth:`predict_batch`.
            cues: whether results carry cue maps.

        Returns:
            One result, or one for each entry of a list. What cannot be judged is ``rejected``.

        Raises:
            InputError: something that is no picture at all, as an array of floats.

        """
        if isinstance(source, (list, tuple)):
            return self.predict_batch(source, cues=cues)
        judge = self._judge(cues)
        if is_video(source):
            return judge.video(partial(open_frames, source, self._frames))
        return judge.results(judge.look(partial(read_picture, source)))[0]

    def predict_batch(self, sources: Iterable[Source], *, cues: bool = False) -> list[Result]:
        """One result for each, in order; pictures go through the network together.

        Raises:
            InputError: see :meth:`predict`.

        """
        judge = self._judge(cues)
        done: list[Result | None] = []
        waiting: dict[int, Pending] = {}

        def finish() -> None:
            for at, result in zip(waiting, judge.results(list(waiting.values())), strict=True):
                done[at] = result
            waiting.clear()

        for at, source in enumerate(sources):
            done.append(None)
            if is_video(source):
                done[at] = judge.video(partial(open_frames, source, self._frames))
            else:
                (waiting[at],) = judge.look(partial(read_picture, source))
            if len(waiting) == CHUNK:
                finish()
        finish()
        return [result for result in done if result is not None]

    def predict_faces(self, source: Picture, *, cues: bool = False) -> list[Result]:
        """One result for each face of an image, the largest first; one for a video.

        Raises:
            InputError: see :meth:`predict`.

        """
        judge = self._judge(cues)
        if is_video(source):
            return [judge.video(partial(open_frames, source, self._frames))]
        return judge.results(judge.look(partial(read_picture, source), most=None))

    def calibrate(
        self,
        scores: ArrayLike,
        labels: ArrayLike,
        target: str = "eer",
        *,
        pai: Sequence[str] | None = None,
        people: int | None = None,
        source: str = "own data",
    ) -> Detector:
        """A detector with a threshold from own scores; this one keeps its own.

        The arguments are those of :func:`spoofcue.detector.calibrate.calibrated`. Where there were
        too few attempts to promise the target, UnsupportedClaim is warned of and
        ``threshold_facts.supported`` is False.

        Raises:
            InputError: see there.

        """
        made = copy.copy(self)
        made._threshold = calibrated(scores, labels, target, pai=pai, people=people, source=source)
        return made

    def _judge(self, cues: bool) -> Judge:
        return Judge(self._model, self._finder, self.threshold, self._rule, cues)
