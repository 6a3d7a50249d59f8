"""The three losses of LGSC and their sum (Eqs. 6 to 9); label 1 = attack."""

from __future__ import annotations

from typing import Literal, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from spoofcue.cue.generator import CueOutput
from spoofcue.errors import InputError

RegressionTarget = Literal["live", "live-and-spoof"]
TripletScales = Literal["e5-d4", "e5-sc", "none"]


class LossTerms(NamedTuple):
    """The weighted total (Eq. 9) and its unweighted terms, all scalars."""

    total: Tensor
    regression: Tensor
    triplet: Tensor
    classification: Tensor


def regression_loss(cue: Tensor, label: Tensor, target: RegressionTarget = "live") -> Tensor:
    """Eq. 6: mean ``|cue|`` over the live faces of the batch; attacks get no target.

    ``||.||_1`` is the element-wise mean here, as the paper spells out for Eq. 10.

    Args:
        cue: (B, C, H, W) in [-1, 1], of any network; C is 3 in the paper.
        label: (B,) with 0 live, 1 attack.
        target: ``live-and-spoof`` also pulls attacks to an all-one map (Table 5).

    Returns:
        Scalar >= 0; an exact 0, still part of the graph, when no face has a target.

    Raises:
        InputError: ``label`` is not one number a face.

    >>> import torch
    >>> from spoofcue.cue import regression_loss
    >>> cue = torch.stack([torch.full((3, 8, 8), 0.25), torch.full((3, 8, 8), 0.9)])
    >>> regression_loss(cue, torch.tensor([0, 1]))  # the attack has no target
    tensor(0.2500)

    """
    _one_label_each(label, cue)
    cue = cue.float()
    is_attack = label == 1
    if target == "live-and-spoof":
        wanted = is_attack.to(cue.dtype).view(-1, 1, 1, 1)
        return (cue - wanted).abs().mean()
    live = cue[~is_attack]
    return live.abs().sum() / max(live.numel(), 1)


def _one_label_each(label: Tensor, faces: Tensor) -> None:
    if label.shape != faces.shape[:1]:
        raise InputError(
            f"label has shape {tuple(label.shape)} and there are {len(faces)} faces; give one "
            f"number a face, 0 live or 1 attack: shape ({len(faces)},)."
        )


def triplet_loss(features: Tensor, label: Tensor, margin: float = 0.5) -> Tensor:
    """Eq. 7: batch-all triplets, anchor and positive live, negative attack.

    Mean of ``d(a,p) - d(a,n) + m`` over all triplets where that is positive, d the Euclidean
    distance of L2-normalised vectors. The hinge's slope is 0 or 1, so the sum over triplets
    equals ``sum_ap k_ap (d_ap + m) - sum_an c_an d_an`` with k_ap the number of negatives that
    the pair (a,p) violates and c_an the number of positives that violate (a,n). Both counts
    come from sorted rows: O(B^2) memory, the same value and gradient as the triple loop.

    Args:
        features: (B, C) pooled features, one row a face.
        label: (B,) with 0 live, 1 attack.
        margin: m, in units of distance on the unit sphere (0..2).

    Returns:
        Scalar >= 0; an exact 0 with finite gradients when no triplet is violated, or the batch
        has fewer than two live faces or no attack.

    Raises:
        InputError: ``features`` has not two dimensions, or ``label`` is not one number a face.

    Two live faces in one direction, an attack in the opposite one, then in the same:

    >>> import torch
    >>> from spoofcue.cue import triplet_loss
    >>> label = torch.tensor([0, 0, 1])
    >>> triplet_loss(torch.tensor([[1.0, 0.0], [2.0, 0.0], [-1.0, 0.0]]), label)
    tensor(0.)
    >>> triplet_loss(torch.tensor([[1.0, 0.0], [2.0, 0.0], [1.0, 0.0]]), label)
    tensor(0.5000)

    """
    if features.ndim != 2:
        raise InputError(
            f"features have shape {tuple(features.shape)}; give (B, C), of a map its mean over "
            "the places: map.mean(dim=(2, 3))."
        )
    _one_label_each(label, features)
    features = features if features.dtype == torch.float64 else features.float()
    unit = F.normalize(features, dim=1)
    live, attack = unit[label == 0], unit[label == 1]
    # Exact differences, and a zero gradient where two vectors coincide.
    exact = "donot_use_mm_for_euclid_dist"
    d_ap = torch.cdist(live, live, compute_mode=exact)
    d_an = torch.cdist(live, attack, compute_mode=exact)

    with torch.no_grad():
        itself = torch.eye(len(live), dtype=torch.bool, device=live.device)
        reach = (d_ap + margin).masked_fill(itself, -torch.inf)  # (L, L): violates d_an < reach
        count_ap = torch.searchsorted(d_an.sort(dim=1).values, reach)
        within = torch.searchsorted(reach.sort(dim=1).values, d_an.contiguous(), right=True)
        count_an = len(live) - within
        violated = count_ap.sum()

    total = (count_ap * d_ap).sum() + margin * violated - (count_an * d_an).sum()
    return total / violated.clamp_min(1)


def pooled_features(output: CueOutput, scales: TripletScales) -> list[Tensor]:
    """GAP vectors (B, C_k) of E5, D1..D4 (``e5-d4``), and of the cue map too (``e5-sc``)."""
    if scales == "none":
        return []
    maps = [output.encoder.e5, *output.decoder[:4]]
    if scales == "e5-sc":
        maps.append(output.cue)
    return [m.float().mean(dim=(2, 3)) for m in maps]


def lgsc_loss(
    output: CueOutput,
    logit: Tensor | None,
    label: Tensor,
    *,
    weights: tuple[float, float, float] = (5.0, 1.0, 5.0),
    margin: float = 0.5,
    regression: RegressionTarget = "live",
    scales: TripletScales = "e5-d4",
) -> LossTerms:
    """Eq. 9: ``a1 L_r + a2 sum_k L_t^k + a3 L_a``.

    For another network than the paper's, sum :func:`regression_loss` of its cue map and
    :func:`triplet_loss` of its features yourself (examples/own_network.py).

    Args:
        output: of the generator, batch B.
        logit: (B,) of the auxiliary classifier (higher = attack), or None to leave Eq. 8 out.
        label: (B,) with 0 live, 1 attack.
        weights: a1, a2, a3.
        margin: m of Eq. 7.
        regression: faces that have a regression target.
        scales: layers that the triplet loss is summed over.

    Returns:
        The total and its terms: Eq. 6, the sum of Eq. 7 over the layers, Eq. 8.

    Raises:
        InputError: ``label`` is not one number a face.

    >>> import torch
    >>> from spoofcue.cue import LGSC, lgsc_loss
    >>> output, logit = LGSC(width=8)(torch.zeros(4, 3, 32, 32))
    >>> loss = lgsc_loss(output, logit, torch.tensor([0, 0, 1, 1]))
    >>> by_hand = 5 * loss.regression + loss.triplet + 5 * loss.classification
    >>> torch.isclose(loss.total, by_hand).item()
    True

    """
    zero = output.cue.new_zeros((), dtype=torch.float32)
    l_r = regression_loss(output.cue, label, regression)
    l_t = sum((triplet_loss(v, label, margin) for v in pooled_features(output, scales)), zero)
    # Eq. 8 as printed lacks its minus sign; this is the one that minimises.
    l_a = (
        zero if logit is None else F.binary_cross_entropy_with_logits(logit.float(), label.float())
    )
    a1, a2, a3 = weights
    return LossTerms(a1 * l_r + a2 * l_t + a3 * l_a, l_r, l_t, l_a)
