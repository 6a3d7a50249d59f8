"""Errors as problem documents (RFC 9457). None of them holds a decision."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"
# name -> status and title; the name is the last part of the document's `type`
KINDS: dict[str, tuple[int, str]] = {
    "bad-request": (400, "The request cannot be read"),
    "no-key": (401, "An API key is needed"),
    "not-allowed": (403, "This key does not allow that"),
    "not-found": (404, "There is nothing at this address"),
    "wrong-method": (405, "This address takes another method"),
    "too-slow": (408, "The body came too slowly"),
    "attempt-used": (409, "This attempt is used up"),
    "attempt-over": (409, "The time of this attempt is over"),
    "cannot-fit": (409, "The service cannot be fitted so"),
    "not-enough": (409, "Too little was shown for that"),
    "fit-stale": (409, "The model is another than when the fit began"),
    "too-large": (413, "More than this service takes"),
    "unsupported": (415, "This kind of body is not taken"),
    "wrong-host": (421, "This service is not called so"),
    "not-valid": (422, "The request does not say what to judge"),
    "too-many": (429, "Too many requests with this key"),
    "client-gone": (499, "The client left"),
    "failed": (500, "The check failed; there is no decision"),
    "busy": (503, "The service has no room for this request now"),
    "too-long": (503, "The check took too long; there is no decision"),
    "not-ready": (503, "The service is not ready"),
    "no-audit": (503, "The audit log cannot be written; there is no decision"),
}
_BY_STATUS = {404: "not-found", 405: "wrong-method"}
URN = "urn:spoofcue:problem:"


class ProblemDocument(BaseModel):
    """A problem document of RFC 9457."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="urn:spoofcue:problem:NAME, a stable word for programs")
    title: str = Field(description="the kind of problem, in words")
    status: int = Field(description="the status of the answer")
    detail: str = Field(description="what was wrong with this request, and what to do")
    request_id: str = Field(description="as in the log and the audit log")


class Problem(Exception):  # noqa: N818  # RFC 9457 calls it so
    """Why a request has no result.

    Args:
        kind: of :data:`KINDS`.
        detail: what was wrong and what to do.
        retry_s: seconds after which to try again; None: trying again does not help.
        headers: of the answer.

    """

    def __init__(
        self,
        kind: str,
        detail: str,
        *,
        retry_s: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.status, self.title = KINDS[kind]
        self.detail = detail
        self.retry_s = retry_s
        self.headers = dict(headers or {})
        if retry_s is not None:
            self.headers["Retry-After"] = str(max(1, math.ceil(retry_s)))

    def as_data(self) -> dict[str, Any]:
        """As JSON data, without headers of its own; see :meth:`of_data`."""
        return {"kind": self.kind, "detail": self.detail, "retry_s": self.retry_s}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Problem:
        """What :meth:`as_data` gave.

        Raises:
            KeyError: it is none.

        """
        return cls(data["kind"], str(data["detail"]), retry_s=data["retry_s"])

    def response(self, request_id: str) -> JSONResponse:
        """The document."""
        from fastapi.responses import JSONResponse  # workers, which answer nobody, start sooner

        document = ProblemDocument(
            type=f"{URN}{self.kind}",
            title=self.title,
            status=self.status,
            detail=self.detail,
            request_id=request_id,
        )
        return JSONResponse(
            document.model_dump(), self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers of an address that are problems, for the OpenAPI document."""
    titles: dict[int, list[str]] = {}
    for status, title in KINDS.values():
        titles.setdefault(status, []).append(title)
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    retry = {"Retry-After": {"description": "seconds", "schema": {"type": "integer"}}}
    return {
        status: {
            "description": "; or: ".join(titles[status]),
            "content": {MEDIA_TYPE: schema},
            **({"headers": retry} if status in (429, 503) else {}),
        }
        for status in statuses
    }


def _methods_at(request: Request) -> set[str]:
    """What an address takes."""
    from starlette.routing import Match

    found: set[str] = set()
    for route in request.app.routes:
        match, _ = route.matches(request.scope)
        if match is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found


def answer_with_problems(app: FastAPI) -> None:
    """Let whatever is raised in an address become a problem document."""
    from starlette.exceptions import HTTPException

    async def of_problem(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return error.response(request.state.request_id)

    async def of_http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        path = request.url.path[:100]
        kind = _BY_STATUS.get(error.status_code, "bad-request")
        said = {
            "not-found": f"{path} is no address of this service; /docs lists them.",
            "wrong-method": f"{path} does not take {request.method}.",
        }
        detail = said.get(kind, str(error.detail))
        headers = dict(error.headers or {})
        if kind == "wrong-method":  # of all routes of the address; Starlette names one route's
            headers["Allow"] = ", ".join(sorted(_methods_at(request)))
        problem = Problem(kind, detail, headers=headers)
        return problem.response(request.state.request_id)

    app.add_exception_handler(Problem, of_problem)
    app.add_exception_handler(HTTPException, of_http)
