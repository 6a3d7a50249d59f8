"""The detector: load once, then check anything that shows a face."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import ArrayLike

from spoofcue.detector.calibrate import calibrated
from spoofcue.detector.early_exit import ExitRule
from spoofcue.detector.evidence import EvidenceRule
from spoofcue.detector.finder import FaceFinder, Look
from spoofcue.detector.judge import Judge, Pending
from spoofcue.detector.limits import is_within
from spoofcue.detector.options import Color, Options, Search, checked_color
from spoofcue.detector.quality import QualityLimits
from spoofcue.detector.result import Result
from spoofcue.detector.self_test import check_model
from spoofcue.detector.sources import (
    Frames,
    Picture,
    Source,
    checked_array,
    is_video,
    open_frames,
    read_picture,
    several,
    spread_order,
)
from spoofcue.errors import InputError
from spoofcue.faces.detect import DetectorName, FaceDetector, make_detector
from spoofcue.media.pixels import Image
from spoofcue.package.hub import HUB
from spoofcue.package.schema import PointName
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.open_model import SHIPPED, locate_model, open_model

DEFAULT_LIMITS = QualityLimits()
DEFAULT_RULE = ExitRule()
DEFAULT_EVIDENCE = EvidenceRule()
# of a batch: pictures wait in memory for their scores, and of large ones fewer
CHUNK = 64
CHUNK_PIXELS = 100_000_000


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
        color: ``bgr`` where arrays come from OpenCV; files and PIL images know their own order.
        evidence: what a recording must show before it can be live, and how many faces a picture.

    Raises:
        InputError: an option of another type or outside its range.

    A detector of :meth:`load` can be sent to other processes: it opens its model again there.

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
        color: Color = "rgb",
        evidence: EvidenceRule = DEFAULT_EVIDENCE,
    ) -> None:
        self._options = Options(quality, frames, early_exit, search, color, evidence)
        self._model = model
        facts = model.facts
        self._finder = FaceFinder(
            faces, facts.crop, facts.min_face_px, quality, search, evidence.second_face
        )
        self._threshold = threshold
        self._loaded_with: dict[str, object] | None = None

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        runtime: str | None = None,
        threads: int | None = None,
        threshold: float | PointName | None = None,
        profile: bool = True,
        face_detector: DetectorName | FaceDetector | None = None,
        yunet_model: Path | None = None,
        quality: QualityLimits | None = DEFAULT_LIMITS,
        frames: int = 10,
        early_exit: ExitRule | None = DEFAULT_RULE,
        search: Search = "fast",
        color: Color = "rgb",
        evidence: EvidenceRule = DEFAULT_EVIDENCE,
    ) -> Detector:
        """Load a model, checked.

        Args:
            model: a model package (folder or .spoofcue), run folder, .ckpt or .onnx; ``cue``: our
                own experts alone, which ship beside ``default``; a package on the hub as
                ``hf:owner/name`` or ``hf:owner/name@revision``; None: SPOOFCUE_MODEL,
                and where that is not set, the model that ships with spoofcue.
            runtime: openvino, onnxruntime or torch; None: SPOOFCUE_RUNTIME or the best there is.
            threads: of the runtime.
            threshold: a number in 0..1, or the name of an operating point of the package
                (``convenient``, ``balanced``, ``strict``); None: the model's own.
            profile: whether a package's camera profile is used, where it has one; without it the
                package's threshold from before it was made holds.
            face_detector: a name or anything with ``name`` and ``detect``; None: the one that
                found the faces of the training.
            yunet_model: another .onnx file of YuNet than the one that ships.
            quality: see the class.
            frames: see the class.
            early_exit: see the class.
            search: see the class.
            color: see the class.
            evidence: see the class.

        Raises:
            InputError: no usable model, or an argument of another type or outside its range.

        """
        options = Options(quality, frames, early_exit, search, color, evidence)
        if threshold is not None and not isinstance(threshold, str):
            threshold = _checked_threshold(threshold)
        if not isinstance(profile, bool):
            raise InputError(f"profile={profile!r}: give True or False.")
        path = locate_model(model)
        loaded = open_model(path, runtime, threads, profile=profile)
        facts = loaded.facts
        if isinstance(threshold, str):
            chosen = _operating_point(threshold, loaded)
        elif threshold is not None:
            chosen = ThresholdFacts(value=threshold, rule="fixed", source="given")
        elif isinstance(loaded, PackagedModel):
            chosen = loaded.threshold
        else:
            # a method without scores in 0..1 keeps its own limit
            chosen = ThresholdFacts.model_construct(**asdict(facts.threshold))
        named = facts.detector if face_detector is None else face_detector
        finder: Any = named
        if isinstance(named, str):
            finder = make_detector(named, yunet_model)  # type: ignore[arg-type]  # it checks
        if not callable(getattr(finder, "detect", None)):
            raise InputError(
                f"face_detector={face_detector!r}: give dlib, yunet or none, or an object with "
                "`name` and `detect`."
            )
        detector = cls(loaded, finder, chosen, **options.as_arguments())
        detector._loaded_with = {
            "model": None if path == SHIPPED else _reachable(model, path),
            "runtime": runtime,
            "threads": threads,
            "profile": profile,
            "face_detector": face_detector,
            "yunet_model": None if yunet_model is None else Path(yunet_model).absolute(),
        }
        return detector

    def __reduce__(self) -> tuple[object, ...]:
        """How to load it again; weights and the memory of a runtime stay in their process."""
        if self._loaded_with is None:
            raise InputError(
                "this Detector was made from objects that live in this process. Make it with "
                "Detector.load, or once in each process, to use it in others."
            )
        try:
            pickle.dumps(self._loaded_with)
        except Exception as error:
            raise InputError(
                "this Detector's face_detector cannot be sent to another process "
                f"({error}). Give it by name: dlib, yunet or none."
            ) from error
        return _load_again, (self._loaded_with, self._options, self._threshold, self.model_id)

    def __copy__(self) -> Detector:
        """One that shares the loaded model."""
        made = object.__new__(type(self))
        made.__dict__.update(self.__dict__)
        return made

    @property
    def threshold(self) -> float:
        """A score above it is an attack."""
        return self._threshold.value

    @property
    def threshold_facts(self) -> ThresholdFacts:
        """Where the threshold comes from, and whether its target can be promised."""
        return self._threshold

    @property
    def uses_profile(self) -> bool:
        """Whether scores are those of a package with the profile of a camera."""
        return isinstance(self._model, PackagedModel) and self._model.uses_profile

    @property
    def model_id(self) -> str:
        """Which model, as in every result."""
        return self._model.facts.id

    @overload
    def predict(  # type: ignore[overload-overlap]  # a list is never one recording
        self,
        source: list[Source] | tuple[Source, ...],
        *,
        cues: bool = False,
        color: Color | None = None,
    ) -> list[Result]: ...

    @overload
    def predict(
        self, source: Source, *, cues: bool = False, color: Color | None = None
    ) -> Result: ...

    def predict(
        self,
        source: Source | list[Source] | tuple[Source, ...],
        *,
        cues: bool = False,
        color: Color | None = None,
    ) -> Result | list[Result]:
        """Judge the largest face.

        Args:
            source: path of an image or video, or the bytes of one; an image file open for reading
                bytes (``BytesIO``, an upload), which is read from its start; (H, W, 3) uint8; a
                PIL image; any other iterable of frames is one recording; a list or tuple is
                several things to judge, as in :meth:`predict_batch`.
            cues: whether results carry cue maps.
            color: order of the channels of arrays; None: the detector's.

        Returns:
            One result, or one for each entry of a list. What cannot be judged is ``rejected``.

        Raises:
            InputError: something that is no picture at all, as an array of another shape.

        """
        if isinstance(source, (list, tuple)):
            return self.predict_batch(source, cues=cues, color=color)
        judge = self._judge(cues)
        if is_video(source):
            return judge.video(self._recording(source, color))
        return judge.results(judge.look(self._reading(source, color)))[0]

    def predict_batch(
        self, sources: Iterable[Source], *, cues: bool = False, color: Color | None = None
    ) -> list[Result]:
        """One result for each, in order; pictures go through the network together.

        Args:
            sources: any iterable of what :meth:`predict` takes; a folder's files are yours to list.
            cues: see :meth:`predict`.
            color: see :meth:`predict`.

        Raises:
            InputError: see :meth:`predict`, or ``sources`` is itself one thing to judge.

        """
        sources = several(sources)
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
                done[at] = judge.video(self._recording(source, color))
            else:
                if isinstance(source, np.ndarray):
                    # whoever fills one buffer again and again would change what waits
                    source = source.copy()
                (waiting[at],) = judge.look(self._reading(source, color))
            pixels = sum(p.look.face.frame[..., 0].size for p in waiting.values() if p.look.face)
            if len(waiting) == CHUNK or pixels >= CHUNK_PIXELS:
                finish()
        finish()
        return [result for result in done if result is not None]

    def predict_faces(
        self, source: Picture, *, cues: bool = False, color: Color | None = None
    ) -> list[Result]:
        """One result for each face of an image, the largest first; one for a video.

        Raises:
            InputError: see :meth:`predict`, or ``source`` is a list.

        """
        if isinstance(source, (list, tuple)):
            raise InputError(
                "predict_faces judges all faces of one picture, not a "
                f"{type(source).__name__}: call it for each, or predict_batch for the largest face "
                "of each."
            )
        judge = self._judge(cues)
        if is_video(source):
            return [judge.video(self._recording(source, color))]
        return judge.results(judge.look(self._reading(source, color), most=None))

    def self_test(self) -> None:
        """Whether it works: a made picture goes through the face finder and every expert.

        Raises:
            InputError: what came is no score, or not the same twice.

        """
        check_model(self._model, self._finder)

    def predict_frames(
        self,
        frames: Sequence[Image],
        *,
        looks: Sequence[Look] | None = None,
        damaged: int = 0,
        cues: bool = False,
    ) -> Result:
        """Judge the frames of one attempt, all there, as those of a recording.

        Args:
            frames: (H, W, 3) each, in the order in which they came.
            looks: what :meth:`look` has said of each, so that no face is searched for again; None:
                they were not looked at.
            damaged: how many more came and did not decode, of which ``min_decoded`` allows few.
            cues: see :meth:`predict`.

        Returns:
            With ``damaged=0`` what :meth:`predict` says of the same frames in one array.

        Raises:
            InputError: a frame is no picture.

        """
        color = self._options.color
        count = len(frames)
        images = ((place, checked_array(frames[place], color)) for place in spread_order(count))
        known = dict(enumerate(looks or ()))
        return self._judge(cues).video(
            lambda: Frames(images, count, count + damaged, count, looks=known)
        )

    def look(self, frame: Image) -> Look:
        """Find the largest face of a frame and check it, without a score.

        Args:
            frame: (H, W, 3) in the detector's order of channels.

        Returns:
            What failed is a refusal.

        Raises:
            InputError: it is no picture.

        """
        (pending,) = self._judge(False).look(self._reading(frame, None))
        return pending.look

    def refused(self, reason: str, detail: str) -> Result:
        """The result of what this detector was not asked to judge, as a file of another format.

        Args:
            reason: a stable word for programs.
            detail: in words.

        """
        return Result.refused(reason, detail, threshold=self.threshold, model=self.model_id)

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
        made = self.__copy__()
        made._threshold = calibrated(scores, labels, target, pai=pai, people=people, source=source)
        return made

    def _judge(self, cues: bool) -> Judge:
        options = self._options
        return Judge(
            self._model,
            self._finder,
            self.threshold,
            rule=options.early_exit,
            evidence=options.evidence,
            cues=cues,
        )

    def _reading(self, source: Source, color: Color | None) -> Callable[[], Image | Frames]:
        return partial(read_picture, source, self._options.frames, self._color(color))

    def _recording(self, source: Source, color: Color | None) -> Callable[[], Frames]:
        return partial(open_frames, source, self._options.frames, self._color(color))

    def _color(self, color: Color | None) -> Color:
        return self._options.color if color is None else checked_color(color)


def _checked_threshold(threshold: object) -> float:
    if not is_within(threshold, 0, 1):
        raise InputError(f"threshold={threshold!r}: give a number in 0..1, as scores are.")
    return float(threshold)


def _operating_point(name: str, model: FaceScorer) -> ThresholdFacts:
    """The threshold that a package calls so."""
    points = model.points if isinstance(model, PackagedModel) else {}
    for known, point in points.items():
        if known == name:
            return ThresholdFacts(
                value=point.threshold, rule=point.rule, source=f"operating point {name}"
            )
    there = f"there are {', '.join(points)}" if points else "this model has none"
    camera = isinstance(model, PackagedModel) and model.package.spec.points and not points
    why = " with its camera profile, whose threshold was set with it" if camera else ""
    raise InputError(
        f"threshold={name!r}: no operating point of that name; {there}{why}. Give a number in "
        "0..1 otherwise."
    )


def _reachable(model: str | Path | None, path: Path) -> str | Path:
    """A model's name for a process with another working folder or environment."""
    return model if isinstance(model, str) and model.startswith(HUB) else path.absolute()


def _load_again(
    loaded_with: dict[str, Any], options: Options, threshold: ThresholdFacts, model_id: str
) -> Detector:
    model = loaded_with["model"] or SHIPPED  # whatever SPOOFCUE_MODEL says in this process
    detector = Detector.load(**{**loaded_with, "model": model}, **options.as_arguments())
    if detector.model_id != model_id:
        raise InputError(
            f"{model} is now model {detector.model_id}, and the Detector that was sent here used "
            f"{model_id}: make it again."
        )
    detector._threshold = threshold
    return detector
