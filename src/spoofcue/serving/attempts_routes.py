"""``/v1/attempts``: frames by one request after the other, one decision, one receipt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from python_multipart.multipart import parse_options_header
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from spoofcue.detector.result import Result
from spoofcue.errors import validation_text
from spoofcue.serving.access import bearer
from spoofcue.serving.answers import as_answer
from spoofcue.serving.attempt_answers import (
    AttemptAnswer,
    AttemptStateAnswer,
    BeginRequest,
    BegunAnswer,
    FramesAnswer,
    for_token,
)
from spoofcue.serving.attempts import HeldAttempt
from spoofcue.serving.checks_routes import EVIDENCE, as_data_url
from spoofcue.serving.context import Serving
from spoofcue.serving.jobs_attempt import attempt_task, look_task
from spoofcue.serving.problems import Problem, documented
from spoofcue.serving.submission import submission
from spoofcue.serving.work import Done

LOG = logging.getLogger("spoofcue.serving")
BELOW = "/v1/attempts/"
BEGIN_BYTES = 4096
SWEEP_S = 1.0
# of a body around its frames: boundaries and headers of parts
ENVELOPE_BYTES = 65_536
NOTED = ("decision", "reason", "score", "threshold", "model", "frames")


def pictures_body(*fields: str) -> dict[str, Any]:
    """The OpenAPI description of a body of pictures: ``picture`` is one, ``frames`` a list."""

    def one_of(file: dict[str, Any]) -> dict[str, Any]:
        kinds = {"picture": file, "frames": {"type": "array", "items": file, "minItems": 1}}
        return {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {name: kinds[name]},
                    "required": [name],
                    "additionalProperties": False,
                }
                for name in fields
            ]
        }

    file = {"type": "string", "format": "binary", "minLength": 1}
    base64 = {
        "type": "string",
        "format": "byte",
        "minLength": 4,
        "description": "base64; `data:image/jpeg;base64,` may stand before it",
    }
    return {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": one_of(file)},
            "application/json": {"schema": one_of(base64)},
            **{name: {"schema": file} for name in ("image/*", "application/octet-stream")},
        },
    }


ID = {
    "name": "attempt",
    "in": "path",
    "required": True,
    "description": "id of the attempt",
    "schema": {"type": "string"},
}
LOOK = {
    "name": "look",
    "in": "query",
    "required": False,
    "description": "no: without a look at the last frame",
    "schema": {"type": "string", "enum": ["no"]},
}
INLINE = {
    **EVIDENCE,
    "description": "inline: with a picture of the evidence as `overlay`, where there is a score "
    "and an API key asks",
    "schema": {"type": "string", "enum": ["inline"]},
}
BY_EITHER: list[dict[str, list[str]]] = [{"attempt": []}, {"key": []}]


def add_attempts_routes(app: FastAPI, serving: Serving) -> None:
    """Add the addresses."""
    attempts, service = serving.attempts, serving.service

    def found(request: Request) -> tuple[HeldAttempt, bool]:
        """The attempt, and whether whoever asks may know the score."""
        attempt = attempts.find(request.path_params["attempt"])
        if attempt.is_token(bearer(request.headers) or ""):
            request.state.holder = attempt.holder
            return attempt, serving.access.is_open
        if serving.access.is_open:
            raise Problem(
                "no-key",
                "send the header `Authorization: Bearer TOKEN` with the token of this attempt.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if serving.allow(request, "check", counts=None) != attempt.holder:
            raise Problem("not-found", "there is no such attempt, or it is long over.")
        return attempt, True

    @app.post(
        "/v1/attempts",
        summary="Begin an attempt",
        status_code=201,
        response_model=BegunAnswer,
        responses=documented(400, 401, 403, 408, 413, 415, 421, 422, 429, 500, 503),
        openapi_extra={
            "requestBody": {
                "required": False,
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/BeginRequest"}}
                },
            }
        },
    )
    async def begin(request: Request) -> BegunAnswer:
        """For a page to send frames to; its backend calls this, with the API key."""
        holder = serving.allow(request, "check")
        service.check_ready()
        with service.upload():
            body = await service.body(request, BEGIN_BYTES)
        asked = _begin_request(request.headers.get("content-type", ""), body)
        attempt, token = attempts.begin(holder, asked.nonce)
        try:
            serving.note(request, holder, attempt=attempt.id, event="begun")
        except Problem:
            attempts.give_up(attempt)
            raise
        limits = attempts.limits
        until = datetime.now(timezone.utc) + timedelta(seconds=limits.seconds)
        return BegunAnswer(
            request_id=request.state.request_id,
            id=attempt.id,
            token=token,
            expires_at=until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            seconds=limits.seconds,
            frames=limits.frames,
            min_frames=serving.settings.attempt_min_frames,
            bytes=limits.bytes,
        )

    @app.post(
        "/v1/attempts/{attempt}/frames",
        summary="Send frames of an attempt",
        response_model=FramesAnswer,
        responses=documented(400, 401, 403, 404, 408, 409, 413, 415, 421, 422, 500, 503),
        openapi_extra={
            "requestBody": pictures_body("picture", "frames"),
            "parameters": [ID, LOOK],
            "security": BY_EITHER,
        },
    )
    async def frames(request: Request) -> FramesAnswer:
        """One frame or several; they count in the order in which their bodies have come whole."""
        wanted = request.query_params.get("look")
        attempt, _ = found(request)
        if wanted not in (None, "no"):
            raise Problem("not-valid", "look takes no alone.")
        room = attempts.room(attempt)
        with service.upload():
            most = min(serving.settings.max_body, room * 4 // 3 + ENVELOPE_BYTES)
            body = await service.body(request, most)
            sent = submission(request.headers.get("content-type", ""), body, attempts.limits.frames)
            del body
            if sent.kind == "clip":
                raise Problem("unsupported", "an attempt takes pictures; a clip is a check.")
            attempts.add(attempt, sent.files)
        count, look = attempt.count, None
        if wanted is None:
            try:
                look = (await service.run(request, look_task(sent.files[-1])))[0].facts
            except Problem as problem:  # the frame is in, whatever became of the look
                LOG.info("%s has no look: %s", request.state.request_id, problem.kind)
        return FramesAnswer.model_validate(
            {
                "request_id": request.state.request_id,
                "attempt": attempt.id,
                "frames": count,
                "enough": count >= serving.settings.attempt_min_frames,
                "look": look,
            }
        )

    @app.post(
        "/v1/attempts/{attempt}/finish",
        summary="Decide an attempt",
        response_model=AttemptAnswer,
        responses=documented(401, 403, 404, 409, 421, 422, 500, 503),
        openapi_extra={"parameters": [ID, INLINE], "security": BY_EITHER},
    )
    async def finish(request: Request) -> JSONResponse:
        """Over all of its frames, once; it may be asked again only where there is no decision."""
        wanted = request.query_params.get("evidence")
        attempt, may_know = found(request)
        if wanted not in (None, "inline"):
            raise Problem("not-valid", "evidence takes inline alone.")
        taken = attempts.take(attempt)
        if taken is None:
            answer = out_of_time(request, attempt)
        else:
            try:
                answer = await decided(request, attempt, taken, cues=may_know and bool(wanted))
            except BaseException as error:
                attempts.give_back(attempt)
                kind = error.kind if isinstance(error, Problem) else "failed"
                serving.note(
                    request, attempt.holder, attempt=attempt.id, decision=None, problem=kind
                )
                raise
        overlay = answer.pop("overlay", None)
        attempts.decide(attempt, answer)
        told = answer if may_know else for_token(answer)
        return JSONResponse({**told, "overlay": overlay})

    async def decided(
        request: Request, attempt: HeldAttempt, frames: list[tuple[bytes, float]], *, cues: bool
    ) -> dict[str, Any]:
        service.check_ready()
        done, waited_s = await service.run(request, attempt_task(frames, cues=cues))
        answer = signed(request, attempt, done)
        result = done.facts["result"]
        kept = await serving.keep(
            request, attempt.holder, result, lambda: [file for file, _ in frames]
        )
        serving.note(
            request, attempt.holder, attempt=attempt.id, kind="attempt",
            **{name: result[name] for name in NOTED}, total_ms=result["timings"]["total"], **kept,
        )  # fmt: skip
        attempt.noted = True
        serving.metrics.decided(result, waited_s)
        serving.metrics.attempt_over(answer["decision"])
        if done.files:
            answer["overlay"] = as_data_url(done.files[0])
        return answer

    def out_of_time(request: Request, attempt: HeldAttempt) -> dict[str, Any]:
        model = service.model
        detail = f"it was not finished within {attempts.limits.seconds:g} s"
        refused = Result.refused(
            "out_of_time", detail, threshold=model.threshold, model=model.id
        ).to_dict()
        facts = {"result": refused, "operating_point": service.operating_point}
        answer = signed(request, attempt, Done(facts))
        note_out_of_time(serving, attempt, request.state.request_id)
        return answer

    def signed(request: Request, attempt: HeldAttempt, done: Done) -> dict[str, Any]:
        result = done.facts["result"]
        receipt = serving.receipts.sign(
            result,
            done.facts["operating_point"],
            attempt=attempt.id,
            audience=attempt.holder or None,
            nonce=attempt.nonce,
        )
        answer = as_answer(result, request.state.request_id, serving.settings.score_digits)
        return {**answer, "attempt": attempt.id, "receipt": receipt}

    @app.get(
        "/v1/attempts/{attempt}",
        summary="What became of an attempt",
        response_model=AttemptStateAnswer,
        responses=documented(401, 403, 404, 421, 422),
        openapi_extra={"parameters": [ID]},
    )
    async def state(request: Request) -> AttemptStateAnswer:
        """For the relying party's backend; the attempt's token does not do."""
        holder = serving.allow(request, "check", counts=None)
        attempt = attempts.find(request.path_params["attempt"])
        if attempt.holder != holder:
            raise Problem("not-found", "there is no such attempt, or it is long over.")
        return AttemptStateAnswer.model_validate(
            {
                "request_id": request.state.request_id,
                "attempt": attempt.id,
                "state": attempt.state,
                "frames": attempt.count,
                "result": attempt.outcome,
            }
        )

    @app.delete(
        "/v1/attempts/{attempt}",
        summary="Give an attempt up",
        status_code=204,
        response_model=None,
        responses=documented(401, 403, 404, 409, 421, 422, 503),
        openapi_extra={"parameters": [ID], "security": BY_EITHER},
    )
    async def give_up(request: Request) -> Response:
        """Its frames are freed at once, and nothing is decided."""
        attempt, _ = found(request)
        attempts.give_up(attempt)
        if attempt.state == "given_up":
            serving.metrics.attempt_over("given_up")
            serving.note(
                request, attempt.holder, attempt=attempt.id, decision=None, problem="given_up"
            )
        return Response(status_code=204)

    @app.get("/.well-known/jwks.json", summary="The keys that verify receipts", response_model=None)
    async def jwks() -> JSONResponse:
        """Public keys alone (RFC 7517)."""
        return JSONResponse(serving.receipts.jwks())


def note_out_of_time(serving: Serving, attempt: HeldAttempt, request_id: str | None) -> None:
    """The one line of the audit log about an attempt whose time is over.

    Raises:
        Problem: no-audit.

    """
    if attempt.noted:
        return
    serving.write(
        request_id=request_id, key=attempt.holder, attempt=attempt.id, kind="attempt",
        decision="rejected", reason="out_of_time",
    )  # fmt: skip
    attempt.noted = True
    serving.metrics.attempt_over("out_of_time")


async def sweep_for_ever(serving: Serving) -> None:
    """Free what is over, also where nobody asks for it any more."""
    while True:
        await asyncio.sleep(SWEEP_S)
        for attempt in serving.attempts.sweep():
            try:
                note_out_of_time(serving, attempt, None)
            except Problem as problem:  # it is tried again with the next sweep
                LOG.error("attempt %s: %s", attempt.id, problem)


class AttemptOrigins:
    """Lets pages of other origins send to an attempt's own addresses, and to no other.

    Args:
        app: below.
        origins: of the pages.

    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._shared = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", "Spoofcue-Request-Id"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        shared = scope["type"] == "http" and scope["path"].startswith(BELOW)
        await (self._shared if shared else self._app)(scope, receive, send)


def _begin_request(content_type: str, body: bytes) -> BeginRequest:
    if not body:
        return BeginRequest()
    kind, _ = parse_options_header(content_type)
    if kind.lower() != b"application/json":
        raise Problem("unsupported", "send application/json, or no body.")
    try:
        return BeginRequest.model_validate_json(body, strict=True)
    except ValidationError as error:
        if any(one["type"] == "json_invalid" for one in error.errors()):
            raise Problem("bad-request", "the body is not JSON.") from None
        raise Problem("not-valid", f"{validation_text(error, 'the body')}.") from None
