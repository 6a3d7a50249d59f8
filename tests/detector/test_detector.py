from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image as Pil

from helpers.made_detector import FixedBoxes, Image, made, picture
from helpers.tiny_packages import exported, shared_run
from helpers.tiny_run import BrightModel
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.detector.evidence import EvidenceRule
from spoofcue.errors import InputError
from spoofcue.faces.box import Box
from spoofcue.faces.detect import WholePicture
from spoofcue.runtime.choice import installed
from spoofcue.scoring.face import Face, FaceScore


def encoded(image: Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Pil.fromarray(image).save(file, kind)
    return file.getvalue()


def test_every_way_to_give_a_picture_gives_the_same_decision(tmp_path: Path) -> None:
    image = picture(150)
    path = tmp_path / "a.png"
    path.write_bytes(encoded(image))
    detector = made()
    sources: list[Any] = [path, str(path), encoded(image), image, Pil.fromarray(image)]
    sources.append(image[:, ::-1][:, ::-1])  # a view with negative strides
    results = [detector.predict(s) for s in sources] + detector.predict(sources)
    for result in results:
        assert (result.decision, result.frames, result.faces) == ("attack", 1, 1)
        assert result.score == pytest.approx(image.mean() / 255, abs=1e-6)
        assert result.box == Box(0, 0, 64, 64)
    assert made(threshold=0.9).predict(path).is_live
    json.dumps(results[0].to_dict(), allow_nan=False)


class Breaking(BrightModel):
    """Breaks, or gives what is no number, for pictures brighter than 200."""

    def __init__(self, how: str) -> None:
        super().__init__()
        self._how = how

    def score(self, faces: Sequence[Face]) -> list[FaceScore]:
        bright = [face.frame.mean() > 200 for face in faces]
        if self._how == "raise" and any(bright):
            raise RuntimeError("out of memory")
        if self._how == "few" and any(bright):
            return []
        found = super().score(faces)
        value = {"nan": float("nan"), "minus": -float("inf")}.get(self._how)
        return [
            FaceScore(value, f.cue, f.seen) if b and value is not None else f
            for f, b in zip(found, bright, strict=True)
        ]


class NoDetector:
    name = "broken"

    def detect(self, image: Image) -> list[Box]:
        raise MemoryError("no memory")


@pytest.mark.parametrize(
    ("source", "options", "reason"),
    [
        ("nowhere.jpg", {}, "unreadable"),
        ("nowhere.mp4", {}, "unreadable"),
        (b"", {}, "unreadable"),
        (b"text", {}, "unreadable"),
        (encoded(picture(side=200), "JPEG")[:3000], {}, "unreadable"),
        (picture(), {"faces": FixedBoxes()}, "no_face"),
        (picture(), {"faces": NoDetector()}, "error"),
        (picture(side=15), {}, "face_too_small"),
        (picture(210), {"model": Breaking("raise")}, "error"),
        (picture(210), {"model": Breaking("few")}, "error"),
        (picture(210), {"model": Breaking("nan")}, "error"),
        (picture(210), {"model": Breaking("minus")}, "error"),
        ([], {}, "no_face"),
    ],
)
@pytest.mark.parametrize("as_video", [False, True])
def test_whatever_fails_is_rejected_and_never_live(
    source: Any, options: dict[str, Any], reason: str, as_video: bool
) -> None:
    if as_video and isinstance(source, np.ndarray):
        source = iter([source])
    elif isinstance(source, list):
        source = iter(source)
    result = made(threshold=1.0, **options).predict(source)
    assert (result.decision, result.reason) == ("rejected", reason)
    assert (result.score, result.frames, result.is_live) == (None, 0, False)
    assert result.detail


@pytest.mark.parametrize(
    "source",
    [
        np.zeros((64, 64, 3), np.int32),
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((0, 64, 3), np.uint8),
        None,
        3.5,
        {"image": 1},
        "https://example.org/face.jpg",
        iter([np.zeros((64, 64), np.uint8)]),
        iter(["a.jpg", "b.jpg"]),
    ],
)
def test_what_is_no_picture_at_all_is_an_error_of_the_caller(source: Any) -> None:
    if isinstance(source, Iterator) and not isinstance(source, np.ndarray):
        kept = list(source)
        if all(isinstance(x, str) for x in kept):  # paths in an iterator are frames that fail
            assert made().predict(iter(kept)).decision == "rejected"
            return
        source = iter(kept)
    with pytest.raises(InputError):
        made().predict(source)


def test_a_batch_is_judged_as_its_members_and_a_broken_one_costs_no_other() -> None:
    sides = (64, 40, 64, 15, 96)
    sources: list[Any] = [picture(40 + 20 * i, s, i) for i, s in enumerate(sides)]
    sources += [b"broken", picture(210), iter([picture(120)] * 3)]
    detector = made(model=Breaking("raise"))
    together = detector.predict_batch(s for s in sources)
    sources[-1] = iter([picture(120)] * 3)
    for one, source in zip(together, sources, strict=True):
        alone = detector.predict(source)
        assert (one.decision, one.reason, one.frames) == (
            alone.decision,
            alone.reason,
            alone.frames,
        )
        assert one.score == pytest.approx(alone.score, abs=1e-6)
    assert [r.reason for r in together] == [
        *(None, None, None, "face_too_small", None, "unreadable", "error", None)
    ]
    assert detector.predict_batch([]) == []


def test_more_pictures_than_a_chunk_keep_their_order() -> None:
    sources = [picture(60 + i % 100, 32, i) for i in range(130)]
    found = made().predict_batch(sources)
    assert [r.score for r in found] == pytest.approx([s.mean() / 255 for s in sources], abs=1e-6)


def test_the_largest_face_is_judged_and_all_faces_on_demand() -> None:
    image = np.concatenate([picture(180, 64), picture(60, 64)], axis=1)
    left, right = Box(4, 4, 56, 56), Box(70, 8, 27, 27)
    detector = made(faces=FixedBoxes(left, right))
    main = detector.predict(image)
    assert (main.box, main.faces, main.decision) == (left, 2, "attack")
    assert [(r.box, r.decision) for r in detector.predict_faces(image)] == [
        (left, "attack"),
        (right, "live"),
    ]


@pytest.mark.parametrize("brightness", [(60, 60), (60, 180), (180, 60)])
def test_of_two_faces_of_about_one_size_none_is_judged(brightness: tuple[int, int]) -> None:
    image = np.concatenate([picture(b, 64) for b in brightness], axis=1)
    left, right = Box(4, 4, 56, 56), Box(70, 8, 28, 28)
    detector = made(faces=FixedBoxes(left, right))
    for result in (detector.predict(image), *detector.predict_batch([image, image])):
        assert (result.decision, result.reason, result.box) == ("rejected", "several_faces", left)
        assert (result.faces, result.counts.with_face, result.counts.scored) == (2, 1, 0)
    assert [r.score is None for r in detector.predict_faces(image)] == [False, False]
    # quality may be left out, not this
    unchecked = made(faces=FixedBoxes(left, right), quality=None)
    assert unchecked.predict(image).reason == "several_faces"
    recording = detector.predict(iter([image] * 5))
    assert (recording.decision, recording.reason) == ("rejected", "several_faces")
    # two boxes about one face are one face, and a rule may ask for nothing of the kind
    within = Box(10, 10, 46, 46)
    assert made(faces=FixedBoxes(left, within)).predict(image).score is not None
    lenient = made(faces=FixedBoxes(left, right), evidence=EvidenceRule(second_face=2))
    assert lenient.predict(image).score is not None


def test_cue_maps_come_only_when_asked_for() -> None:
    image = picture(100)
    plain, shown = made().predict(image), made().predict(image, cues=True)
    assert plain.cue_map is None
    assert shown.cue_map is not None
    assert shown.face is not None
    assert shown.cue_map.shape == (3, 64, 64)
    np.testing.assert_allclose(shown.cue_map.transpose(1, 2, 0), shown.face / 255, atol=1e-6)


def test_timings_add_up() -> None:
    t = made().predict(encoded(picture(side=96))).timings
    parts = (t.decode, t.detect, t.crop, t.network)
    assert min(t.decode, t.crop, t.network) > 0
    assert sum(parts) <= t.total + 0.01


@pytest.mark.parametrize("load", [shared_run, lambda: exported("safetensors")])
def test_a_run_and_its_package_decide_alike_also_from_many_threads(
    load: Callable[[], Path],
) -> None:
    detector = Detector.load(load(), face_detector="none")
    sources = [picture(40 + 10 * i, 40 + 8 * i, i) for i in range(8)]
    alone = [detector.predict(s).score for s in sources]
    assert alone == pytest.approx(
        [f.score for s in sources for f in detector._model.score([Face.filling(s)])], abs=1e-6
    )
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(detector.predict, sources * 4))
    assert [r.score for r in together] == pytest.approx(alone * 4, abs=1e-5)
    assert detector.threshold == 0.02
    assert detector.model_id.startswith("run-")
    for bad in (float("nan"), -0.1, 1.5):
        with pytest.raises(InputError, match=r"0\.\.1"):
            Detector.load(load(), threshold=bad)
    assert Detector.load(load(), threshold=0.3, face_detector=WholePicture()).threshold == 0.3


