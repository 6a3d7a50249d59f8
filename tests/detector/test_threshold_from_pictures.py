from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from helpers.made_detector import made, picture
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.detector.threshold_from_pictures import judge_folders
from spoofcue.errors import InputError
from spoofcue.package.read import read_package
from spoofcue.package.write import write_changed
from spoofcue.scoring.open_model import SHIPPED


def save(folder: Path, name: str, brightness: int = 100, side: int = 64) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture(brightness, side, seed=brightness)).save(path)
    return path


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Live at 60, 61 ... of two people and one without a name; attacks at 140 ... of two kinds."""
    live, attack = tmp_path / "live", tmp_path / "attack"
    for i in range(20):
        save(live, f"{'ann' if i % 2 else 'ben'}/{i:02}.png", 60 + i)
    save(live, "nobody.png", 80)
    for i in range(10):
        save(attack, f"{'print' if i % 2 else 'phone'}/{i}.png", 140 + i)
    save(attack, "loose.png", 150)
    return live, attack


def test_folders_are_judged_as_in_use(folders: tuple[Path, Path]) -> None:
    live, attack = folders
    save(live, "dark.png", 10)
    save(attack, "print/small.png", 150, side=15)
    (live / "notes.txt").write_text("no picture")
    (live / "broken.jpg").write_bytes(b"no picture")
    seen: list[tuple[int, int]] = []
    own = judge_folders(made(), live, attack, lambda done, of: seen.append((done, of)))
    detector = made()
    expected = [detector.predict(path).score for path in sorted(live.rglob("*.png"))]
    assert own.scores.live.tolist() == pytest.approx(sorted(s for s in expected if s is not None))
    assert own.scores.species == ["attack", "phone", "print"]
    assert (len(own.scores.live), len(own.scores.attack)) == (21, 11)
    assert {*own.scores.subjects.names} == {"", "ann", "ben"}
    assert own.rejected == {
        "live": Counter(unreadable=1, too_dark=1),
        "attack": Counter(face_too_small=1),
    }
    assert seen[-1] == (35, 35)


def test_folders_that_hold_nothing_or_the_same_are_refused(
    folders: tuple[Path, Path], tmp_path: Path
) -> None:
    live, attack = folders
    (tmp_path / "empty").mkdir()
    for a, b, told in (
        (tmp_path / "gone", None, "no folder .* of live pictures"),
        (tmp_path / "empty", None, "holds no image or video"),
        (live, tmp_path / "empty", "holds no image or video"),
        (live, live / "ann", "live or attack"),
        (tmp_path, attack, "live or attack"),
    ):
        with pytest.raises(InputError, match=told):
            judge_folders(made(), a, b)


def test_a_folder_that_holds_the_other_class_is_refused_by_name(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed"
    for i, name in enumerate(("client/001/real/1.png", "client/002/attack/print/1.png")):
        save(mixed, name, 60 + i)
    with pytest.raises(InputError, match=r"002/attack/print lies in .*mixed.*--live.*attack holds"):
        judge_folders(made(), mixed)
    save(tmp_path, "good/1.png", 70)
    with pytest.raises(InputError, match=r"001/real lies in .*mixed.*--attack.*real holds live"):
        judge_folders(made(), tmp_path / "good", mixed)
    for kind in ("attack", "Spoof", "ann/fake"):
        save(tmp_path, f"{kind}/print/1.png", 70)
        with pytest.raises(InputError, match="by its name a folder of attack"):
            judge_folders(made(), tmp_path / kind)
        with pytest.raises(InputError, match="by its name a folder of attack"):
            judge_folders(made(), tmp_path / kind / "print")
    (tmp_path / "bystanders").symlink_to(tmp_path / "attack")
    with pytest.raises(InputError, match="by its name a folder of attack"):
        judge_folders(made(), tmp_path / "bystanders")
    save(tmp_path, "real/1.png", 70)
    with pytest.raises(InputError, match="by its name a folder of live"):
        judge_folders(made(), tmp_path / "good", tmp_path / "real")


def test_what_is_not_read_is_named_with_status_1(
    folders: tuple[Path, Path], package: Path, tmp_path: Path
) -> None:
    live, _ = folders
    call = (package, "--live", live, "--target", "bpcer=0.1", "--out", tmp_path / "a.spoofcue")
    assert calibrate(*call)[0] == 0
    (live / "ann/x.tga").touch()
    code, told, warned = calibrate(*call, "--json")
    assert (code, [left["reason"] for left in json.loads(told)["left_out"]]) == (1, ["unsupported"])
    assert "x.tga: .tga is not read" in warned
    (live / "ann/x.tga").rename(live / "ann/x.png")
    assert calibrate(*call)[0] == 1


def test_a_link_to_a_folder_of_the_other_class_is_refused(folders: tuple[Path, Path]) -> None:
    live, _ = folders
    (live / "attack").symlink_to("ann")
    with pytest.raises(InputError, match="attack"):
        judge_folders(made(), live)


def test_one_picture_in_both_folders_is_refused_with_both_names(
    folders: tuple[Path, Path],
) -> None:
    live, attack = folders
    (attack / "print" / "copy.png").write_bytes((live / "ann" / "01.png").read_bytes())
    with pytest.raises(
        InputError, match=r"ann/01\.png .live. and .*copy\.png .attack. are the same"
    ):
        judge_folders(made(), live, attack)


def test_people_and_species_lie_below_class_words_too(tmp_path: Path) -> None:
    for i in range(3):
        save(tmp_path, f"good/ann/live/{i}.png", 60 + i)
        save(tmp_path, f"bad/ben/attack/print/{i}.png", 140 + i)
    own = judge_folders(made(), tmp_path / "good", tmp_path / "bad")
    assert own.scores.species == ["print"]
    assert {*own.scores.subjects.names} == {"", "ann"}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The model that ships, for pictures that are faces."""
    out = tmp_path / "whole.spoofcue"
    write_changed(read_package(SHIPPED), out, {"detector": "none"})
    return out


