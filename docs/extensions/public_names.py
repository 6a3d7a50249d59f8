"""The directive ``public-names``: autodoc of each name in the ``__all__`` of a package.

Those names load when they are asked for, so autodoc's own walk through a module would not see
them; and packages among them have pages of their own.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from types import ModuleType
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


def directive(module: str, name: str) -> str | None:
    """The autodoc directive of that name as reStructuredText; None for a package or plain text."""
    value = getattr(import_module(module), name)
    if isinstance(value, ModuleType | str):
        return None
    if inspect.isclass(value):
        kind = "autoexception" if issubclass(value, Exception) else "autoclass"
        return f".. {kind}:: {module}.{name}\n   :members:\n"
    if callable(value):
        return f".. autofunction:: {module}.{name}\n"
    # a table by name: autodoc would show what ``help(dict)`` says
    keys = ", ".join(f"``{key}``" for key in value)
    return f".. py:data:: {module}.{name}\n   :type: {type(value).__name__}\n\n   Keys: {keys}.\n"


class PublicNames(SphinxDirective):
    """``public-names`` with the dotted name of a package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The documentation of each name, in the order of the alphabet."""
        module = self.arguments[0]
        out: list[nodes.Node] = []
        for name in sorted(import_module(module).__all__, key=str.lower):
            if text := directive(module, name):
                out.extend(self.parse_text_to_nodes(f"```{{eval-rst}}\n{text}\n```\n"))
        return out


def short(
    app: Sphinx, what: str, name: str, value: Any, options: Any, signature: str, returns: str
) -> tuple[str | None, str | None]:
    """A signature with the names of ``autodoc_type_aliases``, which unions show as references."""

    def plain(text: str | None) -> str | None:
        return text and re.sub(r"TypeAliasForwardRef\('(\w+)'\)", r"\1", text)

    return plain(signature), plain(returns)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-signature", short)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
