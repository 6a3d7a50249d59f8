"""LGSC trained under a frozen teacher of its own kind; the teacher is no part of what is stored."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from spoofcue.config import DistillSettings, RunSettings, settings_from
from spoofcue.cue.generator import CueGenerator, CueOutput
from spoofcue.cue.light.distillation import FeatureProjections, cue_distance
from spoofcue.cue.light.families import FamilyDecoder
from spoofcue.cue.losses import pooled_features
from spoofcue.errors import InputError
from spoofcue.methods.learned.families import FamilyLGSC
from spoofcue.methods.learned.lgsc import LearnedLGSC
from spoofcue.scoring.model import TorchModel, best_checkpoint, read_checkpoint


class Distillation(nn.Module):
    """A teacher and the distances to it; its state is the projections and the teacher's digest.

    Args:
        student: whose features are projected.
        teacher: frozen here; not registered, hence neither stored nor trained.
        settings: the weights; without a feature weight there are no projections.

    """

    def __init__(
        self, student: CueGenerator, teacher: CueGenerator, settings: DistillSettings
    ) -> None:
        super().__init__()
        self.settings = settings
        self._teacher = (teacher.eval().requires_grad_(False),)
        self._digest = _digest(teacher)
        self.projections = None
        if not settings.feature_weight:
            return
        channels = [(g.encoder.channels[-1], *_widths(g)) for g in (student, teacher)]
        self.projections = FeatureProjections(*channels)

    def forward(self, image: Tensor, output: CueOutput) -> tuple[Tensor, Tensor]:
        """Mean cue and feature distances of a batch: scalars >= 0, not weighted.

        Args:
            image: (B, 3, H, W) in [-1, 1], as the student saw it.
            output: the student's.

        """
        (teacher,) = self._teacher
        with torch.no_grad():
            # a no-op but in the first step: Lightning moves only what is registered
            taught: CueOutput = teacher.to(image.device)(image)
        cue = cue_distance(output.cue, taught.cue).mean()
        if self.projections is None:
            return cue, cue.new_zeros(())
        mine, theirs = (pooled_features(o, "e5-d4") for o in (output, taught))
        return cue, self.projections(mine, theirs).mean()

    def get_extra_state(self) -> str:
        """The teacher's digest, so that a resumed training cannot go on under another one."""
        return self._digest

    def set_extra_state(self, state: Any) -> None:
        """Compare with the digest stored in a checkpoint.

        Raises:
            InputError: the training began under another teacher.

        """
        if state != self._digest:
            raise InputError(
                f"distill.teacher={self.settings.teacher} is not the teacher that this training "
                "began with (other weights); put that one back, or start anew."
            )


class DistilledLGSC(LearnedLGSC):
    """LGSC whose losses are joined by the distances to a teacher's cue maps and features.

    Args:
        settings: of the run, with a teacher.

    Raises:
        InputError: the teacher cannot be loaded, is not of method lgsc, or takes other pixel
            values than the student.

    """

    terms: ClassVar[tuple[str, ...]] = (
        *LearnedLGSC.terms,
        "cue_distillation",
        "feature_distillation",
    )

    def __init__(self, settings: RunSettings) -> None:
        # the student first: its start is that of an undistilled training of the same seed
        super().__init__(settings.model, settings.loss)
        teacher = load_teacher(settings)
        self.distillation = Distillation(self.generator, teacher, settings.distill)

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Eq. 9 and the weighted distances to the teacher."""
        output, logit = self(image)
        terms = self.own_losses(output, logit, label)
        cue, feature = self.distillation(image, output)
        weights = self.distillation.settings
        terms["total"] = (
            terms["total"] + weights.cue_weight * cue + weights.feature_weight * feature
        )
        return {**terms, "cue_distillation": cue, "feature_distillation": feature}


def load_teacher(settings: RunSettings) -> CueGenerator:
    """The generator of ``settings.distill.teacher``, on the CPU.

    Raises:
        InputError: nothing usable there, another method, or other ``input.mean``/``input.std``.

    """
    path = Path(str(settings.distill.teacher)).expanduser()
    if not path.exists():
        raise InputError(f"distill.teacher: there is no run folder or .ckpt at {path}.")
    checkpoint = best_checkpoint(path)
    tree = read_checkpoint(checkpoint)["spoofcue"]["settings"]
    teacher = settings_from(tree, str(checkpoint))
    if teacher.method != "lgsc":
        raise InputError(f"distill.teacher: {path} is of method {teacher.method}, not lgsc.")
    mine, theirs = settings.input, teacher.input
    if (mine.mean, mine.std) != (theirs.mean, theirs.std):
        raise InputError(
            f"distill.teacher: {path} was trained with input.mean={theirs.mean:g} and "
            f"input.std={theirs.std:g}; the student needs the same."
        )
    if mine.mode != theirs.mode:
        warnings.warn(
            f"the teacher was trained with input.mode={theirs.mode}, the student sees "
            f"input.mode={mine.mode}: its cues are of faces at another scale than it knows.",
            stacklevel=2,
        )
    return TorchModel(checkpoint).generator.cpu()


def build(settings: RunSettings) -> LearnedLGSC:
    """The network of an lgsc run, with a teacher if the settings name one."""
    if settings.model.decoder == "families":
        return FamilyLGSC(settings.model, settings.loss)
    if settings.distill.teacher is None:
        return LearnedLGSC(settings.model, settings.loss)
    return DistilledLGSC(settings)


def _widths(generator: CueGenerator) -> tuple[int, ...]:
    """Channels of D1..D4.

    Raises:
        InputError: it has no such features.

    """
    if isinstance(generator.decoder, FamilyDecoder):
        raise InputError(
            "distill.teacher: a network of model.decoder=families has no D1..D4 to learn from; "
            "--set distill.feature_weight=0 takes its cue maps alone."
        )
    return tuple(generator.decoder.channels[:4])


def _digest(network: nn.Module) -> str:
    """SHA-256 of the weights, wherever they were read from."""
    whole = hashlib.sha256()
    for name, value in network.state_dict().items():
        whole.update(name.encode())
        whole.update(value.cpu().contiguous().numpy().tobytes())
    return whole.hexdigest()
