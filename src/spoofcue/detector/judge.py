"""Frames to results. Nothing that failed is ever live."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from spoofcue.detector.early_exit import ExitRule, certain, interval
from spoofcue.detector.finder import FaceFinder, Look
from spoofcue.detector.quality import Refusal
from spoofcue.detector.result import EarlyExit, Result
from spoofcue.detector.sources import Frames
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import Image
from spoofcue.patches.inputs import groups_of_one_shape
from spoofcue.scoring.decision import decide
from spoofcue.scoring.face import FaceScore, FaceScorer


@dataclass(frozen=True, slots=True)
class Pending:
    """A face that waits for its score, or was refused one; an animated image is decided already."""

    look: Look
    watch: Stopwatch
    decided: Result | None = None


@dataclass(frozen=True, slots=True)
class Judge:
    """A model, a finder of faces and a threshold.

    Attributes:
        model: the trained detector.
        finder: finds faces and checks them.
        threshold: a score above it is an attack.
        rule: when a video may end early; None: never.
        cues: whether results carry cue maps.

    """

    model: FaceScorer
    finder: FaceFinder
    threshold: float
    rule: ExitRule | None
    cues: bool = False

    def look(self, read: Callable[[], Image | Frames], most: int | None = 1) -> list[Pending]:
        """The faces of one picture, the largest first; one refusal if it has none.

        An image file may hold a recording: then there is one result.

        Raises:
            InputError: ``read`` was given something that is no picture.

        """
        watch = Stopwatch()
        try:
            with watch.of("decode"):
                image = read()
        except MediaError as error:
            return [Pending(Look(None, Refusal(error.reason, str(error), None)), watch)]
        except InputError:
            raise
        except Exception as error:  # fails closed: whatever breaks must end as `rejected`
            return [Pending(Look(None, _broken(error)), watch)]
        if isinstance(image, Frames):
            frames = image
            return [Pending(Look(None, None), watch, self.video(lambda: frames, watch))]
        try:
            return [Pending(look, watch) for look in self.finder.look_all(image, watch, most)]
        except Exception as error:  # likewise
            return [Pending(Look(None, _broken(error)), watch)]

    def results(self, pending: Sequence[Pending]) -> list[Result]:
        """Score the faces, those of one input shape together, and decide each by itself."""
        outcome: dict[int, FaceScore | Refusal] = {}
        waiting, crops = [], []
        for i, p in enumerate(pending):
            if p.look.crop is not None:
                waiting.append(i)
                crops.append(p.look.crop)
        sizes = [(c.shape[0], c.shape[1]) for c in crops]
        for group in groups_of_one_shape(sizes, self.model.facts.input):
            watches = [pending[waiting[k]].watch for k in group]
            scored = self._scored([crops[k] for k in group], watches)
            outcome.update(zip((waiting[k] for k in group), scored, strict=True))
        return [p.decided or self._result(p, outcome.get(i)) for i, p in enumerate(pending)]

    def video(self, open_frames: Callable[[], Frames], watch: Stopwatch | None = None) -> Result:
        """The mean over the frames that show a face, the largest face of each.

        Args:
            open_frames: decodes them.
            watch: that decoding took time of already.

        Raises:
            InputError: a frame is no picture.

        """
        watch = watch or Stopwatch()
        try:
            with watch.of("decode"):
                frames = open_frames()
            return self._frames(frames, watch)
        except MediaError as error:
            return self._refused(Refusal(error.reason, str(error), None), Look(None, None), watch)
        except InputError:
            raise
        except Exception as error:  # fails closed
            return self._refused(_broken(error), Look(None, None), watch)

    def _frames(self, frames: Frames, watch: Stopwatch) -> Result:
        scored: list[tuple[FaceScore, Look]] = []
        refused: list[Look] = []
        early, looked = None, 0
        while True:
            with watch.of("decode"):
                image = next(frames.images, None)
            if image is None:
                break
            looked += 1
            look = self.finder.look(image, watch)
            if look.crop is None:
                refused.append(look)
                continue
            (score,) = self._scored([look.crop], [watch])
            if isinstance(score, Refusal):
                return self._refused(score, look, watch)
            scored.append((score, look))
            early = self._early([s.score for s, _ in scored], looked, frames.total)
            if early:
                break
        if not scored:
            return self._none_fit(refused, watch)
        mean = float(np.mean([s.score for s, _ in scored]))
        shown, look = min(scored, key=lambda s: abs(s[0].score - mean))
        return self._decided(mean, shown, look, watch=watch, frames=len(scored), early=early)

    def _early(self, scores: list[float], looked: int, total: int | None) -> EarlyExit | None:
        if self.rule is None or looked == total or not certain(scores, self.threshold, self.rule):
            return None
        low, high = interval(scores, self.rule.z)
        return EarlyExit(low, high, None if total is None else total - looked)

    def _none_fit(self, refused: list[Look], watch: Stopwatch) -> Result:
        """The commonest refusal of the frames that show a face; no face if none does."""
        with_face = [look for look in refused if look.box]
        if not with_face:
            name = self.finder.detector.name
            none = Refusal("no_face", f"{name} found no face in any frame", None)
            return self._refused(none, Look(None, None), watch)
        counts = Counter(look.refusal.reason for look in with_face if look.refusal)
        commonest = counts.most_common(1)[0][0]
        look = next(x for x in with_face if x.refusal and x.refusal.reason == commonest)
        return self._result(Pending(look, watch), None)

    def _scored(
        self, crops: list[Image], watches: Sequence[Stopwatch]
    ) -> list[FaceScore | Refusal]:
        """A score for each, or why not; a batch that breaks is tried one by one."""
        whole = Stopwatch()
        try:
            with whole.of("network"):
                scores: list[FaceScore | Refusal] = list(self.model.score(crops))
            if len(scores) != len(crops):
                raise RuntimeError(f"the model gave {len(scores)} scores for {len(crops)} faces")
        except Exception as error:  # fails closed
            if len(crops) > 1:
                pairs = zip(crops, watches, strict=True)
                return [s for crop, watch in pairs for s in self._scored([crop], [watch])]
            scores = [_broken(error)]
        for watch in watches:
            watch.add("network", whole.timings().network / 1000 / len(watches))
        return scores

    def _result(self, pending: Pending, outcome: FaceScore | Refusal | None) -> Result:
        look, watch = pending.look, pending.watch
        if isinstance(outcome, FaceScore):
            return self._decided(outcome.score, outcome, look, watch=watch, frames=1, early=None)
        refusal = outcome or look.refusal or Refusal("error", "the face was not scored", None)
        return self._refused(refusal, look, watch)

    def _decided(
        self,
        score: float,
        shown: FaceScore,
        look: Look,
        *,
        watch: Stopwatch,
        frames: int,
        early: EarlyExit | None,
    ) -> Result:
        decision = decide(score, self.threshold)
        if decision == "rejected":
            detail = f"the score is not a finite number: {score}"
            return self._refused(Refusal("error", detail, None), look, watch)
        return Result(
            decision=decision,
            score=score,
            threshold=self.threshold,
            reason=None,
            detail=None,
            advice=None,
            box=look.box,
            faces=look.faces,
            frames=frames,
            model=self.model.facts.id,
            timings=watch.timings(),
            quality=look.quality,
            early_exit=early,
            cue_map=shown.cue if self.cues else None,
            face=shown.seen if self.cues and shown.cue is not None else None,
        )

    def _refused(self, refusal: Refusal, look: Look, watch: Stopwatch) -> Result:
        return Result(
            decision="rejected",
            score=None,
            threshold=self.threshold,
            reason=refusal.reason,
            detail=refusal.detail,
            advice=refusal.advice,
            box=look.box,
            faces=look.faces,
            frames=0,
            model=self.model.facts.id,
            timings=watch.timings(),
            quality=look.quality,
        )


def _broken(error: Exception) -> Refusal:
    return Refusal("error", f"{type(error).__name__}: {error}", None)
