"""`lgsc`: the paper's own method (Eqs. 6 to 10), alone, under a teacher, or by linear families."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from spoofcue.config import DistillSettings, LossSettings, ModelSettings, RunSettings
from spoofcue.cue.decoder import DecoderFeatures
from spoofcue.cue.generator import LGSC, CueGenerator, CueOutput
from spoofcue.cue.light.distillation import FeatureProjections, cue_distance
from spoofcue.cue.light.families import FamilyDecoder, FamilyEvidence, family_loss
from spoofcue.cue.losses import TripletScales, lgsc_loss, pooled_features, regression_loss
from spoofcue.cue.score import spoof_score
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.errors import InputError
from spoofcue.methods.checkpoint import CHECKPOINT_KEY, best_checkpoint, network_of, read_checkpoint
from spoofcue.methods.learned import Learned, TrainingBatch
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.settings import settings_from
from spoofcue.methods.whole_batch import sharing, whole_batch


class LearnedLGSC(LGSC, Learned):
    """Generator and auxiliary classifier with their losses; state dict as :class:`LGSC`'s.

    Args:
        model: of the network.
        loss: weights and choices of Eqs. 6 to 9.

    """

    terms: ClassVar[tuple[str, ...]] = ("regression", "triplet", "classification")
    # section 4.1 recommends 0.01; where there is no dev, nothing better is known
    threshold_without_dev: ClassVar[float] = 0.01
    threshold_source: ClassVar[str] = "recommended by the paper; no dev"
    # what a student learned to compare itself with its teacher
    training_only: ClassVar[tuple[str, ...]] = ("distillation.",)

    def __init__(self, model: ModelSettings, loss: LossSettings) -> None:
        super().__init__(**model.network())
        self.loss = loss

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Eq. 9."""
        output, logit = self(image)
        return self.own_losses(output, logit, label)

    def own_losses(
        self, output: CueOutput, logit: Tensor | None, label: Tensor
    ) -> dict[str, Tensor]:
        """Eq. 9 of what the network made of a batch."""
        loss = self.loss
        terms = lgsc_loss(
            whole_output(output, loss.triplet),
            None if logit is None else whole_batch(logit),
            whole_batch(label),
            weights=(loss.regression_weight, loss.triplet_weight, loss.classification_weight),
            margin=loss.margin,
            regression=loss.regression,
            scales=loss.triplet,
        )
        return terms._asdict()

    def scores(self, image: Tensor) -> Tensor:
        """Eq. 10."""
        return spoof_score(self.generator(image).cue)

    def evidence(self, image: Tensor) -> Tensor:
        """The cue map."""
        cue: Tensor = self.generator(image).cue
        return cue

    def load_pretrained(self, source: str) -> str | None:
        """Into the generator's encoder; the classifier starts from scratch (section 3.4)."""
        return load_encoder_weights(self.generator.encoder, source)

    def pretrained_part(self) -> nn.Module:
        """The generator's encoder; the classifier's is never pretrained."""
        return self.generator.encoder

    def scoring_part(self) -> nn.Module:
        """The generator."""
        return self.generator


class FamilyLGSC(LearnedLGSC):
    """Live-only regression of the map, classification by family; no features for triplets.

    Args:
        model: of the network, with the decoder ``families``.
        loss: weights.

    """

    terms: ClassVar[tuple[str, ...]] = ("regression", "classification", "ridge")

    def batch_losses(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """``a1 L_r + a3 L_a + ridge |w|^2 / 2``."""
        output = self.generator(batch.image)
        evidence, decoder = output.decoder, self.generator.decoder
        assert isinstance(evidence, FamilyEvidence)
        assert isinstance(decoder, FamilyDecoder)
        label, family = whole_batch(batch.label), whole_batch(batch.family)
        regression = regression_loss(whole_batch(output.cue), label, self.loss.regression)
        logits = FamilyEvidence(whole_batch(evidence.logits))
        classification = family_loss(logits, label, family)
        ridge = 0.5 * decoder.detectors.weight.float().square().sum()
        total = (
            self.loss.regression_weight * regression
            + self.loss.classification_weight * classification
            + self.loss.ridge * ridge
        )
        return {
            "total": total,
            "regression": regression,
            "classification": classification,
            "ridge": ridge,
        }


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
        cue = whole_batch(cue_distance(output.cue, taught.cue)).mean()
        if self.projections is None:
            return cue, cue.new_zeros(())
        mine, theirs = (pooled_features(o, "e5-d4") for o in (output, taught))
        return cue, whole_batch(self.projections(mine, theirs)).mean()

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
                "began with (other weights); put that one back, or start another training."
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


def whole_output(output: CueOutput, scales: TripletScales) -> CueOutput:
    """What the losses look at, of all processes' parts of a batch: the cue and pooled features.

    Args:
        output: of this process's part.
        scales: layers whose features are looked at; those come as (B, C, 1, 1), others as they
            are.

    Returns:
        ``output`` itself if nobody shares the batch.

    """
    if sharing() == 1:
        return output
    cue, encoder, decoder = whole_batch(output.cue), output.encoder, output.decoder
    # maps of all layers would be as much again as the network holds; their means are few numbers
    pooled = [whole_batch(v)[..., None, None] for v in pooled_features(output, scales)]
    if pooled:
        assert isinstance(decoder, DecoderFeatures)
        e5, d1, d2, d3, d4 = pooled[:5]
        encoder, decoder = encoder._replace(e5=e5), DecoderFeatures(d1, d2, d3, d4, decoder.d5)
    return CueOutput(cue, encoder, decoder)


def load_teacher(settings: RunSettings) -> CueGenerator:
    """The generator of ``settings.distill.teacher``, on the CPU.

    Raises:
        InputError: nothing usable there, another method, or other ``input.mean``/``input.std``.

    """
    path = Path(str(settings.distill.teacher)).expanduser()
    if not path.exists():
        raise InputError(f"distill.teacher: there is no run folder or .ckpt at {path}.")
    checkpoint = best_checkpoint(path)
    stored = read_checkpoint(checkpoint)
    teacher = settings_from(stored[CHECKPOINT_KEY]["settings"], str(checkpoint))
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
    network = network_of(stored, checkpoint, build)
    assert isinstance(network, LearnedLGSC)
    return network.generator


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


METHOD = LearnedMethod(
    name="lgsc",
    seen="live, attack",
    score="mean of the cue",
    evidence="cue",
    build=build,
)
