from __future__ import annotations

import json
import shutil
from pathlib import Path

import inference
import numpy as np
import pytest
import torch
from inference_parts import contenders, tables
from inference_parts.contenders import EAGER, Contender, of_packages, of_run
from inference_parts.peak import matrix_rates
from inference_parts.people import framed_face
from inference_parts.rows import Cost, parity_row, predict_row, spearman, speed_row
from inference_parts.search import iou, search_row

from helpers.tiny_packages import exported, shared_run, traced_once
from spoofcue.cue.generator import LGSC
from spoofcue.faces.box import Box
from spoofcue.methods.network_cost import summarise
from spoofcue.methods.settings import load_settings

NAMED = ("paper", 224, 4, "openvino", "bf16")


def test_a_row_of_speed_by_hand() -> None:
    row = speed_row(NAMED, [20, 10, 40], [60, 100, 80], Cost(0.5, 200), 300, 120)
    assert row.images_per_s == pytest.approx(200)  # four in 20 ms
    assert (row.ms_image, row.best_ms_image) == (5, 2.5)
    assert row.times_eager == 4  # 80 / 20
    assert row.of_peak == pytest.approx(0.5)  # 200 images of 0.5 GFLOP a second, of 200
    assert row.added_mib == 180
    assert speed_row(NAMED, [20], [80], Cost(0.5, None), 1, 1).of_peak is None


def test_a_row_of_predict_by_hand() -> None:
    stages = ("decode", "detect", "crop", "network", "rest", "full_detect", "full_total")
    samples = [
        dict.fromkeys(stages, float(k))
        | {"total": total, "bare": bare, "input_height": 256, "input_width": 224}
        for k, (total, bare) in enumerate([(30.0, 20.0), (26.0, 25.0), (99.0, 10.0)])
    ]
    row = predict_row(("paper", "openvino", "bf16"), samples)
    assert (row.total, row.bare, row.over_bare, row.detect) == (30, 20, 1.5, 1)
    assert row.input_px == "224x256"


def test_rank_correlation_by_hand() -> None:
    a = np.array([1.0, 2, 3, 4])
    assert spearman(a, np.array([10.0, 30, 20, 40])) == pytest.approx(0.8)  # 1 - 6 * 2 / 60
    assert spearman(a, -a) == pytest.approx(-1)
    # ranks 1, 2.5, 2.5, 4 beside 1, 2, 3, 4
    assert spearman(np.array([1.0, 2, 2, 4]), a) == pytest.approx(4.5 / np.sqrt(4.5 * 5))
    assert spearman(a, np.ones(4)) is None


def test_differences_of_scores_by_hand() -> None:
    row = parity_row(("m", "torch", "bf16"), [0.1, 0.25, 0.3], [0.1, 0.2, 0.4], "eager", True)
    assert row.largest == pytest.approx(0.1)
    assert row.mean == pytest.approx(0.05)
    assert row.mean_score == pytest.approx(0.7 / 3)
    assert (row.n, row.rank) == (3, pytest.approx(1))


@pytest.mark.parametrize(("preset", "side"), [("paper", 224), ("lite-unet", 160), ("lite", 192)])
def test_the_work_of_an_image_is_that_of_the_models_own_count(preset: str, side: int) -> None:
    settings = load_settings(preset, None, ["model.weights=none"])
    counted = summarise(LGSC(**settings.model.network()), side, side).generator_macs
    assert contenders.gflop(settings, side) == pytest.approx(2e-9 * counted)
    told = {"lite-unet": 0.332, "lite": 0.308}.get(preset)
    if told:
        assert contenders.gflop(settings, side) == pytest.approx(told, abs=0.001)


def test_the_peak_is_that_of_products_of_the_stated_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference_parts.peak._seconds", lambda call: (call(), 0.5)[1])
    rates = matrix_rates(100, repeats=1)
    assert rates["fp32"] == pytest.approx(0.004)  # 2 * 100^3 operations in half a second
    assert rates["bf16"] == rates["fp32"]


def test_both_searches_on_a_rendered_person() -> None:
    assert iou(Box(0, 0, 10, 10), Box(5, 0, 10, 10)) == pytest.approx(1 / 3)
    assert iou(Box(0, 0, 10, 10), Box(20, 0, 10, 10)) == 0
    row = search_row(200, [framed_face(0, 200)])
    assert (row.n, row.full_found, row.fast_found, row.settled) == (1, 1, 1, 1)
    assert row.mean_iou is not None
    assert row.mean_iou > 0.97
    small = search_row(110, [framed_face(0, 110), np.full((480, 640, 3), 90, np.uint8)])
    assert (small.n, small.full_found, small.fast_found, small.settled) == (2, 1, 1, 0)
    assert small.mean_iou == 1  # the whole picture was searched again


