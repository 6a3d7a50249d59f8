from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from click.testing import CliRunner

from helpers.made_runs import begin_run
from helpers.tiny_packages import exported, shared_run, tiny_checkpoint, tiny_lgsc_run, traced_once
from spoofcue.cli.main import app
from spoofcue.errors import InputError
from spoofcue.export import proof
from spoofcue.export.dev_crops import dev_crops
from spoofcue.export.package import export_package
from spoofcue.export.proof import Accuracy, shortfall
from spoofcue.media.image import read_image
from spoofcue.package.read import read_package
from spoofcue.runtime.choice import installed
from spoofcue.runtime.with_onnxruntime import import_onnxruntime
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import open_model


@pytest.mark.parametrize("to", ["onnx", "openvino", "safetensors"])
def test_a_package_scores_as_the_checkpoint_and_tells_how_near(to: str) -> None:
    if to == "openvino" and not installed("openvino"):
        pytest.skip("no OpenVINO")
    package = read_package(exported(to))
    parity = package.spec.parity
    assert parity is not None
    assert (parity.on, parity.n) == ("dev crops", 12)
    assert parity.mean <= parity.max < 1e-5
    dev = dev_crops(shared_run())
    assert dev is not None
    crops = [read_image(p) for p in dev.paths[:3]]
    ours, theirs = open_model(exported(to)), TorchModel(shared_run())
    faces = [Face.filling(crop) for crop in crops]
    for a, b in zip(ours.score(faces), theirs.score(faces), strict=True):
        assert a.score == pytest.approx(b.score, abs=1e-5)
    assert ours.facts.threshold == theirs.facts.threshold


def test_the_facts_of_the_run_are_in_the_package() -> None:
    spec = read_package(exported("safetensors")).spec
    assert spec.name == "run"
    assert spec.cue
    assert spec.cue.training.model.width == 4
    assert (spec.cue.crop.scale, spec.min_face_px, spec.detector) == (1.4, 16, "dlib")
    t = spec.threshold
    # two people, each 2 live pictures and 2 of either attack
    assert (t.rule, t.data, t.live, t.attack, t.people) == ("eer", "data", 4, 8, 2)
    text = (exported("safetensors") / "spoofcue.json").read_text()
    assert str(shared_run().parent) not in text  # no path of the machine


def test_a_path_of_the_training_machine_does_not_travel(tmp_path: Path) -> None:
    run = tiny_lgsc_run(tmp_path / "run")
    import torch

    path = run / "checkpoints" / "best.ckpt"
    stored = torch.load(path, weights_only=True)
    stored["spoofcue"]["settings"]["model"]["weights"] = "/home/someone/resnet18.pth"
    torch.save(stored, path)
    spec = export_package(run, tmp_path / "p", "safetensors").spec
    assert spec.cue
    assert spec.cue.training.model.weights == "resnet18.pth"


def test_without_the_data_parity_is_on_generated_inputs(tmp_path: Path) -> None:
    run = tiny_lgsc_run(tmp_path / "run")
    parity = export_package(run, tmp_path / "p.spoofcue", "safetensors").spec.parity
    assert parity is not None
    assert parity.on == "generated inputs"
    with pytest.raises(InputError, match="dev crops"):
        export_package(run, tmp_path / "q", "onnx", "int8")
    assert not (tmp_path / "q").exists()


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    for to, precision, told in (
        ("onnx", "bf16", "computes no bf16"),
        ("safetensors", "int8", "int8 is for"),
        ("safetensors", "fp16", "fp16 is for"),
    ):
        with pytest.raises(InputError, match=told):
            export_package(shared_run(), tmp_path / "p", to, precision)  # type: ignore[arg-type]
    for args, told in (
        (["--out", str(tmp_path / "folder")], "--to"),
        (["--out", str(tmp_path / "m.onnx"), "--precision", "int8"], "--to as well"),
        (["--out", str(tmp_path / "m.onnx"), "--target", "eer"], "--to as well"),
    ):
        done = CliRunner().invoke(app, ["export", str(shared_run()), *args])
        assert told in str(done.exception)
    done = CliRunner().invoke(app, ["export", str(exported("onnx")), "--out", "x"])
    assert "exported already" in str(done.exception)


