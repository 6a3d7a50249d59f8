from __future__ import annotations

import pytest
import torch

from spoofcue.cue.light.distillation import FeatureProjections, cue_distance, feature_distance


def test_cue_distance_is_the_mean_difference_of_each_face() -> None:
    student = torch.zeros(2, 3, 2, 2)
    teacher = torch.zeros(2, 3, 2, 2)
    student[0, 0, 0, 0], teacher[0, 1, 1, 1] = 0.6, -0.6
    teacher[1] = 0.25
    # 1.2 over 12 values; a quarter everywhere
    assert cue_distance(student, teacher).tolist() == pytest.approx([0.1, 0.25])


def test_a_teachers_map_is_brought_to_the_students_raster() -> None:
    # 4 x 4 to 2 x 2: rows and columns (0,1) and (2,3) meet, antialiased with weights
    # (3, 3, 1) / 7 from the border row inwards
    column = torch.tensor([1.0, 1.0, -1.0, -1.0])
    teacher = column.view(1, 1, 4, 1).expand(1, 3, 4, 4)
    student = torch.zeros(1, 3, 2, 2)
    assert cue_distance(student, teacher).item() == pytest.approx(5 / 7)
    flat = torch.full((1, 3, 64, 64), 0.5)
    assert cue_distance(torch.zeros(1, 3, 32, 32), flat).item() == pytest.approx(0.5)
    assert cue_distance(torch.zeros(1, 3, 96, 64), flat).item() == pytest.approx(0.5)


def test_feature_distance_is_one_minus_the_cosine() -> None:
    student = torch.tensor([[3.0, 4.0], [1.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    teacher = torch.tensor([[4.0, 3.0], [0.0, 5.0], [-2.0, 0.0], [9.0, 0.0]])
    assert feature_distance(student, teacher).tolist() == pytest.approx([1 - 24 / 25, 1, 2, 0])
    unit = torch.nn.functional.normalize
    half_square = (unit(student) - unit(teacher)).square().sum(1) / 2
    assert torch.allclose(feature_distance(student, teacher), half_square, atol=1e-6)


def test_projections_map_each_layer_and_average_over_them() -> None:
    project = FeatureProjections((1, 2), (2, 1))
    with torch.no_grad():
        project.layers[0].weight.copy_(torch.tensor([[0.0], [2.0]]))
        project.layers[1].weight.copy_(torch.tensor([[1.0, -1.0]]))
    student = [torch.tensor([[1.0]]), torch.tensor([[1.0, 3.0]])]
    teacher = [torch.tensor([[1.0, 1.0]]), torch.tensor([[2.0]])]
    # (0, 2) against (1, 1): cos 1/sqrt 2; -2 against 2: cos -1
    expected = ((1 - 0.5**0.5) + 2) / 2
    assert project(student, teacher).tolist() == pytest.approx([expected])


def test_only_the_student_is_taught() -> None:
    student, teacher = (torch.rand(2, 3, 8, 8, requires_grad=True) for _ in range(2))
    cue_distance(student, teacher).sum().backward()
    assert student.grad is not None
    assert teacher.grad is None
    a, b = (torch.rand(2, 5, requires_grad=True) for _ in range(2))
    feature_distance(a, b).sum().backward()
    assert a.grad is not None
    assert b.grad is None
    zero = torch.zeros(1, 5, requires_grad=True)
    feature_distance(zero, torch.rand(1, 5)).sum().backward()
    assert bool(zero.grad.isfinite().all())
