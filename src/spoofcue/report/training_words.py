"""How long a training took, and what else is to be known of its weights, in sentences."""

from __future__ import annotations

from spoofcue.plain_lines import duration_text
from spoofcue.records.run_folder import TrainingEntry


def training_words(training: TrainingEntry) -> str:
    """Steps, time, what ended it, speed and processor; a mean of weights, a start in part random.

    Args:
        training: of a run's record.

    """
    took = training.seconds if training.seconds_in_all is None else training.seconds_in_all
    time = "unknown time" if took is None else duration_text(took)
    if not training.steps:
        if not training.finished:
            return "The training has not ended; `spoofcue train --resume` goes on with it."
        return f"Fitted in {time}{_where(training)}."
    minutes = training.budget_minutes
    budget = ""
    if minutes is not None:
        ended = training.ended_by == "minutes"
        limit = f"{minutes:g} minute{'s' * (minutes != 1)}"
        budget = f", its budget of {limit}" if ended else f", before its {limit} were used up"
    speed = training.images_per_s
    rate = "" if speed is None else f"; {speed:.1f} images/s in the steps"
    steps, epochs = training.steps, training.epochs
    return (
        f"{steps} step{'s' * (steps != 1)} in {epochs} epoch{'s' * (epochs != 1)} took {time}"
        f"{budget}{rate}{_where(training)}.{_weights(training)}"
    )


def _where(training: TrainingEntry) -> str:
    device, threads = training.device, training.threads
    if device is None:
        return ""
    if device == "cpu" and (name := training.processor):
        device = name
    if threads is not None:
        device = f"{threads} thread{'s' * (threads != 1)} of {device}"
    together = f", {training.processes} processes together" if training.processes else ""
    return f" on {device} in {training.precision}{together}"


def _weights(training: TrainingEntry) -> str:
    words = ""
    if training.random_start is not None:
        words += f" The encoder started from a file of the {training.random_start}."
    if training.mean_of_steps:
        steps = training.mean_of_steps
        words += f" The weights are the mean of those after each of the last {steps} steps."
    return words