def test_a_smaller_precision_is_kept_only_within_two_tenths_of_a_point() -> None:
    reference = Accuracy(auc=0.95, acer=0.10)
    assert shortfall(Accuracy(0.948, 0.102), reference) is None
    for other in (Accuracy(0.9479, 0.10), Accuracy(0.95, 0.1021), Accuracy(0.95, 0.0979)):
        assert "instead of 95.00 %" in (shortfall(other, reference) or "")


def test_int8_takes_the_smallest_part_that_passes_on_dev_or_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = iter(["AUC 1 %", None])
    monkeypatch.setattr(proof, "shortfall", lambda ours, reference: next(verdicts, "AUC 2 %"))
    with traced_once():
        package = export_package(shared_run(), tmp_path / "p", "onnx", "int8")
    assert package.spec.metrics["int8 part"] == "the encoder"
    assert package.spec.experts[0].precision == "int8"
    graph = onnx.load_from_string(package.weights["model.onnx"])
    made = {
        name for node in graph.graph.node for name in node.output if "Dequantize" in node.op_type
    }
    int8 = [n.op_type == "Conv" and n.input[1] in made for n in graph.graph.node]
    assert int8.count(True) == 20  # the convolutions of a ResNet-18
    assert package.spec.parity is not None
    assert 0 < package.spec.parity.max < 0.01
    with traced_once(), pytest.raises(InputError, match="deep half of the encoder: AUC 2 %"):
        export_package(shared_run(), tmp_path / "q", "onnx", "int8")
    assert not (tmp_path / "q").exists()


@pytest.mark.parametrize("to", ["onnx", "openvino"])
def test_fp16_halves_the_file_and_rounds_the_weights_alone(to: str) -> None:
    if to == "openvino" and not installed("openvino"):
        pytest.skip("no OpenVINO")
    whole, half = read_package(exported(to)), read_package(exported(to, "fp16"))
    name = "model.onnx" if to == "onnx" else "model.bin"
    sizes = [p.spec.files[name].size for p in (whole, half)]
    graph = onnx.load_from_string(read_package(exported("onnx")).weights["model.onnx"]).graph
    kernels = sum(int(np.prod(t.dims)) for t in graph.initializer if len(t.dims) == 4)
    # two bytes a weight less; the casts take a little of it
    assert sizes[0] - sizes[1] > 0.9 * 2 * kernels
    parity = half.spec.parity
    assert parity is not None
    assert 0 < parity.mean <= parity.max < 1e-3
    assert half.spec.metrics["dev auc"] == pytest.approx(
        half.spec.metrics["dev auc of the checkpoint"], abs=0.002
    )
    assert (half.spec.experts[0].precision, half.spec.scores_as) == ("fp16", [])


def test_the_fp16_kernels_are_the_fp32_ones_rounded_and_are_folded_when_loaded(
    tmp_path: Path,
) -> None:
    onnxruntime = import_onnxruntime()
    package = read_package(exported("onnx", "fp16"))
    graphs = [read_package(exported("onnx")).weights["model.onnx"], package.weights["model.onnx"]]
    first, second = (
        {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load_from_string(g).graph.initializer}
        for g in graphs
    )
    rounded = {name.removesuffix("_fp16") for name in second if name.endswith("_fp16")}
    assert rounded == {name for name, v in first.items() if v.ndim == 4 and v.size >= 256}
    for name in first:
        wanted = first[name].astype(np.float16) if name in rounded else first[name]
        np.testing.assert_array_equal(second[name + "_fp16" * (name in rounded)], wanted)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(tmp_path / "seen.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(graphs[1], options, providers=["CPUExecutionProvider"])
    # none is left for an inference to do, and it computes in fp32
    assert "Cast" not in {n.op_type for n in onnx.load(tmp_path / "seen.onnx").graph.node}


def test_fp16_that_decides_otherwise_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "shortfall", lambda ours, reference: "AUC 1 %")
    with traced_once(), pytest.raises(InputError, match="fp16 is refused: on 12 dev crops AUC 1 %"):
        export_package(shared_run(), tmp_path / "p", "onnx", "fp16")
    assert not (tmp_path / "p").exists()


