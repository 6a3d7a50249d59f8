from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoofcue.metrics import columns as categories
from spoofcue.metrics.columns import Categories

# NumPy's fixed-width text ends at its first trailing NUL; no name holds one.
NAMES = st.lists(st.text(st.characters(exclude_characters="\0"), max_size=5), max_size=30)


@given(texts=NAMES)
def test_encoding_keeps_every_row(texts: list[str]) -> None:
    column = Categories.of(texts)
    assert column.text.tolist() == texts
    assert column.names == tuple(sorted(set(texts)))


@given(texts=NAMES, more=NAMES, data=st.data())
def test_columns_behave_as_lists(texts: list[str], more: list[str], data: st.DataObject) -> None:
    column = Categories.of(texts)
    assert column.joined(Categories.of(more)).text.tolist() == texts + more
    mask = data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    chosen = np.array(mask, dtype=np.bool_)
    kept = [t for t, m in zip(texts, mask, strict=True) if m]
    assert column.rows(chosen).text.tolist() == kept
    assert column.rows(chosen).names == tuple(sorted(set(kept)))
    filled = [f"{t}" if not m else "new" for t, m in zip(texts, mask, strict=True)]
    assert column.filled(chosen, "new").text.tolist() == filled


def test_rows_without_a_name_are_units_of_their_own() -> None:
    units = Categories.of(["a", "", "b", "a", ""]).units()
    assert len(set(units.tolist())) == 4
    assert units[0] == units[3]


def test_names_are_found_beyond_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(categories, "BLOCK", 3)
    texts = ["a", "b", "a", "c", "b", "d", "a"]
    assert Categories.of(texts).text.tolist() == texts
