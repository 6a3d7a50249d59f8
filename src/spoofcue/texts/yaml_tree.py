"""Every YAML that a user may write is read here, and nothing in it means two things.

YAML 1.1, which PyYAML reads, takes ``yes`` and ``on`` for true, ``010`` for 8, ``1:30`` for 90,
``1_2`` for 12 and ``2024-01-01`` for a date, and of two equal keys the last. Each of these is
refused with its line; in quotation marks they are words, as anywhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from spoofcue.errors import InputError
from spoofcue.texts.decoding import read_text

TAG = "tag:yaml.org,2002:"
INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.?[0-9]*([eE][-+]?[0-9]+)?")
KNOWN = frozenset(TAG + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))
MERGE = TAG + "merge"
# what aliases make of a file; the largest that ships has a tenth of it
MOST_NODES = 100_000


def read_yaml(path: Path) -> Any:
    """What a YAML file holds; None for an empty one.

    Raises:
        InputError: it cannot be read, is no YAML, or says something that has two meanings; names
            the line.

    """
    return parse_yaml(read_text(path), str(path))


def parse_yaml(text: str, source: str) -> Any:
    """What a YAML text holds.

    Args:
        text: one document.
        source: of the text, for messages.

    Raises:
        InputError: it is no YAML, or says something that has two meanings.

    >>> parse_yaml("epochs: 12", "mine.yaml")
    {'epochs': 12}

    """
    import yaml

    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        if root is None:
            return None
        _refuse_two_meanings(root, source)
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        what = ", ".join(filter(None, (error.context, error.problem)))
        raise InputError(f"{source}{line}: that is not valid YAML ({what}).") from error
    except yaml.YAMLError as error:
        raise InputError(
            f"{source}: that is not valid YAML ({' '.join(str(error).split())})."
        ) from error
    except RecursionError as error:
        raise InputError(f"{source}: that is nested too deeply for settings.") from error
    except (ValueError, OverflowError, AttributeError, TypeError) as error:
        raise InputError(f"{source}: that is not valid YAML ({error}).") from error


def refuse_bool(value: object, annotation: object) -> object:
    """A value that a model is about to take; true is no number and no word.

    Raises:
        ValueError: it is or holds a boolean, and the annotation has none.

    """
    if _holds_bool(value) and not _allows_bool(annotation):
        raise ValueError("true and false are not wanted here")
    return value


def _holds_bool(value: object) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_bool, value))
    return isinstance(value, bool)


def _allows_bool(annotation: object) -> bool:
    parts = get_args(annotation)
    if annotation in (bool, Any, object) or isinstance(annotation, bool):
        return True
    return any(map(_allows_bool, parts))


def _refuse_two_meanings(root: Any, source: str) -> None:
    """Walk a composed tree; nodes that aliases share are looked at once and counted each time."""
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:
        if id(node) in sizes:
            if not sizes[id(node)]:
                raise _refusal(source, node, "that contains itself")
            return sizes[id(node)]
        sizes[id(node)] = 0
        if node.id == "scalar":
            _check_scalar(node, source)
        elif node.tag not in KNOWN:
            raise _refusal(source, node, f"the tag {node.tag.removeprefix(TAG)} has no use here")
        if node.id == "mapping":
            _check_keys([key for key, _ in node.value], source)
        total = 1 + sum(map(size, _inside(node)))
        if total > MOST_NODES:
            raise _refusal(source, node, f"that is more than {MOST_NODES} values")
        sizes[id(node)] = total
        return total

    size(root)


def _inside(node: Any) -> Iterable[Any]:
    if node.id == "mapping":
        return [part for pair in node.value for part in pair]
    return node.value if node.id == "sequence" else ()


def _check_keys(keys: list[Any], source: str) -> None:
    seen: dict[str, int] = {}
    for key in keys:
        if key.id != "scalar":
            raise _refusal(source, key, "a key must be a word")
        if key.tag == TAG + "float":
            raise _refusal(source, key, f"put the name {key.value} in quotation marks")
        if key.value in seen:
            raise _refusal(
                source,
                key,
                f"{key.value} is said twice, on line {seen[key.value]} too; YAML would take the "
                "last",
            )
        seen[key.value] = key.start_mark.line + 1


def _check_scalar(node: Any, source: str) -> None:
    text = node.value
    kind = node.tag.removeprefix(TAG)
    quoted = f"or put {text!r} in quotation marks if it is a word"
    if node.tag == MERGE:
        return
    if kind == "timestamp":
        raise _refusal(source, node, f"{text} would be a date: put it in quotation marks")
    if node.tag not in KNOWN:
        raise _refusal(source, node, f"the tag {kind} has no use here")
    if kind == "bool" and text.lower() not in ("true", "false"):
        raise _refusal(source, node, f"{text} has two meanings: write true or false, {quoted}")
    if kind == "int" and not INT.fullmatch(text):
        raise _refusal(source, node, f"{text} has two meanings: write a plain number, {quoted}")
    if kind == "float" and (not FLOAT.fullmatch(text) or not math.isfinite(float(text))):
        raise _refusal(source, node, f"{text} is no finite plain number: write one, {quoted}")


def _refusal(source: str, node: Any, what: str) -> InputError:
    return InputError(f"{source}, line {node.start_mark.line + 1}: {what}.")
