"""Read protocol files (YAML); docs/reference/protocols.md explains each key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError
from spoofcue.metrics.measures import REPORTS
from spoofcue.metrics.species import GROUPINGS
from spoofcue.metrics.thresholds import ThresholdRule
from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.fold import SPLITS, Fold
from spoofcue.protocols.listed import from_files
from spoofcue.protocols.selection import KEYS, Selection
from spoofcue.texts.yaml_tree import read_yaml
from spoofcue.version import documentation

HERE = Path(__file__).parent
PROTOCOL_KEYS = {
    *("title", "mirrors", "report", "species", "threshold", "note", "files", "files_needed"),
    *("optional", "each", *SPLITS),
}
SET_KEYS = {
    *("name", "title", "compares", "groups", "dataset", "protocols"),
    *("mirrors", "report", "species", "threshold", "note"),  # defaults of its protocols
}
FILTERS = {"first_frames", "live", "attacks"}


def set_names() -> list[str]:
    """The sets that ship with the package.

    >>> from spoofcue.protocols import set_names
    >>> "oulu-npu" in set_names()
    True

    """
    return sorted(path.stem for path in HERE.glob("*.yaml"))


def set_titles() -> dict[str, str]:
    """The title of each set that ships with the package, by name.

    Read from the one line that has it, without a YAML reader: the command line lists the sets at
    every start.
    """
    titles = {}
    for name in set_names():
        lines = (HERE / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        titles[name] = next(x for x in lines if x.startswith("title: ")).removeprefix("title: ")
    return titles


def load_set(source: str | Path) -> ProtocolSet:
    """Read a set of protocols.

    Args:
        source: name of a set that ships with the package (``oulu-npu``) or a YAML file.

    Raises:
        InputError: no such set, or a definition that cannot be read; it names the place.

    >>> from spoofcue.protocols import load_set
    >>> load_set("siw").title
    "SiW, the paper's Table 1; ten of the 90 train subjects are dev"

    """
    path = source if isinstance(source, Path) else HERE / f"{source}.yaml"
    if not path.is_file():
        raise InputError(f"no protocols of {source}; there are those of {', '.join(set_names())}.")
    tree = read_yaml(path)
    if not isinstance(tree, dict) or not isinstance(tree.get("protocols"), dict):
        raise InputError(f"{path} needs `protocols:` with a protocol by name.")
    _refuse_unknown(tree, SET_KEYS, str(path))
    defaults = {
        k: tree[k] for k in ("mirrors", "report", "species", "threshold", "note") if k in tree
    }
    groups, dataset = tree.get("groups", {}), tree.get("dataset")
    protocols = {}
    for name, body in tree["protocols"].items():
        try:
            whole = {**defaults, **body}
            protocols[str(name)] = _protocol(str(name), whole, groups, dataset, str(path))
        except (TypeError, AttributeError, ValueError, KeyError) as error:
            raise InputError(
                f"{path}: protocol {name} is not of the form of protocols ({error}): "
                f"{documentation('reference/protocols.md')}"
            ) from error
    name = str(tree.get("name", path.stem))
    return ProtocolSet(name, tree.get("title", name), tree.get("compares", ""), protocols)


def folds(
    source: str | Path, protocol: str, *, files: str | Path | None = None
) -> tuple[Fold, ...]:
    """The folds of one protocol, each a training and its judgement; needs PyYAML.

    Args:
        source: a set that ships with spoofcue, as ``spoofcue protocols`` lists them, or the path
            of a YAML file of your own (docs/reference/protocols.md).
        protocol: its name in the set.
        files: the folder of the dataset's own lists of recordings, which then replace the rules,
            as ``Protocols`` of OULU-NPU.

    Raises:
        InputError: no such set, protocol or list, or one that cannot be read.

    >>> from spoofcue.protocols import folds
    >>> [fold.name for fold in folds("oulu-npu", "4")]
    ['phone-1', 'phone-2', 'phone-3', 'phone-4', 'phone-5', 'phone-6']
    >>> folds("oulu-npu", "1")[0].test.to_dict()["session"]
    ['3']

    """
    protocols = load_set(Path(source) if str(source).endswith((".yaml", ".yml")) else source)
    if protocol not in protocols.protocols:
        raise InputError(
            f"{protocols.name} has no protocol {protocol!r}; it has "
            f"{', '.join(protocols.protocols)}."
        )
    chosen = protocols.protocols[protocol]
    return (from_files(chosen, Path(files)) if files is not None else chosen).folds


def _protocol(
    name: str, body: dict[str, Any], groups: dict[str, Any], dataset: str | None, source: str
) -> Protocol:
    where = f"{source}: protocol {name}"
    if "@" in name:
        raise InputError(f"{where}: a name has no @, which stands before a chosen threshold.")
    missing = {"title", "report", "train", "test"} - set(body)
    if missing:
        raise InputError(f"{where} lacks {', '.join(sorted(missing))}.")
    _refuse_unknown(body, PROTOCOL_KEYS, where)
    folds = tuple(
        _fold(label or name, body, {**groups, **names}, dataset, f"{source}: {name}")
        for label, names in _repeats(body.get("each"), groups)
    )
    rule = ThresholdRule.parse(body.get("threshold", "eer"), what=f"{where}: threshold")
    if rule.needs_dev and not all(f.has_dev for f in folds):
        raise InputError(f"{where} has no dev; its threshold must be fixed, not {rule}.")
    return Protocol(
        name=name,
        title=body["title"],
        mirrors=body.get("mirrors", ""),
        report=_one_of(body["report"], REPORTS, f"{where}: report"),
        folds=folds,
        species=_one_of(body.get("species", "instrument"), GROUPINGS, f"{where}: species"),
        threshold=rule,
        note=body.get("note", ""),
        files=body.get("files", ""),
        files_needed=_true_or_false(body, "files_needed", where),
        optional=_true_or_false(body, "optional", where),
    )


def _fold(
    label: str, body: dict[str, Any], names: dict[str, Any], dataset: str | None, where: str
) -> Fold:
    def of(split: str, tree: dict[str, Any]) -> Selection:
        return _selection({"split": [split], **tree}, names, dataset, f"{where}.{split}")

    train, test = of("train", body["train"]), of("test", body["test"])
    dev = body.get("dev", body["train"])
    if any("first_frames" in str(part) for part in (body["test"], body.get("dev"))):
        raise InputError(f"{where}: first_frames is for train; prepare takes early frames there.")
    if dev == "none":
        return Fold(label, train, None, test)
    if "hold_out" in dev:
        share = dev["hold_out"]
        if len(dev) > 1 or not isinstance(share, float) or not 0 < share < 1:
            raise InputError(f"{where}.dev: hold_out stands alone and is between 0 and 1: {dev}.")
        return Fold(label, train, None, test, share)
    return Fold(label, train, of("dev", dev), test)


def _repeats(
    each: dict[str, Any] | None, groups: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Fold names with what ``$variable`` stands for; a value may itself be a list."""
    if not each:
        yield "", {}
        return
    ((variable, values),) = each.items()
    for value in _resolved(values, groups, "each"):
        members = _resolved(value, groups, "each")
        label = value[1:] if isinstance(value, str) and value.startswith("$") else ""
        yield f"{variable}-{label or '+'.join(map(str, members))}", {variable: members}


