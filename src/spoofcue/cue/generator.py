"""The spoof cue generator and the whole LGSC network (sections 3.2 to 3.5, Fig. 2)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from torch import Tensor, nn

from spoofcue.cue.classifier import AuxiliaryClassifier
from spoofcue.cue.decoder import CueDecoder, DecoderFeatures
from spoofcue.cue.encoder import EncoderFeatures, Norm, ResNet18Encoder
from spoofcue.cue.light.families import FamilyDecoder, FamilyEvidence
from spoofcue.cue.light.mobilenet import BLOCKS, TO_E4, WITHOUT_TAIL, MobileNetV2Encoder
from spoofcue.cue.light.separable import SeparableDecoder
from spoofcue.cue.score import check_image_shape

EncoderName = Literal["resnet18", "mobilenet-v2"]
DecoderName = Literal["residual", "separable", "families"]


class CueOutput(NamedTuple):
    """What the generator makes of an image.

    Attributes:
        cue: (B, 3, H, W) in [-1, 1]; zero for a perfectly live face.
        encoder: E1..E5.
        decoder: D1..D5; of the decoder ``families``, which has none, its evidence.

    """

    cue: Tensor
    encoder: EncoderFeatures
    decoder: DecoderFeatures | FamilyEvidence


class CueGenerator(nn.Module):
    """U-Net from a face to its spoof cue map (section 3.3; Fig. 2, left).

    Shapes: image (B, 3, H, W) float in [-1, 1], H and W multiples of 32 -> :class:`CueOutput`, its
    cue (B, 3, H, W) in [-1, 1].

    Args:
        encoder_norm: normalisation in the encoder; ``batch`` as in ImageNet's ResNet-18.
        decoder_norm: normalisation in the decoder; ``instance`` by default.
        width: channels of ResNet-18's E1, 64 in the paper.
        encoder: ``resnet18`` as in the paper, or ``mobilenet-v2``.
        mobile_multiplier: of MobileNetV2's channels.
        decoder: ``residual`` as in the paper, ``separable`` or ``families``.
        decoder_width: channels of the separable decoder's D5.
        mobile_tail: whether MobileNetV2 goes to 1280 channels, as ImageNet's does, or ends at 160.
        families: detectors of the decoder ``families``, which looks no deeper than E4.

    Raises:
        InputError: when called with a side that is no multiple of 32, or not three channels.

    >>> import torch
    >>> from spoofcue.cue import CueGenerator
    >>> output = CueGenerator(width=8)(torch.zeros(2, 3, 64, 64))
    >>> tuple(output.cue.shape)
    (2, 3, 64, 64)
    >>> [tuple(d.shape[1:]) for d in output.decoder]  # D1..D5
    [(32, 4, 4), (16, 8, 8), (8, 16, 16), (8, 32, 32), (4, 64, 64)]

    """

    def __init__(
        self,
        encoder_norm: Norm = "batch",
        decoder_norm: Norm = "instance",
        *,
        width: int = 64,
        encoder: EncoderName = "resnet18",
        mobile_multiplier: float = 1.0,
        decoder: DecoderName = "residual",
        decoder_width: int = 16,
        mobile_tail: bool = True,
        families: int = 2,
    ) -> None:
        super().__init__()
        self.encoder: ResNet18Encoder | MobileNetV2Encoder = (
            ResNet18Encoder(encoder_norm, width)
            if encoder == "resnet18"
            else MobileNetV2Encoder(
                encoder_norm,
                mobile_multiplier,
                TO_E4 if decoder == "families" else BLOCKS if mobile_tail else WITHOUT_TAIL,
            )
        )
        channels = self.encoder.channels
        self.decoder: CueDecoder | SeparableDecoder | FamilyDecoder
        if decoder == "residual":
            self.decoder = CueDecoder(channels, decoder_norm)
        elif decoder == "separable":
            self.decoder = SeparableDecoder(channels, decoder_width, decoder_norm)
        else:
            self.decoder = FamilyDecoder(channels[3], families)

    def forward(self, image: Tensor) -> CueOutput:
        """Generate the cue map of ``image`` (B, 3, H, W) in [-1, 1].

        Raises:
            InputError: not four dimensions, not three channels, or a side that is no
                multiple of 32.

        """
        check_image_shape(image)
        features = self.encoder(image)
        cue, decoded = self.decoder(features)
        return CueOutput(cue, features, decoded)


class LGSC(nn.Module):
    """Generator and auxiliary classifier, trained end to end (section 3.2, Fig. 2).

    Shapes: image (B, 3, H, W) float in [-1, 1], H and W multiples of 32 -> :class:`CueOutput` and
    the classifier's logits (B,), higher = attack. Only ``generator`` is needed to score.

    Args:
        auxiliary: what the classifier sees, or ``none`` to train without it (Table 5).
        auxiliary_dropout: see :class:`AuxiliaryClassifier`.
        width: channels of E1 of every ResNet-18 in it: the classifier's always is one.
        generator: the other arguments of :class:`CueGenerator`.

    Raises:
        InputError: when called with a side that is no multiple of 32, or not three channels.

    One training step, and the scores of faces that it was not trained on:

    >>> import torch
    >>> from spoofcue.cue import LGSC, lgsc_loss, spoof_score
    >>> network = LGSC(width=8)
    >>> faces, label = torch.rand(4, 3, 64, 64) * 2 - 1, torch.tensor([0, 0, 1, 1])
    >>> output, logit = network(faces)
    >>> lgsc_loss(output, logit, label).total.backward()
    >>> with torch.no_grad():
    ...     scores = spoof_score(network.eval().generator(faces).cue)
    >>> tuple(scores.shape)
    (4,)

    """

    def __init__(
        self,
        *,
        auxiliary: Literal["overlay", "cue", "none"] = "overlay",
        auxiliary_dropout: float = 0.0,
        width: int = 64,
        **generator: Any,
    ) -> None:
        super().__init__()
        self.generator = CueGenerator(width=width, **generator)
        # the families are their own classifiers
        own = isinstance(self.generator.decoder, FamilyDecoder)
        self.classifier = (
            None
            if auxiliary == "none" or own
            else AuxiliaryClassifier(auxiliary, auxiliary_dropout, width)
        )

    def forward(self, image: Tensor) -> tuple[CueOutput, Tensor | None]:
        """Cue output and attack logit (B,), or None without a classifier."""
        output: CueOutput = self.generator(image)
        if self.classifier is None:
            return output, None
        return output, self.classifier(image, output.cue)
