"""A process that serves until it is told to stop, and then answers what it had begun."""

from __future__ import annotations

import logging
import os
import signal
import socket
from types import FrameType

import uvicorn
from fastapi import FastAPI

from spoofcue.detector.receipt import Receipts
from spoofcue.errors import InputError
from spoofcue.serving.adoption import adopted_model
from spoofcue.serving.app import create_app
from spoofcue.serving.audit import AuditLog
from spoofcue.serving.bounded_http import bounded_http
from spoofcue.serving.hands import WorkerProcess
from spoofcue.serving.keeping import Keeper
from spoofcue.serving.key_file import WatchedKeys
from spoofcue.serving.settings import ServiceSettings

LOG = logging.getLogger("spoofcue.serving")
KEEP_ALIVE_S = 15
DRAIN_S = 5.0  # beyond the longest check


def opened(settings: ServiceSettings) -> FastAPI:
    """The application; its workers are started, and the first can judge.

    Raises:
        InputError: no usable model, keys, receipt keys or audit log, or settings that would be
            open to others.

    """
    settings.check()
    # what can be wrong and needs no model first
    keys = None if settings.keys is None else WatchedKeys(settings.keys)
    audit = None if settings.audit is None else AuditLog(settings.audit)
    keeper = Keeper.of(settings)
    receipts = Receipts.of_files(settings.receipt_keys, settings.issuer, settings.receipt_seconds)
    kept = adopted_model(settings)
    model = None if kept is None else str(kept)
    hands = [WorkerProcess(settings, model) for _ in range(settings.workers)]
    try:
        hands[0].wait()
        return create_app(hands, settings, keys=keys, audit=audit, keeper=keeper, receipts=receipts)
    except BaseException:
        for hand in hands:
            hand.close()
        raise


def run(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or Ctrl-C: what was accepted is answered, nothing new is.

    Raises:
        InputError: the address is taken or none of this machine, or the TLS files are no pair.

    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # which quotes bytes of bodies that are damaged
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)
    config = configured(app, settings)
    try:
        config.load()
    except OSError as error:  # of the TLS files, which it does not name
        raise InputError(
            f"TLS by {settings.tls_cert} and {settings.tls_key}: {error.strerror or error}."
        ) from error
    sockets = listening(settings.host, settings.port)
    # the model is loaded and the sockets are bound: whoever asks from now on is answered
    LOG.info("%s is a page to try it on; Ctrl-C ends it", address_of(settings, sockets[0]))
    if not settings.receipt_keys:
        LOG.warning(
            "receipts are signed by a key of this process alone, which is gone with it; see "
            "--receipt-keys"
        )
    # uvicorn raises the signal again once it has drained, which would end this process as killed
    before = signal.signal(signal.SIGTERM, _ended_well)
    # of a terminal that is closed it is the end, and of whoever manages services the wish to reload
    if hasattr(signal, "SIGHUP") and not os.isatty(0):
        signal.signal(signal.SIGHUP, lambda number, frame: _reload(app.state.keys))
    try:
        uvicorn.Server(config).run(sockets)
    finally:
        for one in sockets:
            one.close()
        signal.signal(signal.SIGTERM, before)


def address_of(settings: ServiceSettings, bound: socket.socket) -> str:
    """The service's URL on this machine, with the port that the system chose for port 0."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{host}:{bound.getsockname()[1]}"


def configured(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """How uvicorn serves an application."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=bounded_http(settings.head_seconds, settings.connections),
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=round(settings.body_seconds + settings.check_seconds + DRAIN_S),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
        lifespan="on",
        ws="none",
    )


def listening(host: str, port: int) -> list[socket.socket]:
    """A socket at each address of a host; uvicorn would end without a word of its own.

    Raises:
        InputError: one is taken, or none of this machine.

    """
    sockets = []
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = socket.socket(family, kind, protocol)
            sockets.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
    except OSError as error:
        for one in sockets:
            one.close()
        raise InputError(
            f"cannot listen at {host}, port {port}: {error.strerror or error}; give another --host "
            "or --port."
        ) from error
    return sockets


def _reload(keys: object) -> None:
    """SIGHUP: the file of keys is looked at without waiting for its second."""
    if isinstance(keys, WatchedKeys):
        keys.look_again()


def _ended_well(number: int, frame: FrameType | None) -> None:
    """SIGTERM is how a service is stopped."""
