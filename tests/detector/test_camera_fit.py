"""A fit by what experts said is what `model calibrate --live` makes of the same pictures."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from helpers.camera_clips import Picture, frames, photo
from spoofcue.detector.camera_fit import TARGET, fit_camera
from spoofcue.detector.detector import Detector
from spoofcue.detector.threshold_from_pictures import calibrate_on_folders
from spoofcue.errors import InputError
from spoofcue.package.read import read_package
from spoofcue.scoring.open_model import SHIPPED


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return [frames(photo(3 + 4 * (take % 2), "live", 100 + take))[0] for take in range(6)]


def test_it_is_what_calibrate_makes_of_the_same_pictures(
    pictures: list[Picture], tmp_path: Path
) -> None:
    detector = Detector.load()
    seen = [detector.predict(picture).evidence for picture in pictures]
    replay = detector.predict(frames(photo(3, "screen"))[0])
    fit = fit_camera(read_package(SHIPPED), seen, {"screen": [replay.evidence]}, people=2)

    folder = tmp_path / "live"
    folder.mkdir()
    for number, picture in enumerate(pictures):
        Image.fromarray(picture).save(folder / f"{number}.png")
    done, judged = calibrate_on_folders(SHIPPED, folder, tmp_path / "a.spoofcue", TARGET)
    facts = done.package.spec.threshold
    assert fit.threshold.value == pytest.approx(facts.value, abs=1e-9)
    assert (fit.threshold.rule, fit.threshold.live) == (facts.rule, facts.live)
    assert sorted(fit.live) == pytest.approx(sorted(judged.scores.live), abs=1e-9)
    assert fit.doubt == done.doubt
    assert fit.profile is not None
    assert done.package.spec.profile is not None
    assert fit.profile[0].of == done.package.spec.profile.of
    assert fit.profile[0].experts.keys() == done.package.spec.profile.experts.keys()

    # the whole profile's score of an attack is that of a detector with it
    fitted = Detector.load(tmp_path / "a.spoofcue").predict(frames(photo(3, "screen"))[0])
    assert fit.attacks["screen"] == pytest.approx([fitted.score], abs=1e-6)


def test_attacks_have_no_part_in_it(pictures: list[Picture]) -> None:
    detector = Detector.load()
    seen = [detector.predict(picture).evidence for picture in pictures]
    attack = detector.predict(frames(photo(3, "print"))[0]).evidence
    package = read_package(SHIPPED)
    without, with_some = fit_camera(package, seen, {}), fit_camera(package, seen, {"a": [attack]})
    assert without.threshold == with_some.threshold
    assert without.live == with_some.live


def test_of_four_faces_there_is_none(pictures: list[Picture]) -> None:
    seen = [Detector.load().predict(pictures[0]).evidence] * 4
    with pytest.raises(InputError, match="5 live faces or more, and there are 4"):
        fit_camera(read_package(SHIPPED), seen, {})
