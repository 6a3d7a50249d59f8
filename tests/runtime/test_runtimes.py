from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save

from helpers.strong_cues import strengthen
from helpers.tiny_packages import SETTINGS, exported, shared_run
from spoofcue.cue.generator import LGSC
from spoofcue.errors import InputError
from spoofcue.methods.settings import load_settings
from spoofcue.package.read import read_package
from spoofcue.runtime import choice
from spoofcue.runtime.choice import choose_runtime, open_cues
from spoofcue.runtime.session import CueRuntime
from spoofcue.runtime.with_openvino import OpenVinoRuntime
from spoofcue.runtime.with_torch import TorchRuntime, folded
from spoofcue.scoring.checkpoint import TorchModel
from spoofcue.scoring.experts import graph_of
from spoofcue.scoring.face import Face
from spoofcue.scoring.open_model import open_model

needs_openvino = pytest.mark.skipif(not choice.installed("openvino"), reason="no OpenVINO")
COMBINATIONS = [
    pytest.param("onnx", "onnxruntime"),
    pytest.param("onnx", "openvino", marks=needs_openvino),
    pytest.param("openvino", "openvino", marks=needs_openvino),
    pytest.param("safetensors", "torch"),
]


def images() -> list[NDArray[np.float32]]:
    rng = np.random.default_rng(0)
    shapes = ((1, 64, 64), (2, 32, 96), (3, 64, 32), (1, 96, 96))
    return [rng.uniform(-1, 1, (b, 3, h, w)).astype(np.float32) for b, h, w in shapes * 3]


def opened(to: str, runtime: str, threads: int | None = None) -> CueRuntime:
    package = read_package(exported(to))
    assert package.spec.cue
    return open_cues(graph_of(package.spec.cue, package.weights), runtime, threads)


@pytest.mark.parametrize(("to", "runtime"), COMBINATIONS)
def test_every_runtime_gives_torchs_cues_and_none_writes_over_them(to: str, runtime: str) -> None:
    ours, reference = opened(to, runtime), TorchModel(shared_run())
    assert ours.name == runtime
    kept = [ours.cues(image) for image in images()]
    for image, cue in zip(images(), kept, strict=True):
        np.testing.assert_allclose(cue, reference.cues(image), atol=1e-5)


@pytest.mark.parametrize(("to", "runtime"), COMBINATIONS)
def test_threads_that_share_a_runtime_get_their_own_results(to: str, runtime: str) -> None:
    shared = opened(to, runtime)
    alone = [shared.cues(image) for image in images()]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(shared.cues, images() * 3))
    for number, cue in enumerate(together):
        np.testing.assert_allclose(cue, alone[number % len(alone)], atol=1e-6)


@pytest.mark.parametrize(("to", "runtime"), COMBINATIONS)
def test_wrong_images_are_refused_in_our_words(to: str, runtime: str) -> None:
    ours = opened(to, runtime)
    good = np.zeros((1, 3, 64, 64), np.float32)
    for bad in (good[0], good[:, :2], good[:, :, :60], good.astype(np.float64), good[:0]):
        with pytest.raises(InputError, match="multiples of 32"):
            ours.cues(bad)
    transposed = np.asfortranarray(good + np.arange(64, dtype=np.float32) / 64)
    np.testing.assert_array_equal(
        ours.cues(transposed), ours.cues(np.ascontiguousarray(transposed))
    )


def test_the_number_of_threads_is_an_option_where_it_is_not_the_processs() -> None:
    image = images()[0]
    one, two = opened("onnx", "onnxruntime", 1), opened("onnx", "onnxruntime", 2)
    np.testing.assert_allclose(one.cues(image), two.cues(image), atol=1e-6)
    with pytest.raises(InputError, match="threads=0"):
        opened("onnx", "onnxruntime", 0)
    with pytest.raises(InputError, match="OMP_NUM_THREADS"):
        opened("safetensors", "torch", 2)


def test_the_choice_follows_format_installation_argument_and_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SPOOFCUE_RUNTIME", raising=False)
    there = {"openvino", "onnxruntime", "torch"}
    monkeypatch.setattr(choice, "installed", lambda name: name in there)
    assert choose_runtime("onnx", "fp32") == "openvino"
    assert choose_runtime("onnx", "int8") == "onnxruntime"
    assert choose_runtime("openvino", "bf16") == "openvino"
    assert choose_runtime("safetensors", "fp32") == "torch"
    monkeypatch.setenv("SPOOFCUE_RUNTIME", "onnxruntime")
    assert choose_runtime("onnx", "fp32") == "onnxruntime"
    assert choose_runtime("onnx", "fp32", "openvino") == "openvino"  # the argument wins
    with pytest.raises(InputError, match="SPOOFCUE_RUNTIME"):
        choose_runtime("safetensors", "fp32")
    with pytest.raises(InputError, match="unknown"):
        choose_runtime("onnx", "fp32", "tensorrt")
    there.remove("openvino")
    monkeypatch.delenv("SPOOFCUE_RUNTIME")
    assert choose_runtime("onnx", "fp32") == "onnxruntime"
    for wanted in (None, "openvino"):
        with pytest.raises(InputError, match=r"pip install 'spoofcue\[openvino\]'"):
            choose_runtime("openvino", "fp32", wanted)


