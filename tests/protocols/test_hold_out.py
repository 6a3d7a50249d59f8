from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.protocols.fold import held_out


def people(kinds: dict[str, tuple[int, ...]], dataset: str = "a") -> pl.DataFrame:
    return pl.DataFrame(
        [{"dataset": dataset, "subject": s, "label": v} for s, c in kinds.items() for v in c],
        schema={"dataset": pl.String, "subject": pl.String, "label": pl.Int8},
    )


@settings(max_examples=30, deadline=None)
@given(
    live=st.integers(0, 20),
    attack=st.integers(0, 20),
    both=st.integers(0, 20),
    share=st.floats(0.05, 0.95),
)
def test_each_kind_of_person_is_on_both_sides(
    live: int, attack: int, both: int, share: float
) -> None:
    kinds: dict[str, tuple[int, ...]] = {f"l{i}": (0,) for i in range(live)}
    kinds |= {f"a{i}": (1,) for i in range(attack)} | {f"b{i}": (0, 1) for i in range(both)}
    chosen = set(held_out(people(kinds), share))
    for letter, count in (("l", live), ("a", attack), ("b", both)):
        taken = sum(name.startswith(letter) for name in chosen)
        assert taken == min(max(1, round(share * count)), count - 1) if count else taken == 0


def test_the_order_of_rows_and_other_datasets_change_nobody() -> None:
    first = people({f"p{i}": (0, 1) for i in range(20)})
    other = people({f"q{i}": (0, 1) for i in range(10)}, "b")
    alone = held_out(first, 0.2).to_list()
    assert len(alone) == 4
    assert held_out(first.reverse(), 0.2).to_list() == alone
    both = held_out(pl.concat([other, first]), 0.2)
    assert [n for n in both if n.startswith("p")] == alone
    assert len(both) == 6
