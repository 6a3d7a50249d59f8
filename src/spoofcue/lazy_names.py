"""Public names that a package loads when they are asked for, after SPEC 1 of Scientific Python."""

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, modules: Mapping[str, Sequence[str]], packages: Sequence[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of a package; what is not used is never waited for.

    Type checkers and editors do not run this: the package imports the same names under
    ``TYPE_CHECKING`` too, and lists them in ``__all__``.

    Args:
        package: ``__name__`` of the package.
        modules: dotted name of a module -> its names that are the package's too.
        packages: names of packages in it that are loaded as attributes.

    Returns:
        Two functions of which the first raises AttributeError for any other name.

    >>> get, names = lazy_names("spoofcue", {"spoofcue.errors": ["InputError"]})
    >>> get("InputError").__module__
    'spoofcue.errors'
    >>> "InputError" in names()
    True

    """
    module_of = {name: module for module, names in modules.items() for name in names}
    own = vars(sys.modules[package])

    def get(name: str) -> Any:
        if name in packages:
            return import_module(f"{package}.{name}")
        if name in module_of:
            return getattr(import_module(module_of[name]), name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def names() -> list[str]:
        return sorted({*own, *module_of, *packages})

    return get, names
