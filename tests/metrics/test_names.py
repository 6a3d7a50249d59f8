"""Names in one array behave as a list of strings does."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.metrics.names import Names

# common beginnings of more than a word, endings that a zero byte alone tells apart, and more bytes
# than characters
TEXTS = st.lists(
    st.builds(
        str.__add__, st.sampled_from(["", "a" * 15, "ab" * 12]), st.text("ab\0é𝄞", max_size=4)
    ),
    max_size=12,
)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_order_choice_and_place_are_those_of_a_list(texts: list[str], more: list[str]) -> None:
    names = Names.concatenated([Names.of(texts), Names.of(more)])
    together = texts + more
    assert names == together
    assert list(names) == together
    rank, count = names.ranks()
    ordered = sorted(set(together))
    assert count == len(ordered)
    assert rank.tolist() == [ordered.index(text) for text in together]
    chosen = np.arange(len(together))[::2]
    assert names.take(chosen) == together[::2]
    known = Names.of(ordered)
    for text in [*together, "absent"]:
        assert known.place(text) == (ordered.index(text) if text in ordered else -1)
