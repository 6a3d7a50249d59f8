"""``POST /v1/checks``: one attempt in one request."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from spoofcue.serving.answers import CheckAnswer, as_answer
from spoofcue.serving.context import Serving
from spoofcue.serving.jobs_check import check_task
from spoofcue.serving.problems import Problem, documented
from spoofcue.serving.submission import FIELDS, submission
from spoofcue.serving.work import Done

_FILE = {"type": "string", "format": "binary"}
_PARTS: dict[str, Any] = dict.fromkeys(FIELDS, _FILE) | {
    "frames": {
        "type": "array", "items": _FILE, "minItems": 1, "description": "one part each, in order"
    },
}  # fmt: skip
_FORM = {
    "oneOf": [
        {
            "type": "object", "properties": {name: part}, "required": [name],
            "additionalProperties": False,
        }
        for name, part in _PARTS.items()
    ]
}  # fmt: skip
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": _FORM},
        "application/json": {"schema": {"$ref": "#/components/schemas/CheckRequest"}},
        **{name: {"schema": _FILE} for name in ("image/*", "video/*", "application/octet-stream")},
    },
}
EVIDENCE = {
    "name": "evidence",
    "in": "query",
    "required": False,
    "description": "png: answer with a picture of the evidence, where there is a score; inline: "
    "the same as `overlay` in the answer",
    "schema": {"type": "string", "enum": ["png", "inline"]},
}


def add_checks_routes(app: FastAPI, serving: Serving) -> None:
    """Add the address."""
    most = serving.settings.max_frames

    async def noted(request: Request, *, cues: bool) -> Done:
        holder = serving.allow(request, "check")
        service = serving.service
        try:
            service.check_ready()
            with service.upload():
                body = await service.body(request)
                content_type = request.headers.get("content-type", "")
                task = check_task(content_type, body, cues=cues)
                done, waited_s = await service.run(request, task)
                result = done.facts["result"]
                kept = await serving.keep(
                    request, holder, result, lambda: submission(content_type, body, most).files
                )
        except Problem as problem:
            serving.note(request, holder, decision=None, problem=problem.kind)
            raise
        except Exception:
            serving.note(request, holder, decision=None, problem="failed")
            raise
        said = ("decision", "reason", "score", "threshold", "model", "frames")
        serving.note(
            request, holder, **{name: result[name] for name in said}, kind=done.facts["kind"],
            total_ms=result["timings"]["total"], **kept,
        )  # fmt: skip
        serving.metrics.decided(result, waited_s)
        return done

    @app.post(
        "/v1/checks",
        summary="Judge one attempt",
        response_model=None,
        responses={
            200: {
                "model": CheckAnswer,
                "description": "the decision; rejected too",
                "content": {"image/png": {"schema": _FILE}},
            },
            **documented(400, 401, 403, 408, 413, 415, 421, 422, 429, 500, 503),
        },
        openapi_extra={"requestBody": BODY, "parameters": [EVIDENCE]},
    )
    async def checks(request: Request) -> Response:
        """Judge one picture, a short clip, or several frames of one recording."""
        wanted = request.query_params.get("evidence")
        if wanted not in (None, "png", "inline"):
            raise Problem("not-valid", "evidence takes png or inline.")
        done = await noted(request, cues=wanted is not None)
        digits = serving.settings.score_digits
        answer = as_answer(done.facts["result"], request.state.request_id, digits)
        sheet = done.files[0] if done.files else None
        if wanted == "inline":
            answer["overlay"] = None if sheet is None else as_data_url(sheet)
        if wanted != "png" or sheet is None:
            return JSONResponse(answer)
        said = {
            "Spoofcue-Decision": answer["decision"],
            "Spoofcue-Score": repr(answer["score"]),
            "Spoofcue-Threshold": repr(answer["threshold"]),
            "Spoofcue-Model": answer["model"],
        }
        return Response(sheet, media_type="image/png", headers=said)


def as_data_url(png: bytes) -> str:
    """A PNG within JSON, which a page shows as it is."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
