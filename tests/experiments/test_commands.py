from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from spoofcue.cli.benchmark import command as benchmark
from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.protocols.reader import load_set, set_names


def test_every_set_of_protocols_has_its_command_with_its_title() -> None:
    help_of = {c.name: str(c.help) for c in benchmark.app.commands.values()}
    assert set(help_of) == {*set_names(), "folder", "table"}
    for name in set(set_names()) - {"openpad"}:
        title = load_set(name).title
        assert help_of[name].startswith(f"{title[0].upper()}{title[1:]}. Trains and")


def test_protocols_lists_selections_as_json() -> None:
    done = CliRunner().invoke(app, ["protocols", "oulu-npu", "--json"], catch_exceptions=False)
    (told,) = json.loads(done.stdout)
    fourth = next(p for p in told["protocols"] if p["name"] == "4")
    assert fourth["threshold"] == "EER on dev"
    assert fourth["folds"][1]["selection"]["test"] == {
        "dataset": ["oulu-npu"], "split": ["test"], "session": ["3"], "device": ["2"],
        "pai": ["print-2", "replay-2"],
    }  # fmt: skip


def test_no_data_is_told_before_anything_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="spoofcue prepare siw ROOT"):
        CliRunner().invoke(
            app,
            ["benchmark", "siw", "--out", str(out), "--devices", "2", "--strategy", "ddp"],
            catch_exceptions=False,
        )
    assert not out.exists()
