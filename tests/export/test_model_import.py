"""Models of others as packages: arithmetic on made graphs, and what does not fit."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray
from onnx import TensorProto

from helpers.made_detector import FixedBoxes
from helpers.tiny_graphs import mean_colour_graph, write_graph
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.errors import InputError, PackageError
from spoofcue.export.model_import import import_models
from spoofcue.export.recipe import NamedRecipe, Recipe, built_in, load_recipe
from spoofcue.faces.box import Box
from spoofcue.package.expert import ClassExpert
from spoofcue.package.read import Package
from spoofcue.runtime.choice import installed
from spoofcue.scoring.combination import logistic
from spoofcue.scoring.exported import PackagedModel
from spoofcue.scoring.face import Face

RUNTIMES = [
    "onnxruntime",
    pytest.param(
        "openvino", marks=pytest.mark.skipif(not installed("openvino"), reason="no OpenVINO")
    ),
]
BOX = Box(40, 30, 20, 20)
# grey but for the face, red above it, and blue far to the right
FRAME: NDArray[np.uint8] = np.full((80, 120, 3), 100, np.uint8)
FRAME[30:50, 40:60] = (200, 50, 25)
FRAME[20:30] = (255, 0, 0)
FRAME[:, 90:] = (0, 0, 255)


def recipe(**expert: Any) -> NamedRecipe:
    tree = {
        "name": "own",
        "kind": "logits",
        "crop": {"scale": 1.0},
        "input": {"values": "0..1"},
        "output": {"index": 0, "means": "live"},
    }
    return NamedRecipe("own", Recipe.model_validate({"title": "t", "experts": [tree | expert]}))


def imported(folder: Path, graph: bytes, named: NamedRecipe) -> Package:
    (folder / "graph.onnx").write_bytes(graph)
    return import_models([folder / "graph.onnx"], named, folder / "p.spoofcue")


WEIGHTS = [[1.0, 0.0], [0.0, 2.0], [-1.0, 0.5]]  # (colour, class)


def by_hand(colour: NDArray[np.float64], index: int) -> float:
    """Log-odds against class ``index`` of the graph's two."""
    logits = colour @ np.array(WEIGHTS)
    return float(logits[1 - index] - logits[index])


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize(
    ("colour", "values", "scale"),
    [("rgb", "0..1", 255), ("bgr", "0..1", 255), ("rgb", "0..255", 1)],
)
@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_colours_ranges_layouts_and_crops_by_arithmetic(
    tmp_path: Path, runtime: str, colour: str, values: str, scale: int, layout: str
) -> None:
    mean, std = [0.1, 0.2, 0.3], [0.5, 0.25, 2.0]
    given = {"colour": colour, "values": values, "mean": mean, "std": std}
    graph = mean_colour_graph(WEIGHTS, layout=layout)
    package = imported(tmp_path, graph, recipe(input=given))
    (found,) = PackagedModel(package, runtime).score([Face(FRAME, BOX)])
    seen = np.array([200, 50, 25]) / scale
    if colour == "bgr":
        seen = seen[::-1]
    wanted = by_hand((seen - mean) / std, 0)
    (evidence,) = found.evidence
    assert evidence.raw == pytest.approx(wanted, rel=1e-4)
    assert found.score == pytest.approx(logistic(wanted), rel=1e-4)
    assert (evidence.box, evidence.inside, evidence.weight) == (BOX, 1.0, 1.0)


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("means", ["live", "attack"])
@pytest.mark.parametrize("kind", ["logits", "probabilities"])
def test_index_and_direction(tmp_path: Path, index: int, means: str, kind: str) -> None:
    graph = mean_colour_graph(WEIGHTS, softmax=kind == "probabilities", batch="n")
    output = {"index": index, "means": means}
    package = imported(tmp_path, graph, recipe(kind=kind, output=output))
    (found,) = PackagedModel(package).score([Face(FRAME, BOX)])
    wanted = by_hand(np.array([200, 50, 25]) / 255, index)
    assert found.score == pytest.approx(logistic(wanted if means == "live" else -wanted), rel=1e-4)


