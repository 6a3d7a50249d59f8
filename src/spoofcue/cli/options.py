"""Options that several commands share, each with its help in one place."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal

import click

from spoofcue.errors import InputError
from spoofcue.runtime.choice import RUNTIMES

PATH = click.Path(path_type=Path)


class NumberRange(click.FloatRange):
    """Takes no nan, which click's own does: it is neither below a limit nor above one."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The number, or a usage error."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


model_option = click.option(
    "--model",
    help="Model package, run folder, .ckpt, .onnx or hf:owner/name@revision. Default: "
    "$SPOOFCUE_MODEL, or the model that ships with spoofcue.",
)
threshold_option = click.option(
    "--threshold",
    help="Decide attack above this score, 0 to 1, or the name of one of the model's "
    "operating points: convenient, balanced or strict. Default: the model's own threshold.",
)
profile_option = click.option(
    "--profile/--no-profile",
    default=True,
    help="Use the camera profile of a package that has one; without it the threshold from "
    "before it was made holds.",
)
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one JSON document."
)
yunet_model_option = click.option(
    "--yunet-model",
    type=PATH,
    help="The .onnx file of the YuNet face detector. Default: the one that ships with spoofcue.",
)
# of whatever judges pictures
runtime_option = click.option(
    "--runtime",
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="Runtime for a model package. Default: $SPOOFCUE_RUNTIME, or the first of these "
    "that is installed and takes the package.",
)
threads_option = click.option(
    "--threads",
    type=click.IntRange(min=1),
    help="Number of threads the runtime takes. Default: its own choice.",
)
FaceSearch = Literal["dlib", "yunet", "none"]
detector_option = click.option(
    "--detector",
    type=click.Choice(["dlib", "yunet", "none"]),
    help="How to find faces; none takes each picture as one face crop. Default: the "
    "detector that found the faces of the training.",
)
frames_option = click.option(
    "--frames",
    type=click.IntRange(min=1),
    default=10,
    help="Number of frames sampled evenly from each video.",
)
early_exit_option = click.option(
    "--early-exit/--no-early-exit",
    default=True,
    help="Stop scoring a video as soon as it is certain to be an attack.",
)
min_decoded_option = click.option(
    "--min-decoded",
    type=NumberRange(min=0, max=1),
    default=0.8,
    help="Part of a video's frames that must decode, 0 to 1; with fewer it is rejected.",
)
quality_option = click.option(
    "--quality/--no-quality",
    default=True,
    help="Reject faces that are blurred, dark, overexposed or cut off, without deciding.",
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Number of worker processes. Default: one for each core.",
)

# of score and prepare
Engine = Literal["local", "ray"]
engine_option = click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    help="Processes of this machine, or a Ray cluster.",
)
address_option = click.option(
    "--address",
    help="Address of a running Ray cluster, with --engine ray. Default: one is started on "
    "this machine.",
)

# of benchmark and ablate
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Print the folds and their counts; train nothing."
)
method_option = click.option(
    "--method",
    default="lgsc",
    help="Methods to train, separated by commas, or all; `spoofcue train --help` lists them. "
    "The path of a model package is judged beside them, as it is.",
)
preset_option = click.option(
    "--preset",
    default="paper",
    help="Named set of settings to train with; `spoofcue train --help` lists them.",
)
overrides_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one setting of every training, as training.epochs=5; may be repeated. "
    "`spoofcue train --help-settings` lists all of them.",
)
protocol_files_option = click.option(
    "--protocol-files",
    type=PATH,
    help="Folder with the lists that came with the dataset, for protocols that are defined by "
    "lists. Default: below the root that was prepared.",
)


def refuse_address(engine: str, address: str | None) -> None:
    """Refuse an address that no engine uses.

    Raises:
        InputError: it is given without ``--engine ray``.

    """
    if address is not None and engine != "ray":
        raise InputError("--address is of a Ray cluster: give --engine ray with it.")
