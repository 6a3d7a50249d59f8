"""Train whatever method the settings name; heavy packages are imported only where it needs them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from spoofcue.config import RESUMABLE, RunSettings
from spoofcue.errors import InputError
from spoofcue.methods.method import ClassicalMethod
from spoofcue.methods.registry import build_network, method_of_name
from spoofcue.methods.settings import load_settings
from spoofcue.plain_lines import listening, plain_progress
from spoofcue.records.run_folder import RunFolder, RunRecord
from spoofcue.training.classical import fit
from spoofcue.training.place import Place, place_of, processes_to_start
from spoofcue.training.several import train_in_processes


def train(
    data: str | Path,
    out: str | Path,
    *,
    method: str | None = None,
    preset: str = "paper",
    config: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    resume: bool = False,
    tell: Callable[[str], None] | None = None,
) -> RunRecord:
    """Train LGSC (sections 3 and 4.1) or a compared method; choose the epoch on dev.

    What ``spoofcue train`` does, without a word: the run folder gets the checkpoints, the settings
    and the log.

    Args:
        data: a prepared folder, as ``spoofcue prepare`` writes it.
        out: the run folder to write.
        method: ``lgsc`` or a compared method; None: that of the settings, ``lgsc``.
        preset: ``paper``, ``official-code``, ``small``, ``lite`` or ``lite-unet``.
        config: YAML file with any settings; wins over the preset.
        settings: single settings by name, which win over both, as ``{"training.epochs": 5}``;
            ``spoofcue train --help-settings`` lists all of them.
        resume: continue the training in ``out`` from its last checkpoint, with its settings; of
            ``settings`` only how long and how fast may then be given.
        tell: called with each line that the command would print about the work; None: silence,
            and a bar in a notebook.

    Returns:
        The record that RUN/run.json holds: ``method``, ``data``, ``model``, and ``training`` with
        how it went and ``best``, the epoch that was kept with its dev ACER.

    Raises:
        InputError: no such setting, folder or training to resume, a folder that is in use, or a
            split without live faces or without attacks.

    A training takes a prepared folder and minutes::

        record = spoofcue.train("prepared", "runs/first", preset="small", tell=print)
        print(record.training.best.dev_acer, record.training.seconds)

    What cannot be trained is refused before any work:

    >>> import spoofcue
    >>> try:
    ...     spoofcue.train("prepared", "runs/first", preset="tiny")
    ... except spoofcue.InputError as error:
    ...     print(error)
    unknown preset 'tiny'; there are ...

    """
    pairs = [f"{name}={_as_yaml(value)}" for name, value in (settings or {}).items()]
    chosen = settings_of(
        Path(out), method, preset, Path(config) if config else None, pairs, resume=resume
    )
    with listening(tell):
        if not isinstance(method_of_name(chosen.method), ClassicalMethod):
            return train_run(Path(data), Path(out), chosen, resume=resume)
        with plain_progress("describing faces", 1) as progress:
            return train_run(Path(data), Path(out), chosen, resume=resume, progress=progress)


def _as_yaml(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def settings_of(
    out: Path,
    method: str | None,
    preset: str,
    config: Path | None,
    overrides: list[str] | None,
    *,
    resume: bool = False,
) -> RunSettings:
    """The settings of a training, or of the one that is resumed.

    Args:
        out: the run folder.
        method: as of :func:`spoofcue.methods.settings.load_settings`, like the next two.
        preset: its name.
        config: a YAML file.
        overrides: ``section.key=value``.
        resume: take the settings that ``out`` stores.

    Raises:
        InputError: they cannot be read, or ask a resumed training to compute something else.

    """
    if not resume:
        return load_settings(preset, config, overrides, method)
    other = [s for s in overrides or [] if s.partition("=")[0].strip() not in RESUMABLE]
    if config or method or other:
        raise InputError(
            "--resume takes the settings of the run folder; leave out --method, --config and "
            f"--set of anything but {', '.join(RESUMABLE)}."
        )
    stored = RunFolder(out).settings_file
    if not stored.is_file():
        raise InputError(f"{out} holds no training to resume; leave out --resume.")
    return load_settings(file=stored, overrides=overrides)


def train_run(
    data: Path,
    run: Path,
    settings: RunSettings,
    *,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> RunRecord:
    """Fit ``settings.method`` on the train split of ``data``; any choice is made on its dev split.

    Args:
        data: a prepared folder.
        run: the run folder, new unless ``resume``.
        settings: of the run; when resuming, those stored in it.
        resume: go on from the last checkpoint; the classical methods have none.
        progress: of a classical method: called with (faces described, all of them). A training by
            gradient prints a line an epoch on stderr.

    Returns:
        The run's record, as run.json holds it.

    Raises:
        InputError: the folder is in use, there is nothing to resume, or a class is missing.

    """
    if isinstance(method_of_name(settings.method), ClassicalMethod):
        if resume:
            raise InputError(
                f"method {settings.method} is fitted in one go; there is nothing to resume."
            )

        def train_first(first: RunSettings, at: Path) -> Path:
            folder = RunFolder(at)
            train_run(data, at, first, resume=folder.last_checkpoint.is_file())
            return folder.best_checkpoint

        return fit(data, run, settings, train_first, progress)
    place = place_of()
    if place is None and (processes := processes_to_start(settings)) > 1:
        train_in_processes(data, run, settings, processes, resume=resume)
        return RunFolder(run).record()
    from spoofcue.training.gradient import train

    return train(data, run, settings, build_network, resume=resume, place=place or Place())
