"""The service as an application: what is shared, and all addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI

from spoofcue.detector.receipt import Receipts
from spoofcue.serving.access import Access, Keys
from spoofcue.serving.attempt_answers import BeginRequest
from spoofcue.serving.attempts import AttemptLimits, Attempts
from spoofcue.serving.attempts_routes import AttemptOrigins, add_attempts_routes, sweep_for_ever
from spoofcue.serving.audit import AuditLog
from spoofcue.serving.checks_routes import add_checks_routes
from spoofcue.serving.context import Serving
from spoofcue.serving.document import add_documents
from spoofcue.serving.envelope import Envelope
from spoofcue.serving.fits_routes import add_fits_routes
from spoofcue.serving.hands import Hand
from spoofcue.serving.keeping import Keeper
from spoofcue.serving.key_file import WatchedKeys
from spoofcue.serving.looks_routes import add_looks_routes
from spoofcue.serving.metrics import ServiceMetrics
from spoofcue.serving.page_files import add_page
from spoofcue.serving.problems import ProblemDocument, answer_with_problems
from spoofcue.serving.service import Service
from spoofcue.serving.settings import ServiceSettings
from spoofcue.serving.state_routes import add_state_routes
from spoofcue.serving.submission import CheckRequest
from spoofcue.version import __version__

ABOUT = (
    "Face presentation attack detection: live, attack or rejected. A higher score means more "
    "likely an attack. Only the decision live should let anyone in; whatever is no answer of "
    "status 200 has no decision."
)
# models of bodies, which no address names as its own
BODIES = (ProblemDocument, CheckRequest, BeginRequest)
# without a key, whatever the settings
OPEN = frozenset({"/healthz", "/readyz", "/.well-known/jwks.json"})


def create_app(
    hands: Sequence[Hand],
    settings: ServiceSettings,
    *,
    keys: Keys | None = None,
    audit: AuditLog | None = None,
    keeper: Keeper | None = None,
    receipts: Receipts | None = None,
) -> FastAPI:
    """The service as an ASGI application, for one event loop.

    Args:
        hands: judge; the first is ready to.
        settings: their threshold and model are the hands' already.
        keys: who may call; None: those of the settings' file, and without one anybody.
        audit: where decisions are noted; None: as the settings say.
        keeper: keeps what was judged; None: as the settings say.
        receipts: sign decisions of attempts; None: as the settings say.

    Raises:
        InputError: keys, audit log, folder to keep in or receipt keys cannot be opened, or the
            settings leave it open to others.

    """
    settings.check()
    if keys is None and settings.keys is not None:
        keys = WatchedKeys(settings.keys)
    if audit is None and settings.audit is not None:
        audit = AuditLog(settings.audit)
    if keeper is None:
        keeper = Keeper.of(settings)
    if receipts is None:
        receipts = Receipts.of_files(
            settings.receipt_keys, settings.issuer, settings.receipt_seconds
        )
    service = Service(hands, settings)
    metrics = ServiceMetrics(
        lambda: service.pool.waiting,
        lambda: service.pool.running,
        lambda: service.workers,
        lambda: service.restarts,
    )
    service.pool.batched = metrics.batched
    attempts = Attempts(AttemptLimits.of(settings))
    metrics.watch("spoofcue_attempts_open", "Attempts by id that are open", lambda: attempts.open)
    metrics.watch(
        "spoofcue_attempt_bytes", "Bytes of frames that they hold", lambda: attempts.held_bytes
    )
    access = Access(settings, keys)
    serving = Serving(settings, service, access, metrics, audit, attempts, receipts, keeper)
    if isinstance(keys, WatchedKeys):
        metrics.watch("spoofcue_keys_fault", "1: the file of keys is damaged or gone", keys.failing)
    if keeper is not None:
        metrics.watch("spoofcue_not_kept", "Records that could not be kept", keeper.failing)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        purging = None if keeper is None else asyncio.ensure_future(keeper.purge_regularly())
        sweeping = asyncio.ensure_future(sweep_for_ever(serving))
        yield
        sweeping.cancel()
        service.close()
        if keeper is not None and purging is not None:
            purging.cancel()
            keeper.close()

    app = FastAPI(
        title="spoofcue",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,  # to an address by the name that the request called it
        lifespan=lifespan,
    )
    app.state.service = service
    app.state.keys = keys
    app.state.attempts = attempts
    answer_with_problems(app)
    if settings.origins:
        app.add_middleware(AttemptOrigins, origins=settings.origins)
    app.add_middleware(Envelope, access=serving.access, metrics=metrics)
    add_checks_routes(app, serving)
    add_attempts_routes(app, serving)
    add_looks_routes(app, serving)
    add_fits_routes(app, serving)
    add_state_routes(app, serving)
    add_page(app)
    add_documents(app, BODIES, with_keys=keys is not None)
    return app
