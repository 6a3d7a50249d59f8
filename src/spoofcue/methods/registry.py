"""The methods by name; a method's module is imported when it is asked for and not before."""

from __future__ import annotations

import pkgutil
import sys
import warnings
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from spoofcue.errors import InputError
from spoofcue.methods import built_in
from spoofcue.methods.method import ClassicalMethod, LearnedMethod, Method

if TYPE_CHECKING:
    from spoofcue.config import RunSettings
    from spoofcue.methods.classical import Classical
    from spoofcue.methods.learned import Learned

GROUP = "spoofcue.methods"


def method_names() -> list[str]:
    """Names that ``--method`` takes, other packages' too; no method is imported for them."""
    names = _modules().keys() | _plugins(tuple(sys.path)).keys()
    return sorted(names, key=lambda name: (name != "lgsc", name))


def loadable_methods() -> list[str]:
    """:func:`method_names` without those that cannot be loaded; a warning names each of these."""
    loadable = []
    for name in method_names():
        try:
            method_of_name(name)
        except InputError as error:
            warnings.warn(str(error), stacklevel=2)
        else:
            loadable.append(name)
    return loadable


def method_of_name(name: str) -> Method:
    """The method of that name.

    Raises:
        InputError: there is none, what it needs is not installed, or the package that registers
            it is at fault; the message names that package.

    """
    module, plugins = _modules().get(name), _plugins(tuple(sys.path)).get(name, [])
    if module is not None:
        try:
            method: Method = import_module(module).METHOD
        except ImportError as error:
            raise InputError(
                f"method {name} cannot be loaded ({error}): `pip install --upgrade "
                "'spoofcue[train,methods]'`."
            ) from error
        return method
    if not plugins:
        raise InputError(f"unknown method {name!r}; there are {', '.join(method_names())}.")
    if len(plugins) > 1:
        raise InputError(
            f"method {name} is registered by {' and '.join(map(_package, plugins))}; remove one."
        )
    return _load(plugins[0])


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


@cache
def _modules() -> dict[str, str]:
    """Name of a method -> its module, from the names of the files: ``deep-svdd`` is deep_svdd."""
    modules = (module.name for module in pkgutil.iter_modules(built_in.__path__))
    return {name.replace("_", "-"): f"{built_in.__name__}.{name}" for name in modules}


@cache
def _plugins(path: tuple[str, ...]) -> dict[str, list[EntryPoint]]:
    """What packages on ``path``, which is ``sys.path``, register."""
    points: dict[str, list[EntryPoint]] = {}
    for point in entry_points(group=GROUP):
        if point.name in _modules():
            warnings.warn(
                f"{_package(point)} registers a method {point.name!r}, which is the name of one of "
                "spoofcue's own; it is left out.",
                stacklevel=2,
            )
        else:
            points.setdefault(point.name, []).append(point)
    return points


def _load(point: EntryPoint) -> Method:
    where = f"method {point.name} of {_package(point)}"
    try:
        method = point.load()
    except Exception as error:  # another package's code may fail in any way
        raise InputError(
            f"{where} cannot be loaded ({type(error).__name__}: {error}); correct or remove that "
            "package."
        ) from error
    if not isinstance(method, Method) or method.name != point.name:
        raise InputError(
            f"{where}: {point.value} is no LearnedMethod or ClassicalMethod of that name."
        )
    return method


def _package(point: EntryPoint) -> str:
    return f"the package {point.dist.name}" if point.dist else "an unknown package"
