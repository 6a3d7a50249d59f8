from __future__ import annotations

import io
import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

from helpers.made_package import WEIGHTS, spec
from spoofcue.cli.main import app
from spoofcue.errors import InputError, PackageError
from spoofcue.package import schema as limits
from spoofcue.package.archive import looks_like_pickle
from spoofcue.package.read import read_package
from spoofcue.package.schema import PackageSpec
from spoofcue.package.write import packed, write_package

NAMES = ["p", "p.spoofcue"]


@pytest.fixture(params=NAMES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / request.param
    write_package(made, spec(), WEIGHTS)
    return made


def test_in_memory_it_is_the_file_that_is_written(tmp_path: Path) -> None:
    written = write_package(tmp_path / "p.spoofcue", spec(), WEIGHTS)
    assert packed(spec(), WEIGHTS) == ((tmp_path / "p.spoofcue").read_bytes(), written.id)


def contents(path: Path) -> dict[str, bytes]:
    if path.is_dir():
        return {p.name: p.read_bytes() for p in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(path: Path, files: dict[str, bytes]) -> None:
    if path.is_dir():
        for old in path.iterdir():
            old.unlink()
        for name, data in files.items():
            (path / name).write_bytes(data)
        return
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def edited(**changes: object) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        tree = json.loads(files["spoofcue.json"]) | changes
        return files | {"spoofcue.json": json.dumps(tree).encode()}

    return change


def expert(**changes: object) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """Edited keys of the first expert."""

    def change(files: dict[str, bytes]) -> dict[str, bytes]:
        first, *others = json.loads(files["spoofcue.json"])["experts"]
        return edited(experts=[first | changes, *others])(files)

    return change


def without(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    return lambda files: {k: v for k, v in files.items() if k != name}


def test_what_was_written_is_read_back(path: Path) -> None:
    package = read_package(path)
    assert package.spec == spec()
    assert package.weights == WEIGHTS
    assert package.id.startswith("tiny-")
    assert "higher score means more likely an attack" in contents(path)["README.md"].decode()


def test_a_folder_and_a_file_of_the_same_facts_have_the_same_id(tmp_path: Path) -> None:
    ids = {write_package(tmp_path / name, spec(), WEIGHTS).id for name in NAMES}
    assert len(ids) == 1
    other = spec().model_copy(update={"min_face_px": 20})
    assert write_package(tmp_path / "q", other, WEIGHTS).id not in ids


@pytest.mark.parametrize(
    ("change", "reason", "told"),
    [
        (edited(schema_version=1), "version", "version 1"),
        (edited(schema_version=None), "version", "version None"),
        (edited(colour="red"), "schema", "colour"),
        (expert(crop={"scale": "wide"}), "schema", "experts.0.cue_map.crop.scale"),
        (edited(threshold={"value": 7, "rule": "x", "source": "y"}), "schema", "threshold.value"),
        (edited(name="../up"), "schema", "name"),
        (expert(files={}), "schema", "model.onnx"),
        (expert(precision="bf16"), "schema", "bf16"),
        (lambda f: f | {"spoofcue.json": b"{"}, "schema", "not JSON"),
        (lambda f: f | {"spoofcue.json": b"[" * 100_000}, "schema", "not JSON"),
        (lambda f: f | {"spoofcue.json": b"[]"}, "schema", "object"),
        (without("spoofcue.json"), "not_a_package", "spoofcue.json"),
        (without("model.onnx"), "missing_file", "model.onnx"),
        (without("README.md"), "missing_file", "README.md"),
        (lambda f: f | {"notes.txt": b"hello"}, "extra_file", "notes.txt"),
        (lambda f: f | {"model.onnx": f["model.onnx"][:-9]}, "truncated", "193 bytes"),
        (lambda f: f | {"model.onnx": f["model.onnx"][:-1] + b"!"}, "altered", "SHA-256"),
        (lambda f: f | {"optimiser.pt": b"x"}, "pickle", "optimiser.pt"),
        (lambda f: f | {"notes.txt": pickle.dumps({"a": 1})}, "pickle", "notes.txt"),
    ],
)
def test_each_refusal_has_its_own_reason(
    path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]], reason: str, told: str
) -> None:
    rewrite(path, change(contents(path)))
    with pytest.raises(PackageError, match=r".") as caught:
        read_package(path)
    assert caught.value.reason == reason
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pickle.dumps([1.0] * 50), "pickle"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19." + b"\x00" * 50, "pickle"),
        (b"not protobuf at all", "contents"),
        (b"\x08\x0a..\x0a\x08location\x12\x0b/etc/secret", "contents"),
    ],
)
def test_weights_with_right_hashes_and_wrong_contents_are_refused(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(PackageError) as caught:
        write_package(tmp_path / "p", spec({"model.onnx": data}), {"model.onnx": data})
    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_tensors_as_torch_saves_it_is_a_pickle() -> None:
    torch = pytest.importorskip("torch")
    for zipped in (True, False):
        file = io.BytesIO()
        torch.save({"a": torch.ones(3)}, file, _use_new_zipfile_serialization=zipped)
        assert looks_like_pickle(file.getvalue())
    assert not looks_like_pickle(b"\x80\x02 floats that only begin like one")


@pytest.mark.parametrize("name", ["../model.onnx", "/model.onnx", "a/model.onnx", "a\\b", "c:x"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "p.spoofcue"
    write_package(path, spec(), WEIGHTS)
    rewrite(path, contents(path) | {name: b"x"})
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert caught.value.reason == "unsafe_path"


def test_links_compression_and_doubles_in_a_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "p.spoofcue"
    write_package(path, spec(), WEIGHTS)
    files = contents(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert caught.value.reason == "compressed"
    with zipfile.ZipFile(path, "w") as archive:
        link = zipfile.ZipInfo("model.onnx")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert caught.value.reason == "unsafe_path"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.onnx", b"a")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("model.onnx", b"b")
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert caught.value.reason == "duplicate"


def test_a_cut_off_file_and_no_file_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "p.spoofcue"
    write_package(path, spec(), WEIGHTS)
    path.write_bytes(path.read_bytes()[:-30])
    for broken, reason in ((path, "not_a_package"), (tmp_path / "none", "missing")):
        with pytest.raises(PackageError) as caught:
            read_package(broken)
        assert caught.value.reason == reason


@pytest.mark.parametrize("flip", [0x80, 0xFF, 0x01])
def test_a_file_with_any_byte_changed_is_refused_or_reads_the_same(
    tmp_path: Path, flip: int
) -> None:
    path = tmp_path / "p.spoofcue"
    write_package(path, spec(), WEIGHTS)
    whole, wanted = path.read_bytes(), read_package(path)
    changed = bytearray(whole)
    # the names, sizes and places that the archive states of its files, rather than the files
    tables = [at for at in range(len(whole)) if at < 80 or at > len(whole) - 400]
    refused = 0
    for at in tables:
        changed[at] ^= flip
        path.write_bytes(changed)
        try:
            package = read_package(path)
        except PackageError:
            refused += 1
        else:
            assert (package.spec, package.weights) == (wanted.spec, wanted.weights)
        changed[at] ^= flip
    assert refused > len(tables) / 4


def test_a_name_that_is_no_utf8_though_it_says_so_is_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "p.spoofcue"
    write_package(path, spec(), WEIGHTS)
    data = bytearray(path.read_bytes())
    local = data.index(b"PK\x03\x04")
    data[local + 7] |= 0x08  # bit 11 of the flags: the name is UTF-8
    data[local + 30] |= 0x80  # its first byte
    path.write_bytes(data)
    with pytest.raises(PackageError, match="damaged") as caught:
        read_package(path)
    assert caught.value.reason == "truncated"


def test_more_than_the_limit_is_refused_before_it_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WEIGHTS", 100)
    with pytest.raises(PackageError) as caught:
        read_package(path)
    assert caught.value.reason == "oversize"


def test_the_hubs_own_file_beside_a_package_is_none_too_many(tmp_path: Path) -> None:
    whole = write_package(tmp_path / "p", spec(), WEIGHTS)
    (tmp_path / "p" / ".gitattributes").write_text("*.onnx lfs")
    assert read_package(tmp_path / "p").id == whole.id
    (tmp_path / "p" / ".gitignore").write_text("x")
    with pytest.raises(PackageError, match="gitignore"):
        read_package(tmp_path / "p")


def test_a_folder_in_a_package_is_a_file_too_many(tmp_path: Path) -> None:
    write_package(tmp_path / "p", spec(), WEIGHTS)
    (tmp_path / "p" / "more").mkdir()
    with pytest.raises(PackageError) as caught:
        read_package(tmp_path / "p")
    assert caught.value.reason == "extra_file"


@pytest.mark.parametrize("name", ["spoofcue.json", "model.onnx", "README.md"])
def test_a_pipe_or_folder_in_the_place_of_a_file_is_refused_at_once(
    tmp_path: Path, name: str
) -> None:
    for number, make in enumerate((os.mkfifo, os.mkdir)):
        path = tmp_path / str(number)
        write_package(path, spec(), WEIGHTS)
        (path / name).unlink()
        make(path / name)
        with pytest.raises(PackageError):
            read_package(path)


def test_only_packages_are_overwritten(tmp_path: Path) -> None:
    write_package(tmp_path / "p", spec(), WEIGHTS)
    write_package(tmp_path / "p", spec().model_copy(update={"min_face_px": 20}), WEIGHTS)
    assert read_package(tmp_path / "p").spec.min_face_px == 20
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="no model package"):
        write_package(tmp_path / "mine", spec(), WEIGHTS)
    assert (tmp_path / "mine" / "thesis.txt").is_file()


def test_thresholds_that_are_no_number_and_wrong_files_make_no_spec() -> None:
    tree = spec().model_dump(mode="json")
    for value in (float("nan"), float("inf"), -0.1, 1.1):
        with pytest.raises(ValidationError):
            PackageSpec.model_validate(tree | {"threshold": tree["threshold"] | {"value": value}})
    with pytest.raises(ValidationError):
        PackageSpec.model_validate(
            tree | {"experts": [tree["experts"][0] | {"format": "safetensors"}]}
        )


def test_verify_tells_by_its_status_and_info_prints_the_facts(path: Path) -> None:
    run = CliRunner().invoke
    sound = run(app, ["model", "verify", str(path)])
    assert (sound.exit_code, "sound" in sound.output) == (0, True)
    facts = json.loads(run(app, ["model", "info", str(path), "--json"]).stdout)
    assert facts["id"] == read_package(path).id
    assert facts["threshold"]["value"] == 0.01
    table = run(app, ["model", "info", str(path)], env={"COLUMNS": "200"})
    assert table.exit_code == 0
    rewrite(path, without("README.md")(contents(path)))
    refused = run(app, ["model", "verify", str(path)])
    assert refused.exit_code == 1
    assert "missing_file" in refused.stderr
