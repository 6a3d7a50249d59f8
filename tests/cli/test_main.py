from __future__ import annotations

import errno
import io
import os

import click
import pytest

from spoofcue.cli import main


@pytest.mark.parametrize(
    ("command", "module", "extra"),
    [
        ("train", "sklearn", "methods"),
        ("train", "skimage.feature", "methods"),
        ("evaluate", "matplotlib", "report"),
        ("prepare", "torch", "train"),
        ("train", "yaml", "train"),
        ("simulate", "yaml", "simulate"),
        ("prepare", "polars", "data"),
        ("report", "polars", "report"),
    ],
)
def test_a_missing_package_is_told_with_its_extra(
    command: str,
    module: str,
    extra: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def broken() -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setattr("sys.argv", ["spoofcue", command, "--out", "x"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    package = module.split(".")[0]
    told = capsys.readouterr().err
    assert f"needs {package}: pip install 'spoofcue[{extra}]'" in told


@pytest.mark.parametrize("statement", ["import numpy.no_part", "from numpy import no_name"])
def test_a_part_that_an_installed_package_lacks_is_not_told_as_missing(
    statement: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "app", lambda: exec(statement))
    monkeypatch.setattr("sys.argv", ["spoofcue", "export"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert "cannot use the numpy that is installed" in told
    assert "no_" in told
    assert "--upgrade numpy 'spoofcue[train]'" in told


@pytest.mark.parametrize("call", ["--version", "--help", "predict --help", "model --help"])
def test_a_reader_that_is_gone_has_its_own_status(
    call: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Unread(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    monkeypatch.setattr("spoofcue.cli.console.discard_output", lambda: None)
    monkeypatch.setattr("sys.argv", ["spoofcue", *call.split()])
    monkeypatch.setattr("sys.stdout", Unread())
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 141
    assert capsys.readouterr().err == ""


def test_a_ctrl_c_has_its_own_status_whatever_it_stops(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed() -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(main.app.commands, "datasets", click.Command("datasets", callback=pressed))
    monkeypatch.setattr("sys.argv", ["spoofcue", "datasets"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 130
    assert capsys.readouterr().err == "spoofcue: stopped; nothing was replaced.\n"
