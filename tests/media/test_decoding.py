"""Broken packets end nothing, are counted, and leave no old picture in their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.made_videos import noisy, packets, write_video, write_with_sound, zeroed
from spoofcue.errors import MediaError
from spoofcue.media.unread import part_skipped
from spoofcue.media.video import Clip, sample_clip

CASES = Path(__file__).parents[3] / "shared" / "cases" / "video"
# six frames at 60, then 24 at 200
SWITCH = [noisy(60, i) for i in range(6)] + [noisy(200, i) for i in range(24)]
MADE = [("mjpeg", "avi"), ("mpeg4", "avi"), ("mpeg4", "mp4"), ("libx264", "mp4"), ("libx264", "ts")]


def levels(clip: Clip) -> list[int]:
    return [round(float(f.image.mean())) for f in clip.frames]


@pytest.mark.parametrize(("codec", "suffix"), [*MADE, ("libvpx", "webm"), ("libx264", "mkv")])
def test_a_sound_recording_decodes_whole(tmp_path: Path, codec: str, suffix: str) -> None:
    clip = sample_clip(write_video(tmp_path / f"v.{suffix}", SWITCH, codec), 10)
    assert (clip.total, clip.wanted, clip.decoded) == (30, 30, 30)
    assert clip.places == (1, 4, 7, 10, 13, 16, 19, 22, 25, 28)
    assert [f and f.index for f in clip.spread] == list(clip.places)
    assert all(
        abs(level - (60 if f.index < 6 else 200)) < 12
        for f, level in zip(clip.frames, levels(clip), strict=True)
    )


@pytest.mark.parametrize("part", [1.0, 0.5])
@pytest.mark.parametrize("number", [0, 6, 7, 29])
def test_a_broken_frame_of_its_own_is_passed_over(tmp_path: Path, number: int, part: float) -> None:
    path = zeroed(write_video(tmp_path / "v.avi", SWITCH, "mjpeg"), number, part=part)
    clip = sample_clip(path, 10)
    assert (clip.total, clip.wanted, clip.decoded) == (30, 30, 29)
    # the next frame takes the place of a wanted one that is broken
    assert [f and f.index for f in clip.spread] == [8 if p == number else p for p in clip.places]
    assert [level > 130 for level in levels(clip)] == [False] * 2 + [True] * 8


def test_a_place_without_a_whole_frame_stays_empty(tmp_path: Path) -> None:
    path = zeroed(write_video(tmp_path / "v.avi", SWITCH, "mjpeg"), 7, 8, 9, 28, 29)
    clip = sample_clip(path, 10)
    assert (clip.wanted, clip.decoded) == (30, 25)
    assert [at for at, frame in enumerate(clip.spread) if frame is None] == [2, 9]
    assert len(clip.frames) == 8


@pytest.mark.parametrize(("codec", "suffix"), MADE[1:4])
def test_what_follows_a_broken_frame_counts_again_from_the_next_key_frame(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    # no key frame but every twelfth, not even where the picture changes
    never = "0" if codec == "libx264" else "1000000000"
    options = {"g": "12", "bf": "0", "sc_threshold": never}
    path = write_video(tmp_path / f"v.{suffix}", SWITCH, codec, options=options)
    clip = sample_clip(zeroed(path, 6), 30)
    # 6 to 11 are changes of a frame that is not there
    assert [f.index for f in clip.frames] == [*range(6), *range(12, 30)]
    assert (clip.wanted, clip.decoded) == (30, 24)
    assert [level > 130 for level in levels(clip)] == [False] * 6 + [True] * 18


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts", "avi"])
def test_the_old_picture_never_stands_for_lost_ones(tmp_path: Path, suffix: str) -> None:
    """One key frame, and the attack begins at the packet that is lost."""
    options = {"g": "250", "sc_threshold": "0"}
    path = write_video(tmp_path / f"v.{suffix}", SWITCH, "libx264", options=options)
    try:
        clip = sample_clip(zeroed(path, 6), 10)
    except MediaError:
        return
    assert clip.decoded < 0.8 * clip.wanted


@pytest.mark.parametrize(
    ("codec", "suffix", "muxer"),
    [
        ("mjpeg", "avi", {}),
        ("mpeg4", "mp4", {"movflags": "faststart"}),
        ("libx264", "mkv", {}),
        ("libvpx", "webm", {}),
        ("flv", "flv", {}),
        ("libx264", "mp4", {"movflags": "faststart"}),
    ],
)
@pytest.mark.parametrize("kept", [0.3, 0.6])
def test_a_recording_that_is_cut_off_is_known_to_be_longer(
    tmp_path: Path, codec: str, suffix: str, muxer: dict[str, str], kept: float
) -> None:
    path = write_video(tmp_path / f"v.{suffix}", SWITCH, codec, muxer=muxer)
    content = path.read_bytes()
    path.write_bytes(content[: round(len(content) * kept)])
    try:
        clip = sample_clip(path, 10)
    except MediaError:
        return
    assert clip.decoded < clip.total + 1 <= 30
    assert clip.decoded < 0.8 * clip.wanted


def test_fragments_that_cannot_be_read_are_missed(tmp_path: Path) -> None:
    """Pieces of a stream state no length; what lies in the file behind the last frame tells."""
    images = [noisy(60 + i % 90, i, side=128) for i in range(30)]
    muxer = {"movflags": "frag_keyframe+empty_moov"}
    path = write_video(tmp_path / "v.mp4", images, "mjpeg", options={"g": "5"}, muxer=muxer)
    whole = sample_clip(path, 10)
    assert (whole.wanted, whole.decoded) == (30, 30)
    content = path.read_bytes()
    third = [i for i in range(len(content)) if content.startswith(b"moof", i)][8]
    path.write_bytes(content[: third - 4] + b"\x7f" + content[third - 3 :])
    clip = sample_clip(path, 10)
    assert clip.decoded < 15
    assert clip.decoded < 0.8 * clip.wanted


@pytest.mark.parametrize(
    ("codec", "sound", "suffix"),
    [
        ("libx264", "aac", "mp4"),
        ("mpeg4", "aac", "mov"),
        ("libvpx", "libopus", "webm"),
        ("mjpeg", "aac", "mkv"),
        ("mjpeg", "libmp3lame", "avi"),
        ("libx264", "aac", "ts"),
    ],
)
@pytest.mark.parametrize(("longer", "start"), [(0, 0), (2, 0), (0.2, 60)])
def test_sound_and_a_late_beginning_are_no_missing_part(
    tmp_path: Path, codec: str, sound: str, suffix: str, longer: float, start: float
) -> None:
    if suffix == "avi" and start:
        pytest.skip("the file has a hole after its first frame")
    path = write_with_sound(
        tmp_path / f"v.{suffix}", SWITCH, codec, sound, longer=longer, start=start
    )
    clip = sample_clip(path, 10)
    assert (clip.total, clip.decoded, clip.cut) == (30, 30, False)
    # the AVI is written with an empty frame after its first
    assert clip.wanted == (31 if suffix == "avi" else 30)


@pytest.mark.parametrize(
    ("codec", "suffix", "muxer"),
    [
        ("libx264", "ts", {}),
        ("mjpeg", "mkv", {"live": "1"}),
        ("libvpx", "webm", {"live": "1"}),
        ("mjpeg", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
    ],
)
def test_a_file_without_a_length_that_breaks_off_within_a_frame_is_known_to(
    tmp_path: Path, codec: str, suffix: str, muxer: dict[str, str]
) -> None:
    images = [noisy(60 + i, i, side=128) for i in range(30)]
    path = write_video(tmp_path / f"v.{suffix}", images, codec, muxer=muxer)
    content, places = path.read_bytes(), packets(path)
    assert not sample_clip(path, 10).cut
    at, size = max(places[5:25], key=lambda place: place[1])
    path.write_bytes(content[: at + 2 * size // 3])
    clip = sample_clip(path, 10)
    assert clip.cut or clip.decoded < 0.8 * clip.wanted


def test_a_transport_stream_that_ends_in_zeros_breaks_off(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.ts", SWITCH, "mpeg4")
    content = path.read_bytes()
    kept = len(content) // 2 // 188 * 188
    path.write_bytes(content[:kept] + bytes(376))
    assert sample_clip(path, 10).cut


def test_a_gap_in_time_is_a_part_that_is_missing() -> None:
    assert part_skipped([]) == 0
    assert part_skipped([0, 500]) == 0
    assert part_skipped(range(30)) == 0
    assert part_skipped([0, 10, 20, 40, 75, 105, 115]) == 0  # a camera in the dark
    assert part_skipped([0, 10, 20, 40, 75, 405, 415]) == pytest.approx(310 / 415)
    assert part_skipped([0, 33, 67, 100, 200, 233, 267]) == pytest.approx(66 / 267)


def test_times_that_are_all_the_same_or_run_backwards_do_no_harm(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mp4", SWITCH, "mpeg4")
    content = path.read_bytes()
    at = content.index(b"stts") + 16  # how long each frame lasts
    for lasts in (0, 1, 0x7FFFFFFF, 0xFFFFFFFF):
        path.write_bytes(content[:at] + lasts.to_bytes(4, "big") + content[at + 4 :])
        try:
            clip = sample_clip(path, 10)
        except MediaError:
            continue
        if clip.decoded < 0.8 * clip.wanted:
            continue
        assert clip.decoded == 30
        assert [level > 130 for level in levels(clip)].count(True) >= 7


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), made=st.sampled_from(MADE))
def test_zeros_anywhere_never_hide_the_second_half(
    tmp_path: Path, data: st.DataObject, made: tuple[str, str]
) -> None:
    codec, suffix = made
    source = tmp_path / f"{codec}.{suffix}"
    if not source.exists():
        write_video(source, SWITCH, codec)
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        much = data.draw(st.sampled_from([4, 64, 700]))
        content[at : at + much] = bytes(len(content[at : at + much]))
    path = tmp_path / f"spoiled.{suffix}"
    path.write_bytes(bytes(content))
    try:
        clip = sample_clip(path, 10)
    except MediaError:
        return
    if clip.decoded >= 0.8 * clip.wanted and clip.spread.count(None) <= 2:
        assert sum(level > 110 for level in levels(clip)) >= 2


@pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not there")
def test_the_case_with_one_broken_frame() -> None:
    clip = sample_clip(CASES / "41_mixed_7th_broken.avi", 10)
    assert (clip.total, clip.wanted, clip.decoded) == (30, 30, 29)
    assert len(clip.frames) == 10
    assert packets(CASES / "41_mixed_7th_broken.avi")


def test_frames_that_an_edit_list_hides_after_the_first_are_missing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", [noisy(60, k) for k in range(8)], "libx264")
    data = bytearray(path.read_bytes())
    entry = data.index(b"elst")
    # the only edit shows as much of the recording as one frame lasts
    duration = int.from_bytes(data[entry + 12 : entry + 16], "big")
    data[entry + 12 : entry + 16] = (duration // 8).to_bytes(4, "big")
    path.write_bytes(data)
    clip = sample_clip(path, 8)
    assert clip.decoded < 0.8 * clip.wanted
