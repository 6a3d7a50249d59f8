"""The Lightning module that trains any learned method, and its learning rate (section 4.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
import torch.distributed as dist
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from spoofcue.config import OptimiserSettings, RunSettings
from spoofcue.methods.learned import Learned, TrainingBatch
from spoofcue.methods.whole_batch import alone, every_part, sharing
from spoofcue.metrics.measures import rates_at_eer
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.training.dataset import FaceCrops, ScoringBatch
from spoofcue.training.sampling import Draw
from spoofcue.version import __version__


def learning_rate_factor(
    settings: OptimiserSettings, steps_per_epoch: int
) -> Callable[[int], float]:
    """Multiplier of ``lr`` at each step: linear warm-up, then steps down.

    Warm-up rises from 1/W at step 0 to 1 at step W - 1, W the steps of the warm-up. The decay
    counts steps from the start of training, as "every 600 training steps" says.

    Args:
        settings: of the optimiser.
        steps_per_epoch: of this run.

    Returns:
        step (from 0) -> factor in (0, 1].

    """
    warmup = (
        settings.warmup_steps
        if settings.warmup_steps is not None
        else round(settings.warmup_epochs * steps_per_epoch)
    )

    def factor(step: int) -> float:
        rise = min(1.0, (step + 1) / warmup) if warmup else 1.0
        if settings.decay_every_steps:
            drops = step // settings.decay_every_steps
        else:
            epoch = step // steps_per_epoch
            drops = sum(epoch >= e for e in settings.decay_at_epochs)
        return rise * settings.decay_factor**drops

    return factor


CHECKPOINT_KEY = "spoofcue"


class LearnedTraining(pl.LightningModule):
    """Minimise a network's total loss, judge each epoch on dev.

    Args:
        network: what is trained.
        settings: of the run.
        faces: of the train split, for networks that look at them outside the steps.
        steps_per_epoch: for the learning-rate schedule.
        dev: (label, pai, video) of the dev rows, in the order of the dev loader's row numbers;
            None trains without.
        facts: what a checkpoint must tell about its data (crop margin, detector).

    Attributes:
        dev_is_shared: whether this process judges a part of dev, and others the rest.
        random_start: what of a pretrained encoder began at random, in words; None: nothing.

    """

    def __init__(
        self,
        network: Learned,
        settings: RunSettings,
        faces: FaceCrops,
        *,
        steps_per_epoch: int,
        dev: ScoreSet | None,
        facts: dict[str, Any],
    ) -> None:
        super().__init__()
        self.settings = settings
        self.network = network
        self.faces = faces
        self.steps_per_epoch = steps_per_epoch
        self.dev = dev
        self.facts = facts
        self.random_start: str | None = None
        self.dev_is_shared = False
        self.dev_result: dict[str, float] = {}
        self._dev_scores = np.zeros(len(dev) if dev else 0)
        self._frozen = settings.optimiser.encoder_lr_factor == 0
        if self._frozen:
            # Lightning keeps the mode that each module has, so batch statistics stay too
            network.pretrained_part().requires_grad_(False).eval()
        if settings.training.channels_last:
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def on_train_start(self) -> None:
        """Let the network look at the live faces before the first step, never after a resume."""
        if self.network.wants_begin and self.global_step == 0:
            with alone():  # each process looks at all of them
                self.network.begin(self._images(0))

    def on_train_batch_end(self, outputs: Any, batch: TrainingBatch, batch_idx: int) -> None:
        """Refresh what the network keeps of train faces, before dev sees the epoch's weights."""
        most = self.network.reference_faces
        last = self.trainer.fit_loop.epoch_loop.batch_progress.is_last_batch
        if most and (last or self.trainer.should_stop):
            with alone():
                self.network.refresh(self._images(0, most), self._images(1, most))

    def on_train_epoch_start(self) -> None:
        """Tell the batches which epoch it is; Lightning does so for plain samplers only."""
        loader = self.trainer.train_dataloader
        if loader is not None:
            loader.batch_sampler.set_epoch(self.trainer.current_epoch)

    def on_train_batch_start(self, batch: TrainingBatch, batch_idx: int) -> None:
        """Seed dropout by the step, so that it needs no state to resume."""
        torch.manual_seed(self.settings.training.seed * 1_000_003 + self.global_step)

    def training_step(self, batch: TrainingBatch, batch_idx: int) -> Tensor:
        """One step."""
        terms = self.network.batch_losses(batch._replace(image=self.formatted(batch.image)))
        self.log_dict({f"train/{name}": term.detach() for name, term in terms.items()})
        self.log("train/total_now", terms["total"].detach(), prog_bar=True, logger=False)
        return terms["total"]

    def on_validation_epoch_start(self) -> None:
        """All processes judge the network that the first one keeps."""
        if sharing() > 1:
            for buffer in self.network.buffers():
                dist.broadcast(buffer, 0)
            self._dev_scores[:] = 0

    def validation_step(self, batch: ScoringBatch, batch_idx: int) -> None:
        """Score faces as the detector will: mean over a face's inputs."""
        faces, inputs = batch.image.shape[:2]
        scores = self.network.scores(self.formatted(batch.image.flatten(0, 1)))
        scores = scores.view(faces, inputs).mean(dim=1)
        self._dev_scores[batch.row.cpu().numpy()] = scores.cpu().numpy()

    def on_validation_epoch_end(self) -> None:
        """Threshold at the dev EER, then ACER there; ties between epochs go to the wider gap."""
        d = self.dev
        if self.trainer.sanity_checking or d is None:
            return
        if self.dev_is_shared:
            # a face is judged by one process, the others have 0
            parts = every_part(torch.from_numpy(self._dev_scores).to(self.device))
            self._dev_scores = parts.sum(0).cpu().numpy()
        finite = np.isfinite(self._dev_scores)
        # A diverged network scores NaN; as "live" it can win no selection.
        scored = ScoreSet.of(np.where(finite, self._dev_scores, 0.0), d.label, d.pai, d.video)
        videos = by_video(scored)
        rates = rates_at_eer(videos)
        gap = float(videos.attack.mean() - videos.live.mean())
        self.dev_result = {
            **rates,
            "live_mean": float(videos.live.mean()),
            "attack_mean": float(videos.attack.mean()),
            "select": rates["acer"] - 1e-6 * gap + (1.0 if not finite.all() else 0.0),
        }
        self.log_dict({f"dev/{k}": v for k, v in self.dev_result.items() if k != "select"})

    def configure_optimizers(self) -> Any:
        """Adam, stepped down by the schedule at every optimiser step."""
        o = self.settings.optimiser
        groups: list[dict[str, Any]] = [{"params": self.parameters()}]
        if o.encoder_lr_factor != 1:
            slow = list(self.network.pretrained_part().parameters())
            known = {id(p) for p in slow}
            groups = [{"params": [p for p in self.parameters() if id(p) not in known]}]
            if not self._frozen:
                groups.append({"params": slow, "lr": o.encoder_lr_factor * o.lr})
        adam = torch.optim.Adam(groups, lr=o.lr, weight_decay=o.weight_decay)
        schedule = LambdaLR(adam, learning_rate_factor(o, self.steps_per_epoch))
        return {"optimizer": adam, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Everything that scoring needs, in plain types."""
        checkpoint[CHECKPOINT_KEY] = {
            "version": __version__,
            "settings": self.settings.model_dump(mode="json"),
            "dev": dict(self.dev_result) if self.dev else self._without_dev(),
            "facts": self.facts,
            "random_start": self.random_start,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """What is told of the start stays true."""
        self.random_start = checkpoint[CHECKPOINT_KEY].get("random_start")

    def _without_dev(self) -> dict[str, Any]:
        return {
            "threshold": self.network.threshold_without_dev,
            "threshold_source": self.network.threshold_source,
        }

    def _images(self, label: int, most: int | None = None) -> Iterator[Tensor]:
        """Network inputs of train faces of a class, the same at every call; all, or a spread."""
        rows = np.flatnonzero(self.faces.label == label)
        if most is not None and len(rows) > most:
            rows = rows[np.linspace(0, len(rows) - 1, most).round().astype(int)]
        size = self.settings.training.batch_size
        for start in range(0, len(rows), size):
            draws = [Draw(int(r), 0, int(r)) for r in rows[start : start + size]]
            yield self.formatted(torch.stack([self.faces[d].image for d in draws]).to(self.device))

    def formatted(self, image: Tensor) -> Tensor:
        """``image`` as it lies in memory for the network."""
        if self.settings.training.channels_last:
            return image.contiguous(memory_format=torch.channels_last)
        return image
