"""Labelled sets of live faces and attacks, from rendered identities or from a user's photos."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from spoofcue.errors import InputError
from spoofcue.media.folders import LeftOut, Media, media_in
from spoofcue.processes import Progress, in_order
from spoofcue.records.owner import SETTINGS, owned
from spoofcue.records.stored import Record
from spoofcue.simulate.camera import encode
from spoofcue.simulate.catalogue import Catalogue, built_in
from spoofcue.simulate.people import Person, Role, person_of, photographed, roles, with_faces
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.raster import generator
from spoofcue.simulate.samples import Sample, drawn_device, frames, framing_of, stolen_faces
from spoofcue.simulate.stolen import FacePx, check_span
from spoofcue.whole_files import whole, write_bytes

COLUMNS = ("path", "label", "subject", "pai", "session", "device", "split", "x", "y", "w", "h")
DEFAULT_PAIS = ("print-a", "print-b", "replay-a", "replay-b")
DEFAULT_DEVICES = tuple(f"cam-{k}" for k in range(1, 7))
DEFAULT_SESSIONS = ("session-1", "session-2", "session-3")
# that an attacker holds of each person
STOLEN_PICTURES = 4


@dataclass(frozen=True, slots=True)
class SetOptions:
    """What to make for each person.

    Attributes:
        pais, devices, sessions: names in the catalogue.
        takes: times each person is recorded; each take draws a session and a device.
        every: record in every session with every device instead.
        frames: of each recording.
        clips: write recordings as MP4 instead of images.
        seed: makes the set repeatable bit for bit on one platform.
        catalogue: that the names are of; None: the built-in one.
        framing: least and largest side of a picture over the face's width, with the place about
            the person, hands and whole media; None: 1.9 and the portrait alone.
        stolen: least and largest face width of stolen pictures, px, for every instrument; None:
            150 to 260 for listed ones and 50 to 260 for drawn ones.

    """

    pais: Sequence[str] = DEFAULT_PAIS
    devices: Sequence[str] = DEFAULT_DEVICES
    sessions: Sequence[str] = DEFAULT_SESSIONS
    takes: int = 2
    every: bool = False
    frames: int = 1
    clips: bool = False
    seed: int = 0
    catalogue: Catalogue | None = None
    framing: tuple[float, float] | None = None
    stolen: FacePx | None = None

    def named(self) -> dict[str, Any]:
        """What decides the set, by the options' names; of the catalogue each recording tells."""
        wide = {"--framing": list(self.framing)} if self.framing else {}
        return {
            "--pai": list(self.pais),
            "--devices": list(self.devices),
            "--sessions": list(self.sessions),
            "--takes": self.takes,
            "--every": self.every,
            "--frames": self.frames,
            "--clips": self.clips,
            "--seed": self.seed,
            **wide,
            "--stolen": self.stolen and list(self.stolen),
        }

    def check(self) -> None:
        """Refuse unknown names, empty counts and a framing out of range.

        Raises:
            InputError: naming what is wrong.

        """
        (self.catalogue or built_in()).check(self.pais, self.devices, self.sessions)
        if not (self.pais and self.devices and self.sessions) or min(self.takes, self.frames) < 1:
            raise InputError("name at least one instrument, device, session, take and frame.")
        framing_of(self.framing)
        if self.stolen is not None:
            check_span(self.stolen)


@dataclass(frozen=True, slots=True)
class SampleSetSummary:
    """What was written.

    Attributes:
        subjects: people.
        images: files.
        skipped: photos that were left out, path and reason.
        left_out: of these what looks like media and was not read.

    """

    subjects: int
    images: int
    skipped: list[tuple[str, str]]
    left_out: list[LeftOut] = field(default_factory=list)


class RecordingRecord(Record):
    """NAME.json beside the pictures of a recording: it is there once all of them are.

    Attributes:
        frames: the parameters of each picture.

    """

    KIND: ClassVar[str] = "the record of a simulated recording"
    REMEDY: ClassVar[str] = "Delete it; the recording is made again."

    frames: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Job:
    out: Path
    role: Role
    options: SetOptions


