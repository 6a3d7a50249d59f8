"""What a network must offer to be trained by the one harness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from torch import Tensor, nn

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.weights import load_encoder_weights


class TrainingBatch(NamedTuple):
    """A batch.

    Attributes:
        image: (B, 3, S, S) float32, normalised.
        label: (B,) int64, 0 live, 1 attack.
        family: (B,) int64, position of an attack's family in ``model.families``; -1 for live
            faces and for attacks of others.

    """

    image: Tensor
    label: Tensor
    family: Tensor


class Learned(nn.Module):
    """A method that is learned by gradient: its losses, its score, its evidence.

    It knows no Lightning, no files and no settings; label 0 = live, 1 = attack throughout. All
    images are (B, 3, H, W) float32, normalised, H and W multiples of 32.

    Attributes:
        terms: names of the unweighted losses that :meth:`losses` gives besides ``total``.
        threshold_without_dev: a score above it is an attack where no dev chose a threshold.
        threshold_source: where that one comes from.
        reference_faces: how many train faces of each class :meth:`refresh` wants; 0: no call.
        wants_begin: whether :meth:`begin` is called at all.
        training_only: how names of weights begin that scoring does without.

    """

    terms: ClassVar[tuple[str, ...]] = ()
    threshold_without_dev: ClassVar[float] = 0.5
    threshold_source: ClassVar[str] = "middle of the score's range; no dev"
    reference_faces: ClassVar[int] = 0
    wants_begin: ClassVar[bool] = False
    training_only: ClassVar[tuple[str, ...]] = ()
    encoder: ResNet18Encoder

    def losses(self, image: Tensor, label: Tensor) -> dict[str, Tensor]:
        """Scalars by name: ``total``, which is minimised, then those of :attr:`terms`.

        Where several processes share a batch each is called with its part; what a loss looks at
        goes through :func:`spoofcue.methods.whole_batch.whole_batch`, so that the loss is that of
        the whole batch.
        """
        raise NotImplementedError

    def batch_losses(self, batch: TrainingBatch) -> dict[str, Tensor]:
        """:meth:`losses` of a batch, for a network that wants more of it than the labels."""
        return self.losses(batch.image, batch.label)

    def scores(self, image: Tensor) -> Tensor:
        """(B,) float32 in [0, 1], higher = more likely an attack."""
        raise NotImplementedError

    def evidence(self, image: Tensor) -> Tensor | None:
        """Where the score comes from: (B, 1 or 3, H, W) in [-1, 1], 0 = live; None: no such map."""
        return None

    def begin(self, live: Iterator[Tensor]) -> None:
        """Look once at all live train faces, in batches, before the first step."""

    def refresh(self, live: Iterator[Tensor], attack: Iterator[Tensor]) -> None:
        """Look at :attr:`reference_faces` train faces of each class after an epoch's last step."""

    def load_pretrained(self, source: str) -> str | None:
        """Take a pretrained encoder; see :func:`spoofcue.cue.weights.load_encoder_weights`.

        Returns:
            What of it began at random all the same, in words; None: nothing.

        """
        return load_encoder_weights(self.encoder, source)

    def pretrained_part(self) -> nn.Module:
        """The encoder, which ``optimiser.encoder_lr_factor`` slows down or freezes."""
        return self.encoder

    def scoring_part(self) -> nn.Module:
        """The part that scoring runs, whose parameters are counted."""
        return self
