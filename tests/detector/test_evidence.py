"""What a recording must show before it is live."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.made_detector import FixedBoxes, Image, made, picture
from helpers.made_videos import noisy, write_video, zeroed
from spoofcue.cli.main import app
from spoofcue.detector.detector import Detector
from spoofcue.detector.early_exit import ExitRule
from spoofcue.detector.evidence import EvidenceRule, FrameCounts, longest_run
from spoofcue.errors import InputError
from spoofcue.faces.box import Box

CASES = Path(__file__).parents[3] / "shared" / "cases" / "video"
LIVE, ATTACK = 60, 200
DARK = np.full((64, 64, 3), 3, np.uint8)  # refused


def frames(*levels: int) -> np.ndarray:
    return np.stack([picture(level, seed=i) for i, level in enumerate(levels)])


def test_a_broken_recording_is_judged_on_all_that_decodes(tmp_path: Path) -> None:
    """Six live frames, then an attack; one frame is broken: it was live on the first two."""
    images = [noisy(LIVE, i) for i in range(6)] + [noisy(ATTACK, i) for i in range(24)]
    path = write_video(tmp_path / "v.avi", images, "mjpeg")
    whole = made().predict(path)
    assert whole.counts.wanted == whole.counts.decoded == 30
    for number in range(30):
        broken = zeroed(write_video(path, images, "mjpeg"), number)
        result = made().predict(broken)
        assert result.decision == "attack"
        assert (result.counts.wanted, result.counts.decoded, result.counts.sampled) == (30, 29, 10)


def test_too_few_frames_that_decode_are_no_evidence(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.avi", [noisy(LIVE, i) for i in range(30)], "mjpeg")
    assert made().predict(path).is_live
    six = zeroed(path, 3, 8, 13, 18, 23, 28)
    assert made().predict(six).is_live
    seven = zeroed(six, 29)
    result = made().predict(seven)
    assert (result.decision, result.reason, result.score) == ("rejected", "partly_decoded", None)
    assert result.detail == "23 of 30 frames decode; 80 % of them are needed"
    assert result.counts == FrameCounts(30, 23, 10, 0, 0)
    assert made(evidence=EvidenceRule(min_decoded=0.75)).predict(seven).is_live
    assert made(evidence=EvidenceRule(min_decoded=1)).predict(six).reason == "partly_decoded"


def test_a_recording_cut_short_is_no_evidence(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.avi", [noisy(LIVE, i) for i in range(30)], "mjpeg")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    result = made().predict(path)
    assert (result.decision, result.reason) == ("rejected", "partly_decoded")
    assert result.counts.wanted == 30
    assert result.counts.decoded < 16


def test_a_stream_that_breaks_off_is_no_evidence(tmp_path: Path) -> None:
    """A transport stream states no length: nobody knows what came after."""
    path = write_video(tmp_path / "v.ts", [noisy(LIVE, i) for i in range(30)], "libx264")
    assert made().predict(path).is_live
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3 // 188 * 188 - 50])
    result = made().predict(path)
    assert (result.decision, result.reason) == ("rejected", "partly_decoded")


@pytest.mark.parametrize(
    ("scored", "fit"),
    [
        ("1111111111", True),
        ("1010101010", True),
        ("1010100010", False),  # four
        ("1101111100", True),
        ("1111111000", False),  # the end is missing
        ("0001111111", False),
        ("1110001111", False),
        ("0011001100", False),
    ],
)
def test_scores_must_be_many_and_span_the_recording(scored: str, fit: bool) -> None:
    images = np.stack([picture(LIVE, seed=i) if s == "1" else DARK for i, s in enumerate(scored)])
    result = made().predict(images)
    assert result.counts == FrameCounts(10, 10, 10, 10, scored.count("1"))
    if fit:
        assert result.is_live
        return
    assert (result.decision, result.reason, result.score) == ("rejected", "partly_scored", None)
    assert result.detail is not None
    assert f"({scored.count('0')} too_dark)" in result.detail
    assert result.advice == "more light"
    lenient = EvidenceRule(min_scored=0, max_gap=1)
    assert made(evidence=lenient).predict(images).is_live


def test_a_gap_is_told_by_its_place() -> None:
    rule = EvidenceRule()
    assert rule.lacks_scores([0, 1, 2, 6, 7, 8, 9], 10) == (
        "3 of 10 frames one after the other have no score, from the 4th on; 25 % of them are the "
        "most"
    )
    assert rule.lacks_scores([0, 1, 2, 3], 10) == (
        "4 of 10 frames have a score; 50 % of them are needed"
    )


def test_a_run_of_attack_frames_decides_whatever_the_mean() -> None:
    quiet = made(threshold=0.4).predict(frames(*[LIVE] * 4, 140, 140, *[LIVE] * 4))
    assert (quiet.decision, quiet.reason) == ("live", None)
    for start in range(8):
        levels = [LIVE] * 10
        levels[start : start + 3] = [140] * 3
        result = made(threshold=0.4).predict(frames(*levels))
        assert (result.decision, result.reason) == ("attack", "attack_run")
        assert result.score == pytest.approx(np.mean(levels) / 255, abs=0.01)
        assert result.score < result.threshold
        assert result.detail is not None
        assert f"frames {start + 1} to {start + 3} of 10 are above the threshold" in result.detail
        assert not made(threshold=0.4, evidence=EvidenceRule(run=1)).predict(frames(*levels)).reason
    # frames without a score do not part a run
    images = frames(*[LIVE] * 3, 140, 140, 140, *[LIVE] * 4)
    images[4] = DARK
    assert made(threshold=0.4).predict(images).decision == "live"
    images[6] = images[5]
    assert made(threshold=0.4).predict(images).reason == "attack_run"


def test_the_mean_still_decides_where_it_is_above() -> None:
    result = made(threshold=0.5, early_exit=None).predict(frames(*[LIVE] * 3, *[ATTACK] * 7))
    assert (result.decision, result.reason, result.detail) == ("attack", None, None)


@given(st.lists(st.floats(0, 1), max_size=40), st.floats(0, 1))
def test_the_longest_run_is_above_and_no_longer_one_is(scores: list[float], limit: float) -> None:
    run = longest_run(scores, limit)
    assert all(scores[i] > limit for i in run)
    text = "".join("x" if s > limit else " " for s in scores)
    assert len(run) == max(map(len, text.split()), default=0)
    assert longest_run([float("nan")] * 3, limit) == range(0)


def test_live_is_never_said_before_the_end_unless_it_was_asked_for() -> None:
    images = [picture(LIVE, seed=i) for i in range(20)] + [
        picture(ATTACK, seed=i) for i in range(10)
    ]
    assert made(threshold=0.5).predict(iter(images)).decision == "attack"
    early = made(threshold=0.5, early_exit=ExitRule(live=True)).predict(iter(images))
    assert early.is_live
    assert early.early_exit is not None
    assert early.counts.scored == 5
    assert made(threshold=0.5).predict(iter(images[:20])).early_exit is None


def test_frames_with_several_faces_are_no_evidence() -> None:
    beside = [Box(0, 0, 30, 30), Box(32, 0, 30, 30)]

    class Visited(FixedBoxes):
        """Somebody else comes after some frames."""

        def __init__(self, since: int) -> None:
            super().__init__()
            self.seen, self._since = 0, since

        def detect(self, image: Image) -> list[Box]:
            self.seen += 1
            return beside if self.seen > self._since else beside[:1]

    images = [picture(LIVE, seed=i) for i in range(10)]
    few = made(faces=Visited(8), quality=None).predict(iter(images))
    many = made(faces=Visited(4), quality=None).predict(iter(images))
    assert (few.is_live, few.counts.scored) == (True, 8)
    assert (many.decision, many.reason) == ("rejected", "partly_scored")
    assert "6 several_faces" in (many.detail or "")
    assert many.advice == "one person before the camera"


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_decoded": 1.1},
        {"min_scored": -0.1},
        {"max_gap": float("nan")},
        {"run": "half"},
        {"second_face": True},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=next(iter(wrong))):
        EvidenceRule(**wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="evidence="):
        made(evidence=0.8)


def test_a_picture_is_counted_as_one_frame(tmp_path: Path) -> None:
    assert made().predict(picture(LIVE)).counts == FrameCounts(1, 1, 1, 1, 1)
    assert made().predict(DARK).counts == FrameCounts(1, 1, 1, 1, 0)
    assert made(faces=FixedBoxes()).predict(picture(LIVE)).counts == FrameCounts(1, 1, 1, 0, 0)
    assert made().predict(b"no picture").counts == FrameCounts(1, 0, 1, 0, 0)
    (tmp_path / "v.mp4").write_bytes(b"no video")
    assert made().predict(tmp_path / "v.mp4").counts == FrameCounts(0, 0, 0, 0, 0)
    plain = made().predict(picture(LIVE)).to_dict()
    assert plain["counts"] == {
        "wanted": 1,
        "decoded": 1,
        "sampled": 1,
        "with_face": 1,
        "scored": 1,
    }


SWITCH = [noisy(LIVE, i) for i in range(6)] + [noisy(ATTACK, i) for i in range(24)]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    data=st.data(),
    made_as=st.sampled_from(
        [("mjpeg", "avi"), ("mpeg4", "avi"), ("mpeg4", "mp4"), ("libx264", "ts")]
    ),
)
def test_no_damage_makes_a_recording_that_turns_into_an_attack_live(
    tmp_path: Path, data: st.DataObject, made_as: tuple[str, str]
) -> None:
    codec, suffix = made_as
    source = tmp_path / f"{codec}.{suffix}"
    if not source.exists():
        write_video(source, SWITCH, codec)
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        much = data.draw(st.sampled_from([1, 4, 64, 700]))
        content[at : at + much] = bytes(len(content[at : at + much]))
    path = tmp_path / f"spoiled.{suffix}"
    path.write_bytes(bytes(content))
    result = made(threshold=0.45).predict(path)
    assert result.decision != "live"
    assert result.reason != "error", result.detail


def test_the_command_counts_frames_and_takes_the_share(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.avi", [noisy(LIVE, i) for i in range(30)], "mjpeg")
    zeroed(path, *range(3, 9))
    call = ["predict", str(path), "--detector", "none", "--no-quality", "--json"]
    told = CliRunner().invoke(app, call)
    assert told.exit_code == 0, told.output
    (row,) = json.loads(told.stdout)
    assert row["counts"]["wanted"] == 30
    assert row["counts"]["decoded"] == 24
    strict = CliRunner().invoke(app, [*call, "--min-decoded", "0.9"])
    (row,) = json.loads(strict.stdout)
    assert (row["decision"], row["reason"], strict.exit_code) == ("rejected", "partly_decoded", 1)


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not there")
def test_the_cases() -> None:
    detector = Detector.load()
    results = {p.name: detector.predict(p) for p in CASES.iterdir()}
    assert results["40_mixed.avi"].decision == "attack"
    broken = results["41_mixed_7th_broken.avi"]
    assert (broken.decision, broken.counts.decoded) == ("attack", 29)
    assert results["mallory.mp4"].reason == "unreadable"
    assert results["2024-01-01T10:30:00.mp4"].score == results["alice.mp4"].score
    assert results["27_two_streams.mp4"].counts.scored == 10
    assert results["32_sar2.mp4"].counts.scored == 10
