from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from spoofcue.texts.content import content_of


@pytest.mark.parametrize(
    ("suffix", "words"),
    [("jpg", "a JPEG"), ("png", "a PNG"), ("gif", "a GIF"), ("bmp", "a BMP"), ("webp", "a WebP")],
)
def test_pictures_by_their_content(tmp_path: Path, suffix: str, words: str) -> None:
    Image.new("RGB", (9, 9)).save(tmp_path / f"x.{suffix}")
    assert content_of((tmp_path / f"x.{suffix}").rename(tmp_path / "model.ckpt")).startswith(words)


def test_other_contents(tmp_path: Path) -> None:
    for data, words in (
        (b"", "empty"),
        (b"hello\n", "a text file"),
        (pickle.dumps({"a": 1}), "a pickle"),
        (b"PK\x03\x04..", "a zip archive"),
        (b"\x08\x0a\x12\x07pytorch", ""),
    ):
        (tmp_path / "x").write_bytes(data)
        assert content_of(tmp_path / "x").startswith(words)
        assert bool(content_of(tmp_path / "x")) == bool(words)


@given(st.binary(max_size=40))
def test_any_bytes_have_a_word_or_none(data: bytes) -> None:
    class Fake:
        def open(self, mode: str):  # type: ignore[no-untyped-def]
            import io

            return io.BytesIO(data)

    assert isinstance(content_of(Fake()), str)  # type: ignore[arg-type]
