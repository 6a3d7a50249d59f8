"""A licence holder's one command, on miniatures of the paper's datasets: from trees to a table."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from click.testing import CliRunner

from helpers.known_dataset import make_miniature
from spoofcue.cli.main import app

TWO_STEPS = [
    "--preset", "small", "--frames", "2", "--set", "model.width=8", "--set", "input.size=64",
    "--set", "input.max_side=64",
    "--set", "training.epochs=1", "--set", "training.images_per_epoch=8",
    "--set", "training.batch_size=4", "--set", "training.workers=0",
    "--set", "training.threads=1",
]  # fmt: skip


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("official")
    for name in ("oulu-npu", "siw", "casia-mfsd", "replay-attack"):
        make_miniature(name, root / name)
    return root


# fold -> live and attack videos of its test in the miniatures, counted by hand
TESTED = {
    # six phones, session 3, one person
    "oulu-npu 1": (6, 24),
    # two people with 8 live videos, 4 prints and 16 replays, 4 of each medium
    "siw 1": (16, 40),
    **{f"siw 2 display-replay-{k}": (16, 8) for k in range(1, 5)},
    "siw 3 unseen-replays": (16, 32),
    "siw 3 unseen-prints": (16, 8),
    # two people with 4 live videos and 20 attacks, and two with 3 and 9
    "casia-replay casia-to-replay": (8, 40),
    "casia-replay replay-to-casia": (6, 18),
    "siw-oulu 1": (6, 24),
}

Videos = list[tuple[float, str]]


def videos_of(path: Path) -> Videos:
    """A score file's recordings: mean score over frames, and species, empty for live."""
    frames: dict[str, list[float]] = defaultdict(list)
    species: dict[str, str] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            assert (row["label"] == "1") == (row["pai"] != "")
            frames[row["video"]].append(float(row["score"]))
            species[row["video"]] = row["pai"]
    return [(fmean(scores), species[video]) for video, scores in frames.items()]


def rates(videos: Videos, threshold: float) -> tuple[dict[str, float], float]:
    """APCER of each species and of all (``pooled``), and BPCER, by their definitions."""
    passed: dict[str, list[bool]] = defaultdict(list)
    for score, pai in videos:
        for group in {pai, "pooled"} if pai else ():
            passed[group].append(not score > threshold)
    live = [score > threshold for score, pai in videos if not pai]
    return {pai: fmean(those) for pai, those in passed.items()}, fmean(live)


def distance_from_equal(videos: Videos, threshold: float) -> float:
    apcer, bpcer = rates(videos, threshold)
    return abs(apcer["pooled"] - bpcer)


def check_against_scores(folder: Path, result: dict[str, Any]) -> None:
    """Everything that a result says of its videos, from its stored scores alone."""
    dev, test = (videos_of(folder / f"scores/{split}.csv") for split in ("dev", "test"))
    told = result["evaluation"]["video"]
    fold = f"{result['set']} {result['protocol']}"
    fold += "" if result["folds"] == 1 or result["fold"] in fold else f" {result['fold']}"
    live = sum(not pai for _, pai in test)
    assert (live, len(test) - live) == TESTED[fold], fold
    # the threshold: no score of dev would bring the two rates nearer to each other
    threshold = told["threshold"]["value"]
    values = sorted(score for score, _ in dev)
    least = min(distance_from_equal(dev, cut) for cut in (values[0] - 1, *values))
    assert distance_from_equal(dev, threshold) == pytest.approx(least)
    assert told["threshold"]["source"] == "dev"
    apcer, bpcer = rates(test, threshold)
    assert told["bpcer"] == pytest.approx(bpcer)
    pooled = apcer.pop("pooled")
    assert told["apcer_pooled"] == pytest.approx(pooled)
    assert told["groupings"]["instrument"]["apcer_by_pai"] == pytest.approx(apcer)
    if told["grouping"] == "family":  # print-1 and print-2 are prints
        families = [(s, pai.partition("-")[0]) for s, pai in test]
        apcer = rates(families, threshold)[0]
        del apcer["pooled"]
    worst = pooled if told["grouping"] == "pooled" else max(apcer.values())
    assert told["apcer_max"] == pytest.approx(worst)
    assert told["acer"] == pytest.approx((worst + bpcer) / 2)
    assert told["hter"] == pytest.approx((pooled + bpcer) / 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "protocol", "roots", "folds", "table"),
    [
        ("oulu-npu", "1", ["oulu-npu"], 1, "Table 2"),
        ("siw", "all", ["siw"], 7, "Table 1"),
        ("casia-replay", "all", ["casia-mfsd", "replay-attack"], 2, "Table 3"),
        ("siw-oulu", "1", ["siw", "oulu-npu"], 1, "Table 4"),
    ],
)
def test_one_command_ends_in_the_papers_table(
    trees: Path,
    tmp_path: Path,
    command: str,
    protocol: str,
    roots: list[str],
    folds: int,
    table: str,
) -> None:
    given = [part for name in roots for part in ("--root", f"{name}={trees / name}")]
    call = ["benchmark", command, "--protocol", protocol, "--out", str(tmp_path), *given]
    made = CliRunner().invoke(app, [*call, *TWO_STEPS])
    assert made.exit_code == 0, made.output
    results = {p.parent: json.loads(p.read_text()) for p in tmp_path.rglob("result.json")}
    assert len(results) == folds
    measured = " ".join(
        line for line in (tmp_path / "tables.md").read_text().splitlines() if "measured" in line
    )
    for folder, result in results.items():
        check_against_scores(folder, result)
        if result["folds"] == 1:
            figure = 100 * result["evaluation"]["video"][result["report"]]
            shown = map(float, re.findall(r"\d+\.\d+", measured))
            assert any(abs(figure - number) < 0.06 for number in shown), (figure, measured)
    assert table in made.output
    # the results folder alone redraws it
    again = CliRunner().invoke(app, ["benchmark", "table", str(tmp_path)])
    assert again.exit_code == 0, again.output
    assert table in again.output
