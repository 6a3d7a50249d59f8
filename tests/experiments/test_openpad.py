from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path

import pytest
import skimage.data
from PIL import Image

from spoofcue.errors import InputError
from spoofcue.experiments import openpad
from spoofcue.experiments.fold_plan import plan
from spoofcue.experiments.folds import read_results, run_folds
from spoofcue.experiments.identities import find_people, portraits_folder
from spoofcue.experiments.tables import grids_of, markdown_of, spread, table_of
from spoofcue.metrics.evaluation import EvaluationOptions
from spoofcue.protocols.reader import load_set


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    for i in range(5):
        face = skimage.data.astronaut()[0 : 300 + 8 * i, 80 : 380 + 8 * i]
        Image.fromarray(face).save(folder / f"p{i}.png")
    return folder


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """One camera and session, so that a person takes a second."""
    monkeypatch.setattr(openpad, "SESSIONS", ("session-1", "session-3"))
    monkeypatch.setattr(openpad, "CAMERAS", ("cam-1",))
    monkeypatch.setattr(openpad, "DOMAINS", {})


def digests(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.jpg"))
    }


class Recorder:
    """A method that trains nothing and answers the same."""

    def __init__(self) -> None:
        self.ran: list[Path] = []

    def train(self, data: Path, run: Path) -> None:
        self.ran.append(run)

    def score(self, data: Path, run: Path, out: Path, options: EvaluationOptions) -> None:
        from spoofcue.data.manifest import read_manifest

        rows = read_manifest(data)
        assert all((data / crop).is_file() for crop in rows["crop"])
        out.mkdir(parents=True)
        for split in ("dev", "test"):
            # one of six live faces and one of six attacks on the wrong side
            lines = ["score,label"] + [f"{v / 10},{int(v >= 5)}" for v in range(10)]
            lines += ["0.9,0", "0.0,1"]
            (out / f"{split}.csv").write_text("\n".join(lines) + "\n")


def test_a_build_repeats_goes_on_and_keeps_people_apart(
    photos: Path, tmp_path: Path, few: None
) -> None:
    rows = openpad.build(tmp_path / "a", identities=str(photos), workers=1)
    assert rows.height == 5 * 2 * (2 + 5)
    assert rows["subject"].n_unique() == 5
    assert set(rows["split"]) == {"train", "dev", "test"}
    first = digests(tmp_path / "a")

    (tmp_path / "a" / "manifest.parquet").unlink()
    (tmp_path / "a" / "people" / "p1.json").unlink()
    for crop in (tmp_path / "a" / "crops" / "p1").rglob("*.jpg"):
        crop.unlink()
    kept = next((tmp_path / "a" / "crops" / "p2").rglob("*.jpg"))
    before = kept.stat().st_mtime_ns
    again = openpad.build(tmp_path / "a", identities=str(photos), workers=1)
    assert digests(tmp_path / "a") == first
    assert kept.stat().st_mtime_ns == before
    assert again.equals(rows)
    with pytest.raises(InputError, match="another build"):
        openpad.build(tmp_path / "a", identities=str(photos), seed=1, workers=1)


def test_wearers_of_masks_are_of_the_victims_split(photos: Path, tmp_path: Path, few: None) -> None:
    rows = openpad.build(tmp_path, identities=str(photos), workers=1)
    split = dict(zip(rows["subject"], rows["split"], strict=True))
    worn = 0
    for path in (tmp_path / "people").glob("*.parameters.json"):
        for sample in json.loads(path.read_text()):
            if "wearer" in sample:
                worn += 1
                assert split[sample["wearer"]] == split[sample["subject"]]
    assert worn == 5 * 2


def test_folds_are_run_once_and_their_results_redraw_the_table(
    photos: Path, tmp_path: Path, few: None
) -> None:
    rows = openpad.build(tmp_path / "set", identities=str(photos), workers=1)
    protocol = load_set("openpad").protocols["P1"]
    tasks = plan("openpad", [protocol], tmp_path / "set", results=tmp_path, methods=["recorder"])
    method = Recorder()
    records = run_folds(tasks, rows, {"recorder": method})
    run_folds(tasks, rows, {"recorder": method})
    assert len(method.ran) == 1
    assert records == read_results(tmp_path)
    assert records[0].counts["train"]["people"] == 3
    assert records[0].selection["test"]["session"] == ["session-3"]
    table = markdown_of(grids_of(table_of(records)))
    # one of six on each side
    assert "| P1 | unseen session | 1 | 16.7 | 16.7 | 16.7 | 16.7 |" in table


def test_spread_is_the_sample_deviation() -> None:
    values = [0.01, 0.03, 0.08]
    mean = sum(values) / 3
    by_hand = math.sqrt(sum((v - mean) ** 2 for v in values) / 2)
    assert spread(values).mean == pytest.approx(100 * mean)
    assert spread(values).deviation == pytest.approx(100 * by_hand)
    assert str(spread([0.5])) == "50.0"


def test_portraits_must_be_there_and_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOOFCUE_PORTRAITS", str(tmp_path))
    with pytest.raises(InputError, match="fetch portraits"):
        find_people("portraits", 10)
    (tmp_path / "female").mkdir()
    (tmp_path / "female" / "0.jpg").write_bytes(b"not the portrait")
    with pytest.raises(InputError, match="checksum"):
        portraits_folder()


def test_rendered_people_need_no_file() -> None:
    people, skipped = find_people("rendered", 12)
    assert len(people) == 12
    assert not skipped
    assert all(photos == () for photos in people.values())
