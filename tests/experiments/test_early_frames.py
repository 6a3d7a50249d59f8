"""SiW protocol 1 trains on the first 60 frames: they are taken, or their lack is told first."""

from __future__ import annotations

import json
import shlex
from itertools import product
from pathlib import Path

import av
import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from spoofcue.cli.main import app
from spoofcue.data.manifest import evenly_spread, read_manifest, schema
from spoofcue.errors import InputError
from spoofcue.experiments.dataset_run import choose_protocols, make_plan
from spoofcue.experiments.early_frames import count_early
from spoofcue.experiments.prepared import describe_set, prepared_folders
from spoofcue.protocols.early import early_need
from spoofcue.protocols.fold import rows_of_fold
from spoofcue.protocols.reader import load_set

FRAMES = 150
# midpoints of ten equal parts of 150 frames, and of 60
SPREAD = [7, 22, 37, 52, 67, 82, 97, 112, 127, 142]
EARLY = [3, 9, 15, 21, 27, 33, 39, 45, 51, 57]
# a train person who is dev in `siw`, one who is not, and a test person
PEOPLE = {"Train": ("003", "032"), "Test": ("001",)}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SiW's tree with clips of five seconds, faces from border to border."""
    root = tmp_path_factory.mktemp("siw")
    kinds = [("live", "1-1-1"), ("spoof", "2-1-1"), *(("spoof", f"3-{k}-1") for k in range(1, 5))]
    for folder, (kind, name) in product(PEOPLE, kinds):
        for person in PEOPLE[folder]:
            path = root / folder / kind / person / f"{person}-1-{name}.mov"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_clip(path)
    return root


