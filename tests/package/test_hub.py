"""Over a socket, with the hub's own client, in processes of their own: it reads its environment
when it is imported."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.hub_server import TOKEN, Hub, running_hub
from helpers.made_package import WEIGHTS, cue_expert, spec
from helpers.tiny_experts import expert_package
from spoofcue.errors import InputError
from spoofcue.package.hub import HubPlace, advice
from spoofcue.package.read import read_package
from spoofcue.package.write import write_package

pytest.importorskip("huggingface_hub")
pytest.importorskip("yaml")

COMMAND = "from spoofcue.cli.main import main; main()"
LOCATE = (
    "import sys; from spoofcue.scoring.open_model import locate_model as locate; "
    "print(locate(sys.argv[1]))"
)


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with running_hub() as running:
        yield running


class Client:
    """The command line, as a user with a cache of their own has it."""

    def __init__(self, home: Path, url: str, token: str = TOKEN) -> None:
        own = ("HF_", "HUGGING", "XET_")
        kept = {k: v for k, v in os.environ.items() if not k.upper().startswith(own)}
        no_proxy = {k: v for k, v in kept.items() if "proxy" not in k.lower()}
        self.home = home
        self.env = no_proxy | {"HF_ENDPOINT": url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
        self.env |= {"HF_TOKEN": token} if token else {}

    def run(
        self, *args: object, status: int = 0, code: str = COMMAND, **more: str
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, args)],
            capture_output=True,
            text=True,
            check=False,
            env=self.env | more,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done


@pytest.fixture
def client(tmp_path: Path, hub: Hub) -> Client:
    return Client(tmp_path / "home", hub.url)


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def pushed(client: Client, tmp_path: Path, name: str, least: int = 16) -> Path:
    made = tmp_path / "made"
    write_package(made, spec().model_copy(update={"min_face_px": least}), WEIGHTS)
    client.run("model", "push", made, f"hf:owner/{name}")
    return made


def test_what_was_pushed_is_pulled_byte_for_byte(tmp_path: Path, hub: Hub, client: Client) -> None:
    made = tmp_path / "made.spoofcue"
    package = write_package(made, spec(), WEIGHTS)
    told = client.run("model", "push", made, "hf:owner/whole", "--message", "first").stdout
    assert package.id in told
    repository = hub.repositories["owner/whole"]
    assert repository.messages == ["initial commit", "first"]  # one commit for all files
    assert repository.lfs == {"spoofcue.json", "README.md", "model.onnx"}  # all over the limit
    repository.files["notes.pkl"] = b"not ours"
    for name in ("folder", "file.spoofcue"):
        client.run("model", "pull", "hf:owner/whole", "--out", tmp_path / name)
        assert read_package(tmp_path / name).id == package.id
    assert (tmp_path / "file.spoofcue").read_bytes() == made.read_bytes()
    kept = {k: v for k, v in repository.files.items() if k not in (".gitattributes", "notes.pkl")}
    assert contents(tmp_path / "folder") == kept
    gets = [line for line in hub.asked if line.startswith("GET /owner/whole/resolve")]
    assert not [line for line in gets if "notes.pkl" in line or ".gitattributes" in line]


def test_small_files_go_inline_and_weights_of_an_older_package_go_in_the_same_commit(
    tmp_path: Path, hub: Hub, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "inline_limit", 1 << 20)
    pushed(client, tmp_path, "inline")
    repository = hub.repositories["owner/inline"]
    assert repository.lfs == set()
    repository.files["keep.txt"] = b"the owner's"
    bare = {"model.xml": b"<?xml version='1.0'?>", "model.bin": b"\x00" * 64}
    write_package(tmp_path / "other", spec(experts=[cue_expert(bare, format="openvino")]), bare)
    client.run("model", "push", tmp_path / "other", "hf:owner/inline")
    assert set(repository.files) == {
        *(".gitattributes", "keep.txt", "README.md", "spoofcue.json", "model.xml", "model.bin")
    }
    assert len(repository.messages) == 3
    client.run("model", "push", tmp_path / "other", "hf:owner/inline")
    assert len(repository.messages) == 3  # nothing new is no commit


def test_experts_are_pushed_and_pulled_and_go_with_the_package_that_has_them_no_more(
    tmp_path: Path, hub: Hub, client: Client
) -> None:
    two = expert_package(tmp_path / "two")
    client.run("model", "push", two.path, "hf:owner/experts")
    client.run("model", "pull", "hf:owner/experts", "--out", tmp_path / "back")
    assert contents(tmp_path / "back") == contents(two.path)
    repository = hub.repositories["owner/experts"]
    repository.files["notes.onnx"] = b"the owner's"
    write_package(tmp_path / "one", spec(), WEIGHTS)
    client.run("model", "push", tmp_path / "one", "hf:owner/experts")
    names = {"README.md", "spoofcue.json", "model.onnx", "notes.onnx"}
    assert set(repository.files) - {".gitattributes"} == names


def test_a_revision_is_pushed_pulled_and_loaded(tmp_path: Path, hub: Hub, client: Client) -> None:
    old = read_package(pushed(client, tmp_path, "versions")).id
    first = hub.repositories["owner/versions"].branches["main"]
    write_package(tmp_path / "new", spec().model_copy(update={"min_face_px": 40}), WEIGHTS)
    client.run("model", "push", tmp_path / "new", "hf:owner/versions", "--revision", "next")
    new = read_package(tmp_path / "new").id
    for revision, wanted in (("", old), ("@next", new), (f"@{first}", old)):
        at = f"hf:owner/versions{revision}"
        client.run("model", "pull", at, "--out", tmp_path / "pulled")
        assert read_package(tmp_path / "pulled").id == wanted
        folder = client.run(at, code=LOCATE).stdout.strip()
        assert read_package(Path(folder)).id == wanted
    told = client.run("model", "pull", "hf:owner/versions@none", "--out", tmp_path / "x", status=2)
    assert "this revision is not" in told.stderr


def test_what_the_cache_holds_needs_no_network(tmp_path: Path, hub: Hub, client: Client) -> None:
    made = pushed(client, tmp_path, "cached")
    client.run("hf:owner/cached", code=LOCATE)
    gone = Client(client.home, "http://127.0.0.1:9")
    for user, more in ((client, {"HF_HUB_OFFLINE": "1"}), (gone, {})):
        user.run("model", "pull", "hf:owner/cached", "--out", tmp_path / "again", **more)
        assert contents(tmp_path / "again") == contents(made)
    told = client.run(
        *("model", "pull", "hf:owner/other", "--out", tmp_path / "x"), status=2, HF_HUB_OFFLINE="1"
    )
    assert "HF_HUB_OFFLINE is set" in told.stderr


def test_a_file_that_was_altered_on_the_hub_is_refused_and_leaves_nothing(
    tmp_path: Path, hub: Hub, client: Client
) -> None:
    pushed(client, tmp_path, "altered")
    files = hub.repositories["owner/altered"].files
    good = files["model.onnx"]
    for bad, told in (
        (good[:-1] + b"!", "it was altered"),
        (good[:-9], "it was cut off or replaced"),
    ):
        files["model.onnx"] = bad
        fresh = Client(tmp_path / told, hub.url)
        for name in ("p", "p.spoofcue"):
            done = fresh.run(
                "model", "pull", "hf:owner/altered", "--out", tmp_path / "to" / name, status=2
            )
            assert told in done.stderr
    assert not (tmp_path / "to").exists()
    files["spoofcue.json"] = b"{}"
    fresh = Client(tmp_path / "third", hub.url)
    done = fresh.run("model", "pull", "hf:owner/altered", "--out", tmp_path / "p", status=2)
    assert "schema version None" in done.stderr
    del files["spoofcue.json"]
    fresh = Client(tmp_path / "fourth", hub.url)
    done = fresh.run("model", "pull", "hf:owner/altered", "--out", tmp_path / "p", status=2)
    assert "holds no spoofcue.json" in done.stderr


def test_errors_tell_what_to_do(tmp_path: Path, hub: Hub, client: Client) -> None:
    made = pushed(client, tmp_path, "there")
    stranger = Client(tmp_path / "stranger", hub.url, token="")
    dead = Client(tmp_path / "dead", "http://127.0.0.1:9")
    out = tmp_path / "out"
    for user, args, told in (
        (client, ("pull", "hf:owner/none", "--out", out), "no such repository (404)"),
        (stranger, ("pull", "hf:owner/none", "--out", out), "or there is no such repository (401)"),
        (stranger, ("push", made, "hf:owner/new"), "not logged in"),
        (dead, ("pull", "hf:owner/there", "--out", out), "cannot be reached"),
        (dead, ("push", made, "hf:owner/there"), "cannot be reached"),
        (client, ("push", made, "hf:owner/there", "--private"), "is public"),
        (client, ("push", made, "owner/there"), "write hf:owner/name"),
        (client, ("push", tmp_path / "gone", "hf:owner/there"), "no model package"),
    ):
        done = user.run("model", *args, status=2)
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert not out.exists()
    assert "owner/new" not in hub.repositories


def test_a_private_repository_is_its_owners(tmp_path: Path, hub: Hub, client: Client) -> None:
    made = tmp_path / "made"
    write_package(made, spec(), WEIGHTS)
    client.run("model", "push", made, "hf:owner/secret", "--private")
    assert hub.repositories["owner/secret"].private
    client.run("model", "pull", "hf:owner/secret", "--out", tmp_path / "mine")
    stranger = Client(tmp_path / "stranger", hub.url, token="")
    told = stranger.run(
        "model", "pull", "hf:owner/secret", "--out", tmp_path / "theirs", status=2
    ).stderr
    assert "set HF_TOKEN" in told


@pytest.mark.parametrize(
    "text", ["hf:owner", "hf:owner/name/file", "hf:/name", "hf:a/b@", "hf:a/b@x@y", "hf:a/b c"]
)
def test_what_is_no_place_on_the_hub_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="hf:owner/name@revision"):
        HubPlace.of(text)
    assert HubPlace.of("hf:a/b@refs/pr/1") == HubPlace("a/b", "refs/pr/1")


def test_an_error_that_nobody_foresaw_is_told_in_its_own_words() -> None:
    assert advice(ValueError("\n odd\nmore")) == "odd"
    assert advice(ValueError()) == "ValueError"