def test_a_table_has_a_cell_for_every_column_and_row() -> None:
    rows = [speed_row(NAMED, [20], [80], Cost(0.5, peak), 300, 120) for peak in (None, 200)]
    head, rule, first, second = tables.markdown(tables.SPEED, rows).splitlines()
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in (head, first, second)]
    assert {len(line) for line in cells} == {len(tables.SPEED)}
    assert dict(zip(cells[0], cells[1], strict=True))["of peak"] == "—"
    assert dict(zip(cells[0], cells[2], strict=True)) == {
        "model": "paper",
        "px": "224",
        "batch": "4",
        "runtime": "openvino",
        "precision": "bf16",
        "images/s": "200.0",
        "ms/image": "5.00",
        "best": "5.00",
        "x eager": "4.00",
        "of peak": "50%",
        "MiB": "300",
        "+ MiB": "180",
    }
    assert set(rule) <= set("|- ")


def test_scores_of_the_same_network_agree_and_of_a_perturbed_one_do_not(tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(shared_run(), other)
    path = other / "checkpoints" / "best.ckpt"
    stored = torch.load(path, weights_only=True)
    stored["state_dict"]["network.generator.decoder.to_cue.bias"] += 0.2
    torch.save(stored, path)
    crops = sorted((shared_run().parent / "data").rglob("*.png"))[:3]
    assert len(crops) == 3
    found = []
    for run in (shared_run(), shared_run(), other):
        made = Contender("m", 32, 1.0, False, {EAGER: run}, EAGER)
        (task,) = inference.tasks(made, 1, kind="score", crops=[str(c) for c in crops])
        worker = inference.Worker(task)
        found.append([s["score"] for s in worker.measure()])
        worker.close()
        assert worker.peak_mib >= worker.imported_mib > 10
    same, off = (parity_row(("m", *EAGER), s, found[0], "eager", False) for s in found[1:])
    assert same.largest == same.mean == 0
    assert off.largest >= off.mean > 0.01


def test_ready_packages_are_compared_with_one_of_themselves(tmp_path: Path) -> None:
    made = of_packages("mine", [exported("safetensors"), exported("onnx")], tmp_path)
    assert made.reference == ("torch", "fp32")
    assert made.cells["onnxruntime", "fp32"] == exported("onnx")
    assert made.side == 32
    assert not made.random
    rows = inference.parity(made, sorted((shared_run().parent / "data").rglob("*.png"))[:2], 1)
    assert EAGER not in {(row.runtime, row.precision) for row in rows}  # its weights are others
    assert {row.runtime for row in rows} >= {"torch", "onnxruntime"}
    assert all(row.largest < 1e-5 for row in rows)


def test_a_run_is_exported_to_every_format_and_precision(tmp_path: Path) -> None:
    crops = sorted((shared_run().parent / "data").rglob("*.png"))[:2]
    with traced_once("inference_parts.contenders"):
        made = of_run("mine", shared_run(), tmp_path, crops)
    wanted = {cell for cell in contenders.PACKAGED if contenders.installed(cell[0])}
    assert set(made.cells) == {EAGER, *wanted}
    assert made.reference == EAGER
    assert all(path.is_dir() for path in made.cells.values())


@pytest.mark.slow
def test_one_run_fills_all_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, page = tmp_path / "a.json", tmp_path / "a.md"
    options = ["--quick", "--models", "lite-unet", "--runtimes", "onnxruntime", "--threads", "1"]
    found = inference.main([*options, "--json", str(out), "--markdown", str(page)])
    assert json.loads(out.read_text()) == found
    assert page.read_text() == capsys.readouterr().out.removesuffix("\n")
    cells = {EAGER, ("onnxruntime", "fp32"), ("onnxruntime", "int8")}
    for part, of_cell in (("speed", 2), ("predict", 1), ("parity", 1)):
        named = [(row["runtime"], row["precision"]) for row in found[part]]
        assert set(named) == cells
        assert len(named) == of_cell * len(cells)
        assert f"### {part}" in page.read_text()
    for row in found["speed"]:
        eager = next(
            r for r in found["speed"] if r["runtime"] == "eager" and r["batch"] == row["batch"]
        )
        assert row["times_eager"] == pytest.approx(eager["ms_image"] / row["ms_image"])
        assert row["best_ms_image"] <= row["ms_image"]
        peak = found["peak_gflop_per_s"].get(row["precision"])
        if peak:
            used = row["images_per_s"] * found["models"][0]["gflop_per_image"]
            assert row["of_peak"] == pytest.approx(used / peak)
        assert 0 <= row["added_mib"] < row["peak_mib"]
    for row in found["predict"]:
        stages = ("decode", "detect", "crop", "network", "rest")
        assert all(row[s] >= 0 for s in stages)
        assert row["over_bare"] == pytest.approx(row["total"] / row["bare"])
    exact = {(r["runtime"], r["precision"]): r["largest"] for r in found["parity"]}
    assert exact[EAGER] == 0
    assert exact["onnxruntime", "fp32"] < 1e-5 < exact["onnxruntime", "int8"]
    assert all(row["random"] for row in found["parity"])
    assert found["search"][0]["full_found"] == found["search"][0]["n"] == 3


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        inference.arguments(["--only", "speed,size"])
    assert "unknown parts: size" in capsys.readouterr().err
