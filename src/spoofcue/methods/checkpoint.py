"""The checkpoints that a training leaves: what is in one, and the network that it holds."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoofcue.config import DistillSettings, RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.settings import settings_from
from spoofcue.records.run_folder import RunFolder
from spoofcue.texts.content import content_of

if TYPE_CHECKING:
    from spoofcue.methods.learned import Learned

# where a checkpoint of Lightning's holds what is spoofcue's: version, settings, dev and facts
CHECKPOINT_KEY = "spoofcue"
NETWORK = "network."  # before the names of the network's weights


def require_torch(path: Path) -> None:
    """Say what to install for ``path`` where PyTorch is missing.

    Raises:
        InputError: it is.

    """
    try:
        import torch  # noqa: F401
    except ImportError as error:
        raise InputError(
            f"{path} needs PyTorch (`pip install 'spoofcue[train]'`); or score with a "
            "model that `spoofcue export` wrote."
        ) from error


def read_checkpoint(path: Path) -> dict[str, Any]:
    """A training checkpoint as plain data; no code in it is run.

    Raises:
        InputError: it is not a spoofcue checkpoint, or PyTorch is not installed.

    """
    refuse_other_content(path)
    require_torch(path)

    import torch

    try:
        with warnings.catch_warnings(), zipfile.ZipFile(path):
            warnings.simplefilter("ignore")
            stored = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # whatever a hostile archive makes of PyTorch's reader
        raise InputError(
            f"{path} is no checkpoint that can be read: it was cut off, damaged or made by another "
            f"program ({type(error).__name__})."
        ) from error
    own = stored.get(CHECKPOINT_KEY) if isinstance(stored, dict) else None
    if not isinstance(own, dict) or not isinstance(own.get("settings"), dict):
        raise InputError(f"{path} is no checkpoint of a spoofcue training.")
    if not isinstance(stored.get("state_dict"), dict):
        raise InputError(f"{path} is a checkpoint of a spoofcue training without its weights.")
    return stored


def refuse_other_content(path: Path) -> None:
    """Say what a file is that was given for a checkpoint; a zip archive passes.

    Raises:
        InputError: it is something else, or cannot be read.

    """
    try:
        content = content_of(path)
    except OSError as error:
        raise InputError(f"cannot read the model {path}: {error.strerror}.") from error
    if content != "a zip archive":
        raise InputError(
            f"{path} is {content or 'a file of another kind'} and no model; give a run folder, a "
            ".ckpt, a .onnx or a package."
        )


def best_checkpoint(path: Path) -> Path:
    """The checkpoint of a run folder, or ``path`` itself if it is a file.

    Raises:
        InputError: there is none.

    """
    if not path.is_dir():
        return path
    checkpoint = RunFolder(path).best_checkpoint
    if not checkpoint.is_file():
        raise InputError(f"{path} holds no checkpoints/best.ckpt; is it a finished run folder?")
    return checkpoint


def network_of(
    stored: dict[str, Any], source: Path, build: Callable[[RunSettings], Learned]
) -> Learned:
    """The trained network of a checkpoint, on the CPU and ready to score.

    Args:
        stored: as :func:`read_checkpoint` gives it.
        source: the file, for messages.
        build: settings of a run -> its network, untrained.

    Raises:
        InputError: its settings are not this version's.

    """
    settings = settings_from(stored[CHECKPOINT_KEY]["settings"], str(source))
    # a teacher scores nothing, and may be gone
    settings = settings.model_copy(update={"distill": DistillSettings()})
    network = build(settings)
    weights = {
        name.removeprefix(NETWORK): value
        for name, value in stored["state_dict"].items()
        if name.startswith(NETWORK)
    }
    kept = {n: w for n, w in weights.items() if not n.startswith(network.training_only)}
    try:
        network.load_state_dict(kept)
    except (RuntimeError, TypeError, AttributeError) as error:
        raise InputError(
            f"the weights of {source} are not those of the network that its settings state; it "
            "was altered, or made by another version."
        ) from error
    return network.eval()
