"""The site: MyST pages, the reference from the program itself; `make docs` builds it.

No page asks another server for anything: furo and the extensions bring what they need, equations
are MathML in the page, and ``.ci/site_check.py`` looks for what would be loaded from elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

from spoofcue.version import __version__

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "spoofcue"
author = "the authors of spoofcue"
copyright = "the authors of spoofcue; Apache-2.0"
version = release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
    # ours, in docs/extensions
    "keyboard",
    "mathml",
    "commands",
    "public_names",
    "repository_pages",
    "settings_tables",
    "whole_streams",
]
exclude_patterns = ["figures", "extensions"]

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 4
myst_links_external_new_tab = False


def program() -> str:
    """A digest of what the cells of the tutorials run: the package, and the tests' helpers."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for folder in (root / "src", root / "tests" / "helpers"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


# the tutorials: executed when they or the program change; a cell that fails ends the build
nb_execution_mode = "cache"
executed = Path(__file__).parents[1] / "build" / "executed"
nb_execution_cache_path = str(executed / program())
for other in executed.glob("*"):
    if str(other) != nb_execution_cache_path:  # of a program that is no more
        shutil.rmtree(other) if other.is_dir() else other.unlink()
nb_execution_raise_on_error = True
nb_execution_in_temp = True  # they write files
# their cells call `spoofcue` as a shell does
os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
nb_execution_timeout = 180
nb_execution_show_tb = True
nb_merge_streams = True
nb_ipywidgets_js = {}  # would be loaded from elsewhere, and no page has widgets

autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
# names where NumPy's unions would fill the page
autodoc_type_aliases = {"ArrayLike": "ArrayLike", "NDArray": "NDArray"}
toc_object_entries_show_parents = "hide"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"spoofcue {__version__}"
html_static_path = ["static"]
html_css_files = ["spoofcue.css"]
html_copy_source = False
html_show_sphinx = False
html_math_renderer = "mathml"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_exclude = ".linenos, .gp, .go"
html_theme_options = {
    "navigation_with_keys": True,
    "light_css_variables": {
        "color-brand-primary": "#0b5e6b",
        "color-brand-content": "#0b5e6b",
        "color-brand-visited": "#5b3f8c",
    },
    "dark_css_variables": {
        "color-brand-primary": "#63c5d4",
        "color-brand-content": "#63c5d4",
        "color-brand-visited": "#c0a8ee",
    },
}
