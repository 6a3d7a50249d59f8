"""Every test's terminal has the width that the test itself asks for."""

import os

# A console keeps the COLUMNS that it finds when it is made; without one it looks anew each time.
os.environ.pop("COLUMNS", None)

import spoofcue.cli.console  # noqa: F401
