"""Faces whose network inputs have one shape, so that they can be scored together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from spoofcue.config import InputSettings
from spoofcue.patches.geometry import whole_face_size

PIXELS_PER_BATCH = 16 * 224 * 224


def groups_of_one_shape(
    sizes: Sequence[tuple[int, int]], settings: InputSettings
) -> Iterator[list[int]]:
    """Indices into ``sizes``, (height, width) of crops, in groups of bounded memory.

    Each index comes exactly once. All faces of a group give equally many inputs of equal size.
    """
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (height, width) in enumerate(sizes):
        if settings.scoring == "whole":
            shape = whole_face_size(height, width, settings.size, settings.max_side)
        elif settings.scoring == "resize":
            shape = (settings.size, settings.size)
        else:
            shape = (height, width)  # the number of patches follows from the crop's size
        alike[shape].append(index)
    for (height, width), members in sorted(alike.items()):
        count = max(1, PIXELS_PER_BATCH // (height * width))
        for start in range(0, len(members), count):
            yield members[start : start + count]
