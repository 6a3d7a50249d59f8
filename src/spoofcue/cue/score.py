"""The score (Eq. 10) and the image sizes that the network takes, for PyTorch and NumPy alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

STRIDE = 32  # the encoder halves five times


@overload
def spoof_score(cue: Tensor) -> Tensor: ...
@overload
def spoof_score(cue: NDArray[np.floating]) -> NDArray[np.float64]: ...
def spoof_score(cue: Any) -> Any:
    """Eq. 10: the element-wise mean of the cue's magnitude.

    Args:
        cue: (B, C, H, W) in [-1, 1], of any network, a tensor or an array; C is 3 in the paper.

    Returns:
        (B,) in [0, 1], higher = more likely an attack: a float32 tensor of a tensor (which
        carries gradients), a float64 array of an array.

    >>> import numpy as np
    >>> import torch
    >>> from spoofcue.cue import spoof_score
    >>> live, attack = torch.zeros(3, 32, 32), torch.full((3, 32, 32), -0.5)
    >>> spoof_score(torch.stack([live, attack]))
    tensor([0.0000, 0.5000])
    >>> float(spoof_score(np.full((1, 3, 32, 32), 0.25))[0])
    0.25

    """
    if isinstance(cue, np.ndarray):
        # map by map: a score is the same to the last digit whatever else is in the batch
        return np.array([np.abs(one, dtype=np.float64).mean() for one in cue])
    return cue.float().abs().mean(dim=(1, 2, 3))


def next_multiple(length: int) -> int:
    """The least multiple of 32 that is not below ``length`` (px)."""
    return -(-length // STRIDE) * STRIDE


def check_image_shape(image: Tensor | NDArray[np.float32]) -> None:
    """Raise InputError unless ``image`` is (B, 3, H, W) with H and W multiples of 32."""
    if image.ndim != 4 or image.shape[1] != 3:
        raise InputError(f"the network takes (B, 3, H, W) images, not {tuple(image.shape)}.")
    height, width = image.shape[-2:]
    if height == 0 or width == 0 or height % STRIDE or width % STRIDE:
        raise InputError(
            f"image height and width must be multiples of {STRIDE}, not {height} x {width}; "
            "crop, pad or resize it first (spoofcue.patches does)."
        )
