"""A threshold from folders of one's own pictures, judged as they will be in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.faces.detect import make_detector
from spoofcue.labels import (
    CLASS_NAMES,
    LIVE,
    canonical,
    class_of_folders,
    class_of_word,
    person_of,
)
from spoofcue.media.folders import LeftOut, Media, expand_paths
from spoofcue.media.near_pictures import near_pairs
from spoofcue.media.picture_sums import sum_of_file
from spoofcue.media.same_files import Side, refuse_shared_files
from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.calibration import (
    Calibrated,
    doubt_of,
    target_rule,
    threshold_facts,
    write_calibrated,
)
from spoofcue.package.profile import CameraProfile
from spoofcue.package.read import Package, read_package
from spoofcue.package.write import check_target, unprofiled
from spoofcue.scoring.camera_profile import CameraKnowledge, Rescorer, Seen
from spoofcue.scoring.exported import PackagedModel

Progress = Callable[[int, int], None]
# files judged between two reports of progress
STEP = 16
# targets that live faces alone can be held to
OF_LIVE = ("bpcer", "expected-bpcer")


@dataclass(frozen=True, slots=True)
class Before:
    """What the package decided on own pictures before it was fitted to them.

    Attributes:
        live_refused: scores of live faces above its threshold.
        attacks_passed: scores of attacks at or below it.

    """

    live_refused: int
    attacks_passed: int


@dataclass(frozen=True, slots=True)
class OwnPictures:
    """What a detector made of folders.

    Attributes:
        scores: of what it judged; a video is one attempt.
        before: what the detector that judged them decided.
        rejected: of each class, reason -> how many; these have no part in a threshold.
        notes: warnings about pictures that are on both sides but for their pixels.
        left_out: what looks like media in the folders and was not judged.
        seen: what the experts of a package said of each, in the order of the scores.

    """

    scores: ScoreSet
    before: Before
    rejected: dict[str, Counter[str]]
    notes: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def why_rejected(self, kind: str) -> str:
        """The reasons of ``live`` or ``attack`` in words, the commonest first; empty for none."""
        return ", ".join(f"{n} {reason}" for reason, n in self.rejected[kind].most_common())


def judge_folders(
    detector: Detector, live: Path, attack: Path | None = None, progress: Progress | None = None
) -> OwnPictures:
    """Score all pictures and videos of folders, with the detector's own checks.

    A folder inside ``live`` is a person, a folder inside ``attack`` (below folders named attack, if
    there are any) a species; files that lie in no such folder have no name of a person and are of
    the species ``attack``.

    Args:
        detector: judges.
        live: folder of bona fide presentations.
        attack: folder of attacks.
        progress: called with (done, all).

    Raises:
        InputError: a folder is missing, empty, inside the other, or holds folders of the other
            class; or one picture is in both.

    """
    if attack and _within(live, attack):
        raise InputError(f"{live} and {attack} hold the same files: live or attack?")
    given = {"live": live} if attack is None else {"live": live, "attack": attack}
    media = {kind: _media(folder, kind) for kind, folder in given.items()}
    left_out = [left for inside in media.values() for left in inside.left_out]
    files = [(kind, path) for kind, inside in media.items() for path in inside.files]
    says = {path: _named(path, given[kind], kind) for kind, path in files}
    notes: list[str] = []
    if attack:
        refuse_shared_files([Side(path, CLASS_NAMES.index(kind)) for kind, path in files])
        notes = _compared(files)
    rejected: dict[str, Counter[str]] = {kind: Counter() for kind in given}
    scores: list[float] = []
    labels: list[int] = []
    names: list[str] = []
    seen: list[Seen] = []
    for start in range(0, len(files), STEP):
        some = files[start : start + STEP]
        results = detector.predict_batch(path for _, path in some)
        for (kind, path), result in zip(some, results, strict=True):
            if result.score is None:
                rejected[kind][str(result.reason)] += 1
                continue
            scores.append(result.score)
            seen.append(result.evidence)
            labels.append(int(kind == "attack"))
            names.append(says[path])
        if progress:
            progress(start + len(some), len(files))
    named = list(zip(labels, names, strict=True))
    scored = ScoreSet.of(
        scores,
        labels,
        pai=[(name or "attack") if label else "" for label, name in named],
        subject=["" if label else name for label, name in named],
    )
    limit = detector.threshold
    refused, passed = int((scored.live > limit).sum()), int((scored.attack <= limit).sum())
    return OwnPictures(
        scored,
        Before(refused, passed),
        rejected,
        notes,
        left_out,
        seen,
    )


def _compared(files: Sequence[tuple[str, Path]]) -> list[str]:
    """Warnings about a live picture and an attack that look alike; equal ones are refused."""
    sums = {path: sum_of_file(path) for _, path in files}
    first: dict[str, tuple[str, Path]] = {}
    for kind, path in files:
        its = sums[path]
        known = first.setdefault(its.pixels, (kind, path)) if its else (kind, path)
        if known[0] != kind:
            raise InputError(
                f"{known[1]} ({known[0]}) and {path} ({kind}) are the same picture, pixel for "
                "pixel. It is live or an attack; keep one of the two."
            )
    looks = [its.look if (its := sums[path]) else None for _, path in files]
    pairs = list(near_pairs(looks, [kind for kind, _ in files]))
    if not pairs:
        return []
    live, attack = (files[at][1] for at in pairs[0])
    return [
        f"{len(pairs)} live picture(s) look almost as an attack does, e.g. {live} and {attack}: "
        "are they copies of one picture?"
    ]


def calibrate_on_folders(
    package: Path,
    live: Path,
    out: Path,
    target: str,
    *,
    attack: Path | None = None,
    protocol: str | None = None,
    profile: bool = True,
    progress: Progress | None = None,
) -> tuple[Calibrated, OwnPictures]:
    """Write a copy of a package with a camera profile and a threshold from own pictures.

    A profile that the package has is replaced. With fewer than LEAST_PICTURES live faces, or where
    no expert can be aligned, there is none, and the threshold alone is set. With one, each live
    picture is scored by the profile of all others, as the next one will be, and the threshold is
    set on that. A video counts as one picture: its frame whose score is nearest to the mean.

    Args:
        package: folder or file.
        live: see :func:`judge_folders`.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        target: ``bpcer=RATE`` needs live faces alone, ``apcer=RATE`` and ``eer`` attacks too.
        attack: see :func:`judge_folders`.
        protocol: of the pictures, for the record.
        profile: False: the threshold alone, and a profile of the package is removed.
        progress: called with (done, all).

    Raises:
        PackageError: the package is refused.
        InputError: the pictures cannot carry the target; nothing is written.

    """
    if target_rule(target).rule not in OF_LIVE and attack is None:
        raise InputError(
            f"target {target} needs a folder of attacks too; {' and '.join(OF_LIVE)} do not."
        )
    check_target(out)
    read = read_package(package)
    # of the very bytes that are written again, and as Detector.load would make it
    model = PackagedModel(read, profile=False)
    detector = Detector(model, make_detector(read.spec.detector), model.threshold)
    judged = judge_folders(detector, live, attack, progress)
    if not len(judged.scores.live):
        raise InputError(f"{live}: no face could be scored ({judged.why_rejected('live')}).")
    camera = None
    if profile:
        judged, camera = _with_profile(read, judged, model)
    elif read.spec.profile:
        read = unprofiled(read)
    named = " and ".join(folder.name for folder in (live, attack) if folder)
    source = f"calibrated on pictures of {named}"
    facts = threshold_facts(judged.scores, target, source, data=named, protocol=protocol)
    doubt = doubt_of(judged.scores, target)
    return write_calibrated(read, facts, doubt, out, camera), judged


Stored = tuple[CameraProfile, dict[str, bytes]]


def _with_profile(
    package: Package, judged: OwnPictures, model: PackagedModel
) -> tuple[OwnPictures, Stored | None]:
    """The pictures with the scores that a camera profile gives them, and that profile."""
    pairs = list(zip(judged.seen, judged.scores.label, strict=True))
    live = [seen for seen, label in pairs if not label]
    camera = CameraKnowledge.of(package.spec, live)
    if not camera.features and not camera.odds:
        return judged, None
    again = Rescorer(package)
    held_out = iter(again.held_out(live))
    attacks = iter(again.scores([seen for seen, label in pairs if label], camera))
    scores = [next(attacks if label else held_out) for _, label in pairs]
    stored = camera.stored(model.facts.id, model.threshold)
    old = judged.scores
    new = ScoreSet.of(scores, old.label, old.pais, old.videos, old.subjects, lost=old.lost)
    return replace(judged, scores=new), stored


def _within(a: Path, b: Path) -> bool:
    a, b = a.resolve(), b.resolve()
    return a.is_relative_to(b) or b.is_relative_to(a)


def _media(folder: Path, kind: str) -> Media:
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder} of {kind} pictures.")
    _refuse_other_name(folder, kind)
    media = expand_paths([folder])
    for entry in media.again:  # by its other name it may be of the other class
        _named(entry.path / "files" if entry.folder else entry.path, folder, kind)
    return media


def _refuse_other_name(folder: Path, kind: str) -> None:
    """The folder's own name, then its parent's, may not be a word of the other class."""
    names = [folder.resolve().name, *reversed(folder.parts[-2:])]
    classes = [c for c in map(class_of_word, names) if c is not None]
    if classes and classes[0] != CLASS_NAMES.index(kind):
        other = CLASS_NAMES[1 - CLASS_NAMES.index(kind)]
        raise InputError(
            f"{folder} is given as --{kind} and is by its name a folder of {other} pictures. Give "
            f"the folder of {kind} ones, or rename it."
        )


def _named(path: Path, folder: Path, kind: str) -> str:
    """The person of a live picture or the species of an attack, by its folders.

    Raises:
        InputError: a folder on its way is of the other class.

    """
    word = class_of_folders(path.relative_to(folder).parts[:-1], CLASS_NAMES.index(kind))
    if word.label is None:
        raise InputError(
            f"{path.parent} lies in {folder}, which is given as --{kind}, but {word.fault}. Give a "
            f"folder with {kind} pictures alone; links to the files will do."
        )
    if word.label == LIVE:
        return person_of((*word.above, *word.below)) or ""
    return canonical(word.below[0]) if word.below else ""
