"""What a service is told, and where each value in force came from."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsError,
    TomlConfigSettingsSource,
)

from spoofcue.detector.receipt import ISSUER, SECONDS
from spoofcue.errors import InputError, validation_text
from spoofcue.processes import usable_cores

PREFIX = "SPOOFCUE_"
Origin = Literal["default", "file", "environment", "flag"]


def _number_or_name(given: Any) -> Any:
    """A threshold as a number where it reads as one; otherwise the name of an operating point."""
    if not isinstance(given, str):
        return given
    try:
        return float(given)
    except ValueError:
        return given


ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
Share = Annotated[float, Field(ge=0, le=1)]
PointName = Literal["convenient", "balanced", "strict"]
Decision = Literal["live", "attack", "rejected"]
DECISIONS: tuple[Decision, ...] = get_args(Decision)


class ServiceSettings(BaseSettings):
    """All settings of ``spoofcue serve``; :func:`gathered` reads them from where they may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)  # type: ignore[assignment]

    model: str | None = Field(None, min_length=1, description="as of Detector.load")
    threshold: Annotated[Share | PointName | None, BeforeValidator(_number_or_name)] = None
    profile: bool = True
    frames: int = Field(10, ge=1, description="sampled from a clip")
    runtime: str | None = None
    threads: int | None = Field(None, ge=1, description="of the runtime, in each worker")

    host: str = Field("127.0.0.1", min_length=1)
    port: int = Field(8000, ge=0, le=65535)
    hosts: tuple[str, ...] = Field((), description="names that requests may call this service by")
    forwarded_allow_ips: str = Field("127.0.0.1", min_length=1)
    tls_cert: Path | None = None
    tls_key: Path | None = None

    keys: Path | None = Field(None, description="file of API keys")
    rate: float | None = Field(None, gt=0, description="checks per second and key")
    burst: int = Field(10, ge=1, description="checks that may come at once within the rate")
    audit: str | None = Field(None, min_length=1)
    score_digits: int | None = Field(None, ge=0, le=15)
    keep: Path | None = Field(None, description="folder for what was judged")
    keep_days: int = Field(7, ge=1, le=3650, description="after which it is deleted")
    keep_bytes: int = Field(1_000_000_000, ge=1, description="of all that is kept")
    keep_only: tuple[Decision, ...] = Field((), description="decisions; none: all")

    attempts: int = Field(64, ge=1, description="attempts by id that are open at one time")
    attempt_seconds: float = Field(20, ge=1, le=60, description="from its begin to its finish")
    attempt_frames: int = Field(30, ge=2, le=300, description="frames of an attempt by id")
    attempt_min_frames: int = Field(5, ge=2, le=300, description="of them that show the face")
    attempt_bytes: int = Field(8_000_000, ge=1, description="of an attempt's frames together")
    receipt_keys: tuple[Path, ...] = Field((), description="PEM files; the first signs")
    receipt_seconds: int = Field(SECONDS, ge=1, description="for which a receipt holds")
    issuer: str = Field(ISSUER, min_length=1, description="who states it, in receipts")
    origins: tuple[str, ...] = Field((), description="pages that browsers may send attempts from")
    look_rate: float | None = Field(None, gt=0, description="looks per second and key")
    look_burst: int = Field(20, ge=1, description="looks that may come at once within the rate")
    adopt: Path | None = Field(None, description="folder where an adopted profile is kept")
    fits: int = Field(4, ge=1, description="cameras that are fitted at one time")
    fit_minutes: float = Field(30, gt=0, description="after which a fit is forgotten")

    max_body: int = Field(10_000_000, ge=1, description="bytes of a request")
    max_pixels: int = Field(25_000_000, ge=1, le=100_000_000, description="of a picture or frame")
    max_frames: int = Field(60, ge=1, le=300, description="pictures of one request")
    max_seconds: float = Field(30, gt=0, description="of a clip")
    max_clip_pixels: int = Field(
        2_000_000_000, ge=1, description="of all frames of a clip or animation together"
    )
    body_seconds: float = Field(10, gt=0, description="until a body must have come")
    check_seconds: float = Field(30, gt=0, description="from a whole body to the answer")
    workers: int = Field(
        default_factory=lambda: min(usable_cores(), 4), ge=1, le=256, description="processes"
    )
    batch: int = Field(4, ge=1, le=64, description="waiting checks that a worker takes together")
    queue: int = Field(16, ge=0, description="checks that wait")
    connections: int = Field(512, ge=1, description="open at one time")
    head_seconds: float = Field(10, gt=0, description="until the head of a request has come")
    uploads: int = Field(32, ge=1, description="bodies that are received or checked at one time")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given to the constructor alone: :func:`gathered` reads the other places."""
        return (init_settings,)

    @property
    def threads_each(self) -> int:
        """Of the runtime in each worker: as many as its share of the processor's cores."""
        return self.threads or max(1, usable_cores() // self.workers)

    @property
    def is_loopback(self) -> bool:
        """Whether it listens to this machine alone."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False  # a name may lead anywhere

    def check(self) -> None:
        """Refuse what would be open to others, half of TLS, or two thresholds.

        Raises:
            InputError: what to do about it.

        """
        if not self.is_loopback and self.keys is None:
            raise InputError(
                f"host {self.host} can be reached by other machines, and there are no API keys: "
                "make one with `spoofcue serve-key NAME --keys FILE` and start with --keys FILE, "
                "or bind to 127.0.0.1."
            )
        if self.adopt is not None and (self.threshold is not None or not self.profile):
            raise InputError(
                "adopt keeps a camera's profile with its own threshold: leave --threshold and "
                "--no-profile out."
            )
        if (self.tls_cert is None) != (self.tls_key is None):
            raise InputError("TLS takes both --tls-cert and --tls-key.")
        if self.attempt_min_frames > self.attempt_frames:
            raise InputError(
                f"an attempt of at most {self.attempt_frames} frames never has the "
                f"{self.attempt_min_frames} that it needs: give attempt_frames or "
                "attempt_min_frames."
            )
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                raise InputError(
                    f"origins: {origin!r} is no origin; give one as https://login.example, without "
                    "a path, as browsers send it."
                )


def gathered(
    flags: dict[str, Any], file: Path | None = None
) -> tuple[ServiceSettings, dict[str, Origin]]:
    """Settings by flag, else by environment (``SPOOFCUE_NAME``), else by TOML file, else default.

    Args:
        flags: name -> value; None: not given.
        file: TOML, a key for each setting; None: there is none.

    Returns:
        The settings, and of each where it came from.

    Raises:
        InputError: a value or key that cannot be, with the place where it stands.

    """
    places: tuple[tuple[Origin, dict[str, Any]], ...] = (
        ("file", _of_file(file)),
        ("environment", _of_environment()),
        ("flag", {name: value for name, value in flags.items() if value is not None}),
    )
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = dict.fromkeys(ServiceSettings.model_fields, "default")
    for origin, given in places:
        values |= given
        origins |= dict.fromkeys(given, origin)
    try:
        return ServiceSettings(**values), origins
    except ValidationError as error:
        raise InputError(f"{_refused(error, origins, file)}.") from error


def _refused(error: ValidationError, origins: dict[str, Origin], file: Path | None) -> str:
    """What was refused, with the name that it has where it stands."""
    names = dict.fromkeys(str(e["loc"][0]) for e in error.errors() if e["loc"])
    where = {"flag": "by flag", "file": f"in {file}", "default": ""}
    told = [
        f"{PREFIX}{name.upper()} of the environment"
        if origins.get(name) == "environment"
        else f"{name} {where[origins.get(name, 'file')]}"
        for name in names
    ]
    return f"{', '.join(told)}: {validation_text(error, 'settings', values=True)}"


def _of_environment() -> dict[str, Any]:
    try:
        return EnvSettingsSource(ServiceSettings, env_prefix=PREFIX, env_ignore_empty=True)()
    except SettingsError as error:
        raise InputError(f'the environment: {error}; lists are JSON, as ["a"].') from error


def _of_file(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    if not file.is_file():
        raise InputError(f"{file}: there is no such file of settings.")
    try:
        return dict(TomlConfigSettingsSource(ServiceSettings, file)())
    except (ValueError, UnicodeDecodeError) as error:  # TOMLDecodeError is a ValueError
        raise InputError(f"{file} is not TOML: {error}.") from error
