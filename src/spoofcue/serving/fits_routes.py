"""``/v1/fits``: fit the model to a camera by what is shown to it, and judge by that at once."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from spoofcue.errors import InputError
from spoofcue.serving.adoption import Adoption
from spoofcue.serving.context import Serving
from spoofcue.serving.fit_answers import (
    AdoptedAnswer,
    FitAnswer,
    FitPictureAnswer,
    fit_answer,
    picture_answer,
)
from spoofcue.serving.fit_report import POLICY, report
from spoofcue.serving.fits import KINDS, Fit, Fits, as_kind, as_label
from spoofcue.serving.problems import Problem, documented
from spoofcue.serving.work import Done, Task

_FILE = {"type": "string", "format": "binary"}
_PICTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": _FILE} for name in ("image/*", "application/octet-stream")},
    },
    "parameters": [
        {
            "name": "kind",
            "in": "query",
            "required": True,
            "description": "what the camera saw",
            "schema": {"type": "string", "enum": list(KINDS)},
        },
        {
            "name": "person",
            "in": "query",
            "required": False,
            "description": "a label that tells people apart; it is kept in memory alone",
            "schema": {"type": "string"},
        },
    ],
}
ANY = (401, 403, 404, 421, 500)
WORKED = (*ANY, 409, 503)
SAME = (None, "same-origin", "none")  # Sec-Fetch-Site: no page of elsewhere may fit a camera


def add_fits_routes(app: FastAPI, serving: Serving) -> None:
    """Add the addresses."""
    settings, service = serving.settings, serving.service
    fits = Fits(settings.fits, 60 * settings.fit_minutes)
    adoption, adopting = Adoption(settings.adopt), asyncio.Lock()
    app.state.fits = fits

    def allow(request: Request) -> str:
        holder = serving.allow(request, "fit")
        if request.headers.get("sec-fetch-site") not in SAME:
            raise Problem("not-allowed", "a page of another site cannot fit a camera.")
        return holder

    def note(request: Request, holder: str, fit: str, what: str, **facts: Any) -> None:
        serving.note(request, holder, decision=None, kind="fit", fit=fit, did=what, **facts)

    async def known(request: Request, fit: Fit) -> dict[str, Any] | None:
        """What the faces so far would make of the model; None: there are too few."""
        if fit.result is None and fit.has_enough:
            count = len(fit.faces)
            done, _ = await service.run(request, Task("fit-result", (), fit.as_options()))
            fit.know(count, done.facts)
        return fit.result

    async def made(request: Request, fit: Fit) -> Done:
        """The package of these very faces: what is downloaded is what is adopted."""
        if fit.package is None:
            if not fit.has_enough:
                least = fit.steps()["least"]
                there = fit.counted()["live"]
                raise Problem(
                    "not-enough", f"a profile takes {least} live faces or more; there are {there}."
                )
            count = len(fit.faces)
            done, _ = await service.run(request, Task("fit-package", (), fit.as_options()))
            fit.pack(count, done)
            return done
        return fit.package

    @app.post(
        "/v1/fits",
        status_code=201,
        summary="Begin to fit a camera",
        response_model=FitAnswer,
        responses=documented(*WORKED),
    )
    async def begin(request: Request) -> FitAnswer:
        """What is shown is forgotten when the fit is deleted or has expired."""
        holder = allow(request)
        service.check_ready()
        done, _ = await service.run(request, Task("fit-start"))
        fit = fits.begin(holder, done.facts["model"], done.facts["threshold"])
        # also where nobody asks again
        asyncio.get_running_loop().call_later(fits.seconds_left(fit) + 1, fits.forget_old)
        note(request, holder, fit.id, "begin")
        return answer(request, fit, None)

    @app.post(
        "/v1/fits/{fit}/pictures",
        summary="Show the camera's picture of one face",
        response_model=FitPictureAnswer,
        responses=documented(*WORKED, 400, 408, 413, 415, 422),
        openapi_extra=_PICTURE,
    )
    async def picture(request: Request, fit: str) -> FitPictureAnswer:
        """Looked at, turned into numbers, and dropped; only what differs from before is taken."""
        holder = allow(request)
        found = fits.get(fit, holder)
        kind = as_kind(request.query_params.get("kind"))
        person = as_label(request.query_params.get("person"), {face.person for face in found.faces})
        service.check_ready()
        with service.upload():
            body = await service.body(request)
            options = {"content_type": request.headers.get("content-type", "")}
            done, _ = await service.run(request, Task("fit-look", (body,), options))
        found = fits.get(fit, holder)  # it may have gone meanwhile
        if done.facts["model"] != found.model:
            raise Problem("fit-stale", "the service judges by another model now: begin again.")
        why = found.take(kind, person, done.facts)
        note(request, holder, fit, "picture", shown=kind, reason=why)
        return picture_answer(
            found, done.facts, why, request.state.request_id, settings.score_digits
        )

    @app.get(
        "/v1/fits/{fit}",
        summary="What there is, what is wanted, and what it would do",
        response_model=FitAnswer,
        responses=documented(*WORKED),
    )
    async def state(request: Request, fit: str) -> FitAnswer:
        """Scores by kind, threshold and rates with intervals, once there are live faces enough."""
        found = fits.get(fit, allow(request))
        return answer(request, found, await known(request, found))

    @app.get(
        "/v1/fits/{fit}/profile",
        summary="The package with the camera's profile",
        response_model=None,
        responses={
            200: {"content": {"application/octet-stream": {"schema": _FILE}}},
            **documented(*WORKED),
        },
    )
    async def profile(request: Request, fit: str) -> Response:
        """A .spoofcue file for Detector, predict, watch and serve."""
        holder = allow(request)
        done = await made(request, fits.get(fit, holder))
        note(request, holder, fit, "profile", model=done.facts["id"])
        return Response(
            done.files[0],
            media_type="application/octet-stream",
            headers={"Content-Disposition": 'attachment; filename="camera.spoofcue"'},
        )

    @app.get(
        "/v1/fits/{fit}/report",
        summary="The fit on one page",
        response_model=None,
        responses={
            200: {"content": {"text/html": {"schema": {"type": "string"}}}},
            **documented(*WORKED),
        },
    )
    async def page(request: Request, fit: str) -> Response:
        """HTML that needs nothing else, without pictures or names."""
        found = fits.get(fit, allow(request))
        done = await made(request, found)
        return HTMLResponse(
            report(found, done.facts, done.facts["id"]),
            headers={"Content-Security-Policy": POLICY},
        )

    @app.post(
        "/v1/fits/{fit}/adopt",
        summary="Judge by it from now on",
        response_model=AdoptedAnswer,
        responses=documented(*WORKED),
    )
    async def adopt(request: Request, fit: str) -> AdoptedAnswer:
        """Every check that begins after the answer is judged with the camera's profile."""
        holder = allow(request)
        found = fits.get(fit, holder)
        if settings.threshold is not None or not settings.profile:
            raise Problem(
                "cannot-fit",
                "the service was started with its own threshold or without profiles; start it "
                "without --threshold and --no-profile to adopt one.",
            )
        done = await made(request, found)
        # before it is done: what cannot be looked up later must not happen
        note(
            request, holder, fit, "adopt", model=done.facts["id"],
            threshold=done.facts["threshold"],
        )  # fmt: skip
        async with adopting:
            try:
                path = adoption.keep(done.files[0])
            except OSError as error:
                raise Problem(
                    "cannot-fit",
                    f"there is no place for the profile ({type(error).__name__}): start the "
                    "service with --adopt and a folder that it may write to, or download it.",
                ) from error
            try:
                await service.reload(str(path))
            except InputError as error:
                adoption.give_up()
                raise Problem("failed", f"the profile was not taken up: {error}") from error
        found.adopted = done.facts["id"]
        return AdoptedAnswer(
            request_id=request.state.request_id,
            model=done.facts["id"],
            threshold=done.facts["threshold"],
            kept=settings.adopt is not None,
        )

    @app.delete(
        "/v1/fits/{fit}",
        status_code=204,
        summary="Forget all of it",
        response_model=None,
        responses=documented(*ANY),
    )
    async def delete(request: Request, fit: str) -> Response:
        """What was adopted stays in use."""
        holder = allow(request)
        fits.delete(fit, holder)
        note(request, holder, fit, "delete")
        return Response(status_code=204)

    def answer(request: Request, fit: Fit, result: dict[str, Any] | None) -> FitAnswer:
        return fit_answer(
            fit, result, fits.seconds_left(fit), request.state.request_id, settings.score_digits
        )
