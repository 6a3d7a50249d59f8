"""An expert of a package in its runtime: crops to what it says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spoofcue.cue.score import next_multiple
from spoofcue.media.image import Image
from spoofcue.package.expert import ClassExpert, CueExpert, ImageInput
from spoofcue.runtime.choice import Graph, open_classes, open_cues
from spoofcue.runtime.session import CueRuntime, GraphRuntime
from spoofcue.scoring.combination import attack_log_odds
from spoofcue.scoring.face import FaceScore, by_magnitude, score_crops

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

    """

    spec: CueExpert | ClassExpert
    runtime: CueRuntime | GraphRuntime
    look: Callable[[Sequence[Image]], list[FaceScore]]
    cues: Callable[[Planes], Planes] | None = None


def open_expert(
    expert: CueExpert | ClassExpert,
    weights: Mapping[str, bytes],
    runtime: str | None = None,
    threads: int | None = None,
) -> OpenExpert:
    """Load one expert of a checked package.

    Raises:
        InputError: no runtime can take it.

    """
    if isinstance(expert, CueExpert):
        network = open_cues(graph_of(expert, weights), runtime, threads)

        def look(crops: Sequence[Image]) -> list[FaceScore]:
            return score_crops(by_magnitude(network.cues), crops, expert.input)

        return OpenExpert(expert, network, look, network.cues)
    graph = open_classes(graph_of(expert, weights), runtime, threads)
    return OpenExpert(expert, graph, lambda crops: [_judged(graph, expert, c) for c in crops])


def graph_of(expert: CueExpert | ClassExpert, weights: Mapping[str, bytes]) -> Graph:
    """What a runtime must know of an expert.

    Args:
        expert: of a package.
        weights: name -> content of its files, at least.

    """
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
