"""The generator's tensors, from a safetensors file, in PyTorch."""

from __future__ import annotations

from spoofcue.config import ModelSettings
from spoofcue.errors import InputError
from spoofcue.runtime.session import Planes, checked_image


class TorchRuntime:
    """The network, folded for speed, on the GPU if there is one.

    Args:
        weights: the .safetensors file's content, fp32.
        settings: the network.
        precision: of the computation: bf16 for all of it; anything else is fp32.
        threads: must be None: PyTorch's number of threads belongs to the whole process.

    Raises:
        InputError: it is no safetensors file of this network, or ``threads`` is given.

    """

    name = "torch"

    def __init__(
        self,
        weights: bytes,
        settings: ModelSettings,
        precision: str = "fp32",
        threads: int | None = None,
    ) -> None:
        if threads is not None:
            raise InputError(
                "PyTorch's number of threads belongs to the whole process: set OMP_NUM_THREADS "
                "or call torch.set_num_threads, and leave threads out."
            )
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load

        from spoofcue.cue.generator import CueGenerator
        from spoofcue.runtime.folded import folded

        network = CueGenerator(**settings.generator())
        try:
            network.load_state_dict(load(weights))
        except (SafetensorError, RuntimeError) as error:
            raise InputError(f"the weights are not this network's: {error}") from error
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._type = torch.bfloat16 if precision == "bf16" else torch.float32
        # folded in fp32: a normalisation's tiny divisors do not survive bf16
        self._network = folded(network).to(self._device, self._type)
        self._network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def cues(self, image: Planes) -> Planes:
        """See :class:`~spoofcue.runtime.session.CueRuntime`."""
        import torch

        with torch.inference_mode():
            batch = torch.from_numpy(checked_image(image)).to(
                self._device, self._type, memory_format=torch.channels_last
            )
            out: Planes = self._network(batch).cue.float().cpu().contiguous().numpy()
        return out
