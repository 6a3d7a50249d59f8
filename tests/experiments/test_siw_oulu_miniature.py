"""The cross-test of Table 4 on miniatures of both datasets, with a network that is trained."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.known_dataset import make_miniature
from spoofcue.cli.main import app
from spoofcue.config import RunSettings
from spoofcue.experiments import methods
from spoofcue.experiments.methods import train_fold

TINY = [
    "--preset", "small", "--set", "model.width=8", "--set", "input.size=64",
    "--set", "input.max_side=64", "--set", "training.epochs=1",
    "--set", "training.images_per_epoch=8", "--set", "training.batch_size=4",
    "--set", "training.workers=0", "--set", "training.threads=1",
    "--set", "training.precision=fp32",
]  # fmt: skip


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    root, given = tmp_path_factory.mktemp("sets"), []
    for name in ("siw", "oulu-npu"):
        make_miniature(name, root / name)
        call = ["prepare", name, str(root / name), "--out", str(root / f"{name}-faces")]
        CliRunner().invoke(app, [*call, "--frames", "1"], catch_exceptions=False)
        given += ["--data", f"{name}={root / f'{name}-faces'}"]
    return given


def scores(fold: Path, split: str) -> list[tuple[str, ...]]:
    with (fold / "scores" / f"{split}.csv").open() as file:
        return [(r["media"], r["frame"], r["label"], r["score"]) for r in csv.DictReader(file)]


@pytest.mark.slow
def test_fourteen_folds_have_one_training_and_the_results_of_fourteen(
    given: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[Path] = []

    def counted(data: Path, run: Path, settings: RunSettings) -> None:
        trained.append(run)
        train_fold(data, run, settings)

    monkeypatch.setattr(methods, "train_fold", counted)

    def benchmark(protocol: str, out: Path, *more: str) -> str:
        call = ["benchmark", "siw-oulu", "--protocol", protocol, "--out", str(out), *given, *TINY]
        done = CliRunner().invoke(app, [*call, *more], catch_exceptions=False)
        assert done.exit_code == 0
        return done.output

    together = tmp_path / "together"
    printed = benchmark("all", together)
    assert len(trained) == 1
    results = {p.parent: json.loads(p.read_text()) for p in together.rglob("result.json")}
    assert len(results) == 14
    assert "14 folds, 1 training" in " ".join(printed.split())

    # 2 and one phone of 4, each trained by itself in a folder of its own
    for protocol, fold in (("2", "2"), ("4", "phone-1")):
        alone = tmp_path / f"alone-{protocol}"
        benchmark(protocol, alone)
        place = Path("siw-oulu") / "lgsc" / protocol / fold / "seed-0"
        for split in ("dev", "test"):
            assert scores(together / place, split) == scores(alone / place, split)
        own = json.loads((alone / place / "result.json").read_text())
        assert results[together / place]["evaluation"] == own["evaluation"]
        assert results[together / place]["training"] == "lgsc/1/1/seed-0"
    assert len(trained) == 3

    # what is tested is each fold's own part, and no row is scored by an untrained network
    tested = {p.parent.name: {m for m, *_ in scores(p, "test")} for p in results if "/3/" in str(p)}
    assert {phone: len(media) for phone, media in tested.items()} == {
        f"phone-{k}": 3 * 5 for k in range(1, 7)
    }
    assert all(m.split("/")[-1][0] == phone[-1] for phone, names in tested.items() for m in names)

    benchmark("1", together, "--threshold", "0.01")
    assert len(trained) == 3
    fixed = together / "siw-oulu/lgsc/1@0.01/1/seed-0"
    assert scores(fixed, "test") == scores(together / "siw-oulu/lgsc/1/1/seed-0", "test")
    level = json.loads((fixed / "result.json").read_text())["evaluation"]["frame"]
    assert level["threshold"]["value"] == 0.01
