from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue.errors import InputError
from spoofcue.simulate.camera import OVERSAMPLING
from spoofcue.simulate.catalogue import (
    ANY_PAIS,
    BUILT_IN,
    Catalogue,
    built_in,
    load_catalogue,
)
from spoofcue.simulate.device import Device, near_blur
from spoofcue.simulate.entry import expected
from spoofcue.simulate.instruments import kinds
from spoofcue.simulate.instruments.display import Display
from spoofcue.simulate.instruments.mask import Mask
from spoofcue.simulate.instruments.printer import Printer
from spoofcue.simulate.lighting import Light
from spoofcue.simulate.people import PhotographedPerson, RenderedPerson
from spoofcue.simulate.placement import View
from spoofcue.simulate.presentation import Portrait, draw_circumstances
from spoofcue.simulate.recapture import attack_radiance
from spoofcue.simulate.samples import Framing, Sample, frames

DOCS = Path(__file__).parent.parent.parent / "docs" / "howto" / "simulator.md"
PERSON = PhotographedPerson(
    "p", (Portrait(skimage.data.astronaut()[0:320, 70:390], (85.0, 75.0, 130.0, 130.0)),), 0
)
SECTIONS = {"devices": Device, "sessions": Light, **kinds()}
NAMES = [
    *("print-a", "print-b", "print-c", "print-d"),
    *("replay-a", "replay-b", "replay-c", "replay-d", "replay-e"),
    *("mask-a", "mask-b", "partial-eyes", "partial-lower"),
]
TABLET = yaml.safe_load(BUILT_IN.read_text())["displays"]["replay-c"]


def written(folder: Path, tree: object) -> Path:
    path = folder / "mine.yaml"
    path.write_text(tree if isinstance(tree, str) else yaml.safe_dump(tree))
    return path


def test_the_built_in_values_are_those_of_before_they_were_yaml() -> None:
    """A few entries as they stood in Python; openpad and trained detectors rest on them."""
    known = built_in()
    assert known.instruments["print-a"] == Printer(
        name="print-a", lines_per_mm=4.2, screen="clustered", angles_deg=(15, 75, 0, 45),
        dot_gain=0.16, yule_nielsen=1.6, paper_rgb=(0.88, 0.87, 0.84), black=0.045, fibre=0.014,
        gloss=0.02, face_mm=(95, 190),
    )  # fmt: skip
    assert known.instruments["replay-b"] == Display(
        name="replay-b", pixels_per_mm=11.0, layout="pentile", fill=0.72, gamma=2.3,
        white_rgb=(1.02, 0.99, 0.96), saturation=1.18, black=0.0004, luminance=3.5,
        reflection=0.045, bands=0.05, face_mm=(40, 62),
    )  # fmt: skip
    assert known.instruments["partial-lower"] == Mask(
        name="partial-lower", printer=known.instruments["print-a"], cut="lower", bend=0.6,
        face_mm=(135, 160),
    )  # fmt: skip
    assert known.devices["cam-6"] == Device(
        name="cam-6", face_px=(105, 150), lens_px=0.55, aperture=1, vignette=0.25, full_well=1200,
        read_noise=8, white_balance=(1.08, 1, 1.02), contrast=0.25, saturation=0.9, denoise=0.45,
        sharpen=0.7, rescale=1.2, jpeg_quality=80, metering=1, flare=1, blur=1, fixed_focus_px=0,
    )  # fmt: skip
    assert known.sessions["adverse"] == Light(
        name="adverse", azimuth_deg=-70, elevation_deg=25, key_rgb=(1.1, 1.02, 0.9),
        sky_rgb=(0.12, 0.14, 0.2), floor_rgb=(0.06, 0.06, 0.07), softness=0.3,
    )  # fmt: skip


def test_names_stand_in_the_order_that_draws_count_on() -> None:
    known = built_in()
    assert list(known.instruments)[:13] == NAMES
    assert [n for n in known.pai_names if n not in known.instruments][:4] == list(ANY_PAIS)
    # the attacker's light is one of the first three, his camera one of cam-1 to cam-6
    assert list(known.sessions)[:3] == ["session-1", "session-2", "session-3"]
    assert list(known.devices)[:6] == [f"cam-{k}" for k in range(1, 7)]


