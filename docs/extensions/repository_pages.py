"""Pages of the repository's own folder in the site: links to them lead to their place there.

On GitHub ``../../SECURITY.md`` is the file; in the site it is ``project/security-policy``, which
includes that file.
"""

from __future__ import annotations

import os
import re
from typing import Any

from sphinx.application import Sphinx

PAGES = {
    "README.md": "index",
    "CONTRIBUTING.md": "project/contributing",
    "CHANGELOG.md": "project/changelog",
    "SECURITY.md": "project/security-policy",
}
LINK = re.compile(r"\]\(((?:\.\./)+)(\w+\.md)(#[\w-]+)?\)")


def mend(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn links that leave docs/ for one of these pages into links within it."""
    here = os.path.dirname(docname)

    def one(match: re.Match[str]) -> str:
        page = PAGES.get(match[2])
        if page is None or os.path.normpath(os.path.join(here, match[1])) != "..":
            return match[0]
        return f"]({os.path.relpath(page, here or '.')}.md{match[3] or ''})"

    source[0] = LINK.sub(one, source[0])


def mend_included(app: Sphinx, relative_path: Any, parent_docname: str, content: list[str]) -> None:
    """The other way round: links within such a page, which start at the repository's folder."""
    # MyST gives the last part of parent_docname alone
    up = "../" * (app.env.docname.count("/") + 1)
    here = up.removeprefix("../") or "./"

    def one(match: re.Match[str]) -> str:
        path = match[1]
        if re.match(r"[a-z]+:|#", path):
            return match[0]
        name, _, anchor = path.partition("#")
        if name in PAGES:
            to = f"{here}{PAGES[name]}.md"
        elif name.startswith("docs/"):
            to = here + name.removeprefix("docs/")
        else:
            to = up + name
        return f"]({to}{'#' + anchor if anchor else ''})"

    content[0] = re.sub(r"\]\(([^)\s]+)\)", one, content[0])


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both."""
    app.connect("source-read", mend)
    app.connect("include-read", mend_included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
