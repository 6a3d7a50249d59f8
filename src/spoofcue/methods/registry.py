"""One way to fit and one way to load, whatever the method; heavy packages only when asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from spoofcue.config import MethodName
from spoofcue.errors import InputError
from spoofcue.package.read import is_package

if TYPE_CHECKING:
    from spoofcue.config import RunSettings
    from spoofcue.scoring.face import FaceScorer

CLASSICAL = frozenset({"lbp", "color-texture", "gmm"})
LEARNED = frozenset(get_args(MethodName)) - CLASSICAL


def train_run(
    data: Path, run: Path, settings: RunSettings, *, resume: bool = False
) -> dict[str, Any]:
    """Fit ``settings.method`` on the train split of ``data``; any choice is made on its dev split.

    Args:
        data: a prepared folder.
        run: the run folder, new unless ``resume``.
        settings: of the run; when resuming, those stored in it.
        resume: go on from the last checkpoint; the classical methods have none.

    Returns:
        What run.json holds.

    Raises:
        InputError: the folder is in use, there is nothing to resume, or a class is missing.

    """
    if settings.method in CLASSICAL:
        if resume:
            raise InputError(
                f"method {settings.method} is fitted in one go; there is nothing to resume."
            )
        from spoofcue.methods.classical.fit import fit

        record: dict[str, Any] = fit(data, run, settings)
        return record
    from spoofcue.methods.learned.networks import build_network
    from spoofcue.training.run import train

    return train(data, run, settings, build_network, resume=resume)


def load_model(path: Path, runtime: str | None = None, threads: int | None = None) -> FaceScorer:
    """Load RUN (its best checkpoint), a .ckpt, a .onnx or a model package, whatever its method.

    Args:
        path: the model.
        runtime: for packages: openvino, onnxruntime or torch; None: the best there is. A run or
            .ckpt of a network is torch's, a .onnx is onnxruntime's.
        threads: of the runtime; None: its own choice.

    Raises:
        InputError: nothing usable there; the message says what was looked for.

    """
    if is_package(path):
        from spoofcue.scoring.packaged import PackagedModel

        return PackagedModel(path, runtime, threads)
    if path.is_file() and path.suffix == ".onnx":
        from spoofcue.scoring.model import OnnxModel

        _only("onnxruntime", runtime, path)
        return OnnxModel(path, threads)
    _only("torch", runtime, path)
    if threads is not None:
        raise InputError(f"threads: only for exported models; {path} is none. Set OMP_NUM_THREADS.")
    method = method_of(path)
    if method in CLASSICAL:
        from spoofcue.methods.classical.load import load as load_classical

        scorer: FaceScorer = load_classical(path)
        return scorer
    if method == "lgsc":
        from spoofcue.scoring.model import TorchModel

        return TorchModel(path)
    from spoofcue.scoring.model import require_torch

    require_torch(path)
    from spoofcue.methods.learned.load import load

    return load(path)


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
        record = path / "run.json"
        stored = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else {}
    elif path.suffix == ".onnx" and path.is_file():
        stored = {}  # only LGSC's are exported
    elif path.is_file():
        from spoofcue.scoring.model import read_checkpoint

        stored = read_checkpoint(path)["spoofcue"]["settings"]
    else:
        raise InputError(
            f"there is no model at {path}; give a run folder, a .ckpt, a .onnx or a package."
        )
    method = str(stored.get("method", "lgsc"))
    if method not in LEARNED | CLASSICAL:
        raise InputError(f"{path} is of method {method!r}, which this version does not know.")
    return method
