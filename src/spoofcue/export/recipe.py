"""How models of others become packages: recipes, as data files."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, JsonValue, ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.faces.box import MIN_FACE_PX
from spoofcue.package.fields import Fraction, Line, Prose, Strict
from spoofcue.texts.decoding import read_text
from spoofcue.texts.yaml_tree import parse_yaml

FOLDER = files(__package__ or "spoofcue.export") / "recipes"
SUFFIXES = (".yaml", ".yml")


class Recipe(Strict):
    """What is known of a public model; what its graph tells itself may be left out.

    Attributes:
        title: what it is for, in one line.
        experts: one for each file, in this order: the keys of
            :class:`~spoofcue.package.expert.ClassExpert` without its files, tensors that the graph
            has only one of, and sizes that it states; ``input.size`` is height and width, and
            a file whose name holds a word of ``not_named`` is another model's.
        name: of the package; None: the first file's.
        missing: see :class:`~spoofcue.package.schema.PackageSpec`.
        detector: that finds the faces.
        min_face_px: shorter faces are rejected.
        threshold: of the score.
        licence: of the weights.
        authors: whose they are.
        origin: where they were published.
        training_data: for the card.
        intended_use: for the card.
        limitations: for the card.

    """

    title: Line
    experts: list[dict[str, JsonValue]] = Field(min_length=1, max_length=8)
    name: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    missing: Literal["rejected", "without"] = "rejected"
    detector: Literal["dlib", "yunet", "none"] = "dlib"
    min_face_px: int = Field(MIN_FACE_PX, ge=1)
    threshold: Fraction = 0.5
    licence: Line = "unknown"
    authors: Line | None = None
    origin: Line | None = None
    training_data: Prose | None = None
    intended_use: Prose | None = None
    limitations: Prose | None = None


@dataclass(frozen=True, slots=True)
class NamedRecipe:
    """A recipe and what it is called by."""

    name: str
    recipe: Recipe


def built_in() -> list[NamedRecipe]:
    """The recipes that come with spoofcue, by name."""
    names = sorted(f.name for f in FOLDER.iterdir() if f.name.endswith(SUFFIXES))
    return [load_recipe(name.rpartition(".")[0]) for name in names]


def load_recipe(named: str, changes: list[str] | None = None) -> NamedRecipe:
    """A recipe by name, or from a file.

    Args:
        named: of a recipe that comes with spoofcue, or the path of a YAML file.
        changes: ``KEY=VALUE``: a key of :class:`Recipe`, or of every expert as
            ``crop.scale``, or of one of them as ``NAME.weight``.

    Raises:
        InputError: there is none, it cannot be read, or a key or value is wrong.

    """
    where = named if named.endswith(SUFFIXES) else f"recipe {named}"
    tree = _tree(_text(named), where)
    for change in changes or []:
        apply_change(tree, change, Recipe.model_fields)
    try:
        recipe = Recipe.model_validate(tree)
    except ValidationError as error:
        raise InputError(f"{where}: {validation_text(error, 'recipe')}") from error
    return NamedRecipe(Path(named).stem if named.endswith(SUFFIXES) else named, recipe)


def _text(named: str) -> str:
    if named.endswith(SUFFIXES):
        return read_text(Path(named))
    known = sorted(f.name.rpartition(".")[0] for f in FOLDER.iterdir() if f.name.endswith(SUFFIXES))
    if named not in known:
        raise InputError(
            f"there is no recipe {named!r}; there are {', '.join(known)}, and YAML files "
            "(NAME.yaml) of yours."
        )
    return (FOLDER / f"{named}.yaml").read_text(encoding="utf-8")


def _tree(text: str, where: str) -> dict[str, Any]:
    tree = parse_yaml(text, where)
    experts = tree.get("experts") if isinstance(tree, dict) else None
    if not isinstance(experts, list) or not all(isinstance(e, dict) for e in experts):
        raise InputError(f"{where} must hold a list `experts`, and each of them keys.")
    return deepcopy(tree)


def apply_change(tree: dict[str, Any], change: str, own: Collection[str]) -> None:
    """Change one key of what holds a list ``experts``.

    Args:
        tree: is changed.
        change: ``KEY=VALUE``, of the tree, of every expert, or ``NAME.KEY=VALUE`` of one.
        own: keys of the tree.

    Raises:
        InputError: it is no such change.

    """
    key, equals, text = change.partition("=")
    path = [part.strip() for part in key.split(".")]
    if not equals or not all(path):
        raise InputError(f"--set {change}: write KEY=VALUE, as crop.scale=1.5")
    value = _value(text, change)
    if path[0] in own and path[0] != "experts":
        targets = [tree]
    else:
        one = [e for e in tree["experts"] if e.get("name") == path[0]]
        targets, path = (one, path[1:]) if one else (tree["experts"], path)
    if not path:
        raise InputError(f"--set {change}: say which key of {key}, as {key}.weight=0.5")
    for target in targets:
        at = target
        for part in path[:-1]:
            if at.get(part) is None:
                at[part] = {}
            at = at[part]
            if not isinstance(at, dict):
                raise InputError(f"--set {change}: {part} has no keys.")
        at[path[-1]] = value


def _value(text: str, change: str) -> Any:
    listed = "," in text and not text.lstrip().startswith(("[", "{", '"', "'"))
    try:
        value = parse_yaml(f"[{text}]" if listed else text, f"--set {change}")
    except InputError:
        if listed:  # prose may have commas
            return text
        raise
    return text if listed and not all(isinstance(v, (int, float)) for v in value) else value
