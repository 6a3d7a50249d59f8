"""How a page is made of its template: names are escaped, and one that is missing is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoofcue.version import documentation

if TYPE_CHECKING:
    from jinja2 import Environment


def page_templates(*packages: str) -> Environment:
    """The templates of these packages, the first one's before the next one's.

    Args:
        packages: dotted names of packages whose folders hold templates.

    """
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, ".") for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["documentation"] = documentation
    return environment