def write_rendered_set(
    out: Path,
    *,
    identities: int,
    options: SetOptions | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> SampleSetSummary:
    """Render people and attack them; files that are there are not made again.

    Raises:
        InputError: fewer than three identities, or a name that is not in the catalogue; or the
            folder was begun with other settings, or another process is writing it.

    """
    if identities < 3:
        raise InputError(f"--identities {identities}: three are the least, one for each split.")
    people: dict[str, tuple[Path, ...]] = {f"person-{i:04d}": () for i in range(identities)}
    return _write(
        out, people, skipped=[], options=options or SetOptions(), workers=workers, progress=progress
    )


def write_photo_set(
    photos: Path,
    out: Path,
    *,
    per_file: bool = False,
    options: SetOptions | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> SampleSetSummary:
    """Attack bona fide photos: live = the photo through the camera, attacks = medium + camera.

    A sub-folder is one person; photos in none count as one person each, and with ``per_file`` all
    do, wherever they lie. A photo in which no face is found is left out and named.

    Raises:
        InputError: fewer than three people with a usable photo, or an unknown name; or the folder
            was begun with other settings or photos, or another process is writing it.

    """
    media = media_in(photos) if photos.is_dir() else Media()
    people, skipped = photographed(photos, media, per_file=per_file)
    people, faceless, unread = with_faces(people, workers)
    skipped += faceless
    made = _write(
        out,
        people,
        skipped=skipped,
        options=options or SetOptions(),
        workers=workers,
        progress=progress,
    )
    return replace(made, left_out=[*unread, *media.left_out])


def _write(
    out: Path,
    people: dict[str, tuple[Path, ...]],
    *,
    skipped: list[tuple[str, str]],
    options: SetOptions,
    workers: int | None,
    progress: Progress | None,
) -> SampleSetSummary:
    options.check()
    if len(people) < 3:
        raise InputError(
            f"the folder holds usable photos of {len(people)} people; train, dev and test need "
            f"three. {'; '.join(why for _, why in skipped[:3])}"
        )
    jobs = [_Job(out, role, options) for role in roles(people, options.seed)]
    if not (out / SETTINGS).is_file() and any((out / name / "live").is_dir() for name in people):
        raise InputError(
            f"{out} holds pictures whose settings are not recorded, and they may be other ones; "
            "give another --out, or delete them."
        )
    with owned(out, "simulate", options.named() | _who(people)):
        done = in_order(_person, jobs, workers, progress)
        rows = [row for made in done for row in made]
        _write_tables(out, rows)
    return SampleSetSummary(len(people), len(rows), skipped)


def _who(people: Mapping[str, Sequence[Path]]) -> dict[str, Any]:
    """The people and their photos as they are, by the names of the options that say so."""
    if not any(people.values()):
        return {"--identities": len(people)}
    whole = hashlib.sha256()
    for name, paths in sorted(people.items()):
        photos = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
        whole.update(json.dumps([name, photos]).encode())
    return {"people": len(people), "PHOTOS (their hash)": whole.hexdigest()[:16]}


def _person(job: _Job) -> list[dict[str, Any]]:
    """Every file of one person; top level for worker processes."""
    options, role, known = job.options, job.role, job.options.catalogue or built_in()
    person = person_of(role.subject, role.photos, options.seed, known)
    masked = any(map(known.worn, options.pais))
    wearer = person_of(role.wearer, role.wearer_photos, options.seed, known) if masked else None
    beside = (
        person_of(role.beside, role.beside_photos, options.seed, known)
        if options.framing and role.beside != role.subject
        else None
    )
    rows = []
    stolen: dict[tuple[int, FacePx | None], Portrait] = {}
    for sample in _samples(role.subject, options):
        rows += _recording(job, sample, person, wearer, beside, stolen)
    return rows


def _samples(subject: str, options: SetOptions) -> list[Sample]:
    made = []
    for take in range(options.takes):
        rng = generator(options.seed, subject, take, "where")
        drawn = (
            options.sessions[int(rng.integers(len(options.sessions)))],
            options.devices[int(rng.integers(len(options.devices)))],
        )
        everywhere = [(s, d) for s in options.sessions for d in options.devices]
        for session, device in everywhere if options.every else [drawn]:
            made += [Sample(subject, pai, session, device, take) for pai in ("", *options.pais)]
    return made


def _recording(
    job: _Job,
    sample: Sample,
    person: Person,
    wearer: Person | None,
    beside: Person | None,
    stolen: dict[tuple[int, FacePx | None], Portrait],
) -> list[dict[str, Any]]:
    options = job.options
    names = (
        [f"{sample.name}.mp4"]
        if options.clips
        else [f"{sample.name}_{k}.jpg" for k in range(options.frames)]
    )
    record = job.out / f"{sample.name}.json"
    parameters = _made(record, [job.out / name for name in names], sample, options)
    if parameters is None:
        record.parent.mkdir(parents=True, exist_ok=True)
        record.unlink(missing_ok=True)  # a kill must not leave it beside pictures of other values
        portrait = _stolen(stolen, person, sample, options) if sample.pai else None
        drawn = frames(
            sample,
            person,
            framing_of(options.framing),
            options.seed,
            count=options.frames,
            wearer=wearer,
            portrait=portrait,
            beside=beside,
            catalogue=options.catalogue,
            stolen=options.stolen,
        )
        made = list(drawn)
        parameters = [picture.parameters for picture in made]
        if options.clips:
            _write_clip(job.out / names[0], [picture.image for picture in made])
        else:
            for name, picture in zip(names, made, strict=True):
                write_bytes(job.out / name, encode(picture.image, picture.quality))
        RecordingRecord(frames=parameters).write(record)
    labels = {
        "label": "attack" if sample.pai else "live",
        "subject": sample.subject,
        "pai": sample.pai,
        "session": sample.session,
        "device": sample.device,
        "split": job.role.split,
    }
    if options.clips:
        return [{"path": names[0], **labels, "parameters": parameters}]
    return [
        {"path": name, **labels, **dict(zip("xywh", p["box"], strict=True)), "parameters": p}
        for name, p in zip(names, parameters, strict=True)
    ]


def _made(
    record: Path, files: Sequence[Path], sample: Sample, options: SetOptions
) -> list[dict[str, Any]] | None:
    """Parameters of a recording that is there, unless its names have since meant something else."""
    if not (record.is_file() and all(path.is_file() for path in files)):
        return None
    parameters = RecordingRecord.read(record).frames
    known = options.catalogue or built_in()
    own = known.own(sample.pai, sample.device, sample.session)
    listed = {
        "device": sample.device in known.devices,
        "session": True,
        "instrument": sample.pai in known.instruments,
    }
    same = all(parameters[0].get(what) == own.get(what) for what, is_in in listed.items() if is_in)
    return parameters if same and _drawn_alike(parameters[0], sample, options) else None


def _drawn_alike(before: dict[str, Any], sample: Sample, options: SetOptions) -> bool:
    """Whether what is drawn is drawn now as it was, camera and stolen picture."""
    known = options.catalogue or built_in()
    if sample.device not in known.devices:
        camera = drawn_device(sample, options.seed, known).model_dump(mode="json")
        if before.get("device") != camera:
            return False
    faces = stolen_faces(sample.pai, known, options.stolen) if sample.pai else None
    return before.get("stolen_face_px") == (faces and list(faces))


def _stolen(
    kept: dict[tuple[int, FacePx | None], Portrait],
    person: Person,
    sample: Sample,
    options: SetOptions,
) -> Portrait:
    """The attacker's picture for a take; an attacker has a few, and taking one costs time."""
    faces = stolen_faces(sample.pai, options.catalogue or built_in(), options.stolen)
    number = sample.take % STOLEN_PICTURES
    if (number, faces) not in kept:
        wide = options.framing is not None
        kept[number, faces] = person.stolen(number, wide=wide, face_px=faces)
    return kept[number, faces]


def _write_tables(out: Path, rows: list[dict[str, Any]]) -> None:
    lines = [json.dumps({"path": r["path"], "parameters": r["parameters"]}) for r in rows]
    write_bytes(out / "parameters.jsonl", ("\n".join(lines) + "\n").encode())
    # last: it says that the set is there
    with whole(out / "labels.csv") as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def _write_clip(path: Path, images: Sequence[NDArray[np.uint8]], fps: int = 25) -> None:
    """Write frames as H.264, whole or not at all.

    Args:
        path: ends with .mp4.
        images: (h, w, 3) uint8 RGB each, of one size; odd sides lose a row or column.
        fps: frames a second.

    """
    import av

    height, width = (side - side % 2 for side in images[0].shape[:2])
    # the file is opened here: FFmpeg would take a folder named `tcp:` for an address
    with (
        whole(path) as part,
        part.open("wb") as file,
        av.open(file, "w", format="mp4") as container,
    ):
        stream = container.add_stream("libx264", rate=fps, options={"crf": "20", "threads": "1"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for image in images:
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(image[:height, :width]), format="rgb24"
            )
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
