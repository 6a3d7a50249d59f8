"""Options that several commands share, each with its help in one place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from spoofcue.errors import InputError
from spoofcue.runtime.choice import RUNTIMES

Model = Annotated[
    str | None,
    typer.Option(
        help="Model package, run folder, .ckpt, .onnx or hf:owner/name@revision. Default: "
        "$SPOOFCUE_MODEL, or the model that ships with spoofcue."
    ),
]
Threshold = Annotated[
    str | None,
    typer.Option(
        help="Decide attack above this score, 0 to 1, or the name of one of the model's "
        "operating points: convenient, balanced or strict. Default: the model's own threshold."
    ),
]
Profile = Annotated[
    bool,
    typer.Option(
        "--profile/--no-profile",
        help="Use the camera profile of a package that has one; without it the threshold from "
        "before it was made holds.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as one JSON document.")]
YunetModel = Annotated[
    Path | None,
    typer.Option(
        help="The .onnx file of the YuNet face detector. Default: the one that ships with spoofcue."
    ),
]
# of whatever judges pictures
Runtime = Annotated[
    str | None,
    typer.Option(
        metavar=f"[{'|'.join(RUNTIMES)}]",
        help="Runtime for a model package. Default: $SPOOFCUE_RUNTIME, or the first of these "
        "that is installed and takes the package.",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(min=1, help="Number of threads the runtime takes. Default: its own choice."),
]
FaceSearch = Annotated[
    Literal["dlib", "yunet", "none"] | None,
    typer.Option(
        help="How to find faces; none takes each picture as one face crop. Default: the "
        "detector that found the faces of the training."
    ),
]
VideoFrames = Annotated[
    int, typer.Option(min=1, help="Number of frames sampled evenly from each video.")
]
EarlyExit = Annotated[
    bool, typer.Option(help="Stop scoring a video as soon as it is certain to be an attack.")
]
MinDecoded = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        help="Part of a video's frames that must decode, 0 to 1; with fewer it is rejected.",
    ),
]
QualityChecks = Annotated[
    bool,
    typer.Option(
        help="Reject faces that are blurred, dark, overexposed or cut off, without deciding."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Number of worker processes. Default: one for each core."),
]

# of score and prepare
Engine = Annotated[
    Literal["local", "ray"],
    typer.Option(help="Processes of this machine, or a Ray cluster."),
]
RayAddress = Annotated[
    str | None,
    typer.Option(
        "--address",
        help="Address of a running Ray cluster, with --engine ray. Default: one is started on "
        "this machine.",
    ),
]

# of benchmark and ablate
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the folds and their counts; train nothing.")
]
Methods = Annotated[
    str,
    typer.Option(
        help="Methods to train, separated by commas, or all; `spoofcue train --help` lists them. "
        "The path of a model package is judged beside them, as it is."
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one setting of every training, as training.epochs=5; may be repeated. "
        "`spoofcue train --help-settings` lists all of them.",
    ),
]
ProtocolFiles = Annotated[
    Path | None,
    typer.Option(
        help="Folder with the lists that came with the dataset, for protocols that are defined by "
        "lists. Default: below the root that was prepared."
    ),
]


def refuse_address(engine: str, address: str | None) -> None:
    """Refuse an address that no engine uses.

    Raises:
        InputError: it is given without ``--engine ray``.

    """
    if address is not None and engine != "ray":
        raise InputError("--address is of a Ray cluster: give --engine ray with it.")
