"""How long a training took, in one sentence."""

from __future__ import annotations

from typing import Any

from spoofcue.plain_lines import told_time


def training_words(training: dict[str, Any]) -> str:
    """Steps, time, what ended it, speed and processor.

    Args:
        training: of run.json; that of a run of before may lack some.

    """
    took = training.get("seconds_in_all", training.get("seconds"))
    time = "unknown time" if took is None else told_time(took)
    if not training.get("steps"):
        return f"Fitted in {time}{_where(training)}."
    minutes = training.get("budget_minutes")
    budget = ""
    if minutes is not None:
        ended = training.get("ended_by") == "minutes"
        limit = f"{minutes:g} minute{'s' * (minutes != 1)}"
        budget = f", its budget of {limit}" if ended else f", before its {limit} were used up"
    speed = training.get("images_per_s")
    rate = "" if speed is None else f"; {speed:.1f} images/s in the steps"
    steps, epochs = training["steps"], training.get("epochs", 0)
    return (
        f"{steps} step{'s' * (steps != 1)} in {epochs} epoch{'s' * (epochs != 1)} took {time}"
        f"{budget}{rate}{_where(training)}."
    )


def _where(training: dict[str, Any]) -> str:
    device, threads = training.get("device"), training.get("threads")
    if device is None:
        return ""
    if device == "cpu" and (name := training.get("processor")):
        device = name
    if threads is not None:
        device = f"{threads} thread{'s' * (threads != 1)} of {device}"
    return f" on {device} in {training.get('precision', '?')}"
