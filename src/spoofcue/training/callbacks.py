"""Checkpoints, the CSV history and pictures for TensorBoard."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.plugins.io import TorchCheckpointIO

from spoofcue.media.crops import read_crop
from spoofcue.patches.inputs import normalise, pad_to_stride, resized
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.pictures import cue_heatmap
from spoofcue.training.budget import stopped_in_mid_epoch
from spoofcue.training.module import LearnedTraining
from spoofcue.whole_files import named, whole

DEV_COLUMNS = ("acer", "eer", "auc", "threshold", "live_mean", "attack_mean")
# of the optimiser's parameter groups, in their order; the second is there if it has its own rate
RATE_COLUMNS = ("lr", "lr_encoder")


def history_columns(terms: Sequence[str], rates: int = 1) -> list[str]:
    """Columns of log/metrics.csv: the total, a method's own loss terms, learning rates, dev."""
    train = [f"train/{name}" for name in ("total", *terms)]
    dev = [f"dev/{name}" for name in DEV_COLUMNS]
    return ["step", "epoch", *train, *RATE_COLUMNS[:rates], *dev]


class AtomicCheckpointIO(TorchCheckpointIO):
    """Writes to a temporary name first: a kill never leaves half a checkpoint."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        """Save whole or not at all."""
        with whole(Path(path)) as part:
            super().save_checkpoint(checkpoint, part, storage_options)


class Checkpoints(pl.Callback):
    """``last.ckpt`` every so many steps and each epoch; ``best.ckpt`` by dev ACER, or each epoch.

    Args:
        run: in whose ``checkpoints/`` they go.
        every_steps: how often in mid-epoch.
        select: ``best-dev``, or ``last`` to keep the last epoch whatever dev says.

    """

    def __init__(self, run: RunFolder, every_steps: int, select: str) -> None:
        self.run, self.every_steps, self.select = run, every_steps, select
        self.best: dict[str, float] = {}

    def state_dict(self) -> dict[str, Any]:
        """The best epoch so far survives a kill."""
        return {"best": self.best}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """See :meth:`state_dict`."""
        self.best = dict(state_dict["best"])

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Save in mid-epoch; its last step is left to on_train_epoch_end, after dev is judged."""
        last_of_epoch = trainer.fit_loop.epoch_loop.batch_progress.is_last_batch
        stopped = stopped_in_mid_epoch(trainer)
        if stopped:
            self._choose_last(trainer, module)
        if stopped or (trainer.global_step % self.every_steps == 0 and not last_of_epoch):
            trainer.save_checkpoint(self.run.last_checkpoint)

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Keep the epoch with the lowest dev ACER."""
        if trainer.sanity_checking or not isinstance(module, LearnedTraining):
            return
        result = module.dev_result
        if self.select != "last" and (not self.best or result["select"] < self.best["select"]):
            self.best = {"epoch": trainer.current_epoch, **result}
            trainer.save_checkpoint(self.run.best_checkpoint)
        if stopped_in_mid_epoch(trainer):
            # again, with what dev said; a resume then goes on in the middle of the epoch
            self._choose_last(trainer, module)
            trainer.save_checkpoint(self.run.last_checkpoint)

    def on_train_epoch_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Save when the epoch is complete."""
        if self.select == "last":
            self._choose_last(trainer, module)
            trainer.save_checkpoint(self.run.best_checkpoint)
        if not stopped_in_mid_epoch(trainer):
            trainer.save_checkpoint(self.run.last_checkpoint)

    def _choose_last(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        if self.select == "last" and isinstance(module, LearnedTraining):
            self.best = {"epoch": trainer.current_epoch, **module.dev_result}


class History(pl.Callback):
    """``log/metrics.csv``: a row a step and a row a dev evaluation; continued after a kill.

    The learning rates are those that the optimiser held when it made the step.
    """

    def __init__(self, path: Path, terms: Sequence[str]) -> None:
        self.path, self.terms = path, terms
        self.columns = history_columns(terms)
        self._rates: dict[str, float] = {}

    def on_train_start(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Drop the rows that a killed run wrote after its last checkpoint."""
        self.columns = history_columns(self.terms, len(trainer.optimizers[0].param_groups))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        kept = []
        if self.path.is_file():
            # a kill may have cut the last row short: what is left of it is no step
            whole_rows = self.path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()
            kept = [r for r in csv.DictReader(whole_rows) if int(r["step"]) <= trainer.global_step]
        with whole(self.path) as part, part.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.columns)
            writer.writeheader()
            writer.writerows(kept)

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, module: pl.LightningModule, optimizer: torch.optim.Optimizer
    ) -> None:
        """Read the rates; after the step the schedule has set those of the next one."""
        rates = [float(group["lr"]) for group in optimizer.param_groups]
        self._rates = dict(zip(RATE_COLUMNS, rates, strict=False))

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """One row of losses and rates."""
        terms = {k: float(v) for k, v in trainer.callback_metrics.items() if k in self.columns}
        train = {k: v for k, v in terms.items() if k.startswith("train/")}
        self._write(trainer, {**train, **self._rates})

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """One row of dev metrics."""
        if not trainer.sanity_checking and isinstance(module, LearnedTraining):
            self._write(trainer, {f"dev/{k}": v for k, v in module.dev_result.items()})

    def _write(self, trainer: pl.Trainer, values: Mapping[str, float]) -> None:
        row: dict[str, Any] = {"step": trainer.global_step, "epoch": trainer.current_epoch}
        row |= {k: repr(v) for k, v in values.items() if k in self.columns}
        with named(self.path), self.path.open("a", newline="", encoding="utf-8") as file:
            csv.DictWriter(file, self.columns).writerow(row)


class CuePictures(pl.Callback):
    """Faces over their cue maps in TensorBoard, a few live and a few attacks of dev."""

    def __init__(self, live: list[Path], attack: list[Path]) -> None:
        self.paths = [*live, *attack]

    def on_validation_end(self, trainer: pl.Trainer, module: pl.LightningModule) -> None:
        """Draw with the network as it is now."""
        logger = trainer.logger
        if trainer.sanity_checking or not isinstance(logger, TensorBoardLogger):
            return

        assert isinstance(module, LearnedTraining)
        s, tiles = module.settings.input, []
        for path in self.paths:
            face = pad_to_stride(resized(read_crop(path), s.size, s.size, s.shrink))
            image = torch.from_numpy(normalise(face, s.mean, s.std))[None].to(module.device)
            with torch.no_grad():
                cue = module.network.evidence(image)
            if cue is None:
                return
            tiles.append(np.vstack([face, cue_heatmap(cue[0].float().cpu().numpy())]))
        if tiles:
            sheet = np.hstack(tiles)
            logger.experiment.add_image(
                "dev/cue_maps", sheet, trainer.global_step, dataformats="HWC"
            )
