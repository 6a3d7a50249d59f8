"""The learning rate as a function of the optimiser step (section 4.1)."""

from __future__ import annotations

from collections.abc import Callable

from spoofcue.config import OptimiserSettings


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
