"""Kinds of presentation attack instruments, one a file: a printer, a display, a mask.

Each module names its class ``KIND``; a module that is put here is found, and nothing else has to
know of it. See :class:`spoofcue.simulate.presentation.Instrument` for what a kind does.
"""

from __future__ import annotations

import functools
import pkgutil
from importlib import import_module

from spoofcue.simulate.presentation import Instrument


@functools.cache
def kinds() -> dict[str, type[Instrument]]:
    """Section of the catalogue -> the kind of instrument that it lists."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    classes = [import_module(f"{__name__}.{name}").KIND for name in names]
    return {kind.section: kind for kind in classes}
