"""Protocols as data: which rows of a manifest a fold trains on, tunes on and is judged on.

In Python: :func:`folds` gives the folds of a published protocol, or of one of your own in YAML,
and :meth:`Fold.select` deals out your own list of rows. In reading order: ``selection`` (which
rows one part takes), ``fold`` (train, dev and test), ``definition`` (folds and how they are
judged), ``reader`` (YAML), ``listed`` (the datasets' own lists), ``early`` (frames from a video's
beginning).
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names

if TYPE_CHECKING:
    from spoofcue.protocols.definition import Protocol, ProtocolSet
    from spoofcue.protocols.fold import Fold
    from spoofcue.protocols.reader import folds, load_set, set_names

__all__ = ["Fold", "Protocol", "ProtocolSet", "folds", "load_set", "set_names"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.protocols.definition": ("Protocol", "ProtocolSet"),
        "spoofcue.protocols.fold": ("Fold",),
        "spoofcue.protocols.reader": ("folds", "load_set", "set_names"),
    },
)
