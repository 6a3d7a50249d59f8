"""What a built site must keep to: python .ci/site_check.py build/site [--browser] [--shots FOLDER].

Every internal link and anchor leads somewhere, nothing is loaded from another host, each page has
one title and each picture a description. With --browser the pages are opened in Chromium too, wide
and narrow, light and dark: no request leaves, axe finds nothing serious, and no page is wider than
its window. --shots keeps a picture of each of these.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

# what a browser loads by itself, as (tag, attribute); an <a> loads nothing before it is chosen
LOADED = {
    *((tag, "src") for tag in ("img", "script", "iframe", "source", "video", "audio", "embed")),
    *((tag, "srcset") for tag in ("img", "source")),
    *(("link", "href"), ("object", "data"), ("use", "href"), ("image", "href")),
}
LOOKS = {  # name -> width, height, colours
    "desktop": (1280, 900, "light"),
    "dark": (1280, 900, "dark"),
    "phone": (390, 844, "light"),
}
# of each kind of page one; where the flag is set, axe looks at it too
OPENED = {
    "index.html": True,
    "tutorials/papers-tables.html": True,
    "howto/serving.html": False,
    "howto/simulator.html": False,
    "reference/commands/judging.html": True,
    "reference/settings.html": False,
    "reference/python/metrics.html": True,
    "results/pretrained.html": False,
    "explanation/method.html": True,
}


@dataclass
class Page(HTMLParser):
    """Ids, links and what is loaded, of one page."""

    path: Path
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    titles: int = 0
    undescribed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.ids.add(given["id"])
        self.titles += tag == "h1"
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img" and not given.get("alt"):
            self.undescribed.append(given.get("src", ""))
        for name, value in given.items():
            if (tag, name) in LOADED and given.get("rel") not in ("canonical", "index", "search"):
                self.loaded.append(value)

    def __hash__(self) -> int:
        return hash(self.path)


def faults(site: Path) -> Iterator[str]:
    """One line for each."""
    pages = {
        path: Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts
    }
    for path, page in pages.items():
        where = path.relative_to(site)
        if page.titles != 1 and path.name != "search.html":
            yield f"{where}: {page.titles} titles (h1)"
        yield from (f"{where}: a picture without a description: {src}" for src in page.undescribed)
        for address in page.loaded:
            if urlsplit(address).scheme not in ("", "data") or address.startswith("//"):
                yield f"{where}: loads {address}"
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{where}: {link} leads nowhere"
            elif target in pages and parts.fragment:
                wanted = unquote(parts.fragment)
                yield from [f"{where}: {link} has no such place"] * (
                    wanted not in pages[target].ids
                )
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        for sign in ("url(http", "url(//", 'url("http', "url('http", "@import"):
            if sign in text:
                yield f"{sheet.relative_to(site)}: {sign}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass


def faults_in_browser(site: Path, shots: Path | None) -> Iterator[str]:
    """What is seen only where a page is drawn."""
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}/"
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for look, (width, height, colours) in LOOKS.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if colours == "dark" else "light",
            )
            asked: list[str] = []
            context.on("request", lambda request, asked=asked: asked.append(request.url))
            for name, with_axe in OPENED.items():
                page = context.new_page()
                wrong: list[str] = []
                page.on("pageerror", lambda error, wrong=wrong: wrong.append(str(error)))
                page.goto(home + name)
                yield from (f"{name} ({look}): {error}" for error in wrong)
                wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if wide > 0:
                    yield f"{name} ({look}): {wide} px wider than the window"
                found_by_axe = Axe().run(page).response["violations"] if with_axe else []
                for one in found_by_axe:
                    if one["impact"] in ("serious", "critical"):
                        at = "; ".join(node["html"][:120] for node in one["nodes"][:2])
                        yield f"{name} ({look}): {one['id']}, {len(one['nodes'])} times: {at}"
                if shots:
                    shots.mkdir(parents=True, exist_ok=True)
                    to = shots / f"{name.removesuffix('.html').replace('/', '-')}-{look}.png"
                    page.screenshot(path=str(to))
                page.close()
            for url in sorted({u for u in asked if not u.startswith((home, "data:"))}):
                yield f"({look}): asked {url}"
            context.close()
        browser.close()
    server.shutdown()


def main() -> int:
    """Print the faults; status 1 if there are any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--shots", type=Path)
    given = parser.parse_args()
    site = given.site.resolve()
    found = list(faults(site))
    if given.browser or given.shots:
        found += faults_in_browser(site, given.shots)
    print("\n".join(found) or f"{site.name}: sound")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
