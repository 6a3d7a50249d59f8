"""The page: how it is served, that it needs nothing from elsewhere, and its modules by node."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpers.called_service import Caller, keys_file, problem_of
from spoofcue.detector.result import Result
from spoofcue.serving.fits import KINDS, Fits
from spoofcue.serving.page_files import FOLDER, page_files

HERE = Path(__file__).parent
TEXTS: dict[str, str] = json.loads((FOLDER / "texts.en.json").read_text(encoding="utf-8"))
PAGES = {"/": "index.html", "/fit": "fit.html"}
MODULES = {p.name: p.read_text(encoding="utf-8") for p in FOLDER.glob("*.mjs")}


class Tags(HTMLParser):
    """Tags of the page with their attributes, and what scripts and styles it holds itself."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("script", "style") and data.strip():
            self.inline.append(data)


@pytest.fixture(scope="module")
def tags() -> list[tuple[str, dict[str, str | None]]]:
    tags = []
    for name in PAGES.values():
        page = Tags()
        page.feed((FOLDER / name).read_text(encoding="utf-8"))
        assert page.inline == []
        tags += page.tags
    return tags


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    with Caller() as called:
        yield called


def test_every_part_is_served_with_a_strict_policy(caller: Caller) -> None:
    kinds = {
        ".html": "text/html",
        ".css": "text/css",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".svg": "image/svg+xml",
    }
    parts = {f"/page/{p.name}": p for p in FOLDER.iterdir()}
    pages = {address: FOLDER / name for address, name in PAGES.items()}
    for address, file in {**parts, **pages}.items():
        answer = caller.get(address)
        assert answer.status_code == 200, address
        assert answer.content == file.read_bytes()
        assert answer.headers["content-type"].split(";")[0] == kinds[file.suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "camera=(self)" in answer.headers["permissions-policy"]
        policy = dict(
            part.strip().split(" ", 1)
            for part in answer.headers["content-security-policy"].split(";")
        )
        assert policy == {
            "default-src": "'self'",
            "img-src": "'self' blob: data:",
            "media-src": "blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "'none'",
        }


@pytest.mark.parametrize("name", ["nothing", "..%2fapp.py", "%2e%2e%2fapp.py", "index.html/x"])
def test_nothing_else_is_served(caller: Caller, name: str) -> None:
    problem_of(caller.get(f"/page/{name}"), 404, "not-found")


def test_the_page_needs_no_key_and_a_check_does(tmp_path: Path) -> None:
    file, _ = keys_file(tmp_path)
    with Caller(keys=file) as closed:
        assert closed.get("/").status_code == closed.get("/fit").status_code == 200
        assert closed.get("/page/page.mjs").status_code == 200
        assert closed.get("/v1/models").status_code == 401


def test_the_page_loads_nothing_from_elsewhere(
    tags: list[tuple[str, dict[str, str | None]]],
) -> None:
    names = page_files()
    for tag, attributes in tags:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        for name in ("src", "href"):
            address = attributes.get(name)
            if address not in (None, "docs", "fit", "."):
                assert address.removeprefix("page/") in names
    styles = {p.name: p.read_text("utf-8") for p in FOLDER.glob("*.css")}
    for name, text in {**MODULES, **styles}.items():
        assert not re.search(r"https?:|[\"'(]//", text), name
        assert not re.search(
            r"\beval\b|new Function|innerHTML|document\.write|Storage\b|cookie", text
        )
        for imported in re.findall(r"from \"\./([\w.]+)\"", text):
            assert imported in names


def test_every_text_that_is_named_is_there_and_every_other_is_not(
    tags: list[tuple[str, dict[str, str | None]]],
) -> None:
    named = {str(a[k]) for _, a in tags for k in ("data-text", "data-label") if k in a}
    joined = "\n".join(MODULES.values())
    named |= set(re.findall(r"(?:text|said|set)\((?:\w+, )?\"([a-z]+\.[a-z-]+)\"", joined))
    assert len(named) > 40
    assert named <= TEXTS.keys()
    # made of a state
    families = {"word", "why", "advice", "problem", "said", "service"}
    families |= {"step", "goal", "more", "would", "kind", "hint", "record", "forgotten"}
    for key in TEXTS.keys() - named:
        assert key.split(".")[0] in families or f'"{key}"' in joined or key.startswith("bars."), key
    assert all(text.strip() == text and text for text in TEXTS.values())


def test_every_reason_and_every_state_has_a_text() -> None:
    said = (Result.__doc__ or "").split("reason: ")[1].split("; of what")[0]
    reasons = set(re.findall(r"``(\w+)``", said)) - {"rejected", "score"}
    assert {"no_face", "blurred", "attack_run", "error"} <= reasons
    assert {f"advice.{reason}" for reason in reasons} <= TEXTS.keys()
    state = MODULES["state.mjs"]
    assert {"advice.repeated", "advice.alike", "advice.enough"} <= TEXTS.keys()
    goals = {goal["goal"] for goal in Fits(1, 60).begin("", "m", 0.5).goals()}
    for family in ("goal", "more"):
        assert {f"{family}.{goal}" for goal in goals} <= TEXTS.keys()
    fit = MODULES["fit-state.mjs"]
    steps = set(re.findall(r'"(\w+)"', fit.split("STEPS = [")[1].split("]")[0]))
    assert {f"step.{step}" for step in steps} <= TEXTS.keys()
    forgotten = set(re.findall(r'forgotten\(\w+, "(\w+)"\)', fit))
    assert len(forgotten) == 3
    assert {f"forgotten.{why}" for why in forgotten} <= TEXTS.keys()
    assert {f"kind.{kind}" for kind in KINDS} <= TEXTS.keys()
    services = set(
        re.findall(r": \"(\w+)\",$", state.split("SERVICE_OF = {")[1].split("}")[0], re.M)
    )
    assert {"gone", "busy", "key"} <= services
    assert {f"service.{name}" for name in services | {"unknown", "ready"}} <= TEXTS.keys()
    assert {f"why.service-{name}" for name in services | {"unknown"}} <= TEXTS.keys()
    cameras = {"off", "asking", "stalled", "lost"} | set(
        re.findall(r"(?:Error: |\?\? |why: )\"([a-z-]+)\"", MODULES["camera.mjs"])
    )
    assert {"refused", "missing", "in-use", "insecure", "failed"} <= cameras
    assert {f"why.camera-{camera}" for camera in cameras} <= TEXTS.keys()
    lost = set(re.findall(r"lose\([\w.]+, \"([a-z-]+)\"\)", state))
    assert len(lost) > 4
    assert {f"why.{why}" for why in lost} <= TEXTS.keys()


def test_modules_by_nodes_own_test_runner() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node")
    files = sorted(str(p) for p in (HERE / "page").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert re.search(r"^\S+ fail 0$", done.stdout, re.MULTILINE)
    passed = re.search(r"^\S+ pass (\d+)$", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 100
