"""One Chromium and one service a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.browser import chromium
from helpers.camera_clips import frames, photo, write_clip
from helpers.served_process import ServedProcess

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that the camera plays; a test may replace it before the camera is started."""
    folder = tmp_path_factory.mktemp("camera")
    return write_clip(folder / "camera.mjpeg", frames(photo(3)))


@pytest.fixture(scope="module")
def browser(clip: Path) -> Iterator[Browser]:
    with chromium(clip) as one:
        yield one


@pytest.fixture(scope="module")
def service(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    folder = tmp_path_factory.mktemp("service")
    one = ServedProcess(folder / "log.txt", "--adopt", str(folder / "adopted"))
    one.start()
    yield one
    one.kill()
