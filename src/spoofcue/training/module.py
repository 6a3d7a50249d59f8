"""The thin Lightning module around the paper's network and losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from spoofcue import __version__
from spoofcue.config import RunSettings
from spoofcue.cue.generator import LGSC, spoof_score
from spoofcue.cue.losses import lgsc_loss
from spoofcue.metrics.curves import auc, eer
from spoofcue.metrics.error_rates import error_rates
from spoofcue.metrics.scores import ScoreSet, by_video
from spoofcue.metrics.thresholds import eer_threshold
from spoofcue.training.dataset import TrainingBatch
from spoofcue.training.schedule import learning_rate_factor
from spoofcue.training.scoring_data import ScoringBatch

CHECKPOINT_KEY = "spoofcue"
# section 4.1 recommends 0.01; where there is no dev, nothing better is known
WITHOUT_DEV = {"threshold": 0.01, "threshold_source": "recommended by the paper; no dev"}


class LGSCTraining(pl.LightningModule):
    """Train with Eq. 9, judge each epoch on dev.

    Args:
        settings: of the run.
        steps_per_epoch: for the learning-rate schedule.
        dev: (label, pai, video) of the dev rows, in the order of the dev loader's row numbers;
            None trains without.
        facts: what a checkpoint must tell about its data (crop margin, detector).

    """

    def __init__(
        self,
        settings: RunSettings,
        steps_per_epoch: int,
        dev: ScoreSet | None,
        facts: dict[str, Any],
    ) -> None:
        super().__init__()
        self.settings = settings
        self.network = LGSC(**settings.model.network())
        self.steps_per_epoch = steps_per_epoch
        self.dev = dev
        self.facts = facts
        self.dev_result: dict[str, float] = {}
        self._dev_scores = np.zeros(len(dev) if dev else 0)
        if settings.training.channels_last:
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def on_train_epoch_start(self) -> None:
        """Tell the batches which epoch it is; Lightning does so for plain samplers only."""
        loader = self.trainer.train_dataloader
        if loader is not None:
            loader.batch_sampler.set_epoch(self.trainer.current_epoch)

    def on_train_batch_start(self, batch: TrainingBatch, batch_idx: int) -> None:
        """Seed dropout by the step, so that it needs no state to resume."""
        torch.manual_seed(self.settings.training.seed * 1_000_003 + self.global_step)

    def training_step(self, batch: TrainingBatch, batch_idx: int) -> Tensor:
        """One step of Eq. 9."""
        loss = self.settings.loss
        output, logit = self.network(self._formatted(batch.image))
        terms = lgsc_loss(
            output,
            logit,
            batch.label,
            weights=(loss.regression_weight, loss.triplet_weight, loss.classification_weight),
            margin=loss.margin,
            regression=loss.regression,
            scales=loss.triplet,
        )
        self.log_dict({f"train/{name}": term.detach() for name, term in terms._asdict().items()})
        self.log("train/total_now", terms.total.detach(), prog_bar=True, logger=False)
        return terms.total

    def validation_step(self, batch: ScoringBatch, batch_idx: int) -> None:
        """Score faces as the detector will (Eq. 10): mean over a face's inputs."""
        faces, inputs = batch.image.shape[:2]
        cue = self.network.generator(self._formatted(batch.image.flatten(0, 1))).cue
        scores = spoof_score(cue).view(faces, inputs).mean(dim=1)
        self._dev_scores[batch.row.cpu().numpy()] = scores.cpu().numpy()

    def on_validation_epoch_end(self) -> None:
        """Threshold at the dev EER, then ACER there; ties between epochs go to the wider gap."""
        d = self.dev
        if self.trainer.sanity_checking or d is None:
            return
        finite = np.isfinite(self._dev_scores)
        # A diverged network scores NaN; as "live" it can win no selection.
        scored = ScoreSet.of(np.where(finite, self._dev_scores, 0.0), d.label, d.pai, d.video)
        videos = by_video(scored)
        threshold = eer_threshold(videos)
        rates = error_rates(videos, threshold)
        gap = float(videos.attack.mean() - videos.live.mean())
        self.dev_result = {
            "acer": rates.acer,
            "eer": eer(videos),
            "auc": auc(videos),
            "threshold": threshold.value,
            "live_mean": float(videos.live.mean()),
            "attack_mean": float(videos.attack.mean()),
            "select": rates.acer - 1e-6 * gap + (1.0 if not finite.all() else 0.0),
        }
        self.log_dict({f"dev/{k}": v for k, v in self.dev_result.items() if k != "select"})

    def configure_optimizers(self) -> Any:
        """Adam, stepped down by the schedule at every optimiser step."""
        o = self.settings.optimiser
        adam = torch.optim.Adam(self.parameters(), lr=o.lr, weight_decay=o.weight_decay)
        schedule = LambdaLR(adam, learning_rate_factor(o, self.steps_per_epoch))
        return {"optimizer": adam, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Everything that scoring needs, in plain types."""
        checkpoint[CHECKPOINT_KEY] = {
            "version": __version__,
            "settings": self.settings.model_dump(mode="json"),
            "dev": dict(self.dev_result) if self.dev else WITHOUT_DEV,
            "facts": self.facts,
        }

    def _formatted(self, image: Tensor) -> Tensor:
        if self.settings.training.channels_last:
            return image.contiguous(memory_format=torch.channels_last)
        return image
