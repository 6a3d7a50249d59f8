"""Every way to hand a picture over, and calls that must say at once what they want."""

from __future__ import annotations

import io
import pickle
import tempfile
import zipfile
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil

from helpers.made_detector import Image, made, picture
from spoofcue.detector.detector import Detector
from spoofcue.detector.early_exit import ExitRule
from spoofcue.detector.quality import QualityLimits
from spoofcue.errors import InputError
from spoofcue.simulate.people import RenderedPerson


def encoded(image: Image) -> bytes:
    file = io.BytesIO()
    Pil.fromarray(image).save(file, "PNG")
    return file.getvalue()


class StarletteUpload:
    """Its own reading is a coroutine; the file below it is an ordinary one."""

    def __init__(self, data: bytes) -> None:
        self.file = io.BytesIO(data)

    async def read(self, size: int = -1) -> bytes:
        return self.file.read(size)


class DjangoUpload:
    """Iterating it gives chunks, which are no pictures."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def __iter__(self) -> Any:
        return iter(self._file)


class PathLike:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


def from_spooled(data: bytes, folder: Path) -> Any:
    file = tempfile.SpooledTemporaryFile()  # noqa: SIM115
    file.write(data)  # left at its end, as frameworks do
    return file


def from_zip(data: bytes, folder: Path) -> Any:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("a.png", data)
    return zipfile.ZipFile(folder / "a.zip").open("a.png")


def from_file(data: bytes, folder: Path) -> Any:
    (folder / "a.png").write_bytes(data)
    return (folder / "a.png").open("rb")


def from_path(data: bytes, folder: Path) -> Any:
    (folder / "a.png").write_bytes(data)
    return PathLike(folder / "a.png")


@pytest.mark.parametrize(
    "handed_over",
    [
        lambda data, folder: io.BytesIO(data),
        lambda data, folder: StarletteUpload(data),
        lambda data, folder: DjangoUpload(data),
        lambda data, folder: memoryview(data),
        from_spooled,
        from_zip,
        from_file,
        from_path,
    ],
)
def test_open_files_and_uploads_are_the_picture_that_they_hold(
    handed_over: Callable[[bytes, Path], Any], tmp_path: Path
) -> None:
    data = encoded(picture(150))
    wanted = made().predict(data).score
    assert wanted is not None
    assert made().predict(handed_over(data, tmp_path)).score == wanted
    assert [r.score for r in made().predict_batch([handed_over(data, tmp_path)])] == [wanted]
    assert [r.score for r in made().predict_faces(handed_over(data, tmp_path))] == [wanted]


def test_a_file_that_was_read_before_is_read_from_its_start() -> None:
    file = io.BytesIO(encoded(picture(150)))
    first, second = made().predict(file), made().predict(file)
    assert first.score == second.score is not None


class BrokenFile:
    def read(self, size: int = -1) -> bytes:
        raise OSError("the disk was pulled out")


def test_an_open_file_that_breaks_or_is_no_picture_is_rejected() -> None:
    for file in (BrokenFile(), io.BytesIO(b""), io.BytesIO(b"hello")):
        result = made().predict(file)
        assert (result.decision, result.reason) == ("rejected", "unreadable")


class Endless:
    def read(self, size: int = -1) -> bytes:
        assert 0 < size < 1 << 30, "more is asked for than memory holds"
        return bytes(size)


def test_an_endless_file_is_read_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spoofcue.detector.sources.MAX_UPLOAD", 1000)
    result = made().predict(Endless())
    assert (result.decision, result.reason) == ("rejected", "too_large")


def test_a_file_opened_as_text_is_refused_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("hello")
    with (tmp_path / "a.txt").open() as file, pytest.raises(InputError, match="'rb'"):
        made().predict(file)
    with pytest.raises(InputError, match="'rb'"):
        made().predict(io.StringIO("hello"))


class Tensor:
    def __array__(self) -> Image:
        return picture(150)

    def __iter__(self) -> Any:
        return iter(picture(150))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda d: d.predict(""), "the path is empty"),
        (lambda d: d.predict(None), "NoneType"),
        (lambda d: d.predict(3), "int"),
        (lambda d: d.predict({"a": 1}), "dict"),
        (lambda d: d.predict(Tensor()), "NumPy array"),
        (lambda d: d.predict(picture().astype(np.int64)), "uint8"),
        (lambda d: d.predict(picture(), color="gbr"), "color='gbr'"),
        (lambda d: d.predict_batch("faces"), "not one str"),
        (lambda d: d.predict_batch(Path("faces")), "PosixPath|WindowsPath"),
        (lambda d: d.predict_batch(b"faces"), "not one bytes"),
        (lambda d: d.predict_batch(picture()), "not one ndarray"),
        (lambda d: d.predict_batch(Pil.fromarray(picture())), "not one Image"),
        (lambda d: d.predict_batch(io.BytesIO(b"faces")), "not one BytesIO"),
        (lambda d: d.predict_batch({"a": "b"}), "not one dict"),
        (lambda d: d.predict_batch(3), "not one int"),
        (lambda d: d.predict_faces([picture(), picture()]), "predict_batch"),
        (lambda d: d.predict_faces((picture(),)), "predict_batch"),
    ],
)
def test_wrong_calls_say_what_is_wanted(call: Callable[[Any], Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        call(made())


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"quality": True}, "quality=True"),
        ({"quality": {"min_sharpness": 1}}, "QualityLimits"),
        ({"early_exit": False}, "early_exit=False"),
        ({"early_exit": 5}, "early_exit=5"),
        ({"frames": 2.5}, "frames=2.5"),
        ({"frames": True}, "frames=True"),
        ({"frames": "10"}, "frames='10'"),
        ({"frames": 0}, "frames=0"),
        ({"search": "quick"}, "search='quick'"),
        ({"color": "BGR "}, "color='BGR '"),
        ({"threshold": "0.5"}, "threshold='0.5'"),
        ({"threshold": True}, "threshold=True"),
        ({"threshold": float("nan")}, "threshold=nan"),
        ({"threshold": 1.5}, "threshold=1.5"),
        ({"model": ""}, "name is empty"),
        ({"model": True}, "model=True"),
        ({"model": 7}, "model=7"),
        ({"runtime": ""}, "runtime ''"),
        ({"threads": 1.5}, "threads=1.5"),
        ({"threads": 0}, "threads=0"),
        ({"face_detector": 3}, "face_detector=3"),
        ({"face_detector": "haar"}, "haar"),
    ],
)
def test_loading_says_at_once_what_an_option_wants(option: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        Detector.load(**option)


@pytest.mark.parametrize("value", [float("nan"), -1.0, 1e9, "a", True, None])
@pytest.mark.parametrize("name", QualityLimits.__dataclass_fields__)
def test_limits_of_quality_are_numbers_in_their_range(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=name):
        QualityLimits(**{name: value})


@pytest.mark.parametrize(
    "option", [{"min_frames": 1}, {"min_frames": 2.5}, {"z": 0}, {"z": float("nan")}, {"z": "4"}]
)
def test_the_rule_of_early_exit_is_checked(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(option))):
        ExitRule(**option)


def test_arrays_of_opencv_give_the_scores_of_the_file_if_they_are_called_bgr() -> None:
    photo = RenderedPerson("person-3", 0).live("session-any", 3).photo
    bgr = photo[..., ::-1]
    detector = Detector.load()
    wanted = detector.predict(encoded(photo)).score
    assert wanted is not None
    assert detector.predict(bgr).score != wanted
    assert detector.predict(bgr, color="bgr").score == wanted
    assert detector.predict_faces(bgr, color="bgr")[0].score == (
        detector.predict_faces(encoded(photo))[0].score
    )
    assert detector.predict_batch([bgr], color="bgr")[0].score == wanted
    assert detector.predict(np.stack([bgr, bgr]), color="bgr").score == pytest.approx(wanted)
    assert detector.predict(iter([bgr, bgr]), color="bgr").score == pytest.approx(wanted)
    of_opencv = Detector.load(color="bgr")
    assert of_opencv.predict(bgr).score == wanted
    assert of_opencv.predict(photo, color="rgb").score == wanted
    # a file says itself what its channels are
    assert of_opencv.predict(encoded(photo)).score == wanted


def decide(job: tuple[Detector, Image]) -> tuple[str, float | None, float]:
    detector, photo = job
    result = detector.predict(photo)
    return result.decision, result.score, detector.threshold


def test_a_detector_works_in_a_process_that_was_spawned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photo = RenderedPerson("person-3", 0).live("session-any", 3).photo
    detector = Detector.load(threshold=0.9, frames=3)
    monkeypatch.setenv("SPOOFCUE_MODEL", "another")  # in the worker it would be another model
    with get_context("spawn").Pool(1) as pool:
        assert pool.map(decide, [(detector, photo)]) == [decide((detector, photo))]


def test_a_calibrated_detector_keeps_its_threshold_when_it_is_sent() -> None:
    detector = Detector.load().calibrate([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1])
    again = pickle.loads(pickle.dumps(detector))
    assert again.threshold_facts == detector.threshold_facts
    assert again.model_id == detector.model_id


def test_a_detector_of_live_objects_says_why_it_cannot_be_sent() -> None:
    with pytest.raises(InputError, match=r"Detector\.load"):
        pickle.dumps(made())

    class Local:
        name = "local"

        def detect(self, image: Image) -> list[Any]:
            return []

    with pytest.raises(InputError, match="face_detector"):
        pickle.dumps(Detector.load(face_detector=Local()))
