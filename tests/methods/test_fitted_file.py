from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from helpers.resized_by_hand import BY_HAND, farthest
from helpers.striped_faces import prepared
from spoofcue.errors import InputError
from spoofcue.methods.fitted_file import read_fitted
from spoofcue.methods.settings import load_settings
from spoofcue.scoring.face import Face
from spoofcue.scoring.fitted import FittedModel
from spoofcue.training.any_method import train_run


class Harmful:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.trace,)


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("stored")
    data = prepared(root / "data", splits=("train",))
    train_run(data, root / "lbp", load_settings("small", None, ["method=lbp"]))
    return root / "lbp" / "model.npz"


def altered(fitted: Path, path: Path, **changes: object) -> Path:
    """The file with some arrays changed; None drops one."""
    with np.load(fitted) as file:
        arrays = {**{k: file[k] for k in file.files}, **changes}
    np.savez(path, **{k: v for k, v in arrays.items() if v is not None})  # type: ignore[arg-type]
    return path


def told(fitted: Path, settings: dict[str, object] | None = None, **changes: object) -> np.ndarray:
    """What the file tells of itself, with changes."""
    with np.load(fitted) as file:
        about = json.loads(str(file["about"])) | changes
    about["settings"] |= settings or {}
    if about["settings"]["method"] != "lbp":
        del about["settings"]["lbp"]  # of another method: its own settings have their defaults
    return np.array(json.dumps(about))


def test_content_comes_back(fitted: Path) -> None:
    stored = read_fitted(fitted)
    assert stored.method.settings.method == "lbp"
    assert stored.method.model["support"].shape[1] == 833
    assert stored.method.weights == {}
    assert not list(fitted.parent.glob("*.part"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(fitted: Path, tmp_path: Path, share: float) -> None:
    whole = fitted.read_bytes()
    path = tmp_path / "model.npz"
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match="cut off or no model file"):
        read_fitted(path)


def test_a_flipped_byte_is_refused(fitted: Path, tmp_path: Path) -> None:
    whole = bytearray(fitted.read_bytes())
    whole[len(whole) // 2] ^= 0x10
    path = tmp_path / "model.npz"
    path.write_bytes(whole)
    with pytest.raises(InputError, match="cut off or no model file"):
        read_fitted(path)


def test_pickles_are_refused_unread(fitted: Path, tmp_path: Path) -> None:
    """As an array in the archive, as the whole file, and as a bare .npy."""
    trace, path = tmp_path / "trace", tmp_path / "model.npz"
    bad = np.array([Harmful(trace)], dtype=object)
    with pytest.raises(InputError, match="pickled objects"):
        read_fitted(altered(fitted, path, mean=bad))
    path.write_bytes(pickle.dumps(Harmful(trace)))
    with pytest.raises(InputError, match=r"pickled|no model file"):
        read_fitted(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(InputError, match="no model file"):
        read_fitted(path)
    assert not trace.exists()


def test_wrong_content_is_named(fitted: Path, tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    for changes, message in (
        ({"gamma": None}, "a model of lbp holds"),
        ({"extra": np.zeros(2)}, "'extra'"),
        ({"mean": np.zeros(5)}, r"scale is float64 \(833,\) and does not fit"),
        ({"mean": np.zeros(833, np.float32)}, r"mean is float32"),
        ({"mean": np.full(833, np.nan)}, "not finite"),
        ({"scale": np.zeros(833)}, "scale must be above 0"),
        ({"about": None}, "does not tell what it holds"),
        ({"about": np.array("{}")}, "does not tell what it holds"),
        ({"about": told(fitted, format=99)}, "format 99"),
        ({"about": told(fitted, settings={"method": "cnn"})}, "cnn is no classical"),
        ({"about": told(fitted, settings={"method": "gmm"})}, "a model of gmm holds"),
        ({"about": told(fitted, settings={"methud": "gmm"})}, "methud"),
        ({"encoder.conv1.weight": np.zeros(3)}, "wrong encoder part"),
    ):
        with pytest.raises(InputError, match=message):
            read_fitted(altered(fitted, path, **changes))


def test_another_methods_file_is_refused(fitted: Path, tmp_path: Path) -> None:
    """By the run's own settings; and by the number of features if the file lies about itself."""
    lie = told(fitted, settings={"method": "color-texture"})
    altered(fitted, tmp_path / "model.npz", about=lie)
    with pytest.raises(InputError, match="833 features; color-texture has 354"):
        FittedModel(tmp_path)
    (tmp_path / "model.npz").write_bytes(fitted.read_bytes())
    (tmp_path / "config.yaml").write_text("method: gmm\n")
    with pytest.raises(InputError, match=r"is a model of lbp, but .* is a run of gmm"):
        FittedModel(tmp_path)


@pytest.mark.parametrize("meant", ["bilinear", "area"])
def test_faces_are_shrunk_as_when_it_was_fitted(meant: str, fitted: Path, tmp_path: Path) -> None:
    about = json.loads(str(told(fitted)))
    about["settings"]["input"]["shrink"] = meant
    altered(fitted, tmp_path / "model.npz", about=np.array(json.dumps(about)))
    crop = np.random.default_rng(3).integers(0, 256, (192, 192, 3), np.uint8)
    seen = FittedModel(tmp_path).score([Face.filling(crop)])[0].seen
    assert farthest(seen, BY_HAND[meant](crop, 64, 64)) <= 1
    assert farthest(seen, BY_HAND["area" if meant == "bilinear" else "bilinear"](crop, 64, 64)) > 30


def test_damaged_facts_and_no_file_are_told(fitted: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="finished run"):
        FittedModel(tmp_path)
    altered(fitted, tmp_path / "model.npz", about=told(fitted, facts=None))
    with pytest.raises(InputError, match="facts: Input should be"):
        FittedModel(tmp_path)
    altered(fitted, tmp_path / "model.npz", about=told(fitted, dev={"threshold": "high"}))
    with pytest.raises(InputError, match=r"dev\.threshold: Input should be"):
        FittedModel(tmp_path)
