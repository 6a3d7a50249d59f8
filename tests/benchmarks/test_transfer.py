"""One pass over made folders of rendered people, beside what the detector itself says."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import transfer
from transfer_parts import one_pass
from transfer_parts.left_out import weighed
from transfer_parts.one_pass import all_opened, rows_of
from transfer_parts.real_sets import files_of
from transfer_parts.score_rows import Row, contenders_of, read_rows, write_rows

from helpers.family_package import family_package
from helpers.tiny_experts import expert_package
from spoofcue.detector.detector import Detector
from spoofcue.detector.evidence import EvidenceRule
from spoofcue.errors import InputError
from spoofcue.faces.detect import DlibDetector, WholePicture
from spoofcue.media.image import Image, read_image
from spoofcue.package.read import read_package
from spoofcue.package.threshold import OperatingPoint
from spoofcue.scoring.open_model import SHIPPED
from spoofcue.simulate.people import RenderedPerson

GREY = np.full((120, 160, 3), 128, np.uint8)


def write(path: Path, image: Image) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), cv2.cvtColor(image, cv2.COLOR_RGB2BGR))


def photo(number: int) -> Image:
    portrait = RenderedPerson(f"person-{number}", 0).live("session-any", number).photo
    scale = 320 / max(portrait.shape[:2])
    return np.asarray(cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """s2 and s10: a face cut closely, two side by side, a picture without, and a broken one."""
    folder = tmp_path_factory.mktemp("real")
    people = [photo(i) for i in range(3)]
    warm = [np.clip(p * [1.2, 1.0, 0.7], 0, 255).astype(np.uint8) for p in people]
    write(folder / "s2/live/0.png", people[0])
    write(folder / "s2/live/1.png", GREY)
    write(folder / "s2/attack/print/0.png", warm[0])
    write(folder / "s2/attack/replay/0.png", np.hstack([warm[1], warm[1]]))
    write(folder / "s10/live/0.png", people[1])
    write(folder / "s10/live/1.png", _close(people[2]))
    write(folder / "s10/attack/0.png", warm[2])
    (folder / "s10/attack/1.png").write_bytes((folder / "s10/attack/0.png").read_bytes()[:900])
    (folder / "notes").mkdir()
    return folder


def _close(image: Image) -> Image:
    """Cut to the face, so that there is nothing around it to see."""
    box = DlibDetector().detect(image)[0]
    return image[box.y : box.y + box.h, box.x : box.x + box.w].copy()


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("models") / "both.spoofcue"
    expert_package(at)
    return at


@pytest.fixture(scope="module")
def rows(real: Path, package: Path) -> list[Row]:
    asked = all_opened([str(package), f"again={package}"])
    return rows_of(files_of(real)[0], asked, DlibDetector())


def test_files_come_set_by_set_with_kinds(real: Path, tmp_path: Path) -> None:
    files, remarks = files_of(real)
    assert [(f.set, f.name, f.kind) for f in files] == [
        ("s2", "live/0.png", ""),
        ("s2", "live/1.png", ""),
        ("s2", "attack/print/0.png", "print"),
        ("s2", "attack/replay/0.png", "replay"),
        ("s10", "live/0.png", ""),
        ("s10", "live/1.png", ""),
        ("s10", "attack/0.png", "unknown"),
        ("s10", "attack/1.png", "unknown"),
    ]
    assert remarks == []
    table = tmp_path / "kinds.csv"
    table.write_text("set,file,kind\ns10,*,screen\ns10,1.png,paper\ns2,attack/print/0.png,mask\n")
    told = [f.kind for f in files_of(real, table)[0]]
    assert told == ["", "", "mask", "replay", "", "", "screen", "paper"]
    for line in ("s10,live/0.png,print", "s3,*,print", "s10,2.png,print", "s10,1.png,"):
        table.write_text(f"set,file,kind\n{line}\n")
        with pytest.raises(InputError, match="line 2"):
            files_of(real, table)
    table.write_text("set,kind\ns10,print\n")
    with pytest.raises(InputError, match="no column file"):
        files_of(real, table)


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder with live"):
        files_of(tmp_path)
    (tmp_path / "a/live").mkdir(parents=True)
    (tmp_path / "a/attack").mkdir()
    with pytest.raises(InputError, match="holds no picture"):
        files_of(tmp_path)


def test_each_picture_is_read_and_searched_once_for_all_models(
    real: Path, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, told = [], []
    find = DlibDetector()

    class Counting:
        name = "dlib"
        searched = 0

        def detect(self, image: Image) -> list[object]:
            self.searched += 1
            return find.detect(image)

    def reading(path: Path) -> Image:
        read.append(path)
        return read_image(path)

    monkeypatch.setattr(one_pass, "read_image", reading)
    counting = Counting()
    files = files_of(real)[0]
    asked = all_opened([str(package), f"again={package}"])
    rows_of(files, asked, counting, lambda *done: told.append(done))
    assert read == [f.path for f in files]
    assert counting.searched == 7  # not the broken one
    assert told == [(i, 8) for i in range(1, 9)]


def test_scores_are_those_of_the_detector(real: Path, package: Path, rows: list[Row]) -> None:
    unchecked = Detector.load(
        package, face_detector="dlib", quality=None, evidence=EvidenceRule(second_face=math.inf)
    )
    usual = Detector.load(package, face_detector="dlib")
    whole = [row for row in rows if row.model == "both" and not row.expert]
    assert len(whole) == 8
    for row in whole:
        path = real / row.set / row.file
        result, checked = unchecked.predict(path), usual.predict(path)
        assert row.score == result.score
        assert row.why == (result.reason or "")
        assert row.detector == "dlib"
        if result.box:
            box = result.box
            assert (row.box_x, row.box_y, row.box_w, row.box_h) == (box.x, box.y, box.w, box.h)
        if not row.why:
            assert row.refused == (checked.reason or "")
            assert row.log_odds == sum(e.contribution or 0 for e in result.evidence)
            parts = {e.expert: e for e in result.evidence}
            for one in rows:
                if (
                    one.model == "both"
                    and one.expert
                    and one.file == row.file
                    and one.set == row.set
                ):
                    said = parts[one.expert]
                    assert (one.raw, one.inside) == (said.raw, said.inside)
                    # alone it has the weight of both
                    assert one.log_odds == (None if said.log_odds is None else 2 * said.log_odds)
    reasons = [row.why for row in whole]
    assert reasons == ["", "no_face", "", "", "", "", "", "unreadable"]
    assert "several_faces" in {row.refused for row in whole}


def test_an_expert_that_sees_too_little_has_no_answer(rows: list[Row]) -> None:
    near = [r for r in rows if r.model == "both" and (r.set, r.file) == ("s10", "live/1.png")]
    assert [(r.expert, r.why, r.score is None) for r in near] == [
        ("", "", False),
        ("cue", "", False),
        ("around", "no_context", True),
    ]
    assert near[0].score == near[1].score  # the whole weight is on the other


def test_the_package_is_the_weighed_sum_of_its_experts(rows: list[Row]) -> None:
    found = contenders_of(rows)
    assert list(found) == [f"{m}{e}" for m in ("both", "again") for e in ("", "/cue", "/around")]
    experts = {n: found[n].log_odds for n in ("both/cue", "both/around")}
    together = weighed(experts, dict.fromkeys(experts, 0.5))
    for name, answers in found["both"].log_odds.items():
        np.testing.assert_allclose(together[name].live, answers.live)
        np.testing.assert_allclose(together[name].attack, answers.attack)


def test_rows_come_back_from_their_file(rows: list[Row], tmp_path: Path) -> None:
    at = tmp_path / "scores.csv"
    write_rows(at, rows)
    assert read_rows(at) == rows
    lines = at.read_text().splitlines()
    at.write_text("\n".join([*lines[:-1], lines[-1].replace(",attack,", ",both,")]))
    with pytest.raises(InputError, match="class is live or attack"):
        read_rows(at)
    at.write_text("set,file,score\n")
    with pytest.raises(InputError, match="no column"):
        read_rows(at)
    with pytest.raises(InputError, match="not one row of each picture"):
        contenders_of(rows[:-1])


def test_what_the_detector_would_refuse_counts_as_no_answer_if_asked(rows: list[Row]) -> None:
    refused = [r for r in rows if r.refused and r.contender == "both"]
    plain, strict = contenders_of(rows)["both"], contenders_of(rows, checks=True)["both"]
    silent = [
        sum(int(np.isnan(a.live).sum() + np.isnan(a.attack).sum()) for a in c.sets.values())
        for c in (plain, strict)
    ]
    assert silent == [2, 2 + len(refused)]


def test_the_command_writes_what_it_reads_again(
    real: Path, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scores, out = tmp_path / "s.csv", tmp_path / "s.json"
    options = ["--own-live", "1", "--draws", "2", "--weights", "both/cue=0,1"]
    found = transfer.main(
        [str(real), str(package), "--scores", str(scores), "--json", str(out), *options]
    )
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert json.loads(out.read_text()) == found
    assert found["detector"] == read_package(SHIPPED).spec.detector
    assert found["unanswered"]["both"]["s2"] == {"live, no_face": 1}
    assert found["unanswered"]["both"]["s10"] == {"attack, unreadable": 1}
    of_both = found["contenders"]["both"]
    assert set(of_both["kinds"]) == {"print", "replay", "unknown"}
    assert of_both["default_threshold"]["by_set"]["s2"]["bpcer"]["total"] == 2
    assert set(of_both["left_out"]) == {"0.01", "0.05", "0.15"}
    assert set(found["weights"]["both/cue=0,1"]["chosen"]) == {"s2", "s10"}
    assert transfer.main(["--from-scores", str(scores), *options]) == found
    assert capsys.readouterr().out == shown
    transfer.main(["--from-scores", str(scores), *options, "--markdown"])
    assert "| both/around |" in capsys.readouterr().out


def test_the_exit_status_tells_of_unreadable_pictures(rows: list[Row], tmp_path: Path) -> None:
    def status(found: list[Row]) -> int:
        write_rows(tmp_path / "s.csv", found)
        words = [sys.executable, transfer.__file__, "--from-scores", tmp_path / "s.csv"]
        return subprocess.run(words, capture_output=True, check=False).returncode

    readable = [row for row in rows if row.why != "unreadable"]
    assert (status(rows), status(readable), status([])) == (1, 0, 2)


@pytest.mark.parametrize(
    "wrong", [["real"], ["--from-scores", "a.csv", "real"], ["r", "m", "--json", "gone/x.json"]]
)
def test_wrong_calls_are_refused_before_the_pass(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        transfer.arguments(wrong)
    assert refused.value.code == 2
    assert capsys.readouterr().err


def test_named_points_of_a_package_come_with_its_scores(real: Path, tmp_path: Path) -> None:
    rates = dict.fromkeys(("bpcer", "bpcer_worst", "apcer", "apcer_worst"), 0.1)
    point = OperatingPoint(threshold=0.1 + 0.2, basis="made up", rule="bpcer<=0.05", **rates)
    at = tmp_path / "families.spoofcue"
    family_package(at, points={"strict": point})
    found = rows_of(files_of(real)[0][:1], all_opened([str(at)]), WholePicture())
    assert [row.expert for row in found] == ["", "face", "wide", "around"]
    write_rows(tmp_path / "s.csv", found)
    contenders = contenders_of(read_rows(tmp_path / "s.csv"))
    assert contenders["families"].points == {"strict": 0.1 + 0.2}
    assert contenders["families/face"].points == {}
    with pytest.raises(InputError, match="NAME=NUMBER"):
        contenders_of([replace(found[0], points="strict")])


def test_names_of_models_are_told_apart(package: Path) -> None:
    with pytest.raises(InputError, match="two models are called both"):
        all_opened([str(package), str(package)])
    with pytest.raises(InputError, match="no name"):
        all_opened([f"a/b={package}"])
    with pytest.raises(InputError, match="is for runs"):
        all_opened([str(package)], max_side=64)
    with pytest.raises(InputError, match="--rates"):
        transfer.rates_in("0.1,1")
    assert transfer.rates_in("0.1,0.1,0") == [0.1, 0]
