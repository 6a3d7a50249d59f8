"""``RUN/model.npz``: a fitted classical method as named arrays; no code in it is ever run."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spoofcue.errors import InputError
from spoofcue.methods.classical import Arrays, Classical
from spoofcue.methods.registry import build_classical
from spoofcue.methods.settings import settings_from
from spoofcue.whole_files import whole

MODEL_NAME = "model.npz"
FORMAT = 1
ENCODER = "encoder."  # before the names of the encoder's weights


@dataclass(frozen=True, slots=True, eq=False)
class StoredModel:
    """Content of a model file.

    Attributes:
        method: made from the stored settings, with the stored model.
        about: ``settings``, ``facts`` (of the crops) and ``dev`` (the threshold), as stored.

    """

    method: Classical
    about: dict[str, Any]


def save_model(path: Path, about: dict[str, Any], method: Classical) -> None:
    """Write whole or not at all; equal content gives equal bytes.

    Args:
        path: the file.
        about: ``settings``, ``facts`` and ``dev``, see :class:`StoredModel`.
        method: fitted.

    """
    text = json.dumps({"format": FORMAT, **about}, sort_keys=True)
    named: dict[str, Any] = {ENCODER + name: weights for name, weights in method.weights.items()}
    with whole(path) as part, part.open("wb") as file:
        np.savez(file, **{"about": np.array(text), **method.model, **named})


def read_fitted(path: Path) -> StoredModel:
    """Read and check a model file.

    Raises:
        InputError: there is none, it is cut off or altered, it holds pickled objects, or its
            arrays are not those of its method.

    """
    if not path.is_file():
        raise InputError(f"there is no {path}; is it a finished run of a classical method?")
    stored = _read(path)
    try:
        about = json.loads(str(stored.pop("about")))
        version, tree = about["format"], about["settings"]
        if not {"facts", "dev"} <= set(about):
            raise KeyError("facts")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} does not tell what it holds; it is no model of ours.") from error
    if version != FORMAT:
        raise InputError(f"{path} is of format {version}; this version reads {FORMAT}. Fit again.")
    method = build_classical(settings_from(tree, str(path)))
    weights = {k.removeprefix(ENCODER): v for k, v in stored.items() if k.startswith(ENCODER)}
    arrays = {k: v for k, v in stored.items() if not k.startswith(ENCODER)}
    _check(path, method, arrays)
    if bool(weights) != method.has_encoder:
        raise InputError(f"{path}: a model of {method.settings.method} with a wrong encoder part.")
    method.restore(arrays, weights, path)
    return StoredModel(method, about)


def _read(path: Path) -> Arrays:
    try:
        with np.load(path, allow_pickle=False) as file:
            # A bare .npy loads as an array, which is no archive of named ones.
            return {name: file[name] for name in file.files}
    except (OSError, EOFError, ValueError, AttributeError, TypeError) as error:
        raise _unreadable(path, error) from error
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, KeyError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    if "allow_pickle" in str(error):
        return InputError(f"{path} holds pickled objects, which could run code; it is not loaded.")
    return InputError(f"{path} is cut off or no model file ({error}); fit again.")


def _check(path: Path, method: Classical, arrays: Arrays) -> None:
    wanted, name_of = method.schema, method.settings.method
    if set(arrays) != set(wanted):
        raise InputError(
            f"{path}: a model of {name_of} holds {sorted(wanted)}, not {sorted(arrays)}."
        )
    lengths: dict[str, int] = {}
    for name, letters in wanted.items():
        array = arrays[name]
        fits = array.dtype == np.float64 and array.ndim == len(letters) and array.size > 0
        for letter, length in zip(letters, array.shape, strict=False):
            fits = fits and lengths.setdefault(letter, length) == length
        if not fits or not np.isfinite(array).all():
            raise InputError(
                f"{path}: {name} is {array.dtype} {array.shape} and does not fit a model of "
                f"{name_of}, or is not finite."
            )
    for name in method.positive:
        if not (arrays[name] > 0).all():
            raise InputError(f"{path}: {name} must be above 0 everywhere.")
