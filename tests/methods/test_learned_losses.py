"""Losses of the compared networks against values worked by hand or by plain loops."""

from __future__ import annotations

import math

import pytest
import torch

from spoofcue.methods.built_in.deep_svdd import DeepSVDD, centre_of, squared_distance
from spoofcue.methods.built_in.pixel import pixel_loss
from spoofcue.methods.built_in.triplet_focal import (
    TripletFocal,
    metric_softmax_loss,
    triplet_distances,
    triplet_focal_loss,
)


def test_the_centre_is_the_mean_kept_away_from_zero() -> None:
    embedded = torch.tensor([[1.0, 0.0, -0.1, 0.0], [3.0, 0.02, 0.06, 0.0]])
    assert centre_of(embedded).tolist() == pytest.approx([2.0, 0.1, -0.1, 0.1])


def test_distances_to_the_centre() -> None:
    embedded, centre = torch.tensor([[1.0, 1.0], [4.0, -3.0]]), torch.tensor([1.0, 1.0])
    assert squared_distance(embedded, centre).tolist() == [0.0, 25.0]


def test_svdd_looks_at_live_faces_alone_and_adds_the_weight_norm() -> None:
    torch.manual_seed(0)
    network = DeepSVDD("batch", 4, weight_decay=0.5)
    live, attack = torch.rand(2, 3, 64, 64), torch.rand(2, 3, 64, 64)
    label = torch.tensor([0, 0, 1, 1])
    with torch.no_grad():
        got = network.losses(torch.cat([live, attack]), label)
        other = network.losses(torch.cat([live, 1 - attack]), label)
    distance = float(squared_distance(network(live), network.centre).mean().detach())
    weights = sum(float(w.detach().square().sum()) for w in network.parameters())
    assert float(got["distance"]) == float(other["distance"]) == pytest.approx(distance)
    assert float(got["total"]) == pytest.approx(distance + 0.25 * weights, rel=1e-5)


def test_svdd_fixes_the_mean_of_what_it_is_shown() -> None:
    torch.manual_seed(0)
    network = DeepSVDD("instance", 8)  # instance norm: a face alone, as the mean below needs
    faces = torch.rand(5, 3, 64, 64)
    network.begin(iter([faces[:2], faces[2:4]]))
    with torch.no_grad():
        assert torch.allclose(network.centre, centre_of(network(faces[:4])), atol=1e-6)


def test_triplet_losses_against_loops() -> None:
    points = torch.tensor([[0.0, 0.0], [0.3, 0.4], [0.0, 0.6], [1.0, 0.0]])
    label, sigma, margin = [0, 0, 1, 1], 0.3, 0.2
    focal, softmax = [], []
    for a in range(4):
        for p in range(4):
            for n in range(4):
                if a != p and label[a] == label[p] == 0 and label[n] == 1:
                    ap, an = math.dist(points[a], points[p]), math.dist(points[a], points[n])
                    hinge = math.exp(ap / sigma) - math.exp(an / sigma) + margin
                    focal.append(max(0.0, hinge))
                    near, far = math.exp(-(ap**2)), math.exp(-(an**2))
                    softmax.append(-math.log(near / (near + far)))
    distances = triplet_distances(points, torch.tensor(label))
    assert len(focal) == 4
    assert float(triplet_focal_loss(*distances, sigma, margin)) == pytest.approx(sum(focal) / 4)
    assert float(metric_softmax_loss(*distances)) == pytest.approx(sum(softmax) / 4)


def test_one_triplet_by_hand() -> None:
    """d(a,p) = 0, d(a,n) = sigma ln 1.1: 1 - 1.1 + 0.2 = 0.1."""
    d_ap, d_an = torch.tensor([[0.0]]), torch.tensor([[0.3 * math.log(1.1)]])
    assert float(triplet_focal_loss(d_ap, d_an, 0.3, 0.2)) == pytest.approx(0.1, abs=1e-6)


def test_without_a_triplet_both_losses_are_zero_with_finite_gradients() -> None:
    embedded = torch.rand(2, 4, requires_grad=True)
    d_ap, d_an = triplet_distances(embedded, torch.tensor([0, 1]))
    loss = triplet_focal_loss(d_ap, d_an, 0.3, 0.2) + metric_softmax_loss(d_ap, d_an)
    loss.backward()
    assert float(loss.detach()) == 0
    assert embedded.grad is not None
    assert torch.isfinite(embedded.grad).all()


def test_the_posterior_is_one_half_without_references_and_follows_them() -> None:
    torch.manual_seed(0)
    network = TripletFocal("batch", 4).eval()
    faces = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        assert network.scores(faces).tolist() == [0.5, 0.5]
        embedded = network(faces)
        network.live_references[0], network.attack_references[0] = embedded[0], -embedded[0]
        network.known.fill_(1)
        # d(x, l)^2 - d(x, n)^2 of the live reference itself: 0 - 4
        assert float(network.scores(faces)[0]) == pytest.approx(1 / (1 + math.exp(4)), rel=1e-4)


def test_pixel_loss_by_hand() -> None:
    """Logits 0 cost ln 2; a logit of ln 3 is a probability of 3/4."""
    label = torch.tensor([0, 1])
    got = pixel_loss(
        torch.zeros(2, 1, 2, 2), torch.tensor([math.log(3), math.log(3)]), label, pixel_weight=0.8
    )
    of_face = -(math.log(1 / 4) + math.log(3 / 4)) / 2
    assert float(got["map"]) == pytest.approx(math.log(2))
    assert float(got["global"]) == pytest.approx(of_face)
    assert float(got["total"]) == pytest.approx(0.8 * math.log(2) + 0.2 * of_face)
