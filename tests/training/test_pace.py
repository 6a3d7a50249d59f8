"""What a training tells, on a clock that the test turns."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from helpers.stand_in_notebook import notebook
from spoofcue.training.budget import TimeBudget
from spoofcue.training.pace import EpochLines, NotebookSteps, StepTimes, few_steps_text, slow_line


def told(times: list[float]) -> list[tuple[int, tuple[float, float]]]:
    """(number of the step, then and now) of every notice."""
    watch = StepTimes()
    return [(n, found) for n, t in enumerate(times) if (found := watch.add(t)) is not None]


def test_slower_steps_are_noticed_once_and_the_first_steps_do_not_count() -> None:
    # three slow steps of preparation, eleven of 1 s, then steps of 4 s for ever
    times = [50.0] * 3 + [1.0] * 11 + [4.0] * 100
    # nothing is compared before there are eleven of them
    assert told(times) == [(24, (1.0, 4.0))]


def test_steps_that_slow_down_later_are_noticed_when_most_of_the_last_are_slow() -> None:
    times = [1.0] * 40 + [4.0] * 20
    ((at, (then, now)),) = told(times)
    assert (at, then, now) == (45, 1.0, 4.0)


@pytest.mark.parametrize(
    "times",
    [
        [1.0] * 200,
        [1.0] * 14 + [3.0] * 100,  # three times as slow is not more than three times
        ([1.0] * 9 + [60.0]) * 20,  # one long step in ten: checkpoints, first batches
        [9.0] * 14 + [1.0] * 100,  # faster
        [50.0] * 3 + [1.0] * 30,
    ],
)
def test_nothing_is_said_of_even_steps_or_single_long_ones(times: list[float]) -> None:
    assert told(times) == []


def test_the_line_says_what_to_do() -> None:
    two = slow_line(0.4, 4.1, 2)
    assert two.startswith("a step takes 4.1 s now, the first ones took 0.4 s: another program")
    assert "--resume --set training.threads=1" in two
    assert "--resume --set training.threads=7" in slow_line(0.4, 4.1, 8)
    assert "--set" not in slow_line(0.4, 4.1, 1)
    assert "device" in slow_line(0.4, 4.1, None)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def trainer_at(step: int, epoch: int = 0) -> Any:
    return SimpleNamespace(global_step=step, current_epoch=epoch, world_size=1, max_epochs=9)


def take_steps(
    lines: EpochLines, clock: Clock, times: list[float], first: int = 0, images: int = 8
) -> None:
    batch = SimpleNamespace(label=[0] * images)
    for n, seconds in enumerate(times, start=first + 1):
        clock.now += seconds
        lines.on_train_batch_end(trainer_at(n), None, None, batch)  # type: ignore[arg-type]


def test_the_callback_tells_of_slow_steps_once_and_counts_no_judging(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = Clock()
    lines = EpochLines(TimeBudget(None, clock), 2, clock)
    clock.now = 1e6  # the time before the training is no step's
    lines.on_train_start(trainer_at(0), None)  # type: ignore[arg-type]
    take_steps(lines, clock, [1.0] * 30)
    clock.now += 600  # dev is judged between two epochs
    lines.on_train_epoch_start(trainer_at(30, 1), None)  # type: ignore[arg-type]
    take_steps(lines, clock, [1.0] * 10, 30)
    assert capsys.readouterr().err == ""
    assert (lines.seconds, lines.images) == (40, 320)
    take_steps(lines, clock, [10.0] * 30, 40)
    assert capsys.readouterr().err == slow_line(1.0, 10.0, 2) + "\n"


def test_a_stopped_training_goes_on_counting(capsys: pytest.CaptureFixture[str]) -> None:
    clock = Clock()
    before = EpochLines(TimeBudget(None, clock), 1, clock)
    before.on_train_start(trainer_at(0), None)  # type: ignore[arg-type]
    take_steps(before, clock, [2.0] * 5)
    clock.now = 1e6
    after = EpochLines(TimeBudget(None, clock), 1, clock)
    after.load_state_dict(before.state_dict())
    # an epoch that is resumed part way begins with a step and not with on_train_epoch_start
    after.on_train_start(trainer_at(5), None)  # type: ignore[arg-type]
    take_steps(after, clock, [2.0], 5)
    assert (after.seconds, after.images) == (12, 48)


def test_a_log_hears_how_far_the_training_is_unless_it_has_just_heard() -> None:
    clock = Clock()
    budget = TimeBudget(5, clock)
    lines = EpochLines(budget, 1, clock)
    for callback in (budget, lines):
        callback.on_train_start(trainer_at(0), None)  # type: ignore[arg-type]
    assert lines.now() is None
    clock.now = 30
    assert lines.now() == "training is about to begin  0.5 of 5 min"
    take_steps(lines, clock, [15.0, 15.0], images=30)
    assert lines.now() == "step 2, epoch 1  1.0 of 5 min  1.0 images/s"
    lines.on_validation_start(trainer_at(2), None)  # type: ignore[arg-type]
    clock.now = 90
    assert lines.now() == "judging dev after step 2  1.5 of 5 min  1.0 images/s"


@pytest.mark.parametrize(("minutes", "part"), [(None, (2, 36)), (1, (20, 60))])
def test_a_notebook_sees_the_step_and_what_the_last_epoch_gave(
    minutes: float | None, part: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, clock = notebook(monkeypatch), Clock()
    budget = TimeBudget(minutes, clock)
    lines = EpochLines(budget, 1, clock)
    bar = NotebookSteps(lines)
    trainer = trainer_at(2)
    trainer.num_training_batches = 4  # of each of nine epochs
    budget.on_train_start(trainer, None)  # type: ignore[arg-type]
    lines.on_train_start(trainer, None)  # type: ignore[arg-type]
    take_steps(lines, clock, [10.0, 10.0])
    assert lines.part_done(trainer) == part
    bar.on_train_batch_end(trainer, None)  # type: ignore[arg-type]
    lines.last_line = "epoch 1 of 9"
    bar.on_validation_start(trainer, None)  # type: ignore[arg-type]
    bar.on_train_end(trainer, None)  # type: ignore[arg-type]
    (new, first), (again, second), (_, last) = shown
    assert (new, again, last) == ("new", "again", "epoch 1 of 9")
    assert first.startswith("step 2, epoch 1")
    assert second == f"{first}  ·  epoch 1 of 9"


def test_a_training_that_is_too_short_says_how_short_and_what_to_do() -> None:
    text = few_steps_text(80, 64)
    assert text is not None
    assert text.startswith("80 training steps on 64 pictures teach little")
    assert "--set training.images_per_epoch=640" in text
    assert few_steps_text(299, 64)
    assert few_steps_text(300, 64) is None
