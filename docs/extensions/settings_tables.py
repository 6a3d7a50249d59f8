"""The directive ``settings``: keys, values, defaults and meanings from a pydantic schema."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from operator import attrgetter
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

WORDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "true, false"}
BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "multiple of {}",
    "maxItems": "at most {}",
}


def values(schema: dict[str, Any], shared: dict[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        target = shared[name]
        if "properties" not in target:
            return values(target, shared)
        kind = target["properties"].get("kind", {})
        if "const" in kind or "enum" in kind:
            return values(kind, shared)
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "const" in schema:
        return str(schema["const"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(values(one, shared) for one in schema[key]))
    kind = schema.get("type")
    if kind == "null":
        return "null"
    if kind == "array":
        items = schema.get("items") or (schema.get("prefixItems") or [{}])[0]
        limits = bounds(schema)
        return f"list of {values(items, shared)}{limits and ',' + limits}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"mapping to {values(inner, shared)}" if isinstance(inner, dict) else "mapping"
    word = "path" if schema.get("format") == "path" else WORDS.get(str(kind), "any")
    return word + bounds(schema)


def bounds(schema: dict[str, Any]) -> str:
    """The limits of a value, after a blank."""
    told = [text.format(plain(schema[key])) for key, text in BOUNDS.items() if key in schema]
    return " " + ", ".join(told) if told else ""


def plain(value: Any) -> str:
    """A value as YAML and ``--set`` take it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "[" + ", ".join(map(plain, value)) + "]"
    return str(value)


def attributes(model: type[BaseModel]) -> dict[str, str]:
    """Field -> what the docstrings of the model and its bases say of it, below ``Attributes:``."""
    told: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        _, _, section = (inspect.cleandoc(kind.__doc__ or "")).partition("\nAttributes:\n")
        for entry in re.split(r"\n(?= {4}\w)", "\n" + section.partition("\n\n")[0]):
            name, colon, text = entry.strip().partition(": ")
            if colon:
                told[name] = " ".join(text.split()).replace("``", "")
    return told


def rows(model: type[BaseModel], prefix: str) -> list[tuple[str, str, str, str]]:
    """Key, values, default and meaning of each field, in the order of the model."""
    schema = model.model_json_schema()
    shared = schema.get("$defs", {})
    needed = schema.get("required", [])
    told = attributes(model)
    out = []
    for name, field in schema.get("properties", {}).items():
        own = model.model_fields[name]
        default = "" if name in needed else plain(field["default"]) if "default" in field else ""
        if own.default_factory is not None:
            default = "by the machine"
        meaning = own.description or told.get(name, "")
        out.append(
            (
                prefix + name,
                values(field, shared),
                "required" if name in needed else default,
                meaning,
            )
        )
    return out


class SettingsTable(SphinxDirective):
    """``settings`` with ``module:Class``; ``:prefix:`` stands before each key."""

    required_arguments = 1
    option_spec = {"prefix": directives.unchanged}  # noqa: RUF012

    def run(self) -> list[nodes.Node]:
        """One definition a key: a table would be wider than a phone."""
        module, _, path = self.arguments[0].partition(":")
        model = attrgetter(path)(import_module(module))
        entries = nodes.definition_list(classes=["options"])
        for key, value, default, meaning in rows(model, self.options.get("prefix", "")):
            term = nodes.term("", "", nodes.literal("", key), nodes.Text(" "))
            term.append(nodes.inline(value, value, classes=["value"]))
            if meaning:
                meaning = meaning[0].upper() + meaning[1:].rstrip(".") + ". "
            said = nodes.paragraph("", meaning)
            if default == "required":
                said.append(nodes.Text("Required."))
            elif default:
                said.extend([nodes.Text("Default: "), nodes.literal("", default)])
            entries.append(nodes.definition_list_item("", term, nodes.definition("", said)))
        return [entries]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("settings", SettingsTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
