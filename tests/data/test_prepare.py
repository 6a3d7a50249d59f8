from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import polars as pl
import pytest

from helpers.made_videos import noisy, write_video, zeroed
from spoofcue.data.extract import PrepareOptions
from spoofcue.data.folder import scan_folder
from spoofcue.data.manifest import read_manifest, validate
from spoofcue.data.prepare import prepare
from spoofcue.data.same_pictures import refuse_shared_pictures
from spoofcue.data.splits import with_splits
from spoofcue.errors import InputError
from spoofcue.faces.yunet import YuNetDetector
from spoofcue.media.crops import crop_bytes
from spoofcue.media.image import read_image
from spoofcue.simulate.people import RenderedPerson

WHOLE = PrepareOptions(detector="none", min_face_px=32)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    for subject in ("a", "b", "c"):
        for kind in ("live", "attack/print"):
            folder = tmp_path / "photos" / subject / kind
            folder.mkdir(parents=True)
            noise = rng.integers(0, 255, (48, 40, 3), np.uint8)
            cv2.imwrite(str(folder / "1.png"), noise)
    return tmp_path / "photos"


def run(photos: Path, out: Path, **more: object):  # type: ignore[no-untyped-def]
    found, warnings = scan_folder(photos)
    options = more.pop("options", WHOLE)
    return prepare(
        with_splits(found),
        photos,
        out,
        options,
        workers=1,
        warnings=warnings,
        **more,  # type: ignore[arg-type]
    )


def test_png_crops_are_the_very_pixels(photos: Path, tmp_path: Path) -> None:
    summary = run(photos, tmp_path / "out")
    assert (summary.files, summary.faces, summary.skipped) == (6, 6, {})
    for row in read_manifest(tmp_path / "out").iter_rows(named=True):
        crop = read_image(tmp_path / "out" / row["crop"])
        assert np.array_equal(crop, read_image(photos / row["media"]))
        assert (row["crop_w"], row["crop_h"], row["box_source"]) == (40, 48, "whole")


def test_yunet_needs_no_file_and_finds_what_it_finds_alone(tmp_path: Path) -> None:
    (tmp_path / "photos" / "live").mkdir(parents=True)
    (tmp_path / "photos" / "attack").mkdir()
    for label, number in (("live", 3), ("attack", 4)):
        photo = RenderedPerson(f"person-{number}", 0).live("session-any", number).photo
        cv2.imwrite(str(tmp_path / "photos" / label / f"{number}.png"), photo[..., ::-1])
    found, _ = scan_folder(tmp_path / "photos")
    options = PrepareOptions(detector="yunet")
    recordings = with_splits(found, (0, 0, 1))
    prepare(recordings, tmp_path / "photos", tmp_path / "out", options, workers=2)
    rows = read_manifest(tmp_path / "out").to_dicts()
    assert len(rows) == 2
    for row in rows:
        (box,) = YuNetDetector().detect(read_image(tmp_path / "photos" / row["media"]))
        assert (row["box_w"], row["box_h"], row["box_source"]) == (box.w, box.h, "yunet")


def test_jpeg_crops_keep_chroma(photos: Path, tmp_path: Path) -> None:
    run(
        photos,
        tmp_path / "out",
        options=PrepareOptions(detector="none", min_face_px=1, crop_format="jpeg"),
    )
    from PIL import Image

    path = next((tmp_path / "out" / "crops").rglob("*.jpg"))
    with Image.open(path) as image:
        assert [c[1:3] for c in image.layer] == [(1, 1)] * 3  # 4:4:4


def test_what_gave_no_face_keeps_a_row(photos: Path, tmp_path: Path) -> None:
    (photos / "a" / "live" / "2.jpg").write_text("text")
    cv2.imwrite(str(photos / "b" / "live" / "2.png"), np.zeros((20, 60, 3), np.uint8))
    summary = run(photos, tmp_path / "out")
    assert summary.skipped == {"face_too_small": [1, 0], "unreadable": [1, 0]}
    rows = read_manifest(tmp_path / "out")
    assert rows.height == 8
    bad = rows.filter(pl.col("status") != "ok")
    assert bad["crop"].null_count() == 2
    assert all(bad["reason"])


