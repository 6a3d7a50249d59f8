from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.made_runs import begin_run, write_evaluation
from spoofcue.errors import InputError
from spoofcue.records.gallery import GALLERY_FILE, Gallery, GalleryEntry
from spoofcue.report.page import write_report


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run folder as train and evaluate leave it, with drawn pictures and random scores."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "run <b>1</b>"
    (folder / "evaluation" / "gallery").mkdir(parents=True)
    (folder / "log").mkdir()
    for split in ("dev", "test"):
        lines = ["score,label,pai,video"]
        for i in range(40):
            lines.append(f"{rng.beta(2, 30)},0,,v{i // 2}")
            lines.append(f"{rng.beta(6, 14)},1,{'print' if i % 4 < 2 else 'replay'},a{i // 2}")
        lines.append(",1,print,lost")
        (folder / "evaluation" / f"{split}.csv").write_text("\n".join(lines) + "\n")
    write_evaluation(folder / "evaluation", data="/d", model="m-1", input="whole")
    Image.new("RGB", (20, 20), (90, 60, 50)).save(folder / "evaluation" / "gallery" / "f.jpg")
    pictures = dict.fromkeys(("face", "cue", "overlay"), "gallery/f.jpg")
    entry = GalleryEntry(
        group="missed_attack",
        score=0.02,
        label=1,
        frame=0,
        pai="print",
        subject="<script>alert(1)</script>",
        media="m",
        **pictures,
    )
    gallery = Gallery(cue_max=None, percentile=None, entries=[entry])
    gallery.write(folder / "evaluation" / GALLERY_FILE)
    training = {"steps": 94, "epochs": 10, "seconds": 280, "seconds_in_all": 301}
    training |= {"budget_minutes": 5.0, "ended_by": "minutes", "images_per_s": 10.7}
    warnings = ["identities may be shared"]
    return begin_run(folder, data_entry={"warnings": warnings}, training=training)


def test_the_page_needs_no_other_file_and_tells_the_measured_numbers(run: Path) -> None:
    html = write_report(run).read_text()
    main = json.loads((run / "evaluation" / "metrics.json").read_text())["evaluation"]["video"]
    counts = main["counts"]["apcer_pooled"]
    assert f"{counts['errors']} of {counts['total']} attacks passed" in html
    for key in ("acer", "hter", "eer"):
        assert f"{100 * main[key]:.2f} %" in html
    assert f"{main['auc']:.4f}" in html
    assert "identities may be shared" in html
    assert "1 attack attempts" in html
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert not re.search(r"url\((?!#|data:)|@import|<script", html)
    assert html.count("<svg") == 4
    # how long the training took stands beside the results and again with the curves
    told = "94 steps in 10 epochs took 5.0 minutes, its budget of 5 minutes; 10.7 images/s"
    assert html.count(told) == 2
    # names of users
    assert "&lt;script&gt;alert(1)" in html
    assert "<b>1</b>" not in html


def test_training_curves_appear_with_their_log(run: Path) -> None:
    (run / "log" / "metrics.csv").write_text(
        "step,epoch,train/total,train/regression,train/triplet,train/classification,dev/acer,dev/eer\n"
        "1,0,5.0,0.1,2.0,0.7,,\n2,0,3.0,0.1,1.0,0.5,,\n2,0,,,,,0.2,0.1\n"
    )
    assert write_report(run, run / "other.html").read_text().count("<svg") == 6


def test_a_run_that_is_not_evaluated_names_the_command(run: Path, tmp_path: Path) -> None:
    (run / "evaluation" / "metrics.json").unlink()
    with pytest.raises(InputError, match="spoofcue evaluate"):
        write_report(run)
    with pytest.raises(InputError, match=r"run\.json"):
        write_report(tmp_path)
