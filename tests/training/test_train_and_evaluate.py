"""``spoofcue.train`` and ``spoofcue.evaluate``: the commands, in Python and without a word."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import spoofcue
from helpers.faces_with_stripes import striped_faces
from spoofcue.cli.main import app
from spoofcue.data.pack import pack
from spoofcue.records.run_folder import RunFolder
from spoofcue.scoring.open_model import open_model

TINY = {
    "model.width": 8,
    "model.weights": "none",
    "input.size": 64,
    "training.batch_size": 4,
    "training.epochs": 2,
    "training.images_per_epoch": 8,
    "training.precision": "fp32",
    "training.workers": 0,
    "training.threads": 1,
    "training.accelerator": "cpu",
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_faces(tmp_path_factory.mktemp("prepared"), 64)


def test_train_tells_only_who_asks_and_evaluate_gives_what_the_command_gives(
    data: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run, lines = tmp_path / "run", list[str]()
    record = spoofcue.train(data, str(run), preset="small", settings=TINY, tell=lines.append)
    assert (record.method, record.preset, record.training.epochs) == ("lgsc", "small", 2)
    assert record == RunFolder(run).record()
    (short,) = record.data.warnings
    assert lines.count(f"warning: {short}") == 1
    assert "training steps on" in short
    assert [line.split("  ")[0] for line in lines[-2:]] == ["epoch 1/2", "epoch 2/2"]
    seen: list[tuple[int, int]] = []
    found = spoofcue.evaluate(run, species="pooled", progress=lambda *at: seen.append(at))
    assert seen[-1][0] == seen[-1][1] > 0
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")

    told = CliRunner().invoke(
        app, ["evaluate", str(run), "--species", "pooled", "--json"], catch_exceptions=False
    )
    by_command = json.loads(told.stdout)
    assert json.loads(json.dumps(found.to_dict()))["frame"] == by_command["frame"]
    pack(data, tmp_path / "shards", workers=1)
    again = spoofcue.evaluate(
        model=open_model(run), data=tmp_path / "shards", out=tmp_path / "own", species="pooled"
    )
    assert again.to_dict() == found.to_dict()  # crops in files or in shards
    assert (tmp_path / "own" / "metrics.json").is_file()

    with pytest.raises(spoofcue.InputError, match="leave out --method"):
        spoofcue.train(data, run, method="cnn", resume=True)
    with pytest.raises(spoofcue.InputError, match="is of method lgsc, not cnn"):
        spoofcue.evaluate(run, method="cnn")
    spoofcue.train(data, run, settings={"training.threads": 1}, resume=True)
    assert capfd.readouterr().err == ""


def test_arguments_that_do_not_go_together_are_refused(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.touch()
    for wrong in (
        {"scores": "test.csv", "out": "here"},
        {"run": tmp_path, "dev": "dev.csv"},
        {"model": model},
        {"model": model, "out": "here"},
        {},
    ):
        with pytest.raises(spoofcue.InputError, match="--"):
            spoofcue.evaluate(**wrong)  # type: ignore[arg-type]
    with pytest.raises(spoofcue.InputError, match="holds no training to resume"):
        spoofcue.train(tmp_path, tmp_path / "run", resume=True)


def test_evaluating_a_score_file_needs_no_torch(tmp_path: Path) -> None:
    file = tmp_path / "test.csv"
    file.write_text("score,label\n0.1,0\n0.9,1\n")
    code = (
        "import sys, spoofcue\n"
        "for name in ('torch', 'polars', 'yaml'): sys.modules[name] = None\n"
        f"print(spoofcue.evaluate(scores={str(file)!r}, threshold=0.5).frame.values['eer'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "0.0\n", done.stderr
