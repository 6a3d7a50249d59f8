"""What `spoofcue export` writes, as something that scores: a package, or a plain .onnx file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.image import Image
from spoofcue.package.read import Package, read_package
from spoofcue.runtime.choice import open_runtime
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.scoring.face import FaceScore, score_crops
from spoofcue.scoring.facts import ModelFacts, facts_from
from spoofcue.texts.content import content_of


class PackagedModel:
    """A checked package in a runtime, behind :class:`~spoofcue.scoring.face.CueModel`.

    Args:
        package: as it was read, or where it lies.
        runtime: openvino, onnxruntime or torch; None: by environment, format and what is there.
        threads: for one call; None leaves it to the runtime.

    Raises:
        PackageError: the package is refused.
        InputError: no runtime can take it.

    """

    def __init__(
        self, package: Package | Path, runtime: str | None = None, threads: int | None = None
    ) -> None:
        self.package = package if isinstance(package, Package) else read_package(package)
        self._runtime = open_runtime(self.package, runtime, threads)
        spec = self.package.spec
        self.facts = ModelFacts(
            id=self.package.id,
            input=spec.input,
            threshold=spec.threshold.as_threshold,
            margin=spec.margin,
            min_face_px=spec.min_face_px,
            detector=spec.detector,
        )

    @property
    def runtime(self) -> str:
        """Name of the runtime."""
        return self._runtime.name

    def cues(self, image: NDArray[np.float32]) -> NDArray[np.float32]:
        """See :class:`~spoofcue.scoring.face.CueModel`."""
        return self._runtime.cues(image)

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`~spoofcue.scoring.face.FaceScorer`."""
        return score_crops(self, crops)


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
            raise InputError(f"{path} is an ONNX model, but none that spoofcue exported.") from None
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

    def score(self, crops: list[Image]) -> list[FaceScore]:
        """See :class:`spoofcue.scoring.face.FaceScorer`."""
        return score_crops(self, crops)
