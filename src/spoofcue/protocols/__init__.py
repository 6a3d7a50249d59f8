"""Protocols as data: which rows of a manifest a fold trains on, tunes on and is judged on.

In Python: :func:`folds` gives the folds of a published protocol, or of one of your own in YAML,
and :meth:`Fold.select` deals out your own list of rows. In reading order: ``selection`` (which
rows one part takes), ``fold`` (train, dev and test), ``definition`` (folds and how they are
judged), ``reader`` (YAML), ``listed`` (the datasets' own lists), ``early`` (frames from a video's
beginning).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoofcue.protocols.definition import Protocol, ProtocolSet
    from spoofcue.protocols.fold import Fold
    from spoofcue.protocols.reader import folds, load_set, set_names

__all__ = ["Fold", "Protocol", "ProtocolSet", "folds", "load_set", "set_names"]

_MODULES = {
    "Fold": "fold",
    "Protocol": "definition",
    "ProtocolSet": "definition",
    "folds": "reader",
    "load_set": "reader",
    "set_names": "reader",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """With the names that are not loaded yet, for completion."""
    return sorted({*globals(), *__all__})
