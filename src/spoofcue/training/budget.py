"""A training that ends when its time is used up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.utilities import rank_zero_only

from spoofcue.plain_lines import tell


class TimeBudget(pl.Callback):
    """Ends the training at the end of the step in which its minutes are used up; dev is judged.

    The time is that of the whole training, its judging of dev included; what a killed training
    had used at its last checkpoint counts. Without a limit it only keeps the time.

    Args:
        minutes: the limit; None: none.
        clock: seconds that only grow.

    Attributes:
        ended: the time was up before the epochs were.

    """

    def __init__(
        self, minutes: float | None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.minutes, self.ended = minutes, False
        self._clock, self._before = clock, 0.0
        self._began: float | None = None

    @property
    def seconds(self) -> float:
        """Used until now."""
        return self._before + (0.0 if self._began is None else self._clock() - self._began)

    def usage(self) -> str:
        """How much of the budget is used, for a line; empty without a limit."""
        if self.minutes is None:
            return ""
        return f"{self.seconds / 60:.1f} of {self.minutes:g} min"

    def state_dict(self) -> dict[str, Any]:
        """The time used survives a kill."""
        return {"seconds": self.seconds}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """See :meth:`state_dict`."""
        self._before = float(state_dict["seconds"])

    def on_fit_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Take no further step when a resumed training has no time left."""
        if self._used_up(trainer):
            self.ended = trainer.should_stop = True
            rank_zero_only(tell)(
                f"the {self.minutes:g} min of this training are used up; "
                "--resume --set training.minutes=N gives it N in all."
            )

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Start the clock."""
        self._began = self._clock()

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Stop when the time is up; dev is judged then, whatever ``dev_every_epochs`` says."""
        if self._used_up(trainer):
            self.ended = trainer.should_stop = True
            trainer.check_val_every_n_epoch = 1

    def on_train_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Stop the clock."""
        self._before, self._began = self.seconds, None

    def _used_up(self, trainer: pl.Trainer) -> bool:
        if self.minutes is None:
            return False
        # clocks differ between devices, and all must stop at one step
        up = self.seconds >= 60 * self.minutes
        return bool(trainer.strategy.reduce_boolean_decision(up, all=False))


def stopped_in_mid_epoch(trainer: pl.Trainer) -> bool:
    """Whether this step is the training's last one, but not its epoch's."""
    return bool(
        trainer.should_stop and not trainer.fit_loop.epoch_loop.batch_progress.is_last_batch
    )
