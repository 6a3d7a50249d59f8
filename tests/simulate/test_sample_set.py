from __future__ import annotations

import csv
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import yaml
from PIL import Image

from spoofcue.errors import InputError
from spoofcue.faces.hog import DlibDetector
from spoofcue.media.video import sample_clip
from spoofcue.simulate.catalogue import BUILT_IN, built_in, load_catalogue
from spoofcue.simulate.face.frame import draw_frame
from spoofcue.simulate.face.identity import draw_identity
from spoofcue.simulate.face.render import render_face
from spoofcue.simulate.gallery import write_gallery
from spoofcue.simulate.raster import srgb_from_linear
from spoofcue.simulate.sample_set import (
    SampleSetSummary,
    SetOptions,
    write_photo_set,
    write_rendered_set,
)


def test_dlib_finds_rendered_faces_and_seeds_repeat() -> None:
    detector, found = DlibDetector(), 0
    for seed in range(20):
        light = list(built_in().sessions.values())[seed % 3]
        scene = render_face(draw_identity(seed), draw_frame(seed, light, seed), 400)
        assert scene.dtype == np.float32
        assert np.isfinite(scene).all()
        if seed == 0:
            again = render_face(draw_identity(0), draw_frame(0, light, 0), 400)
            assert np.array_equal(scene, again)
        found += bool(detector.detect((srgb_from_linear(scene * 0.85) * 255).astype(np.uint8)))
    assert found >= 19


def hashes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*.*"))
    }


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for i in range(3):
        face = skimage.data.astronaut()[0 : 300 + 20 * i, 80 : 380 + 20 * i]
        Image.fromarray(face).save(folder / f"p{i}.png")
    (folder / "broken.jpg").write_text("text")
    Image.new("RGB", (90, 90)).save(folder / "nobody.png")
    return folder


OPTIONS = SetOptions(pais=("print-a", "replay-b", "mask-a"), devices=("cam-1", "cam-5"), frames=2)


@pytest.fixture(scope="module")
def by_two(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SampleSetSummary]:
    """The set of OPTIONS, made by two workers."""
    folder = tmp_path_factory.mktemp("by-two")
    return folder, write_photo_set(photos, folder, options=OPTIONS, workers=2)


def test_sets_do_not_depend_on_the_number_of_workers_and_go_on(
    photos: Path, by_two: tuple[Path, SampleSetSummary], tmp_path: Path
) -> None:
    alone = write_photo_set(photos, tmp_path / "1", options=OPTIONS, workers=1)
    for summary in (alone, by_two[1]):
        assert (summary.subjects, summary.images) == (3, 3 * 2 * 4 * 2)
        assert sorted(Path(p).name for p, _ in summary.skipped) == ["broken.jpg", "nobody.png"]
    first = hashes(tmp_path / "1")
    assert first == hashes(by_two[0])

    gone = next((tmp_path / "1").rglob("*.jpg"))
    kept = sorted(set((tmp_path / "1").rglob("*.jpg")) - {gone})[0]
    before = kept.stat().st_mtime_ns
    gone.unlink()
    write_photo_set(photos, tmp_path / "1", options=OPTIONS, workers=1)
    assert hashes(tmp_path / "1") == first
    assert kept.stat().st_mtime_ns == before


def test_another_seed_gives_other_pictures(
    photos: Path, by_two: tuple[Path, SampleSetSummary], tmp_path: Path
) -> None:
    write_photo_set(photos, tmp_path, options=replace(OPTIONS, seed=1, takes=1), workers=1)
    first, other = (
        {name: said for name, said in hashes(folder).items() if name.endswith(".jpg")}
        for folder in (by_two[0], tmp_path)
    )
    assert len(other) == 3 * 4 * 2
    assert not set(other.values()) & set(first.values())


