"""Where a model is: a path, a hub repository, the one that ships, or an environment variable."""

from __future__ import annotations

import os
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.package.hub import HUB, HubPlace, fetch_package
from spoofcue.package.read import is_package

SHIPPED = Path(__file__).parent.parent / "models" / "default"
VARIABLE = "SPOOFCUE_MODEL"


def locate_model(model: str | Path | None) -> Path:
    """The path of a model.

    Args:
        model: a path, ``hf:owner/name`` or ``hf:owner/name@revision``, or None for
            SPOOFCUE_MODEL, and where that is not set, the model that ships with the package.

    Raises:
        InputError: there is none, or the hub does not give it.
        PackageError: what the hub gives is no package.

    """
    model = model or os.environ.get(VARIABLE) or None
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
    return Path(model).expanduser()
