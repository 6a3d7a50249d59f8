"""Labelled sets of live faces and attacks, from rendered identities or from a user's photos."""

import csv
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError, MediaError
from spoofcue.media.image import read_image
from spoofcue.media.kinds import find_media, media_kind
from spoofcue.simulate.camera import develop, draw_shot
from spoofcue.simulate.catalogue import DEVICES, DISPLAYS, PRINTERS, SESSIONS, Device
from spoofcue.simulate.recapture import (
    Instrument,
    capture_attack,
    capture_live,
    photo_radiance,
)

Progress = Callable[[int, int], None]
COLUMNS = ("path", "label", "subject", "pai", "session", "device", "split")


@dataclass(frozen=True, slots=True)
class SampleSetSummary:
    """What was written: people, images, and the photos left out with the reason."""

    subjects: int
    images: int
    skipped: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Job:
    out: Path
    subject: str
    split: str
    seed: int
    frames: int
    size: int
    photos: tuple[Path, ...]  # empty: a rendered identity
    identity: int


def write_rendered_set(
    out: Path,
    *,
    identities: int,
    frames: int = 3,
    seed: int = 0,
    workers: int | None = None,
    size: int = 640,
    progress: Progress | None = None,
) -> SampleSetSummary:
    """Render people and attack them: per person ``frames`` live, print and replay images each.

    The attacker's picture is a render of its own, in another session's light and pose. Repeatable
    bit for bit in (seed, person, frame), whatever the number of workers; files that are there
    are not made again.

    Raises:
        InputError: fewer than three identities.

    """
    if identities < 3:
        raise InputError(f"--identities {identities}: three are the least, one for each split.")
    names = [f"person-{i:04d}" for i in range(identities)]
    splits = _splits(names, seed)
    jobs = [
        _Job(out, name, splits[name], seed, frames, size, (), _number(seed, name)) for name in names
    ]
    return _run(jobs, out, workers, progress, [])


def write_photo_set(
    photos: Path,
    out: Path,
    *,
    frames: int = 3,
    seed: int = 0,
    workers: int | None = None,
    size: int = 640,
    progress: Progress | None = None,
) -> SampleSetSummary:
    """Attack bona fide photos: live = the photo through the camera step, attacks = media + camera.

    A sub-folder is one person; photos in none count as one person each.

    Raises:
        InputError: fewer than three people with a readable photo.

    """
    if not photos.is_dir():
        raise InputError(f"{photos} is not a folder of photos.")
    people: dict[str, list[Path]] = {}
    skipped = []
    for path in find_media(photos):
        if media_kind(path) != "image":
            skipped.append((str(path), "not an image"))
            continue
        try:
            read_image(path)
        except MediaError as error:
            skipped.append((str(path), str(error)))
            continue
        parts = path.relative_to(photos).parts
        people.setdefault(parts[0] if len(parts) > 1 else path.stem, []).append(path)
    if len(people) < 3:
        raise InputError(
            f"{photos} holds photos of {len(people)} people; train, dev and test need three."
        )
    splits = _splits(sorted(people), seed)
    jobs = [
        _Job(out, name, splits[name], seed, frames, size, tuple(paths), 0)
        for name, paths in sorted(people.items())
    ]
    return _run(jobs, out, workers, progress, skipped)


def _splits(names: list[str], seed: int) -> dict[str, str]:
    """60, 20 and 20 % of the people, at least one each."""
    order = [names[i] for i in np.random.default_rng([seed, 0x59]).permutation(len(names))]
    held = max(1, round(0.2 * len(order)))
    return {
        name: "dev" if i < held else "test" if i < 2 * held else "train"
        for i, name in enumerate(order)
    }


def _number(*parts: object) -> int:
    """A seed from names, the same on every machine."""
    text = "/".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")


def _run(
    jobs: list[_Job],
    out: Path,
    workers: int | None,
    progress: Progress | None,
    skipped: list[tuple[str, str]],
) -> SampleSetSummary:
    out.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, object]]] = {}
    count = min(workers or os.cpu_count() or 1, len(jobs))
    if count == 1:
        done: Iterator[tuple[str, list[dict[str, object]]]] = map(_person, jobs)
        for number, (subject, made) in enumerate(done, start=1):
            rows[subject] = made
            if progress:
                progress(number, len(jobs))
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            futures = [pool.submit(_person, job) for job in jobs]
            for number, future in enumerate(as_completed(futures), start=1):
                subject, made = future.result()
                rows[subject] = made
                if progress:
                    progress(number, len(jobs))
    listed = [row for job in jobs for row in rows[job.subject]]
    _write_tables(out, listed)
    return SampleSetSummary(len(jobs), len(listed), skipped)