def test_a_target_is_met_by_the_exported_model_on_all_dev_crops(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app,
        [
            *("export", str(shared_run()), "--to", "safetensors", "--target", "apcer=0.25"),
            *("--out", str(tmp_path / "p")),
        ],
    )
    assert done.exit_code == 0, done.output
    assert "apcer<=0.25 cannot be promised: it takes 12 attempts of each kind" in done.stderr
    t = read_package(tmp_path / "p").spec.threshold
    dev = dev_crops(shared_run(), None)
    assert dev is not None
    model = open_model(tmp_path / "p")
    scores = {
        pai: sorted(
            model.score([Face.filling(read_image(p))])[0].score
            for p, of in zip(dev.paths, dev.pais, strict=True)
            if of == pai
        )
        for pai in ("print-a", "replay-a")
    }
    # one of the four attacks of each species may pass: the lower of the two that do
    assert t.value == min(of[0] for of in scores.values())
    assert (t.rule, t.target, t.supported) == ("apcer<=0.25", 0.25, False)
    assert (t.source, t.data) == ("the exported model's scores on dev", "data")
    assert (t.live, t.attack, t.people) == (4, 8, 2)


def test_a_target_takes_dev_crops(tmp_path: Path) -> None:
    run = tiny_lgsc_run(tmp_path / "run")
    for target, told in (("eer", "model calibrate"), ("acer=0.1", "write apcer=RATE")):
        with pytest.raises(InputError, match=told):
            export_package(run, tmp_path / "p", "safetensors", target=target)
    assert not (tmp_path / "p").exists()


def test_the_protocol_of_a_run_is_stated_by_its_record(tmp_path: Path) -> None:
    run = tiny_lgsc_run(tmp_path / "run")
    assert export_package(run, tmp_path / "p", "safetensors").spec.threshold.protocol is None
    begin_run(run, data_entry={"protocol": "oulu-npu 1"})
    assert export_package(run, tmp_path / "p", "safetensors").spec.threshold.protocol == (
        "oulu-npu 1"
    )


def test_a_model_that_gives_no_numbers_is_not_packaged(tmp_path: Path) -> None:
    import torch

    run = tiny_lgsc_run(tmp_path / "run")
    path = tiny_checkpoint(run / "checkpoints" / "best.ckpt")
    stored = torch.load(path, weights_only=True)
    for name, value in stored["state_dict"].items():
        if value.is_floating_point() and name.startswith("network.generator.decoder"):
            value.fill_(np.nan)
    torch.save(stored, path)
    with pytest.raises(InputError, match="no numbers"):
        export_package(run, tmp_path / "p", "safetensors")
    assert not (tmp_path / "p").exists()


def test_the_command_prints_the_proof_and_an_old_onnx_still_loads(tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(shared_run(), run)
    done = CliRunner().invoke(
        app, ["export", str(run), "--to", "safetensors", "--out", str(tmp_path / "m.spoofcue")]
    )
    assert done.exit_code == 0, done.output
    assert "score difference to torch over 12 dev crops" in done.stdout
    with traced_once():
        plain = CliRunner().invoke(app, ["export", str(run), "--out", str(tmp_path / "m.onnx")])
    assert plain.exit_code == 0, plain.output
    old = open_model(tmp_path / "m.onnx")
    crop = np.full((40, 40, 3), 90, np.uint8)
    assert old.score([Face.filling(crop)])[0].score == pytest.approx(
        TorchModel(run).score([Face.filling(crop)])[0].score, abs=1e-5
    )
    facts = json.loads(
        CliRunner().invoke(app, ["model", "info", str(tmp_path / "m.spoofcue"), "--json"]).stdout
    )
    assert facts["parity"]["n"] == 12
    with pytest.raises(InputError, match="onnxruntime alone"):
        open_model(tmp_path / "m.onnx", "openvino")
    with pytest.raises(InputError, match="torch alone"):
        open_model(run, "openvino")
