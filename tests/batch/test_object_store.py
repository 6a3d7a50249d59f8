"""Sources and results in an object store; moto stands in for S3, started here."""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import fs, parquet

from helpers.batch_runs import code_that_scores, made_files, rows_in, stand_in
from spoofcue.batch.run import score
from spoofcue.batch.sources import items_of
from spoofcue.batch.summary import summary_of
from spoofcue.errors import InputError
from spoofcue.shards import addresses
from spoofcue.shards.places import ObjectPlace, place_of

FILES = 9


@pytest.fixture(scope="module")
def store() -> Iterator[fs.FileSystem]:
    server_of = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = server_of.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "made-up")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        addresses._file_system.cache_clear()
        made, _ = fs.FileSystem.from_uri("s3://bucket/key?allow_bucket_creation=true")
        made.create_dir("bucket")
        yield made
        addresses._file_system.cache_clear()
    server.stop()


@pytest.fixture(scope="module")
def archive(store: fs.FileSystem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files here and in the store."""
    root = tmp_path_factory.mktemp("archive") / "in"
    made_files(root / "live" / "ann", FILES - 2, bad=b"KILL")
    made_files(root / "attack" / "mask", 1)
    (root / "attack" / "mask" / "raw.dng").write_bytes(b"x")
    (root / "attack" / "notes.txt").write_bytes(b"x")
    for path in root.rglob("*.*"):
        put(store, f"bucket/in/{path.relative_to(root)}", path.read_bytes())
    return root


def put(store: fs.FileSystem, name: str, content: bytes) -> None:
    with store.open_output_stream(name, compression=None) as file:
        file.write(content)


def rows_at(store: fs.FileSystem, prefix: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for info in store.get_file_info(fs.FileSelector(f"{prefix}/rows")):
        with store.open_input_file(info.path) as file:
            rows += parquet.read_table(file).to_pylist()
    for row in rows:
        row.pop("timings")
    return sorted(rows, key=lambda row: row["number"])


def test_a_prefix_is_scored_as_the_folder_is_and_goes_on(
    store: fs.FileSystem, archive: Path, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"spec": stand_in(), "workers": 2, "shard_rows": 4}
    score([archive], tmp_path / "out", **options)
    first = score(["s3://bucket/in/"], "s3://bucket/out/", **options)
    rows = rows_at(store, "bucket/out")
    for row, local in zip(rows, rows_in(tmp_path / "out"), strict=True):
        below = os.path.relpath(local["path"], archive)
        assert row["path"] == f"s3://bucket/in/{below}"
        local["detail"] = local["detail"] and local["detail"].replace(local["path"], row["path"])
        assert row == {**local, "path": row["path"]}
    assert [row["reason"] for row in rows if row["reason"]] == ["unsupported", "error"]
    assert (first.files, first.is_finished) == (FILES + 1, True)
    store.delete_file("bucket/out/rows/part-00001.parquet")
    assert summary_of(place_of("s3://bucket/out")).done_files == FILES + 1 - 4
    assert score(["s3://bucket/in/"], "s3://bucket/out/", **options).to_dict() == first.to_dict()
    assert rows_at(store, "bucket/out") == rows
    with pytest.raises(InputError, match="shard_rows was 4 and is 5"):
        score(["s3://bucket/in/"], "s3://bucket/out/", **{**options, "shard_rows": 5})


def test_manifests_and_patterns_of_the_store(store: fs.FileSystem, archive: Path) -> None:
    names = ["in/live/ann/000.jpg", "s3://bucket/in/attack/mask/000.jpg"]
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.table({"path": names, "label": [0, 1]}), sink)
    put(store, "bucket/list.parquet", sink.getvalue())
    put(store, "bucket/list.csv", b"path,label\nin/live/ann/000.jpg,live\n")
    given = ["s3://bucket/list.parquet", "s3://bucket/list.csv", "s3://bucket/in/*/00[01].jpg"]
    items = [(item.path, item.carried.get("label")) for item in items_of(given)]
    live, attack = "s3://bucket/in/live/ann/000.jpg", "s3://bucket/in/attack/mask/000.jpg"
    assert items == [
        *((live, "0"), (attack, "1")),
        (live, "live"),
        *((attack, "1"), (live, "0"), (live.replace("000", "001"), "0")),
    ]
    put(store, "bucket/local.csv", b"path\n/home/me/a.jpg\n")
    with pytest.raises(InputError, match="a path of one machine"):
        list(items_of(["s3://bucket/local.csv"]))


def test_an_object_that_is_gone_costs_its_row(store: fs.FileSystem, archive: Path) -> None:
    put(store, "bucket/gone.csv", b"path\nin/gone.jpg\nin/live/ann/000.jpg\n")
    score(["s3://bucket/gone.csv"], "s3://bucket/gone", spec=stand_in(), workers=1)
    gone, there = rows_at(store, "bucket/gone")
    assert (gone["decision"], gone["reason"]) == ("rejected", "unreadable")
    assert "there is no such object" in gone["detail"]
    assert there["score"] is not None


def test_a_command_killed_in_an_upload_leaves_no_part(
    store: fs.FileSystem, archive: Path, tmp_path: Path
) -> None:
    before = (
        "from spoofcue.shards.places import ObjectPlace\n"
        "real = ObjectPlace.put\n"
        "def put(self, name, content):\n"
        "    if 'part-00001' not in name: return real(self, name, content)\n"
        "    file = self._fs.open_output_stream(f'{self._prefix}/{name}', buffer_size=0)\n"
        "    file.write(memoryview(content)[: len(content) // 2])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "ObjectPlace.put = put"
    )
    call = code_that_scores(archive, Path("OUT"), before)
    call[-1] = call[-1].replace("'OUT'", "'s3://bucket/killed'")
    assert subprocess.run(call, check=False).returncode == -9
    assert "part-00001.parquet" not in set(ObjectPlace("s3://bucket/killed").names("rows"))
    score([archive], "s3://bucket/killed", spec=stand_in(), workers=1, shard_rows=4)
    score([archive], tmp_path / "out", spec=stand_in(), workers=1, shard_rows=4)
    assert rows_at(store, "bucket/killed") == rows_in(tmp_path / "out")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("s3://bucket/nowhere", "there is no object and no prefix"),
        ("s3://", "names no bucket"),
        ("az://box/a", "set AZURE_STORAGE_ACCOUNT"),
        ("s3://buck*/a", "name the bucket without a pattern"),
    ],
)
def test_addresses_that_lead_nowhere_are_said(
    store: fs.FileSystem, monkeypatch: pytest.MonkeyPatch, address: str, words: str
) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT", raising=False)
    with pytest.raises(InputError, match=words):
        list(items_of([address]))
