"""The web pages at ``/`` and ``/fit``: a folder of files, which load nothing from anywhere else."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response

from spoofcue.serving.problems import Problem

FOLDER = Path(__file__).parent / "page"
# stated here: systems differ in what they say of a name, and no browser runs a module of text/plain
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}


def page_files(folder: Path = FOLDER) -> dict[str, bytes]:
    """Name -> content of every file of the page; other names are not looked for."""
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir()) if p.suffix in KINDS}


def add_page(app: FastAPI) -> None:
    """Serve the pages at ``/`` and ``/fit``, and their parts; nobody needs a key for them."""
    files = page_files()

    def answer(name: str) -> Response:
        if name not in files:
            raise Problem("not-found", "the page has no such part.")
        kind = KINDS[Path(name).suffix]
        return Response(files[name], media_type=kind, headers=HEADERS)

    @app.get("/", include_in_schema=False)
    async def index() -> Response:
        return answer("index.html")

    @app.get("/fit", include_in_schema=False)
    async def fit() -> Response:
        return answer("fit.html")

    @app.get("/page/{name}", include_in_schema=False)
    async def part(name: str) -> Response:
        return answer(name)
