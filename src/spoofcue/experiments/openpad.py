"""Build the openpad set: who, where, with which camera, by which instrument; face crops and rows.

Every person is recorded in 3 sessions with 6 cameras, live in two takes and by 2 printers,
2 displays and a mask; and in two further domains, whose cameras, sizes and compression differ as
CASIA-MFSD's and Replay-Attack's do.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from spoofcue.data.manifest import manifest_files, read_manifest, write_manifest
from spoofcue.data.prepared_folder import CropOptions, PreparedFolder, PreparedRecord
from spoofcue.errors import InputError
from spoofcue.experiments.identities import find_people
from spoofcue.processes import Progress, in_order
from spoofcue.records.owner import held
from spoofcue.records.stored import Record
from spoofcue.simulate.camera import encode
from spoofcue.simulate.catalogue import built_in
from spoofcue.simulate.people import Person, Role, person_of, roles
from spoofcue.simulate.presentation import Portrait
from spoofcue.simulate.raster import number
from spoofcue.simulate.samples import Framing, Sample, frames
from spoofcue.whole_files import write_bytes

if TYPE_CHECKING:
    import polars as pl

VERSION = 1
RECORD = "openpad.json"
MARGIN = 0.2
SESSIONS = ("session-1", "session-2", "session-3")
CAMERAS = tuple(f"cam-{k}" for k in range(1, 7))
MEDIA = ("print-a", "print-b", "replay-a", "replay-b")
MASKS = ("mask-a", "mask-b", "partial-eyes", "partial-lower")
# domain -> sessions, cameras, instruments
DOMAINS = {
    "casia-like": (
        ("session-1",),
        ("usb-long", "usb-new", "nex"),
        ("print-c", "mask-a", "replay-e"),
    ),
    "replay-like": (
        ("controlled", "adverse"),
        ("webcam-320",),
        ("print-d", "replay-d", "replay-c"),
    ),
}
TAKES = 2


@dataclass(frozen=True, slots=True)
class Size:
    """How large a build is, and what trains on it.

    Attributes:
        identities: people; None takes all there are.
        scale: multiplies the cameras' face widths.
        preset: of the training.
        overrides: settings that differ from the preset.

    """

    identities: int | None
    scale: float
    preset: str
    overrides: tuple[str, ...] = ()


SIZES = {
    "small": Size(
        30,
        1.0,
        "small",
        (
            # a quarter of ResNet-18's width and no padding: 22 folds must fit an hour
            "model.width=16",
            "input.size=96",
            "input.max_side=256",
            "training.epochs=12",
            "training.images_per_epoch=1536",
            "training.dev_every_epochs=3",
            "optimiser.warmup_epochs=1",
            "optimiser.decay_every_steps=36",
            "augment.flip=0.5",
        ),
    ),
    "full": Size(None, 2.0, "paper"),
}


def size_named(name: str) -> Size:
    """One of :data:`SIZES`.

    Raises:
        InputError: there is no such size.

    """
    if name not in SIZES:
        raise InputError(f"--size {name}: there are {', '.join(SIZES)}.")
    return SIZES[name]


class BuildRecord(Record):
    """openpad.json: what a build was asked for; the same is taken up again, another refused.

    Attributes:
        set: ``openpad``.
        version: of the set.
        identities: ``rendered``, ``portraits`` or a folder of photos.
        count: at most so many people; None for all.
        scale: multiplies the cameras' face widths.
        seed: decides everything that is drawn.

    """

    KIND: ClassVar[str] = "the record of an openpad build"
    REMEDY: ClassVar[str] = "Give another --out."

    set: str
    version: int
    identities: str
    count: int | None
    scale: float
    seed: int


class PersonRecord(Record):
    """people/NAME.json: a person whose recordings are all made.

    Attributes:
        rows: of the manifest.

    """

    KIND: ClassVar[str] = "the record of a person of an openpad build"
    REMEDY: ClassVar[str] = "Delete it; the person is made again."

    rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Job:
    out: Path
    role: Role
    scale: float
    seed: int


def build(
    out: Path,
    *,
    identities: str = "rendered",
    count: int | None = None,
    scale: float = 1.0,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Make the set, or take the one that is there; people that are done are not made again.

    Args:
        out: a prepared folder, new or of the same options.
        identities: ``rendered``, ``portraits`` or a folder of photos.
        count: at most so many people.
        scale: multiplies the cameras' face widths.
        seed: decides everything that is drawn.
        workers: processes.
        progress: called with (people done, all).

    Returns:
        The manifest's rows, split by identity 60:20:20.

    Raises:
        InputError: another build is in the folder, or too few people.

    """
    import polars as pl

    options = BuildRecord(
        set="openpad", version=VERSION, identities=identities, count=count, scale=scale, seed=seed
    )
    # a second process waits: what it needs is being made
    with held(out, "benchmark", clear=True, wait=True):
        record = out / RECORD
        if record.is_file():
            before = BuildRecord.read(record)
            if before != options:
                raise InputError(
                    f"{out} holds another build ({before}); give another --out for: {options}."
                )
            if manifest_files(out):
                return read_manifest(out)
        people, skipped = find_people(identities, count, workers)
        out.mkdir(parents=True, exist_ok=True)
        options.write(record)
        jobs = [_Job(out, role, scale, seed) for role in roles(people, seed)]
        made = in_order(_person, jobs, workers, progress)
        rows = pl.DataFrame(
            [row for of_person in made for row in of_person], infer_schema_length=None
        )
        warnings = [f"{path}: {why}" for path, why in skipped]
        crops = CropOptions(margin=MARGIN, detector="dlib", min_face_px=48, **options.model_dump())
        PreparedFolder(out).write_record(PreparedRecord(options=crops, warnings=warnings))
        write_manifest(rows, out)
        return read_manifest(out)


