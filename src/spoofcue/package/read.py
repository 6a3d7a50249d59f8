"""A package, checked whole before any runtime sees its weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from spoofcue.errors import InputError, PackageError
from spoofcue.package.archive import (
    PICKLE_SUFFIXES,
    SUFFIX,
    check_contents,
    list_files,
    looks_like_pickle,
    read_files,
)
from spoofcue.package.schema import CARD_FILE, SPEC_FILE, PackageSpec, check_size, parse_spec
from spoofcue.whole_files import recover_folder


@dataclass(frozen=True, slots=True)
class Package:
    """A checked package, all in memory: what was hashed is what a runtime is given.

    Attributes:
        path: where it was read.
        spec: its facts.
        weights: file name -> content.
        id: name and first 12 digits of the SHA-256 of ``spoofcue.json``, which holds the hashes
            of the weights: another threshold is another id.

    """

    path: Path
    spec: PackageSpec
    weights: dict[str, bytes]
    id: str


def is_package(path: Path) -> bool:
    """Whether a path is meant as a package: a .spoofcue file, or a folder with spoofcue.json."""
    recover_folder(path)
    return path.suffix == SUFFIX or (path / SPEC_FILE).is_file()


def read_package(path: Path) -> Package:
    """Read and check a package folder or ``.spoofcue`` file.

    Raises:
        PackageError: it is refused; ``reason`` and the message say why.

    """
    recover_folder(path)
    sizes = list_files(path)
    where = str(path)
    if SPEC_FILE not in sizes:
        raise PackageError(
            f"{path} holds no {SPEC_FILE}; it is no model package.", reason="not_a_package"
        )
    head = read_files(path, [SPEC_FILE])[SPEC_FILE]
    spec = parse_spec(head, where)
    _check_names(path, sizes, {SPEC_FILE, CARD_FILE, *spec.files})
    for name, known in spec.files.items():
        check_size(name, sizes[name], where)
        if sizes[name] != known.size:
            raise PackageError(
                f"{where}: {name} has {sizes[name]} bytes instead of {known.size}; it was cut "
                "off or replaced. Copy the package again.",
                reason="truncated",
            )
    check_size(CARD_FILE, sizes[CARD_FILE], where)
    weights = read_files(path, spec.files)
    for name, data in weights.items():
        digest = hashlib.sha256(data).hexdigest()
        if digest != spec.files[name].sha256:
            raise PackageError(
                f"{where}: {name} has SHA-256 {digest[:12]}... instead of "
                f"{spec.files[name].sha256[:12]}...; it was altered. Copy the package again.",
                reason="altered",
            )
        check_contents(name, data, where)
    return Package(path, spec, weights, id_of(spec.name, head))


def id_of(name: str, head: bytes) -> str:
    """The id of a package of that name whose ``spoofcue.json`` holds ``head``."""
    return f"{name}-{hashlib.sha256(head).hexdigest()[:12]}"


def _check_names(path: Path, sizes: dict[str, int], wanted: set[str]) -> None:
    missing, extra = sorted(wanted - set(sizes)), sorted(set(sizes) - wanted)
    for name in extra:
        if name.lower().endswith(PICKLE_SUFFIXES) or _is_pickle(path, name, sizes[name]):
            raise PackageError(
                f"{path} holds {name}, a pickle, which can run code when it is read; a package "
                "has none.",
                reason="pickle",
            )
    if missing:
        raise PackageError(f"{path} lacks {', '.join(missing)}.", reason="missing_file")
    if extra:
        raise PackageError(
            f"{path} holds {', '.join(extra)}, which spoofcue.json does not name; a package "
            "has nothing else in it.",
            reason="extra_file",
        )


def _is_pickle(path: Path, name: str, size: int) -> bool:
    if path.is_dir() and not (path / name).is_file():
        return False
    check_size(name, size, str(path))
    return looks_like_pickle(read_files(path, [name])[name])


def check_model(package: Package, model: str, where: str) -> None:
    """Refuse figures of another model.

    Args:
        package: whose scores are wanted.
        model: the id that stands beside the scores.
        where: what holds them, for the message.

    Raises:
        InputError: the id is neither the package's nor one of its ``scores_as``.

    """
    if model not in (package.id, *package.spec.scores_as):
        raise InputError(
            f"{where} is of the model {model}, not of {package.id}: score with this package "
            f"(`spoofcue evaluate --model {package.path} --data ... --out ...`)."
        )