def test_the_name_in_the_package_is_lazy() -> None:
    code = (
        "import sys; from spoofcue import Detector, Result\n"
        "import spoofcue.detector.detector as d\n"
        "assert Detector is d.Detector\n"
        "print('torch' in sys.modules, 'onnxruntime' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_a_package_is_used_without_the_training_packages(tmp_path: Path) -> None:
    image = picture(90, 80)
    Pil.fromarray(image).save(tmp_path / "a.png")
    blocked = ("torch", "onnx", "pytorch_lightning", "polars", "yaml", "safetensors")
    code = (
        f"import sys\nfor name in {blocked}: sys.modules[name] = None\n"
        "from spoofcue.cli.main import main; main()"
    )
    for runtime in ("onnxruntime", "openvino"):
        if not installed(runtime):
            continue
        call = ["predict", str(tmp_path), "--model", str(exported("onnx")), "--runtime", runtime]
        call += ["--detector", "none", "--threads", "1", "--json"]
        done = subprocess.run(
            [sys.executable, "-c", code, *call], capture_output=True, text=True, check=True
        )
        (row,) = json.loads(done.stdout)
        expected = Detector.load(shared_run(), face_detector="none").predict(image)
        assert row["score"] == pytest.approx(expected.score, abs=1e-5)
        assert (row["decision"], row["threshold"]) == (expected.decision, 0.02)


def test_the_command_tells_why_in_its_table(tmp_path: Path) -> None:
    Pil.fromarray(np.full((64, 64, 3), 3, np.uint8)).save(tmp_path / "dark.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    call = ["predict", str(tmp_path), "--model", str(shared_run()), "--detector", "none"]
    done = CliRunner().invoke(app, call, env={"COLUMNS": "200"})
    assert done.exit_code == 1
    # the table may break its lines: pytest's workers fix the width
    assert {"too_dark", "more", "light"} <= set(re.findall(r"[a-z_]+", done.stdout))
    loose = CliRunner().invoke(app, [*call, "--no-quality", "--json"])
    rows = {Path(r["path"]).name: r for r in json.loads(loose.stdout)}
    assert rows["dark.png"]["decision"] in ("live", "attack")
    assert rows["broken.png"]["reason"] == "unreadable"


def test_the_fast_search_is_for_one_face_and_can_be_turned_off() -> None:
    class Two(FixedBoxes):
        def detect_largest(self, image: Image) -> list[Box]:
            return self._boxes[:1]

    faces = Two(Box(0, 0, 64, 64), Box(0, 0, 50, 50))
    image = picture()
    assert made(faces=faces).predict(image).faces == 1
    assert made(faces=faces, search="full").predict(image).faces == 2
    assert len(made(faces=faces).predict_faces(image)) == 2
    assert made(faces=FixedBoxes(Box(0, 0, 64, 64))).predict(image).faces == 1
    with pytest.raises(InputError, match="fast and full"):
        made(search="quick")


def test_a_detector_calls_a_face_at_its_very_threshold_live() -> None:
    face = picture(100)
    score = made().predict(face).score
    assert score is not None
    assert made(threshold=score).predict(face).decision == "live"
    assert made(threshold=float(np.nextafter(score, 0))).predict(face).decision == "attack"
