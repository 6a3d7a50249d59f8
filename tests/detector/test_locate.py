from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest
from made_package import WEIGHTS, spec

from spoofcue.detector import locate
from spoofcue.detector.detector import Detector
from spoofcue.detector.locate import locate_model
from spoofcue.errors import InputError, PackageError
from spoofcue.package.write import write_package


def test_the_environment_comes_before_a_shipped_model_and_neither_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locate, "SHIPPED", tmp_path / "default")
    monkeypatch.delenv("SPOOFCUE_MODEL", raising=False)
    with pytest.raises(InputError, match="SPOOFCUE_MODEL"):
        Detector.load()
    write_package(tmp_path / "default", spec(), WEIGHTS)
    assert locate_model(None) == tmp_path / "default"
    monkeypatch.setenv("SPOOFCUE_MODEL", str(tmp_path / "own"))
    assert locate_model(None) == tmp_path / "own"
    assert locate_model("runs/first") == Path("runs/first")


def test_the_hub_gives_the_files_of_a_package_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = tmp_path / "remote"
    write_package(remote, spec(), WEIGHTS)
    (remote / ".gitattributes").write_text("*.onnx lfs")
    hub, asked = ModuleType("huggingface_hub"), []

    def snapshot_download(repository: str, allow_patterns: list[str]) -> str:
        asked.append(repository)
        if repository == "owner/none":
            raise OSError("404")
        local = tmp_path / "cache"
        local.mkdir(exist_ok=True)
        for path in remote.iterdir():
            if path.name in allow_patterns:
                shutil.copy(path, local / path.name)
        return str(local)

    hub.snapshot_download = snapshot_download  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    folder = locate_model("hf:owner/name")
    assert asked == ["owner/name"]
    assert {p.name for p in folder.iterdir()} == {"spoofcue.json", "README.md", "model.onnx"}
    with pytest.raises(InputError, match="404"):
        locate_model("hf:owner/none")
    for wrong in ("hf:owner", "hf:owner/name/file", "hf:/name"):
        with pytest.raises(InputError, match="hf:owner/name"):
            locate_model(wrong)
    (remote / "model.onnx").write_bytes(b"\x08 another model of the same name")
    with pytest.raises(PackageError):
        Detector.load("hf:owner/name")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(InputError, match="pip install huggingface_hub"):
        locate_model("hf:owner/name")
