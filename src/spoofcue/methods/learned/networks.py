"""Which network a learned method's name stands for."""

from __future__ import annotations

from collections.abc import Callable

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.learned import aux_depth, cnn, deep_svdd, distilled, pixel, triplet_focal
from spoofcue.training.learned import Learned

NETWORKS: dict[str, Callable[[RunSettings], Learned]] = {
    "lgsc": distilled.build,
    "cnn": cnn.build,
    "deep-svdd": deep_svdd.build,
    "triplet-focal": triplet_focal.build,
    "aux-depth": aux_depth.build,
    "pixel": pixel.build,
}


def build_network(settings: RunSettings) -> Learned:
    """The untrained network of ``settings.method``.

    Raises:
        InputError: the method is not learned by gradient, or refuses the settings.

    """
    build = NETWORKS.get(settings.method)
    if build is None:
        raise InputError(
            f"method {settings.method} has no network; those that have: {', '.join(NETWORKS)}."
        )
    return build(settings)
