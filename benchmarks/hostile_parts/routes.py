"""One hostile input through the product, and what came of it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from hostile_parts.independent import broken, is_picture
from hostile_parts.mutations import mutated
from hostile_parts.originals import Original

import spoofcue
from spoofcue.scoring.open_model import SHIPPED

# how often each kind is drawn; a folder holds FOLDER of them
SHARES = {
    "image": 58, "video": 10, "folder": 1, "package": 5, "scores": 10, "labels": 4,
    "manifest": 2, "yaml": 10,
}  # fmt: skip
FOLDER = 12
OTHER_SUFFIX = 0.05  # of pictures and videos: a name that says they are something else


@dataclass
class Outcome:
    """What came of one input.

    Attributes:
        number: with the seed it makes the input again.
        kind: see SHARES.
        answer: live, attack, a reason of a rejection, or status 0, 1, 2 of a command.
        inputs: how many hostile files were in it.
        seconds: it took.
        faults: what must not be.

    """

    number: int
    kind: str
    answer: str = ""
    inputs: int = 1
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


class Routes:
    """The originals, the model that ships and a folder to work in.

    Args:
        sound: every original.
        prepared: a prepared folder.
        work: emptied after every input.
        seed: of all inputs.

    """

    def __init__(self, sound: Sequence[Original], prepared: Path, work: Path, seed: int) -> None:
        self._sound = sound
        self._prepared = prepared
        self._work = work
        self._seed = seed
        self._bytes = [original.data for original in sound if len(original.data) < 1 << 18]

    @cached_property
    def _detector(self) -> spoofcue.Detector:
        return spoofcue.Detector.load(threads=1)

    @cached_property
    def _of_crops(self) -> spoofcue.Detector:
        """Takes pictures as faces: looking for one takes most of the time, and no hostile byte."""
        return spoofcue.Detector.load(threads=1, face_detector="none")

    def run(self, number: int) -> Outcome:
        """Make input ``number`` and judge it."""
        rng = random.Random(f"{self._seed}/{number}")
        kind = rng.choices(list(SHARES), list(SHARES.values()))[0]
        outcome = Outcome(number, kind)
        self._work.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        ways: dict[str, Callable[[Outcome, random.Random], None]] = {
            "image": self._picture,
            "video": self._picture,
            "folder": self._folder,
            "package": self._package,
            "scores": self._scores,
            "labels": self._labels,
            "manifest": self._manifest,
            "yaml": self._yaml,
        }
        try:
            ways[kind](outcome, rng)
        except Exception as error:
            outcome.faults.append(f"traceback: {type(error).__name__}: {error}"[:300])
        outcome.seconds = time.monotonic() - began
        return outcome

    def clear(self) -> None:
        """Remove what the last input left."""
        shutil.rmtree(self._work, ignore_errors=True)

    def _write(self, kind: str, rng: random.Random, where: str = "") -> Path:
        original = rng.choice([o for o in self._sound if o.kind == kind])
        is_text = kind in ("scores", "labels", "yaml")
        name, data = original.name, mutated(original.data, self._bytes, is_text, rng)
        if kind in ("image", "video") and rng.random() < OTHER_SUFFIX:
            names = [o.name for o in self._sound if o.kind in ("image", "video")]
            name = Path(name).stem + Path(rng.choice(names)).suffix
        path = self._work / where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def _picture(self, outcome: Outcome, rng: random.Random) -> None:
        path = self._write(outcome.kind, rng)
        if rng.random() < 0.02:
            status, printed = self._command(outcome, "predict", path, "--json")
            rows = json.loads(printed) if status in (0, 1) else []
            decisions = {row["decision"] for row in rows} or {f"status {status}"}
        else:
            detector = self._of_crops if rng.random() < 0.75 else self._detector
            result = detector.predict(path)
            decisions = {result.decision}
            outcome.answer = str(result.reason or result.decision)
            if outcome.kind == "image" and is_picture(path) and rng.random() < 0.2:
                again = detector.predict(path.read_bytes())
                if again.decision != result.decision:
                    outcome.faults.append(f"by bytes {again.decision}, by path {result.decision}")
        outcome.answer = outcome.answer or "/".join(sorted(decisions))
        if "live" in decisions and (why := broken(path)):
            outcome.faults.append(f"live, and broken: {why}")

    def _folder(self, outcome: Outcome, rng: random.Random) -> None:
        root = self._work / "people"
        media = [o for o in self._sound if o.kind in ("image", "video")]
        for original in rng.sample(media, FOLDER):
            path = root / original.folder / original.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(mutated(original.data, self._bytes, False, rng))
        outcome.inputs = FOLDER
        out = self._work / "out"
        status, _ = self._command(
            outcome, "prepare", "folder", root, "--out", out, "--workers", 1, "--frames", 2
        )
        outcome.answer = f"status {status}"

    def _package(self, outcome: Outcome, rng: random.Random) -> None:
        path = self._write("package", rng)
        status, _ = self._command(outcome, "model", "verify", path)
        outcome.answer = f"status {status}"
        if status == 0:
            from spoofcue.package.read import read_package

            if read_package(path).weights != read_package(SHIPPED).weights:
                outcome.faults.append("verified with other weights")

    def _scores(self, outcome: Outcome, rng: random.Random) -> None:
        test = self._write("scores", rng, "test")
        dev = next(o for o in self._sound if o.name == "scores.csv")
        (self._work / "dev.csv").write_bytes(dev.data)
        status, _ = self._command(
            outcome, "evaluate", "--scores", test, "--dev", self._work / "dev.csv", "--json"
        )
        outcome.answer = f"status {status}"

    def _labels(self, outcome: Outcome, rng: random.Random) -> None:
        table = self._write("labels", rng)
        root = self._work / "root"
        root.mkdir()
        pictures = [o for o in self._sound if o.kind == "image" and o.name.endswith(".png")]
        for name, original in zip("abcdef", pictures, strict=False):
            (root / f"{name}.png").write_bytes(original.data)
        status, _ = self._command(
            outcome, "prepare", "folder", root, "--labels", table, "--out", self._work / "out",
            "--detector", "none", "--workers", 1,
        )  # fmt: skip
        outcome.answer = f"status {status}"

    def _manifest(self, outcome: Outcome, rng: random.Random) -> None:
        copy = self._work / "prepared"
        shutil.copytree(self._prepared, copy)
        victim = rng.choice([p for p in sorted(copy.iterdir()) if p.is_file()])
        is_text = victim.suffix != ".parquet"
        victim.write_bytes(mutated(victim.read_bytes(), self._bytes, is_text, rng))
        status, _ = self._command(
            outcome, "evaluate", "--model", SHIPPED, "--data", copy, "--out", self._work / "out"
        )
        outcome.answer = f"status {status}"

    def _yaml(self, outcome: Outcome, rng: random.Random) -> None:
        from spoofcue.methods.settings import load_settings
        from spoofcue.simulate.catalogue import load_catalogue

        path = self._write("yaml", rng)
        try:
            if path.name == "settings.yaml":
                load_settings(file=path)
            else:
                load_catalogue(path)
            outcome.answer = "read"
        except spoofcue.SpoofCueError as error:
            outcome.answer = "refused"
            self._check_words(outcome, str(error))

    def _command(self, outcome: Outcome, *arguments: object) -> tuple[int, str]:
        """Status and standard output of a command, run in this process as a shell would run it."""
        from spoofcue.cli.main import main

        printed, said = io.StringIO(), io.StringIO()
        before, sys.argv = sys.argv, ["spoofcue", *map(str, arguments)]
        status: Any = 0
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
                main()
        except SystemExit as error:
            status = error.code or 0
        finally:
            sys.argv = before
        if status not in (0, 1, 2):
            outcome.faults.append(f"status {status}")
        if status == 2:
            self._check_words(outcome, said.getvalue())
        for text in (printed.getvalue(), said.getvalue()):
            if "Traceback (most recent call last)" in text:
                outcome.faults.append("a traceback was printed")
        return int(status) if isinstance(status, int) else 1, printed.getvalue()

    def _check_words(self, outcome: Outcome, text: str) -> None:
        if not text.strip():
            outcome.faults.append("refused without a word")
        # ends of lines and colours are the terminal's own; the rest could command it
        if any(ord(c) < 32 and c not in "\n\r\t\x1b" for c in text):
            outcome.faults.append("control characters in a message")


def peak_mib() -> float:
    """Most memory that this process has held."""
    import resource

    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1024)


def quiet() -> None:
    """Decoders below Python write to the process's own standard error; it is closed to them."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
