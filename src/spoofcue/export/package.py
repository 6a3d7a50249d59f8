"""A run to a model package, proved on the run's own dev crops before it is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from spoofcue.config import RunSettings
from spoofcue.errors import InputError
from spoofcue.export.dev_crops import DevCrops, dev_crops
from spoofcue.export.dev_target import DevTarget
from spoofcue.export.proof import ALLOWED, Proof
from spoofcue.methods.checkpoint import best_checkpoint, read_checkpoint
from spoofcue.methods.settings import settings_from
from spoofcue.metrics.measures import AT_THRESHOLD, OVER_THRESHOLDS
from spoofcue.package.expert import CueExpert, WeightFile, weight_names
from spoofcue.package.read import Package
from spoofcue.package.schema import PackageSpec
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import file_facts, write_package
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.exported import PackagedModel
from spoofcue.source import source_commit
from spoofcue.version import __version__

ExportFormat = Literal["onnx", "openvino", "safetensors"]
ExportPrecision = Literal["fp32", "fp16", "bf16", "int8"]


def export_package(
    run: Path,
    out: Path,
    to: ExportFormat = "onnx",
    precision: ExportPrecision = "fp32",
    target: str | None = None,
) -> Package:
    """Write ``out`` and prove it: scores beside the checkpoint's in PyTorch.

    Args:
        run: a run folder, or a .ckpt, of method lgsc.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        to: format of the weights.
        precision: bf16 for OpenVINO and PyTorch; fp16 is stored so and computed in fp32; int8
            needs the run's dev crops to calibrate on.
        target: of the threshold, ``apcer=RATE``, ``bpcer=RATE`` or ``eer``, met on the exported
            model's own scores of all dev crops; None: the run's threshold.

    Raises:
        InputError: the combination does not exist, fp32 scores differ by more than 1e-4, or a
            smaller precision changes AUC or ACER on dev by more than 0.2 percentage points;
            nothing is written.

    """
    _check_combination(to, precision)
    on_target = DevTarget.of(run, target) if target is not None else None
    model, checkpoint = TorchModel(run), best_checkpoint(run)
    # a proof takes few faces, a judgement of error rates many
    dev = dev_crops(run, 100 if precision == "fp32" else 600)
    stored = read_checkpoint(checkpoint)["spoofcue"]
    expert = CueExpert(
        name="cue",
        format=to,
        precision=precision,
        files=dict.fromkeys(weight_names(to), WeightFile(sha256="0" * 64, size=1)),
        input=model.facts.input,
        crop=model.facts.crop,
        training=_settings(stored, checkpoint),
    )
    spec = PackageSpec(
        name=_name(run),
        experts=[expert],
        detector=model.facts.detector,
        min_face_px=model.facts.min_face_px,
        threshold=_threshold(model, run, dev),
        scores_as=[model.facts.id] if precision == "fp32" else [],
        metrics=_metrics(run, stored, model.facts.id, target is None),
        spoofcue=__version__,
        commit=source_commit(),
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    proof = Proof.of(model, dev, precision)
    refused = []
    for part, weights in _candidates(model, to, precision, dev):
        expert = expert.model_copy(update={"files": file_facts(weights)})
        spec = spec.model_copy(update={"experts": [expert]})
        # judged as it will be used: by its own runtime, from the bytes that are hashed
        exported = PackagedModel(Package(out, spec, weights, spec.name), runtime=_JUDGED_BY[to])
        if on_target is not None:
            spec = spec.model_copy(update={"threshold": on_target.threshold(exported)})
        parity, judged, worse = proof.judge(exported, spec.threshold.value)
        if worse is None:
            metrics = spec.metrics | judged | ({"int8 part": part} if part else {})
            spec = spec.model_copy(update={"parity": parity, "metrics": metrics})
            return write_package(out, spec, weights)
        refused.append(f"{part}: {worse}" if part else worse)
    raise InputError(
        f"{precision} is refused: on {len(proof.crops)} dev crops {'; '.join(refused)}; at most "
        f"{100 * ALLOWED:.1f} percentage points are allowed. Nothing was written; --precision "
        "fp32 has no such loss."
    )


_JUDGED_BY = {"onnx": "onnxruntime", "openvino": "openvino", "safetensors": "torch"}


def _check_combination(to: str, precision: str) -> None:
    if precision == "bf16" and to == "onnx":
        raise InputError(
            "--precision bf16 is not for --to onnx: ONNX Runtime computes no bf16 on a CPU and "
            "would fall back or fail. Use --to openvino or safetensors, or fp32."
        )
    if precision in ("int8", "fp16") and to == "safetensors":
        raise InputError(f"--precision {precision} is for --to onnx or openvino.")


def _candidates(
    model: TorchModel, to: str, precision: str, dev: DevCrops | None
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """(what is int8, files) from the smallest to the nearest; one where nothing is int8."""
    if to == "safetensors":
        from safetensors.torch import save

        tensors = {k: v.cpu().contiguous() for k, v in model.generator.state_dict().items()}
        yield "", {"model.safetensors": save(tensors)}
        return
    if precision == "int8" and (dev is None or not dev.has_both_classes):
        raise InputError(
            "--precision int8 is calibrated and judged on the run's dev crops, and run.json's "
            "prepared folder is not there (or its dev split lacks a class)."
        )
    from spoofcue.export.graph import traced

    proto = traced(model)
    if precision == "fp16" and to == "onnx":
        from spoofcue.export.precision import with_half_weights

        proto = with_half_weights(proto)
    if precision != "int8" or dev is None:
        yield "", _files(proto.SerializeToString(), to, half=precision == "fp16")
        return
    from spoofcue.export.precision import CALIBRATION_CROPS, PARTS, quantised

    for part in PARTS:
        small = quantised(proto, dev.some(CALIBRATION_CROPS), model.facts.input, part)
        yield part, _files(small.SerializeToString(), to)


def _files(data: bytes, to: str, half: bool = False) -> dict[str, bytes]:
    if to == "onnx":
        return {"model.onnx": data}
    from spoofcue.export.graph import openvino_files

    return openvino_files(data, half)


def _name(run: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", (run if run.is_dir() else run.with_suffix("")).name)
    return name.strip("-._")[:100] or "model"


def _settings(stored: dict[str, Any], checkpoint: Path) -> RunSettings:
    settings = settings_from(stored["settings"], str(checkpoint))
    # a path of the machine that trained is nobody's business
    kept = settings.model.weights
    if "/" in kept or "\\" in kept:
        kept = re.split(r"[/\\]", kept)[-1] or "file"
    if random := stored.get("random_start"):
        kept = f"{kept} ({random})"
    model = settings.model.model_copy(update={"weights": kept})
    return settings.model_copy(update={"model": model})


def _threshold(model: TorchModel, run: Path, dev: DevCrops | None) -> ThresholdFacts:
    threshold = model.facts.threshold
    on_dev = threshold.rule == "eer"
    record = RunFolder(run).record_if_any() if on_dev else None
    return ThresholdFacts(
        value=threshold.value,
        rule=threshold.rule,
        source=threshold.source,
        data=Path(record.data.root).name if record else None,
        protocol=record.data.protocol if record else None,
        live=dev.live if dev and on_dev else None,
        attack=dev.attack if dev and on_dev else None,
        people=dev.people if dev and on_dev else None,
    )


def _metrics(
    run: Path, stored: dict[str, Any], model_id: str, same_threshold: bool
) -> dict[str, Any]:
    """Of the run's own evaluation, if it is of this very checkpoint.

    At another threshold only what uses none is kept.
    """
    figures = {
        f"training dev {k}": v for k, v in stored["dev"].items() if k in ("acer", "auc", "eer")
    }
    folder = RunFolder(run)
    record = folder.evaluated() if folder.is_evaluated else None
    if record is None or record.model != model_id:
        return figures
    level = record.level
    kept = [m.name for m in OVER_THRESHOLDS]
    if same_threshold:
        kept = ["worst_pai", *(m.name for m in AT_THRESHOLD), *kept]
    return figures | {f"test {name}": level[name] for name in kept if name in level}
