"""Which models are compared, as packages of every format and precision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch

from spoofcue import __version__
from spoofcue.config import RunSettings
from spoofcue.cue.decoder import NEAR_ZERO, FiveScales
from spoofcue.cue.generator import LGSC
from spoofcue.cue.score import next_multiple
from spoofcue.export.graph import openvino_files, traced
from spoofcue.export.precision import CALIBRATION_CROPS, PARTS, quantised
from spoofcue.methods.checkpoint import best_checkpoint, read_checkpoint
from spoofcue.methods.network_cost import summarise
from spoofcue.methods.settings import load_settings, settings_from
from spoofcue.package.expert import CueExpert
from spoofcue.package.read import read_package
from spoofcue.package.schema import PackageSpec
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts, write_package
from spoofcue.runtime.choice import allowed_runtimes, installed
from spoofcue.scoring.checkpoint import TorchModel

EAGER = ("eager", "fp32")  # a run's checkpoint in plain PyTorch: what all is compared with
# (runtime, precision) -> format of the package
PACKAGED = {
    ("torch", "fp32"): "safetensors",
    ("torch", "bf16"): "safetensors",
    ("onnxruntime", "fp32"): "onnx",
    ("onnxruntime", "int8"): "onnx",
    ("openvino", "fp32"): "openvino",
    ("openvino", "bf16"): "openvino",
    ("openvino", "int8"): "openvino",
}
COMPILED = (("compiled", "fp32"), ("compiled", "bf16"))


@dataclass(frozen=True, slots=True)
class Contender:
    """A network in all that can run it.

    Attributes:
        name: as in the tables.
        side: of its square input, px.
        gflop: of one such image: twice the multiply-adds that methods/network_cost.py counts.
        random: weights drawn at random: scores mean nothing, speed is the same.
        cells: (runtime, precision) -> run folder (eager) or package.
        reference: the cell that scores are compared with.

    """

    name: str
    side: int
    gflop: float
    random: bool
    cells: dict[tuple[str, str], Path]
    reference: tuple[str, str]

    def only(self, runtimes: set[str]) -> Contender:
        """The same in fewer runtimes; the reference stays."""
        kept = {c: p for c, p in self.cells.items() if c[0] in runtimes or c == self.reference}
        return replace(self, cells=kept)


def gflop(settings: RunSettings, side: int) -> float:
    """Of one image through the generator."""
    network = LGSC(**settings.model.network() | {"auxiliary": "none"})
    return 2e-9 * summarise(network, side, side).generator_macs


def random_run(settings: RunSettings, folder: Path) -> Path:
    """A run folder with an untrained network."""
    torch.manual_seed(0)
    network = LGSC(**settings.model.network())
    if isinstance(network.generator.decoder, FiveScales):
        # cues as large as a trained network's: near zero all scores would be on a par
        network.generator.decoder.to_cue.weight.data.mul_(0.01 / NEAR_ZERO)
    stored = {
        "state_dict": {f"network.{k}": v for k, v in network.state_dict().items()},
        "spoofcue": {
            "version": __version__,
            "settings": settings.model_dump(mode="json"),
            "dev": {"threshold": 0.5, "threshold_source": "none: random weights"},
            "facts": {"margin": 0.2, "detector": "dlib", "min_face_px": 48},
        },
    }
    path = folder / "checkpoints" / "best.ckpt"
    path.parent.mkdir(parents=True)
    torch.save(stored, path)
    return folder


def of_preset(
    preset: str, overrides: list[str], folder: Path, crops: list[Path], compiled: bool = False
) -> Contender:
    """A preset's network with random weights."""
    settings = load_settings(preset, None, [*overrides, "model.weights=none"])
    run = random_run(settings, folder / preset)
    return of_run(preset, run, folder, crops, random=True, compiled=compiled)


def of_run(
    name: str,
    run: Path,
    folder: Path,
    crops: list[Path],
    random: bool = False,
    compiled: bool = False,
) -> Contender:
    """A run folder or .ckpt, exported to all formats into ``folder``.

    int8 (all but the last convolution) is calibrated on ``crops`` and not judged by error rates,
    as `spoofcue export` would: the table of scores tells how far off it is.
    """
    from safetensors.torch import save

    model = TorchModel(run)
    settings = _settings(run)
    proto = traced(model)
    fp32 = proto.SerializeToString()
    some = crops[:CALIBRATION_CROPS]
    int8 = quantised(proto, some, model.facts.input, PARTS[0]).SerializeToString()
    tensors = {k: v.cpu().contiguous() for k, v in model.generator.state_dict().items()}
    cells = {EAGER: run}
    for (runtime, precision), form in PACKAGED.items():
        if not installed(runtime):
            continue
        if form == "safetensors":
            weights = {"model.safetensors": save(tensors)}
        else:
            graph = int8 if precision == "int8" else fp32
            weights = {"model.onnx": graph} if form == "onnx" else openvino_files(graph)
        expert = CueExpert(
            name="cue",
            format=form,
            precision=precision,
            files=file_facts(weights),
            input=model.facts.input,
            crop=model.facts.crop,
            training=settings,
        )
        spec = PackageSpec(
            name=name,
            experts=[expert],
            detector=model.facts.detector,
            min_face_px=model.facts.min_face_px,
            threshold=ThresholdFacts(
                value=model.facts.threshold.value, rule="fixed", source=model.facts.threshold.source
            ),
            spoofcue=__version__,
            created="",
        )
        target = folder / f"{name}-{form}-{precision}"
        cells[runtime, precision] = write_package(target, spec, weights).path
    if compiled:
        cells |= {cell: cells["torch", cell[1]] for cell in COMPILED}
    side = next_multiple(model.facts.input.size)
    return Contender(name, side, gflop(settings, side), random, cells, EAGER)


def of_packages(name: str, paths: list[Path], folder: Path) -> Contender:
    """Ready packages of one network; the baseline of speed is an untrained twin."""
    specs = {path: read_package(path).spec for path in paths}
    experts = {path: spec.cue for path, spec in specs.items() if spec.cue}
    settings = next(iter(experts.values())).training
    cells = {EAGER: random_run(settings, folder / f"{name}-twin")}
    for path, expert in experts.items():
        for runtime in allowed_runtimes(expert.format, expert.precision):
            if installed(runtime):
                cells.setdefault((runtime, expert.precision), path)
    side = next_multiple(settings.input.size)
    exact = [cell for cell in cells if cell != EAGER and cell[1] == "fp32"]
    reference = exact[0] if exact else next(cell for cell in cells if cell != EAGER)
    return Contender(name, side, gflop(settings, side), False, cells, reference)


def _settings(run: Path) -> RunSettings:
    checkpoint = best_checkpoint(run)
    stored = read_checkpoint(checkpoint)["spoofcue"]
    return settings_from(stored["settings"], str(checkpoint))
