"""The methods by name; a method's module is imported when it is asked for and not before."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.methods import built_in
from spoofcue.methods.method import ClassicalMethod, LearnedMethod, Method

if TYPE_CHECKING:
    from spoofcue.methods.classical import Classical
    from spoofcue.methods.learned import Learned


@cache
def _modules() -> dict[str, str]:
    """Name of a method -> its module, from the names of the files: ``deep-svdd`` is deep_svdd."""
    found = (module.name for module in pkgutil.iter_modules(built_in.__path__))
    return {name.replace("_", "-"): f"{built_in.__name__}.{name}" for name in found}


def method_names() -> list[str]:
    """Names that ``--method`` takes; nothing is imported for them."""
    return sorted(_modules(), key=lambda name: (name != "lgsc", name))


def method_of_name(name: str) -> Method:
    """The method of that name.

    Raises:
        InputError: there is none, or what it needs is not installed.

    """
    module = _modules().get(name)
    if module is None:
        raise InputError(f"unknown method {name!r}; there are {', '.join(method_names())}.")
    try:
        found: Method = import_module(module).METHOD
    except ImportError as error:
        raise InputError(
            f"method {name} needs {error.name}: `pip install 'spoofcue[train,methods]'`."
        ) from error
    return found


def build_network(settings: RunSettings) -> Learned:
    """The untrained network of ``settings.method``.

    Raises:
        InputError: the method is not learned by gradient, or refuses the settings.

    """
    method = method_of_name(settings.method)
    if not isinstance(method, LearnedMethod):
        raise InputError(f"method {settings.method} has no network; it is fitted in one go.")
    return method.build(settings)


def build_classical(settings: RunSettings) -> Classical:
    """The method ``settings.method``, not fitted.

    Raises:
        InputError: it is no classical one.

    """
    method = method_of_name(settings.method)
    if not isinstance(method, ClassicalMethod):
        raise InputError(f"{settings.method} is no classical method; it is trained by gradient.")
    return method.build(settings)
