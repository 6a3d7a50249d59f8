"""Named devices, sessions and instruments, from YAML: the built-in file and a user's own.

Each has fixed characteristics, so that "an unseen printer" or "an unseen phone" means something;
what varies from sample to sample is drawn in `placement`, `lighting`, `device` and by the kinds of
instruments. Names that end in ``-any`` stand for a new one in every take, drawn from the ranges
of real ones: few names serve protocols, but a detector that shall work on cameras and screens
that nobody listed learns from as many as can be drawn.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from spoofcue.errors import InputError
from spoofcue.simulate.device import Device
from spoofcue.simulate.entry import Entry, faults
from spoofcue.simulate.instruments import kinds
from spoofcue.simulate.lighting import Light
from spoofcue.simulate.presentation import Instrument
from spoofcue.simulate.raster import Generator
from spoofcue.texts.yaml_tree import read_yaml

BUILT_IN = Path(__file__).with_name("catalogue.yaml")
ANY_DEVICE, ANY_SESSION = "cam-any", "session-any"
ANY_PAIS = ("print-any", "replay-any", "mask-any", "partial-any")

Tree = dict[str, dict[str, Any]]
Named = TypeVar("Named", bound=Entry)


@dataclass(frozen=True)
class Catalogue:
    """What options and recordings can name.

    Attributes:
        devices: cameras by name.
        sessions: lights by name.
        instruments: printers, displays, masks and further kinds by name, kind after kind.

    >>> known = built_in()
    >>> known.devices["cam-4"].jpeg_quality
    84
    >>> known.instruments["mask-a"].printer.paper_rgb
    (0.88, 0.87, 0.84)

    """

    devices: Mapping[str, Device]
    sessions: Mapping[str, Light]
    instruments: Mapping[str, Instrument]

    @property
    def device_names(self) -> tuple[str, ...]:
        """The listed cameras and the drawn one."""
        return (*self.devices, ANY_DEVICE)

    @property
    def session_names(self) -> tuple[str, ...]:
        """The listed lights and the drawn one."""
        return (*self.sessions, ANY_SESSION)

    @property
    def pai_names(self) -> tuple[str, ...]:
        """The listed instruments and the drawn ones."""
        return (*self.instruments, *_drawn())

    def device(self, name: str, rng: Generator) -> Device:
        """The camera of that name, or one drawn for ``cam-any``."""
        return Device.draw(name, rng) if name == ANY_DEVICE else self.devices[name]

    def session(self, name: str, rng: Generator) -> Light:
        """The light of that name, or one drawn for ``session-any``."""
        return Light.draw(name, rng) if name == ANY_SESSION else self.sessions[name]

    def instrument(self, name: str, rng: Generator) -> Instrument:
        """The instrument of that name, or one drawn for a name such as ``print-any``."""
        drawn = _drawn().get(name)
        return drawn.draw(name, rng) if drawn else self.instruments[name]

    def worn(self, pai: str) -> bool:
        """Whether the instrument is worn on somebody's face; False for ``""``, which is live."""
        kind = _drawn().get(pai) or self.instruments.get(pai)
        return kind is not None and kind.worn

    def check(self, pais: Iterable[str], devices: Iterable[str], sessions: Iterable[str]) -> None:
        """Refuse names that are not here.

        Raises:
            InputError: naming them and what there is.

        """
        for what, names, known in (
            ("instrument", pais, self.pai_names),
            ("device", devices, self.device_names),
            ("session", sessions, self.session_names),
        ):
            wrong = [name for name in names if name not in known]
            if wrong:
                raise InputError(
                    f"unknown {what} {', '.join(wrong)}; there are {', '.join(known)}."
                )

    def own(self, pai: str, device: str, session: str) -> dict[str, Any]:
        """Values of those that the built-in catalogue does not know so, for records; JSON types."""
        known = built_in()
        given = {
            "device": (self.devices.get(device), known.devices.get(device)),
            "session": (self.sessions.get(session), known.sessions.get(session)),
            "instrument": (self.instruments.get(pai), known.instruments.get(pai)),
        }
        return {
            what: mine.model_dump(mode="json")
            for what, (mine, theirs) in given.items()
            if mine is not None and mine != theirs
        }


