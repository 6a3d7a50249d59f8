"""A page of ours as PDF, by the print layout of a browser that is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.whole_files import whole

VARIABLE = "SPOOFCUE_BROWSER"
NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "microsoft-edge-stable", "msedge"),
)
# where they are on systems that do not put them on the path
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
OF_WINDOWS = (
    "Google/Chrome/Application/chrome.exe",
    "Chromium/Application/chrome.exe",
    "Microsoft/Edge/Application/msedge.exe",
)
PATIENCE_S = 120
FLAGS = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-extensions"),
    # the page asks for nothing, and the browser shall not either
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--no-pdf-header-footer",
)


def print_to_pdf(page: Path, pdf: Path) -> Path:
    """Print an HTML file; a PDF of that name is replaced as a whole.

    Args:
        page: the file. It needs no other, and holds no script.
        pdf: what to write.

    Raises:
        InputError: there is no browser that prints, or it failed; ``page`` is there all the same.

    """
    browser = find_browser()
    if browser is None:
        raise InputError(
            f"{page} is written, and for the PDF there is no browser: install Chromium, Chrome or "
            f"Edge, or name one in {VARIABLE}. Or open the page in any browser and print it to a "
            "PDF; it is laid out for A4."
        )
    flags = list(FLAGS)
    if sys.platform != "win32" and os.geteuid() == 0:
        flags.append("--no-sandbox")  # as root, as in containers, Chromium has none
    with whole(pdf, keep_suffix=True) as part, tempfile.TemporaryDirectory() as profile:
        command = [
            browser,
            *flags,
            f"--user-data-dir={profile}",
            f"--print-to-pdf={part.resolve()}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise InputError(_failed(page, browser, str(error))) from error
        if not part.is_file() or not part.read_bytes().startswith(b"%PDF"):
            lines = done.stderr.decode(errors="replace").split("\n")
            said = next((line for line in reversed(lines) if line.strip()), "it wrote no PDF")
            raise InputError(_failed(page, browser, said))
    return pdf


def find_browser() -> str | None:
    """Chromium, Chrome or Edge, or what ``SPOOFCUE_BROWSER`` names; None if there is none.

    Raises:
        InputError: ``SPOOFCUE_BROWSER`` names nothing that can be run.

    """
    if named := os.environ.get(VARIABLE):
        found = shutil.which(named)
        if found is None:
            raise InputError(f"{VARIABLE} is {named}, which is no program that can be run.")
        return found
    roots = [os.environ[v] for v in ("PROGRAMFILES", "PROGRAMFILES(X86)") if v in os.environ]
    places = [*APPLICATIONS, *(f"{root}/{name}" for root in roots for name in OF_WINDOWS)]
    return next(filter(None, (shutil.which(name) for name in (*NAMES, *places))), None)


def _failed(page: Path, browser: str, said: str) -> str:
    return (
        f"{page} is written, and {browser} could not print it ({said}). Open the page in any "
        "browser and print it to a PDF; it is laid out for A4."
    )