def test_live_and_attack_share_camera_view_light_and_shot(
    by_two: tuple[Path, SampleSetSummary],
) -> None:
    folder, _ = by_two
    listed = rows(folder)
    lines = (folder / "parameters.jsonl").read_text().splitlines()
    drawn = {p["path"]: p["parameters"] for p in map(json.loads, lines)}
    assert set(drawn) == {r["path"] for r in listed}
    shared: dict[tuple[str, str], set[str]] = {}
    for r in listed:
        take = Path(r["path"]).stem.rsplit("_", 2)[1]
        with Image.open(folder / r["path"]) as image:
            size, tables = image.size, image.quantization
        p = drawn[r["path"]]
        view = p["view"] if p["frame"] == 0 else None
        known = json.dumps([r["session"], r["device"], size, tables, p["lamp"], p["shot"]])
        shared.setdefault((r["subject"], take), set()).add(known)
        if view:
            shared.setdefault((r["subject"], take, "view"), set()).add(json.dumps(view))  # type: ignore[arg-type]
    assert all(len(values) == 1 for values in shared.values())
    assert len({r["split"] for r in listed}) == 3
    assert len({(r["subject"], r["split"]) for r in listed}) == 3
    frames = [p for path, p in drawn.items() if "live" in path]
    assert len({json.dumps(p["view"]) for p in frames}) == len(frames)  # the hand trembles


def test_clips_are_videos_of_the_frames(photos: Path, tmp_path: Path) -> None:
    options = SetOptions(
        pais=("replay-c",), devices=("cam-6",), takes=1, frames=5, clips=True, every=True,
        sessions=("session-2",),
    )  # fmt: skip
    summary = write_photo_set(photos, tmp_path, options=options, workers=1)
    assert summary.images == 3 * 2
    clip = tmp_path / rows(tmp_path)[0]["path"]
    images = [f.image for f in sample_clip(clip, 5).frames]
    assert len(images) == 5
    assert not np.array_equal(images[0], images[1])


def test_wrong_names_and_too_few_people_are_refused(photos: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"print-z.*print-a"):
        write_photo_set(photos, tmp_path / "o", options=SetOptions(pais=("print-z",)))
    Image.new("RGB", (64, 64)).save(tmp_path / "one.png")
    with pytest.raises(InputError, match="of 0 people"):
        write_photo_set(tmp_path, tmp_path / "out")
    (tmp_path / "pool/ann/attack").mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(tmp_path / "pool/ann/attack/one.png")
    with pytest.raises(InputError, match=r"ann/attack lies in .*bona fide photos alone"):
        write_photo_set(tmp_path / "pool", tmp_path / "out")
    with pytest.raises(InputError, match="three are the least"):
        write_rendered_set(tmp_path / "out", identities=2)
    assert not (tmp_path / "out" / "labels.csv").exists()


def test_a_users_instrument_is_recorded_and_made_again_when_its_values_change(
    photos: Path, tmp_path: Path
) -> None:
    tree = yaml.safe_load(BUILT_IN.read_text())["printers"]["print-a"]

    def made(black: float) -> Path:
        file = tmp_path / "mine.yaml"
        file.write_text(yaml.safe_dump({"printers": {"office": {**tree, "black": black}}}))
        options = SetOptions(pais=("office", "print-b"), takes=1, catalogue=load_catalogue(file))
        write_photo_set(photos, tmp_path / "set", options=options, workers=1)
        return tmp_path / "set"

    first = hashes(made(0.04))
    lines = (tmp_path / "set" / "parameters.jsonl").read_text().splitlines()
    drawn = {p["path"]: p["parameters"] for p in map(json.loads, lines)}
    for path, parameters in drawn.items():
        assert parameters.get("instrument", {}).get("black") == (0.04 if "office" in path else None)
    second = hashes(made(0.3))
    other = {name for name in first if name.endswith(".jpg") and first[name] != second[name]}
    assert other == {name for name in first if name.endswith(".jpg") and "office" in name}
    assert hashes(made(0.04)) == first


