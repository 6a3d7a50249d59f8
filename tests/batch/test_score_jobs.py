"""A place belongs to one job: the same goes on with it, anything else is refused with words."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from pyarrow import parquet

from helpers.batch_runs import made_files, rows_in, stand_in
from spoofcue.batch import plan as plans
from spoofcue.batch.job import JobRecord
from spoofcue.batch.plan import open_plan, write_plan
from spoofcue.batch.run import score
from spoofcue.batch.sources import Item
from spoofcue.batch.summary import summary_of
from spoofcue.errors import InputError
from spoofcue.records.owner import held
from spoofcue.shards.places import FolderPlace, place_of
from spoofcue.shards.ray_engine import refuse_unreachable


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("begun")
    made_files(folder / "files", 5)
    return folder


def run(folder: Path, **changed: Any) -> list[dict[str, Any]]:
    arguments = {"spec": stand_in(threshold=0.5), "workers": 1, "shard_rows": 2, **changed}
    sources = arguments.pop("sources", [folder / "files"])
    score(sources, folder / "out", **arguments)
    return rows_in(folder / "out")


def test_the_same_goes_on_and_anything_else_is_refused(begun: Path) -> None:
    first = run(begun)
    part = begun / "out" / "rows" / "part-00001.parquet"
    kept = {path.name: path.read_bytes() for path in part.parent.iterdir()}
    part.unlink()
    assert run(begun) == first
    for path in part.parent.iterdir():  # what was there was not done again
        assert path == part or path.read_bytes() == kept[path.name]
    refused = {
        r"threshold was 0\.5 and is 0\.25": {"spec": stand_in(threshold=0.25)},
        r"model id was .stand-in-0+. and is .another.": {
            "spec": stand_in(threshold=0.5, model="another")
        },
        r"frames was null and is 3": {"spec": stand_in(threshold=0.5, frames=3)},
        r"shard_rows was 2 and is 4": {"shard_rows": 4},
        r"sources was": {"sources": [begun / "files", begun / "files" / "000.jpg"]},
    }
    for words, changed in refused.items():
        with pytest.raises(InputError, match=words + r".*or another --out"):
            run(begun, **changed)
    assert run(begun) == first


def test_a_part_of_another_job_is_found(begun: Path, tmp_path: Path) -> None:
    files = made_files(tmp_path / "files", 5)
    score([files], tmp_path / "out", spec=stand_in(), workers=1, shard_rows=2)
    part = tmp_path / "out" / "rows" / "part-00002.parquet"
    part.write_bytes((tmp_path / "out" / "rows" / "part-00001.parquet").read_bytes())
    with pytest.raises(InputError, match=r"part-00002\.parquet is of another job; delete it"):
        summary_of(place_of(str(tmp_path / "out")))
    part.write_bytes(b"PAR1 cut off")
    with pytest.raises(InputError, match=r"part-00002\.parquet cannot be read"):
        summary_of(place_of(str(tmp_path / "out")))


def test_a_plan_or_a_job_that_was_changed_is_refused(tmp_path: Path) -> None:
    files = made_files(tmp_path / "files", 2)
    out = tmp_path / "out"
    score([files], out, spec=stand_in(), workers=1)
    job, plan = out / "job.json", out / "plan.parquet"
    whole = job.read_bytes()
    plan.write_bytes(plan.read_bytes() + b" ")
    with pytest.raises(InputError, match=r"the plan in .* is not the one"):
        score([files], out, spec=stand_in(), workers=1)
    tree = json.loads(whole)
    for changed in (whole[:40], b"[]", json.dumps({**tree, "format": 9}).encode()):
        job.write_bytes(changed)
        with pytest.raises(InputError, match=JobRecord.REMEDY):
            score([files], out, spec=stand_in(), workers=1)
    job.unlink()
    with pytest.raises(InputError, match=r"results without a job\.json"):
        score([files], out, spec=stand_in(), workers=1)


def test_where_no_cluster_listens_is_said_at_once() -> None:
    with socket.socket() as taken:  # and does not listen
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        for address in (f"127.0.0.1:{port}", f"ray://127.0.0.1:{port}"):
            with pytest.raises(InputError, match=f"no Ray cluster at {address}"):
                refuse_unreachable(address)
        taken.listen()
        refuse_unreachable(f"127.0.0.1:{port}")
    refuse_unreachable("auto")


def test_two_commands_do_not_write_one_folder(tmp_path: Path) -> None:
    files = made_files(tmp_path / "files", 1)

    said: list[str] = []

    def another() -> None:
        try:
            score([files], tmp_path / "out", spec=stand_in(), workers=1)
        except InputError as error:
            said.append(str(error))

    with held(tmp_path / "out", "score"):
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
    assert len(said) == 1
    assert "is being written by spoofcue score" in said[0]
    assert not (tmp_path / "out" / "job.json").exists()


def test_ranges_of_a_plan_are_read_over_its_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "GROUP", 7)
    place = FolderPlace(tmp_path)
    items = [Item(f"/a/{number}.jpg", carried={"label": str(number % 2)}) for number in range(25)]
    facts = write_plan(iter(items), ["label"], place)
    assert facts.rows == 25
    assert parquet.ParquetFile(tmp_path / "plan.parquet").num_row_groups == 4
    with open_plan(place) as plan:
        for start, count in ((0, 25), (3, 9), (6, 1), (7, 14), (24, 1)):
            assert plan.items(start, count) == items[start : start + count]
        with pytest.raises(InputError, match="shorter than its job says"):
            plan.items(24, 2)
    with pytest.raises(InputError, match="column score, which the results have too"):
        write_plan(iter(items), ["label", "score"], place)
