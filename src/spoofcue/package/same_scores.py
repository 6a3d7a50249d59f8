"""Whether scores that name a model are of a package."""

from __future__ import annotations

from spoofcue.errors import InputError
from spoofcue.package.read import Package


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
