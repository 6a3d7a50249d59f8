from __future__ import annotations

from typing import Any

import pytest

from spoofcue.records.run_folder import TrainingEntry
from spoofcue.report.training_words import training_words

STEPS = {"steps": 280, "epochs": 14, "images_per_s": 49.04, "device": "cuda:0", "precision": "bf16"}


@pytest.mark.parametrize(
    ("training", "told"),
    [
        (
            STEPS | {"seconds_in_all": 182.7, "seconds": 170.0},
            "280 steps in 14 epochs took 3.0 minutes; 49.0 images/s in the steps on cuda:0 in "
            "bf16.",
        ),
        (
            STEPS | {"seconds_in_all": 60.0, "budget_minutes": 1.0, "ended_by": "minutes"},
            "280 steps in 14 epochs took 60 s, its budget of 1 minute; 49.0 images/s in the steps "
            "on cuda:0 in bf16.",
        ),
        (
            STEPS | {"seconds_in_all": 182.7, "budget_minutes": 5.0, "ended_by": "epochs"},
            "280 steps in 14 epochs took 3.0 minutes, before its 5 minutes were used up; 49.0 "
            "images/s in the steps on cuda:0 in bf16.",
        ),
        # where the time of the steps alone is known, and no processor
        (
            {"steps": 1, "epochs": 1, "seconds": 8.0, "device": "cpu", "precision": "fp32"},
            "1 step in 1 epoch took 8.0 s on cpu in fp32.",
        ),
        # lbp, color-texture and gmm take no steps
        (
            {"steps": 0, "epochs": 0, "seconds": 12.0, "device": "cpu", "precision": "fp64"},
            "Fitted in 12 s on cpu in fp64.",
        ),
        ({"precision": "fp32"}, "Fitted in unknown time."),
        # what a killed training leaves is its record of the beginning
        (
            {"precision": "bf16", "finished": False},
            "The training has not ended; `spoofcue train --resume` goes on with it.",
        ),
    ],
)
def test_steps_time_and_processor_are_told(training: dict[str, Any], told: str) -> None:
    entry = TrainingEntry(**{"epochs": 0, "seed": 0, "finished": True, **training})
    assert training_words(entry) == told
