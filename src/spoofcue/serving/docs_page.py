"""The OpenAPI document as a plain page: no script, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Any

STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color-scheme:light dark}table{border-collapse:collapse;width:100%}td,th{text-align:left;"
    "vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid #8888}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'"


def docs_page(document: dict[str, Any]) -> str:
    """HTML of an OpenAPI document: each address with what it takes and answers."""
    title = escape(document["info"]["title"])
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{STYLE}</style></head><body>",
        f"<h1>{title} {escape(document['info']['version'])}</h1>",
        f"<p>{escape(document['info'].get('description', ''))}</p>",
        '<p><a href="/openapi.json">openapi.json</a> is this page for programs.</p>',
    ]
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            parts += _address(path, method, said)
    for name, schema in document["components"]["schemas"].items():
        parts += _schema(name, schema)
    return "".join([*parts, "</body></html>"])


def _address(path: str, method: str, said: dict[str, Any]) -> list[str]:
    bodies = ", ".join(said.get("requestBody", {}).get("content", {}))
    rows = [
        f"<tr><th scope=row>{escape(status)}</th><td>{escape(answer.get('description', ''))}</td>"
        f"<td>{escape(', '.join(answer.get('content', {})))}</td></tr>"
        for status, answer in said["responses"].items()
    ]
    asked = [
        f"<p><code>?{escape(one['name'])}=</code> {escape(one.get('description', ''))}</p>"
        for one in said.get("parameters", [])
    ]
    return [
        f"<h2><code>{escape(method.upper())} {escape(path)}</code></h2>",
        f"<p>{escape(said.get('description') or said.get('summary', ''))}</p>",
        *asked,
        f"<p>Takes {escape(bodies)}.</p>" if bodies else "",
        "<table><tr><th scope=col>status</th><th scope=col>meaning</th><th scope=col>type</th>",
        f"</tr>{''.join(rows)}</table>",
    ]


def _schema(name: str, schema: dict[str, Any]) -> list[str]:
    rows = [
        f"<tr><th scope=row><code>{escape(key)}</code></th><td>{escape(_kind(of))}</td>"
        f"<td>{escape(of.get('description', ''))}</td></tr>"
        for key, of in schema.get("properties", {}).items()
    ]
    return [
        f"<h3>{escape(name)}</h3><p>{escape(schema.get('description', ''))}</p>",
        f"<table>{''.join(rows)}</table>",
    ]


def _kind(of: dict[str, Any]) -> str:
    if "anyOf" in of:
        return " or ".join(map(_kind, of["anyOf"]))
    if "$ref" in of:
        return str(of["$ref"]).rpartition("/")[2]
    if of.get("type") == "array":
        return f"list of {_kind(of.get('items', {}))}"
    return str(of.get("type", "value"))
