"""Where a model is: a path, a hub repository, the one that ships, or an environment variable."""

from __future__ import annotations

import os
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.package.read import is_package
from spoofcue.package.schema import CARD_FILE, SPEC_FILE, WEIGHT_FILES

SHIPPED = Path(__file__).parent.parent / "models" / "default"
VARIABLE = "SPOOFCUE_MODEL"
HUB = "hf:"


def locate_model(model: str | Path | None) -> Path:
    """The path of a model.

    Args:
        model: a path, ``hf:owner/name``, or None for SPOOFCUE_MODEL, and where that is not set,
            the model that ships with the package.

    Raises:
        InputError: there is none, or the hub does not give it.

    """
    model = model or os.environ.get(VARIABLE) or None
    if model is None:
        if not is_package(SHIPPED):
            raise InputError(
                "which model? None ships with this spoofcue: give a run folder, a model package "
                "or hf:owner/name (--model), or set SPOOFCUE_MODEL. `make demo` trains one in "
                "minutes."
            )
        return SHIPPED
    if isinstance(model, str) and model.startswith(HUB):
        return _from_hub(model.removeprefix(HUB))
    return Path(model).expanduser()


def _from_hub(repository: str) -> Path:
    if len([part for part in repository.split("/") if part]) != 2:
        raise InputError(f"hf:{repository}: write hf:owner/name")
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise InputError(
            f"hf:{repository} needs huggingface_hub: pip install huggingface_hub. Or download the "
            "package and give its folder."
        ) from error
    wanted = [SPEC_FILE, CARD_FILE, *(name for names in WEIGHT_FILES.values() for name in names)]
    try:
        # a repository holds more than a package (.gitattributes): only the package is fetched
        folder = Path(snapshot_download(repository, allow_patterns=wanted))
    # The hub's client raises errors of several HTTP libraries, without a common base.
    except Exception as error:
        raise InputError(f"could not fetch hf:{repository}: {error}") from error
    if not is_package(folder):
        raise InputError(f"hf:{repository} holds no {SPEC_FILE}; it is no spoofcue package.")
    return folder
