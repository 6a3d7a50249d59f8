"""What the service says of itself: model, health, metrics."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from spoofcue.serving.answers import ModelsAnswer, StateAnswer
from spoofcue.serving.context import Serving
from spoofcue.serving.metrics import CONTENT_TYPE
from spoofcue.serving.problems import documented


def add_state_routes(app: FastAPI, serving: Serving) -> None:
    """Add the addresses."""

    @app.get(
        "/v1/models",
        summary="The model that judges",
        response_model=ModelsAnswer,
        responses=documented(401, 421),
    )
    async def models(request: Request) -> ModelsAnswer:
        """Its threshold, operating points and experts, and what it is for."""
        serving.allow(request, None)
        return ModelsAnswer(models=[serving.service.model])

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
        """Ready once a worker's model is loaded and its self-test on a made picture has passed."""
        serving.service.check_ready()
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
        serving.allow(request, "metrics")
        return Response(serving.metrics.exposition(), media_type=CONTENT_TYPE)
