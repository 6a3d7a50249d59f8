"""An animated image is judged as a recording, however it is given."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pil
from PIL import ImageSequence

from helpers.made_detector import made, picture

KINDS = {"GIF": {}, "WEBP": {"lossless": True}, "PNG": {}, "AVIF": {"quality": 95}}


def animated(kind: str, *levels: int) -> bytes:
    frames = [Pil.fromarray(picture(level, seed=k)) for k, level in enumerate(levels)]
    out = io.BytesIO()
    options: dict[str, Any] = KINDS[kind]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=40, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_attack_frames_behind_live_ones_are_an_attack(kind: str, tmp_path: Path) -> None:
    data = animated(kind, *[60] * 6, *[190] * 24)
    (tmp_path / "a").write_bytes(data)
    detector = made()
    for source in (tmp_path / "a", str(tmp_path / "a"), data, io.BytesIO(data)):
        result = detector.predict(source)
        assert result.decision == "attack"
        assert (result.counts.wanted, result.counts.sampled) == (30, 10)
    for result in (
        detector.predict(Pil.open(io.BytesIO(data))),
        *detector.predict_batch([data, Pil.open(io.BytesIO(data))]),
        *detector.predict_faces(data),
        detector.predict(iter(ImageSequence.Iterator(Pil.open(io.BytesIO(data))))),
    ):
        assert result.decision == "attack"
    assert detector.predict(picture(60)).is_live


@pytest.mark.parametrize("kind", KINDS)
def test_a_live_animation_is_live_and_a_broken_one_is_not(kind: str) -> None:
    data = animated(kind, *range(60, 80))
    assert made().predict(data).is_live
    for cut in (len(data) // 3, len(data) * 9 // 10, len(data) - 60):
        assert made(threshold=1.0).predict(data[:cut]).reason == "unreadable"
