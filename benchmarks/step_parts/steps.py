"""A contender's training steps in a process of its own, asked for in turn; one runs at a time."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

# ru_maxrss counts in KiB, on macOS in bytes
KIB = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True, slots=True)
class Contender:
    """What makes a step.

    Attributes:
        name: in the table.
        network: ours of a preset, or the port, frozen as it is or trained as a whole.
        size: side of the input, px.
        precision: fp32 or bf16.
        batch: faces of a step.
        threads: of PyTorch.
        data: a prepared folder that feeds the steps; None: one batch, made beforehand.
        workers: processes that load.

    """

    name: str
    network: Literal["paper", "small", "port", "port-trained"]
    size: int
    precision: str
    batch: int
    threads: int
    data: Path | None = None
    workers: int = 0


@dataclass(frozen=True, slots=True)
class Took:
    """What some steps took.

    Attributes:
        seconds: for one face, by the clock.
        busy_seconds: for one face, of this process on the processor, not of those that load.
        loading: part of the seconds in which the step waited for its batch, or made it itself.
        busy_loading: the same of the processor's seconds.
        peak_mib: most memory beyond what the process had before there was a network.

    """

    seconds: float
    busy_seconds: float
    loading: float
    busy_loading: float
    peak_mib: float


class Asked:
    """A contender's process."""

    def __init__(self, contender: Contender) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(contender, theirs))
        self._process.start()
        self._pipe.recv()

    def steps(self, count: int) -> Took:
        """Make so many steps now."""
        self._pipe.send(count)
        took: Took = self._pipe.recv()
        return took

    def end(self) -> None:
        """Let it end."""
        self._pipe.send(0)
        self._process.join()


def _answer(contender: Contender, pipe: Connection) -> None:
    import torch

    torch.set_num_threads(contender.threads)
    torch.manual_seed(0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step = _port_step(contender) if contender.network.startswith("port") else _our_step(contender)
    batches = _batches(contender)
    step(next(batches))  # what the first one prepares is nobody's step
    pipe.send("ready")
    while count := pipe.recv():
        if contender.data:
            # what was loaded while others had their turn is not to be counted
            for _ in range(2 * contender.workers):
                next(batches)
            step(next(batches))
        began, waited = _now(), np.zeros(2)
        for _ in range(count):
            asked = _now()
            batch = next(batches)
            waited += _now() - asked
            step(batch)
        seconds, busy = _now() - began
        faces, (loading, busy_loading) = count * contender.batch, waited / (seconds, busy)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        mib = peak * KIB / 2**20
        pipe.send(Took(seconds / faces, busy / faces, loading, busy_loading, mib))


def _now() -> NDArray[np.float64]:
    """Seconds of the clock, and of this process on the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def _settings(contender: Contender) -> Any:
    from spoofcue.training.any_method import settings_of

    preset = "paper" if contender.network.startswith("port") else contender.network
    changed = (f"input.size={contender.size}", f"training.batch_size={contender.batch}")
    overrides = [*changed, "model.weights=none"]
    return settings_of(Path("no run"), None, preset, None, overrides)


def _batches(contender: Contender) -> Iterator[Any]:
    """As training is fed, for ever; or one batch, again and again."""
    import torch

    from spoofcue.cue.score import next_multiple
    from spoofcue.methods.learned import TrainingBatch

    if contender.data is None:
        side = next_multiple(contender.size)
        label = (torch.arange(contender.batch) >= contender.batch // 2).long()
        image = torch.rand(contender.batch, 3, side, side) * 2 - 1
        while True:
            yield TrainingBatch(image, label, torch.full_like(label, -1))
    from torch.utils.data import DataLoader

    from spoofcue.data.manifest import read_manifest
    from spoofcue.training.dataset import FaceCrops
    from spoofcue.training.sampling import BalancedBatches

    rows = read_manifest(contender.data)
    crops = FaceCrops(rows.filter(rows["split"] == "train"), contender.data, _settings(contender))
    order = BalancedBatches(crops.label, contender.batch, 0, images_per_epoch=1 << 20)
    yield from DataLoader(
        crops,
        batch_sampler=order,
        num_workers=contender.workers,
        multiprocessing_context="spawn" if contender.workers else None,
    )


def _our_step(contender: Contender) -> Callable[[Any], None]:
    """As :class:`spoofcue.training.module.LearnedTraining` makes one, without its book-keeping."""
    import torch

    from spoofcue.methods.registry import build_network

    settings = _settings(contender)
    torch.use_deterministic_algorithms(True, warn_only=True)  # as in training
    network = build_network(settings)
    if settings.training.channels_last:
        network.to(memory_format=torch.channels_last)
    adam = torch.optim.Adam(network.parameters(), lr=1e-4)
    form = torch.channels_last if settings.training.channels_last else torch.contiguous_format

    def step(batch: Any) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=contender.precision == "bf16"):
            image = batch.image.contiguous(memory_format=form)
            total = network.batch_losses(batch._replace(image=image))["total"]
        adam.zero_grad()
        total.backward()
        adam.step()

    return step


def _port_step(contender: Contender) -> Callable[[Any], None]:
    import torch
    from step_parts.port import Port, port_loss

    network = Port(frozen=contender.network == "port")
    adam = torch.optim.Adam(network.parameters(), lr=1e-4)

    def step(batch: Any) -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=contender.precision == "bf16"):
            maps, logits = network(batch.image)
            loss = port_loss([m.float() for m in maps], logits.float(), 1 - batch.label)
        adam.zero_grad()
        loss.backward()
        adam.step()

    return step
