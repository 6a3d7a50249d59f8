"""A package with another card section, from a YAML file and from evaluations."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.errors import InputError
from spoofcue.package.card_schema import CardSection, EvaluationEntry
from spoofcue.package.read import Package
from spoofcue.package.write import write_changed
from spoofcue.scoring.card_evaluation import evaluation_entry, told


def write_card(
    package: Package,
    out: Path,
    section: CardSection | None = None,
    evaluations: Sequence[tuple[str, Path]] = (),
) -> Package:
    """Write a copy of a package with another card; weights and threshold stay.

    Args:
        package: as it was read.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.
        section: replaces the package's; None: it keeps its own.
        evaluations: (name of the set, metrics.json) to add; a set of that name is replaced.

    Raises:
        InputError: an evaluation is none, is of another model, or there are too many.

    """
    before = section or package.spec.card or CardSection()
    entries = {entry.set: entry for entry in before.evaluation}
    for name, path in evaluations:
        entries[name] = evaluation_entry(name, path, package)
    card = _checked({**before.model_dump(), "evaluation": list(entries.values())}, "the card")
    return write_changed(package, out, {"card": card})


def read_card(path: Path) -> CardSection:
    """Read a card section from YAML.

    Raises:
        InputError: the file cannot be read, or says something that a card has no place for.

    """
    import yaml

    try:
        tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path} is not YAML: {error}") from error
    if not isinstance(tree, dict):
        known = ", ".join(CardSection.model_fields)
        raise InputError(f"{path} must hold some of the keys {known}.")
    return _checked(tree, str(path))


def parse_evaluation(text: str) -> tuple[str, Path]:
    """Read ``NAME=metrics.json``.

    Raises:
        InputError: it is not that.

    """
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path):
        raise InputError(f"--evaluation {text}: write NAME=metrics.json")
    return name.strip(), Path(path)


def _checked(tree: dict[str, Any], where: str) -> CardSection:
    entries = tree.get("evaluation")
    if isinstance(entries, list):
        plain = [e.model_dump() if isinstance(e, EvaluationEntry) else e for e in entries]
        tree = {**tree, "evaluation": plain}
    try:
        return CardSection.model_validate(tree)
    except ValidationError as error:
        raise InputError(f"{where}: {told(error)}") from error
