"""Every learned method through train, load, score and evaluate on a tiny prepared folder."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
import torch

from helpers.faces_with_stripes import striped_faces
from spoofcue.config import RunSettings
from spoofcue.data.manifest import write_manifest
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.media.image import read_image
from spoofcue.methods.method import LearnedMethod
from spoofcue.methods.registry import method_names, method_of_name
from spoofcue.methods.settings import load_settings
from spoofcue.records.run_folder import RunFolder
from spoofcue.report.page import write_report
from spoofcue.scoring.evaluate_run import evaluate_run
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import method_of, open_model
from spoofcue.source import source_commit
from spoofcue.training.any_method import train_run

SIDE = 64
TINY = [
    "model.width=8",
    "model.weights=none",
    "input.size=64",
    "training.batch_size=4",
    "training.epochs=2",
    "training.images_per_epoch=8",
    "training.precision=fp32",
    "training.workers=0",
    "training.threads=1",
    "training.accelerator=cpu",
]
OTHERS = [n for n in method_names()[1:] if isinstance(method_of_name(n), LearnedMethod)]


def settings_for(method: str, *more: str) -> RunSettings:
    return load_settings("small", None, [*TINY, *more], method)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return striped_faces(tmp_path_factory.mktemp("prepared"), SIDE)


@pytest.mark.parametrize("method", OTHERS)
def test_a_method_is_trained_kept_loaded_judged_and_reported(
    method: str, data: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    record = train_run(data, run, settings_for(method))
    assert record == RunFolder(run).record()
    assert record.method == method
    assert record.commit == source_commit()
    model = open_model(run)
    assert method_of(run) == method_of(run / "checkpoints" / "best.ckpt") == method
    crops = [read_image(data / f"test{i}.png") for i in range(6)]
    faces = [Face.filling(crop) for crop in crops]
    together = [r.score for r in model.score(faces)]
    again = [r.score for r in open_model(run / "checkpoints" / "best.ckpt").score(faces)]
    assert together == again
    assert all(0 <= s <= 1 for s in together)
    alone = [model.score([face])[0].score for face in faces]
    assert alone == pytest.approx(together, abs=1e-5)

    evaluate_run(model, data, run / "evaluation")
    with (run / "evaluation" / "test.csv").open() as file:
        stored = [float(row["score"]) for row in csv.DictReader(file)]
    assert stored == pytest.approx(together, abs=1e-6)
    has_map = model.score(faces[:1])[0].cue is not None
    gallery = json.loads((run / "evaluation" / "gallery.json").read_text())["entries"]
    assert gallery
    assert all(("cue" in entry) == has_map for entry in gallery)
    detector = Detector.load(run, threshold=0.5, face_detector="none", quality=None)
    judged = detector.predict(data / "test0.png", cues=True)
    assert judged.score == pytest.approx(together[0], abs=1e-5)
    assert (judged.cue_map is not None) == has_map
    html = write_report(run).read_text()
    assert ('alt="cue map"' in html) == has_map
    assert "Learning Generalized" not in html
    # the figures of the page count the curves of this method's own losses
    assert html.count("<svg") == 6
    # the threshold that evaluate chose is what the run is loaded with
    assert open_model(run).facts.threshold.source == "eer on dev"


@pytest.mark.parametrize("method", ["deep-svdd", "triplet-focal"])
def test_what_a_network_keeps_of_train_faces_survives_a_kill(
    method: str, data: Path, tmp_path: Path
) -> None:
    """A run whose folder is copied in mid-epoch goes on to the very weights of the whole one."""
    more = ("training.checkpoint_every_steps=1", "training.images_per_epoch=12")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    train_run(data, whole, settings_for(method, *more))
    # One epoch, stopped before its last step, is what a kill leaves behind.
    stopped = _killed_at_step_2(data, killed, settings_for(method, *more))
    assert stopped == 2
    train_run(data, killed, settings_for(method, *more), resume=True)
    a, b = (
        torch.load(r / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
        for r in (whole, killed)
    )
    assert all(torch.equal(a[name], b[name]) for name in a)
    kept = "network.centre" if method == "deep-svdd" else "network.live_references"
    assert a[kept].any()


class _Killed(Exception):
    pass


def _killed_at_step_2(data: Path, run: Path, settings: RunSettings) -> int:
    from spoofcue.training.callbacks import Checkpoints

    original = Checkpoints.on_train_batch_end

    def then_die(self: Checkpoints, trainer, module, *rest) -> None:  # type: ignore[no-untyped-def]
        original(self, trainer, module, *rest)
        if trainer.global_step == 2:
            raise _Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Checkpoints, "on_train_batch_end", then_die)
        with pytest.raises(_Killed):
            train_run(data, run, settings)
    stored = torch.load(run / "checkpoints" / "last.ckpt", weights_only=False)
    return int(stored["global_step"])


def test_without_dev_a_method_has_the_middle_of_its_range(data: Path, tmp_path: Path) -> None:
    from spoofcue.data.manifest import read_manifest

    rows = read_manifest(data)
    folder = tmp_path / "no-dev"
    shutil.copytree(data, folder)
    write_manifest(rows.filter(rows["split"] != "dev"), folder)
    train_run(folder, tmp_path / "run", settings_for("cnn", "training.select=last"))
    assert open_model(tmp_path / "run").facts.threshold.value == 0.5


def test_the_command_takes_a_method_and_what_fits_no_method_is_refused(
    data: Path, tmp_path: Path
) -> None:
    from click.testing import CliRunner

    from spoofcue.cli.main import app

    run = tmp_path / "run"
    sets = [f"--set={s}" for s in TINY]
    call = ["train", "--data", str(data), "--out", str(run), "--preset", "small", *sets]
    done = CliRunner().invoke(app, [*call, "--method", "pixel"])
    assert done.exit_code == 0, done.output
    assert method_of(run) == "pixel"
    told = CliRunner().invoke(app, [*call, "--method", "pixel", "--resume"])
    assert isinstance(told.exception, InputError)
    told = CliRunner().invoke(app, [*call, "--method", "pixels"])
    assert "unknown method 'pixels'" in str(told.exception)
    told = CliRunner().invoke(app, ["export", str(run), "--out", str(tmp_path / "m.onnx")])
    assert "only lgsc can be exported" in str(told.exception)
    told = CliRunner().invoke(app, ["model", "info", str(run)])
    assert "method pixel" in str(told.exception)
