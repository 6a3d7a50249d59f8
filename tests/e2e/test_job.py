from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import skimage.data
from PIL import Image

from conftest import TINY, Job
from helpers.command import spoofcue
from spoofcue.data.manifest import read_manifest


def test_the_manifest_keeps_people_apart(job: Job) -> None:
    rows = read_manifest(job.prepared)
    assert rows.height == 9
    assert rows.group_by("subject").agg(pl.col("split").n_unique())["split"].to_list() == [1] * 3
    assert set(rows["pai"].drop_nulls()) <= {"print-a", "print-b", "replay-a", "replay-b"}


def test_a_run_folder_tells_what_was_done(job: Job) -> None:
    record = json.loads((job.run / "run.json").read_text())
    assert record["training"]["finished"]
    assert record["training"]["steps"] == 6
    assert record["preset"] == "small"
    assert sum(c["faces"] + c["nonresponse"] for c in record["data"]["counts"]) == 9
    with (job.run / "log" / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(r["step"]) for r in rows if r["train/total"]] == list(range(1, 7))
    assert len([r for r in rows if r["dev/acer"]]) == 2
    assert list((job.run / "log" / "tensorboard").glob("events*"))


def test_evaluation_of_the_run_equals_that_of_its_score_files(job: Job) -> None:
    stored = json.loads((job.run / "evaluation" / "metrics.json").read_text())["evaluation"]
    folder = job.run / "evaluation"
    done = spoofcue(
        "evaluate", "--scores", folder / "test.csv", "--dev", folder / "dev.csv", "--json"
    )
    assert json.loads(done.stdout) == {"format": 1, **stored}


def test_a_run_is_judged_with_the_grouping_that_is_asked_for(job: Job, tmp_path: Path) -> None:
    spoofcue("evaluate", job.run, "--out", tmp_path / "e", "--species", "family")
    stored = json.loads((tmp_path / "e" / "metrics.json").read_text())["evaluation"]
    assert stored["grouping"] == "family"
    assert set(stored["frame"]["apcer_by_pai"]) <= {"print", "replay"}


def test_the_report_is_one_file_with_the_measured_numbers(job: Job, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    spoofcue("report", job.run, "--out", out)
    html = out.read_text()
    main = json.loads((job.run / "evaluation" / "metrics.json").read_text())["evaluation"]["frame"]
    assert f"{100 * main['acer']:.2f} %" in html
    assert f"{main['auc']:.4f}" in html
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert not re.search(r"url\((?!#|data:)", html)
    assert html.count("data:image/jpeg") >= 3


def test_predict_decides_every_file_and_fails_closed(job: Job, tmp_path: Path) -> None:
    photo = skimage.data.astronaut()
    Image.fromarray(photo).save(tmp_path / "astronaut.jpg", quality=95)
    Image.fromarray(skimage.data.coffee()).save(tmp_path / "landscape.jpg")
    good = spoofcue("predict", tmp_path, "--model", job.run, "--json", "--cues", tmp_path / "cues")
    records = {Path(r["path"]).name: r for r in json.loads(good.stdout)}
    face = records["astronaut.jpg"]
    assert face["decision"] == ("attack" if face["score"] > face["threshold"] else "live")
    assert Image.open(face["cue"]).width > 100
    assert records["landscape.jpg"]["decision"] == "rejected"
    assert records["landscape.jpg"]["reason"] == "no_face"

    data = (tmp_path / "astronaut.jpg").read_bytes()
    (tmp_path / "broken.jpg").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.jpg").write_text("text")
    Image.fromarray(photo[83:171, 179:267]).resize((10, 10)).save(tmp_path / "tiny.png")
    bad = spoofcue(
        "predict", *sorted(tmp_path.glob("*.*g")), "--model", job.run, "--json", status=1
    )
    decided = {Path(r["path"]).name: r["decision"] for r in json.loads(bad.stdout)}
    assert {n for n, d in decided.items() if d == "rejected"} == {
        "broken.jpg",
        "text.jpg",
        "tiny.png",
        "landscape.jpg",
    }


def test_a_face_below_the_least_size_is_rejected_with_advice(job: Job, tmp_path: Path) -> None:
    Image.fromarray(skimage.data.astronaut()[83:171, 179:267]).resize((40, 40)).save(
        tmp_path / "small.png"
    )
    done = spoofcue("predict", tmp_path, "--model", job.run, "--detector", "none", "--json")
    (record,) = json.loads(done.stdout)
    assert (record["decision"], record["reason"]) == ("rejected", "face_too_small")
    assert "closer" in record["detail"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["predict", "nothing.jpg", "--model", "RUN"], "no file or folder"),
        (["predict", ".", "--model", "nowhere"], "no model"),
        (["train", "--data", "nowhere", "--out", "x"], "there is no folder nowhere"),
        (["train", "--data", "PREPARED", "--out", "RUN"], "--resume"),
        (["evaluate"], "RUN"),
        (["report", "PREPARED"], "run.json"),
        (["simulate", "--out", "x"], "PHOTOS"),
    ],
)
def test_wrong_calls_end_with_status_2_and_say_what_to_do(
    job: Job, args: list[str], told: str
) -> None:
    named = {"RUN": str(job.run), "PREPARED": str(job.prepared)}
    done = spoofcue(*(named.get(a, a) for a in args), status=2)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_exported_model_scores_the_same_without_torch(job: Job, tmp_path: Path) -> None:
    out = tmp_path / "detector.onnx"
    spoofcue("export", job.run, "--out", out)
    faces = [job.photos / r for r in ("person-0000", "person-0001")]
    torch_scores = spoofcue("predict", *faces, "--model", job.run, "--json").stdout
    code = "import sys; sys.modules['torch'] = None; from spoofcue.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "predict", *map(str, faces), "--model", str(out), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    ours, theirs = json.loads(torch_scores), json.loads(done.stdout)
    assert [r["decision"] for r in ours] == [r["decision"] for r in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert a["score"] == pytest.approx(b["score"], abs=1e-5)
        assert a["threshold"] == b["threshold"]


def test_training_refuses_a_subject_in_two_splits(job: Job, tmp_path: Path) -> None:
    shutil.copytree(job.prepared, tmp_path / "p")
    rows = pl.read_parquet(tmp_path / "p" / "manifest.parquet")
    rows.with_columns(subject=pl.lit("one")).write_parquet(tmp_path / "p" / "manifest.parquet")
    done = spoofcue("train", "--data", tmp_path / "p", "--out", tmp_path / "r", *TINY, status=2)
    assert "more than one split" in done.stderr
    assert not (tmp_path / "r").exists()
