"""The threshold that a fit takes from dev."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spoofcue.metrics.rates import rates_at_eer
from spoofcue.metrics.scores import ScoreSet, by_video

if TYPE_CHECKING:
    import polars as pl


def judge_dev(
    rows: pl.DataFrame, scores: NDArray[np.float64], fallback: float, why: str
) -> dict[str, Any]:
    """The threshold at the dev EER and the rates there, video level as in training.

    Args:
        rows: of the dev split, each with a crop.
        scores: one a row.
        fallback: the threshold where dev lacks a class.
        why: what the fallback is, in words.

    Returns:
        ``threshold``, ``threshold_source`` and, from dev alone, ``acer``, ``eer`` and ``auc``.

    """
    label = rows["label"].to_numpy()
    if len(np.unique(label)) < 2:
        return {"threshold": fallback, "threshold_source": f"{why}; no dev with both classes"}
    pai = rows["pai"].fill_null("").to_list()
    videos = by_video(ScoreSet.of(scores, label, pai, rows["video"].fill_null("").to_list()))
    return {**rates_at_eer(videos), "threshold_source": "eer on dev in fitting"}
