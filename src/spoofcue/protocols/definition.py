"""Read protocol files: a protocol is a list of folds, a fold three selections."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError

KEYS = ("session", "device", "pai", "frame")
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of a split's people: key -> values kept; a key that is absent keeps all."""

    keep: dict[str, tuple[str | int, ...]]

    def to_dict(self) -> dict[str, list[str | int]]:
        """Plain data."""
        return {key: list(values) for key, values in self.keep.items()}


@dataclass(frozen=True, slots=True)
class Fold:
    """One training and its judgement; ``name`` is unique in its protocol."""

    name: str
    train: Selection
    dev: Selection
    test: Selection

    def of(self, split: str) -> Selection:
        """The selection of ``train``, ``dev`` or ``test``."""
        return {"train": self.train, "dev": self.dev, "test": self.test}[split]


@dataclass(frozen=True, slots=True)
class Protocol:
    """Folds whose results are averaged.

    Attributes:
        name: as the user types it.
        title: what it tests.
        mirrors: the dataset's protocol that it stands for.
        report: ``acer``, or ``hter`` for cross-domain tests.
        folds: at least one.

    """

    name: str
    title: str
    mirrors: str
    report: str
    folds: tuple[Fold, ...]


def load_protocols(source: str | Path) -> dict[str, Protocol]:
    """Protocols of a set by name.

    Args:
        source: name of a set that ships with the package (``openpad``) or a YAML file.

    Raises:
        InputError: no such set, or a definition that cannot be read; it names the place.

    """
    import yaml

    path = source if isinstance(source, Path) else HERE / f"{source}.yaml"
    if not path.is_file():
        known = ", ".join(sorted(p.stem for p in HERE.glob("*.yaml")))
        raise InputError(f"no protocols of {source}; there are those of {known}.")
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    groups = tree.get("groups", {})
    return {
        name: _protocol(name, body, groups, str(path)) for name, body in tree["protocols"].items()
    }


def _protocol(name: str, body: dict[str, Any], groups: dict[str, Any], source: str) -> Protocol:
    missing = {"title", "report", "train", "test"} - set(body)
    if missing:
        raise InputError(f"{source}: protocol {name} lacks {', '.join(sorted(missing))}.")
    folds = []
    for label, names in _repeats(body.get("each"), groups):
        known = {**groups, **names}
        chosen = {
            split: _selection(body[split], known, f"{source}: {name}.{split}")
            for split in ("train", "dev", "test")
            if split in body
        }
        dev = chosen.get("dev", chosen["train"])
        folds.append(Fold(label or name, chosen["train"], dev, chosen["test"]))
    return Protocol(name, body["title"], body.get("mirrors", ""), body["report"], tuple(folds))


def _repeats(each: dict[str, Any] | None, groups: dict[str, Any]) -> list[tuple[str, Any]]:
    if not each:
        return [("", {})]
    ((variable, values),) = each.items()
    listed = _resolved(values, groups, "each")
    repeats = []
    for value in listed:
        members = value if isinstance(value, list) else [value]
        repeats.append((f"{variable}-{'+'.join(map(str, members))}", {variable: members}))
    return repeats


def _selection(body: dict[str, Any], names: dict[str, Any], where: str) -> Selection:
    unknown = sorted(set(body) - set(KEYS))
    if unknown:
        raise InputError(f"{where}: unknown keys {unknown}; a selection has {list(KEYS)}.")
    keep = {}
    for key, wanted in body.items():
        if isinstance(wanted, dict):
            without = _resolved(wanted["not"], names, where)
            keep[key] = tuple(
                v for v in _resolved(wanted["only"], names, where) if v not in without
            )
        else:
            keep[key] = tuple(_resolved(wanted, names, where))
    return Selection(keep)


def _resolved(value: Any, names: dict[str, Any], where: str) -> list[Any]:
    """A list; ``$name`` stands for a group or the value of ``each``."""
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in names:
            raise InputError(f"{where}: {value} is not defined.")
        return list(names[value[1:]])
    return value if isinstance(value, list) else [value]
