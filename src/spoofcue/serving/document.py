"""The OpenAPI document of the service, for programs and as a page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel

from spoofcue.serving.docs_page import POLICY, docs_page

# without a key, whatever the settings
OPEN = frozenset({"/healthz", "/readyz", "/.well-known/jwks.json"})


def add_documents(app: FastAPI, bodies: Sequence[type[BaseModel]], *, with_keys: bool) -> None:
    """Serve the document at ``/openapi.json`` and ``/docs``.

    Args:
        app: with all of its addresses.
        bodies: models that no address names as its own.
        with_keys: whether the service asks for keys.

    """
    document: dict[str, Any] = {}

    def described() -> dict[str, Any]:
        if not document:
            document.update(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                )
            )
            schemas = document["components"]["schemas"]
            for model_class in bodies:
                schemas[model_class.__name__] = model_class.model_json_schema()
            document["components"]["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"},
                "attempt": {"type": "http", "scheme": "bearer", "description": "of one attempt"},
            }
            for path, methods in document["paths"].items():
                for said in methods.values():
                    if path not in OPEN:
                        said.setdefault("security", [{"key": []}] if with_keys else [])
            _link(document["paths"])
        return document

    app.openapi = described  # type: ignore[method-assign]

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(app.openapi())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": POLICY})


def _link(paths: dict[str, Any]) -> None:
    """Say of what is begun at an address by which addresses it goes on."""
    for path, methods in paths.items():
        begun = methods.get("post", {}).get("responses", {}).get("201")
        if begun is None:
            continue
        links: dict[str, Any] = {}
        for other, found in paths.items():
            below = re.fullmatch(rf"{re.escape(path)}/\{{(\w+)\}}(?:/\w+)?", other)
            for said in found.values() if below else ():
                name = said["operationId"]
                parameters = {below[1]: "$response.body#/id"} if below else {}
                links[name] = {"operationId": name, "parameters": parameters}
        begun["links"] = links
