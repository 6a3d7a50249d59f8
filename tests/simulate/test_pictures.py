from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

from spoofcue import simulate
from spoofcue.errors import InputError
from spoofcue.simulate.pictures import OnlineSimulator

ASTRONAUT = skimage.data.astronaut()[0:320, 70:390]
BOX = (85, 75, 130, 130)
FACE = skimage.data.astronaut()[60:220, 150:310]


def test_live_and_attack_share_framing_and_repeat() -> None:
    live = simulate.live(ASTRONAUT, face=BOX)
    for pai in ("print-a", "replay-b", "mask-a", "partial-any"):
        attack = simulate.attack(ASTRONAUT, pai, face=BOX)
        assert attack.shape == live.shape
        assert attack.dtype == np.uint8
        assert not np.array_equal(attack, live)
        assert np.array_equal(attack, simulate.attack(ASTRONAUT, pai, face=BOX))
    assert not np.array_equal(live, simulate.live(ASTRONAUT, face=BOX, seed=1))
    assert not np.array_equal(live, simulate.live(ASTRONAUT, face=BOX, device="cam-4"))
    assert not np.array_equal(live, simulate.live(ASTRONAUT, face=BOX, session="adverse"))


def test_the_face_is_looked_for_where_no_box_is_given_and_lies_in_the_middle() -> None:
    from spoofcue.faces.hog import DlibDetector

    live = simulate.live(ASTRONAUT)
    box = DlibDetector().detect(live)[0]
    side = live.shape[0]
    assert box.x + box.w / 2 == pytest.approx(side / 2, abs=0.12 * side)
    assert box.w == pytest.approx(side / 1.9, rel=0.25)


def test_the_attackers_picture_may_be_coarse() -> None:
    clear = simulate.attack(ASTRONAUT, "print-b", face=BOX)
    coarse = simulate.attack(ASTRONAUT, "print-b", face=BOX, stolen=(24, 30))
    assert coarse.shape == clear.shape
    rough = [np.abs(np.diff(p.astype(float), axis=1)).mean() for p in (coarse, clear)]
    assert rough[0] < 0.9 * rough[1]
    with pytest.raises(InputError, match="from 24 to 300 px"):
        simulate.attack(ASTRONAUT, "print-b", face=BOX, stolen=(300, 24))


def test_wide_frames_are_as_wide_as_asked_for_live_and_attack() -> None:
    wide = {"face": BOX, "framing": (3.0, 3.0), "beside": ASTRONAUT, "device": "cam-2"}
    live = simulate.live(ASTRONAUT, **wide)
    for pai in ("print-any", "replay-any"):
        attack = simulate.attack(ASTRONAUT, pai, **wide)
        assert attack.shape == live.shape
        assert np.array_equal(attack, simulate.attack(ASTRONAUT, pai, **wide))
    # the frame grows with the framing: the face stays as wide as the camera takes it
    narrow = simulate.live(ASTRONAUT, face=BOX, framing=(1.5, 1.5), device="cam-2")
    assert live.shape[0] / narrow.shape[0] == pytest.approx(2, rel=0.3)
    with pytest.raises(InputError, match="framing 4-2"):
        simulate.live(ASTRONAUT, face=BOX, framing=(4, 2))


def test_another_wearer_is_another_picture() -> None:
    own = simulate.attack(ASTRONAUT, "mask-b", face=BOX)
    other = simulate.attack(ASTRONAUT, "mask-b", face=BOX, wearer=ASTRONAUT[::1, ::1] // 2)
    assert not np.array_equal(own, other)


@pytest.mark.parametrize(
    ("photo", "more", "told"),
    [
        (ASTRONAUT, {"device": "phone"}, "unknown device phone; there are cam-1"),
        (ASTRONAUT, {"session": "noon"}, "unknown session noon; there are session-1"),
        (ASTRONAUT, {"seed": -1}, "give a whole number of 0 or more"),
        (ASTRONAUT / 255, {}, "dtype float64; give uint8"),
        (ASTRONAUT[..., 0], {}, r"shape \(320, 320\); give \(H, W, 3\)"),
        (ASTRONAUT[:8, :8], {}, "at least 16 px"),
        ("photo.jpg", {}, "photo is a str; give a NumPy array"),
        (ASTRONAUT, {"face": (300, 0, 50, 50)}, "must lie in the picture of 320 x 320 px"),
        (ASTRONAUT, {"face": (0, 0, 5, 5)}, "at least 16 px each way"),
        (ASTRONAUT, {"face": (float("nan"), 0, 50, 50)}, "must lie in the picture"),
        (ASTRONAUT, {"face": (1, 2)}, r"give \(left, top, width, height\)"),
        (np.zeros((64, 64, 3), np.uint8), {"face": None}, "no face found.*face="),
    ],
)
def test_wrong_arguments_say_what_to_do(
    photo: np.ndarray, more: dict[str, object], told: str
) -> None:
    for call in (
        lambda **k: simulate.live(photo, **k),
        lambda **k: simulate.attack(photo, "print-a", **k),
    ):
        with pytest.raises(InputError, match=told):
            call(**{"face": BOX, **more})


def test_a_wearer_without_a_face_is_refused() -> None:
    with pytest.raises(InputError, match="wearer: no face found"):
        simulate.attack(ASTRONAUT, "mask-a", face=BOX, wearer=np.zeros((64, 64, 3), np.uint8))


@settings(max_examples=12, deadline=None)
@given(height=st.integers(40, 120), width=st.integers(40, 120), seed=st.integers(0, 99))
def test_live_crops_give_attacks_of_the_same_sizes(height: int, width: int, seed: int) -> None:
    simulator = OnlineSimulator()
    for crop in (FACE[:height, :width], FACE[20:, 10:]):
        attack, again = (simulator.attack(crop, np.random.default_rng(seed)) for _ in range(2))
        assert attack.shape == crop.shape
        assert attack.dtype == np.uint8
        assert np.array_equal(attack, again)


def test_live_crops_meet_the_same_camera_and_keep_the_face() -> None:
    live = OnlineSimulator(devices=("cam-1",)).live(FACE, np.random.default_rng(0))
    assert live.shape == FACE.shape
    same = np.corrcoef(live.mean(axis=2).ravel(), FACE.mean(axis=2).ravel())[0, 1]
    assert same > 0.9


def test_an_online_simulator_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(InputError, match="hologram"):
        OnlineSimulator(pais=("hologram",))
    with pytest.raises(InputError, match="at least one"):
        OnlineSimulator(pais=())
    with pytest.raises(InputError, match="face_share"):
        OnlineSimulator(face_share=0.0)
    with pytest.raises(InputError, match="dtype float64"):
        OnlineSimulator().attack(FACE / 255, np.random.default_rng(0))


def test_importing_the_stage_loads_nothing_heavy() -> None:
    code = (
        "import sys, spoofcue.simulate; "
        "print(*{'numpy', 'cv2', 'yaml', 'pydantic', '_dlib_pybind11'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
