"""Who is in a set: rendered people or people in photos, and the split that each belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from spoofcue.errors import InputError, MediaError
from spoofcue.media.kinds import find_media, media_kind
from spoofcue.simulate.parallel import in_parallel
from spoofcue.simulate.people import Person, PhotographedPerson, RenderedPerson, load_portrait


def photographed(photos: Path) -> tuple[dict[str, tuple[Path, ...]], list[tuple[str, str]]]:
    """People in a folder of photos, subject -> paths, and what was left out."""
    if not photos.is_dir():
        raise InputError(f"{photos} is not a folder of photos.")
    people: dict[str, list[Path]] = {}
    skipped = []
    for path in find_media(photos):
        if media_kind(path) != "image":
            skipped.append((str(path), "not an image"))
            continue
        parts = path.relative_to(photos).parts
        people.setdefault(parts[0] if len(parts) > 1 else path.stem, []).append(path)
    return {name: tuple(paths) for name, paths in sorted(people.items())}, skipped


def with_faces(
    people: dict[str, tuple[Path, ...]], workers: int | None = None
) -> tuple[dict[str, tuple[Path, ...]], list[tuple[str, str]]]:
    """The people and photos in which a face is found, and the rest with the reason.

    Looked up before people are put in splits, so that no split ends up empty.
    """
    paths = [path for photos in people.values() for path in photos]
    reasons = dict(zip(paths, in_parallel(_why_not, paths, workers), strict=True))
    usable = {
        name: tuple(path for path in photos if reasons[path] is None)
        for name, photos in people.items()
    }
    skipped = [(str(path), reason) for path, reason in reasons.items() if reason]
    return {name: photos for name, photos in usable.items() if photos}, skipped


def _why_not(path: Path) -> str | None:
    try:
        load_portrait(path)
    except MediaError as error:
        return str(error)
    return None


def person_of(subject: str, photos: Sequence[Path], seed: int) -> Person:
    """The person that a job names.

    Raises:
        MediaError: a photo cannot be used; :func:`with_faces` has left those out.

    """
    if not photos:
        return RenderedPerson(subject, seed)
    return PhotographedPerson(subject, tuple(load_portrait(p) for p in photos), seed)


def split_people(names: Sequence[str], seed: int) -> dict[str, str]:
    """60, 20 and 20 % of the people to train, dev and test, at least one each."""
    order = [names[i] for i in np.random.default_rng([seed, 0x59]).permutation(len(names))]
    held = max(1, round(0.2 * len(order)))
    return {
        name: "dev" if i < held else "test" if i < 2 * held else "train"
        for i, name in enumerate(order)
    }
