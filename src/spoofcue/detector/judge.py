"""Frames to results. Nothing that failed is ever live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spoofcue.detector.early_exit import ExitRule, certain, interval
from spoofcue.detector.evidence import EvidenceRule, FrameCounts
from spoofcue.detector.finder import FaceFinder, Look
from spoofcue.detector.quality import Refusal
from spoofcue.detector.result import EarlyExit, Result
from spoofcue.detector.seen_frames import SeenFrames
from spoofcue.detector.sources import Frames
from spoofcue.detector.stopwatch import Stopwatch
from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import Image
from spoofcue.scoring.combination import Evidence, Unscored
from spoofcue.scoring.decision import decide
from spoofcue.scoring.face import Face, FaceScore, FaceScorer

# of a recording that does not open
NOTHING = FrameCounts(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Pending:
    """A face that waits for its score, or was refused one; an animated image is decided already."""

    look: Look
    watch: Stopwatch
    decided: Result | None = None
    decoded: bool = True


@dataclass(frozen=True, slots=True)
class Judge:
    """A model, a finder of faces and a threshold.

    Attributes:
        model: the trained detector.
        finder: finds faces and checks them.
        threshold: a score above it is an attack.
        rule: when a video may end early; None: never.
        evidence: what a recording must show.
        cues: whether results carry cue maps.

    """

    model: FaceScorer
    finder: FaceFinder
    threshold: float
    rule: ExitRule | None
    evidence: EvidenceRule
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
            refusal = Refusal(error.reason, str(error), None)
            return [Pending(Look(None, refusal), watch, decoded=False)]
        except InputError:
            raise
        except Exception as error:  # fails closed: whatever breaks must end as `rejected`
            return [Pending(Look(None, _broken(error)), watch, decoded=False)]
        if isinstance(image, Frames):
            frames = image
            return [Pending(Look(None, None), watch, self.video(lambda: frames, watch))]
        try:
            return [Pending(look, watch) for look in self.finder.look_all(image, watch, most)]
        except Exception as error:  # likewise
            return [Pending(Look(None, _broken(error)), watch)]

    def results(self, pending: Sequence[Pending]) -> list[Result]:
        """Score the faces together, and decide each by itself."""
        waiting = {i: p.look.face for i, p in enumerate(pending) if p.look.face is not None}
        watches = [pending[i].watch for i in waiting]
        scored = self._scored(list(waiting.values()), watches) if waiting else []
        outcome = dict(zip(waiting, scored, strict=True))
        return [p.decided or self._result(p, outcome.get(i)) for i, p in enumerate(pending)]

    def video(self, open_frames: Callable[[], Frames], watch: Stopwatch | None = None) -> Result:
        """A recording's frames, the largest face of each: their mean, or a run of them.

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
            return self._recording(frames, watch)
        except MediaError as error:
            refusal = Refusal(error.reason, str(error), None)
            return self._refused(refusal, Look(None, None), watch, NOTHING)
        except InputError:
            raise
        except Exception as error:  # fails closed
            return self._refused(_broken(error), Look(None, None), watch, NOTHING)

    def _recording(self, frames: Frames, watch: Stopwatch) -> Result:
        seen = SeenFrames(frames)
        lacking = self.evidence.lacks_frames(seen.counts(), cut=frames.cut)
        if lacking:
            refusal = Refusal("partly_decoded", lacking, "record again")
            return self._refused(refusal, Look(None, None), watch, seen.counts())
        early = None
        while early is None:
            with watch.of("decode"):
                place, image = next(frames.images, (0, None))
            if image is None:
                break
            look = frames.looks.get(place) or self.finder.look(image, watch)
            if look.face is None:
                seen.add(place, look, None)
                continue
            (score,) = self._scored([look.face], [watch])
            if isinstance(score, Refusal):
                return self._refused(score, look, watch, seen.counts())
            if score.unscored and score.unscored.reason == "error":
                refusal = _without_score(score.unscored)
                return self._refused(refusal, look, watch, seen.counts(), score.evidence)
            if score.unscored:
                refused = replace(look, face=None, refusal=_without_score(score.unscored))
                seen.add(place, refused, None)
                continue
            seen.add(place, look, score)
            early = self._early(seen, frames.places)
        unfit = self._unfit(seen, early, watch)
        return unfit or self._of_frames(seen, early, watch)

    def _early(self, seen: SeenFrames, places: int | None) -> EarlyExit | None:
        if self.rule is None or seen.looked == places:
            return None
        if not certain(seen.scores, self.threshold, self.rule):
            return None
        low, high = interval(seen.scores, self.rule.z)
        return EarlyExit(low, high, None if places is None else places - seen.looked)

    def _unfit(self, seen: SeenFrames, early: EarlyExit | None, watch: Stopwatch) -> Result | None:
        """A refusal of a recording whose scores say too little; the frames' commonest for none."""
        counts, look = seen.counts(), seen.commonest() or Look(None, None)
        if not seen.scored:
            refusal = look.refusal
            if refusal is None or refusal.reason == "no_face":
                name = self.finder.detector.name
                refusal = Refusal("no_face", f"{name} found no face in any frame", None)
            return self._refused(refusal, look, watch, counts)
        if early:  # who asked for it is content with the frames so far
            return None
        lacking = self.evidence.lacks_scores(sorted(seen.scored), counts.sampled)
        if lacking is None:
            return None
        text = f"{lacking} ({seen.reasons()})" if seen.refused else lacking
        advice = look.refusal.advice if look.refusal else None
        return self._refused(Refusal("partly_scored", text, advice), look, watch, counts)

    def _of_frames(self, seen: SeenFrames, early: EarlyExit | None, watch: Stopwatch) -> Result:
        counts, places = seen.counts(), sorted(seen.scored)
        scores = [seen.scored[place][0].score for place in places]
        mean = float(np.mean(scores))
        # what ended early would have to be seen whole
        run = None if early else self.evidence.run_of_attack(scores, self.threshold)
        by_run = run is not None and decide(mean, self.threshold) == "live"
        counted = places[run.start : run.stop] if run is not None and by_run else places
        middle = float(np.mean([seen.scored[place][0].score for place in counted]))
        near = min(counted, key=lambda place: abs(seen.scored[place][0].score - middle))
        shown, look = seen.scored[near]
        decided = self._decided(mean, shown, look, watch=watch, counts=counts, early=early)
        result = replace(decided, place=None if decided.score is None else near)
        if not by_run:
            return result
        detail = (
            f"frames {counted[0] + 1} to {counted[-1] + 1} of {counts.sampled} are above the "
            f"threshold, {len(counted)} one after the other; the mean of all is not"
        )
        return replace(result, decision="attack", reason="attack_run", detail=detail)

    def _scored(self, faces: list[Face], watches: Sequence[Stopwatch]) -> list[FaceScore | Refusal]:
        """A score for each, or why not; a batch that breaks is tried one by one."""
        whole = Stopwatch()
        try:
            with whole.of("network"):
                scores: list[FaceScore | Refusal] = list(self.model.score(faces))
            if len(scores) != len(faces):
                raise RuntimeError(f"the model gave {len(scores)} scores for {len(faces)} faces")
        except Exception as error:  # fails closed
            if len(faces) > 1:
                pairs = zip(faces, watches, strict=True)
                return [s for face, watch in pairs for s in self._scored([face], [watch])]
            scores = [_broken(error)]
        for watch in watches:
            watch.add("network", whole.timings().network / 1000 / len(watches))
        return scores

    def _result(self, pending: Pending, outcome: FaceScore | Refusal | None) -> Result:
        look, watch = pending.look, pending.watch
        if isinstance(outcome, FaceScore) and outcome.unscored:
            counts = _of_picture(decoded=True, face=True, scored=False)
            refusal = _without_score(outcome.unscored)
            return self._refused(refusal, look, watch, counts, outcome.evidence)
        if isinstance(outcome, FaceScore):
            counts = _of_picture(decoded=True, face=True, scored=True)
            return self._decided(
                outcome.score, outcome, look, watch=watch, counts=counts, early=None
            )
        refusal = outcome or look.refusal or Refusal("error", "the face was not scored", None)
        counts = _of_picture(decoded=pending.decoded, face=look.box is not None, scored=False)
        return self._refused(refusal, look, watch, counts)

    def _decided(
        self,
        score: float,
        shown: FaceScore,
        look: Look,
        *,
        watch: Stopwatch,
        counts: FrameCounts,
        early: EarlyExit | None,
    ) -> Result:
        decision = decide(score, self.threshold)
        if decision == "rejected":
            detail = f"the score is not a finite number: {score}"
            return self._refused(Refusal("error", detail, None), look, watch, counts)
        return Result(
            decision=decision,
            score=score,
            threshold=self.threshold,
            reason=None,
            detail=None,
            advice=None,
            box=look.box,
            faces=look.faces,
            frames=counts.scored,
            model=self.model.facts.id,
            timings=watch.timings(),
            counts=counts,
            quality=look.quality,
            evidence=shown.evidence,
            early_exit=early,
            cue_map=shown.cue if self.cues else None,
            face=shown.seen if self.cues and shown.cue is not None else None,
            frame=look.face.frame if self.cues and look.face else None,
        )

    def _refused(
        self,
        refusal: Refusal,
        look: Look,
        watch: Stopwatch,
        counts: FrameCounts,
        evidence: tuple[Evidence, ...] = (),
    ) -> Result:
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
            counts=counts,
            quality=look.quality,
            evidence=evidence,
        )


ADVICE = {"no_context": "show more of what is around you: move back, and to the middle"}


def _without_score(why: Unscored) -> Refusal:
    return Refusal(why.reason, why.detail, ADVICE.get(why.reason))


def _broken(error: Exception) -> Refusal:
    return Refusal("error", f"{type(error).__name__}: {error}", None)


def _of_picture(*, decoded: bool, face: bool, scored: bool) -> FrameCounts:
    return FrameCounts(1, int(decoded), 1, int(face), int(scored))
