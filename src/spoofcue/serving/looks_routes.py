"""``POST /v1/looks``: where the face of one frame is, for advice while a person moves."""

from __future__ import annotations

from fastapi import FastAPI, Request

from spoofcue.serving.attempt_answers import LookAnswer
from spoofcue.serving.attempts_routes import pictures_body
from spoofcue.serving.context import Serving
from spoofcue.serving.jobs_attempt import look_task
from spoofcue.serving.problems import Problem, documented
from spoofcue.serving.submission import submission


def add_looks_routes(app: FastAPI, serving: Serving) -> None:
    """Add the address."""
    service, most = serving.service, serving.settings.max_frames

    @app.post(
        "/v1/looks",
        summary="Look at one frame, without a decision",
        response_model=LookAnswer,
        responses=documented(400, 401, 403, 408, 413, 415, 421, 422, 429, 500, 503),
        openapi_extra={"requestBody": pictures_body("picture")},
    )
    async def looks(request: Request) -> LookAnswer:
        """Box, quality and advice; it has a rate of its own, and no line in the audit log."""
        serving.allow(request, "check", counts="look")
        service.check_ready()
        with service.upload():
            body = await service.body(request)
            sent = submission(request.headers.get("content-type", ""), body, most)
            if sent.kind == "clip":
                raise Problem("unsupported", "a look is at a picture, not at a clip.")
            if sent.kind == "frames":
                raise Problem("not-valid", "a look is at one `picture`.")
            done, _ = await service.run(request, look_task(sent.files[0]))
        return LookAnswer(request_id=request.state.request_id, **done.facts)
