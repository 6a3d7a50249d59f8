"""The command: a table for people, one document for programs, and a status."""

from __future__ import annotations

import json

from click.testing import CliRunner

from spoofcue.cli.main import app


def test_a_machine_that_judges_right_is_healthy() -> None:
    result = CliRunner().invoke(app, ["doctor", "--json"])
    told = json.loads(result.stdout)
    assert (result.exit_code, told["healthy"]) == (0, True)
    parts = list(dict.fromkeys(check["part"] for check in told["checks"]))
    assert parts == [
        *("spoofcue", "processor", "runtimes", "judging", "cameras", "caches", "extras")
    ]


def test_a_fault_is_told_at_the_end_with_its_remedy_and_is_status_1() -> None:
    result = CliRunner().invoke(app, ["doctor", "--model", "gone.spoofcue"], env={"COLUMNS": "80"})
    assert result.exit_code == 1
    assert max(map(len, result.stdout.splitlines())) <= 80
    last = " ".join(result.stdout.rpartition("judging, model:")[2].split())
    assert last.startswith("there is no model package at gone.spoofcue")
    assert "--model" in last
