"""Camera profiles: what they hold, what they change, and that none is believed unchecked."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from helpers.family_package import family_package, picture
from spoofcue.errors import InputError, PackageError
from spoofcue.faces.box import Box
from spoofcue.metrics.scores import ScoreSet
from spoofcue.package.calibration import threshold_facts, write_calibrated
from spoofcue.package.profile import FURTHEST, LEAST_PICTURES, SPREAD, OddsAlignment
from spoofcue.package.read import Package, read_package
from spoofcue.package.write import without_profile
from spoofcue.scoring.camera_profile import CameraKnowledge, Rescorer, Seen
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face

FACE = Box(60, 60, 40, 40)


Colour = tuple[int, int, int]


def seen(model: PackagedModel, colours: list[Colour]) -> tuple[list[Seen], list[float]]:
    faces = [Face(picture(colour, 6, at), FACE) for at, colour in enumerate(colours)]
    scores = model.score(faces)
    return [score.evidence for score in scores], [score.score for score in scores]


def reddish(count: int) -> list[Colour]:
    """Live faces of a camera with a red cast, which this package takes for attacks."""
    return [(170, 128, 128)] * count


def with_profile(package: Package, out: Path, pictures: int = 12) -> Package:
    model = PackagedModel(package, profile=False)
    live, _ = seen(model, reddish(pictures))
    camera = CameraKnowledge.of(package.spec, live)
    scores = Rescorer(package).held_out(live)
    facts = threshold_facts(ScoreSet.of(scores, [0] * pictures), "bpcer=0.1", "calibrated on own")
    return write_calibrated(
        package, facts, "", out, camera.stored(model.facts.id, model.threshold)
    ).package


def test_rescoring_without_knowledge_gives_the_scores_of_the_model(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    evidence, scores = seen(PackagedModel(package), [(128, 128, 128), (200, 90, 80), (10, 20, 250)])
    assert Rescorer(package).scores(evidence, None) == scores
    assert scores[0] < 0.9 < scores[1]


def test_a_profile_in_use_gives_the_scores_that_rescoring_promised(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    made = with_profile(package, tmp_path / "door.spoofcue")
    colours = [(170, 128, 128), (128, 128, 128), (240, 60, 60)]
    evidence, plain = seen(PackagedModel(package), colours)
    _, used = seen(PackagedModel(made), colours)
    camera = CameraKnowledge.read(made)
    np.testing.assert_allclose(Rescorer(package).scores(evidence, camera), used, rtol=1e-6)
    assert plain[0] > 0.9 > used[0]  # a live face of the red camera
    assert used[2] > 0.9


def test_each_live_face_is_scored_by_what_the_others_tell(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    live, _ = seen(PackagedModel(package), reddish(8))
    again = Rescorer(package)
    by_hand = [
        again.scores([live[k]], CameraKnowledge.of(package.spec, live[:k] + live[k + 1 :]))[0]
        for k in range(8)
    ]
    np.testing.assert_allclose(again.held_out(live), by_hand, rtol=1e-9)
    all_in = again.scores(live, CameraKnowledge.of(package.spec, live))
    assert np.mean(by_hand) > np.mean(all_in)


def test_without_its_profile_a_package_is_the_one_that_it_was(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    made = with_profile(package, tmp_path / "door.spoofcue")
    colours = [(170, 128, 128), (128, 128, 128)]
    plain, unused = PackagedModel(package), PackagedModel(made, profile=False)
    assert seen(unused, colours)[1] == seen(plain, colours)[1]
    assert (unused.facts.id, unused.threshold.value) == (package.id, 0.9)
    assert PackagedModel(made).facts.id == made.id != package.id
    assert made.spec.scores_as == []
    removed = without_profile(made, tmp_path / "plain.spoofcue")
    assert removed.spec.profile is None
    assert removed.spec.threshold.value == 0.9
    assert removed.spec.scores_as == [package.id]
    assert set(removed.weights) == set(package.weights)
    with pytest.raises(InputError, match="no camera profile"):
        without_profile(removed, tmp_path / "again.spoofcue")


def test_a_profile_holds_averages_alone(tmp_path: Path) -> None:
    """Two numbers and a covariance a channel: shuffled pictures give the same one."""
    package = family_package(tmp_path / "p")
    made = with_profile(package, tmp_path / "door")
    tensors = load(made.weights["profile.safetensors"])
    assert {n: t.shape for n, t in tensors.items()} == {
        f"{name}.{what}": shape
        for name in ("face", "wide")
        for what, shape in (("mean", (3,)), ("covariance", (3, 3)))
    }
    live, _ = seen(PackagedModel(package), reddish(12))
    one = CameraKnowledge.of(package.spec, live)
    other = CameraKnowledge.of(package.spec, live[::-1])
    np.testing.assert_allclose(one.features["face"].mean, other.features["face"].mean)


def test_fewer_pictures_than_five_make_no_profile(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    live, _ = seen(PackagedModel(package), reddish(LEAST_PICTURES - 1))
    camera = CameraKnowledge.of(package.spec, live)
    assert (camera.features, camera.odds) == ({}, {})
    with pytest.raises(InputError, match="5 live faces or more, and there are 4"):
        camera.stored(package.id, package.spec.threshold)


def test_an_expert_that_saw_too_few_faces_is_left_as_it_is(tmp_path: Path) -> None:
    package = family_package(tmp_path / "p")
    model = PackagedModel(package)
    near = [Face(picture((150, 128, 128), 6, k), Box(0, 0, 160, 160)) for k in range(9)]
    evidence = [score.evidence for score in model.score(near)]
    assert all(e[2].missing for e in evidence)
    camera = CameraKnowledge.of(package.spec, evidence)
    assert set(camera.features) == {"face", "wide"}
    assert camera.odds == {}


def test_log_odds_are_counted_from_the_cameras_mean() -> None:
    steady = OddsAlignment(pictures=9, mean=-8.0, spread=0.0)
    assert steady.aligned(-8.0) == 0
    assert steady.aligned(-6.0) == pytest.approx(2.0)
    assert steady.aligned(1e6) == SPREAD * FURTHEST
    restless = OddsAlignment(pictures=9, mean=-8.0, spread=3.0)
    assert 0 < restless.aligned(-6.0) < steady.aligned(-6.0)


def rewritten(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    """Another file of tensors, with hash and size that fit."""
    data = save(tensors)
    folder.joinpath("profile.safetensors").write_bytes(data)
    tree = json.loads((folder / "spoofcue.json").read_text())
    tree["profile"]["files"]["profile.safetensors"] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }
    (folder / "spoofcue.json").write_text(json.dumps(tree))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("face.mean", np.zeros(4, np.float32)),
        ("face.mean", np.array([0, np.inf, 0], np.float32)),
        ("face.covariance", -np.eye(3, dtype=np.float32)),
        ("face.covariance", np.triu(np.ones((3, 3), np.float32))),
        ("wide.mean", None),
    ],
)
def test_tensors_that_are_none_are_refused(
    tmp_path: Path, name: str, value: np.ndarray | None
) -> None:
    made = with_profile(family_package(tmp_path / "p"), tmp_path / "door")
    tensors = dict(load(made.weights["profile.safetensors"]))
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    rewritten(tmp_path / "door", tensors)
    with pytest.raises(PackageError) as caught:
        PackagedModel(tmp_path / "door")
    assert caught.value.reason == "contents"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"pictures": 4}, "pictures"),
        ({"version": 2}, "version"),
        ({"files": {}}, "lacks the file"),
        ({"experts": {"nobody": {"kind": "features", "pictures": 9}}}, "nobody"),
        ({"experts": {"around": {"kind": "features", "pictures": 9}}}, "do not fit"),
    ],
)
def test_a_profile_that_does_not_fit_is_refused(
    tmp_path: Path, change: dict[str, object], says: str
) -> None:
    with_profile(family_package(tmp_path / "p"), tmp_path / "door")
    file = tmp_path / "door" / "spoofcue.json"
    tree = json.loads(file.read_text())
    tree["profile"] |= change
    file.write_text(json.dumps(tree))
    with pytest.raises(PackageError, match=says):
        read_package(tmp_path / "door")
