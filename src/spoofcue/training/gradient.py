"""Train a network by gradient: settings and a prepared folder to a run folder."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytorch_lightning as pl_
import torch
from pytorch_lightning.callbacks import LearningRateMonitor, RichProgressBar
from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.strategies import DDPStrategy
from pytorch_lightning.trainer.states import TrainerStatus
from pytorch_lightning.utilities import rank_zero_only
from torch.utils.data import DataLoader

from spoofcue.config import RunSettings, dump_yaml
from spoofcue.data.manifest import evenly_spread
from spoofcue.data.prepared_folder import PreparedFolder
from spoofcue.data.same_pictures import refuse_shared_pictures
from spoofcue.errors import InputError
from spoofcue.methods.learned import Learned
from spoofcue.metrics.scores import ScoreSet
from spoofcue.plain_lines import has_notebook, has_terminal, plain_lines, tell
from spoofcue.records.owner import held
from spoofcue.records.run_folder import BestEntry, DataEntry, RunFolder, RunRecord, TrainingEntry
from spoofcue.source import source_commit
from spoofcue.training.average import MeanOfLastEpochs
from spoofcue.training.budget import TimeBudget
from spoofcue.training.callbacks import AtomicCheckpointIO, Checkpoints, CuePictures, History
from spoofcue.training.dataset import FaceCrops, shared_scoring_loader
from spoofcue.training.machine import look_at_cores, processor_name
from spoofcue.training.manifest_rows import crops_of, names_in
from spoofcue.training.module import LearnedTraining
from spoofcue.training.pace import EpochLines, NotebookSteps, few_steps_text
from spoofcue.training.place import Place
from spoofcue.training.resume import refuse_other_training, steps_done, stored_record
from spoofcue.training.sampling import BalancedBatches
from spoofcue.training.shared_layers import SharedLayers
from spoofcue.training.threads import (
    Threads,
    choose_threads,
    choose_workers,
    threads_of_environment,
)
from spoofcue.training.together import Started, all_or_none, joined, of_first

if TYPE_CHECKING:
    import polars as pl

PACKAGES = ("torch", "pytorch-lightning", "numpy", "opencv-python-headless", "polars")


def train(
    data: Path,
    run: Path,
    settings: RunSettings,
    build: Callable[[RunSettings], Learned],
    *,
    resume: bool = False,
    place: Place = Place(),  # noqa: B008
) -> RunRecord:
    """Train on the train split of ``data``, choose the epoch on its dev split.

    With ``training.select`` = ``last`` the last epoch is kept, and dev may be empty. With
    ``training.minutes`` the training ends at the step at which they are used up.

    Writes config.yaml, run.json, log/ and checkpoints/{best,last}.ckpt into ``run``.

    Args:
        data: a prepared folder.
        run: the run folder, new unless ``resume``.
        settings: of the run; when resuming, those stored in it.
        build: makes the network; called once, after the seed is set.
        resume: go on from checkpoints/last.ckpt.
        place: of this process among those that train together, each of which calls this.

    Returns:
        The run's record, as run.json holds it.

    Raises:
        InputError: the folder is in use, there is nothing to resume, or a class is missing; or
            what is resumed was of other data or settings; or another process was lost.

    """
    with joined(place, on_gpu(settings)), ExitStack() as stack:
        # a folder has one writer
        writing = held(run, "train", clear=True) if place.first else nullcontext()
        all_or_none(place, lambda: stack.enter_context(writing))
        made = all_or_none(place, lambda: _made(data, run, settings, build, resume, place))
        return _fitted(made, run, settings, place)


class _Made(NamedTuple):
    """What there is before anything is written.

    Attributes:
        resumed: the checkpoint to go on from.
        faces: see the class, as of the next two.

    """

    resumed: Path | None
    faces: _Faces
    module: LearnedTraining
    batches: BalancedBatches


def _made(
    data: Path,
    run: Path,
    settings: RunSettings,
    build: Callable[[RunSettings], Learned],
    resume: bool,
    place: Place,
) -> _Made:
    folder = RunFolder(run)
    last = folder.last_checkpoint
    if last.is_file() and not resume:
        raise InputError(
            f"{run} holds a training; --resume goes on with it, or give another --out."
        )
    resumed = last if resume and last.is_file() else None
    faces = _Faces.of(PreparedFolder(data), settings)
    if resumed is not None:
        refuse_other_training(folder, settings, faces.entry)
    module, batches = _module_and_batches(faces, settings, build, resumed, place)
    return _Made(resumed, faces, module, batches)


def _fitted(made: _Made, run: Path, settings: RunSettings, place: Place) -> RunRecord:
    folder, (resumed, faces, module, batches) = RunFolder(run), made
    # sums depend on the number of threads, so all processes have the first one's
    threads, workers = of_first(
        place, lambda: _threads_and_workers(settings, run if resumed else None, place)
    )
    if threads:
        torch.set_num_threads(threads.count)
        rank_zero_only(tell)(threads.line())
    run.mkdir(parents=True, exist_ok=True)
    rank_zero_only(folder.write_settings)(dump_yaml(settings))
    precision = _precision(settings.training.precision)
    record = _begun(
        run, settings, faces, network=module.network, precision=precision, threads=threads
    )
    if place.processes > 1:
        record = record.with_training(processes=place.processes)
    if module.random_start is not None:
        record = record.with_training(random_start=module.random_start)
    before = stored_record(folder) if resumed else None
    if before is not None:  # what is known stays known, should this one be killed
        record = record.model_copy(update={"created": before.created})
        known = {"best": before.training.best, "random_start": before.training.random_start}
        record = record.with_training(**{k: v for k, v in known.items() if v is not None})
    all_or_none(place, lambda: rank_zero_only(folder.write_record)(record))
    t = settings.training
    few = None if t.minutes else few_steps_text(t.epochs * len(batches), faces.train.height)
    if few:  # before the time is spent
        rank_zero_only(tell)(f"warning: {few}")

    watchers = _Watchers.of(folder, settings, threads)
    # the checkpoints keep what the budget and the lines have counted, of this step too; and a step
    # that a checkpoint comes after is in the history already
    history = History(folder.history_file, module.network.terms)
    callbacks = watchers.in_turn()
    if place.first:
        callbacks = [history, *callbacks, *_pictures(faces)]
        if has_notebook():
            callbacks.append(NotebookSteps(watchers.lines))
    trainer = _trainer(run, settings, precision, callbacks, place)
    loader = DataLoader(
        module.faces,
        batch_sampler=batches,
        num_workers=workers,
        persistent_workers=workers > 0,
        multiprocessing_context="spawn" if workers else None,
    )
    dev = None
    if faces.scored_dev is not None:
        dev, module.dev_is_shared = shared_scoring_loader(
            faces.dev, faces.prepared.path, settings.input, place.rank, place.processes
        )
    silent = has_terminal() or not place.first
    with nullcontext() if silent else plain_lines(watchers.lines.now), _interruptible(trainer):
        trainer.fit(
            module,
            loader,
            dev,
            ckpt_path=resumed,
            weights_only=True,
        )
    record = _finished(record, settings, trainer, watchers, len(batches))
    found = few_steps_text(trainer.global_step, faces.train.height)
    if found:
        record = record.with_warning(found)
        if not few:
            rank_zero_only(tell)(f"warning: {found}")
    rank_zero_only(folder.write_record)(record)
    return record


@dataclass(frozen=True, slots=True, eq=False)
class _Faces:
    """What is trained on, what chooses the epoch, and what is known of both.

    Attributes:
        prepared: the folder.
        train: rows of the train split with a crop.
        dev: of the dev split.
        scored_dev: labels and recordings of :attr:`dev`; None where no dev chooses.
        facts: of the crops.

    """

    prepared: PreparedFolder
    train: pl.DataFrame
    dev: pl.DataFrame
    scored_dev: ScoreSet | None
    facts: dict[str, Any]

    @classmethod
    def of(cls, prepared: PreparedFolder, settings: RunSettings) -> _Faces:
        rows = evenly_spread(prepared.scan())
        refuse_shared_pictures(rows, prepared.path)
        train, dev = (crops_of(rows, s, prepared.path) for s in ("train", "dev"))
        no_dev = settings.training.select == "last" and not dev.height
        scored = None if no_dev else _score_set(dev)
        return cls(prepared, train, dev, scored, prepared.crop_facts())

    @property
    def entry(self) -> DataEntry:
        """What the run's record keeps of them."""
        return self.prepared.as_trained_on(self.facts["warnings"])