@pytest.mark.parametrize(
    ("crop", "wanted"),
    [
        ({"scale": 2.0}, Box(30, 20, 40, 40)),
        ({"scale": 2.0, "border": "pad"}, Box(30, 20, 40, 40)),
        ({"scale": 6.0, "border": "clip"}, Box(0, 0, 110, 80)),
        ({"scale": 6.0, "square": False, "border": "shift"}, Box(10, 0, 80, 80)),
        ({"scale": 4.4, "border": "pad"}, Box(6, -4, 88, 88)),
    ],
)
def test_a_wider_crop_sees_what_is_around_the_face(
    tmp_path: Path, crop: dict[str, Any], wanted: Box
) -> None:
    graph = mean_colour_graph(WEIGHTS, side=None)
    named = recipe(crop=crop, input={"size": 80, "interpolation": "area"})
    (found,) = PackagedModel(imported(tmp_path, graph, named)).score([Face(FRAME, BOX)])
    (evidence,) = found.evidence
    assert evidence.box == wanted
    seen = wanted.clipped(120, 80)
    assert seen is not None
    total = FRAME[seen.y : seen.y + seen.h, seen.x : seen.x + seen.w].sum((0, 1), dtype=np.float64)
    # what was padded is black
    assert evidence.raw == pytest.approx(by_hand(total / wanted.area / 255, 0), abs=0.02)


def test_a_graph_of_one_output_is_a_logistic_one(tmp_path: Path) -> None:
    graph = mean_colour_graph([[3.0], [0.0], [0.0]], bias=[-1.0])
    named = recipe(output={"index": 0, "means": "attack"})
    (found,) = PackagedModel(imported(tmp_path, graph, named)).score([Face(FRAME, BOX)])
    assert found.score == pytest.approx(logistic(3 * 200 / 255 - 1), rel=1e-4)


def test_faces_are_judged_alike_alone_and_together(tmp_path: Path) -> None:
    model = PackagedModel(imported(tmp_path, mean_colour_graph(WEIGHTS), recipe()))
    faces = [Face(FRAME, Box(x, 30, 20 + x, 20)) for x in (0, 10, 40, 70)]
    together = [found.score for found in model.score(faces)]
    assert together == [model.score([face])[0].score for face in faces]
    assert model.score([]) == []


