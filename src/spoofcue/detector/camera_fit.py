"""A camera's profile and threshold from what experts said of faces that were shown to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spoofcue.errors import InputError
from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.calibration import doubt_of, threshold_facts
from spoofcue.package.profile import LEAST_PICTURES, CameraProfile
from spoofcue.package.read import Package
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import unprofiled
from spoofcue.scoring.camera_profile import CameraKnowledge, Rescorer, Seen

TARGET = "expected-bpcer=0.08"


@dataclass(frozen=True, slots=True)
class CameraFit:
    """What live faces before a camera make of a package.

    Attributes:
        package: without a camera's profile.
        profile: the camera's, with its file; None: no expert of the package can be aligned.
        threshold: set on ``live``.
        doubt: why its target cannot be promised; empty if it can.
        live: the score of each live face with what all others tell of the camera.
        attacks: kind -> scores with the whole profile. They have no part in it, nor in the
            threshold.

    """

    package: Package
    profile: tuple[CameraProfile, dict[str, bytes]] | None
    threshold: ThresholdFacts
    doubt: str
    live: tuple[float, ...]
    attacks: dict[str, tuple[float, ...]]


def fit_camera(
    package: Package,
    live: Sequence[Seen],
    attacks: Mapping[str, Sequence[Seen]],
    *,
    people: int | None = None,
    target: str = TARGET,
) -> CameraFit:
    """Fit a package to a camera.

    Args:
        package: as it was read; a profile that it has is left out.
        live: what its experts said of each live face.
        attacks: kind -> the same of faces on a screen or paper, to see what would pass.
        people: how many the live faces are of; None: nobody knows.
        target: ``bpcer=RATE`` or ``expected-bpcer=RATE``, see
            :func:`spoofcue.package.calibration.threshold_facts`.

    Raises:
        InputError: fewer than LEAST_PICTURES live faces, or the target cannot be met.

    """
    if len(live) < LEAST_PICTURES:
        raise InputError(
            f"a camera's profile takes {LEAST_PICTURES} live faces or more, and there are "
            f"{len(live)}."
        )
    plain = unprofiled(package)
    again = Rescorer(plain)
    known = CameraKnowledge.of(plain.spec, live)
    aligned = bool(known.features or known.odds)
    held_out = again.held_out(live) if aligned else again.scores(live, None)
    camera = known if aligned else None
    scores = ScoreSet.of(held_out, [0] * len(held_out))
    source = f"fitted to a camera on {len(live)} live faces"
    return CameraFit(
        plain,
        known.stored(plain.id, plain.spec.threshold) if aligned else None,
        threshold_facts(scores, target, source, people=people),
        doubt_of(scores, target),
        tuple(held_out),
        {kind: tuple(again.scores(seen, camera)) for kind, seen in attacks.items()},
    )
