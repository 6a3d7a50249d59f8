"""``RUN/model.npz``: a fitted classical method as named arrays; no code in it is ever run."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.config import RunSettings, as_stored, settings_from
from spoofcue.errors import InputError
from spoofcue.whole_files import whole

MODEL_NAME = "model.npz"
FORMAT = 1
ENCODER = "encoder."  # before the names of the encoder's weights

Arrays = dict[str, NDArray[Any]]

# Shapes by letter: one letter is one length, S support vectors, D features, K Gaussians.
SVM = {"mean": "D", "scale": "D", "support": "SD", "dual": "S", "intercept": "", "gamma": ""}
MIXTURE = {"mean": "D", "scale": "D", "weights": "K", "means": "KD", "variances": "KD"}
MIXTURE |= {"typical": "", "spread": ""}
SCHEMAS = {"lbp": SVM, "color-texture": SVM, "gmm": MIXTURE}


@dataclass(frozen=True, slots=True, eq=False)
class StoredModel:
    """Content of a model file.

    Attributes:
        settings: of the run; ``settings.method`` says whose model it is.
        about: ``settings``, ``facts`` (of the crops) and ``dev`` (the threshold), as stored.
        arrays: float64, by the names of the method's schema.
        encoder: the encoder's weights by its own names; empty unless the method is gmm.

    """

    settings: RunSettings
    about: dict[str, Any]
    arrays: Arrays
    encoder: Arrays


def save_model(path: Path, about: dict[str, Any], arrays: Arrays, encoder: Arrays) -> None:
    """Write whole or not at all; equal content gives equal bytes."""
    text = json.dumps({"format": FORMAT, **about}, sort_keys=True)
    named: dict[str, Any] = {ENCODER + name: weights for name, weights in encoder.items()}
    with whole(path) as part, part.open("wb") as file:
        np.savez(file, **{"about": np.array(text), **arrays, **named})


def load_model(path: Path) -> StoredModel:
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
        about["settings"] = as_stored(about["settings"])
        version, tree = about["format"], about["settings"]
        if not {"facts", "dev"} <= set(about):
            raise KeyError("facts")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{path} does not tell what it holds; it is no model of ours.") from error
    if version != FORMAT:
        raise InputError(f"{path} is of format {version}; this version reads {FORMAT}. Fit again.")
    settings = settings_from(tree, str(path))
    if settings.method not in SCHEMAS:
        raise InputError(f"{path} is a model of {settings.method}, no classical method.")
    encoder = {k.removeprefix(ENCODER): v for k, v in stored.items() if k.startswith(ENCODER)}
    arrays = {k: v for k, v in stored.items() if not k.startswith(ENCODER)}
    _check(path, settings.method, arrays)
    if bool(encoder) != (settings.method == "gmm"):
        raise InputError(f"{path}: a model of {settings.method} with a wrong encoder part.")
    return StoredModel(settings, about, arrays, encoder)


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


def _check(path: Path, method: str, arrays: Arrays) -> None:
    wanted = SCHEMAS[method]
    if set(arrays) != set(wanted):
        raise InputError(
            f"{path}: a model of {method} holds {sorted(wanted)}, not {sorted(arrays)}."
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
                f"{method}, or is not finite."
            )
    for name in {"scale", "variances", "spread"} & set(wanted):
        if not (arrays[name] > 0).all():
            raise InputError(f"{path}: {name} must be above 0 everywhere.")
