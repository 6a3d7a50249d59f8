"""The bytes of a video are the video: what a service gets needs no file."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.clips import video
from spoofcue import Detector
from spoofcue.errors import MediaError
from spoofcue.media.survey import best_stream
from spoofcue.media.video import sample_clip

CONTAINERS = ("mp4", "mov", "avi")


def read(source: Path | bytes) -> Any:
    """All that is known of a clip, or how it was refused, without the file's name."""
    try:
        clip = sample_clip(source, 4)
    except MediaError as error:
        name = "video" if isinstance(source, bytes) else str(source)
        return error.reason, str(error).removeprefix(f"{name}: ")
    pixels = np.stack([frame.image for frame in clip.frames])
    return replace(clip, frames=[]), [f.index for f in clip.frames], pixels.tobytes()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(container=st.sampled_from(CONTAINERS), data=st.data())
def test_damaged_or_not_bytes_are_read_as_the_file(
    container: str, data: st.DataObject, tmp_path: Path
) -> None:
    content = bytearray(video(1, None, container))
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[at] = data.draw(st.integers(0, 255))
    length = data.draw(st.just(len(content)) | st.integers(1, len(content)))
    path = tmp_path / f"a.{container}"
    path.write_bytes(content[:length])
    assert read(bytes(content[:length])) == read(path)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_a_video_are_judged_as_the_file(kind: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(video(1, None, "mp4"))
    detector = Detector.load(early_exit=None)
    of_file = detector.predict(path).to_dict()
    of_bytes = detector.predict(kind(path.read_bytes())).to_dict()
    (in_batch,) = (r.to_dict() for r in detector.predict_batch([kind(path.read_bytes())]))
    for one in (of_file, of_bytes, in_batch):
        del one["timings"]
    assert of_file == of_bytes == in_batch
    assert of_file["counts"]["sampled"] == 6


def test_no_bytes_are_no_video() -> None:
    with pytest.raises(MediaError, match="empty"):
        sample_clip(b"", 1)


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_survey_tells_how_long_a_clip_is(container: str) -> None:
    survey = best_stream(io.BytesIO(video(1, None, container)), "clip")
    assert survey.packets == 6
    assert survey.seconds == pytest.approx(6 / 25, abs=1e-3)


def test_a_survey_reads_no_more_packets_than_it_may() -> None:
    data = video(1, None, "mp4")
    assert best_stream(io.BytesIO(data), "clip", 6).packets == 6
    with pytest.raises(MediaError, match="the limit of 5 packets") as refused:
        best_stream(io.BytesIO(data), "clip", 5)
    assert refused.value.reason == "too_large"
