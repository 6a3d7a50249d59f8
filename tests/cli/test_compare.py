from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.made_runs import A, B, write_fold
from spoofcue.cli.main import app


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for protocol in ("P1", "P2"):
        write_fold(tmp_path / "lgsc" / protocol, "lgsc", A, protocol=protocol)
        write_fold(tmp_path / "cnn" / protocol, "color-texture-long-name", B, protocol=protocol)
    return tmp_path


def run(*args: str | Path) -> str:
    """What the command prints in a terminal of 80 columns."""
    done = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"}).invoke(app, [str(a) for a in args])
    if done.exception:
        raise done.exception
    return done.stdout


def test_the_table_fits_80_columns_and_the_page_is_written(results: Path) -> None:
    text = run("compare", results, "--out", results / "c.html", "--bootstrap", "20")
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("2 of 8 faces decided differently") == 2
    assert "★ 12.5" in text
    html = (results / "c.html").read_text()
    assert "--bootstrap=20" in html
    assert html.count("<section") == 2


def test_json_holds_the_table_and_the_counts(results: Path) -> None:
    out = results / "c.html"
    found = json.loads(run("compare", results, "--out", out, "--bootstrap", "20", "--json"))
    first = found["protocols"][0]
    assert first["table"]["lgsc"]["acer"]["mean"] == 0.25
    assert first["disagreements"]["differ"] == 2
    assert {"right": "lgsc", "wrong": "color-texture-long-name", "live": 1, "attack": 0} in first[
        "disagreements"
    ]["right_where_wrong"]
    assert out.is_file()


def test_names_of_the_users_replace_those_of_the_methods(results: Path) -> None:
    args = f"ours={results / 'lgsc'}", f"theirs={results / 'cnn'}", "--out", results / "c.html"
    found = json.loads(run("compare", *args, "--bootstrap", "0", "--json"))
    assert list(found["methods"]) == ["ours", "theirs"]
