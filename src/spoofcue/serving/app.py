"""The addresses of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse

from spoofcue.detector.detector import Detector
from spoofcue.serving.access import Access, Keys
from spoofcue.serving.answers import CheckAnswer, ModelsAnswer, StateAnswer, as_answer
from spoofcue.serving.audit import AuditLog
from spoofcue.serving.docs_page import POLICY, docs_page
from spoofcue.serving.envelope import Envelope
from spoofcue.serving.key_file import WatchedKeys
from spoofcue.serving.keys import Scope
from spoofcue.serving.metrics import CONTENT_TYPE, ServiceMetrics
from spoofcue.serving.model_facts import model_answer
from spoofcue.serving.page_files import add_page
from spoofcue.serving.problems import Problem, ProblemDocument, answer_with_problems, documented
from spoofcue.serving.service import CheckService, Judged
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.submission import FIELDS, CheckRequest
from spoofcue.version import __version__

ABOUT = (
    "Face presentation attack detection: live, attack or rejected. A higher score means more "
    "likely an attack. Only the decision live should let anyone in; whatever is no answer of "
    "status 200 has no decision."
)
_FILE = {"type": "string", "format": "binary"}
_FORM = {
    "type": "object",
    "description": "one of the three",
    "properties": dict.fromkeys(FIELDS, _FILE)
    | {"frames": {"type": "array", "items": _FILE, "description": "one part each, in order"}},
}
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
    "description": "png: answer with a picture of the evidence, where there is a score",
    "schema": {"type": "string", "enum": ["png"]},
}


def create_app(
    detector: Detector,
    settings: ServiceSettings,
    model: Path,
    *,
    keys: Keys | None = None,
    audit: AuditLog | None = None,
) -> FastAPI:
    """The service as an ASGI application, for one event loop.

    Args:
        detector: judges; threads share it.
        settings: its threshold and model are the detector's already.
        model: path that the detector was loaded from.
        keys: who may call; None: those of the settings' file, and without one anybody.
        audit: where decisions are noted; None: as the settings say.

    Raises:
        InputError: keys or audit log cannot be opened, or the settings leave it open to others.

    """
    settings.check()
    if keys is None and settings.keys is not None:
        keys = WatchedKeys(settings.keys)
    if audit is None and settings.audit is not None:
        audit = AuditLog(settings.audit)
    service = CheckService(detector, settings)
    access = Access(settings, keys)
    metrics = ServiceMetrics(lambda: service.pool.waiting, lambda: service.pool.running)
    facts = model_answer(detector, model, profile=settings.profile)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        yield
        service.pool.close()

    app = FastAPI(
        title="spoofcue",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.service = service
    answer_with_problems(app)
    app.add_middleware(Envelope, access=access, metrics=metrics)

    def allow(request: Request, scope: Scope | None) -> str:
        request.state.holder = access.allow(request.headers, scope)
        return str(request.state.holder)

    def note(request: Request, holder: str, **facts: Any) -> None:
        if audit is None:
            return
        try:
            audit.write(request_id=request.state.request_id, key=holder, **facts)
        except (OSError, ValueError) as error:  # a closed file raises ValueError
            detail = f"{type(error).__name__}; nothing is decided without it."
            raise Problem("no-audit", detail, retry_s=10) from error

    async def noted_check(request: Request, *, cues: bool) -> Judged:
        holder = allow(request, "check")
        try:
            judged = await service.check(request, cues=cues)
        except Problem as problem:
            note(request, holder, decision=None, problem=problem.kind)
            raise
        except Exception:
            note(request, holder, decision=None, problem="failed")
            raise
        result = judged.result
        note(
            request, holder, decision=result.decision, reason=result.reason, score=result.score,
            threshold=result.threshold, model=result.model, kind=judged.kind,
            frames=result.frames, total_ms=result.timings.total,
        )  # fmt: skip
        metrics.decided(result, judged.waited_s)
        return judged

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
        if wanted not in (None, "png"):
            raise Problem("not-valid", "evidence takes png alone.")
        judged = await noted_check(request, cues=wanted is not None)
        answer = as_answer(judged.result, request.state.request_id, settings.score_digits)
        if judged.sheet is None:
            return JSONResponse(answer)
        said = {
            "Spoofcue-Decision": judged.result.decision,
            "Spoofcue-Score": repr(answer["score"]),
            "Spoofcue-Threshold": repr(answer["threshold"]),
            "Spoofcue-Model": judged.result.model,
        }
        return Response(judged.sheet, media_type="image/png", headers=said)

    @app.get(
        "/v1/models",
        summary="The model that judges",
        response_model=ModelsAnswer,
        responses=documented(401, 421),
    )
    async def models(request: Request) -> ModelsAnswer:
        """Its threshold, operating points and experts, and what it is for."""
        allow(request, None)
        return ModelsAnswer(models=[facts])

    @app.get("/healthz", summary="Whether the process works", response_model=StateAnswer)
    async def healthz() -> StateAnswer:
        """Answers as long as the process can."""
        return StateAnswer(status="ok")

    @app.get(
        "/readyz",
        summary="Whether checks are answered",
        response_model=StateAnswer,
        responses=documented(503),
    )
    async def readyz() -> StateAnswer:
        """Ready once the model is loaded and its self-test on a made picture has passed."""
        service.check_ready()
        return StateAnswer(status="ready")

    @app.get(
        "/metrics",
        summary="Counters for Prometheus",
        response_model=None,
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **documented(401, 403, 421),
        },
    )
    async def prometheus(request: Request) -> Response:
        """Requests, decisions, latencies by stage, scores."""
        allow(request, "metrics")
        return Response(metrics.exposition(), media_type=CONTENT_TYPE)

    add_page(app)

    @app.get("/openapi.json", include_in_schema=False)
    async def openapi() -> JSONResponse:
        return JSONResponse(app.openapi())

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()), headers={"Content-Security-Policy": POLICY})

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
            for model_class in (ProblemDocument, CheckRequest):
                schemas[model_class.__name__] = model_class.model_json_schema()
            document["components"]["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer"}
            }
            for path in ("/v1/checks", "/v1/models", "/metrics"):
                for said in document["paths"][path].values():
                    said["security"] = [{"key": []}] if keys is not None else []
        return document

    app.openapi = described  # type: ignore[method-assign]
    return app
