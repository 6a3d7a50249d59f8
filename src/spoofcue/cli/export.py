"""``spoofcue export``: a run as a model package or a plain ONNX file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from spoofcue.cli.options import PATH

if TYPE_CHECKING:
    from spoofcue.package.read import Package


@click.command()
@click.argument("run", type=PATH, help="Run folder of `spoofcue train`.")
@click.option(
    "--out",
    type=PATH,
    required=True,
    help="With --to, the package: a folder or NAME.spoofcue. Without, one .onnx file.",
)
@click.option(
    "--to",
    type=click.Choice(["onnx", "openvino", "safetensors"]),
    help="Write a model package with weights of this format. Default: no package, one "
    "plain ONNX file.",
)
@click.option(
    "--precision",
    type=click.Choice(["fp32", "fp16", "bf16", "int8"]),
    default="fp32",
    help="Precision of the weights. fp16 halves the file and computes in fp32; bf16 is not "
    "for onnx; int8 is calibrated on the dev split. All but fp32 are evaluated there.",
)
@click.option(
    "--target",
    help="Rate that the threshold keeps on dev, with the exported model: apcer=RATE, "
    "bpcer=RATE or eer; RATE from 0 to 1. Default: the run's threshold, its EER on dev.",
)
def export(
    run: Path,
    out: Path,
    to: Literal["onnx", "openvino", "safetensors"] | None,
    precision: Literal["fp32", "fp16", "bf16", "int8"],
    target: str | None,
) -> None:
    """Write the best checkpoint as a model package (--to), or as one plain ONNX file.

    Either scores without torch; a package also holds hashes, provenance and a model card. Nothing
    is kept if its scores differ from the checkpoint's.
    """
    from spoofcue.cli.console import say, still_at
    from spoofcue.errors import InputError
    from spoofcue.package.read import is_package
    from spoofcue.scoring.open_model import method_of

    if (run.is_file() and run.suffix == ".onnx") or is_package(run):
        raise InputError(f"{run} is exported already; give a run folder.")
    method = method_of(run)
    if method != "lgsc":
        raise InputError(
            f"{run} is of method {method}; only lgsc can be exported. `spoofcue predict` and "
            "`spoofcue evaluate` take the run folder itself."
        )
    if to is not None:
        from spoofcue.export.package import export_package

        with still_at("exporting"):
            package = export_package(run, out, to, precision, target)
        _print_package(package)
        return
    if out.suffix != ".onnx":
        raise InputError(f"--out {out}: give --to onnx (or openvino) for a package, or a .onnx.")
    if precision != "fp32":
        raise InputError(f"--precision {precision} is for packages: give --to as well.")
    if target is not None:
        raise InputError(f"--target {target} is for packages: give --to as well.")
    from spoofcue.export.graph import export_onnx
    from spoofcue.methods.checkpoint import best_checkpoint
    from spoofcue.scoring.checkpoint import TorchModel

    with still_at("exporting"):
        worst = export_onnx(TorchModel(run), best_checkpoint(run), out)
    say(f"{out}: largest difference of a cue value to torch {worst:.1e}")


def _print_package(package: Package) -> None:
    from spoofcue.cli.console import say, warn

    spec, size = package.spec, sum(f.size for f in package.spec.files.values())
    say(f"{package.path}: {package.id}, {spec.weights}, {size / 1e6:.1f} MB")
    t = spec.threshold
    say(f"threshold {t.value:.6g} ({t.rule}: {t.source})")
    if t.supported is False and t.target is not None:
        from spoofcue.metrics.intervals import attempts_needed

        warn(
            f"{t.rule} cannot be promised: it takes {attempts_needed(t.target)} attempts of each "
            "kind on dev (rule of three)"
        )
    if spec.parity:
        p = spec.parity
        say(
            f"score difference to torch over {p.n} {p.on} ({p.runtime}): "
            f"mean {p.mean:.1e}, max {p.max:.1e}"
        )
    m = spec.metrics
    if "int8 part" in m:
        say(f"int8: {m['int8 part']}")
    if "dev auc" in m:
        say(
            f"dev AUC {m['dev auc']:.4f} (checkpoint {m['dev auc of the checkpoint']:.4f}), ACER "
            f"{m['dev acer']:.4f} (checkpoint {m['dev acer of the checkpoint']:.4f})"
        )
