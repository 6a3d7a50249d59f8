"""Settings of a run: presets, a method's own section, YAML files and ``--set`` put together."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spoofcue.config import RunSettings, Settings, preset_tree, read_yaml
from spoofcue.errors import InputError, validation_text
from spoofcue.methods.registry import loadable_methods, method_names, method_of_name
from spoofcue.texts.yaml_tree import parse_yaml


def load_settings(
    preset: str = "paper",
    file: Path | None = None,
    overrides: list[str] | None = None,
    method: str | None = None,
) -> RunSettings:
    """Resolve a preset, a method's own defaults, a YAML file, ``section.key=value`` overrides.

    Each wins over those before it. A section with the name of another method is validated and
    left out, so that one file serves several methods.

    Args:
        preset: a name of :func:`spoofcue.config.preset_names`; a ``preset`` key in ``file`` wins
            over it.
        file: YAML with any part of the tree.
        overrides: each value is read as YAML, so ``null``, ``3`` and ``true`` are typed.
        method: one of :func:`spoofcue.methods.registry.method_names`; wins over the file's.

    Raises:
        InputError: unknown preset, method or key, unreadable YAML, a value out of range.

    """
    given = read_yaml(file) if file else {}
    source = str(file) if file else f"preset {preset}"
    preset = str(given.pop("preset", preset))
    tree = preset_tree(preset)
    if method is not None:
        given["method"] = method
    for text in overrides or []:
        _merge(given, _parse_override(text))
    method = str(given.setdefault("method", "lgsc"))
    defaults = method_of_name(method).defaults
    for other in set(given) & set(method_names()) - {method}:
        _own_settings(other, given.pop(other), source)
    _merge(tree, {section: dict(values) for section, values in defaults.items()})
    _merge(tree, given)
    tree["preset"] = preset
    return settings_from(tree, source)


def settings_from(tree: dict[str, Any], source: str) -> RunSettings:
    """Validate a plain tree; pydantic's findings become one InputError in the user's words.

    Args:
        tree: as stored; the section of the method's own settings has its name.
        source: where it was read, for messages.

    Raises:
        InputError: an unknown method or key, a value out of range.

    """
    name = str(tree.get("method", "lgsc"))
    shared = {key: value for key, value in tree.items() if key != name}
    with _as_input_error(source):
        if "own" in shared:
            # the section has the method's name; this is the field's
            Settings.model_validate({"own": shared["own"]})
        own = _own_settings(name, tree.get(name, {}), source)
        return RunSettings.model_validate({**shared, "own": own})


def with_switches(settings: RunSettings, switches: dict[str, Any]) -> RunSettings:
    """``settings`` with a part of the tree changed, validated again."""
    tree = settings.model_dump(mode="json")
    _merge(tree, switches)
    return settings_from(tree, "switches")


def as_method(settings: RunSettings, name: str) -> RunSettings:
    """The settings of another method on the same terms; its own are its defaults."""
    own = own_kind(name)()
    return settings.model_copy(update={"method": name, "own": own})


def describe_settings() -> list[tuple[str, str, str]]:
    """(dotted key, default, description) of every setting, methods' own last, for help pages."""
    shared = {
        section: type(field.default)
        for section, field in RunSettings.model_fields.items()
        if isinstance(field.default, Settings) and section != "own"
    }
    own = {name: own_kind(name) for name in loadable_methods()}
    return [
        (f"{section}.{name}", str(leaf.default), leaf.description or "")
        for section, kind in (*shared.items(), *own.items())
        for name, leaf in kind.model_fields.items()
    ]


def own_kind(name: str) -> type[Settings]:
    """The settings that a method has of its own.

    Raises:
        InputError: there is no such method, or its name is that of a section of all runs.

    """
    if name in RunSettings.model_fields:
        raise InputError(f"a method cannot be named {name}: it is a section of every run.")
    return method_of_name(name).settings or Settings


def _own_settings(name: str, given: Any, source: str) -> Settings:
    with _as_input_error(source, name):
        return own_kind(name).model_validate(given)


@contextlib.contextmanager
def _as_input_error(source: str, section: str = "") -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        reasons = validation_text(error, "settings", values=True, section=section)
        raise InputError(
            f"{source}: {reasons}. `spoofcue train --help-settings` lists every key."
        ) from error


def _parse_override(text: str) -> dict[str, Any]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {text!r}: write it as section.key=value")
    leaf: Any = parse_yaml(value, f"--set {text!r}")
    # YAML 1.1 reads 1e-3 (no dot) as text; a person means a number.
    if isinstance(leaf, str):
        with contextlib.suppress(ValueError):
            number = float(leaf)
            if not math.isfinite(number):
                raise InputError(f"--set {text!r}: {leaf} is no finite number")
            leaf = number
    for name in reversed(key.strip().split(".")):
        leaf = {name: leaf}
    return dict(leaf)


def _merge(tree: dict[str, Any], over: dict[str, Any]) -> None:
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(tree.get(key), dict):
            _merge(tree[key], value)
        else:
            tree[key] = value
