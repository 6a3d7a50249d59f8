"""Whether a graph of others is what a recipe says, and what the graph itself tells."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.media.image import Image
from spoofcue.package.expert import ClassOutput, ImageInput
from spoofcue.runtime.with_onnxruntime import GraphTensor, OnnxRuntime, chosen
from spoofcue.scoring.experts import graph_input

SUM_TOLERANCE = 1e-3  # of probabilities that were rounded, as in half precision


def fitted(tree: dict[str, Any], data: bytes, path: Path) -> dict[str, Any]:
    """The keys of an expert with what its graph tells filled in, after a run on made pictures.

    Args:
        tree: of the recipe's expert.
        data: the ONNX file's content.
        path: for messages.

    Raises:
        InputError: the graph takes or gives something else than the recipe says.

    """
    made = deepcopy(tree)
    where = str(path)
    try:
        graph = OnnxRuntime(data)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    settings = _input(made, graph.inputs, where)
    output = _only(graph.outputs, _section(made, "output").get("tensor"), "output", where)
    try:
        runtime = OnnxRuntime(data, tensors=(settings.tensor, output.name))
        given = np.stack([_run(runtime, settings, picture, where) for picture in pictures()])
    except InputError as error:
        raise InputError(f"{where}: {error}") from error
    made["input"] = settings.model_dump()
    said = {"classes": given.shape[1], **_section(made, "output"), "tensor": output.name}
    if said["classes"] != given.shape[1]:
        raise InputError(
            f"{where}: its output {output.name} has {given.shape[1]} numbers, and the recipe says "
            f"{said['classes']} classes."
        )
    if "index" not in said:
        raise InputError(
            f"{where}: say which of the {said['classes']} outputs means {said.get('means')}: --set "
            "output.index=0, counted from 0."
        )
    try:
        made["output"] = ClassOutput.model_validate(said).model_dump()
    except ValidationError as error:
        raise InputError(f"{where}: output: {validation_text(error, 'output')}") from error
    _check_values(given, str(tree.get("kind")), where)
    return made


def pictures() -> list[Image]:
    """Black, white, shades, and noise coarse and fine, 160 px; always the same."""
    rng = np.random.default_rng(0)
    shade = np.linspace(0, 255, 160).astype(np.uint8)
    across = np.broadcast_to(shade[None, :, None], (160, 160, 3))
    coarse = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(20, 0).repeat(20, 1)
    fine = rng.integers(0, 256, (160, 160, 3), dtype=np.uint8)
    red = np.zeros((160, 160, 3), np.uint8)
    red[..., 0] = 255
    flat = [np.full((160, 160, 3), level, np.uint8) for level in (0, 255)]
    return [*flat, np.ascontiguousarray(across), coarse, fine, red]


def _section(tree: dict[str, Any], name: str) -> dict[str, Any]:
    section = tree.get(name)
    if section is None:
        return {}
    if not isinstance(section, dict):
        raise InputError(f"the recipe's {name} must hold keys, not {section!r}.")
    return section


def _only(tensors: list[GraphTensor], name: str | None, what: str, where: str) -> GraphTensor:
    if name is None and len(tensors) != 1:
        names = ", ".join(t.name for t in tensors) or "none"
        raise InputError(
            f"{where}: the graph has {len(tensors)} {what}s ({names}): name one, --set "
            f"{what}.tensor=NAME."
        )
    try:
        return chosen(tensors, name, what)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _input(tree: dict[str, Any], inputs: list[GraphTensor], where: str) -> ImageInput:
    """The graph's input, as the recipe says it where the graph leaves it open."""
    given = dict(_section(tree, "input"))
    tensor = _only(inputs, given.get("tensor"), "input", where)
    if len(inputs) > 1:
        others = ", ".join(t.name for t in inputs if t.name != tensor.name)
        raise InputError(f"{where}: the graph wants more than an image: {others}.")
    if tensor.kind != "float":
        raise InputError(f"{where}: its input is of {tensor.kind}; only float32 is taken.")
    if len(tensor.shape) != 4:
        raise InputError(
            f"{where}: its input {tensor.name} has the shape {_shape(tensor)}; one picture takes "
            "four axes."
        )
    axes = tensor.shape
    layout = given.setdefault("layout", "nhwc" if axes[3] == 3 and axes[1] != 3 else "nchw")
    size = given.pop("size", None)
    of_graph = axes[1:3] if layout == "nhwc" else axes[2:4]
    for side, fixed in zip(("height", "width"), of_graph, strict=True):
        wanted = given.setdefault(side, fixed if size is None else size)
        if wanted is None:
            raise InputError(
                f"{where}: its input {_shape(tensor)} leaves the size open: --set input.size=128, "
                "or input.height and input.width."
            )
    try:
        settings = ImageInput.model_validate({**given, "tensor": tensor.name})
    except ValidationError as error:
        raise InputError(f"{where}: input: {validation_text(error, 'input')}") from error
    wanted_shape = settings.shape
    if any(a not in (None, b) for a, b in zip(axes, wanted_shape, strict=True)):
        raise InputError(
            f"{where}: its input {tensor.name} has the shape {_shape(tensor)}, and the recipe "
            f"gives {' x '.join(map(str, wanted_shape))} ({settings.layout})."
        )
    return settings


def _run(
    graph: OnnxRuntime, settings: ImageInput, picture: Image, where: str
) -> NDArray[np.float64]:
    try:
        output = np.asarray(graph.run(graph_input(picture, settings)))
    # ONNX Runtime's errors have no common base but Exception.
    except Exception as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"it does not run on a picture: {first}") from error
    if output.dtype.kind not in "fiu" or not output.size:
        raise InputError(f"its output is {output.dtype} {output.shape}, no row of numbers.")
    return output.astype(np.float64).reshape(-1)


def _check_values(given: NDArray[np.float64], kind: str, where: str) -> None:
    """Outputs of all pictures, (N, classes)."""
    if not np.isfinite(given).all():
        raise InputError(f"{where}: its output is no number on made pictures.")
    if np.ptp(given, axis=0).max() == 0:
        raise InputError(f"{where}: its output is the same for all pictures; it sees none of them.")
    several = given.shape[1] > 1
    in_range = given.min() >= -SUM_TOLERANCE and given.max() <= 1 + SUM_TOLERANCE
    to_one = bool((np.abs(given.sum(axis=1) - 1) <= SUM_TOLERANCE).all()) if several else True
    if kind == "probabilities" and not (in_range and to_one):
        raise InputError(
            f"{where}: its outputs are no probabilities (they lie in {given.min():.3g} to "
            f"{given.max():.3g}, and the first sum is {given[0].sum():.3g}): --set kind=logits."
        )
    if kind == "logits" and several and in_range and to_one:
        raise InputError(
            f"{where}: its outputs lie in 0..1 and add up to 1 for every picture, so they are "
            "probabilities already: --set kind=probabilities."
        )


def _shape(tensor: GraphTensor) -> str:
    return " x ".join("?" if side is None else str(side) for side in tensor.shape)