def test_a_folded_network_gives_the_same_cues_for_every_kind_of_part() -> None:
    torch.manual_seed(0)
    image = torch.rand(2, 3, 64, 64) * 2 - 1
    kinds = (
        {"width": 4},
        {"width": 4, "encoder_norm": "instance", "decoder_norm": "batch"},
        {"encoder": "mobilenet-v2", "mobile_multiplier": 0.25, "decoder": "separable"},
    )
    for kind in kinds:
        network = LGSC(**SETTINGS.model.network() | kind).generator  # type: ignore[arg-type]
        strengthen(network)
        for module in network.modules():  # as trained: no statistic is 0 or 1
            if isinstance(module, torch.nn.BatchNorm2d):
                torch.nn.init.uniform_(module.running_mean, -0.3, 0.3)  # type: ignore[arg-type]
                torch.nn.init.uniform_(module.running_var, 0.5, 2)  # type: ignore[arg-type]
        made = folded(network)
        assert not any(
            isinstance(m, (torch.nn.BatchNorm2d, torch.nn.InstanceNorm2d)) for m in made.modules()
        )
        with torch.inference_mode():
            there, here = network.eval()(image).cue, made(image).cue
        assert there.std() > 1e-3
        torch.testing.assert_close(here, there, atol=1e-4, rtol=0)


@pytest.mark.parametrize("preset", ["small", "lite-unet"])
def test_torch_runs_any_network_of_ours_in_fp32_and_near_it_in_bf16(preset: str) -> None:
    few = ["model.width=4"] if preset == "small" else ["model.mobile_multiplier=0.25"]
    settings = load_settings(preset, None, [*few, "model.weights=none"]).model
    torch.manual_seed(0)
    network = LGSC(**settings.network()).generator.eval()
    strengthen(network)
    weights = save(network.state_dict())
    image = images()[1]
    with torch.inference_mode():
        exact = network(torch.from_numpy(image)).cue.numpy()
    np.testing.assert_allclose(TorchRuntime(weights, settings).cues(image), exact, atol=2e-5)
    near = TorchRuntime(weights, settings, "bf16").cues(image)
    assert near.dtype == np.float32
    assert near.flags.c_contiguous
    off = float(np.abs(near - exact).mean() / np.abs(exact).mean())
    assert 1e-4 < off < 0.1  # computed in bf16, indeed, and not in something worse


@needs_openvino
def test_the_usual_shape_and_others_agree_in_openvino() -> None:
    weights = read_package(exported("onnx")).weights["model.onnx"]
    usual, reference = OpenVinoRuntime(weights, usual=(1, 3, 64, 64)), TorchModel(shared_run())
    for image in images():
        expected = reference.cues(image)
        image.setflags(write=False)  # it is read where it lies, and need not be ours to change
        np.testing.assert_allclose(usual.cues(image), expected, atol=1e-5)
    with pytest.raises(InputError, match="OpenVINO cannot use"):
        OpenVinoRuntime(b"nothing", usual=(1, 3, 64, 64))


def test_another_networks_tensors_are_refused() -> None:
    weights = read_package(exported("safetensors")).weights["model.safetensors"]
    wider = SETTINGS.model.model_copy(update={"width": 8})
    for data, settings in ((weights, wider), (weights[:-5], SETTINGS.model)):
        with pytest.raises(InputError, match="not this network's"):
            TorchRuntime(data, settings)


@needs_openvino
def test_openvino_is_imported_without_its_telemetry(tmp_path: Path) -> None:
    code = (
        "import sys; from spoofcue.runtime.with_openvino import import_openvino; "
        "import_openvino(); print('openvino_telemetry' in sys.modules)"
    )
    path = ":".join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": str(tmp_path), "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
    assert list(tmp_path.iterdir()) == []  # its id would lie there


class Mirror:
    """A runtime whose cue map is the image itself."""

    name = "mirror"

    def cues(self, image: np.ndarray) -> np.ndarray:
        return image


def test_an_entry_is_all_that_a_runtime_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = choice.Runtime("mirror", lambda form, _: form == "onnx", lambda *_: Mirror())
    monkeypatch.setitem(choice.RUNTIMES, "mirror", entry)
    with pytest.raises(InputError, match="'mirror' is not installed: pip install 'mirror'"):
        choose_runtime("onnx", "fp32", "mirror")
    monkeypatch.setitem(sys.modules, "mirror", ModuleType("mirror"))
    assert choice.allowed_runtimes("onnx", "fp32") == ("openvino", "onnxruntime", "mirror")
    assert choice.allowed_runtimes("onnx", "int8")[0] == "onnxruntime"
    assert "mirror" not in choice.allowed_runtimes("safetensors", "fp32")
    white = np.full((64, 64, 3), 255, np.uint8)
    (result,) = open_model(exported("onnx"), "mirror").score([Face.filling(white)])
    assert result.score == 1.0
