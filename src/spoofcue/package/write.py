"""Write a package, whole or not at all."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.package.archive import SUFFIX, write_archive
from spoofcue.package.card import model_card
from spoofcue.package.expert import WeightFile
from spoofcue.package.profile import CameraProfile
from spoofcue.package.read import Package, id_of, is_package, read_package
from spoofcue.package.schema import CARD_FILE, SPEC_FILE, PackageSpec, parse_spec
from spoofcue.records.owner import held
from spoofcue.whole_files import whole, whole_folder


def file_facts(weights: Mapping[str, bytes]) -> dict[str, WeightFile]:
    """Hash and size of each file of weights."""
    return {
        name: WeightFile(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        for name, data in weights.items()
    }


def write_package(target: Path, spec: PackageSpec, weights: Mapping[str, bytes]) -> Package:
    """Write a folder, or one file if the name ends in ``.spoofcue``, and read it back checked.

    An older package there is replaced; anything else is not touched.

    Raises:
        InputError: something else is there.
        PackageError: the package would be refused.

    """
    return write_files(target, _files(spec, weights))


def packed(spec: PackageSpec, weights: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The content of the ``.spoofcue`` file that :func:`write_package` would write, and its id.

    Raises:
        PackageError: the package would be refused.

    """
    files = _files(spec, weights)
    parse_spec(files[SPEC_FILE], "the package")
    file = io.BytesIO()
    write_archive(file, files)
    return file.getvalue(), id_of(spec.name, files[SPEC_FILE])


def _files(spec: PackageSpec, weights: Mapping[str, bytes]) -> dict[str, bytes]:
    head = spec.model_dump_json(indent=2).encode()
    return {SPEC_FILE: head, CARD_FILE: model_card(spec).encode(), **weights}


def check_target(target: Path) -> None:
    """Raise InputError where something lies that is no package; for before long work."""
    as_file = target.suffix == SUFFIX
    ours = target.is_file() if as_file else is_package(target) or _is_empty(target)
    if target.exists() and not ours:
        raise InputError(f"{target} exists and is no model package; give another --out.")


def write_files(target: Path, files: Mapping[str, bytes]) -> Package:
    """As :func:`write_package`, of a package's files as they are: equal files, equal id."""
    with held(target, "export", wait=True):
        return _write_files(target, files)


def _write_files(target: Path, files: Mapping[str, bytes]) -> Package:
    check_target(target)
    as_file = target.suffix == SUFFIX
    target.parent.mkdir(parents=True, exist_ok=True)
    if as_file:
        with whole(target, keep_suffix=True) as part:
            write_archive(part, files)
            read_package(part)
        return read_package(target)
    with whole_folder(target) as part:
        for name, data in files.items():
            (part / name).write_bytes(data)
        read_package(part)
    return read_package(target)


def write_changed(package: Package, target: Path, changes: Mapping[str, object]) -> Package:
    """Write a copy of a package with other facts and the same weights, see :func:`write_package`.

    Args:
        package: as it was read.
        target: may be where it lies.
        changes: fields of :class:`PackageSpec` -> their new values, valid ones.

    """
    return write_package(target, *changed(package, changes))


Content = tuple[PackageSpec, dict[str, bytes]]


def changed(package: Package, changes: Mapping[str, object]) -> Content:
    """What :func:`write_changed` writes."""
    known = [*package.spec.scores_as, package.id]
    spec = package.spec.model_copy(update={**changes, "scores_as": list(dict.fromkeys(known))})
    return spec, package.weights


def write_with_profile(
    package: Package,
    target: Path,
    camera: tuple[CameraProfile, Mapping[str, bytes]] | None,
    changes: Mapping[str, object],
) -> Package:
    """As :func:`write_changed`, with another camera profile, or without one.

    Args:
        package: as it was read; a profile that it has is left out.
        target: may be where it lies.
        camera: the profile and its file; None: none.
        changes: of the other fields.

    """
    return write_package(target, *with_profile(package, camera, changes))


def with_profile(
    package: Package,
    camera: tuple[CameraProfile, Mapping[str, bytes]] | None,
    changes: Mapping[str, object],
) -> Content:
    """What :func:`write_with_profile` writes."""
    old = package.spec.profile
    weights = unprofiled(package).weights
    profile, files = camera or (None, {})
    # other scores than those of the package without it, or with another one
    same = [old.of] if old and profile is None else []
    spec = package.spec.model_copy(update={**changes, "profile": profile, "scores_as": same})
    return spec, weights | dict(files)


def unprofiled(package: Package) -> Package:
    """A package as it was before it knew a camera, unwritten; one that knows none as it is."""
    profile = package.spec.profile
    if profile is None:
        return package
    weights = {name: data for name, data in package.weights.items() if name not in profile.files}
    spec = package.spec.model_copy(update={"profile": None, "threshold": profile.without})
    return Package(package.path, spec, weights, profile.of)


def without_profile(package: Package, target: Path) -> Package:
    """Write a copy of a package that knows no camera, with the threshold from before it did.

    Raises:
        InputError: it has no profile; nothing is written.

    """
    profile = package.spec.profile
    if profile is None:
        raise InputError(f"{package.path} has no camera profile to remove.")
    return write_with_profile(package, target, None, {"threshold": profile.without})


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())
