"""What `spoofcue export` writes, as something that scores: a package, or a plain .onnx file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import InputSettings
from spoofcue.errors import InputError
from spoofcue.faces.crop import FACE_CROP, View
from spoofcue.package.expert import ClassExpert
from spoofcue.package.profile import OddsAlignment
from spoofcue.package.read import Package, read_package
from spoofcue.package.schema import PackageSpec
from spoofcue.package.threshold import OperatingPoint
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.scoring.camera_profile import CameraKnowledge
from spoofcue.scoring.combination import Looked, combined, too_little
from spoofcue.scoring.experts import OpenExpert, OpenGraphs
from spoofcue.scoring.face import Face, FaceScore, score_faces
from spoofcue.scoring.facts import ModelFacts, facts_from
from spoofcue.texts.content import content_of


class PackagedModel:
    """A checked package in a runtime, behind :class:`~spoofcue.scoring.face.CueModel`.

    Args:
        package: as it was read, or where it lies.
        runtime: openvino, onnxruntime or torch; None: by environment, format and what is there.
        threads: for one call; None leaves it to the runtime.
        profile: whether the camera's profile is used, if the package has one.

    Raises:
        PackageError: the package is refused.
        InputError: no runtime can take it.

    """

    def __init__(
        self,
        package: Package | Path,
        runtime: str | None = None,
        threads: int | None = None,
        *,
        profile: bool = True,
    ) -> None:
        self.package = package if isinstance(package, Package) else read_package(package)
        spec = self.package.spec
        self._camera = CameraKnowledge.read(self.package) if profile else None
        opened = OpenGraphs(self.package.weights, runtime, threads)
        known = self._camera.features if self._camera else {}
        self._experts = [opened.expert(expert, known.get(expert.name)) for expert in spec.experts]
        unused = spec.profile if spec.profile and not profile else None
        self.threshold = unused.without if unused else spec.threshold
        self.facts = ModelFacts(
            # scores without the profile are those of the package that it was made for
            id=unused.of if unused else self.package.id,
            input=_input(spec),
            threshold=self.threshold.as_threshold,
            crop=spec.cue.crop if spec.cue else FACE_CROP,
            min_face_px=spec.min_face_px,
            detector=spec.detector,
        )

    @property
    def uses_profile(self) -> bool:
        """Whether scores are aligned to a camera by the package's profile."""
        return self._camera is not None

    @property
    def points(self) -> dict[str, OperatingPoint]:
        """Thresholds by name; they are of scores without a camera's profile."""
        return {} if self._camera else {str(n): p for n, p in self.package.spec.points.items()}

    @property
    def runtime(self) -> str:
        """Name of the runtime; of several experts in several runtimes all names."""
        return ", ".join(dict.fromkeys(expert.runtime.name for expert in self._experts))

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`~spoofcue.scoring.face.CueModel`.

        Raises:
            InputError: no expert of the package makes cue maps.

        """
        for expert in self._experts:
            if expert.cues is not None:
                return expert.cues(image)
        raise InputError(f"{self.facts.id} makes no cue maps.")

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """See :class:`~spoofcue.scoring.face.FaceScorer`."""
        odds = self._camera.odds if self._camera else {}
        parts = [_looked(expert, faces, odds.get(expert.spec.name)) for expert in self._experts]
        return [
            self._score(face, [of_expert[i] for of_expert in parts]) for i, face in enumerate(faces)
        ]

    def _score(self, face: Face, parts: list[tuple[Looked, FaceScore | None]]) -> FaceScore:
        looked = [part for part, _ in parts]
        score, evidence, unscored = combined(looked, self.package.spec.missing)
        shown = next((result for _, result in parts if result and result.cue is not None), None)
        if shown is None:
            seen = face.view(self.facts.crop).pixels
            return FaceScore(score, None, seen, evidence, unscored)
        return FaceScore(score, shown.cue, shown.seen, evidence, unscored)


def _looked(
    expert: OpenExpert, faces: Sequence[Face], odds: OddsAlignment | None
) -> list[tuple[Looked, FaceScore | None]]:
    """What an expert says of each face, of those that show it enough."""
    views = [face.view(expert.spec.crop) for face in faces]
    fit = [i for i, view in enumerate(views) if not too_little(expert.spec, view.inside)]
    said = dict(zip(fit, expert.look([views[i].pixels for i in fit]), strict=True))
    return [
        (_as_looked(expert, view, said.get(i), odds), said.get(i)) for i, view in enumerate(views)
    ]


def _as_looked(
    expert: OpenExpert, view: View, said: FaceScore | None, odds: OddsAlignment | None
) -> Looked:
    if said is None:
        return Looked(expert.spec, view.box, view.inside, None)
    return Looked(expert.spec, view.box, view.inside, said.score, said.features, odds)


def _input(spec: PackageSpec) -> InputSettings:
    """Of the cue map; where there is none, the size that the first expert resizes faces to."""
    if spec.cue:
        return spec.cue.input
    first = spec.experts[0]
    assert isinstance(first, ClassExpert)
    side = min(2048, max(32, first.input.height, first.input.width))
    return InputSettings(mode="resize", scoring="resize", size=side)


class OnnxModel:
    """A plain .onnx file that `spoofcue export` wrote, in ONNX Runtime; needs no torch."""

    def __init__(self, path: Path, threads: int | None = None) -> None:
        try:
            content = content_of(path)
            if content:
                raise InputError(f"it is {content}")
            self._session = OnnxRuntime(path.read_bytes(), threads)
            stored = self._session.metadata["spoofcue"]
        except KeyError:
            raise InputError(
                f"{path} is an ONNX model, but none that spoofcue exported. `spoofcue model "
                "import` makes a package of another model."
            ) from None
        except (InputError, OSError) as error:
            raise InputError(f"{path} is not a usable ONNX model: {error}") from error
        try:
            tree = json.loads(stored)
        except ValueError as error:
            raise InputError(
                f"{path} does not tell how its faces were cropped: {error}. Export the run again."
            ) from error
        self.facts = facts_from(tree, path)

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`~spoofcue.scoring.face.CueModel`."""
        return self._session.cues(image)

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_faces(self, faces)
