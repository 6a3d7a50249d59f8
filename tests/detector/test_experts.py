"""A package of several experts in use: each one's part is told, and none is missed in silence."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image as Pil

from helpers.made_detector import FixedBoxes
from helpers.tiny_experts import OFFSET, RED_OVER_BLUE, SLOPE, expert_package
from helpers.tiny_graphs import mean_colour_graph
from helpers.tiny_run import prepare
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.faces.box import Box
from spoofcue.package.read import read_package
from spoofcue.records.evaluation_record import EvaluationRecord
from spoofcue.scoring.combination import logistic

Image = NDArray[np.uint8]
MIDDLE, CORNER = Box(60, 60, 40, 40), Box(-4, 0, 40, 40)


def frame(face: int = 100, around: tuple[int, int, int] = (100, 100, 100), seed: int = 0) -> Image:
    """160 px of one colour with noise, the middle another."""
    made = np.empty((160, 160, 3), np.int64)
    made[:] = around
    made[52:108, 52:108] = face
    noise = np.random.default_rng(seed).integers(-25, 26, (160, 160, 3))
    return np.clip(made + noise, 0, 255).astype(np.uint8)


def detector(package: Path, box: Box = MIDDLE, **options: Any) -> Detector:
    return Detector.load(package, face_detector=FixedBoxes(box), **options)


def test_both_parts_make_the_score_and_are_told(tmp_path: Path) -> None:
    expert_package(tmp_path / "p")
    image = frame(150, (180, 100, 100))
    result = detector(tmp_path / "p").predict(image)
    cue, around = result.evidence
    face = image[52:108, 52:108].mean() / 255
    assert cue.raw == pytest.approx(face, abs=0.01)
    assert cue.log_odds == pytest.approx(SLOPE * face + OFFSET, abs=0.08)
    assert cue.box == Box(52, 52, 56, 56)
    seen = image[20:140, 20:140].mean((0, 1)) / 255
    assert around.raw == pytest.approx(10 * (seen[0] - seen[2]), abs=0.1)
    assert (around.box, around.inside, around.weight) == (Box(20, 20, 120, 120), 1.0, 1.0)
    total = (cue.contribution or 0) + (around.contribution or 0)
    assert result.score == pytest.approx(logistic(total))
    assert result.decision == "attack"


def test_a_face_at_the_border_is_judged_without_and_says_so(tmp_path: Path) -> None:
    expert_package(tmp_path / "p")
    result = detector(tmp_path / "p", CORNER, quality=None).predict(frame())
    cue, around = result.evidence
    assert around.raw is around.contribution is around.weight is None
    assert around.inside == pytest.approx(76 * 80 / 120**2)  # of 120 px about (16, 20)
    assert around.missing == ("42 % of what around looks at lies in the picture; it takes 50 %")
    assert cue.weight == 2.0  # that of both
    assert result.score == pytest.approx(logistic(2 * (cue.log_odds or 0)))


def test_or_it_is_rejected_by_the_packages_rule(tmp_path: Path) -> None:
    expert_package(tmp_path / "p", missing="rejected")
    result = detector(tmp_path / "p", CORNER, quality=None).predict(frame())
    assert (result.decision, result.reason, result.score) == ("rejected", "no_context", None)
    assert result.detail is not None
    assert "42 % of what around looks at" in result.detail
    assert result.advice
    assert [e.missing is None for e in result.evidence] == [True, False]
    assert result.counts.scored == 0
    assert detector(tmp_path / "p").predict(frame()).score is not None


def test_a_crop_of_a_face_alone_has_no_surroundings(tmp_path: Path) -> None:
    expert_package(tmp_path / "p")
    alone = Detector.load(tmp_path / "p", face_detector="none")
    image = frame()[52:108, 52:108]
    cue, around = alone.predict(image).evidence
    assert cue.box == Box(0, 0, 56, 56)
    assert around.inside == pytest.approx(1 / 9)
    assert around.missing


@pytest.mark.parametrize("value", [math.nan, math.inf, 3e38])
def test_an_expert_that_gives_no_number_rejects_the_face(tmp_path: Path, value: float) -> None:
    weights = [[value, 0.0]] * 3  # of which three overflow
    expert_package(tmp_path / "p", graph=mean_colour_graph(weights, bias=[value, 0.0]))
    found = detector(tmp_path / "p")
    result = found.predict(frame())
    assert (result.decision, result.reason) == ("rejected", "error")
    assert result.detail == "around gave an output that is no number"
    assert found.predict(iter([frame(seed=i) for i in range(6)])).reason == "error"


def test_a_batch_has_each_ones_own_evidence(tmp_path: Path) -> None:
    expert_package(tmp_path / "p")
    images = [frame(60 + 20 * i, (100 + 10 * i, 100, 100), i) for i in range(6)]
    found = detector(tmp_path / "p")
    for one, together in zip(map(found.predict, images), found.predict_batch(images), strict=True):
        assert together.score == pytest.approx(one.score, abs=1e-6)
        assert together.evidence[1] == one.evidence[1]


def test_one_buffer_that_is_filled_again_does_not_change_what_waits(tmp_path: Path) -> None:
    expert_package(tmp_path / "p")
    found, buffer = detector(tmp_path / "p"), frame(60)
    wanted = [found.predict(frame(60)).score, found.predict(frame(160)).score]

    def refilled() -> Any:
        for level in (60, 160):
            buffer[:] = frame(level)
            yield buffer

    assert [r.score for r in found.predict_batch(refilled())] == pytest.approx(wanted)


def test_frames_without_surroundings_are_refused_frames_of_a_recording(tmp_path: Path) -> None:
    expert_package(tmp_path / "p", missing="rejected")

    class Moving(FixedBoxes):
        seen = 0

        def detect(self, image: Image) -> list[Box]:
            self.seen += 1
            return [CORNER if self.seen % 5 == 0 else MIDDLE]

    found = Detector.load(tmp_path / "p", face_detector=Moving(), quality=None, early_exit=None)
    result = found.predict(iter([frame(seed=i) for i in range(10)]))
    assert (result.counts.sampled, result.counts.scored) == (10, 8)
    assert result.score is not None
    assert len(result.evidence) == 2
    never = detector(tmp_path / "p", CORNER, quality=None)
    result = never.predict(iter([frame(seed=i) for i in range(10)]))
    assert (result.decision, result.reason) == ("rejected", "no_context")


def test_the_command_tells_each_part_and_draws_what_was_looked_at(tmp_path: Path) -> None:
    expert_package(tmp_path / "p.spoofcue")
    # both pictures are faces alone: the second expert is missed
    small = Pil.fromarray(frame()[40:120, 40:120])
    small.save(tmp_path / "a.png")
    call = ["predict", str(tmp_path / "a.png"), "--model", str(tmp_path / "p.spoofcue")]
    call += ["--detector", "none"]
    told = CliRunner().invoke(app, [*call, "--json", "--cues", str(tmp_path / "cues")])
    (row,) = json.loads(told.stdout)
    assert [e["expert"] for e in row["evidence"]] == ["cue", "around"]
    assert row["evidence"][0]["contribution"] == pytest.approx(2 * row["evidence"][0]["log_odds"])
    assert "11 % of what around looks at" in row["evidence"][1]["missing"]
    sheet = np.asarray(Pil.open(row["cue"]))
    assert sheet.shape == (32, 4 * 32, 3)  # face, cue map, both, and the picture
    table = CliRunner().invoke(app, call, env={"COLUMNS": "200"}).stdout
    assert "without around" in table


def test_the_sheet_shows_the_rectangle_that_was_looked_at(tmp_path: Path) -> None:
    from spoofcue.detector.evidence_picture import COLOURS, surroundings

    expert_package(tmp_path / "p")
    image = np.full((160, 160, 3), 100, np.uint8)
    result = detector(tmp_path / "p", quality=None).predict(image, cues=True)
    assert result.frame is not None
    assert result.box is not None
    drawn = surroundings(result.frame, result.box, result.evidence[1:], 160)
    assert tuple(drawn[100, 20]) == COLOURS[1]  # left edge of 20..140
    assert tuple(drawn[100, 139]) == COLOURS[1]
    assert tuple(drawn[80, 60]) == COLOURS[0]  # of the face
    assert tuple(drawn[150, 150]) == (100, 100, 100)


def evaluated(data: Path, package: Path, out: Path) -> Any:
    call = ["evaluate", "--model", str(package), "--data", str(data), "--out", str(out)]
    return CliRunner().invoke(app, call, env={"COLUMNS": "200"})


def test_evaluating_crops_says_which_expert_had_nothing_to_look_at(tmp_path: Path) -> None:
    data = prepare(tmp_path / "data", people=2, takes=1)
    expert_package(tmp_path / "p")
    done = evaluated(data, tmp_path / "p", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "around had no evidence for 12 of 12 faces" in done.output.replace("\n", " ")
    stored = json.loads((tmp_path / "out" / "metrics.json").read_text())["experts"]
    assert stored["cue"] == {"faces": 12, "missing": 0, "why": None}
    assert stored["around"]["missing"] == 12
    call = ["evaluate", "--model", str(tmp_path / "p"), "--data", str(data), "--json"]
    printed = CliRunner().invoke(app, [*call, "--out", str(tmp_path / "again")])
    record = EvaluationRecord.from_tree(json.loads(printed.stdout), Path("printed"))
    assert record.experts is not None
    assert record.experts["around"].missing == 12
    assert "experts" not in record.evaluation
    expert_package(tmp_path / "q", missing="rejected")
    refused = evaluated(data, tmp_path / "q", tmp_path / "none")
    assert "gives none of the 6 dev faces" in str(refused.exception)
    assert not (tmp_path / "none").exists()


def test_evaluating_crops_with_surroundings_sees_them(tmp_path: Path) -> None:
    data = prepare(tmp_path / "data", people=2, takes=1)
    # 1.5 times the box of 20 x 24 lies in the pictures of 40 px
    expert_package(tmp_path / "p", crop={"scale": 1.5, "border": "pad"})
    done = evaluated(data, tmp_path / "p", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "had no evidence" not in done.output
    with (tmp_path / "out" / "test.csv").open() as file:
        (row, *_) = csv.DictReader(file)
    crop = np.asarray(Pil.open(data / row["crop"])).astype(float) / 255
    # the whole crop for the cue, and 36 px about the middle (15, 18) of the box for the other
    seen = np.zeros((36, 36, 3))
    seen[:, 3:] = crop[0:36, 0:33]
    raw = 10 * (seen.mean((0, 1))[0] - seen.mean((0, 1))[2])
    wanted = logistic(SLOPE * crop.mean() + OFFSET + raw)
    assert float(row["score"]) == pytest.approx(wanted, abs=0.02)


def test_its_threshold_is_set_and_it_is_compared_like_any_other(tmp_path: Path) -> None:
    data = prepare(tmp_path / "data", people=4, takes=3)
    crop = {"scale": 1.5, "border": "pad"}
    for name, graph in (
        ("p", None),
        ("q", mean_colour_graph([list(r[::-1]) for r in RED_OVER_BLUE])),
    ):
        expert_package(tmp_path / name, crop=crop, graph=graph)
        assert evaluated(data, tmp_path / name, tmp_path / f"{name}-out").exit_code == 0
    run = CliRunner().invoke
    call = ["model", "calibrate", str(tmp_path / "p"), "--scores", str(tmp_path / "p-out/dev.csv")]
    done = run(app, [*call, "--target", "eer", "--out", str(tmp_path / "own.spoofcue")])
    assert done.exit_code == 0, done.output
    own = read_package(tmp_path / "own.spoofcue").spec
    assert own.experts == read_package(tmp_path / "p").spec.experts
    assert own.threshold.rule == "eer"
    names = [f"{n}={tmp_path / f'{n}-out'}" for n in "pq"]
    page = run(app, ["compare", *names, "--out", str(tmp_path / "c.html"), "--bootstrap", "0"])
    assert page.exit_code == 0, page.output
    assert (tmp_path / "c.html").is_file()
    pictures = tmp_path / "live"
    pictures.mkdir()
    for i in range(6):
        Pil.fromarray(frame(90 + i, seed=i)).save(pictures / f"{i}.png")
    call = ["model", "calibrate", str(tmp_path / "p"), "--live", str(pictures)]
    done = run(app, [*call, "--target", "bpcer=0.5", "--out", str(tmp_path / "mine.spoofcue")])
    assert done.exit_code == 0, done.output
    assert read_package(tmp_path / "mine.spoofcue").spec.threshold.live == 6