def test_a_second_run_makes_nothing_again_but_what_has_changed(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(photos, out)
    first = read_manifest(out)
    before = {p: p.stat().st_mtime_ns for p in (out / "crops").rglob("*.png")}
    seen: list[tuple[int, int]] = []
    run(photos, out, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(6, 6)]
    assert before == {p: p.stat().st_mtime_ns for p in (out / "crops").rglob("*.png")}
    assert read_manifest(out).equals(first)
    # one is gone, one changed, one came
    noise = np.random.default_rng(9).integers(0, 255, (2, 50, 40, 3), np.uint8)
    (photos / "a/live/1.png").unlink()
    cv2.imwrite(str(photos / "b/live/1.png"), noise[0])
    cv2.imwrite(str(photos / "a/live/0.png"), noise[1])
    seen.clear()
    run(photos, out, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 6), (5, 6), (6, 6)]
    run(photos, tmp_path / "anew")
    assert read_manifest(out).equals(read_manifest(tmp_path / "anew"))
    assert len(list((out / ".shards/rows").iterdir())) == 6  # and nothing of what is gone


def test_a_killed_preparation_goes_on(photos: Path, tmp_path: Path) -> None:
    for i in range(2, 80):
        shutil.copy(photos / "a" / "live" / "1.png", photos / "a" / "live" / f"{i}.png")
    out = tmp_path / "out"
    call = ["prepare", "folder", str(photos), "--out", str(out), "--detector", "none"]
    call += ["--min-face", "32", "--workers", "1"]
    main = "from spoofcue.cli.main import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", main, *call], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    rows, deadline = out / ".shards" / "rows", time.monotonic() + 60

    def done() -> int:
        return sum(1 for _ in rows.glob("*.parquet"))

    while time.monotonic() < deadline and process.poll() is None and done() <= 5:
        time.sleep(0.002)
    process.kill()
    process.wait()
    killed_at = done()
    assert killed_at > 5
    assert not (out / "manifest.parquet").exists()
    seen: list[int] = []
    run(photos, out, options=WHOLE, progress=lambda n, _: seen.append(n))
    assert killed_at <= seen[0] < 84
    assert read_manifest(out).height == 84
    assert not list(out.rglob("*.part"))