def write_clip(path: Path) -> None:
    rng = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(FRAMES):
            picture = np.full((64, 64, 3), rng.integers(0, 255), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


def call(*words: object) -> str:
    done = CliRunner().invoke(app, [str(w) for w in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def prepare(root: Path, out: Path, *more: object) -> str:
    faces = ("--detector", "none", "--workers", 1)
    return call("prepare", "siw", root, "--out", out, *faces, *more)


@pytest.fixture(scope="module")
def with_early(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("early") / "siw"
    told = prepare(root, out)
    assert "10 frames spread over each video, 10 of the first 60 of each train video" in told
    assert "siw 1 and siw-all-90 1" in told
    return out


@pytest.fixture(scope="module")
def without(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("late") / "it is"
    assert "siw 1 and siw-all-90 1 cannot be run" in prepare(root, out, "--early-frames", 0)
    return out


def frames_of(rows: pl.DataFrame) -> dict[str, list[int]]:
    return {
        video: sorted(part["frame"])
        for (video,), part in rows.group_by("media", maintain_order=True)
    }


def test_train_videos_give_as_many_early_frames_as_spread_ones(with_early: Path) -> None:
    for media, frames in frames_of(read_manifest(with_early)).items():
        assert frames == (sorted(SPREAD + EARLY) if media.startswith("Train") else SPREAD)
    marked = read_manifest(with_early).filter(pl.col("sample") == "early")
    assert set(marked["frame"]) == set(EARLY)
    assert json.loads((with_early / "prepare.json").read_text())["early"] == 12 * len(EARLY)


@pytest.mark.parametrize("name", ["siw", "siw-all-90"])
def test_protocol_1_trains_on_all_that_is_there_below_60(with_early: Path, name: str) -> None:
    (fold,) = load_set(name).protocols["1"].folds
    chosen = rows_of_fold(read_manifest(with_early), fold)
    for split in set(chosen["split"]):
        expected = sorted([7, 22, 37, 52, *EARLY]) if split == "train" else SPREAD
        found = frames_of(chosen.filter(pl.col("split") == split))
        assert all(frames == expected for frames in found.values()), split


@pytest.mark.parametrize("name", ["siw", "siw-all-90"])
def test_other_protocols_and_parts_are_the_very_same_as_without_early_frames(
    with_early: Path, without: Path, name: str
) -> None:
    rows, plain = read_manifest(with_early), read_manifest(without)
    assert rows.height == plain.height + 12 * len(EARLY)
    folds = [f for p in load_set(name).protocols.values() for f in p.folds]
    for fold in folds:
        chosen, expected = rows_of_fold(rows, fold), rows_of_fold(plain, fold)
        if fold.train.first_frames:
            chosen, expected = (r.filter(pl.col("split") != "train") for r in (chosen, expected))
        assert chosen.equals(expected)
    # and so is what `train` without a protocol learns from
    assert evenly_spread(rows).equals(plain)


@pytest.mark.parametrize("name", ["siw", "siw-all-90"])
def test_too_few_are_refused_before_any_work_with_the_command_that_takes_them(
    root: Path, without: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    command = ["benchmark", name, "--protocol", "all", "--data", str(without), "--out", str(out)]
    with pytest.raises(InputError) as refused:
        CliRunner().invoke(app, command, catch_exceptions=False)
    message = str(refused.value)
    assert not out.exists()
    assert "protocol 1 trains on the first 60 frames" in message
    # 7, 22, 37 and 52
    assert "12 of 12 train videos have 4 prepared frames among their first 60" in message
    assert "10 are needed" in message
    assert "--protocol 2,3" in message
    (mend,) = (line.strip() for line in message.splitlines() if "spoofcue prepare" in line)
    spoofcue, *words = shlex.split(mend)
    assert spoofcue == "spoofcue"
    assert words[:5] == ["prepare", "siw", str(root), "--out", str(without)]
    assert words[words.index("--detector") + 1] == "none"

    # the command as it stands mends it; here beside the folder, which other tests use
    words[words.index("--out") + 1] = str(tmp_path / "mended")
    call(*words)
    command[command.index("--data") + 1] = str(tmp_path / "mended")
    told = call(*command, "--dry-run")
    assert "1: trains on the first 60 frames of each video, of which 14 are prepared" in told
    # the others need none
    command[command.index("--data") + 1] = str(without)
    command[command.index("--protocol") + 1] = "2,3"
    assert "first 60" not in call(*command, "--dry-run")


def test_a_root_is_prepared_with_early_frames_whatever_the_protocol(
    root: Path, tmp_path: Path
) -> None:
    # the next benchmark in this folder may want protocol 1
    folders = prepared_folders(["siw"], data={}, roots={"siw": root}, out=tmp_path, frames=3)
    options = json.loads((folders["siw"] / "prepare.json").read_text())["options"]
    assert (options["frames"], options["early_frames"], options["early_below"]) == (3, 3, 60)
    rows = read_manifest(folders["siw"])
    # no face is in these clips; what counts is which frames were looked at
    assert frames_of(rows)["Train/live/032/032-1-1-1-1.mov"] == [10, 25, 30, 50, 75, 125]
    assert frames_of(rows)["Test/live/001/001-1-1-1-1.mov"] == [25, 75, 125]
    found = count_early(load_set("siw").protocols["1"], rows)
    assert found is not None
    assert found.short == 0


def test_protocols_tells_the_lack_beside_its_counts(with_early: Path, without: Path) -> None:
    told = call("protocols", "siw", "--data", without)
    assert "1: 12 of 12 train videos have 4 prepared frames among their first 60" in told
    lacks = [
        p["lacks"] for p in describe_set(load_set("siw"), read_manifest(with_early))["protocols"]
    ]
    assert lacks == [None, None, None]


def test_another_number_is_taken_when_asked_for_and_is_enough_then(
    root: Path, tmp_path: Path
) -> None:
    out = tmp_path / "siw"
    prepare(root, out, "--frames", 4, "--early-frames", 2)
    train = frames_of(read_manifest(out))["Train/live/003/003-1-1-1-1.mov"]
    assert train == sorted([18, 56, 93, 131, 15, 45])
    protocols = load_set("siw")
    make_plan(
        protocols,
        choose_protocols(protocols, "1"),
        {"siw": out},
        results=tmp_path,
        methods=["stub"],
    )
    # going on with other numbers would mix two samples
    with pytest.raises(InputError, match="early_frames was 2 and is 4"):
        prepare(root, out, "--frames", 4)


def test_no_other_dataset_takes_early_frames(tmp_path: Path) -> None:
    need = early_need("siw")
    assert need is not None
    assert (need.below, need.protocols) == (60, ("siw 1", "siw-all-90 1"))
    assert early_need("oulu-npu") is None
    with pytest.raises(InputError, match="no protocol of oulu-npu trains on the first frames"):
        call("prepare", "oulu-npu", tmp_path, "--out", tmp_path / "o", "--early-frames", 5)


def rows_of(videos: dict[str, list[tuple[int, str | None, str]]]) -> pl.DataFrame:
    rows = [
        {
            "media": media, "video": media, "frame": frame, "sample": sample, "status": status,
            "dataset": "siw", "subject": "siw/032", "label": 0, "split": "train",
        }
        for media, frames in videos.items()
        for frame, sample, status in frames
    ]  # fmt: skip
    return pl.DataFrame([dict.fromkeys(schema()) | row for row in rows], schema=schema())


def test_what_is_too_few() -> None:
    protocol = load_set("siw").protocols["1"]

    def count(**videos: list[tuple[int, str | None, str]]) -> tuple[int, int, int, int, int]:
        found = count_early(protocol, rows_of(videos))
        assert found is not None
        return found.videos, found.short, found.least, found.most, found.lost

    spread = [(22 + 45 * i, None, "ok") for i in range(10)]
    early = [(3 + 6 * i, "early", "ok") for i in range(10)]
    enough = spread + early
    assert count(a=enough, b=enough) == (2, 0, 0, 0, 0)
    assert count(a=spread, b=enough) == (2, 1, 1, 1, 0)
    assert count(a=spread, b=[(60, None, "ok")]) == (2, 2, 0, 1, 1)
    # frame 60 is the first that is not among the first 60
    assert count(a=[(59, None, "ok")]) == (1, 0, 0, 0, 0)
    # a clip of less than 60 frames cannot have more than it has
    assert count(a=[(i, None, "ok") for i in range(6)]) == (1, 0, 0, 0, 0)
    # frames were taken, but show no face
    blind = [(frame, sample, "no_face" if frame < 60 else "ok") for frame, sample, _ in enough]
    assert count(a=blind) == (1, 0, 0, 0, 1)
    # fifty spread frames have six among the first 60; a protocol of its own wants ten
    fifty = [(4 + 9 * i, None, "ok") for i in range(50)]
    assert count(a=fifty) == (1, 1, 7, 7, 0)


def test_first_frames_outside_of_train_and_odd_names_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    body = "dataset: siw\nreport: acer\nprotocols:\n"
    body += "  {name}: {{title: t, train: {{}}, test: {test}}}\n"
    path.write_text(body.format(name="A", test="{first_frames: 60}"))
    with pytest.raises(InputError, match="first_frames is for train"):
        load_set(path)
    path.write_text(body.format(name="A@1", test="{}"))
    with pytest.raises(InputError, match="has no @"):
        load_set(path)
