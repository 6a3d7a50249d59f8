"""The page that fits a camera, from its beginning to the service that judges by the profile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from helpers.browser import DESKTOP, PHONE, opened, serious_findings
from helpers.camera_clips import Picture, frames, photo, write_clip
from helpers.served_process import ServedProcess
from spoofcue.detector.detector import Detector

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def moving(person: int, kind: str = "live") -> list[Picture]:
    """Frames that differ in pose, size and light."""
    takes = range(100, 106) if kind == "live" else [None]
    shown = []
    for take in takes:
        for zoom, light in ((1.0, 1.0), (0.78, 0.85)):
            shown += frames(photo(person, kind, take), zoom, light)[::7]
    return shown


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def heading(page: Page, name: str) -> None:
    page.get_by_role("heading", name=name, exact=True).and_(page.locator("#panel-title")).wait_for()


def recorded(page: Page, kind: str, count: int) -> None:
    """Wait until at least so many of a kind are taken, and stop."""
    said = page.locator("#goal-live" if kind == "live" else f"#count-{kind}")
    for _ in range(300):
        number = re.match(r"\d+", said.inner_text())
        if number and int(number[0]) >= count:
            break
        page.wait_for_timeout(100)
    press(page, "Pause")


def before_the_camera(page: Page, clip: Path, pictures: list[Picture]) -> None:
    """The camera reads its file when it is started."""
    press(page, "Stop the camera")
    write_clip(clip, pictures)
    press(page, "Start the camera")
    page.locator("#camera:not([hidden])").wait_for()


def looked_over(page: Page, tmp_path: Path, name: str) -> None:
    """axe and a picture, in both colours and both widths."""
    for viewport, width in ((DESKTOP, "desktop"), (PHONE, "phone")):
        page.set_viewport_size(viewport)
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours, reduced_motion="reduce")
            if (width, colours) in (("desktop", "light"), ("phone", "dark")):
                assert serious_findings(page) == []
                page.screenshot(path=tmp_path / f"{name}-{width}-{colours}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light")


def test_the_whole_path(
    browser: Browser, service: ServedProcess, clip: Path, tmp_path: Path
) -> None:
    fits: list[str] = []
    write_clip(clip, moving(3))
    with opened(browser, f"{service.base}/fit", faults=("404",)) as page:
        page.on("request", lambda sent: fits.extend(re.findall(r"/v1/fits/([\w-]+)", sent.url)))
        looked_over(page, tmp_path, "begin")
        press(page, "Begin")
        heading(page, "Live faces")
        press(page, "Record")
        page.locator("#goal-live").get_by_text(re.compile(r"^[3-9] of 30")).wait_for()
        assert page.get_by_role("button", name="Go on").get_attribute("aria-disabled") == "true"
        recorded(page, "live", 7)
        press(page, "Next person")
        before_the_camera(page, clip, moving(7))
        press(page, "Record")
        recorded(page, "live", 11)
        page.locator("#histogram .bar-live").first.wait_for()
        looked_over(page, tmp_path, "live")
        press(page, "Go on")
        heading(page, "Attacks")
        for kind, name in (("screen", "a screen"), ("print", "paper")):
            before_the_camera(page, clip, moving(3, kind))
            press(page, f"Record a face on {name}")
            recorded(page, kind, 2)
        looked_over(page, tmp_path, "attacks")
        press(page, "Go on")
        heading(page, "Result")
        page.locator("#would li").nth(4).wait_for()
        page.locator("#histogram .bar-print").first.wait_for()
        would = page.locator("#would").inner_text()
        for kind in ("screen", "paper"):
            assert re.search(rf"on {'a ' * (kind == 'screen')}{kind} 0 of [2-4] pass \(0\.0", would)
        assert "a guess" in page.locator("#doubt").inner_text()

        files = {}
        for name in ("profile", "report"):
            page.locator(f"#{name}[aria-disabled='false']").wait_for()
            with page.expect_download() as download:
                press(page, f"Download the {name}")
            files[name] = tmp_path / download.value.suggested_filename
            download.value.save_as(files[name])
        assert files["profile"].name == "camera.spoofcue"
        fitted = Detector.load(files["profile"])
        page.locator("#adopt[aria-disabled='false']").wait_for()
        press(page, "Use it now")
        page.locator("#adopted").get_by_text(fitted.model_id).wait_for()
        assert fitted.model_id in files["report"].read_text(encoding="utf-8")
        models = httpx.get(f"{service.base}/v1/models", trust_env=False).json()["models"]
        assert (models[0]["id"], models[0]["threshold"]) == (fitted.model_id, fitted.threshold)
        looked_over(page, tmp_path, "result")

        press(page, "Finish and forget all")
        heading(page, "Done")
        page.get_by_text("Everything that was recorded is gone.").wait_for()
        looked_over(page, tmp_path, "done")
        (fit,) = set(fits)
        gone = httpx.get(f"{service.base}/v1/fits/{fit}", trust_env=False)
        assert gone.status_code == 404

    # the next start judges by it too
    service.kill()
    service.start()
    write_clip(clip, frames(photo(3, "print"), count=240))  # that does not repeat within a check
    with opened(browser, service.base) as page:
        press(page, "Start the camera")
        page.get_by_text("Face seen well").first.wait_for()
        press(page, "Check")
        page.locator("#decision[data-word='attack']").wait_for()
        assert fitted.model_id in page.locator("#facts").inner_text()


def test_a_service_that_is_killed_ends_the_fit(
    browser: Browser, service: ServedProcess, clip: Path, tmp_path: Path
) -> None:
    write_clip(clip, moving(3))
    with opened(
        browser, f"{service.base}/fit", faults=("net::ERR_", "404"), viewport=PHONE
    ) as page:
        press(page, "Begin")
        heading(page, "Live faces")
        press(page, "Record")
        page.locator("#goal-live").get_by_text(re.compile(r"^[1-9]")).wait_for()
        service.kill()
        try:
            page.locator("#advice").get_by_text("The service does not answer").wait_for()
            assert page.locator("#recording").is_hidden()
            page.screenshot(path=tmp_path / "killed.png", full_page=True)
        finally:
            service.start()
        page.locator("#service[data-state='ready']").wait_for()
        # the page may have found it out by itself
        page.evaluate("document.querySelector('#record-live').click()")
        page.get_by_text("everything that was recorded is gone").wait_for()


def test_nothing_is_recorded_of_a_camera_that_is_refused(
    browser: Browser, service: ServedProcess
) -> None:
    with opened(browser, f"{service.base}/fit", camera=False, viewport=PHONE) as page:
        press(page, "Begin")
        page.locator("#advice").get_by_text("The camera was refused").wait_for()
        page.locator("#record-live").click(force=True)
        assert page.locator("#recording").is_hidden()
        assert page.locator("#goal-live").inner_text().startswith("0 of 30")
        assert serious_findings(page) == []


def test_by_keyboard_alone_and_a_page_that_is_left(
    browser: Browser, service: ServedProcess, clip: Path
) -> None:
    write_clip(clip, moving(3))
    fits: list[str] = []
    with opened(browser, f"{service.base}/fit") as page:
        page.on("request", lambda sent: fits.extend(re.findall(r"/v1/fits/([\w-]+)", sent.url)))

        def tab_to(name: str) -> None:
            focused = "document.activeElement.textContent.trim()"
            for _ in range(12):
                page.keyboard.press("Tab")
                if page.evaluate(focused) == name:
                    return
            raise AssertionError(f"no way to {name}: {page.evaluate(focused)}")

        tab_to("Begin")
        page.keyboard.press("Enter")
        heading(page, "Live faces")
        assert page.evaluate("document.activeElement.id") == "panel-title"
        page.locator("#record-live[aria-disabled='false']").wait_for()  # the camera has started
        tab_to("Record")
        page.keyboard.press("Enter")
        page.locator("#goal-live").get_by_text(re.compile(r"^[1-9]")).wait_for()
        page.keyboard.press("Space")
        assert page.locator("#recording").is_hidden()
        (fit,) = set(fits)
        assert httpx.get(f"{service.base}/v1/fits/{fit}", trust_env=False).status_code == 200
        page.goto(service.base)
        for _ in range(100):
            if httpx.get(f"{service.base}/v1/fits/{fit}", trust_env=False).status_code == 404:
                break
            page.wait_for_timeout(100)
        else:
            raise AssertionError("what was recorded outlived the page")
