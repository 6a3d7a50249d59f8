"""Models of others as packages: a recipe, its files, and a proof that they go together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.export.graph_fit import fitted
from spoofcue.export.recipe import NamedRecipe, Recipe
from spoofcue.package.archive import check_contents
from spoofcue.package.expert import ClassExpert
from spoofcue.package.read import Package
from spoofcue.package.schema import CardSection, PackageSpec, check_size
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.package.write import check_target, file_facts, write_package
from spoofcue.source import source_commit
from spoofcue.version import __version__

OWN = "the model's own: attack where its probability is above one half"


def import_models(
    models: Sequence[Path], named: NamedRecipe, out: Path, command: str | None = None
) -> Package:
    """Write a package of models that others trained.

    Each graph is run on made pictures first, and must take and give what the recipe says.

    Args:
        models: ONNX files, one for each expert of the recipe, in its order.
        named: the recipe.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        command: how it was called, for the card.

    Raises:
        InputError: a file cannot be read, or does not fit the recipe; nothing is written.
        PackageError: a file is a pickle, no ONNX model, too large, or takes weights from outside.

    """
    recipe = named.recipe
    check_target(out)
    if len(models) != len(recipe.experts):
        names = ", ".join(str(e.get("name")) for e in recipe.experts)
        raise InputError(
            f"recipe {named.name} takes {len(recipe.experts)} files ({names}, in this order), and "
            f"{len(models)} were given."
        )
    experts: list[ClassExpert] = []
    weights: dict[str, bytes] = {}
    for path, tree in zip(models, recipe.experts, strict=True):
        expert, data = _expert(path, tree, named.name)
        experts.append(expert)
        weights |= dict.fromkeys(expert.files, data)
    try:
        spec = PackageSpec(
            name=recipe.name or _name(models[0]),
            experts=cast("list[Any]", experts),
            missing=recipe.missing,
            detector=recipe.detector,
            min_face_px=recipe.min_face_px,
            threshold=ThresholdFacts(
                value=recipe.threshold,
                rule="fixed",
                source=OWN if recipe.threshold == 0.5 else f"of the recipe {named.name}",
            ),
            card=_card(recipe, command),
            spoofcue=__version__,
            commit=source_commit(),
            created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        )
    except ValidationError as error:
        raise InputError(f"recipe {named.name}: {validation_text(error, 'package')}") from error
    return write_package(out, spec, weights)


def _expert(path: Path, tree: dict[str, Any], recipe: str) -> tuple[ClassExpert, bytes]:
    """One file as an expert, after its graph was tried."""
    name = str(tree.get("name"))
    others = tree.get("not_named") or []
    if not isinstance(others, list) or not all(isinstance(word, str) for word in others):
        raise InputError(f"recipe {recipe}: not_named must be a list of words, not {others!r}.")
    if word := next((w for w in others if w.lower() in path.name.lower()), None):
        raise InputError(
            f"{path.name} is by its name ({word}) another model than {name}: give the files of "
            f"recipe {recipe} in its order (`spoofcue model import --list`), or rename it."
        )
    data = _read(path, name)
    wanted = {k: v for k, v in tree.items() if k != "not_named"}
    filled = fitted(wanted, data, path)
    try:
        files = file_facts({f"{name}.onnx": data})
        return ClassExpert.model_validate({**filled, "files": files}), data
    except ValidationError as error:
        raise InputError(f"recipe {recipe}, {name}: {validation_text(error, 'expert')}") from error


def _read(path: Path, name: str) -> bytes:
    try:
        check_size(path.name, path.stat().st_size, str(path))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}.") from error
    check_contents(f"{name}.onnx", data, str(path))
    return data


def _card(recipe: Recipe, command: str | None) -> CardSection:
    return CardSection(
        intended_use=recipe.intended_use,
        training_data=recipe.training_data or "Not stated.",
        limitations=recipe.limitations,
        licence=recipe.licence,
        authors=recipe.authors,
        origin=recipe.origin,
        source=[command[:300]] if command else [],
    )


def _name(path: Path) -> str:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem)
    return name.strip("-._")[:100] or "model"
