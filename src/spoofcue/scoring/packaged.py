"""A model package as something that scores faces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spoofcue.media.image import Image
from spoofcue.package.read import Package, read_package
from spoofcue.runtime.choice import open_runtime
from spoofcue.scoring.face import FaceScore, score_crops
from spoofcue.scoring.facts import ModelFacts


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
            threshold=spec.threshold.value,
            threshold_source=spec.threshold.source,
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