def test_every_instrument_says_its_family_and_whether_it_is_worn() -> None:
    known = built_in()
    for name in NAMES:
        instrument = known.instruments[name]
        assert instrument.family == name.split("-")[0]
        assert known.worn(name) == (instrument.family in ("mask", "partial"))
    rng = np.random.default_rng(0)
    assert [known.instrument(n, rng).family for n in ANY_PAIS] == [
        "print", "replay", "mask", "partial",
    ]  # fmt: skip
    assert [known.worn(n) for n in ("", *ANY_PAIS)] == [False, False, False, True, True]


@pytest.mark.parametrize("section", kinds())
def test_a_kind_keeps_to_its_interface(section: str) -> None:
    """What every kind promises, one that is added later too."""
    kind, known = kinds()[section], built_in()
    listed = [i for i in known.instruments.values() if type(i) is kind]
    drawn = [kind.draw(name, np.random.default_rng(3)) for name in kind.drawn]
    assert listed
    assert drawn == [kind.draw(name, np.random.default_rng(3)) for name in kind.drawn]
    for instrument in (listed[0], *drawn):
        assert instrument.family in ("print", "replay", "mask", "partial")
        assert instrument.describe()
        rng = np.random.default_rng(0)
        view = View(64, 40.0, (0.5, 0.5), 0.0)
        now = draw_circumstances(view, known.sessions["session-1"], rng)
        how = instrument.present(rng, framed=0.5)
        assert instrument.face_mm[0] <= how.face_mm <= instrument.face_mm[1]
        portrait = PERSON.portraits[0]
        light, white = attack_radiance(portrait, instrument, now, how)
        again, _ = attack_radiance(portrait, instrument, now, how)
        assert light.dtype == np.float32
        assert light.shape == (64 * OVERSAMPLING, 64 * OVERSAMPLING, 3)
        assert np.isfinite(light).all()
        assert light.min() >= 0
        assert np.array_equal(light, again)
        assert all(0.2 < channel < 3 for channel in white)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_what_is_drawn_stays_in_the_ranges_of_real_things(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = built_in()
    d = known.device("cam-any", rng)
    assert 0 < d.face_px[0] <= d.face_px[1] <= 360
    assert 0.2 <= d.lens_px <= 1.5
    assert 600 <= d.full_well <= 20000
    assert 1 <= d.read_noise <= 12
    assert 0 <= d.denoise <= 1
    assert 0 < d.metering <= 1
    assert 0 <= d.fixed_focus_px <= 0.7
    p = known.instrument("print-any", rng)
    assert isinstance(p, Printer)
    assert 60 / 25.4 <= p.lines_per_mm <= 300 / 25.4
    assert all(0 < v < 1 for v in p.paper_rgb)
    assert 0 <= p.gloss <= 0.1
    s = known.instrument("replay-any", rng)
    assert isinstance(s, Display)
    assert 82 / 25.4 <= s.pixels_per_mm <= 450 / 25.4
    assert 0.5 <= s.luminance <= 6
    assert s.face_mm[0] < s.face_mm[1]
    light = known.session("session-any", rng)
    assert all(0 < v < 2 for v in (*light.key_rgb, *light.sky_rgb, *light.floor_rgb))
    cuts = {n: known.instrument(n, rng) for n in ("mask-any", "partial-any")}
    assert [m.cut == "face" for m in cuts.values() if isinstance(m, Mask)] == [True, False]


def test_names_of_the_catalogue_give_the_catalogue() -> None:
    rng = np.random.default_rng(0)
    known = built_in()
    assert known.device("cam-2", rng) is known.devices["cam-2"]
    assert known.session("session-3", rng) is known.sessions["session-3"]
    assert known.instrument("mask-b", rng) is known.instruments["mask-b"]
    assert rng.bit_generator.state == np.random.default_rng(0).bit_generator.state


def test_live_and_attack_of_a_take_meet_the_same_drawn_camera_and_light() -> None:
    drawn = []
    for pai in ("", "print-any", "replay-any"):
        sample = Sample("p", pai, "session-any", "cam-any", 3)
        picture = next(frames(sample, PERSON, Framing(1.4), 1))
        again = next(frames(sample, PERSON, Framing(1.4), 1))
        assert np.array_equal(picture.image, again.image)
        known = picture.parameters
        drawn.append(json.dumps([known[k] for k in ("device", "view", "lamp", "shot")]))
        assert ("instrument" in known) == bool(pai)
    assert len(set(drawn)) == 1
    other = next(frames(Sample("p", "", "session-any", "cam-any", 4), PERSON, Framing(1.4), 1))
    assert other.parameters["device"] != json.loads(drawn[0])[0]


def test_only_a_lens_of_fixed_focus_blurs_what_is_held_near() -> None:
    phone = built_in().devices["cam-1"]
    webcam = phone.model_copy(update={"fixed_focus_px": 0.5})
    assert near_blur(phone, 40) == 0
    assert near_blur(webcam, 145) == 0
    assert near_blur(webcam, 72.5) == pytest.approx(0.5)  # half of life size: one dioptre unit
    assert near_blur(webcam, 40) > near_blur(webcam, 60)


def test_a_users_entries_are_added_and_replace_those_of_their_name(tmp_path: Path) -> None:
    printer = built_in().instruments["print-a"].model_dump(mode="json", exclude={"name"})
    tree = {
        "displays": {"my-tablet": TABLET},
        "printers": {"print-a": {**printer, "black": 0.2}, "office": printer},
        "masks": {"office-mask": {"printer": "office", "cut": "face", "bend": 0}},
        "sessions": None,
    }
    mine = load_catalogue(written(tmp_path, tree))
    known = built_in()
    assert set(mine.pai_names) - set(known.pai_names) == {"my-tablet", "office", "office-mask"}
    assert mine.instruments["my-tablet"].model_dump(exclude={"name"}) == known.instruments[
        "replay-c"
    ].model_dump(exclude={"name"})
    for name, black in (("mask-a", 0.2), ("office-mask", 0.045), ("mask-b", 0.025)):
        mask = mine.instruments[name]
        assert isinstance(mask, Mask)
        assert mask.printer.black == black
    assert mine.devices == known.devices
    assert mine.own("print-b", "cam-1", "session-1") == {}
    assert mine.own("print-a", "cam-1", "session-1")["instrument"]["black"] == 0.2
    assert list(mine.own("mask-a", "cam-any", "session-any")) == ["instrument"]


def with_(**changes: object) -> dict[str, object]:
    return {"displays": {"mine": {**TABLET, **changes}}}


@pytest.mark.parametrize(
    ("tree", "told"),
    [
        (with_(gamma=22), r"displays, entry mine, field gamma: it must be a number of 1 to 4 "
                          r"\(exponent\), not 22"),
        (with_(pixels_per_mm=264), r"field pixels_per_mm: .* 0.5 to 40 px/mm, not 264"),
        (with_(fill="much"), r"field fill: .* 0.1 to 1 \(share\), not 'much'"),
        (with_(fill=True), r"field fill: .*, not True"),
        (with_(black=float("nan")), "nan is no finite plain number"),
        (with_(layout="stripes"), "field layout: it must be one of stripe, pentile, not 'stripes'"),
        (with_(white_rgb=[1, 1]), "field white_rgb: it must be a list of 3, each a number of 0.2"),
        (with_(white_rgb=[1, 1, 9]), r"field white_rgb: .*, not \[1, 1, 9\]"),
        (with_(face_mm=[100, 60]), "field face_mm: the least, 100, is more than the largest, 60"),
        (with_(ppi=100), "field ppi: there is none; its fields are face_mm, pixels_per_mm"),
        (with_(name="x"), "its key is its name"),
        ({"displays": {"mine": {"gamma": 2}}}, "field bands: missing; it must be a number of 0 to"),
        ({"displays": {"mine": 3}}, "displays, entry mine, it must hold fields by name, not 3"),
        ({"displays": {"my/one": TABLET}}, "entry my/one, its name may hold letters"),
        ({"displays": {True: TABLET}}, "write its name in quotes"),
        ({"displays": {"t": {**TABLET, 0x1F: 1}}}, "field 31: there is none"),
        ({"displays": {"print-a": TABLET}}, "entry print-a, printers has that name already"),
        ({"displays": {"print-any": TABLET}}, "entry print-any, that name stands for one"),
        ({"devices": {"cam-any": {}}}, "entry cam-any, that name stands for one"),
        ({"masks": {"m": {"printer": "replay-a", "cut": "face", "bend": 0}}},
         r"entry m, field printer: it must be the name of a printer \(print-a, .*'replay-a'"),
        ({"tablets": {}}, "tablets: there is no such section; there are devices, sessions, prin"),
        ([1], "must hold sections"),
        ("displays: [", "is not valid YAML"),
        ("displays:\n  a: {gamma: 2, gamma: 3}\n", "line 2: gamma is said twice"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_told_with_file_entry_field_range_and_unit(
    tree: object, told: str, tmp_path: Path
) -> None:
    path = written(tmp_path, tree)
    with pytest.raises(InputError, match=rf"(?s){re.escape(str(path))}.*{told}"):
        load_catalogue(path)


def test_all_that_is_wrong_is_told_at_once_and_a_missing_file_by_name(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"(?s)field fill.*field gamma"):
        load_catalogue(written(tmp_path, with_(gamma=22, fill=2)))
    with pytest.raises(InputError, match=r"cannot read .*none\.yaml"):
        load_catalogue(tmp_path / "none.yaml")


def test_a_users_own_things_are_used_and_recorded(tmp_path: Path) -> None:
    night = {**yaml.safe_load(BUILT_IN.read_text())["sessions"]["session-3"]}
    night["key_rgb"] = [0.1, 0.1, 0.9]
    mine = load_catalogue(written(tmp_path, {**with_(luminance=4.5), "sessions": {"blue": night}}))
    person = RenderedPerson("r", 0, 160, catalogue=mine)
    sample = Sample("r", "mine", "blue", "cam-1", 0)
    picture = next(frames(sample, person, Framing(1.4), 0, catalogue=mine))
    assert picture.parameters["instrument"] == mine.instruments["mine"].model_dump(mode="json")
    assert picture.parameters["session"]["key_rgb"] == [0.1, 0.1, 0.9]
    assert "device" not in picture.parameters
    # the person is rendered in that light, not in some built-in one
    red, _, blue = person.live("blue", 0).photo.mean(axis=(0, 1))
    assert blue > 1.3 * red


def test_built_in_names_give_the_same_pictures_beside_a_users_entries(tmp_path: Path) -> None:
    mine = load_catalogue(written(tmp_path, with_()))
    for pai in ("", "replay-c", "print-any"):
        sample = Sample("p", pai, "session-1", "cam-any", 0)
        plain, beside = (
            next(frames(sample, PERSON, Framing(1.4), 1, catalogue=c)) for c in (None, mine)
        )
        assert np.array_equal(plain.image, beside.image)
        assert plain.parameters == beside.parameters


def test_the_docs_tell_every_field_with_its_range_and_their_example_loads(tmp_path: Path) -> None:
    text = DOCS.read_text()
    for section, kind in SECTIONS.items():
        for name, field in kind.model_fields.items():
            if name == "name":
                continue
            row = re.search(rf"^\| {section} \| `{name}` \| (.*)$", text, re.MULTILINE)
            assert row, (section, name)
            limits = re.search(r"number of (.*)", expected(field))
            assert (limits.group(1) if limits else expected(field)) in row.group(1)
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example
    mine = load_catalogue(written(tmp_path, example.group(1)))
    assert isinstance(mine, Catalogue)
    assert {"office", "office-mask"} <= set(mine.pai_names)
    assert "night" in mine.session_names
