"""Rendered identities and their recapture: a face photo set that needs no photo of a person.

identity + frame -> face/ (scene radiance) -> instruments/ (print, display, mask) -> camera ->
JPEG. All pictures are RGB; radiance is linear light, float32, 1.0 = a white diffuse surface in
full light.

In Python: :func:`live` and :func:`attack` turn one photo into one picture, :class:`OnlineSimulator`
makes attacks of live crops while a network trains, :func:`load_catalogue` adds printers, displays,
masks, cameras and lights of your own to the built-in :class:`Catalogue`. Needs the extra
``simulate`` (PyYAML).
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names

if TYPE_CHECKING:
    from spoofcue.simulate.catalogue import Catalogue, load_catalogue
    from spoofcue.simulate.pictures import OnlineSimulator, attack, live

__all__ = ["Catalogue", "OnlineSimulator", "attack", "live", "load_catalogue"]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.simulate.catalogue": ("Catalogue", "load_catalogue"),
        "spoofcue.simulate.pictures": ("OnlineSimulator", "attack", "live"),
    },
)
