"""``spoofcue serve``: the detector as a service over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from spoofcue.cli.console import print_json, remark, show
from spoofcue.cli.options import AsJson
from spoofcue.runtime.choice import RUNTIMES

if TYPE_CHECKING:
    from spoofcue.serving.settings import Origin, ServiceSettings


def serve(
    config: Annotated[
        Path | None,
        typer.Option(
            help="TOML file of settings, named as the options with _ for -. Default: none is read."
        ),
    ] = None,
    print_config: Annotated[
        bool,
        typer.Option(
            "--print-config", help="Show each setting in force and where it came from, and end."
        ),
    ] = False,
    as_json: AsJson = False,
    model: Annotated[
        str | None, typer.Option(help="Model, as of predict. Default: the one that ships.")
    ] = None,
    threshold: Annotated[
        str | None,
        typer.Option(
            help="Decide attack above this score, 0 to 1, or the name of an operating point: "
            "convenient, balanced or strict. Default: the model's own threshold."
        ),
    ] = None,
    profile: Annotated[
        bool | None,
        typer.Option(
            "--profile/--no-profile",
            help="Use the camera profile of a package that has one. Default: yes.",
        ),
    ] = None,
    frames: Annotated[
        int | None, typer.Option(help="Number of frames sampled from a clip. Default: 10.")
    ] = None,
    runtime: Annotated[
        str | None,
        typer.Option(
            metavar=f"[{'|'.join(RUNTIMES)}]",
            help="Runtime for a model package. Default: the first of these that is there.",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            help="Number of threads the runtime takes in each worker. "
            "Default: the cores that there are for each."
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address to listen at; others than this machine's own need --keys. "
            "Default: 127.0.0.1."
        ),
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen at. Default: 8000.")] = None,
    hosts: Annotated[
        list[str] | None,
        typer.Option(
            help="A name that requests may call the service by (their Host); may be repeated. "
            "Default: this machine's own names on 127.0.0.1, any name elsewhere."
        ),
    ] = None,
    forwarded_allow_ips: Annotated[
        str | None,
        typer.Option(
            help="Addresses of proxies whose X-Forwarded headers are believed, separated by "
            "commas. Default: 127.0.0.1."
        ),
    ] = None,
    tls_cert: Annotated[
        Path | None, typer.Option(help="PEM file of the TLS certificate. Default: no TLS.")
    ] = None,
    tls_key: Annotated[
        Path | None, typer.Option(help="PEM file of the certificate's key. Default: no TLS.")
    ] = None,
    keys: Annotated[
        Path | None,
        typer.Option(
            help="File of API keys, made by serve-key; then each check needs one. Default: none."
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Checks per second for each key. Default: as many as there is room for."),
    ] = None,
    burst: Annotated[
        int | None, typer.Option(help="Checks that may come at once within --rate. Default: 10.")
    ] = None,
    audit: Annotated[
        str | None,
        typer.Option(
            help="File for a JSON line about each check, without pictures; - is standard output. "
            "Default: none is written."
        ),
    ] = None,
    score_digits: Annotated[
        int | None,
        typer.Option(
            help="Decimals of scores and evidence in answers, so that they tell less of the model; "
            "decisions stay exact. Default: all."
        ),
    ] = None,
    keep: Annotated[
        Path | None,
        typer.Option(
            help="Folder in which what was judged is kept, pictures as they came and a JSON; "
            "nobody else may keep records there. Default: nothing is kept."
        ),
    ] = None,
    keep_days: Annotated[
        int | None,
        typer.Option(help="Days after which what is kept is deleted. Default: 7."),
    ] = None,
    keep_bytes: Annotated[
        int | None,
        typer.Option(help="Bytes of all that is kept; the oldest goes first. Default: 1000000000."),
    ] = None,
    keep_only: Annotated[
        list[str] | None,
        typer.Option(
            help="A decision that is kept: live, attack or rejected; may be repeated. Default: all."
        ),
    ] = None,
    attempts: Annotated[
        int | None,
        typer.Option(help="Number of attempts by id that may be open at one time. Default: 64."),
    ] = None,
    attempt_seconds: Annotated[
        float | None,
        typer.Option(
            help="Seconds from the begin of an attempt until it must be finished, at most 60. "
            "Default: 20."
        ),
    ] = None,
    attempt_frames: Annotated[
        int | None, typer.Option(help="Frames of an attempt at most. Default: 30.")
    ] = None,
    attempt_min_frames: Annotated[
        int | None,
        typer.Option(help="With fewer frames of the face an attempt is rejected. Default: 5."),
    ] = None,
    attempt_bytes: Annotated[
        int | None,
        typer.Option(help="Bytes of an attempt's frames together at most. Default: 8000000."),
    ] = None,
    receipt_keys: Annotated[
        list[Path] | None,
        typer.Option(
            help="PEM file of serve-receipt-key; may be repeated: the first signs receipts, the "
            "others are published too. Default: a key that is gone with the process."
        ),
    ] = None,
    receipt_seconds: Annotated[
        int | None, typer.Option(help="Seconds for which a receipt holds. Default: 120.")
    ] = None,
    issuer: Annotated[
        str | None,
        typer.Option(help="Who states the decision in receipts (iss). Default: spoofcue."),
    ] = None,
    origins: Annotated[
        list[str] | None,
        typer.Option(
            help="Origin (https://login.example) whose pages may send frames of attempts; may be "
            "repeated. Default: none but this service's own page."
        ),
    ] = None,
    look_rate: Annotated[
        float | None,
        typer.Option(help="Looks per second for each key. Default: as many as there is room for."),
    ] = None,
    look_burst: Annotated[
        int | None,
        typer.Option(help="Looks that may come at once within --look-rate. Default: 20."),
    ] = None,
    adopt: Annotated[
        Path | None,
        typer.Option(
            help="Folder that keeps the camera's profile that the service was given while it ran, "
            "for the next start. Default: it is used until the service ends."
        ),
    ] = None,
    fits: Annotated[
        int | None, typer.Option(help="Number of cameras fitted at one time. Default: 4.")
    ] = None,
    fit_minutes: Annotated[
        float | None,
        typer.Option(help="Minutes after which what was shown to a fit is forgotten. Default: 30."),
    ] = None,
    max_body: Annotated[
        int | None, typer.Option(help="Bytes of a request at most. Default: 10000000.")
    ] = None,
    max_pixels: Annotated[
        int | None, typer.Option(help="Pixels of a picture or frame at most. Default: 25000000.")
    ] = None,
    max_frames: Annotated[
        int | None, typer.Option(help="Pictures of one request at most. Default: 60.")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(help="Seconds of a clip at most. Default: 30.")
    ] = None,
    max_clip_pixels: Annotated[
        int | None,
        typer.Option(help="Pixels of all frames of a clip at most. Default: 2000000000."),
    ] = None,
    body_seconds: Annotated[
        float | None,
        typer.Option(help="Seconds within which a request's body must come. Default: 10."),
    ] = None,
    check_seconds: Annotated[
        float | None,
        typer.Option(help="Seconds a check may wait and take together. Default: 30."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            help="Number of processes that judge. Default: one for each core, and 4 at most."
        ),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option(
            help="Number of waiting checks that a worker takes together at most; scores are the "
            "same. Default: 4."
        ),
    ] = None,
    queue: Annotated[
        int | None,
        typer.Option(help="Number of checks that wait; more are answered 503. Default: 16."),
    ] = None,
    uploads: Annotated[
        int | None,
        typer.Option(help="Number of bodies in memory at one time. Default: 32."),
    ] = None,
    connections: Annotated[
        int | None,
        typer.Option(help="Number of connections open at one time. Default: 512."),
    ] = None,
    head_seconds: Annotated[
        float | None,
        typer.Option(help="Seconds within which the head of a request must come. Default: 10."),
    ] = None,
) -> None:
    """Judge pictures and clips over HTTP: POST /v1/checks; /docs lists all addresses.

    Each setting is an option, SPOOFCUE_NAME in the environment, or a line of --config; the first of
    these that is there holds. SIGTERM ends it once what was begun is answered.
    """
    given = dict(locals())
    from spoofcue.serving.settings import gathered

    flags = {k: v for k, v in given.items() if k not in ("config", "print_config", "as_json")}
    settings, came_from = gathered(flags, config)
    if print_config:
        _show(settings, came_from, config, as_json)
        return
    from spoofcue.serving.server import opened, run

    app = opened(settings)
    if not settings.is_loopback and settings.tls_cert is None:
        remark("spoofcue: no TLS: keys and pictures are sent as they are; put a proxy before it.")
    if settings.keep is not None:
        remark(
            f"spoofcue: pictures are kept in {settings.keep} for {settings.keep_days} days "
            f"({', '.join(settings.keep_only) or 'every decision'})."
        )
    run(app, settings)


def _show(
    settings: ServiceSettings, origins: dict[str, Origin], config: Path | None, as_json: bool
) -> None:
    values: dict[str, Any] = settings.model_dump(mode="json")
    if as_json:
        print_json({name: {"value": v, "from": origins[name]} for name, v in values.items()})
        return
    table = Table()
    for title in ("setting", "value", "from"):
        table.add_column(title, overflow="fold")
    for name, value in values.items():
        origin = origins[name]
        where = {"file": str(config), "environment": f"SPOOFCUE_{name.upper()}"}
        table.add_row(name, "" if value is None else str(value), where.get(origin, origin))
    show(table)
