"""Labelled sets of live faces and attacks, from rendered identities or from a user's photos."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.simulate.camera import encode
from spoofcue.simulate.catalogue import named
from spoofcue.simulate.clip import write_clip
from spoofcue.simulate.parallel import Progress, in_parallel
from spoofcue.simulate.people import Person
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.randomised import DEVICE_NAMES, PAI_NAMES, SESSION_NAMES, wears
from spoofcue.simulate.samples import Framing, Picture, Sample, frames
from spoofcue.simulate.seeds import generator, number
from spoofcue.simulate.subjects import person_of, photographed, split_people, with_faces
from spoofcue.whole_files import whole, write_bytes

COLUMNS = ("path", "label", "subject", "pai", "session", "device", "split", "x", "y", "w", "h")
DEFAULT_PAIS = ("print-a", "print-b", "replay-a", "replay-b")
DEFAULT_DEVICES = tuple(f"cam-{k}" for k in range(1, 7))
DEFAULT_SESSIONS = ("session-1", "session-2", "session-3")
FRAMING = Framing(side_to_face=1.9, scale=1.6)
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

    """

    pais: Sequence[str] = DEFAULT_PAIS
    devices: Sequence[str] = DEFAULT_DEVICES
    sessions: Sequence[str] = DEFAULT_SESSIONS
    takes: int = 2
    every: bool = False
    frames: int = 1
    clips: bool = False
    seed: int = 0

    def check(self) -> None:
        """Refuse unknown names and empty counts.

        Raises:
            InputError: naming what is wrong.

        """
        named("instrument (--pai)", PAI_NAMES, list(self.pais))
        named("device", DEVICE_NAMES, list(self.devices))
        named("session", SESSION_NAMES, list(self.sessions))
        if not (self.pais and self.devices and self.sessions) or min(self.takes, self.frames) < 1:
            raise InputError("name at least one instrument, device, session, take and frame.")


@dataclass(frozen=True, slots=True)
class SampleSetSummary:
    """What was written: people, files, and the photos left out with the reason."""

    subjects: int
    images: int
    skipped: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Job:
    out: Path
    subject: str
    photos: tuple[Path, ...]  # empty: a rendered identity
    wearer: str
    wearer_photos: tuple[Path, ...]
    split: str
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
        InputError: fewer than three identities, or a name that is not in the catalogue.

    """
    if identities < 3:
        raise InputError(f"--identities {identities}: three are the least, one for each split.")
    people = {f"person-{i:04d}": () for i in range(identities)}
    return _write(out, people, [], options or SetOptions(), workers, progress)


def write_photo_set(
    photos: Path,
    out: Path,
    *,
    options: SetOptions | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> SampleSetSummary:
    """Attack bona fide photos: live = the photo through the camera, attacks = medium + camera.

    A sub-folder is one person; photos in none count as one person each. A photo in which no face
    is found is left out and named.

    Raises:
        InputError: fewer than three people with a usable photo, or an unknown name.

    """
    people, skipped = photographed(photos)
    people, faceless = with_faces(people, workers)
    skipped += faceless
    return _write(out, people, skipped, options or SetOptions(), workers, progress)


def _write(
    out: Path,
    people: dict[str, tuple[Path, ...]],
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
    splits = split_people(list(people), options.seed)
    jobs = []
    for name, photos in people.items():
        # a mask's wearer is somebody of the same split, so that nobody is in two
        mates = sorted(n for n in people if splits[n] == splits[name] and n != name) or [name]
        mate = mates[number(options.seed, name, "wearer") % len(mates)]
        jobs.append(_Job(out, name, photos, mate, people[mate], splits[name], options))
    out.mkdir(parents=True, exist_ok=True)
    done = in_parallel(_person, jobs, workers, progress)
    rows = [row for made in done for row in made]
    _write_tables(out, rows)
    return SampleSetSummary(len(people), len(rows), skipped)


def _person(job: _Job) -> list[dict[str, object]]:
    """Every file of one person; top level for worker processes."""
    options = job.options
    person = person_of(job.subject, job.photos, options.seed)
    masked = any(map(wears, options.pais))
    wearer = person_of(job.wearer, job.wearer_photos, options.seed) if masked else None
    rows = []
    stolen: dict[int, Portrait] = {}
    for sample in _samples(job.subject, options):
        rows += _recording(job, sample, person, wearer, stolen)
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
    stolen: dict[int, Portrait],
) -> list[dict[str, object]]:
    options = job.options
    names = (
        [f"{sample.name}.mp4"]
        if options.clips
        else [f"{sample.name}_{k}.jpg" for k in range(options.frames)]
    )
    record = job.out / f"{sample.name}.json"
    if record.is_file() and all((job.out / name).is_file() for name in names):
        parameters = json.loads(record.read_text(encoding="utf-8"))
    else:
        record.parent.mkdir(parents=True, exist_ok=True)
        portrait = _stolen(stolen, person, sample) if sample.pai else None
        drawn = frames(sample, person, FRAMING, options.seed, options.frames, wearer, portrait)
        made = list(drawn)
        parameters = [picture.parameters for picture in made]
        if options.clips:
            write_clip(job.out / names[0], [picture.image for picture in made])
        else:
            for name, picture in zip(names, made, strict=True):
                write_bytes(job.out / name, _jpeg(picture))
        write_bytes(record, json.dumps(parameters).encode())
    labels = {
        "label": "attack" if sample.pai else "live",
        "subject": sample.subject,
        "pai": sample.pai,
        "session": sample.session,
        "device": sample.device,
        "split": job.split,
    }
    if options.clips:
        return [{"path": names[0], **labels, "parameters": parameters}]
    return [
        {"path": name, **labels, **dict(zip("xywh", p["box"], strict=True)), "parameters": p}
        for name, p in zip(names, parameters, strict=True)
    ]


def _stolen(kept: dict[int, Portrait], person: Person, sample: Sample) -> Portrait:
    """The attacker's picture for a take; an attacker has a few, and taking one costs time."""
    number = sample.take % STOLEN_PICTURES
    if number not in kept:
        kept[number] = person.stolen(number)
    return kept[number]


def _jpeg(picture: Picture) -> bytes:
    return encode(picture.image, picture.quality)


def _write_tables(out: Path, rows: list[dict[str, object]]) -> None:
    lines = [json.dumps({"path": r["path"], "parameters": r["parameters"]}) for r in rows]
    write_bytes(out / "parameters.jsonl", ("\n".join(lines) + "\n").encode())
    # last: it says that the set is there
    with whole(out / "labels.csv") as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
