"""Flag before environment before file before default, and each says where it came from."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.serving.settings import ServiceSettings, gathered

COMMAND = app.commands["serve"]


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ServiceSettings.model_fields:
        monkeypatch.delenv(f"SPOOFCUE_{name.upper()}", raising=False)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    path = tmp_path / "serve.toml"
    path.write_text('port = 1\nframes = 2\nqueue = 3\nthreshold = "strict"\nhosts = ["a"]\n')
    return path


def test_which_place_holds(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPOOFCUE_PORT", "11")
    monkeypatch.setenv("SPOOFCUE_FRAMES", "12")
    monkeypatch.setenv("SPOOFCUE_RATE", "")
    settings, origins = gathered({"port": 21, "queue": None}, toml)
    named = ("port", "frames", "queue", "rate", "host")
    assert [getattr(settings, n) for n in named] == [21, 12, 3, None, "127.0.0.1"]
    assert [origins[n] for n in named] == ["flag", "environment", "file", "default", "default"]
    assert origins.keys() == ServiceSettings.model_fields.keys()
    assert settings.hosts == ("a",)
    assert settings.threshold == "strict"


@pytest.mark.parametrize(("given", "value"), [("0.25", 0.25), ("balanced", "balanced"), (0.5, 0.5)])
def test_a_threshold_is_a_number_or_a_name(given: Any, value: Any) -> None:
    assert gathered({"threshold": given})[0].threshold == value


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"threshold": "1.5"}, "threshold by flag"),
        ({"threshold": "nan"}, "threshold by flag"),
        ({"threshold": "sure"}, "threshold by flag"),
        ({"port": 70_000}, "port by flag"),
        ({"workers": 0}, "workers by flag"),
        ({"max_body": -1}, "max_body by flag"),
        ({"rate": float("nan")}, "rate by flag"),
        ({"check_seconds": float("nan")}, "check_seconds by flag"),
        ({"model": ""}, "model by flag"),
    ],
)
def test_values_that_cannot_be(flags: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        gathered(flags)
    assert "\n" not in str(refused.value)


def test_where_a_wrong_value_stands(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml.write_text("port = 'a'")
    with pytest.raises(InputError, match=re.escape(f"port in {toml}")):
        gathered({}, toml)
    toml.write_text("prot = 1")
    with pytest.raises(InputError, match="prot"):
        gathered({}, toml)
    toml.write_text("port = ")
    with pytest.raises(InputError, match="not TOML"):
        gathered({}, toml)
    toml.write_bytes(b"\xff")
    with pytest.raises(InputError, match="not TOML"):
        gathered({}, toml)
    with pytest.raises(InputError, match="no such file"):
        gathered({}, toml.parent / "gone.toml")
    monkeypatch.setenv("SPOOFCUE_QUEUE", "many")
    with pytest.raises(InputError, match="SPOOFCUE_QUEUE of the environment"):
        gathered({})
    monkeypatch.delenv("SPOOFCUE_QUEUE")
    monkeypatch.setenv("SPOOFCUE_HOSTS", "a,b")
    with pytest.raises(InputError, match=r"hosts.*JSON"):
        gathered({})


def test_half_of_tls_is_refused() -> None:
    with pytest.raises(InputError, match="both"):
        ServiceSettings(tls_cert=Path("a")).check()


@pytest.mark.parametrize(
    "origin", ["*", "login.example", "https://login.example/", "https://*.example", "null", ""]
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(InputError, match="origins"):
        ServiceSettings(origins=("https://login.example:8443", origin)).check()


def test_an_attempt_that_could_never_have_enough_frames_is_refused() -> None:
    with pytest.raises(InputError, match="4 frames never has the 5"):
        ServiceSettings(attempt_frames=4).check()


def test_print_config_shows_every_setting(toml: Path) -> None:
    runner = CliRunner(env={"SPOOFCUE_FRAMES": "12"})
    call = ["serve", "--print-config", "--config", str(toml), "--port", "9", "--no-profile"]
    done = runner.invoke(app, [*call, "--json"])
    shown = json.loads(done.stdout)
    assert shown.keys() == ServiceSettings.model_fields.keys()
    assert shown["port"] == {"value": 9, "from": "flag"}
    assert shown["profile"] == {"value": False, "from": "flag"}
    assert shown["frames"] == {"value": 12, "from": "environment"}
    assert shown["queue"] == {"value": 3, "from": "file"}
    table = runner.invoke(app, call, env={"COLUMNS": "200", "SPOOFCUE_FRAMES": "12"}).stdout
    assert "SPOOFCUE_FRAMES" in table
    assert str(toml) in table


def test_every_setting_is_an_option_and_its_help_tells_the_default() -> None:
    options = {p.name: p for p in COMMAND.params}
    settings = set(ServiceSettings.model_fields)
    assert set(options) - settings == {"config", "print_config", "as_json", "help"} & set(options)
    assert settings <= set(options)
    given = COMMAND.make_context("serve", []).params
    for name, field in ServiceSettings.model_fields.items():
        assert given[name] in (None, ()), name
        (told,) = re.findall(r"Default: ([^.]*(?:\.\d[^.]*)*)\.", options[name].help)
        if isinstance(field.default, bool):
            assert told == {True: "yes", False: "no"}[field.default]
        elif field.default_factory is None and field.default not in (None, ()):
            assert told == str(field.default), name


def test_the_page_names_every_setting_and_status() -> None:
    from spoofcue.serving.problems import KINDS

    page = (Path(__file__).parents[2] / "docs" / "howto" / "serving.md").read_text(encoding="utf-8")
    assert [n for n in ServiceSettings.model_fields if f"`{n}`" not in page] == []
    assert [n for n, (status, _) in KINDS.items() if f"`{n}`" not in page] == []
    for name, field in ServiceSettings.model_fields.items():
        if isinstance(field.default, (int, float, str)) and not isinstance(field.default, bool):
            assert re.search(rf"\| `{name}` \| {field.default} ", page), name
