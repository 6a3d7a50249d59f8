"""The one way to open a model: a run, .ckpt, .onnx, package, the shipped one or one on the hub."""

from __future__ import annotations

import os
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import CHECKPOINT_KEY, read_checkpoint, refuse_other_content
from spoofcue.methods.method import ClassicalMethod
from spoofcue.methods.registry import method_names, method_of_name
from spoofcue.package.hub import HUB, HubPlace, fetch_package
from spoofcue.package.read import is_package
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.checkpoint import CheckpointModel, TorchModel
from spoofcue.scoring.exported import OnnxModel, PackagedModel
from spoofcue.scoring.face import FaceScorer
from spoofcue.scoring.fitted import FittedModel

_MODELS = Path(__file__).parent.parent / "models"
SHIPPED = _MODELS / "default"
# by name, of those that come in the wheel: all experts, and ours alone
NAMED = {"default": SHIPPED, "cue": _MODELS / "cue"}
VARIABLE = "SPOOFCUE_MODEL"


def locate_model(model: str | Path | None) -> Path:
    """The path of a model.

    Args:
        model: a path; ``default`` or ``cue``, which ship with the package (what lies under such a
            name is meant by ``./cue``); ``hf:owner/name`` or ``hf:owner/name@revision``; or None
            for SPOOFCUE_MODEL, and where that is not set, ``default``.

    Raises:
        InputError: there is none, or the hub does not give it.
        PackageError: what the hub gives is no package.

    """
    if model is not None and not isinstance(model, (str, os.PathLike)):
        raise InputError(f"model={model!r}: give a path, hf:owner/name, or None for the default.")
    if model == "":
        raise InputError(
            "the model's name is empty: give a run folder, a model package or hf:owner/name, or "
            "leave it out for the model that ships."
        )
    if model is None:
        model = os.environ.get(VARIABLE) or None
    if model is None:
        if not is_package(SHIPPED):
            raise InputError(
                "which model? None came with this spoofcue: give a run folder, a model package "
                "or hf:owner/name (--model), or set SPOOFCUE_MODEL. `make demo` trains one in "
                "minutes."
            )
        return SHIPPED
    if isinstance(model, str) and model.startswith(HUB):
        return fetch_package(HubPlace.of(model))
    if str(model) in NAMED and is_package(NAMED[str(model)]):
        return NAMED[str(model)]
    return Path(model).expanduser()


def open_model(
    model: str | Path | None,
    runtime: str | None = None,
    threads: int | None = None,
    *,
    profile: bool = True,
) -> FaceScorer:
    """Open a run (its best checkpoint), a .ckpt, a .onnx or a model package, whatever its method.

    Args:
        model: as of :func:`locate_model`.
        runtime: for packages: openvino, onnxruntime or torch; None: the best there is. A run or
            .ckpt of a network is torch's, a .onnx is onnxruntime's.
        threads: of the runtime; None: its own choice.
        profile: whether a package's camera profile is used, where it has one.

    Raises:
        InputError: nothing usable there; the message says what was looked for.
        PackageError: the package is refused.

    """
    path = locate_model(model)
    if is_package(path):
        return PackagedModel(path, runtime, threads, profile=profile)
    if path.is_file() and path.suffix != ".onnx":
        refuse_other_content(path)
    if path.is_file() and path.suffix == ".onnx":
        _only("onnxruntime", runtime, path)
        return OnnxModel(path, threads)
    _only("torch", runtime, path)
    if threads is not None:
        raise InputError(f"threads: only for exported models; {path} is none. Set OMP_NUM_THREADS.")
    name = method_of(path)
    if name == "lgsc":
        return TorchModel(path)
    if isinstance(method_of_name(name), ClassicalMethod):
        return FittedModel(path)

    return CheckpointModel(path)


def _only(has: str, wanted: str | None, path: Path) -> None:
    if wanted not in (None, has):
        raise InputError(
            f"{path} runs in {has} alone; `spoofcue export --to onnx` or `--to openvino` makes a "
            f"package for {wanted}."
        )


def method_of(path: Path) -> str:
    """The method of a run folder, a .ckpt or a .onnx; where none is told it is LGSC's.

    Raises:
        InputError: there is nothing, or it names a method that is unknown.

    """
    if path.is_dir():
        record = RunFolder(path).record_if_any()
        stored = {"method": record.method} if record else {}
    elif path.suffix == ".onnx" and path.is_file():
        stored = {}  # only LGSC's are exported
    elif path.is_file():
        stored = read_checkpoint(path)[CHECKPOINT_KEY]["settings"]
    else:
        raise InputError(
            f"there is no model at {path}"
            f"{'' if path.exists() else ', which does not exist'}; give a run folder, a .ckpt, a "
            ".onnx or a package."
        )
    method = str(stored.get("method", "lgsc"))
    if method not in method_names():
        raise InputError(f"{path} is of method {method!r}, which this version does not know.")
    return method