def _person(job: _Job) -> tuple[str, list[dict[str, object]]]:
    """Every image of one person; top level, so that worker processes can find it."""
    cv2.setNumThreads(1)
    return job.subject, [_sample(job, kind, k) for k in range(job.frames) for kind in _KINDS]


_KINDS = ("live", "print", "replay")


def _sample(job: _Job, kind: str, frame: int) -> dict[str, object]:
    key = (job.seed, job.subject, frame)
    rng = np.random.default_rng(_number(*key, kind))
    # session and device belong to the frame, not to the class: all three kinds share them
    common = np.random.default_rng(_number(*key, "common"))
    session = list(SESSIONS)[int(common.integers(len(SESSIONS)))]
    device = DEVICES[int(common.integers(len(DEVICES)))]
    instrument: Instrument | None = None
    if kind != "live":
        choices = PRINTERS if kind == "print" else DISPLAYS
        instrument = choices[(frame + _number(job.subject)) % 2]
    folder = f"attack/{instrument.name}" if instrument else "live"
    path = f"{job.subject}/{folder}/{session}_{device.name}_{frame}.jpg"
    record: dict[str, object] = {
        "path": path,
        "label": "attack" if instrument else "live",
        "subject": job.subject,
        "pai": instrument.name if instrument else "",
        "session": session,
        "device": device.name,
        "split": job.split,
    }
    target = job.out / path
    beside = target.with_suffix(".json")
    if target.is_file() and beside.is_file():
        return record | {"parameters": json.loads(beside.read_text())}
    radiance = _scene(job, frame, session)
    if instrument is None:
        data, parameters = capture_live(radiance, device, rng)
    else:
        taken = _attackers_photo(job, frame, rng)
        data, parameters = capture_attack(taken, instrument, SESSIONS[session], device, rng)
    target.parent.mkdir(parents=True, exist_ok=True)
    _whole(beside, json.dumps(parameters).encode())
    _whole(target, data)
    return record | {"parameters": parameters}


def _scene(job: _Job, frame: int, session: str, salt: str = "scene") -> NDArray[np.float32]:
    """Radiance of the person before the camera."""
    if job.photos:
        photo = read_image(job.photos[frame % len(job.photos)])
        return photo_radiance(_framed(photo, job.size))
    from spoofcue.simulate.face.render import render_face
    from spoofcue.simulate.identity import draw_identity
    from spoofcue.simulate.scene import draw_frame

    number = _number(job.seed, job.subject, frame, salt)
    view = draw_frame(number, SESSIONS[session], number)
    return render_face(draw_identity(job.identity), view, job.size)


def _attackers_photo(job: _Job, frame: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """The victim's picture that is printed or shown: taken in good quality by another camera."""
    if job.photos:
        return _framed(read_image(job.photos[frame % len(job.photos)]), job.size)
    session = list(SESSIONS)[int(rng.integers(len(SESSIONS)))]
    radiance = _scene(job, frame, session, "stolen")
    good = Device("source", 0.4, 0.05, 30000.0, 2.0, (1.0, 1.0, 1.0), 0.25, 0.4, 97)
    return develop(radiance, good, draw_shot(rng), rng)


def _framed(photo: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The middle square, at most ``size`` px wide; a smaller photo is not enlarged."""
    side = min(photo.shape[:2])
    top, left = (photo.shape[0] - side) // 2, (photo.shape[1] - side) // 2
    square = photo[top : top + side, left : left + side]
    if side > size:
        square = np.asarray(cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA))
    even = side - side % 2 if side <= size else size
    return np.ascontiguousarray(square[:even, :even])


def _write_tables(out: Path, rows: list[dict[str, object]]) -> None:
    part = out / "labels.csv.part"
    with part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    lines = [json.dumps({"path": r["path"], "parameters": r["parameters"]}) for r in rows]
    _whole(out / "parameters.jsonl", ("\n".join(lines) + "\n").encode())
    os.replace(part, out / "labels.csv")


def _whole(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)
