from __future__ import annotations

import os
import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from PIL import Image

from spoofcue.errors import InputError
from spoofcue.scoring.evaluate import evaluate
from spoofcue.scoring.open_model import open_model


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (os.environ["TRAP"],)


@pytest.mark.parametrize("suffix", ["jpg", "ckpt", "onnx", "spoofcue", "pt", ""])
def test_a_picture_is_no_model(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.new("RGB", (9, 9)).save(path, format="jpeg")
    with pytest.raises(InputError, match=r"x\..*a JPEG picture") as refused:
        open_model(path)
    assert "\n" not in str(refused.value)
    assert "torch" not in str(refused.value)


def test_a_pickle_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAP", str(tmp_path / "sprung"))
    trap = pickle.dumps(_Trap())
    (tmp_path / "bare.ckpt").write_bytes(trap)
    with zipfile.ZipFile(tmp_path / "packed.ckpt", "w") as archive:
        archive.writestr("packed/data.pkl", trap)
        archive.writestr("packed/version", "3\n")
    for name in ("bare", "packed"):
        with pytest.raises(InputError, match=r"pickle|no checkpoint that can be read"):
            open_model(tmp_path / f"{name}.ckpt")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    "stored",
    [
        {"weights": 1},
        [1],
        {"spoofcue": 5},
        {"spoofcue": {}},
        {"spoofcue": {"settings": {}}},
        {"spoofcue": {"settings": {}}, "state_dict": 3},
        {"spoofcue": {"settings": {}}, "state_dict": {}},
    ],
)
def test_another_checkpoint_is_refused_in_one_line(tmp_path: Path, stored: object) -> None:
    torch.save(stored, tmp_path / "x.ckpt")
    with pytest.raises(InputError) as refused:
        open_model(tmp_path / "x.ckpt")
    assert str(refused.value).count("\n") == 0


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_checkpoint_that_was_cut_off(tmp_path: Path, share: float) -> None:
    torch.save({"spoofcue": {"settings": {}}, "state_dict": {}}, tmp_path / "x.ckpt")
    data = (tmp_path / "x.ckpt").read_bytes()
    (tmp_path / "x.ckpt").write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match="cut off"):
        open_model(tmp_path / "x.ckpt")


def test_what_is_not_there_is_said_not_to_exist(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="holds no checkpoints"):
        open_model(tmp_path / "empty")
    with pytest.raises(InputError, match="does not exist"):
        open_model(tmp_path / "nothere")
    with pytest.raises(InputError, match="nothere does not exist"):
        evaluate(tmp_path / "nothere")
