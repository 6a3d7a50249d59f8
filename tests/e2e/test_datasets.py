"""A licence holder's one command, on miniatures of the paper's datasets: from trees to a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from miniature import make_miniature
from typer.testing import CliRunner

from spoofcue.cli.main import app

TWO_STEPS = [
    "--preset", "small", "--frames", "2", "--set", "model.width=4", "--set", "input.size=64",
    "--set", "training.epochs=1", "--set", "training.images_per_epoch=8",
    "--set", "training.batch_size=4", "--set", "training.workers=0",
]  # fmt: skip


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("official")
    for name in ("oulu-npu", "siw", "casia-mfsd", "replay-attack"):
        make_miniature(name, root / name)
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "protocol", "roots", "folds", "table"),
    [
        ("oulu-npu", "1", ["oulu-npu"], 1, "Table 2"),
        ("siw", "all", ["siw"], 7, "Table 1"),
        ("casia-replay", "all", ["casia-mfsd", "replay-attack"], 2, "Table 3"),
        ("siw-oulu", "1", ["siw", "oulu-npu"], 1, "Table 4"),
    ],
)
def test_one_command_ends_in_the_papers_table(
    trees: Path,
    tmp_path: Path,
    command: str,
    protocol: str,
    roots: list[str],
    folds: int,
    table: str,
) -> None:
    given = [part for name in roots for part in ("--root", f"{name}={trees / name}")]
    call = ["benchmark", command, "--protocol", protocol, "--out", str(tmp_path), *given]
    made = CliRunner().invoke(app, [*call, *TWO_STEPS])
    assert made.exit_code == 0, made.output
    results = [json.loads(p.read_text()) for p in tmp_path.rglob("result.json")]
    assert len(results) == folds
    for result in results:
        rates = (result["evaluation"]["video"] or result["evaluation"]["frame"])["acer"]
        assert 0 <= rates <= 1
    assert table in made.output
    # the results folder alone redraws it
    again = CliRunner().invoke(app, ["benchmark", "table", str(tmp_path)])
    assert again.exit_code == 0, again.output
    assert table in again.output
