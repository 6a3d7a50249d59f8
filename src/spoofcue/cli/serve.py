"""``spoofcue serve``: the detector as a service over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from spoofcue.cli.console import print_json, remark, show
from spoofcue.cli.options import PATH, json_option
from spoofcue.runtime.choice import RUNTIMES

if TYPE_CHECKING:
    from spoofcue.serving.settings import Origin, ServiceSettings


@click.command()
@click.option(
    "--config",
    type=PATH,
    help="TOML file of settings, named as the options with _ for -. Default: none is read.",
)
@click.option(
    "--print-config",
    is_flag=True,
    help="Show each setting in force and where it came from, and end.",
)
@json_option
@click.option("--model", help="Model, as of predict. Default: the one that ships.")
@click.option(
    "--threshold",
    help="Decide attack above this score, 0 to 1, or the name of an operating point: "
    "convenient, balanced or strict. Default: the model's own threshold.",
)
@click.option(
    "--profile/--no-profile",
    default=None,
    help="Use the camera profile of a package that has one. Default: yes.",
)
@click.option("--frames", type=int, help="Number of frames sampled from a clip. Default: 10.")
@click.option(
    "--runtime",
    metavar=f"[{'|'.join(RUNTIMES)}]",
    help="Runtime for a model package. Default: the first of these that is there.",
)
@click.option(
    "--threads",
    type=int,
    help="Number of threads the runtime takes in each worker. "
    "Default: the cores that there are for each.",
)
@click.option(
    "--host",
    help="Address to listen at; others than this machine's own need --keys. Default: 127.0.0.1.",
)
@click.option("--port", type=int, help="Port to listen at. Default: 8000.")
@click.option(
    "--hosts",
    multiple=True,
    help="A name that requests may call the service by (their Host); may be repeated. "
    "Default: this machine's own names on 127.0.0.1, any name elsewhere.",
)
@click.option(
    "--forwarded-allow-ips",
    help="Addresses of proxies whose X-Forwarded headers are believed, separated by "
    "commas. Default: 127.0.0.1.",
)
@click.option("--tls-cert", type=PATH, help="PEM file of the TLS certificate. Default: no TLS.")
@click.option("--tls-key", type=PATH, help="PEM file of the certificate's key. Default: no TLS.")
@click.option(
    "--keys",
    type=PATH,
    help="File of API keys, made by serve-key; then each check needs one. Default: none.",
)
@click.option(
    "--rate",
    type=float,
    help="Checks per second for each key. Default: as many as there is room for.",
)
@click.option("--burst", type=int, help="Checks that may come at once within --rate. Default: 10.")
@click.option(
    "--audit",
    help="File for a JSON line about each check, without pictures; - is standard output. "
    "Default: none is written.",
)
@click.option(
    "--score-digits",
    type=int,
    help="Decimals of scores and evidence in answers, so that they tell less of the model; "
    "decisions stay exact. Default: all.",
)
@click.option(
    "--keep",
    type=PATH,
    help="Folder in which what was judged is kept, pictures as they came and a JSON; "
    "nobody else may keep records there. Default: nothing is kept.",
)
@click.option("--keep-days", type=int, help="Days after which what is kept is deleted. Default: 7.")
@click.option(
    "--keep-bytes",
    type=int,
    help="Bytes of all that is kept; the oldest goes first. Default: 1000000000.",
)
@click.option(
    "--keep-only",
    multiple=True,
    help="A decision that is kept: live, attack or rejected; may be repeated. Default: all.",
)
@click.option(
    "--attempts",
    type=int,
    help="Number of attempts by id that may be open at one time. Default: 64.",
)
@click.option(
    "--attempt-seconds",
    type=float,
    help="Seconds from the begin of an attempt until it must be finished, at most 60. Default: 20.",
)
@click.option("--attempt-frames", type=int, help="Frames of an attempt at most. Default: 30.")
@click.option(
    "--attempt-min-frames",
    type=int,
    help="With fewer frames of the face an attempt is rejected. Default: 5.",
)
@click.option(
    "--attempt-bytes",
    type=int,
    help="Bytes of an attempt's frames together at most. Default: 8000000.",
)
@click.option(
    "--receipt-keys",
    type=PATH,
    multiple=True,
    help="PEM file of serve-receipt-key; may be repeated: the first signs receipts, the "
    "others are published too. Default: a key that is gone with the process.",
)
@click.option(
    "--receipt-seconds", type=int, help="Seconds for which a receipt holds. Default: 120."
)
@click.option("--issuer", help="Who states the decision in receipts (iss). Default: spoofcue.")
@click.option(
    "--origins",
    multiple=True,
    help="Origin (https://login.example) whose pages may send frames of attempts; may be "
    "repeated. Default: none but this service's own page.",
)
@click.option(
    "--look-rate",
    type=float,
    help="Looks per second for each key. Default: as many as there is room for.",
)
@click.option(
    "--look-burst", type=int, help="Looks that may come at once within --look-rate. Default: 20."
)
@click.option(
    "--adopt",
    type=PATH,
    help="Folder that keeps the camera's profile that the service was given while it ran, "
    "for the next start. Default: it is used until the service ends.",
)
@click.option("--fits", type=int, help="Number of cameras fitted at one time. Default: 4.")
@click.option(
    "--fit-minutes",
    type=float,
    help="Minutes after which what was shown to a fit is forgotten. Default: 30.",
)
@click.option("--max-body", type=int, help="Bytes of a request at most. Default: 10000000.")
@click.option(
    "--max-pixels", type=int, help="Pixels of a picture or frame at most. Default: 25000000."
)
@click.option("--max-frames", type=int, help="Pictures of one request at most. Default: 60.")
@click.option("--max-seconds", type=float, help="Seconds of a clip at most. Default: 30.")
@click.option(
    "--max-clip-pixels",
    type=int,
    help="Pixels of all frames of a clip at most. Default: 2000000000.",
)
@click.option(
    "--body-seconds",
    type=float,
    help="Seconds within which a request's body must come. Default: 10.",
)
@click.option(
    "--check-seconds", type=float, help="Seconds a check may wait and take together. Default: 30."
)
@click.option(
    "--workers",
    type=int,
    help="Number of processes that judge. Default: one for each core, and 4 at most.",
)
@click.option(
    "--batch",
    type=int,
    help="Number of waiting checks that a worker takes together at most; scores are the "
    "same. Default: 4.",
)
@click.option(
    "--queue", type=int, help="Number of checks that wait; more are answered 503. Default: 16."
)
@click.option("--uploads", type=int, help="Number of bodies in memory at one time. Default: 32.")
@click.option(
    "--connections", type=int, help="Number of connections open at one time. Default: 512."
)
@click.option(
    "--head-seconds",
    type=float,
    help="Seconds within which the head of a request must come. Default: 10.",
)
def serve(config: Path | None, print_config: bool, as_json: bool, **options: Any) -> None:
    """Judge pictures and clips over HTTP: POST /v1/checks; /docs lists all addresses.

    Each setting is an option, SPOOFCUE_NAME in the environment, or a line of --config; the first of
    these that is there holds. SIGTERM ends it once what was begun is answered.
    """
    from spoofcue.serving.settings import gathered

    flags = {name: value for name, value in options.items() if value not in (None, ())}
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
