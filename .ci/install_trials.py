"""What each extra is for, tried in a fresh environment: commands, in their order.

``python`` and ``spoofcue`` are those of the environment, ``{face}`` the picture of a rendered
person that ships with the package, ``{root}`` this repository. No trial uses a network.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
NO_TRIAL = {"dev", "docs"}  # what works on this repository is installed and used by the other jobs
WITH_TORCH = {"train", "methods", "dev", "docs"}

SET = "spoofcue simulate --identities 3 --takes 1 --pai print-a --out set"
PREPARED = (SET, "spoofcue prepare folder set --out prepared")
SMALL = (
    "--preset small --set training.epochs=1 --set training.images_per_epoch=16 "
    "--set model.width=16 --set input.size=96"
)
PHOTOS = (
    "python -c \"import pathlib, shutil; pathlib.Path('photos').mkdir(); "
    "shutil.copy('{face}', 'photos')\""
)
HEIC = (
    'python -c "import pillow_heif; from PIL import Image; pillow_heif.register_heif_opener(); '
    "Image.open('{face}').convert('RGB').save('face.heic', quality=95)\""
)
TRIALS = {
    "": ("spoofcue --help", "spoofcue predict {face} --json"),
    "simulate": (SET,),
    "data": (*PREPARED, "spoofcue evaluate --data prepared --model default --out judged"),
    "report": (
        *PREPARED,
        "spoofcue evaluate --data prepared --model default --out judged",
        "spoofcue report judged",
    ),
    "train": (
        *PREPARED,
        f"spoofcue train --data prepared --out run {SMALL}",
        "spoofcue evaluate run",
        "spoofcue export run --to onnx --out run.spoofcue",
        "spoofcue predict {face} --model run.spoofcue",
    ),
    "methods": (
        *PREPARED,
        "spoofcue train --data prepared --out run --method lbp",
        "spoofcue evaluate run",
    ),
    # uv leaves nothing compiled; what is timed is a start, not the first one of all
    "serve": (
        'python -c "import fastapi, uvicorn"',
        "python {root}/.ci/serve_smoke.py {face}",
    ),
    "batch": (PHOTOS, "spoofcue score photos --out scored"),
    "ray": (PHOTOS, "spoofcue score photos --out scored --engine ray --workers 1"),
    "heic": (HEIC, "spoofcue predict face.heic"),
    "openvino": ("spoofcue doctor --runtime openvino",),
    # the client is there and is asked; that it then finds no network is what it says
    "hub": (
        "python -c \"import os, spoofcue; os.environ['HF_HUB_OFFLINE'] = '1'\n"
        "try: spoofcue.Detector.load('hf:spoofcue/nothing')\n"
        "except spoofcue.SpoofCueError as error: assert 'HF_HUB_OFFLINE' in str(error), error\n"
        "else: raise SystemExit('loaded')\"",
    ),
}


class TrialError(Exception):
    """A command of a trial failed; the message has its last lines."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and what its commands run with."""

    folder: Path
    variables: dict[str, str]

    def program(self, name: str) -> str:
        """The path of a program of the environment."""
        windows = (self.folder / "Scripts").is_dir()
        return str(self.folder / ("Scripts" if windows else "bin") / name)

    def run(self, command: str | list[str], cwd: Path, timeout_s: float = 900) -> str:
        """What a command prints; TrialError with its end if it fails."""
        words = shlex.split(command) if isinstance(command, str) else command
        if words[0] in ("python", "spoofcue"):
            words = [self.program(words[0]), *words[1:]]
        try:
            done = subprocess.run(
                words,
                cwd=cwd,
                env=self.variables,
                timeout=timeout_s,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
            )
        except subprocess.TimeoutExpired:
            raise TrialError(f"{shlex.join(words)}: not done after {timeout_s:g} s") from None
        if done.returncode:
            end = "\n".join(done.stdout.splitlines()[-15:])
            raise TrialError(f"{shlex.join(words)}: status {done.returncode}\n{end}")
        return done.stdout


def extras() -> list[str]:
    """The extras of pyproject.toml that have a trial; all but those for work on this repository.

    Raises:
        SystemExit: an extra has no trial, or a trial no extra.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = set(project["optional-dependencies"]) - NO_TRIAL
    if lacking := stated ^ (set(TRIALS) - {""}):
        raise SystemExit(
            f"extras of pyproject.toml and trials of .ci/install_trials.py differ: "
            f"{', '.join(sorted(lacking))}"
        )
    return sorted(stated)


def try_extra(extra: str, environment: Environment, face: Path, work: Path) -> None:
    """Run the commands of an extra's trial; TrialError at the first that fails."""
    for command in TRIALS[extra]:
        words = shlex.split(command)
        fields = {"{face}": face.as_posix(), "{root}": ROOT.as_posix()}
        for field, value in fields.items():
            words = [word.replace(field, value) for word in words]
        environment.run(words, work)
