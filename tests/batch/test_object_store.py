"""Sources and results in object stores, with stand-ins that are started here."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import fs, parquet

from helpers.batch_runs import code_that_scores, made_files, rows_in, stand_in
from helpers.object_stores import store_of
from spoofcue.batch.run import score
from spoofcue.batch.sources import items_of
from spoofcue.batch.summary import summary_of
from spoofcue.errors import InputError
from spoofcue.shards.azure_account import azure_account
from spoofcue.shards.places import ObjectPlace, place_of

FILES = 9
OPTIONS: dict[str, Any] = {"spec": stand_in(), "workers": 2, "shard_rows": 4}


@pytest.fixture(scope="module", params=["s3", "gs", "az"])
def stores(request: pytest.FixtureRequest, archive: Path) -> Iterator[tuple[str, fs.FileSystem]]:
    """Each of the stores, with the archive's files below ``in``."""
    with store_of(request.param) as made:
        for path in archive.rglob("*.*"):
            put(made, f"bucket/in/{path.relative_to(archive)}", path.read_bytes())
        yield f"{request.param}://bucket", made


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("archive") / "in"
    made_files(root / "live" / "ann", FILES - 2, bad=b"KILL")
    made_files(root / "attack" / "mask", 1)
    (root / "attack" / "mask" / "raw.dng").write_bytes(b"x")
    (root / "attack" / "notes.txt").write_bytes(b"x")
    return root


@pytest.fixture(scope="module")
def local_rows(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the same files in a folder have, by names below it."""
    out = tmp_path_factory.mktemp("local")
    subprocess.run(code_that_scores(archive, out), check=True)
    return below(rows_in(out), str(archive))


def below(rows: list[dict[str, Any]], root: str) -> list[dict[str, Any]]:
    for row in rows:
        assert row["path"].startswith(root)
        row["detail"] = row["detail"] and row["detail"].replace(root, "")
        row["path"] = row["path"][len(root) :]
    return rows


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
    stores: tuple[str, fs.FileSystem], local_rows: list[dict[str, Any]]
) -> None:
    bucket, store = stores
    call: list[Any] = [[f"{bucket}/in/"], f"{bucket}/out/"]
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
    killed = code_that_scores(call[0][0], call[1], before)
    assert subprocess.run(killed, check=False).returncode == -9
    assert "part-00001.parquet" not in set(ObjectPlace(f"{bucket}/out").names("rows"))
    summary = score(*call, **OPTIONS)
    assert (summary.files, summary.is_finished) == (FILES + 1, True)
    rows = below(rows_at(store, "bucket/out"), f"{bucket}/in")
    assert rows == local_rows
    assert [row["reason"] for row in rows if row["reason"]] == ["unsupported", "error"]
    store.delete_file("bucket/out/rows/part-00000.parquet")
    assert summary_of(place_of(f"{bucket}/out")).done_files == FILES + 1 - 4
    with pytest.raises(InputError, match="shard_rows was 4 and is 5"):
        score(*call, **{**OPTIONS, "shard_rows": 5})


@pytest.fixture(scope="module")
def store() -> Iterator[fs.FileSystem]:
    with store_of("s3") as made:
        put(made, "bucket/in/live/ann/000.jpg", b"file 0")
        put(made, "bucket/in/live/ann/001.jpg", b"file 1")
        put(made, "bucket/in/attack/mask/000.jpg", b"file 0")
        yield made


def test_manifests_and_patterns_of_the_store(store: fs.FileSystem) -> None:
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


def test_an_object_that_is_gone_costs_its_row(store: fs.FileSystem) -> None:
    put(store, "bucket/gone.csv", b"path\nin/gone.jpg\nin/live/ann/000.jpg\n")
    score(["s3://bucket/gone.csv"], "s3://bucket/gone", spec=stand_in(), workers=1)
    gone, there = rows_at(store, "bucket/gone")
    assert (gone["decision"], gone["reason"]) == ("rejected", "unreadable")
    assert "there is no such object" in gone["detail"]
    assert there["score"] is not None


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
    for name in ("ACCOUNT", "CONNECTION_STRING"):
        monkeypatch.delenv(f"AZURE_STORAGE_{name}", raising=False)
    with pytest.raises(InputError, match=words):
        list(items_of([address]))


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ({"ACCOUNT": "a"}, {"account_name": "a"}),
        ({"ACCOUNT": "a", "KEY": "k"}, {"account_name": "a", "account_key": "k"}),
        ({"ACCOUNT": "a", "SAS_TOKEN": "sv=1"}, {"account_name": "a", "sas_token": "?sv=1"}),
        (
            {"ACCOUNT": "b", "CONNECTION_STRING": "AccountName=a;AccountKey=k==;EndpointSuffix=c"},
            {
                "account_name": "a",
                "account_key": "k==",
                "blob_storage_authority": ".blob.c",
                "dfs_storage_authority": ".dfs.c",
            },
        ),
    ],
)
def test_the_variables_of_azure_name_the_account(
    said: dict[str, str], made: dict[str, str]
) -> None:
    assert azure_account({f"AZURE_STORAGE_{name}": value for name, value in said.items()}) == made