def test_the_gallery_has_a_row_for_every_instrument(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = built_in()
    of_each_kind = {type(i): name for name, i in known.instruments.items()}.values()
    few = replace(known, instruments={name: known.instruments[name] for name in of_each_kind})
    assert len(few.instruments) >= 3
    monkeypatch.setattr("spoofcue.simulate.gallery.built_in", lambda: few)
    write_gallery(tmp_path / "sheet.png", photos / "p0.png", workers=1)
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 1400
        assert sheet.height == 26 + (1 + len(few.instruments)) * 180


def test_another_seed_or_other_photos_are_refused_and_nothing_changes(
    photos: Path, tmp_path: Path
) -> None:
    few = SetOptions(pais=("print-a",), devices=("cam-1",), takes=1)
    out = tmp_path / "set"
    write_photo_set(photos, out, options=few, workers=1)
    first = hashes(out)
    with pytest.raises(InputError, match=r"--seed was 0 and is 1.*another --out"):
        write_photo_set(photos, out, options=replace(few, seed=1), workers=1)
    with pytest.raises(InputError, match=r'--pai was \["print-a"\] and is \["replay-a"\]'):
        write_photo_set(photos, out, options=replace(few, pais=("replay-a",)), workers=1)
    mine = tmp_path / "mine"
    shutil.copytree(photos, mine)
    write_photo_set(mine, out, options=few, workers=1)  # the same, elsewhere
    shutil.copy(mine / "p0.png", mine / "p9.png")
    Image.open(mine / "p9.png").transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(mine / "p9.png")
    with pytest.raises(InputError, match="people was 3 and is 4"):
        write_photo_set(mine, out, options=few, workers=1)
    assert hashes(out) == first
    (out / ".settings.json").unlink()
    with pytest.raises(InputError, match="not recorded"):
        write_photo_set(photos, out, options=few, workers=1)


def test_each_photo_is_a_person_where_that_is_said(photos: Path, tmp_path: Path) -> None:
    pool = tmp_path / "pool"
    for sub, names in (("cc0/female", ("p0", "p1")), ("licensed", ("p0", "p2"))):
        (pool / sub).mkdir(parents=True)
        for name in names:
            face = Image.open(photos / f"{name}.png")
            if sub == "licensed":  # another picture of the same file name
                face = face.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            face.save(pool / sub / f"{name}.png")
    options = SetOptions(pais=("print-a",), devices=("cam-1",), takes=1)
    with pytest.raises(InputError, match="usable photos of 2 people"):
        write_photo_set(pool, tmp_path / "two", options=options, workers=1)
    made = write_photo_set(pool, tmp_path / "four", per_file=True, options=options, workers=1)
    assert made.subjects == 4
    subjects = {row["subject"] for row in rows(tmp_path / "four")}
    assert subjects == {"cc0-female-p0", "cc0-female-p1", "licensed-p0", "licensed-p2"}
    shutil.copy(photos / "p1.png", pool / "licensed-p0.png")
    with pytest.raises(InputError, match=r"would both be the person licensed-p0; rename one"):
        write_photo_set(pool, tmp_path / "x", per_file=True, options=options, workers=1)
    (pool / "licensed-p0.png").rename(pool / "copy.png")
    with pytest.raises(InputError, match="the same"):
        write_photo_set(pool, tmp_path / "x", per_file=True, options=options, workers=1)


def test_what_an_older_camera_or_stolen_picture_made_is_made_again(
    photos: Path, tmp_path: Path
) -> None:
    options = SetOptions(
        pais=("print-any",), devices=("cam-any",), sessions=("session-any",), takes=1
    )
    write_photo_set(photos, tmp_path, options=options, workers=1)
    first = hashes(tmp_path)
    # as records were before cameras had streams and coarser pictures were stolen
    live, attack = (next(tmp_path.glob(f"p0/{kind}/**/*.json")) for kind in ("live", "attack"))
    for record, old in ((live, lambda p: p["device"].pop("chroma")),
                        (attack, lambda p: p.pop("stolen_face_px"))):  # fmt: skip
        tree = json.loads(record.read_text())
        old(tree["frames"][0])
        record.write_text(json.dumps(tree))
        picture = next(record.parent.glob("*.jpg"))
        picture.write_bytes(b"of before")
    kept = next(tmp_path.glob("p1/live/*.jpg"))
    before = kept.stat().st_mtime_ns
    write_photo_set(photos, tmp_path, options=options, workers=1)
    assert hashes(tmp_path) == first
    assert kept.stat().st_mtime_ns == before


def test_stolen_pictures_of_another_size_are_another_set(photos: Path, tmp_path: Path) -> None:
    few = SetOptions(pais=("print-a",), devices=("cam-1",), takes=1)
    write_photo_set(photos, tmp_path / "coarse", options=replace(few, stolen=(50, 60)), workers=1)
    write_photo_set(photos, tmp_path / "clear", options=few, workers=1)
    one, two = (hashes(tmp_path / name) for name in ("coarse", "clear"))
    changed = {n for n in one if n.endswith(".jpg") and one[n] != two[n]}
    assert changed == {n for n in one if n.endswith(".jpg") and "attack" in n}
    with pytest.raises(InputError, match=r"--stolen was \[50, 60\] and is null"):
        write_photo_set(photos, tmp_path / "coarse", options=few, workers=1)
    with pytest.raises(InputError, match="from 24 to 300 px"):
        SetOptions(stolen=(5, 60)).check()
