"""The model in the wheel: sound, small, told of, and at work without torch or a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.resized_by_hand import bilinear, block_means
from spoofcue.detector.detector import Detector
from spoofcue.package.expert import FamilyExpert
from spoofcue.package.read import read_package
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.scoring.experts import detectors_of
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import NAMED, SHIPPED
from spoofcue.simulate.people import RenderedPerson

OFFLINE = """
import socket, sys
def refuse(*a, **k): raise AssertionError("a socket was opened")
socket.socket.connect = refuse
from spoofcue import Detector
result = Detector.load(face_detector=sys.argv[2]).predict(sys.argv[1])
heavy = {"torch", "polars", "yaml", "openvino", "huggingface_hub"} & set(sys.modules)
assert not heavy, heavy
print(result.decision, result.score)
"""


@pytest.mark.parametrize("name", NAMED)
def test_packages_are_sound_small_and_say_where_they_come_from(name: str) -> None:
    spec = read_package(NAMED[name]).spec
    assert sum(f.size for f in spec.files.values()) <= 8_000_000
    assert spec.weights == "onnx fp32"
    assert spec.detector == "yunet"
    assert set(spec.points) == {"convenient", "balanced", "strict"}
    assert spec.threshold.value == spec.points["balanced"].threshold
    thresholds = [spec.points[n].threshold for n in ("convenient", "balanced", "strict")]
    assert thresholds == sorted(thresholds, reverse=True)
    card = spec.card
    assert card is not None
    assert len(card.evaluation) > 2
    assert all((card.intended_use, card.not_for, card.training_data, card.limitations))
    assert card.fairness
    text = (NAMED[name] / "README.md").read_text(encoding="utf-8")
    assert "APCER print" in text  # error rates by PAI species
    assert "worst set" in text


def test_ours_alone_is_a_part_of_the_default() -> None:
    both, ours = read_package(SHIPPED), read_package(NAMED["cue"])
    assert [e.name for e in ours.spec.experts] == ["face", "around"]
    assert both.spec.experts[:2] == ours.spec.experts
    assert all(both.weights[name] == data for name, data in ours.weights.items())
    assert Detector.load("cue").model_id == ours.id
    whose = {e.name for e in both.spec.experts[2:]}
    assert whose == {"minifasnet-v2", "minifasnet-v1se"}
    assert "Minivision" in (both.spec.card.authors or "") if both.spec.card else False


@pytest.mark.parametrize("name", NAMED)
def test_no_path_of_the_machine_that_made_it(name: str) -> None:
    for file in sorted(NAMED[name].iterdir()):
        data = file.read_bytes()
        for mark in (b"/tmp", b"/home", b"/work", b"site-packages", b"Traceback", b'.py", line'):
            assert mark not in data, (file, mark)


@pytest.fixture
def face(tmp_path: Path) -> Path:
    path = tmp_path / "face.jpg"
    photo = RenderedPerson("person-3", 0).live("session-any", 3).photo
    Image.fromarray(photo).save(path, quality=92)
    return path


@pytest.mark.parametrize("finder", ["dlib", "yunet"])
def test_one_call_needs_no_torch_and_no_network(face: Path, tmp_path: Path, finder: str) -> None:
    # what the base install has; this one may have more
    base = {k: v for k, v in os.environ.items() if k != "SPOOFCUE_MODEL"}
    base["SPOOFCUE_RUNTIME"] = "onnxruntime"
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, str(face), finder],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env=base,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    decision, score = done.stdout.split()
    assert decision in ("live", "attack")
    assert 0 <= float(score) <= 1


def test_it_sees_faces_averaged_as_in_its_training(face: Path) -> None:
    """A face of 576 px: blocks of 3 x 3 px become one; against the runtime alone."""
    package = read_package(NAMED["cue"])
    expert = package.spec.experts[0]
    assert isinstance(expert, FamilyExpert)
    crop = np.asarray(Image.open(face).convert("RGB").resize((576, 576)))
    (score,) = PackagedModel(package, "onnxruntime").score([Face.filling(crop)])
    network = OnnxRuntime(package.weights[expert.graph_file])
    detectors = detectors_of(expert, package.weights)

    def by_hand(small: np.ndarray) -> float:
        image = (np.rint(small).transpose(2, 0, 1)[None] - 127.5) / 127.5
        features = network.run(image.astype(np.float32))[0].mean(axis=(1, 2), dtype=np.float64)
        return float((detectors.weight @ features + detectors.offset).max())

    # the picture is the face: nothing is around it
    assert score.evidence[1].missing
    assert score.evidence[0].raw == pytest.approx(by_hand(block_means(crop, 192, 192)), rel=1e-5)
    assert score.evidence[0].raw != pytest.approx(by_hand(bilinear(crop, 192, 192)), rel=1e-3)
