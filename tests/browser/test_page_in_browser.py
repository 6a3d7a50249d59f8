"""The page at ``/`` in Chromium, with a rendered person, a replay and a print before its camera."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.browser import DESKTOP, PHONE, opened, serious_findings
from helpers.camera_clips import as_clip, frames, photo, put_clip
from helpers.served_process import ServedProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
LONG = 240  # frames, 8 s: one that comes again within a check is a repeated one
ATTACKED = {"live": "live", "screen": "attack", "print": "attack"}
SHOWN = ATTACKED | {"looped": "rejected"}


@pytest.fixture(scope="module")
def clips() -> dict[str, bytes]:
    whole = {kind: as_clip(frames(photo(3, kind), count=LONG)) for kind in ATTACKED}
    return whole | {"looped": as_clip(frames(photo(3)))}


@pytest.fixture(autouse=True)
def live_before_the_camera(clip: Path, clips: dict[str, bytes]) -> None:
    put_clip(clip, clips["live"])


def decided(page: Page, word: str) -> None:
    page.locator(f"#decision[data-word='{word}']").wait_for()


def start(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("Face seen well").first.wait_for()


def check(page: Page) -> None:
    page.get_by_role("button", name="Check", exact=True).click()


def test_live_replay_print_and_a_clip_that_repeats(
    browser: Browser, service: ServedProcess, clip: Path, clips: dict[str, bytes]
) -> None:
    with opened(browser, service.base) as page:
        for kind, word in SHOWN.items():
            put_clip(clip, clips[kind])
            start(page)
            check(page)
            decided(page, word)
            if word != "rejected":
                page.locator("#overlay").wait_for()
                page.locator("#frame").wait_for()  # the one that the box is of
                assert page.locator("#bars li").count() >= 2
            page.get_by_role("button", name="Stop the camera").click()
            decided(page, "none")
        said = page.locator("#history td:nth-child(3)").all_inner_texts()
        assert said == ["Not judged", "Attack", "Attack", "Live"]
        assert "a clip that repeats" in page.locator("#history td:nth-child(5)").first.inner_text()


def test_a_camera_that_is_refused_is_told(
    browser: Browser, service: ServedProcess, tmp_path: Path
) -> None:
    with opened(browser, service.base, camera=False, viewport=PHONE) as page:
        page.get_by_role("button", name="Start the camera").click()
        page.locator("#why").get_by_text("The camera was refused").wait_for()
        assert page.locator("#decision").get_attribute("data-word") == "none"
        page.locator("#check").click(force=True)  # though it is told to be disabled
        assert page.locator("#history-empty").is_visible()
        assert serious_findings(page) == []
        page.screenshot(path=tmp_path / "refused.png", full_page=True)


def test_a_service_that_is_killed_takes_the_decision_with_it_and_comes_back(
    browser: Browser, service: ServedProcess, tmp_path: Path
) -> None:
    with opened(browser, service.base, faults=("net::ERR_",)) as page:
        start(page)
        check(page)
        decided(page, "live")
        page.locator("#overlay").wait_for()
        service.kill()
        try:
            page.locator("#why").get_by_text("The service does not answer").wait_for()
            assert page.locator("#decision").get_attribute("data-word") == "none"
            page.screenshot(path=tmp_path / "killed.png", full_page=True)
        finally:
            service.start()
        page.locator("#service[data-state='ready']").wait_for()
        assert page.locator("#decision").get_attribute("data-word") == "none"
        page.get_by_text("Face seen well").first.wait_for()
        check(page)
        decided(page, "live")


def test_by_keyboard_alone(browser: Browser, service: ServedProcess) -> None:
    with opened(browser, service.base) as page:
        focused = "document.activeElement.textContent.trim()"

        def tab_to(name: str) -> None:
            for _ in range(12):
                page.keyboard.press("Tab")
                if page.evaluate(focused) == name:
                    break
            assert page.evaluate(focused) == name
            assert page.evaluate("document.activeElement.matches(':focus-visible')")

        tab_to("Start the camera")
        page.keyboard.press("Enter")
        page.get_by_text("Face seen well").first.wait_for()
        tab_to("Check")
        page.keyboard.press("Space")
        decided(page, "live")
        assert page.evaluate(focused) == "Check"
        tab_to("Clear the history")
        page.keyboard.press("Enter")
        assert page.locator("#history-empty").is_visible()
        assert page.evaluate(focused) == "Stop the camera"
        page.keyboard.press("Enter")
        decided(page, "none")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_serious(
    browser: Browser, service: ServedProcess, viewport: dict[str, int], tmp_path: Path
) -> None:
    with opened(browser, service.base, viewport=viewport) as page:
        assert serious_findings(page) == []
        start(page)
        check(page)
        decided(page, "live")
        page.locator("#overlay").wait_for()
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            assert serious_findings(page) == []
            page.screenshot(path=tmp_path / f"live-{colours}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_a_picture_by_file_and_one_that_is_none(
    browser: Browser, service: ServedProcess, tmp_path: Path
) -> None:
    with opened(browser, service.base) as page:
        broken = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"no picture at all"}
        page.set_input_files("#file", files=broken)
        decided(page, "rejected")
        page.set_input_files("#file", put_clip(tmp_path / "one.jpg", as_clip(frames(photo(3))[:1])))
        decided(page, "live")
        assert re.search(r"Score\n0\.\d", page.locator("#facts").inner_text())