def samples_of(subject: str, seed: int) -> list[Sample]:
    """Every recording of one person; both takes are live, attacks share them out evenly."""
    made = []
    first = number(seed, subject, "mask")
    for i, session in enumerate(SESSIONS):
        for j, camera in enumerate(CAMERAS):
            made += [Sample(subject, "", session, camera, take) for take in range(TAKES)]
            for k, pai in enumerate((*MEDIA, MASKS[(first + i + j) % len(MASKS)])):
                made.append(Sample(subject, pai, session, camera, (i + j + k) % TAKES))
    for sessions, cameras, pais in DOMAINS.values():
        for session in sessions:
            for camera in cameras:
                made += [Sample(subject, "", session, camera, take) for take in range(TAKES)]
                made += [Sample(subject, p, session, camera, k % TAKES) for k, p in enumerate(pais)]
    return made


def _person(job: _Job) -> list[dict[str, Any]]:
    """Crops and manifest rows of one person; top level for worker processes."""
    role = job.role
    done = job.out / "people" / f"{role.subject}.json"
    if done.is_file():
        return PersonRecord.read(done).rows
    person = person_of(role.subject, role.photos, job.seed)
    wearer = person_of(role.wearer, role.wearer_photos, job.seed)
    framing = Framing(1 + 2 * MARGIN, job.scale)
    views: dict[tuple[str, int], Portrait] = {}
    rows: list[dict[str, Any]] = []
    drawn = []
    for sample in samples_of(role.subject, job.seed):
        portrait = _view(views, person, sample)
        worn = wearer if built_in().worn(sample.pai) else None
        picture = next(frames(sample, person, framing, job.seed, wearer=worn, portrait=portrait))
        name = f"crops/{sample.name}.jpg"
        (job.out / name).parent.mkdir(parents=True, exist_ok=True)
        write_bytes(job.out / name, encode(picture.image, picture.quality))
        rows.append(_row(sample, name, picture.image.shape, picture.box, role.split))
        drawn.append({"crop": name, **asdict(sample), **picture.parameters})
    done.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(done.with_suffix(".parameters.json"), json.dumps(drawn).encode())
    PersonRecord(rows=rows).write(done)
    return rows


def _view(views: dict[tuple[str, int], Portrait], person: Person, sample: Sample) -> Portrait:
    """Live view or stolen picture, made once a person: rendering costs more than photographing."""
    key = ("stolen" if sample.pai else sample.session, sample.take)
    if key not in views:
        views[key] = (
            person.stolen(sample.take) if sample.pai else person.live(sample.session, sample.take)
        )
    return views[key]


def _row(
    sample: Sample, crop: str, shape: tuple[int, ...], box: tuple[int, int, int, int], split: str
) -> dict[str, Any]:
    x, y, w, h = box
    return {
        "media": crop, "video": sample.name, "frame": sample.take, "time_s": 0.0,
        "subject": sample.subject, "label": int(bool(sample.pai)), "pai": sample.pai or None,
        "session": sample.session, "device": sample.device, "split": split,
        "frame_w": shape[1], "frame_h": shape[0], "box_x": x, "box_y": y, "box_w": w, "box_h": h,
        "box_source": "given", "crop": crop, "crop_w": shape[1], "crop_h": shape[0],
        "status": "ok", "reason": None,
    }  # fmt: skip
