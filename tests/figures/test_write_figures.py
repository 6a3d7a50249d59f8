from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from helpers.tiny_run import INPUT, TinyModel, facts, make_run, prepare
from spoofcue.cli.main import app
from spoofcue.config import InputSettings
from spoofcue.data.pack import pack
from spoofcue.errors import InputError
from spoofcue.figures import write
from spoofcue.figures.distributions import density
from spoofcue.figures.write import FigureOptions, write_figures
from spoofcue.report.page import write_report


class NoCueModel:
    """As a method that gives a score and no map."""

    facts = facts()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("figures")
    pack(prepare(root / "files"), root / "prepared", workers=1)  # crops in a shard
    return root / "prepared"


@pytest.fixture
def run(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    resize = InputSettings(mode="resize", scoring="resize", size=64)
    monkeypatch.setattr(
        write, "open_model", lambda p: TinyModel(resize if "resize" in p.name else INPUT)
    )
    return make_run(tmp_path / "run", data)


@pytest.fixture(scope="module")
def drawn(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All figures of one run and of two runs beside it, drawn once."""
    root = tmp_path_factory.mktemp("drawn")
    make_run(root / "run", data)
    make_run(root / "cue", data, model__auxiliary="cue")
    make_run(root / "resize", data, input__mode="resize", input__scoring="resize")
    resize = InputSettings(mode="resize", scoring="resize", size=64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            write, "open_model", lambda p: TinyModel(resize if "resize" in p.name else INPUT)
        )
        write_figures(root / "run", options=FigureOptions(beside=(root / "cue",)))
        write_figures(root / "run", options=FigureOptions(("variants",), (root / "resize",), "own"))
    return root / "run"


def index(run: Path) -> dict[str, dict]:
    record = json.loads((run / "figures" / "figures.json").read_text())
    return {f["name"]: f for f in record["figures"]}


def test_the_index_lists_files_that_are_what_their_names_say(drawn: Path) -> None:
    found = index(drawn)
    assert list(found) == [
        "cue_maps", "variants_auxiliary", "variants_input", "tsne_D4", "scores", "where",
    ]  # fmt: skip
    for entry in found.values():
        assert entry["caption"].endswith(".")
        with Image.open(drawn / "figures" / entry["png"]) as image:
            assert image.width > 1000
            assert image.info["dpi"][0] == pytest.approx(300, abs=1)
        root = ElementTree.parse(drawn / "figures" / entry["svg"]).getroot()
        assert root.tag.endswith("svg")
    assert not list((drawn / "figures").glob("*.part"))


def test_captions_tell_the_scale_and_how_faces_were_chosen(drawn: Path) -> None:
    found = index(drawn)
    cues = found["cue_maps"]
    assert "median score" in cues["caption"]
    assert "99.5th percentile" in cues["caption"]
    assert [len(v) for v in cues["facts"]["faces"].values()] == [2, 2, 2]
    beside = found["variants_auxiliary"]
    assert beside["facts"]["titles"] == [["auxiliary: overlay"], ["auxiliary: cue"]]
    assert len(set(beside["facts"]["scales"])) == 1
    own = found["variants_input"]
    assert own["facts"]["titles"] == [["input: patch"], ["input: resize"]]
    assert len(set(own["facts"]["scales"])) == 2
    assert "cannot be compared" in own["caption"]
    assert found["tsne_D4"]["facts"]["counts"] == {"live": 6, "print-a": 6, "replay-a": 6}


def test_the_interactive_page_needs_no_other_file(drawn: Path) -> None:
    html = (drawn / "figures" / "tsne_D4.html").read_text()
    assert not re.search(r"""(src|href)=|url\((?!data:)|@import|https?://(?!www\.w3\.org)""", html)
    points = json.loads(re.search(r"const data = (\{.*?\}), columns", html).group(1))  # type: ignore[union-attr]
    assert len(points["rows"]) == 18
    assert list(points["colour"]["kind"]) == ["live", "print-a", "replay-a"]
    xs = [r["x"] for r in points["rows"]]
    assert (min(xs), max(xs)) == (0, 1)


def test_a_damaged_index_is_refused_by_the_report_and_written_again(
    drawn: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(drawn, run)
    path = run / "figures" / "figures.json"
    path.write_text(path.read_text().replace('"format": 1', '"format": 2'))
    with pytest.raises(InputError, match=r"figures\.json has format 2.*Run `spoofcue figures` on"):
        write_report(run)
    write_figures(run, options=FigureOptions(("scores",)))
    assert list(index(run)) == ["scores"]


def test_the_report_shows_the_figures_and_stays_one_file(drawn: Path) -> None:
    html = write_report(drawn).read_text()
    for entry in index(drawn).values():
        assert entry["title"] in html
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", html)
    assert "<script" not in html


def test_only_what_is_asked_for_is_drawn_and_the_rest_stays_listed(run: Path) -> None:
    done = CliRunner().invoke(app, ["figures", str(run), "--only", "scores", "--json"])
    assert done.exception is None
    assert [f["name"] for f in json.loads(done.stdout)["figures"]] == ["scores"]
    write_figures(run, options=FigureOptions(("cues",)))
    assert list(index(run)) == ["cue_maps", "scores"]
    (run / "figures" / "scores.svg").unlink()
    write_figures(run, options=FigureOptions(("cues",)))
    assert list(index(run)) == ["cue_maps"]


def test_a_fold_folder_will_do_and_may_have_been_moved(run: Path, data: Path) -> None:
    fold = run.parent / "fold"
    shutil.copytree(data, fold / "data")
    shutil.copytree(run, fold / "run")
    metrics = json.loads((run / "evaluation" / "metrics.json").read_text())
    text = json.dumps(metrics | {"data": "gone"})
    (fold / "run" / "evaluation" / "metrics.json").write_text(text)
    found = write_figures(fold, options=FigureOptions(("where",)))
    assert found.folder == fold / "run" / "figures"


def test_a_method_without_cue_maps_still_has_its_scores(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "open_model", lambda _: NoCueModel())
    monkeypatch.setattr(write, "attack_magnitudes", lambda *_: np.zeros(0, np.float32))
    found = write_figures(run)
    assert [f.name for f in found.figures] == ["scores"]
    assert set(found.skipped) == {"cues", "tsne", "where"}
    assert all("no cue map" in reason for reason in found.skipped.values())


def test_wrong_calls_say_what_to_do(run: Path, tmp_path: Path) -> None:
    def refused(folder: Path = run, data: Path | None = None, **options: object) -> str:
        with pytest.raises(InputError) as error:
            write_figures(folder, data=data, options=FigureOptions(**options))  # type: ignore[arg-type]
        return str(error.value)

    assert "--only pies" in refused(only=("pies",))
    assert "--beside RUN" in refused(only=("variants",))
    assert "does not exist" in refused(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    assert "run.json" in refused(tmp_path / "empty")
    assert "--data DIR" in refused(data=tmp_path / "empty", only=("cues",))
    other = make_run(tmp_path / "other", prepare(tmp_path / "q", people=1, side=32))
    names = (other / "evaluation" / "test.csv").read_text().replace("crops/test", "crops/dev")
    (other / "evaluation" / "test.csv").write_text(names)
    assert "share no live and attack test faces" in refused(only=("variants",), beside=(other,))
    assert "--perplexity 99" in refused(only=("tsne",), perplexity=99.0)
    metrics = json.loads((run / "evaluation" / "metrics.json").read_text())
    path = run / "evaluation" / "metrics.json"
    path.write_text(json.dumps(metrics | {"model": "run-ffffffffffff"}))
    assert "another model" in refused(only=("cues",))
    path.write_text(json.dumps(metrics | {"data": str(tmp_path / "gone")}))
    assert "no longer at" in refused(only=("cues",))
    path.unlink()
    assert "spoofcue evaluate" in refused()


def test_a_density_sums_to_one_and_equals_a_hand_made_one() -> None:
    at = np.linspace(-40, 40, 8001)
    values = np.array([-1.0, 0.5, 3.0])
    found = density(values, at)
    assert found.sum() * 0.01 == pytest.approx(1, abs=1e-3)
    width = values.std(ddof=1) * 3**-0.2
    by_hand = sum(np.exp(-((2 - v) ** 2) / (2 * width**2)) for v in values)
    assert found[4200] == pytest.approx(by_hand / (3 * width * np.sqrt(2 * np.pi)))
    assert np.isfinite(density(np.array([2.0, 2.0]), at)).all()


def test_pictures_that_only_share_a_name_are_refused(run: Path, tmp_path: Path) -> None:
    files = prepare(tmp_path / "files")
    for path in (files / "crops").glob("test-*"):
        Image.new("RGB", (40, 40)).save(path)
    other = tmp_path / "other"
    pack(files, other, workers=1)
    beside = make_run(tmp_path / "beside", other)
    with pytest.raises(InputError, match="is another picture"):
        write_figures(run, options=FigureOptions(("variants",), (beside,)))


def test_a_run_on_files_stands_beside_one_on_shards_of_the_same_data(
    run: Path, tmp_path: Path
) -> None:
    files = prepare(tmp_path / "files")
    pack(files, tmp_path / "shards", workers=1, uncompressed=True)
    on_shards = make_run(tmp_path / "on-shards", tmp_path / "shards")
    on_files = make_run(tmp_path / "on-files", files)
    write_figures(on_shards, options=FigureOptions(("variants",), (on_files, run)))
    facts = index(on_shards)["variants_runs"]["facts"]
    assert facts["runs"] == ["on-shards", "on-files", "run"]
    assert len(facts["faces"]) == 3  # live and two species