def calibrate(*words: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["model", "calibrate", *map(str, words)])
    return done.exit_code, done.stdout, done.stderr + str(done.exception)


def test_live_pictures_alone_set_a_threshold(
    folders: tuple[Path, Path], package: Path, tmp_path: Path
) -> None:
    live, _ = folders
    out = tmp_path / "mine.spoofcue"
    words = ("--target", "bpcer=0.1", "--no-profile", "--out", out)
    code, told, warned = calibrate(package, "--live", live, *words)
    assert code == 0, warned
    assert "cannot be promised: there are 21 live attempts" in warned
    detector = Detector.load(package)
    scores = np.array([detector.predict(path).score for path in live.rglob("*.png")])
    facts = read_package(out).spec.threshold
    # of one alone and of one among others a score differs in its last digits
    assert (scores > facts.value + 1e-6).sum() == 2  # 10 % of 21
    assert np.abs(scores - facts.value).min() < 1e-6
    assert (facts.rule, facts.live, facts.attack, facts.people) == ("bpcer<=0.1", 21, 0, 2)
    assert facts.supported is False
    before = (scores > detector.threshold).sum()
    assert f"live refused: 2 of 21, before {before}" in told
    assert "give --attack" in told


def test_with_attacks_any_target(folders: tuple[Path, Path], package: Path, tmp_path: Path) -> None:
    live, attack = folders
    (attack / "loose.png").unlink()  # a kind of its own, of which none of one may pass
    out = tmp_path / "mine"
    words = (package, "--live", live, "--attack", attack, "--out", out)
    code, told, warned = calibrate(*words, "--target", "apcer=0.2", "--protocol", "door", "--json")
    assert code == 0, warned
    answer = json.loads(told)
    spec = read_package(out).spec
    assert answer["threshold"]["value"] == spec.threshold.value
    assert answer["rejected"] == {"live": {}, "attack": {}}
    assert (spec.threshold.protocol, spec.threshold.data) == ("door", "live and attack")
    detector = Detector.load(out)
    passed = {}
    for kind in ("phone", "print"):
        scores = [detector.predict(path).score for path in (attack / kind).iterdir()]
        passed[kind] = sum(s is not None and s < detector.threshold + 1e-6 for s in scores)
    assert max(passed.values()) == 1  # of five each
    code, told, _ = calibrate(*words, "--target", "apcer=0.2")
    assert code == 0
    assert f"attacks passed: {sum(passed.values())} of 10, before 0" in told
    assert "--attack" not in told


def test_wrong_calls_write_nothing(
    folders: tuple[Path, Path], package: Path, tmp_path: Path
) -> None:
    live, attack = folders
    dark, out = tmp_path / "dark", tmp_path / "mine.spoofcue"
    save(dark, "a.png", 5)
    for words, told in (
        ((), "give --live FOLDER, or --scores FILE"),
        (("--live", live, "--scores", live / "x.csv"), "give --live FOLDER, or --scores FILE"),
        (("--scores", live / "x.csv", "--attack", attack), "--attack goes with --live"),
        (("--live", live, "--split", "dev"), "--split goes with --scores"),
        (("--live", live, "--target", "eer"), "needs a folder of attacks too"),
        (("--live", live, "--target", "acer=1"), "write apcer=RATE"),
        (("--live", dark), "no face could be scored (1 too_dark)"),
    ):
        code, _, error = calibrate(package, "--out", out, *words)
        assert code != 0
        assert told in error
    assert not out.exists()
    code, _, error = calibrate(package, "--live", dark, "--out", dark)
    assert code != 0
    assert "is no model package; give another --out" in error  # before any face is judged


def test_equal_pixels_in_both_folders_are_refused_and_near_ones_told(
    folders: tuple[Path, Path],
) -> None:
    live, attack = folders
    same = Image.open(live / "ann/01.png")
    same.save(attack / "print/same.bmp")
    with pytest.raises(InputError, match=r"01\.png .live. and .*same\.bmp .attack. are the same"):
        judge_folders(made(), live, attack)
    (attack / "print/same.bmp").unlink()
    near = np.array(same)
    near[0, 0] ^= 1
    Image.fromarray(near).save(attack / "print/near.png")
    notes = judge_folders(made(), live, attack).notes
    assert any("copies of one picture" in note for note in notes)
