"""Encoder weights trained on ImageNet (section 4.1), from a file, a URL or a hub repository."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from urllib.error import URLError

import torch
from torch import Tensor, nn

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.light.mobilenet import BLOCKS, MobileNetV2Encoder
from spoofcue.errors import InputError

# torchvision's IMAGENET1K_V1 of both; the names carry the first digits of their SHA-256.
RESNET18_URL = "https://download.pytorch.org/models/resnet18-f37072fd.pth"
MOBILENET_URL = "https://download.pytorch.org/models/mobilenet_v2-b0353104.pth"
PUBLIC = (RESNET18_URL, MOBILENET_URL)
HEADS = ("fc.weight", "fc.bias", "classifier.1.weight", "classifier.1.bias")
LAST_STAGE, SHORTCUT = "layer4.", "layer4.0.downsample."  # of ResNet-18: what makes E5
ENDS_AT_LAYER3 = "stem to layer3 only; layer4 (E5) began at random"


def load_encoder_weights(encoder: nn.Module, source: str | Path) -> str | None:
    """Load a public state dict into ``encoder``, whole or not at all.

    The ImageNet head (``fc.*``, ``classifier.*``) is left out, and MobileNetV2's tail where the
    encoder has none; ``num_batches_tracked``, which older public files lack, may be missing. One
    other gap is let through, with a warning: a file of ResNet-18 that ends at ``layer3``, whole
    up to there. ``layer4``, which makes E5, then keeps the values that it had, also where the file
    holds the shortcut into it, as one cut at ``layer3``'s end may.

    Args:
        encoder: a :class:`~spoofcue.cue.encoder.ResNet18Encoder` or
            :class:`~spoofcue.cue.light.mobilenet.MobileNetV2Encoder`.
        source: a ``.pth``/``.pt``/``.safetensors`` file, an http(s) or file URL of one,
            ``imagenet``, or a hub repository as ``hf:owner/name`` or ``hf:owner/name/file``.

    Returns:
        None; of a file that ends at ``layer3``, what was loaded and what was not, in words.

    Raises:
        InputError: it cannot be fetched or read, or its keys or shapes are not this
            encoder's (the message names the missing and unexpected keys), or there are no
            ImageNet weights of its width.

    """
    address = _imagenet_url(encoder) if str(source) == "imagenet" else str(source)
    state = _without_unused(_read_state(_fetch(address)), encoder)
    whole = encoder.state_dict()
    short = isinstance(encoder, ResNet18Encoder) and _ends_at_layer3(state)
    if short:  # half of a stage's start would be neither ImageNet's nor ours
        state = {k: v for k, v in state.items() if not k.startswith(LAST_STAGE)}
    wanted = {k: v for k, v in whole.items() if not (short and k.startswith(LAST_STAGE))}
    counters = {k for k in wanted if k.endswith("num_batches_tracked")}
    missing = sorted(set(wanted) - set(state) - counters)
    unexpected = sorted(set(state) - set(wanted))
    reshaped = [
        f"{k} {tuple(state[k].shape)} instead of {tuple(wanted[k].shape)}"
        for k in wanted
        if k in state and state[k].shape != wanted[k].shape
    ]
    if missing or unexpected or reshaped:
        if short:
            missing.append(f"{LAST_STAGE}*")
        raise InputError(
            f"{source} does not hold this encoder's weights: "
            f"missing keys {_some(missing)}; unexpected keys {_some(unexpected)}"
            + (f"; wrong shapes {_some(reshaped)}" if reshaped else "")
        )
    encoder.load_state_dict(whole | state)
    if not short:
        return None
    warnings.warn(
        f"{source} ends at layer3: the stem to layer3 (E1..E4) were loaded from it, layer4 (E5) "
        "was not and starts at random.",
        stacklevel=2,
    )
    return ENDS_AT_LAYER3


def _imagenet_url(encoder: nn.Module) -> str:
    if not isinstance(encoder, MobileNetV2Encoder):
        return RESNET18_URL
    if encoder.multiplier != 1:
        raise InputError(
            "ImageNet weights are for model.mobile_multiplier=1, not "
            f"{encoder.multiplier:g}; train from scratch (--set model.weights=none) or give a "
            "file of this width (--set model.weights=FILE)."
        )
    return MOBILENET_URL


def _fetch(source: str) -> Path:
    if source.startswith("hf:"):
        return _from_hub(source.removeprefix("hf:"))
    if not source.startswith(("http://", "https://", "file://")):
        path = Path(source).expanduser()
        if not path.is_file():
            raise InputError(
                f"no weights file {path}. Give a .pth or .safetensors file, a URL, "
                "hf:owner/name, imagenet, or none."
            )
        return path
    name = source.rsplit("/", 1)[-1]
    target = Path(torch.hub.get_dir()) / "checkpoints" / name
    if target.is_file() and not source.startswith("file://"):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = name.split("-")[-1].split(".")[0] if source in PUBLIC else None
    try:
        torch.hub.download_url_to_file(source, str(target), hash_prefix=digest, progress=True)
    except (URLError, OSError, RuntimeError) as error:
        raise InputError(
            f"could not download {source}: {error}. Download it on a machine that can, and give "
            "the file (--set model.weights=FILE); or train from scratch (--set model.weights=none)."
        ) from error
    return target


def _from_hub(repository: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    parts = repository.split("/")
    if len(parts) < 2:
        raise InputError(f"hf:{repository} is not of the form hf:owner/name or hf:owner/name/file")
    repo_id, filename = "/".join(parts[:2]), "/".join(parts[2:]) or "model.safetensors"
    try:
        return Path(hf_hub_download(repo_id, filename))
    except (HfHubHTTPError, HFValidationError, OSError, ValueError) as error:
        raise InputError(f"could not fetch {filename} of hub repository {repo_id}: {error}") from (
            error
        )


def _read_state(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            from safetensors import SafetensorError
            from safetensors.torch import load_file

            try:
                return load_file(path)
            except SafetensorError as error:
                raise InputError(f"{path} is not a safetensors file: {error}") from error
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError, OSError) as error:
        # weights_only refuses code in the file; its own message is long and advises to trust it.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"{path} is not a file of plain tensors: {reason}") from error
    if not isinstance(state, dict) or not all(isinstance(v, Tensor) for v in state.values()):
        raise InputError(f"{path} is not a state dict (a flat mapping of names to tensors)")
    return state


def _without_unused(state: dict[str, Tensor], encoder: nn.Module) -> dict[str, Tensor]:
    kept = encoder.blocks if isinstance(encoder, MobileNetV2Encoder) else BLOCKS
    unused = tuple(f"features.{k}." for k in range(kept, BLOCKS))
    return {k: v for k, v in state.items() if k not in HEADS and not k.startswith(unused)}


def _ends_at_layer3(state: dict[str, Tensor]) -> bool:
    return all(k.startswith(SHORTCUT) for k in state if k.startswith(LAST_STAGE))


def _some(names: list[str], shown: int = 8) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return f"[{', '.join(names[:shown])}{more}]"