@contextmanager
def _interruptible(trainer: pl_.Trainer) -> Iterator[None]:
    """A Ctrl-C is a KeyboardInterrupt again, where Lightning makes of it an end with status 1."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        yield
    except SystemExit as error:
        if trainer.state.status != TrainerStatus.INTERRUPTED:
            raise
        signal.signal(signal.SIGINT, handler)  # Lightning has switched it off
        raise KeyboardInterrupt from error


class _Watchers(NamedTuple):
    """Callbacks that are asked afterwards how the training went."""

    budget: TimeBudget
    lines: EpochLines
    mean: MeanOfLastEpochs | None
    checkpoints: Checkpoints

    def in_turn(self) -> list[pl_.Callback]:
        """Those that there are, in the order in which they are to be called."""
        return [watcher for watcher in self if watcher is not None]

    @classmethod
    def of(cls, folder: RunFolder, settings: RunSettings, threads: Threads | None) -> _Watchers:
        t = settings.training
        budget = TimeBudget(t.minutes)
        lines = EpochLines(budget, threads.count if threads else None)
        mean = MeanOfLastEpochs(t.mean_of_epochs) if t.mean_of_epochs else None
        kept = Checkpoints(folder, t.checkpoint_every_steps, t.select)
        return cls(budget, lines, mean, kept)


def _module_and_batches(
    faces: _Faces,
    settings: RunSettings,
    build: Callable[[RunSettings], Learned],
    resumed: Path | None,
    place: Place,
) -> tuple[LearnedTraining, BalancedBatches]:
    """The network with its start, seeded, and the order of its batches."""
    t = settings.training
    pl_.seed_everything(t.seed, verbose=False)
    crops = FaceCrops(faces.train, faces.prepared.path, settings)
    batches = BalancedBatches(
        crops.label,
        t.batch_size,
        t.seed,
        images_per_epoch=t.images_per_epoch,
        rank=place.rank,
        world=place.processes,
    )
    network = build(settings)
    module = LearnedTraining(
        network,
        settings,
        crops,
        steps_per_epoch=len(batches),
        dev=faces.scored_dev,
        facts=faces.facts,
    )
    if resumed is not None:
        batches.resume(steps_done(resumed, settings))
    elif settings.model.weights != "none":
        module.random_start = network.load_pretrained(settings.model.weights)
        if module.random_start is not None and settings.optimiser.encoder_lr_factor == 0:
            raise InputError(
                f"model.weights={settings.model.weights} holds the {module.random_start}, and "
                "optimiser.encoder_lr_factor=0 would leave that so; give a whole file, or a rate."
            )
    return module, batches


def _begun(
    run: Path,
    settings: RunSettings,
    faces: _Faces,
    *,
    network: Learned,
    precision: str,
    threads: Threads | None,
) -> RunRecord:
    return RunRecord.begun(
        run,
        method=settings.method,
        preset=settings.preset,
        parameters=sum(p.numel() for p in network.scoring_part().parameters()),
        data=faces.entry,
        training=TrainingEntry(
            epochs=0,
            precision=precision,
            seed=settings.training.seed,
            processor=processor_name(),
            threads=threads.count if threads else None,
            threads_why=threads.why if threads else None,
            finished=False,
        ),
        packages=PACKAGES,
        commit=source_commit(),
    )


def _pictures(faces: _Faces) -> list[pl_.Callback]:
    root = faces.prepared.path
    live, attack = ([root / c for c in _some_crops(faces.dev, label)] for label in (0, 1))
    return [CuePictures(live, attack), LearningRateMonitor("step")]


def _finished(
    record: RunRecord,
    settings: RunSettings,
    trainer: pl_.Trainer,
    watchers: _Watchers,
    steps_per_epoch: int,
) -> RunRecord:
    t, steps = settings.training, trainer.global_step
    budget, lines, mean, checkpoints = watchers
    if mean is not None:
        record = record.with_training(mean_of_steps=mean.steps)
    best = checkpoints.best
    in_time = steps >= t.epochs * steps_per_epoch
    return record.with_training(
        epochs=-(-steps // steps_per_epoch),
        steps=steps,
        budget_minutes=t.minutes,
        ended_by="epochs" if in_time or not budget.ended else "minutes",
        seconds_in_all=round(budget.seconds, 1),
        seconds=round(lines.seconds, 1),
        images_per_s=round(lines.images / max(lines.seconds, 1e-9), 2),
        device=str(trainer.strategy.root_device),
        best=BestEntry(
            epoch=best.get("epoch"), dev_acer=best.get("acer"), threshold=best.get("threshold")
        ),
        finished=True,
    )


def _trainer(
    run: Path,
    settings: RunSettings,
    precision: str,
    callbacks: list[pl_.Callback],
    place: Place,
) -> pl_.Trainer:
    t, plugins = settings.training, list[Any]([AtomicCheckpointIO()])
    devices: dict[str, Any] = {"devices": 1}
    if place.processes > 1:
        # buffers are alike, or are brought in line before dev is judged
        ddp = DDPStrategy(cluster_environment=Started(place), broadcast_buffers=False)
        devices = {"devices": place.local_processes, "num_nodes": place.machines, "strategy": ddp}
        plugins.append(SharedLayers(t.shared_batch_norm))
        # every process computes them of the whole batch, and of all of dev
        warnings.filterwarnings("ignore", message=".*sync_dist=True.*")
        # of convolutions of one place, which lie the same way whichever strides are told
        warnings.filterwarnings("ignore", message=".*Grad strides do not match.*")
        # its other name is unknown to the oldest PyTorch that is supported
        warnings.filterwarnings("ignore", message=".*broadcast_buffers.*")
    # The data order is resumed by BalancedBatches, which Lightning cannot know.
    warnings.filterwarnings("ignore", message=".*ended before the epoch ended.*")
    warnings.filterwarnings("ignore", message=".*does not have many workers.*")
    warnings.filterwarnings("ignore", message=".*but have no `val_dataloader`.*")
    # A frozen encoder is meant to be.
    warnings.filterwarnings("ignore", message=".*in eval mode at the start of training.*")
    warnings.filterwarnings("ignore", message=".*isinstance.treespec, LeafSpec.*")
    warnings.filterwarnings("ignore", message=".*Checkpoint directory.*exists.*")
    for name in ("pytorch_lightning", "lightning.pytorch"):
        logging.getLogger(name).setLevel(logging.WARNING)
    bar = has_terminal()
    return pl_.Trainer(
        max_epochs=t.epochs,
        accelerator=t.accelerator,
        **devices,
        precision="bf16-mixed" if precision == "bf16" else "32-true",
        plugins=plugins,
        callbacks=[*callbacks, RichProgressBar(leave=False)] if bar else callbacks,
        enable_progress_bar=bar,
        logger=TensorBoardLogger(str(run / "log"), name="tensorboard", version=""),
        log_every_n_steps=t.log_every_steps,
        check_val_every_n_epoch=t.dev_every_epochs,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        enable_model_summary=False,
        enable_checkpointing=False,
        deterministic="warn",
    )


def on_gpu(settings: RunSettings) -> bool:
    """Whether it is CUDA that trains."""
    return settings.training.accelerator in ("auto", "gpu", "cuda") and torch.cuda.is_available()


def _threads_and_workers(
    settings: RunSettings, resumed: Path | None, place: Place
) -> tuple[Threads | None, int]:
    """PyTorch's threads, None where another device trains; how many processes load."""
    t, processes = settings.training, place.local_processes
    on_processor = t.accelerator == "cpu" or (
        t.accelerator == "auto" and not torch.accelerator.is_available()
    )
    stored = _stored_threads(resumed) if resumed else None
    given = (t.threads, threads_of_environment(), stored)
    to_be_chosen = t.workers is None or (on_processor and not any(given))
    cores = look_at_cores() if to_be_chosen else None
    threads = choose_threads(cores, *given, processes) if on_processor else None
    if t.workers is not None:
        return threads, t.workers
    assert cores is not None
    return threads, choose_workers(cores, processes)


def _stored_threads(run: Path) -> int | None:
    record = stored_record(RunFolder(run))
    return record.training.threads if record else None


def _precision(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available():
        return "bf16" if torch.cuda.is_bf16_supported() else "fp32"
    # oneDNN emulates bf16 on older processors, more slowly than fp32.
    native = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return "bf16" if native else "fp32"


def _score_set(rows: pl.DataFrame) -> ScoreSet:
    labels = rows["label"].to_numpy()
    if not (labels == 0).any() or not (labels == 1).any():
        raise InputError(
            f"the dev split needs live and attack faces; it has {(labels == 0).sum()} live and "
            f"{(labels == 1).sum()} attack faces. (training.select=last trains without dev.)"
        )
    names = (names_in(rows[column]) for column in ("pai", "video"))
    return ScoreSet.of(np.zeros(rows.height), labels, *names)


def _some_crops(rows: pl.DataFrame, label: int, count: int = 4) -> list[str]:
    of_class = rows.filter(rows["label"] == label)
    return list(of_class["crop"].gather_every(max(1, of_class.height // count)))[:count]
