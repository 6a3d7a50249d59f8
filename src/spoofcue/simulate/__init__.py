"""Rendered identities and their recapture: a face photo set that needs no photo of a person.

identity + frame -> face/ (scene radiance) -> instruments/ (print, display, mask) -> camera ->
JPEG. All pictures are RGB; radiance is linear light, float32, 1.0 = a white diffuse surface in
full light.

In Python: :func:`live` and :func:`attack` turn one photo into one picture, :class:`OnlineSimulator`
makes attacks of live crops while a network trains, :func:`load_catalogue` adds printers, displays,
masks, cameras and lights of your own to the built-in :class:`Catalogue`. Needs the extra
``simulate`` (PyYAML).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spoofcue.simulate.catalogue import Catalogue, load_catalogue
    from spoofcue.simulate.pictures import OnlineSimulator, attack, live

__all__ = ["Catalogue", "OnlineSimulator", "attack", "live", "load_catalogue"]

_MODULES = {
    "Catalogue": "catalogue",
    "load_catalogue": "catalogue",
    "OnlineSimulator": "pictures",
    "attack": "pictures",
    "live": "pictures",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is asked for: OpenCV, dlib and PyYAML take their time."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """With the names that are not loaded yet, for completion."""
    return sorted({*globals(), *__all__})
