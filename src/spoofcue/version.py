"""The version of spoofcue, and where its pages are read; the build takes the version from here."""

__version__ = "0.1.0"

# a wheel holds no pages: those of a release are under its tag (.github/workflows/release.yml)
_PAGES = f"https://github.com/spoofcue/spoofcue/blob/v{__version__}/docs/"


def documentation(page: str) -> str:
    """The address of a page of this version's documentation, for a message that names it.

    Args:
        page: its path in docs/ of the repository, such as ``howto/labels.md``.

    """
    return _PAGES + page
