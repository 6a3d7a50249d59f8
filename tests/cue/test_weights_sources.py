"""Where weights are looked for, without any network."""

from __future__ import annotations

from pathlib import Path
from urllib.error import URLError

import huggingface_hub
import pytest
import torch
from safetensors.torch import save_file

from spoofcue.cue.encoder import ResNet18Encoder
from spoofcue.cue.weights import load_encoder_weights
from spoofcue.errors import InputError


def encoder() -> ResNet18Encoder:
    return ResNet18Encoder(width=8)


def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    return {
        k: torch.rand_like(v) for k, v in encoder().state_dict().items() if "num_batches" not in k
    }


@pytest.mark.parametrize(
    ("source", "repository", "file"),
    [
        ("hf:owner/name", "owner/name", "model.safetensors"),
        ("hf:owner/name/one.safetensors", "owner/name", "one.safetensors"),
        ("hf:owner/name/a/b.safetensors", "owner/name", "a/b.safetensors"),
    ],
)
def test_a_hub_repository_and_its_file(
    source: str, repository: str, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def download(repo_id: str, filename: str) -> str:
        asked.append((repo_id, filename))
        save_file(weights(), tmp_path / "got.safetensors")
        return str(tmp_path / "got.safetensors")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    loaded = encoder()
    load_encoder_weights(loaded, source)
    assert asked == [(repository, file)]
    assert torch.equal(loaded.conv1.weight, weights()["conv1.weight"])


def test_a_hub_that_does_not_answer_or_a_name_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def download(repo_id: str, filename: str) -> str:
        raise OSError("no way")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    told = r"could not fetch model\.safetensors of hub repository owner/name: no way"
    with pytest.raises(InputError, match=told):
        load_encoder_weights(encoder(), "hf:owner/name")
    with pytest.raises(InputError, match="hf:owner is not of the form hf:owner/name"):
        load_encoder_weights(encoder(), "hf:owner")


def test_an_address_is_fetched_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def download(url: str, target: str, hash_prefix: str | None, progress: bool) -> None:
        asked.append((url, target, hash_prefix, progress))
        torch.save(weights(), target)

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    for _ in range(2):
        load_encoder_weights(encoder(), "http://example.org/a/resnet18-0123.pth")
    place = str(tmp_path / "hub" / "checkpoints" / "resnet18-0123.pth")
    # The digest in a name is a promise of the public files alone.
    assert asked == [("http://example.org/a/resnet18-0123.pth", place, None, True)]


def test_an_address_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def download(*_: object, **__: object) -> None:
        raise URLError("nobody there")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    with pytest.raises(
        InputError, match=r"could not download https://example\.org/w\.pth: .*nobod"
    ):
        load_encoder_weights(encoder(), "https://example.org/w.pth")


def test_a_file_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    torch.save(weights(), tmp_path / "w.pth")
    loaded = encoder()
    load_encoder_weights(loaded, "~/w.pth")
    assert torch.equal(loaded.bn1.bias, weights()["bn1.bias"])
    with pytest.raises(InputError, match=r"no weights file .*none\.pth\. Give a \.pth or"):
        load_encoder_weights(encoder(), tmp_path / "none.pth")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ([torch.zeros(1)], r"is not a state dict \(a flat mapping"),
        ({"a": 1}, r"is not a state dict \(a flat mapping"),
    ],
)
def test_a_file_of_something_else(content: object, told: str, tmp_path: Path) -> None:
    torch.save(content, tmp_path / "w.pth")
    with pytest.raises(InputError, match=told):
        load_encoder_weights(encoder(), tmp_path / "w.pth")


def test_an_empty_file_is_told_by_the_kind_of_its_fault(tmp_path: Path) -> None:
    (tmp_path / "w.pth").touch()
    with pytest.raises(InputError, match=r"w\.pth is not a file of plain tensors: \w+"):
        load_encoder_weights(encoder(), tmp_path / "w.pth")
    (tmp_path / "w.safetensors").write_bytes(b"no")
    with pytest.raises(InputError, match=r"w\.safetensors is not a safetensors file: \w+"):
        load_encoder_weights(encoder(), tmp_path / "w.safetensors")


def test_at_most_eight_names_are_told(tmp_path: Path) -> None:
    for count, told in ((8, r"\[x0, .*, x7\]"), (10, r"\[x0, .*, x7 and 2 more\]")):
        torch.save(weights() | {f"x{k}": torch.zeros(1) for k in range(count)}, tmp_path / "w.pth")
        with pytest.raises(InputError, match=rf"missing keys \[\]; unexpected keys {told}$"):
            load_encoder_weights(encoder(), tmp_path / "w.pth")
