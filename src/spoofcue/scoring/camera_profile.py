"""A camera's profile: made of what experts said of live faces, and used when faces are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone

import numpy as np

from spoofcue.errors import InputError, PackageError
from spoofcue.package.expert import FamilyExpert
from spoofcue.package.profile import (
    LEAST_PICTURES,
    PROFILE_FILE,
    CameraProfile,
    FeatureAlignment,
    OddsAlignment,
)
from spoofcue.package.read import Package
from spoofcue.package.schema import PackageSpec
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts
from spoofcue.scoring.combination import Evidence, Looked, calibrated, combined
from spoofcue.scoring.experts import detectors_of
from spoofcue.scoring.family_detectors import FamilyDetectors, LiveFeatures

# One face, as the experts of a package saw it, in their order.
Seen = tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CameraKnowledge:
    """How live faces look before a camera.

    Attributes:
        pictures: how many faces it is of.
        features: expert -> mean and spread of its features.
        odds: expert -> mean and spread of its log-odds.

    """

    pictures: int = 0
    features: dict[str, LiveFeatures] = field(default_factory=dict)
    odds: dict[str, OddsAlignment] = field(default_factory=dict)

    @classmethod
    def of(
        cls, spec: PackageSpec, faces: Sequence[Seen], *, least: int = LEAST_PICTURES
    ) -> CameraKnowledge:
        """What some live faces tell.

        An expert that saw fewer than ``least`` of them is left as it is.

        Args:
            spec: of the package that judged them.
            faces: the evidence of each.
            least: 2 or more.

        """
        features: dict[str, LiveFeatures] = {}
        odds: dict[str, OddsAlignment] = {}
        for at, expert in enumerate(spec.experts):
            said = [face[at] for face in faces if face[at].raw is not None]
            if len(said) < least or expert.calibration is None:
                continue
            if isinstance(expert, FamilyExpert):
                there = [one.features for one in said if one.features is not None]
                features[expert.name] = LiveFeatures.of(np.stack(there))
            else:
                raw = [
                    calibrated(one.raw, expert.calibration) for one in said if one.raw is not None
                ]
                # unchecked: of fewer than a package may keep, see Rescorer.held_out
                odds[expert.name] = OddsAlignment.model_construct(
                    pictures=len(raw), mean=float(np.mean(raw)), spread=float(np.std(raw))
                )
        return cls(len(faces), features, odds)

    @classmethod
    def read(cls, package: Package) -> CameraKnowledge | None:
        """What a package's profile holds; None: it has none.

        Raises:
            PackageError: ``contents``: its tensors are not what it says.

        """
        profile = package.spec.profile
        if profile is None:
            return None
        channels = {e.name: e.channels for e in package.spec.experts if isinstance(e, FamilyExpert)}
        content = {name: package.weights[name] for name in profile.files}
        features = {
            name: _stored(content, name, channels[name], known.pictures)
            for name, known in profile.experts.items()
            if isinstance(known, FeatureAlignment)
        }
        odds = {
            n: known for n, known in profile.experts.items() if isinstance(known, OddsAlignment)
        }
        return cls(profile.pictures, features, odds)

    def stored(self, of: str, without: ThresholdFacts) -> tuple[CameraProfile, dict[str, bytes]]:
        """As a package keeps it: the profile, and its file of tensors.

        Args:
            of: id of the package without a profile.
            without: the threshold that holds without it.

        Raises:
            InputError: too few pictures.

        """
        from safetensors.numpy import save

        if self.pictures < LEAST_PICTURES:
            raise InputError(
                f"a camera's profile takes {LEAST_PICTURES} live faces or more, and there are "
                f"{self.pictures}."
            )
        tensors = {}
        for name, live in self.features.items():
            tensors[f"{name}.mean"] = live.mean.astype(np.float32)
            tensors[f"{name}.covariance"] = live.covariance.astype(np.float32)
        files = {PROFILE_FILE: save(tensors)} if tensors else {}
        aligned = {name: FeatureAlignment(pictures=f.pictures) for name, f in self.features.items()}
        profile = CameraProfile(
            made=datetime.now(timezone.utc).isoformat(timespec="seconds"),
            pictures=self.pictures,
            of=of,
            files=file_facts(files),
            experts={**aligned, **self.odds},
            without=without,
        )
        return profile, files


def _stored(content: Mapping[str, bytes], name: str, channels: int, pictures: int) -> LiveFeatures:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(content[PROFILE_FILE])
        mean, covariance = tensors[f"{name}.mean"], tensors[f"{name}.covariance"]
    except (SafetensorError, KeyError, ValueError) as error:
        raise PackageError(f"{PROFILE_FILE}: {name}: {error}", reason="contents") from error
    numbers = np.isfinite(mean).all() and np.isfinite(covariance).all()
    if mean.shape != (channels,) or covariance.shape != (channels, channels) or not numbers:
        raise PackageError(
            f"{PROFILE_FILE}: {name} has no mean and covariance of {channels} features.",
            reason="contents",
        )
    wide = covariance.astype(np.float64)
    if not np.allclose(wide, wide.T, rtol=1e-3, atol=1e-6) or np.diag(wide).min() < 0:
        raise PackageError(f"{PROFILE_FILE}: the covariance of {name} is none.", reason="contents")
    return LiveFeatures(pictures, mean.astype(np.float64), wide)


def _without_one(known: OddsAlignment, log_odds: float) -> OddsAlignment:
    """Of all faces but one, whose log-odds are given."""
    n = known.pictures
    mean = (n * known.mean - log_odds) / (n - 1)
    square = n * known.spread**2 - (log_odds - known.mean) * (log_odds - mean)
    # unchecked: of a face less than a package may keep
    return OddsAlignment.model_construct(
        pictures=n - 1, mean=mean, spread=max(square / (n - 1), 0.0) ** 0.5
    )


class Rescorer:
    """Scores again what experts said, with other knowledge of the camera; no network runs.

    Args:
        package: whose evidence it is.

    """

    def __init__(self, package: Package) -> None:
        self._spec = package.spec
        self._detectors = {
            expert.name: detectors_of(expert, package.weights)
            for expert in package.spec.experts
            if isinstance(expert, FamilyExpert)
        }

    def scores(self, faces: Sequence[Seen], camera: CameraKnowledge | None) -> list[float]:
        """The score of each face with that knowledge, or without any; NaN where there is none."""
        detectors = {
            name: plain.aligned(camera.features[name])
            if camera and name in camera.features
            else plain
            for name, plain in self._detectors.items()
        }
        return [self._score(face, detectors, camera) for face in faces]

    def held_out(self, faces: Sequence[Seen]) -> list[float]:
        """The score of each live face, with what all others tell of the camera.

        Of a face that the profile was made with, the profile knows too much: it scores lower than
        the next one will. A threshold is set on these.
        """
        of_all = CameraKnowledge.of(self._spec, faces, least=2)
        return [self.scores([face], self._without(of_all, face))[0] for face in faces]

    def _without(self, of_all: CameraKnowledge, face: Seen) -> CameraKnowledge:
        least = LEAST_PICTURES - 1  # so that what all are enough for, all but one are too
        features, odds = dict(of_all.features), dict(of_all.odds)
        for expert, said in zip(self._spec.experts, face, strict=True):
            if said.raw is None or expert.calibration is None:
                continue
            if expert.name in features and said.features is not None:
                features[expert.name] = features[expert.name].without(said.features)
            elif expert.name in odds:
                odds[expert.name] = _without_one(
                    odds[expert.name], calibrated(said.raw, expert.calibration)
                )
        return CameraKnowledge(
            of_all.pictures - 1,
            {name: known for name, known in features.items() if known.pictures >= least},
            {name: known for name, known in odds.items() if known.pictures >= least},
        )

    def _score(
        self,
        face: Seen,
        detectors: Mapping[str, FamilyDetectors],
        camera: CameraKnowledge | None,
    ) -> float:
        looked = []
        for expert, said in zip(self._spec.experts, face, strict=True):
            raw = said.raw
            if raw is not None and said.features is not None:
                raw = float(detectors[expert.name].evidence(said.features[None])[0])
            odds = camera.odds.get(expert.name) if camera else None
            looked.append(Looked(expert, said.box, said.inside, raw, said.features, odds))
        return combined(looked, self._spec.missing)[0]
