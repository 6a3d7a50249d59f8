"""Early frames: where a dataset needs none, none are taken and nothing is said about them."""

from __future__ import annotations

from spoofcue.protocols.early import EarlySample, early_sample


def test_a_dataset_whose_protocols_need_no_early_frames_takes_none_and_says_nothing() -> None:
    assert early_sample("oulu-npu", 10) == EarlySample(frames=0, below=0, why="")
    assert EarlySample() == EarlySample(frames=0, below=0, why="")