@functools.cache
def built_in() -> Catalogue:
    """The catalogue that comes with the package."""
    return _catalogue(_tree(BUILT_IN), {}, BUILT_IN)


def load_catalogue(path: Path | str) -> Catalogue:
    """The built-in catalogue with a user's entries added; one of a known name takes its place.

    The file has the sections of the built-in one, each with entries by name::

        displays:
          my-tablet: {pixels_per_mm: 10.4, layout: stripe, fill: 0.78, gamma: 2.2, ...}

    Args:
        path: YAML file.

    Raises:
        InputError: the file cannot be read, or an entry is wrong; the message names file,
            entry, field, range and unit.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "mine.yaml"
    ...     text = "masks: {paper-eyes: {printer: print-d, cut: eyes, bend: 0.4}}"
    ...     _ = file.write_text(text)
    ...     mine = load_catalogue(file)
    >>> mine.instruments["paper-eyes"].family
    'partial'

    """
    path = Path(path)
    return _catalogue(_tree(BUILT_IN), _tree(path), path)


def _catalogue(known: Tree, given: Tree, path: Path) -> Catalogue:
    """Check every entry; ``path`` is that of ``given``, or of ``known`` where nothing is given."""
    listed: dict[str, type[Entry]] = {"devices": Device, "sessions": Light, **kinds()}
    # in the order of the built-in file: an entry may name one of a section above its own
    tables = {name: listed[name] for name in sorted(listed, key=[*known, *listed].index)}
    wrong = [
        f"{section}: there is no such section; there are {', '.join(tables)}"
        for section in given
        if section not in tables
    ]
    entries: dict[str, dict[str, Any]] = {}
    instruments: dict[str, Instrument] = {}
    for section, kind in tables.items():
        entries[section] = {}
        for name, fields in {**known.get(section, {}), **given.get(section, {})}.items():
            try:
                entry = _entry(kind, name, fields, {"instruments": instruments})
                if isinstance(entry, Instrument):
                    if name in instruments:
                        other = instruments[name].section
                        raise InputError(f"{other} has that name already; choose another")
                    instruments[name] = entry
                entries[section][name] = entry
            except InputError as error:
                wrong += [f"{section}, entry {name}, {line}" for line in str(error).split("\n")]
    if wrong:
        raise InputError("\n  ".join([f"{path} is no catalogue that can be used:", *wrong]))
    return Catalogue(entries["devices"], entries["sessions"], instruments)


def _entry(kind: type[Named], name: object, fields: object, context: dict[str, Any]) -> Named:
    if not isinstance(name, str):
        raise InputError("write its name in quotes, or YAML reads it as something else")
    if name in (ANY_DEVICE, ANY_SESSION, *_drawn()):
        raise InputError("that name stands for one that is drawn in every take; choose another")
    if not isinstance(fields, dict):
        raise InputError(f"it must hold fields by name, not {fields!r}")
    for field in fields:
        if not isinstance(field, str):
            raise InputError(f"field {field!r}: there is none; names of fields are words")
    if "name" in fields:
        raise InputError("its key is its name; leave the field name out")
    try:
        return kind.model_validate({**fields, "name": name}, context=context)
    except ValidationError as error:
        raise InputError("\n".join(faults(kind, fields, error))) from error


@functools.cache
def _drawn() -> dict[str, type[Instrument]]:
    """Name -> the kind of which it draws one; the four of long standing first."""
    names = {name: kind for kind in kinds().values() for name in kind.drawn}
    return {name: names[name] for name in sorted(names, key=[*ANY_PAIS, *names].index)}


def _tree(path: Path) -> Tree:
    """A catalogue file as sections, names and fields, not yet checked."""
    tree = read_yaml(path)
    if isinstance(tree, dict):  # a section whose entries are all commented out
        tree = {section: {} if part is None else part for section, part in tree.items()}
    if not isinstance(tree, dict) or not all(isinstance(part, dict) for part in tree.values()):
        raise InputError(f"{path} must hold sections (devices, printers ...), each with entries.")
    return tree
