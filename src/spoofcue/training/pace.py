"""What a training reports as it runs: a line an epoch, how far it is, and that it slowed down."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only

from spoofcue.notebook_bar import NotebookBar
from spoofcue.plain_lines import EVERY_SECONDS, duration_text, tell
from spoofcue.training.budget import TimeBudget
from spoofcue.training.module import LearnedTraining
from spoofcue.version import documentation

# fewer have left networks near chance (docs/decisions/training.md)
FEWEST_STEPS = 300


def few_steps_text(steps: int, pictures: int) -> str | None:
    """That a training is too short to learn much, and what to do; None where it is not.

    Args:
        steps: of the whole training.
        pictures: of the train split.

    """
    if steps >= FEWEST_STEPS:
        return None
    return (
        f"{steps} training step{'' if steps == 1 else 's'} on {pictures} pictures teach little: "
        f"with fewer than {FEWEST_STEPS}, networks were near chance. An epoch looks at each "
        "picture once; give longer epochs, more of them and a time: --set "
        "training.images_per_epoch=640 --set training.epochs=1000 --set training.minutes=30 "
        f"({documentation('howto/training.md')})."
    )


class StepTimes:
    """Notices once that steps have become much slower than the first ones.

    Medians of ``window`` steps are compared, so that one long step (a checkpoint, the first batch
    of an epoch) is not told.

    Args:
        skip: steps at the start that prepare things.
        window: steps of a median; odd.
        factor: how much slower is much slower.

    """

    def __init__(self, skip: int = 3, window: int = 11, factor: float = 3.0) -> None:
        self.factor, self.is_slow = factor, False
        self._skip, self._window = skip, window
        self._first: list[float] = []
        self._last: deque[float] = deque(maxlen=window)

    def add(self, seconds: float) -> tuple[float, float] | None:
        """Add a step; returns the median of the first steps and that of the last ones, once."""
        if self._skip:
            self._skip -= 1
        elif len(self._first) < self._window:
            self._first.append(seconds)
        else:
            self._last.append(seconds)
        if self.is_slow or len(self._last) < self._window:
            return None
        then, now = median(self._first), median(self._last)
        self.is_slow = now > self.factor * then
        return (then, now) if self.is_slow else None


def slow_line(then: float, now: float, threads: int | None) -> str:
    """What a user can do about steps that became slow.

    Args:
        then: seconds of one of the first steps.
        now: seconds of one of the last.
        threads: of a training on the processor; None: it is on another device.

    """
    line = f"a step takes {duration_text(now)} now, the first ones took {duration_text(then)}: "
    if threads is None:
        return line + "another program uses the device, or the cores that load the pictures."
    line += "another program uses the cores. "
    if threads == 1:
        return line + "With 1 thread that is the least loss; results stay the same."
    return line + (
        f"{threads} threads then wait for each other: end this training (Ctrl-C) and go on with "
        f"--resume --set training.threads={threads - 1 if threads > 2 else 1}, or end the other."
    )


class EpochLines(pl.Callback):
    """One line an epoch on stderr, which stays when the progress bar is gone; times the steps.

    Args:
        budget: of the training; it is asked how much is used.
        threads: for :func:`slow_line`.
        clock: seconds that only grow.

    Attributes:
        seconds: in steps, without the judging of dev; also those before a stop.
        images: that the steps took.
        last_line: that was told; empty before the first.

    """

    def __init__(
        self,
        budget: TimeBudget,
        threads: int | None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.seconds, self.images, self.last_line = 0.0, 0, ""
        self._budget, self._threads, self._clock = budget, threads, clock
        self._times = StepTimes()
        self._began = self._line_at = clock()
        self._doing = "training is about to begin"

    def state_dict(self) -> dict[str, Any]:
        """Time and images survive a kill."""
        return {"seconds": self.seconds, "images": self.images}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """See :meth:`state_dict`."""
        self.seconds, self.images = state_dict["seconds"], state_dict["images"]

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock; an epoch that is resumed part way has no start of its own."""
        self._began = self._clock()

    def on_train_epoch_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock again after dev was judged."""
        self._began = self._clock()

    def on_train_batch_end(
        self, trainer: pl.Trainer, module: pl.LightningModule, outputs: Any, batch: Any, *_: Any
    ) -> None:
        """Count images; dev scoring is not in the time."""
        now = self._clock()
        took, self._began = now - self._began, now
        self.seconds += took
        self.images += len(batch.label) * trainer.world_size
        self._doing = f"step {trainer.global_step}, epoch {trainer.current_epoch + 1}"
        if slower := self._times.add(took):
            self._tell(slow_line(*slower, self._threads))

    def on_validation_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Judging may take longer than the steps."""
        self._doing = f"judging dev after step {trainer.global_step}"

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Print the epoch's figures."""
        if trainer.sanity_checking or not isinstance(module, LearnedTraining):
            return
        d = module.dev_result
        self._tell_epoch(
            trainer,
            f"dev ACER {100 * d['acer']:.2f} %  EER {100 * d['eer']:.2f} %  "
            f"AUC {d['auc']:.4f}  threshold {d['threshold']:.4f}",
        )

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Print the figures of an epoch that no dev judges."""
        if isinstance(module, LearnedTraining) and module.dev is None:
            self._tell_epoch(trainer, "no dev")

    def now(self) -> str | None:
        """How far the training is; None if another line has just told it."""
        if self._clock() - self._line_at < EVERY_SECONDS:
            return None
        return self.doing()

    def doing(self) -> str:
        """What is going on, how much of the budget is used, and the pace."""
        return "  ".join(part for part in (self._doing, self._budget.usage(), self._rate()) if part)

    def part_done(self, trainer: pl.Trainer) -> tuple[float, float]:
        """How much of the training is done, of how much: seconds with a budget, else steps."""
        if self._budget.minutes is not None:
            return self._budget.seconds, 60 * self._budget.minutes
        epochs = trainer.max_epochs or 0
        return trainer.global_step, epochs * float(trainer.num_training_batches)

    def _rate(self) -> str:
        return f"{self.images / self.seconds:.1f} images/s" if self.seconds else ""

    def _tell_epoch(self, trainer: pl.Trainer, judged: str) -> None:
        total = trainer.callback_metrics.get("train/total")
        loss = float(total) if total is not None else float("nan")
        epoch = f"epoch {trainer.current_epoch + 1}"
        epoch += f", {used}" if (used := self._budget.usage()) else f"/{trainer.max_epochs}"
        self._tell(f"{epoch}  loss {loss:.3f}  {judged}  {self._rate()}")

    def _tell(self, line: str) -> None:
        self._line_at, self.last_line = self._clock(), line
        rank_zero_only(tell)(line)


class NotebookSteps(pl.Callback):
    """The course of a training as a bar in a notebook, with the figures of the last epoch.

    Args:
        lines: that are asked what to show.

    """

    def __init__(self, lines: EpochLines) -> None:
        self._lines, self._bar = lines, NotebookBar()

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Show the step."""
        self._show(trainer)

    def on_validation_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Show that dev is judged."""
        self._show(trainer, at_once=True)

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Leave the figures of the last epoch there."""
        text = self._lines.last_line or self._lines.doing()
        self._bar.show(text, *self._lines.part_done(trainer), at_once=True)

    def _show(self, trainer: pl.Trainer, *, at_once: bool = False) -> None:
        text = "  ·  ".join(part for part in (self._lines.doing(), self._lines.last_line) if part)
        self._bar.show(text, *self._lines.part_done(trainer), at_once=at_once)
