"""What a tester fills in of an ISO report: the blanks, and the file that keeps the entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError

from spoofcue.errors import InputError, validation_text
from spoofcue.texts.yaml_tree import read_yaml
from spoofcue.whole_files import write_text

# section -> label, what belongs there
_BLANKS: dict[str, tuple[tuple[str, str], ...]] = {
    "item": (
        ("Supplier", "who made it and who submitted it"),
        ("Product and version", "as it is sold or deployed"),
        ("Hardware and software", "camera, processor, operating system, all that belongs to it"),
        ("Configuration", "settings that differ from those it is delivered with"),
        ("What it puts out", "score, decision, advice to the person; and who sees them"),
        ("Time for a decision", "how long the item takes, and how that was measured"),
        ("Attempts and time allowed", "tries in a transaction, timeouts, what ends one"),
    ),
    "kind": (
        ("What is evaluated", "PAD subsystem, data capture subsystem or full system"),
        ("Kind of evaluation", "technology, scenario or operational; purpose of it"),
        ("Tested by", "organisation, its accreditation and independence of the supplier"),
        ("Place and dates", "of the presentations"),
        ("Rules to pass", "limits that were set before the test, and by whom"),
    ),
    "bona_fide": (
        ("Test subjects", "how they were chosen; age, sex, skin, glasses, beards, head coverings"),
        ("Instructions", "what they were told, and whether they had used the item before"),
        ("Presentations", "how many of each person, on how many days"),
    ),
    "conditions": (
        ("Capture device", "model, resolution, frame rate, mounting"),
        ("Light", "sources, lux at the face, direction, changes"),
        ("Distance and pose", "allowed and seen"),
        ("Background and surroundings", "indoors or outdoors, other people"),
        ("Presentation of attacks", "held or mounted, angle, movement, bends; time for each"),
        ("Attackers", "what they knew of the item, their practice; attack potential"),
        ("Left out or changed", "presentations that were dropped, with the reason for each"),
    ),
    "signatures": (("Tester", ""), ("Reviewed by", ""), ("Date", "")),
}
_OF_SPECIES = (
    ("Made of and how", ""),
    ("Series and number", "artefacts made alike, and how many"),
    ("Effort and potential", "time, cost, skill and access that making and using one takes"),
)
_HEAD = """\
# What the tester fills in of the test report: write between the quotation marks, and give the same
# command again. What is left empty stays a blank.
"""


class Entries(BaseModel):
    """What was filled in: label -> text, by section; of species by name, then by label."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: dict[str, StrictStr] = Field(default_factory=dict)
    kind: dict[str, StrictStr] = Field(default_factory=dict)
    bona_fide: dict[str, StrictStr] = Field(default_factory=dict)
    conditions: dict[str, StrictStr] = Field(default_factory=dict)
    species: dict[str, dict[str, StrictStr]] = Field(default_factory=dict)
    signatures: dict[str, StrictStr] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """The blanks of one report.

    Attributes:
        fields: section -> label, what belongs there.
        species: the species that are presented.
        of_species: label, what belongs there; of each species.

    """

    fields: Mapping[str, tuple[tuple[str, str], ...]]
    species: tuple[str, ...]
    of_species: tuple[tuple[str, str], ...] = _OF_SPECIES

    @classmethod
    def of(cls, species: tuple[str, ...], *, item_named: bool, people_named: bool) -> Form:
        """The blanks that scores leave.

        Args:
            species: the species that are presented.
            item_named: whether they say what gave them.
            people_named: whether they name the live people.

        """
        fields = dict(_BLANKS)
        if not item_named:
            fields["item"] = (("Name of the item", "what gave the scores"), *fields["item"])
        if not people_named:
            fields["bona_fide"] = (("People", "how many; the scores do not name them"),
                                   *fields["bona_fide"])  # fmt: skip
        return cls(fields, species)

    def left(self, entries: Entries) -> int:
        """How many blanks the entries leave."""
        filled = sum(
            bool(text.strip()) for name in self.fields for text in getattr(entries, name).values()
        )
        filled += sum(bool(t.strip()) for own in entries.species.values() for t in own.values())
        blanks = sum(map(len, self.fields.values())) + len(self.species) * len(self.of_species)
        return blanks - filled

    def write(self, path: Path) -> None:
        """Write a file of these blanks for the tester to fill in, as a whole."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, "\n".join([_HEAD, *self._lines()]) + "\n")

    def _lines(self) -> Iterator[str]:
        for name in Entries.model_fields:  # in the order of the report
            yield f"{name}:"
            if name != "species":
                yield from _places(self.fields[name], "  ")
                continue
            for species in self.species:
                yield f"  {json.dumps(species)}:"
                yield from _places(self.of_species, "    ")

    def read(self, path: Path) -> Entries:
        """What was filled in.

        Raises:
            InputError: it is not of the form that :meth:`write` gives, or has an entry that this
                report has no blank for; names it.

        """
        tree = read_yaml(path)
        if tree is None:
            return Entries()
        if not isinstance(tree, dict):
            raise InputError(
                f"{path} is not a form of a report; without a file of that name one is written."
            )
        # a section that was emptied
        tree = {name: {} if own is None else own for name, own in tree.items()}
        try:
            entries = Entries.model_validate(tree)
        except ValidationError as error:
            raise InputError(
                f"{path}: {validation_text(error, 'form')}; each entry is a text, between "
                "quotation marks."
            ) from error
        for name, fields in self.fields.items():
            self._refuse_unknown(path, name, getattr(entries, name), [label for label, _ in fields])
        self._refuse_unknown(path, "species", entries.species, self.species)
        for species, own in entries.species.items():
            labels = [label for label, _ in self.of_species]
            self._refuse_unknown(path, f"species {species}", own, labels)
        return entries

    @staticmethod
    def _refuse_unknown(
        path: Path, section: str, given: Iterable[str], known: Iterable[str]
    ) -> None:
        known = list(known)
        for label in given:
            if label not in known:
                raise InputError(
                    f"{path}: this report has no blank {label!r} in {section}; it has "
                    f"{', '.join(known)}."
                )


def _places(fields: tuple[tuple[str, str], ...], indent: str) -> Iterator[str]:
    for label, hint in fields:
        if hint:
            yield f"{indent}# {hint}"
        yield f'{indent}{label}: ""'
