"""The mean of the weights over the last epochs, in the place of the last step's."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities import rank_zero_only
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, update_bn

from spoofcue.methods.learned import Learned, TrainingBatch
from spoofcue.methods.whole_batch import alone
from spoofcue.plain_lines import tell
from spoofcue.training.module import LearnedTraining
from spoofcue.training.sampling import BalancedBatches

# batches that batch normalisation's statistics are taken from anew
STATISTICS_BATCHES = 50
KEY = "spoofcue_mean_of_weights"


class MeanOfLastEpochs(pl.Callback):
    """After the last step, the network gets the plain mean of its weights after each step of the
    last ``epochs`` epochs.

    A mean of weights has other activations than any of them, so the statistics of batch
    normalisation are then taken anew, from batches of the training faces that no step saw. Dev is
    judged with the mean, and ``best.ckpt`` holds it. A checkpoint of a finished training holds the
    last step's weights beside it, so that a training that goes on goes on from them.

    It comes before the callbacks that write checkpoints, and after the one that ends a training
    before its epochs.

    Args:
        epochs: K, 1 or more.

    Attributes:
        steps: that are in the mean; 0: none yet.

    """

    def __init__(self, epochs: int) -> None:
        self.epochs = epochs
        self._mean: AveragedModel | None = None
        self._last: dict[str, Tensor] | None = (
            None  # the last step's, while the network has the mean
        )

    @property
    def steps(self) -> int:
        """See the class."""
        return 0 if self._mean is None else int(self._mean.n_averaged)

    def on_train_batch_end(self, trainer: pl.Trainer, module: pl.LightningModule, *_: Any) -> None:
        """Add the step's weights; after the last step, take the mean."""
        assert isinstance(module, LearnedTraining)
        assert trainer.max_epochs is not None
        steps = trainer.max_epochs * module.steps_per_epoch
        first = max(0, steps - self.epochs * module.steps_per_epoch) + 1
        if trainer.global_step >= first:
            if self._mean is None:
                self._mean = AveragedModel(module.network)
            self._mean.update_parameters(module.network)
        if trainer.global_step < steps and not trainer.should_stop:
            return
        if self._mean is None:
            rank_zero_only(tell)(
                f"the training ended before its last {self.epochs} epochs began: its weights are "
                "those of the last step, not a mean."
            )
            return
        network = module.network
        self._last = copy.deepcopy(network.state_dict())
        network.load_state_dict(self._last | _parameters(self._mean.module))
        # each process has whole batches here, the same ones
        with alone(), trainer.precision_plugin.train_step_context():
            update_bn(self._batches(trainer, module), _AsTrained(network))

    def on_save_checkpoint(
        self, trainer: pl.Trainer, module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """The mean so far, and the last step's weights where the network has it."""
        if self._mean is not None:
            mean = None if self._last else _parameters(self._mean.module)
            checkpoint[KEY] = {"steps": self.steps, "mean": mean, "last": self._last}

    def on_load_checkpoint(
        self, trainer: pl.Trainer, module: pl.LightningModule, checkpoint: dict[str, Any]
    ) -> None:
        """Go on from the last step's weights, and with the mean so far."""
        assert isinstance(module, LearnedTraining)
        stored = checkpoint.get(KEY)
        if stored is None:
            return
        network = module.network
        now = network.state_dict()
        self._mean = AveragedModel(network)
        self._mean.module.load_state_dict(now | (stored["mean"] or {}))
        self._mean.n_averaged.fill_(stored["steps"])
        if stored["last"] is not None:
            network.load_state_dict(stored["last"])

    def _batches(
        self, trainer: pl.Trainer, module: LearnedTraining
    ) -> Iterator[tuple[TrainingBatch]]:
        """Of an epoch after the last one; each in a tuple, whose first item is taken."""
        t = module.settings.training
        batches = BalancedBatches(module.faces.label, t.batch_size, t.seed)
        assert trainer.max_epochs is not None
        batches.set_epoch(trainer.max_epochs)
        for draws, _ in zip(batches, range(STATISTICS_BATCHES), strict=False):
            batch = torch.utils.data.default_collate([module.faces[d] for d in draws])
            moved = module.transfer_batch_to_device(batch, module.device, 0)
            yield (moved._replace(image=module.formatted(moved.image)),)


class _AsTrained(nn.Module):
    """A network that is called with a batch, as a training step calls it."""

    def __init__(self, network: Learned) -> None:
        super().__init__()
        self.network = network

    def forward(self, batch: TrainingBatch) -> None:
        self.network.batch_losses(batch)


def _parameters(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach() for name, value in network.named_parameters()}
