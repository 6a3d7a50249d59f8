"""``spoofcue watch``: decisions on whoever comes before a camera, one JSON line each."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

import click
from click.exceptions import Exit

from spoofcue.cli.options import (
    PATH,
    NumberRange,
    model_option,
    profile_option,
    runtime_option,
    threads_option,
    threshold_option,
    yunet_model_option,
)
from spoofcue.cli.predict import number_or_name
from spoofcue.errors import InputError

KEY = "SPOOFCUE_WEBHOOK_KEY"
FAREWELL = 15.0  # s for commands and webhooks that are still on their way


@click.command()
@click.argument(
    "source",
    help="A camera (0, /dev/video0), a stream (rtsp://, rtsps://, http://, https://; the "
    "address is opened because you name it) or a video file.",
)
@model_option
@threshold_option
@profile_option
@click.option(
    "--detector",
    type=click.Choice(["dlib", "yunet"]),
    help="How to find faces. Default: the detector that found the faces of the training.",
)
@yunet_model_option
@click.option(
    "--seconds",
    type=NumberRange(min=0.2, max=60),
    default=3.0,
    help="Seconds after which an attempt is over and decided.",
)
@click.option(
    "--frames",
    type=click.IntRange(min=2, max=300),
    default=30,
    help="Frames of an attempt that are judged, spread over its seconds.",
)
@click.option(
    "--min-frames",
    type=click.IntRange(min=2, max=300),
    default=5,
    help="With fewer frames of the face it is rejected.",
)
@click.option(
    "--again",
    type=NumberRange(min=0),
    default=3.0,
    help="Seconds after a rejected attempt until a face that stays is tried once more. "
    "After another decision it has to leave first.",
)
@click.option(
    "--attempts",
    type=click.IntRange(min=1),
    help="End after so many attempts. Default: none, it goes on.",
)
@click.option(
    "--fast", is_flag=True, help="Read a file as fast as it is judged, and not at its times."
)
@click.option(
    "--reconnects",
    type=click.IntRange(min=0),
    default=10,
    help="Failures in a row after which a camera or stream is given up. The waits between "
    "them grow from half a second to 30 s.",
)
@click.option(
    "--on-live",
    metavar="COMMAND",
    help="Program and arguments to run for each live attempt, without a shell, with its "
    "JSON on standard input; it is ended after 10 s. Default: none.",
)
@click.option(
    "--webhook",
    metavar="URL",
    help="Address that gets the JSON of each live attempt by POST; three tries of 5 s, no "
    "redirect is followed. Default: none.",
)
@click.option(
    "--webhook-all",
    is_flag=True,
    help="Post attempts of every decision, and not the live ones alone.",
)
@click.option(
    "--webhook-key",
    type=PATH,
    help="File with the key that signs what is posted (HMAC-SHA256, header "
    f"X-Spoofcue-Signature). Default: ${KEY}, or it is not signed.",
)
@click.option(
    "--receipt-key",
    type=PATH,
    metavar="PEM",
    help="File of serve-receipt-key that signs each decision; the JSON then has a receipt, "
    "which holds for two minutes. Default: none.",
)
@runtime_option
@threads_option
def watch(
    source: str,
    model: str | None,
    threshold: str | None,
    profile: bool,
    detector: Literal["dlib", "yunet"] | None,
    yunet_model: Path | None,
    seconds: float,
    frames: int,
    min_frames: int,
    again: float,
    attempts: int | None,
    fast: bool,
    reconnects: int,
    on_live: str | None,
    webhook: str | None,
    webhook_all: bool,
    webhook_key: Path | None,
    receipt_key: Path | None,
    runtime: str | None,
    threads: int | None,
) -> None:
    """Watch a camera, stream or file: one line of JSON an attempt, on standard output.

    A face appears, is followed, and is decided as one recording.

    Exit status: 0 at the end of a file, after --attempts or SIGTERM; 1 if the source was lost; 2 if
    the call was wrong; 130 after Ctrl-C.
    """
    from spoofcue.cli.watch_state import WatchState
    from spoofcue.detector.attempt import AttemptRule
    from spoofcue.detector.detector import Detector
    from spoofcue.detector.receipt import ISSUER, SECONDS, Receipts
    from spoofcue.media.live_stream import named_source
    from spoofcue.watching.command import Command
    from spoofcue.watching.deliveries import Deliveries
    from spoofcue.watching.sources import Source
    from spoofcue.watching.watch import Watch
    from spoofcue.watching.webhook import Webhook

    rule = AttemptRule(seconds=seconds, frames=frames, min_frames=min_frames)
    named = named_source(source)
    if fast and not isinstance(named, Path):
        raise InputError("--fast is for files: a camera and a stream have their own time.")
    if webhook is None and (webhook_all or webhook_key):
        raise InputError("--webhook-all and --webhook-key are of no use without --webhook.")
    command = None if on_live is None else Command.read(on_live)
    post = None if webhook is None else Webhook.read(webhook, _key(webhook_key))
    receipts = None if receipt_key is None else Receipts.of_files([receipt_key], ISSUER, SECONDS)
    loaded = Detector.load(
        model,
        runtime=runtime,
        threads=threads,
        threshold=number_or_name(threshold),
        profile=profile,
        face_detector=detector,
        yunet_model=yunet_model,
    )
    with _signals() as stop, WatchState() as state:
        of_live = [one for one in (command, None if webhook_all else post) if one]
        of_all = [post] if post and webhook_all else []
        told_live, told_all = Deliveries(of_live, state.warn), Deliveries(of_all, state.warn)
        opened = Source(named, stop.event, fast=fast, reconnects=reconnects, tell=state.tell)
        state.tell(f"watching {opened.name}")
        if post and post.key is None:
            state.warn(f"what is posted is not signed: give --webhook-key, or set {KEY}")
        watching = Watch(
            loaded, rule, source=opened.name, again=again, state=state.words, receipts=receipts
        )
        with closing(opened.arrivals()) as arrivals:
            for number, done in enumerate(watching.attempts(arrivals), start=1):
                line = done.line()
                state.result(line)
                if done.result.is_live:
                    told_live.send(line.encode())
                told_all.send(line.encode())
                if number == attempts:
                    break
        for deliveries in (told_live, told_all):
            deliveries.finish(FAREWELL)
    if stop.number == signal.SIGINT:
        raise KeyboardInterrupt
    if opened.lost and stop.number is None:
        raise Exit(1)


def _key(path: Path | None) -> bytes | None:
    """The key of a file, or else of the environment."""
    if path is None:
        given = os.environ.get(KEY)
        return None if given is None else given.strip().encode()
    try:
        with path.open("rb") as file:
            return file.read(4096).strip()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; give a file with a key.") from None


class _Stop:
    """Set by a signal, of which the first is obeyed in good order and a second at once."""

    def __init__(self) -> None:
        self.event = threading.Event()
        self.number: int | None = None

    def __call__(self, number: int, frame: object) -> None:
        if self.event.is_set():
            raise KeyboardInterrupt
        self.number = number
        self.event.set()


@contextmanager
def _signals() -> Iterator[_Stop]:
    """Ctrl-C and SIGTERM end the watch, and not whatever it is at."""
    stop = _Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
