"""Chromium with a fake camera, by Playwright; and what every page that it opens has to keep to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REQUIRED = os.environ.get("BROWSER_TESTS") == "required"  # as .ci/run has it
WAIT_MS = 30_000  # two cores may be busy with other tests
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 400, "height": 800}


def _missing(why: str) -> None:
    if REQUIRED:
        pytest.fail(f"BROWSER_TESTS=required, and {why}")
    pytest.skip(why)


@contextmanager
def chromium(clip: Path) -> Iterator[Browser]:
    """The system's Chromium, whose only camera plays a file; nothing is downloaded."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _missing("Playwright is not installed: pip install playwright")
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        _missing("there is no Chromium: apt-get install chromium")
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={clip}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser,
    address: str,
    *,
    camera: bool = True,
    faults: tuple[str, ...] = (),
    **options: Any,
) -> Iterator[Page]:
    """A page in a session of its own, with its texts in place.

    Afterwards: it asked nobody but its own service, and its console has no error but those that
    hold one of ``faults``.
    """
    options = {"viewport": DESKTOP, "reduced_motion": "reduce", "accept_downloads": True} | options
    context = browser.new_context(**options)
    origin = "/".join(address.split("/")[:3])
    # what is not granted is refused, without a question that nobody would answer
    context.grant_permissions(["camera" if camera else "notifications"], origin=origin)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda said: told.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: told.append(str(error)))
    page.goto(address)
    page.locator("#main").wait_for()
    try:
        yield page
    finally:
        context.close()
    elsewhere = [url for url in asked if not url.startswith((f"{origin}/", f"blob:{origin}/"))]
    assert elsewhere == []
    assert [text for text in told if not any(fault in text for fault in faults)] == []


def serious_findings(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical: its rule and the first element."""
    from axe_playwright_python.sync_playwright import Axe

    response = Axe().run(page, options={"resultTypes": ["violations"]}).response
    assert len(response["passes"]) > 10  # it looked at something
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]} {one['nodes'][0]['failureSummary'][:300]}"
        for one in response["violations"]
        if one["impact"] in ("serious", "critical")
    ]
