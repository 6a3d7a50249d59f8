"""Text of others is shown as it was written, and does nothing where it is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.plain_text import as_label, as_markdown, visible

TURNING = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ANY = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANY)
def test_a_terminal_has_nothing_to_obey(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")  # no half of a surrogate pair is left
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs")]
    assert not set(shown) & set(TURNING)


@pytest.mark.parametrize(
    "text", ["print[/x]", "Ünï çødé", "写真 1.jpg", "👩‍👩‍👧", ":smile:", "a\\b"]
)
def test_what_can_be_read_stays(text: str) -> None:
    assert visible(text) == text


@given(ANY)
def test_no_label_is_a_formula(text: str) -> None:
    from matplotlib import cbook

    assert not cbook.is_math_text(as_label(text))
    assert not as_label(text).startswith("_")


@pytest.mark.parametrize(
    "text",
    ["<b>x</b>", "[x](http://y)", "*x*", "_x_", "`x`", "a|b", "\\", "![x](y)", "a\nb", ":smile:"],
)
def test_markdown_shows_text_as_it_is(text: str) -> None:
    shown = as_markdown(text)
    assert "\n" not in shown
    for sign in "<[*`|":
        assert shown.count(sign) == shown.count(f"\\{sign}")
    assert as_markdown("print_a: 0.5, replay-b") == "print_a: 0.5, replay-b"