def _selection(
    body: dict[str, Any], names: dict[str, Any], dataset: str | None, where: str
) -> Selection:
    unknown = sorted(set(body) - set(KEYS) - FILTERS)
    if unknown:
        known = [*KEYS, *sorted(FILTERS)]
        raise InputError(f"{where}: unknown keys {unknown}; a selection has {known}.")
    keep: dict[str, tuple[str | int, ...]] = {}
    drop: dict[str, tuple[str | int, ...]] = {}
    given = {"dataset": dataset, **body} if dataset else body
    for key in (k for k in KEYS if k in given):
        wanted = given[key]
        without = _values(key, wanted.get("not", []), names, where) if _is_rule(wanted) else ()
        if _is_rule(wanted) and "only" not in wanted:
            drop[key] = without
            continue
        only = _values(key, wanted["only"] if _is_rule(wanted) else wanted, names, where)
        keep[key] = tuple(v for v in only if v not in without)
    live, attacks = (
        _selection(body[name], names, None, f"{where}.{name}") if name in body else None
        for name in ("live", "attacks")
    )
    first = body.get("first_frames")
    if first is not None and (isinstance(first, bool) or not isinstance(first, int) or first < 1):
        raise InputError(f"{where}: first_frames is a whole number from 1 on, not {first!r}.")
    return Selection(keep, drop, first, live, attacks)


def _is_rule(value: Any) -> bool:
    return isinstance(value, dict)


def _values(key: str, value: Any, names: dict[str, Any], where: str) -> tuple[str | int, ...]:
    """Text, as the manifest has it, but for frame numbers."""
    listed = _resolved(value, names, where)
    for v in listed:
        if isinstance(v, bool) or not isinstance(v, (str, int)):
            raise InputError(
                f"{where}: {key} {v!r} is no name and no whole number; put it in quotation marks."
            )
    return tuple(int(v) if key == "frame" else str(v) for v in listed)


def _resolved(value: Any, names: dict[str, Any], where: str) -> list[Any]:
    """A list; ``$name`` stands for a group or the value of ``each``."""
    if isinstance(value, str) and value.startswith("$"):
        if value[1:] not in names:
            raise InputError(f"{where}: {value} is not defined.")
        return list(names[value[1:]])
    return value if isinstance(value, list) else [value]


def _one_of(value: Any, allowed: tuple[Any, ...], where: str) -> Any:
    if value not in allowed:
        raise InputError(f"{where} is one of {', '.join(allowed)}, not {value!r}.")
    return value


def _true_or_false(body: dict[str, Any], key: str, where: str) -> bool:
    value = body.get(key, False)
    if not isinstance(value, bool):
        raise InputError(f"{where}: {key} is true or false, not {value!r}.")
    return value


def _refuse_unknown(tree: dict[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(tree) - known)
    if unknown:
        raise InputError(f"{where}: unknown keys {unknown}; there are {sorted(known)}.")
