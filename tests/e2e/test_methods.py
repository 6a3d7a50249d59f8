"""Other methods, ablations, figures and the page that compares, on the tiny job's people."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import TINY, Job
from spoofcue.cli.main import app
from spoofcue.errors import InputError

SETTINGS = [part for option in TINY if option.startswith("--set") for part in option.split("=", 1)]


def run(*args: object) -> str:
    done = CliRunner().invoke(app, list(map(str, args)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def results(job: Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("methods")
    run(
        *("benchmark", "folder", "--data", job.prepared, "--method", "lbp,cnn", "--seeds", "0,1"),
        *("--out", out, "--preset", "small", *SETTINGS),
    )
    return out


@pytest.mark.slow
def test_methods_run_by_the_same_commands_and_go_on_where_they_were(
    job: Job, results: Path
) -> None:
    records = [json.loads(path.read_text()) for path in results.rglob("result.json")]
    assert {(r["method"], r["seed"], r["settings"]["training"]["seed"]) for r in records} == {
        (method, seed, seed) for method in ("lbp", "cnn") for seed in (0, 1)
    }
    before = {path: path.stat().st_mtime_ns for path in results.rglob("result.json")}
    again = run(
        *("benchmark", "folder", "--data", job.prepared, "--method", "lbp,cnn", "--seeds", "0,1"),
        *("--out", results, "--preset", "small", *SETTINGS),
    )
    assert again.count("done before") == 4
    assert {path: path.stat().st_mtime_ns for path in results.rglob("result.json")} == before
    assert "2 seeds" in (results / "tables.md").read_text()


@pytest.mark.slow
def test_a_run_of_another_method_than_asked_for_is_refused(job: Job) -> None:
    with pytest.raises(InputError, match="is of method lgsc, not lbp"):
        run("evaluate", job.run, "--method", "lbp")


@pytest.mark.slow
def test_an_ablation_ends_in_table_5_and_shares_the_full_row(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    told = run(
        *("ablate", "--data", job.prepared, "--rows", "4,7", "--seeds", "0", "--out", tmp_path),
        *("--preset", "small", *SETTINGS),
    )
    assert "Table 5 on folder own" in told
    assert "0.4" in told  # the paper's figure of its full method
    told = run(
        *("benchmark", "folder", "--data", job.prepared, "--method", "lgsc", "--seeds", "0"),
        *("--out", tmp_path, "--preset", "small", *SETTINGS),
    )
    assert "done before" in told


@pytest.mark.slow
def test_results_meet_on_one_page(results: Path, tmp_path: Path) -> None:
    page = tmp_path / "compare.html"
    told = run("compare", results, "--out", page, "--bootstrap", "50")
    assert "lbp" in told
    html = page.read_text()
    assert "cnn" in html
    assert "https://" not in html


@pytest.mark.slow
def test_figures_of_a_run_are_in_its_report(job: Job, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(job.run, copy)
    run("figures", copy, "--data", job.prepared)
    run("report", copy)
    html = (copy / "report.html").read_text()
    made = json.loads((copy / "figures" / "figures.json").read_text())["figures"]
    # three test faces are too few for t-SNE, which must not cost the other figures
    assert {entry["name"] for entry in made} == {"cue_maps", "scores", "where"}
    assert all(entry["title"] in html for entry in made)
