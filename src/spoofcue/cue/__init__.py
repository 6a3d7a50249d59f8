"""The paper's network, losses and score (LGSC sections 3.2 to 3.5); torch only.

In the paper's order: ``encoder`` (E1..E5) and ``decoder`` (D1..D5 and the cue map) are the spoof
cue generator of section 3.3, ``classifier`` is section 3.4, ``generator`` puts them together,
``losses`` has Eqs. 6 to 9 and ``score`` Eq. 10. Besides the paper there are ``weights``
(encoders trained on ImageNet) and ``light`` (smaller networks).

All take plain tensors and no settings: the losses and the score serve any network.
"""

from typing import TYPE_CHECKING

from spoofcue.lazy_names import lazy_names

if TYPE_CHECKING:
    from spoofcue.cue.encoder import ResNet18Encoder
    from spoofcue.cue.generator import LGSC, CueGenerator
    from spoofcue.cue.losses import lgsc_loss, regression_loss, triplet_loss
    from spoofcue.cue.score import spoof_score

__all__ = [
    "LGSC",
    "CueGenerator",
    "ResNet18Encoder",
    "lgsc_loss",
    "regression_loss",
    "spoof_score",
    "triplet_loss",
]

__getattr__, __dir__ = lazy_names(
    __name__,
    {
        "spoofcue.cue.encoder": ("ResNet18Encoder",),
        "spoofcue.cue.generator": ("LGSC", "CueGenerator"),
        "spoofcue.cue.losses": ("lgsc_loss", "regression_loss", "triplet_loss"),
        "spoofcue.cue.score": ("spoof_score",),
    },
)