def test_a_file_that_ends_its_process_costs_its_own_row(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'spoofcue.data.extracting' in sys.orig_argv:\n"
        "    import os, signal, time\n"
        "    from spoofcue.data import extract\n"
        "    read = extract.read_still_or_clip\n"
        "    def broken(path, *more):\n"
        "        name = '/'.join(path.parts[-3:])\n"
        "        if name == 'a/live/1.png': os.kill(os.getpid(), signal.SIGKILL)\n"
        "        if name == 'b/live/1.png': time.sleep(600)\n"
        "        if name == 'c/live/1.png': raise RuntimeError('a library fails')\n"
        "        return read(path, *more)\n"
        "    extract.read_still_or_clip = broken\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    summary = run(photos, tmp_path / "out", file_seconds=1.0)
    assert (summary.faces, summary.skipped) == (3, {"unreadable": [3, 0]})
    bad = read_manifest(tmp_path / "out").filter(pl.col("status") != "ok")
    reasons = dict(zip(bad["media"], bad["reason"], strict=True))
    assert "it ended the process that read it, 2 times" in reasons["a/live/1.png"]
    assert "reading it took more than 1 s, 2 times" in reasons["b/live/1.png"]
    assert "RuntimeError: a library fails" in reasons["c/live/1.png"]
    assert {p.name for p in summary.problems} == set(reasons)


def test_crops_in_shards_are_the_crops_in_files(photos: Path, tmp_path: Path) -> None:
    run(photos, tmp_path / "files")
    run(photos, tmp_path / "out", options=replace(WHOLE, crops="shards"))
    files, shards = (read_manifest(tmp_path / name) for name in ("files", "out"))
    assert shards.drop("crop").equals(files.drop("crop"))
    for one, other in zip(files["crop"], shards["crop"], strict=True):
        assert other.startswith("crops/part-")
        assert crop_bytes(tmp_path / "out" / other) == (tmp_path / "files" / one).read_bytes()


def test_a_large_manifest_is_a_folder_of_parts_with_the_same_rows(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(photos, out)
    one = pl.read_parquet(out / "manifest.parquet")
    for rows, parts in ((2, 3), (4, 2), (100, 0)):
        monkeypatch.setattr("spoofcue.data.assemble.PART_ROWS", rows)
        run(photos, out)
        path = out / "manifest.parquet"
        assert path.is_dir() == (parts > 0)
        assert len(list(path.glob("part-*.parquet"))) == parts
        assert pl.read_parquet(path).equals(one)


def test_other_options_in_the_same_folder_are_refused(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(photos, out)
    other = PrepareOptions(detector="none", min_face_px=10)
    with pytest.raises(InputError, match="min_face_px was 32 and is 10"):
        run(photos, out, options=other)
    run(photos, out, options=other, overwrite=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(InputError, match="no prepared set"):
        run(photos, tmp_path / "mine", overwrite=True)
    assert (tmp_path / "mine" / "thesis.tex").exists()


GOOD = {"media": "a.jpg", "subject": "s", "label": 0, "split": "train", "status": "no_face"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"label": 2}, "label must be 0 or 1"),
        ({"label": None}, "label must be 0 or 1"),
        ({"split": "later"}, "split must be one of"),
        ({"label": 1}, "PAI species"),
        ({"pai": "print"}, "no `pai`"),
        ({"status": "ok"}, "crop exactly when"),
        ({"crop": "c.png"}, "crop exactly when"),
        ({"subject": None}, "`subject` must not be empty"),
        ({"age": 3}, r"unknown columns \['age'\]"),
    ],
)
def test_each_rule_of_the_manifest(change: dict[str, object], told: str) -> None:
    assert validate(pl.DataFrame([GOOD])).height == 1
    with pytest.raises(InputError, match=told):
        validate(pl.DataFrame([GOOD | change]))


def test_a_folder_that_was_begun_before_an_option_existed_goes_on(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(photos, out)
    begun = out / ".options.json"
    before = json.loads(begun.read_text())
    kept = {k: v for k, v in before["options"].items() if not k.startswith("early")}
    assert kept != before["options"]
    begun.write_text(json.dumps(before | {"options": kept}))
    seen: list[int] = []
    run(photos, out, progress=lambda done, _: seen.append(done))
    assert seen[0] == 6


def test_broken_frames_are_named_and_no_recording_is_silently_shortened(tmp_path: Path) -> None:
    made = {"a/live/whole": [], "b/live/one": [6], "c/attack/many": [7, 8, 9]}
    for number, (name, lost) in enumerate(made.items()):
        path = tmp_path / "videos" / f"{name}.avi"
        path.parent.mkdir(parents=True, exist_ok=True)
        images = [noisy(60 + 4 * i, 30 * number + i) for i in range(30)]
        zeroed(write_video(path, images, "mjpeg"), *lost)
    summary = run(tmp_path / "videos", tmp_path / "out")
    assert {(p.kind, p.name, p.detail) for p in summary.problems} == {
        ("broken_frames", "b/live/one.avi", "29 of 30 frames decode"),
        ("broken_frames", "c/attack/many.avi", "27 of 30 frames decode"),
    }
    assert summary.skipped == {"unreadable": [0, 1]}
    rows = read_manifest(tmp_path / "out")
    assert set(rows["media"].value_counts()["count"]) == {10}
    (bad,) = rows.filter(pl.col("status") != "ok").iter_rows(named=True)
    assert (bad["media"], bad["frame"], bad["crop"]) == ("c/attack/many.avi", 7, None)
    assert bad["reason"] == "the frame does not decode"


def test_equal_pixels_in_other_files_are_refused_with_both_names(
    photos: Path, tmp_path: Path
) -> None:
    picture = cv2.imread(str(photos / "a/live/1.png"))
    copy = photos / "b/attack/print/copy.bmp"
    cv2.imwrite(str(copy), picture)
    with pytest.raises(InputError, match=r"a/live/1\.png \(live.*print/copy\.bmp \(attack"):
        run(photos, tmp_path / "out")
    assert not (tmp_path / "out/manifest.parquet").exists()
    copy.unlink()
    assert run(photos, tmp_path / "out").faces == 6  # what was done is kept


def test_equal_pixels_in_two_splits_are_refused_where_they_were_given(
    photos: Path, tmp_path: Path
) -> None:
    picture = cv2.imread(str(photos / "a/live/1.png"))
    for name, suffix in (("b", "bmp"), ("c", "tif")):
        cv2.imwrite(str(photos / name / f"live/copy.{suffix}"), picture)
    with pytest.raises(InputError, match="pixel for pixel"):
        run(photos, tmp_path / "out")
    summary = run(photos, tmp_path / "out", drawn=True)
    assert any("pixel for pixel" in w for w in summary.warnings)
    rows = read_manifest(tmp_path / "out")
    with pytest.raises(InputError, match=r"2 picture|1 picture"):
        refuse_shared_pictures(rows, tmp_path / "out")
    # a manifest without the sums, as other programs write it, is compared by its crops
    bare = rows.with_columns(pixels=pl.lit(None, pl.String), look=pl.lit(None, pl.String))
    with pytest.raises(InputError, match="on two sides"):
        refuse_shared_pictures(bare, tmp_path / "out")
    refuse_shared_pictures(rows.filter(pl.col("split") == "train"), tmp_path / "out")
    run(photos, tmp_path / "set", dataset="nuaa")  # whose makers put them there


def test_near_copies_on_two_sides_are_warned_of(photos: Path, tmp_path: Path) -> None:
    large = cv2.resize(cv2.imread(str(photos / "a/live/1.png")), (160, 192))
    cv2.imwrite(str(photos / "a/live/1.png"), large)
    cv2.imwrite(str(photos / "b/attack/print/copy.jpg"), large, [cv2.IMWRITE_JPEG_QUALITY, 80])
    (warning,) = run(photos, tmp_path / "out").warnings
    assert "almost the same" in warning
    assert "copy.jpg" in warning


def test_the_old_preparation_stays_until_the_new_one_is_whole(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run(photos, out)
    before = {p: p.read_bytes() for p in out.rglob("*") if p.is_file()}
    other = PrepareOptions(detector="none", min_face_px=10)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("spoofcue.data.assemble.validate", killed)
        with pytest.raises(KeyboardInterrupt):
            run(photos, out, options=other, overwrite=True)
    assert {p: p.read_bytes() for p in out.rglob("*") if p.is_file()} == before
    seen: list[int] = []
    run(photos, out, options=other, overwrite=True, progress=lambda done, _: seen.append(done))
    assert seen[0] == 6  # what the killed one made is not made again
    assert json.loads((out / "prepare.json").read_text())["options"]["min_face_px"] == 10
    assert {p.name for p in tmp_path.iterdir()} == {"out", "photos"}


def test_a_kill_between_the_renames_gives_readers_the_old_one(photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(photos, out)
    out.rename(tmp_path / ".out.replaced")
    assert read_manifest(out).height == 6
    out.rename(tmp_path / ".out.replaced")
    seen: list[int] = []
    run(photos, out, progress=lambda done, _: seen.append(done))
    assert seen[0] == 6


def test_a_second_preparation_at_the_same_time_is_refused(photos: Path, tmp_path: Path) -> None:
    out, told = tmp_path / "out", []

    def meanwhile(done: int, _: int) -> None:
        if done == 3:
            command = "from spoofcue.cli.main import main; main()"
            call = ["prepare", "folder", str(photos), "--out", str(out), "--detector", "none"]
            ended = subprocess.run(
                [sys.executable, "-c", command, *call, "--min-face", "32"],
                capture_output=True,
                text=True,
                check=False,
            )
            told.append((ended.returncode, ended.stderr))

    run(photos, out, progress=meanwhile)
    assert read_manifest(out).height == 6
    assert told[0][0] == 2
    assert f"{out} is being written by spoofcue prepare (process " in told[0][1]


def test_a_leftover_of_the_very_first_file_is_no_foreign_folder(
    photos: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / ".options.json.part").write_text("{")
    run(photos, out)
    assert not list(out.rglob("*.part"))