@pytest.mark.parametrize(
    ("graph", "expert", "told"),
    [
        ({"side": 16}, {"input": {"size": 8}}, "1 x 3 x 16 x 16, and the recipe gives 1 x 3 x 8"),
        ({"layout": "nhwc"}, {"input": {"layout": "nchw", "size": 8}}, "1 x 8 x 8 x 3"),
        ({"side": None}, {}, "--set input.size=128"),
        ({"batch": 2}, {}, "2 x 3 x 8 x 8"),
        ({}, {"output": {"index": 0, "classes": 3, "means": "live"}}, "has 2 numbers"),
        ({}, {"output": {"index": 2, "means": "live"}}, "index 2 of 2 classes"),
        ({}, {"output": {"means": "live"}}, "--set output.index=0"),
        ({}, {"kind": "probabilities"}, "--set kind=logits"),
        ({"softmax": True}, {}, "--set kind=probabilities"),
        ({"kind": TensorProto.DOUBLE}, {}, "double; only float32"),
        ({}, {"input": {"tensor": "other"}}, "no input other; there are: picture"),
        ({}, {"output": {"index": 0, "means": "live", "tensor": "z"}}, "no output z"),
        ({}, {"input": {"colour": "grey"}}, "input: colour"),
        ({}, {"crop": {"scale": 0}}, "crop.scale"),
        ({}, {"output": {"index": 0, "means": "maybe"}}, "output: means"),
        ({}, {"weight": -1}, "weight"),
        ({}, {"surprise": 1}, "surprise"),
        ({}, {"input": "rgb"}, "input must hold keys"),
        ({}, {"output": [0]}, "output must hold keys"),
        ({}, {"crop": 2}, "crop"),
        ({}, {"not_named": 5}, "not_named"),
        ({}, {"kind": None}, "kind"),
        ({}, {"input": {"size": "wide"}}, "input: height"),
        ({}, {"calibration": {"slope": 1e9}}, "calibration.slope"),
        ({}, {"name": "../up"}, "name"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line_and_writes_nothing(
    tmp_path: Path, graph: dict[str, Any], expert: dict[str, Any], told: str
) -> None:
    with pytest.raises(InputError, match=r".") as caught:
        imported(tmp_path, mean_colour_graph(WEIGHTS, **graph), recipe(**expert))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["graph.onnx"]


def test_a_graph_that_sees_nothing_or_gives_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the same for all pictures"):
        imported(tmp_path, mean_colour_graph([[0.0, 0.0]] * 3, bias=[1.0, 2.0]), recipe())
    with pytest.raises(InputError, match="no number"):
        imported(tmp_path, mean_colour_graph([[math.inf, 0.0]] * 3), recipe())


@pytest.mark.parametrize("content", [b"", b"hello", b"\x08\x0a broken"])
def test_a_file_that_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises((InputError, PackageError), match=r"graph\.onnx"):
        imported(tmp_path, content, recipe())
    with pytest.raises(InputError, match="cannot read"):
        import_models([tmp_path / "none.onnx"], recipe(), tmp_path / "p.spoofcue")


def test_the_card_and_the_threshold_say_whose_they_are(tmp_path: Path) -> None:
    named = load_recipe("print-replay")
    path = write_graph(
        tmp_path / "AntiSpoofing_print-replay_1.5_128.onnx", [[1, 2, 3]] * 3, side=128
    )
    package = import_models([path], named, tmp_path / "p", "spoofcue model import x")
    facts, card = package.spec.threshold, package.spec.card
    assert (facts.value, facts.rule) == (0.5, "fixed")
    assert "the model's own" in facts.source
    assert card is not None
    assert (card.authors, card.licence) == ("hairymax", "none stated")
    text = (tmp_path / "p" / "README.md").read_text(encoding="utf-8")
    assert 'license: "other"' in text
    assert "https://github.com/hairymax/Face-AntiSpoofing" in text
    assert "apache" not in text.lower()
    assert "1.5 x the box, pad with zeros" in text


FITS = {
    "silent-face": ([3, 3], 80),
    "silent-face-v2": ([3], 80),
    "silent-face-v1se": ([3], 80),
    "print-replay": ([3], 128),
    "bin": ([2], 128),
    "two-class": ([2], 112),
}


@pytest.mark.parametrize("name", FITS)
def test_every_recipe_that_ships_makes_a_package_of_graphs_that_fit(
    tmp_path: Path, name: str
) -> None:
    classes, side = FITS[name]
    paths = [
        write_graph(tmp_path / f"{i}.onnx", np.eye(3)[:, :n].tolist(), side=side)
        for i, n in enumerate(classes)
    ]
    named = load_recipe(name, ["output.index=1"] if name == "two-class" else [])
    package = import_models(paths, named, tmp_path / "p.spoofcue")
    assert [e.output.means for e in package.spec.experts if isinstance(e, ClassExpert)] == [
        "live" for _ in classes
    ]
    assert PackagedModel(package).score([Face(FRAME, BOX)])[0].score > 0
    with pytest.raises(InputError, match="takes"):
        import_models([*paths, *paths], named, tmp_path / "q.spoofcue")


def test_the_recipes_that_ship_are_those() -> None:
    assert {known.name for known in built_in()} == set(FITS)


def test_files_in_the_wrong_order_are_known_by_their_names(tmp_path: Path) -> None:
    for name in ("2.7_80x80_MiniFASNetV2", "4_0_0_80x80_MiniFASNetV1SE"):
        write_graph(tmp_path / f"{name}.onnx", np.eye(3).tolist(), side=80)
    wide, near = sorted(tmp_path.iterdir(), key=lambda p: p.name, reverse=True)
    named = load_recipe("silent-face")
    assert import_models([near, wide], named, tmp_path / "p").spec.name == "silent-face"
    with pytest.raises(InputError, match="another model than minifasnet-v2"):
        import_models([wide, near], named, tmp_path / "q")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("crop", "KEY=VALUE"),
        ("missing=maybe", "missing"),
        ("colour=rgb", "surprise"),
        ("threshold=7", "threshold"),
        ("own=3", "own.weight"),
        ("name.x=3", "name"),
    ],
)
def test_changes_are_checked(tmp_path: Path, change: str, told: str) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(
        "title: mine\nexperts:\n- name: own\n  kind: logits\n  crop: {scale: 1}\n"
        "  output: {index: 0, means: live}\n"
    )
    if change == "colour=rgb":
        write_graph(tmp_path / "g.onnx", WEIGHTS)
        with pytest.raises(InputError, match="colour"):
            import_models([tmp_path / "g.onnx"], load_recipe(str(file), [change]), tmp_path / "p")
        return
    with pytest.raises(InputError, match=told):
        load_recipe(str(file), [change])


def test_changes_reach_the_recipe_all_experts_or_one() -> None:
    changes = ["minifasnet-v2.weight=0.3", "least_inside=0", "detector=yunet", "input.mean=1,2,3"]
    made = load_recipe("silent-face", [*changes, "limitations=one, two"]).recipe
    first, second = made.experts
    assert (first["weight"], second["weight"]) == (0.3, 0.5)
    assert first["least_inside"] == second["least_inside"] == 0
    assert isinstance(first["input"], dict)
    assert first["input"]["mean"] == [1, 2, 3]
    assert (made.detector, made.limitations) == ("yunet", "one, two")
    with pytest.raises(InputError, match="silent-face, silent-face-v1se"):
        load_recipe("mini")


def test_the_command_imports_lists_and_tells(tmp_path: Path) -> None:
    run = CliRunner().invoke
    listed = run(app, ["model", "import", "--list"])
    assert (listed.exit_code, "silent-face: " in listed.stdout) == (0, True)
    path = str(write_graph(tmp_path / "g.onnx", WEIGHTS))
    out = str(tmp_path / "g.spoofcue")
    call = ["model", "import", path, "--recipe", "two-class", "--out", out]
    refused = run(app, call)
    assert isinstance(refused.exception, InputError)
    made = run(app, [*call, "--set", "output.index=1", "--set", "licence=MIT"])
    assert made.exit_code == 0, made.output
    assert "the model's own" in made.stdout
    assert run(app, ["model", "verify", out]).exit_code == 0
    told = json.loads(run(app, ["model", "info", out, "--json"]).stdout)
    (expert,) = told["experts"]
    assert expert["output"] == {"tensor": "answer", "classes": 2, "index": 1, "means": "live"}
    assert told["card"]["source"] == [
        "spoofcue model import g.onnx --recipe two-class --set output.index=1 --set licence=MIT"
    ]
    table = run(app, ["model", "info", out], env={"COLUMNS": "200"}).stdout
    assert "number 1 of 2 means live" in table


def test_an_altered_or_missing_graph_refuses_the_whole_package(tmp_path: Path) -> None:
    paths = [write_graph(tmp_path / f"{i}.onnx", np.eye(3).tolist(), side=80) for i in range(2)]
    import_models(paths, load_recipe("silent-face"), tmp_path / "p")
    second = tmp_path / "p" / "minifasnet-v1se.onnx"
    whole = second.read_bytes()
    second.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(PackageError, match="altered"):
        Detector.load(tmp_path / "p")
    second.unlink()
    with pytest.raises(PackageError, match="lacks minifasnet-v1se"):
        Detector.load(tmp_path / "p")


def test_a_detector_takes_it_like_any_other(tmp_path: Path) -> None:
    imported(tmp_path, mean_colour_graph(WEIGHTS), recipe())
    rng = np.random.default_rng(0)
    noisy = np.clip(FRAME.astype(int) + rng.integers(-25, 26, FRAME.shape), 0, 255).astype(np.uint8)
    large = noisy.repeat(4, 0).repeat(4, 1)
    detector = Detector.load(
        tmp_path / "p.spoofcue", face_detector=FixedBoxes(Box(160, 120, 80, 80)), quality=None
    )
    result = detector.predict(large)
    (evidence,) = result.evidence
    assert evidence.box == Box(160, 120, 80, 80)
    assert result.score == pytest.approx(logistic(evidence.contribution or 0))
    assert result.to_dict()["evidence"][0]["expert"] == "own"
    json.dumps(result.to_dict(), allow_nan=False)
