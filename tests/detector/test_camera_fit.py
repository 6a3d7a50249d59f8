"""A package fitted to a camera by its pictures, through the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from helpers.family_package import family_package, picture
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError
from spoofcue.package.read import read_package
from spoofcue.package.threshold import OperatingPoint

RED_LIVE, REDDER = (170, 128, 128), (235, 100, 100)


def pictures(folder: Path, colour: tuple[int, int, int], count: int, first: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for at in range(first, first + count):
        Image.fromarray(picture(colour, 8, at)).save(folder / f"{at}.png")
    return folder


def run(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    return result.exit_code, result.stdout


@pytest.fixture
def door(tmp_path: Path) -> Path:
    """A package fitted to 12 live pictures of a camera with a red cast."""
    family_package(tmp_path / "p")
    live = pictures(tmp_path / "live", RED_LIVE, 12)
    out = tmp_path / "door.spoofcue"
    code, _ = run("model", "calibrate", tmp_path / "p", "--live", live, "--out", out)
    assert code == 0
    return out


def test_live_faces_of_the_camera_get_in_and_attacks_do_not(door: Path, tmp_path: Path) -> None:
    plain, fitted = Detector.load(tmp_path / "p"), Detector.load(door)
    later = [picture(RED_LIVE, 8, at) for at in range(100, 110)]
    attack = picture(REDDER, 8, 7)
    assert [r.decision for r in plain.predict(later)] == ["attack"] * 10
    assert [r.decision for r in fitted.predict(later)].count("live") >= 9
    assert fitted.predict(attack).decision == "attack"
    assert fitted.model_id == read_package(door).id
    assert (plain.uses_profile, fitted.uses_profile) == (False, True)
    assert not Detector.load(door, profile=False).uses_profile


def test_the_threshold_is_of_scores_that_each_face_gets_from_the_others(
    tmp_path: Path, door: Path
) -> None:
    fitted = Detector.load(door)
    files = sorted((tmp_path / "live").iterdir())
    with_itself = [r.score for r in fitted.predict_batch(files)]
    facts = read_package(door).spec.threshold
    assert (facts.rule, facts.live) == ("expected-bpcer=0.08", 12)
    assert facts.value > max(score for score in with_itself if score is not None)


def test_without_the_profile_it_decides_as_before(door: Path, tmp_path: Path) -> None:
    plain, unused = Detector.load(tmp_path / "p"), Detector.load(door, profile=False)
    face = picture(RED_LIVE, 8, 50)
    assert unused.predict(face).score == plain.predict(face).score
    assert (unused.threshold, unused.model_id) == (plain.threshold, plain.model_id)
    Image.fromarray(face).save(tmp_path / "face.png")
    decided = []
    for option in ("--profile", "--no-profile"):
        _, out = run("predict", tmp_path / "face.png", "--model", door, option, "--json")
        decided.append(json.loads(out)[0]["decision"])
    assert decided == ["live", "attack"]


def test_a_second_fit_replaces_the_first(door: Path, tmp_path: Path) -> None:
    live = pictures(tmp_path / "other" / "live", (128, 128, 165), 9)
    again, fresh = tmp_path / "again.spoofcue", tmp_path / "fresh.spoofcue"
    assert run("model", "calibrate", door, "--live", live, "--out", again)[0] == 0
    assert run("model", "calibrate", tmp_path / "p", "--live", live, "--out", fresh)[0] == 0
    one, other = read_package(again), read_package(fresh)
    assert one.spec.threshold.value == other.spec.threshold.value
    assert one.weights == other.weights
    assert one.spec.profile is not None
    assert one.spec.profile.without == read_package(tmp_path / "p").spec.threshold
    code, out = run("model", "profile", again, "--json")
    assert (code, json.loads(out)["profile"]["pictures"]) == (0, 9)
    removed = tmp_path / "removed"
    assert run("model", "profile", again, "--remove", "--out", removed)[0] == 0
    assert read_package(removed).spec.threshold.value == 0.9
    assert run("model", "profile", again, "--remove")[0] != 0


def test_no_profile_sets_a_threshold_alone(door: Path, tmp_path: Path) -> None:
    out = tmp_path / "plain.spoofcue"
    words = ("--live", tmp_path / "live", "--no-profile", "--out", out)
    assert run("model", "calibrate", door, *words)[0] == 0
    made = read_package(out).spec
    assert made.profile is None
    assert made.threshold.value > 0.9
    assert made.scores_as == [read_package(tmp_path / "p").id]


def test_four_pictures_set_a_threshold_alone(tmp_path: Path) -> None:
    family_package(tmp_path / "p")
    live, out = pictures(tmp_path / "live", RED_LIVE, 4), tmp_path / "few.spoofcue"
    code, text = run("model", "calibrate", tmp_path / "p", "--live", live, "--out", out, "--json")
    assert (code, json.loads(text)["profile"]) == (0, None)
    assert read_package(out).spec.profile is None


def test_attacks_are_judged_with_the_profile_too(tmp_path: Path) -> None:
    family_package(tmp_path / "p")
    live = pictures(tmp_path / "live", RED_LIVE, 12)
    attack = pictures(tmp_path / "attack" / "print", REDDER, 6, 40)
    out = tmp_path / "door.spoofcue"
    words = ("--live", live, "--attack", attack.parent, "--out", out, "--json")
    code, _ = run("model", "calibrate", tmp_path / "p", *words)
    assert code == 0
    decisions = [r.decision for r in Detector.load(out).predict_batch(sorted(attack.iterdir()))]
    assert decisions == ["attack"] * 6


def test_evidence_of_a_profile_adds_up(door: Path) -> None:
    result = Detector.load(door).predict(picture(RED_LIVE, 8, 3))
    assert result.score is not None
    total = sum(e.contribution or 0 for e in result.evidence)
    assert result.score == pytest.approx(1 / (1 + np.exp(-total)))
    assert "features" not in json.dumps(result.to_dict())


def test_operating_points_are_chosen_by_name(tmp_path: Path) -> None:
    def point(threshold: float) -> OperatingPoint:
        return OperatingPoint(
            threshold=threshold, bpcer=0.1, bpcer_worst=0.2, apcer=0.1, apcer_worst=0.3,
            basis="made up", rule="bpcer=0.1",
        )  # fmt: skip

    points = {"convenient": point(0.99), "balanced": point(0.9), "strict": point(0.4)}
    family_package(tmp_path / "p", points=points)
    detector = Detector.load(tmp_path / "p", threshold="strict")
    assert (detector.threshold, detector.threshold_facts.source) == (0.4, "operating point strict")
    with pytest.raises(InputError, match="there are convenient, balanced, strict"):
        Detector.load(tmp_path / "p", threshold="lax")  # type: ignore[arg-type]
    Image.fromarray(picture((150, 128, 128))).save(tmp_path / "x.png")
    found = []
    for name in ("convenient", "strict"):
        _, out = run(
            "predict", tmp_path / "x.png", "--model", tmp_path / "p", "--threshold", name, "--json"
        )
        found.append(json.loads(out)[0]["threshold"])
    assert found == [0.99, 0.4]
    live, door = pictures(tmp_path / "live", RED_LIVE, 8), tmp_path / "door.spoofcue"
    assert run("model", "calibrate", tmp_path / "p", "--live", live, "--out", door)[0] == 0
    with pytest.raises(InputError, match="camera profile"):
        Detector.load(door, threshold="strict")
    assert Detector.load(door, threshold="strict", profile=False).threshold == 0.4


def test_an_expectation_promises_nothing_and_few_pictures_are_told(tmp_path: Path) -> None:
    family_package(tmp_path / "p")
    for count, warned in ((12, True), (21, False)):
        live, out = pictures(tmp_path / str(count), RED_LIVE, count), tmp_path / f"{count}.spoofcue"
        words = ["model", "calibrate", str(tmp_path / "p"), "--live", str(live), "--out", str(out)]
        result = CliRunner().invoke(app, [*words, "--json"])
        assert (json.loads(result.stdout)["warning"] is not None) is warned
        assert read_package(out).spec.threshold.supported is None
