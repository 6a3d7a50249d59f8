"""Which datasets need frames from the beginning of their videos: protocols say so."""

from __future__ import annotations

from dataclasses import dataclass

from spoofcue.errors import InputError
from spoofcue.protocols.reader import load_set, set_names


@dataclass(frozen=True, slots=True)
class EarlyNeed:
    """What the shipped protocols need of a dataset's train videos.

    Attributes:
        below: frames with a number below it; the least, where protocols differ.
        protocols: ``SET NAME`` of those that do.

    """

    below: int
    protocols: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EarlySample:
    """What is taken of each train video besides the evenly spread frames.

    Attributes:
        frames: how many; 0 for none.
        below: evenly from the frames with a number below it.
        why: for the user; empty where the dataset needs none.

    """

    frames: int = 0
    below: int = 0
    why: str = ""


def early_need(dataset: str) -> EarlyNeed | None:
    """What protocols need of a dataset; None where none trains on the first frames."""
    needs: dict[str, int] = {}
    for name in set_names():
        for protocol in load_set(name).protocols.values():
            if protocol.first_frames is not None and dataset in protocol.datasets:
                needs[f"{name} {protocol.name}"] = protocol.first_frames
    return EarlyNeed(min(needs.values()), tuple(needs)) if needs else None


def early_sample(dataset: str, frames: int, wanted: int | None = None) -> EarlySample:
    """The early frames to take of a dataset's train videos.

    Args:
        dataset: its name.
        frames: spread evenly over each video; as many are taken early by default.
        wanted: another number of them.

    Raises:
        InputError: some are wanted, and no protocol of the dataset would use them.

    """
    need = early_need(dataset)
    if need is None:
        if wanted:
            raise InputError(
                f"--early-frames {wanted}: no protocol of {dataset} trains on the first frames of "
                "its videos; leave it out."
            )
        return EarlySample()
    count = frames if wanted is None else wanted
    users = " and ".join(need.protocols)
    if not count:
        return EarlySample(
            why=f"no early frames are taken: protocols {users} cannot be run on this folder."
        )
    return EarlySample(
        count,
        need.below,
        f"besides {frames} frames spread over each video, {count} of the first {need.below} of "
        f"each train video are taken, for protocols {users} alone; --early-frames 0 leaves them "
        "out.",
    )
