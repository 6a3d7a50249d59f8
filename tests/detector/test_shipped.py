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
from spoofcue.package.read import read_package
from spoofcue.runtime.with_onnxruntime import OnnxRuntime
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import SHIPPED
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


def test_package_is_sound_small_and_says_where_it_comes_from() -> None:
    spec = read_package(SHIPPED).spec
    assert sum(f.size for f in spec.files.values()) <= 8_000_000
    assert spec.weights == "onnx fp32"
    assert spec.parity is not None
    assert spec.parity.max < 1e-4
    facts = spec.threshold
    assert facts.rule.startswith("apcer")
    assert facts.target is not None
    assert facts.protocol
    assert facts.people
    assert spec.card is not None
    assert spec.card.evaluation
    assert all(
        (spec.card.intended_use, spec.card.not_for, spec.card.training_data, spec.card.limitations)
    )
    assert spec.card.fairness
    text = (SHIPPED / "README.md").read_text(encoding="utf-8")
    assert "print-any" in text  # error rates by PAI species
    assert spec.cue
    assert "/" not in spec.cue.training.model.weights


def test_no_path_of_the_machine_that_made_it() -> None:
    for name in ("spoofcue.json", "README.md", "model.onnx"):
        data = (SHIPPED / name).read_bytes()
        for mark in (b"/tmp", b"/home", b"/work", b"site-packages", b"Traceback", b'.py", line'):
            assert mark not in data, (name, mark)


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
    package = read_package(SHIPPED)
    expert = package.spec.cue
    assert expert
    assert expert.input.shrink == expert.training.input.shrink == "area"
    crop = np.asarray(Image.open(face).convert("RGB").resize((576, 576)))
    score = PackagedModel(package, "onnxruntime").score([Face.filling(crop)])[0].score
    network = OnnxRuntime(package.weights["model.onnx"])

    def by_hand(small: np.ndarray) -> float:
        image = (np.rint(small).transpose(2, 0, 1)[None] - 127.5) / 127.5
        return float(np.abs(network.cues(image.astype(np.float32)), dtype=np.float64).mean())

    assert score == pytest.approx(by_hand(block_means(crop, 192, 192)), rel=1e-6)
    assert score != pytest.approx(by_hand(bilinear(crop, 192, 192)), rel=1e-3)
