"""A student under a frozen teacher: what it learns, what it stores, and that it resumes exactly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from helpers.faces_with_stripes import striped_faces
from helpers.strong_cues import strengthen
from spoofcue.config import RunSettings
from spoofcue.cue.generator import LGSC
from spoofcue.errors import InputError
from spoofcue.export.graph import TOLERANCE, export_onnx
from spoofcue.methods.built_in.lgsc import DistilledLGSC, LearnedLGSC, build
from spoofcue.methods.settings import load_settings
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.exported import OnnxModel
from spoofcue.scoring.open_model import open_model
from spoofcue.training.any_method import train_run
from spoofcue.training.callbacks import Checkpoints

SIDE = 32
TINY = [
    "model.width=8",
    "model.weights=none",
    "input.mode=patch",
    "input.scoring=whole",
    f"input.size={SIDE}",
    "training.batch_size=4",
    "training.epochs=1",
    "training.images_per_epoch=12",
    "training.checkpoint_every_steps=1",
    "training.precision=fp32",
    "training.workers=0",
    "training.threads=1",
    "training.accelerator=cpu",
]
LITE = ["model.mobile_multiplier=0.1", "model.decoder_width=2"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_faces(tmp_path_factory.mktemp("prepared"), SIDE)


@pytest.fixture(scope="module")
def teacher(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("teacher") / "run"
    train_run(data, run, load_settings("small", None, TINY))
    return run


def student_of(teacher: Path, *more: str) -> RunSettings:
    return load_settings("lite-unet", None, [*TINY, *LITE, f"distill.teacher={teacher}", *more])


def batch(count: int = 8) -> tuple[Tensor, Tensor]:
    """Plain faces are live, striped ones attacks."""
    rng = torch.Generator().manual_seed(count)
    label = torch.arange(count) % 2
    image = (torch.rand(count, 3, 1, 1, generator=rng) * 1.6 - 1).repeat(1, 1, SIDE, SIDE)
    image[label == 1] += 0.4 * (torch.arange(SIDE) % 8 < 4)
    return image, label


def test_losses_are_lgscs_and_the_weighted_distances(teacher: Path) -> None:
    torch.manual_seed(0)
    student = build(student_of(teacher, "distill.cue_weight=3", "distill.feature_weight=0.5"))
    assert isinstance(student, DistilledLGSC)
    image, label = batch()
    student.eval()  # so that the statistics of the norms do not move between the two calls
    with torch.no_grad():
        terms = student.losses(image, label)
        own = LearnedLGSC.losses(student, image, label)
    assert list(terms) == ["total", *student.terms]
    added = 3 * terms["cue_distillation"] + 0.5 * terms["feature_distillation"]
    assert float(terms["total"]) == pytest.approx(float(own["total"] + added), rel=1e-6)
    with torch.no_grad():
        taught = TorchModel(teacher).generator(image).cue
        by_hand = (student.generator(image).cue - taught).abs().mean()
    assert float(terms["cue_distillation"]) == pytest.approx(float(by_hand), rel=1e-5)
    assert 0 < float(terms["feature_distillation"]) <= 2


def test_the_teacher_is_neither_trained_nor_stored_nor_set_to_training(teacher: Path) -> None:
    torch.manual_seed(0)
    student = build(student_of(teacher)).train()
    (held,) = student.distillation._teacher
    assert not held.training
    before = {k: v.clone() for k, v in held.state_dict().items()}
    student.losses(*batch())["total"].backward()
    assert all(torch.equal(v, before[k]) for k, v in held.state_dict().items())
    assert all(p.grad is None for p in held.parameters())
    # DDP waits for every parameter that claims to be trained
    assert all(p.grad is not None for p in student.parameters())
    plain = LGSC(**student_of(teacher).model.network()).state_dict()
    extra = set(student.state_dict()) - set(plain)
    layers = {f"distillation.projections.layers.{k}.weight" for k in range(5)}
    assert extra == layers | {"distillation._extra_state"}
    cues_alone = build(student_of(teacher, "distill.feature_weight=0"))
    assert set(cues_alone.state_dict()) - set(plain) == {"distillation._extra_state"}
    assert float(cues_alone.losses(*batch())["feature_distillation"]) == 0


def test_a_student_starts_as_one_without_a_teacher(teacher: Path) -> None:
    torch.manual_seed(1)
    alone = build(load_settings("lite-unet", None, [*TINY, *LITE]))
    assert type(alone) is LearnedLGSC
    torch.manual_seed(1)
    taught = build(student_of(teacher)).state_dict()
    assert all(torch.equal(v, taught[k]) for k, v in alone.state_dict().items())


def test_a_student_comes_nearer_to_its_teacher(teacher: Path) -> None:
    torch.manual_seed(2)
    # a teacher that says something: the tiny training leaves its cues near zero
    weights = ("loss.classification_weight=0", "loss.regression_weight=0", "loss.triplet_weight=0")
    more = (*weights, "model.auxiliary=none", "model.decoder_width=8")
    student = build(student_of(teacher, *more)).train()
    (held,) = student.distillation._teacher
    strengthen(held, 0.2)
    adam = torch.optim.Adam(student.parameters(), lr=1e-2)
    image, label = batch(16)
    seen = []
    for _ in range(50):
        adam.zero_grad()
        terms = student.losses(image, label)
        terms["total"].backward()
        adam.step()
        seen.append([float(terms[name].detach()) for name in student.terms[-2:]])
    assert seen[-1][0] < 0.85 * seen[0][0]
    assert seen[-1][1] < 0.5 * seen[0][1]


class _Killed(Exception):
    pass


def _kill_at(step: int, data: Path, run: Path, settings: RunSettings) -> None:
    original = Checkpoints.on_train_batch_end

    def then_die(self: Checkpoints, trainer, module, *rest) -> None:  # type: ignore[no-untyped-def]
        original(self, trainer, module, *rest)
        if trainer.global_step == step:
            raise _Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "on_train_batch_end", then_die)
        with pytest.raises(_Killed):
            train_run(data, run, settings)


def test_a_killed_student_resumes_exactly_and_scores_without_its_teacher(
    data: Path, teacher: Path, tmp_path: Path
) -> None:
    held = tmp_path / "teacher.ckpt"
    held.write_bytes((teacher / "checkpoints" / "best.ckpt").read_bytes())
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    settings = student_of(held)
    record = train_run(data, whole, settings)
    _kill_at(2, data, killed, settings)

    # another teacher of the same form is not taken for the one that it began with
    good = held.read_bytes()
    stored = torch.load(held, weights_only=True)
    stored["state_dict"]["network.generator.decoder.to_cue.bias"] += 1
    torch.save(stored, held)
    with pytest.raises(InputError, match="not the teacher that this training began with"):
        train_run(data, killed, settings, resume=True)
    held.write_bytes(good)

    train_run(data, killed, settings, resume=True)
    a, b = (
        torch.load(r / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
        for r in (whole, killed)
    )
    digest = "network.distillation._extra_state"
    assert a.pop(digest) == b.pop(digest)
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert "train/cue_distillation" in (whole / "log" / "metrics.csv").read_text().splitlines()[0]

    held.unlink()
    model = open_model(whole)
    assert isinstance(model, TorchModel)
    count = sum(p.numel() for p in model.generator.parameters())
    assert record.model.parameters == count
    out = tmp_path / "lite.onnx"
    assert export_onnx(model, whole / "checkpoints" / "best.ckpt", out) <= TOLERANCE
    image = np.random.default_rng(0).uniform(-1, 1, (1, 3, 64, 96)).astype(np.float32)
    assert np.abs(OnnxModel(out).cues(image) - model.cues(image)).max() <= TOLERANCE


def test_teachers_that_cannot_teach_are_refused(data: Path, teacher: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"distill\.teacher: there is no run folder"):
        build(student_of(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"holds no checkpoints/best\.ckpt"):
        build(student_of(tmp_path))
    with pytest.raises(InputError, match=r"input\.mean=127\.5 and input\.std=127\.5"):
        build(student_of(teacher, "input.mean=100"))
    with pytest.warns(UserWarning, match=r"input\.mode=patch, the student sees"):
        build(student_of(teacher, "input.mode=resize"))
    stored = torch.load(teacher / "checkpoints" / "best.ckpt", weights_only=True)
    stored["spoofcue"]["settings"]["method"] = "cnn"
    torch.save(stored, tmp_path / "cnn.ckpt")
    with pytest.raises(InputError, match="is of method cnn, not lgsc"):
        build(student_of(tmp_path / "cnn.ckpt"))
