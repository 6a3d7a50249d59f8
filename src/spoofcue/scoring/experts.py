"""An expert of a package in its runtime: crops to what it says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.cue.score import next_multiple
from spoofcue.media.image import Image
from spoofcue.package.expert import AnyExpert, ClassExpert, CueExpert, FamilyExpert, ImageInput
from spoofcue.patches.inputs import normalise, scoring_inputs
from spoofcue.runtime.choice import Graph, open_classes, open_cues
from spoofcue.runtime.session import CueRuntime, GraphRuntime
from spoofcue.scoring.combination import attack_log_odds
from spoofcue.scoring.face import FaceScore, by_magnitude, score_crops
from spoofcue.scoring.family_detectors import FamilyDetectors, LiveFeatures, checked_places

Planes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class OpenExpert:
    """One expert, ready.

    Attributes:
        spec: as its package states it.
        runtime: what runs its graph.
        look: (h, w, 3) uint8 RGB crops of any shapes -> raw evidence of each as ``score``, with a
            map where it makes one.
        cues: normalised images to cue maps; None: it makes none.
        detectors: as its package has them, before any alignment; None: it has none.

    """

    spec: AnyExpert
    runtime: CueRuntime | GraphRuntime
    look: Callable[[Sequence[Image]], list[FaceScore]]
    cues: Callable[[Planes], Planes] | None = None
    detectors: FamilyDetectors | None = None


class OpenGraphs:
    """The graphs of a checked package in their runtimes; one that two experts share is opened once.

    Args:
        weights: name -> content of the package's files.
        runtime: see :func:`spoofcue.runtime.choice.choose_runtime`.
        threads: of the runtime.

    """

    def __init__(
        self,
        weights: Mapping[str, bytes],
        runtime: str | None = None,
        threads: int | None = None,
    ) -> None:
        self._weights, self._runtime, self._threads = weights, runtime, threads
        self._shared: dict[tuple[str, int], GraphRuntime] = {}

    def expert(self, expert: AnyExpert, own: LiveFeatures | None = None) -> OpenExpert:
        """Load one expert.

        Args:
            expert: of the package.
            own: a camera's live features, which the detectors of an expert with features are turned
                to; None: none are known.

        Raises:
            InputError: no runtime can take it.
            PackageError: the tensors beside its graph are not what it says.

        """
        graph = graph_of(expert, self._weights)
        if isinstance(expert, CueExpert):
            network = open_cues(graph, self._runtime, self._threads)

            def look(crops: Sequence[Image]) -> list[FaceScore]:
                return score_crops(by_magnitude(network.cues), crops, expert.input)

            return OpenExpert(expert, network, look, network.cues)
        if isinstance(expert, ClassExpert):
            classes = open_classes(graph, self._runtime, self._threads)
            return OpenExpert(
                expert, classes, lambda crops: [_judged(classes, expert, c) for c in crops]
            )
        key = (expert.graph_file, expert.input.size)
        if key not in self._shared:
            self._shared[key] = open_classes(graph, self._runtime, self._threads)
        detectors = detectors_of(expert, self._weights)
        return _open_families(expert, self._shared[key], detectors, own)


def detectors_of(expert: FamilyExpert, weights: Mapping[str, bytes]) -> FamilyDetectors:
    """The detectors of a package's expert, before any alignment.

    Raises:
        PackageError: ``contents``.

    """
    name = expert.detectors_file
    return FamilyDetectors.read(weights[name], len(expert.families), expert.channels, name)


def _open_families(
    expert: FamilyExpert,
    graph: GraphRuntime,
    detectors: FamilyDetectors,
    own: LiveFeatures | None,
) -> OpenExpert:
    used = detectors if own is None else detectors.aligned(own)

    def cues(images: Planes) -> Planes:
        places = checked_places(graph.run(images), len(images), expert.channels)
        return np.stack([used.cue(of_face) for of_face in places])

    def judged(crop: Image) -> FaceScore:
        (pixels,) = scoring_inputs(crop, expert.input)
        batch = normalise(pixels, expert.input.mean, expert.input.std)[None]
        (places,) = checked_places(graph.run(batch), 1, expert.channels)
        features = places.mean(axis=(1, 2), dtype=np.float64)
        raw = float(used.evidence(features[None])[0])
        return FaceScore(raw, used.cue(places), pixels, features=features)

    return OpenExpert(expert, graph, lambda crops: [judged(c) for c in crops], cues, detectors)


def graph_of(expert: AnyExpert, weights: Mapping[str, bytes]) -> Graph:
    """What a runtime must know of an expert.

    Args:
        expert: of a package.
        weights: name -> content of its files, at least.

    """
    if isinstance(expert, FamilyExpert):
        side = next_multiple(expert.input.size)
        graph = (weights[expert.graph_file],)
        return Graph(expert.format, expert.precision, graph, (1, 3, side, side))
    files = tuple(weights[name] for name in expert.file_names)
    if isinstance(expert, ClassExpert):
        tensors = (expert.input.tensor, expert.output.tensor)
        return Graph(expert.format, expert.precision, files, expert.input.shape, tensors)
    # whole faces and grids come in any shape or number
    side = next_multiple(expert.input.size)
    usual = (1, 3, side, side) if expert.input.scoring == "resize" else None
    network = expert.training.model
    return Graph(expert.format, expert.precision, files, usual, network=network)


def _judged(graph: GraphRuntime, expert: ClassExpert, crop: Image) -> FaceScore:
    """One crop at a time: many public graphs take no more, and no score hangs on its batch."""
    output = graph.run(graph_input(crop, expert.input))
    return FaceScore(attack_log_odds(output, expert.kind, expert.output), None, crop)


def graph_input(crop: Image, settings: ImageInput) -> Planes:
    """A crop as a classifier takes it.

    Args:
        crop: (h, w, 3) uint8 RGB.
        settings: of the graph's input.

    Returns:
        float32 of ``settings.shape``.

    """
    import cv2

    method = {
        "linear": cv2.INTER_LINEAR,
        "area": cv2.INTER_AREA,
        "cubic": cv2.INTER_CUBIC,
        "nearest": cv2.INTER_NEAREST,
    }[settings.interpolation]
    small = cv2.resize(crop, (settings.width, settings.height), interpolation=method)
    if settings.colour == "bgr":
        small = small[..., ::-1]
    values = small.astype(np.float32)
    if settings.values == "0..1":
        values /= np.float32(255)
    values -= np.array(settings.mean, np.float32)
    values /= np.array(settings.std, np.float32)
    if settings.layout == "nchw":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None], dtype=np.float32)
