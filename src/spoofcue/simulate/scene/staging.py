"""What is drawn for a wide frame: a place that live and attack share, and what each adds to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import numpy as np

from spoofcue.simulate.presentation import Instrument, Portrait
from spoofcue.simulate.raster import Generator, Rgb, linear_from_srgb
from spoofcue.simulate.scene.hand import Hand, draw_grip, draw_pinch, draw_raised, draw_skin
from spoofcue.simulate.scene.medium import (
    Medium,
    box_mm,
    compose,
    draw_screen,
    draw_sheet,
    outer,
)
from spoofcue.simulate.scene.room import Room, draw_room
from spoofcue.simulate.scene.things import LIFE_MM, Thing, draw_thing


@dataclass(frozen=True, slots=True)
class Place:
    """Where the camera stands, drawn without knowing the class.

    Attributes:
        room: behind everything.
        fade: over how much a portrait's own background goes over into the room, face widths.
        inset: how far inside the portrait that begins, face widths.
        moved: the room takes the place of a portrait's own background altogether.
        seed: of how unevenly.

    """

    room: Room
    fade: float
    inset: float
    moved: bool
    seed: int

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Bystander:
    """A second person: the holder of the medium, or somebody behind.

    Attributes:
        at: of the middle of the face, face widths of the first face from its middle.
        size: width of the face, relative to the first one.
        blur: sigma of being out of focus, widths of this face.
        mirrored: the portrait is.
        level: light on them, relative to the portrait's own.

    """

    at: tuple[float, float]
    size: float
    blur: float
    mirrored: bool
    level: float


@dataclass(frozen=True, slots=True)
class Bend:
    """A sheet that is not flat.

    Attributes:
        amount: of a cylinder, 0 flat..0.35.
        axis_deg: direction along which it bends.
        towards: 1 where the edges come nearer, -1 where they go back.

    """

    amount: float
    axis_deg: float
    towards: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A wide frame's scene.

    Attributes:
        place: that live and attack of a take share.
        beside: a second person.
        hands: of the one who holds something, in mm about what is held.
        thing: without a face, in a live person's hand.
        medium: of an attack.
        bend: of a sheet.
        leaning: the medium stands or hangs before the wall, and casts a shadow on it.

    """

    place: Place
    beside: Bystander | None = None
    hands: tuple[Hand, ...] = ()
    thing: Thing | None = None
    medium: Medium | None = None
    bend: Bend | None = None
    leaning: bool = False

    def to_dict(self) -> dict[str, object]:
        """For the record of parameters; what is not there is left out."""
        return {name: value for name, value in asdict(self).items() if value}


def draw_place(rng: Generator) -> Place:
    """Draw what live and attack share."""
    return Place(
        draw_room(rng),
        float(rng.uniform(0.2, 0.7)),
        float(rng.uniform(0.0, 0.5)),
        bool(rng.uniform() < 0.35),
        int(rng.integers(2**31)),
    )


def draw_live_scene(
    rng: Generator, place: Place, portrait: Portrait, *, company: bool = True
) -> Scene:
    """A live person, at times with somebody behind, something in hand or a hand raised.

    Args:
        rng: of the sample.
        place: shared.
        portrait: of the person, whose skin the hands have.
        company: somebody else can be behind.

    """
    beside = None
    side = _side(rng)
    if company and rng.uniform() < 0.15:
        at = side * float(rng.uniform(0.8, 2.0)), float(rng.uniform(-0.7, 0.4))
        beside = _bystander(rng, at, float(rng.uniform(0.25, 0.75)))
    what = rng.uniform()
    if what < 0.18:
        thing = draw_thing(rng)
        skin = skin_of(portrait)
        if thing.kind == "phone" or (thing.kind == "tablet" and rng.uniform() < 0.5):
            hand = draw_grip(rng, thing.box, skin, _side(rng))
        else:
            edge = (0.0, thing.height_mm / 2), (0.0, -1.0)
            if rng.uniform() < 0.5:
                turn = _side(rng)
                edge = (turn * thing.width_mm / 2, thing.height_mm * 0.25), (-turn, 0.0)
            hand = draw_pinch(rng, *edge, skin)
        return Scene(place, beside, (hand,), thing)
    if what < 0.32:
        hands = []
        for turn in (1, -1) if rng.uniform() < 0.4 else (_side(rng),):
            at = turn * float(rng.uniform(120, 210)), float(rng.uniform(-20, 190))
            hands.append(draw_raised(rng, at, skin_of(portrait)))
        return Scene(place, beside, tuple(hands))
    return Scene(place, beside)


def draw_attack_scene(
    rng: Generator,
    place: Place,
    instrument: Instrument,
    portrait: Portrait,
    *,
    side_to_face: float,
    company: bool,
) -> tuple[Scene, float]:
    """A medium before the camera, and the width of the face on it, mm.

    Args:
        rng: of the sample.
        place: shared.
        instrument: that shows the face.
        portrait: the attacker's picture.
        side_to_face: side of the frame over the face's width.
        company: there is somebody who can be the holder.

    """
    sheet = instrument.paper
    medium = draw_sheet(rng) if sheet else draw_screen(rng, _device(rng, instrument))
    # a camera brought near sees the picture alone, where the picture is wide enough
    near = rng.uniform() < 0.6
    if near and portrait.photo.shape[1] / portrait.face[2] > 1.1 * side_to_face:
        return _filling(rng, place, medium, portrait)
    page, px_mm = compose(portrait, medium)
    face_mm = page.face[2] * px_mm
    box = outer(box_mm(page, px_mm), medium)
    skin = draw_skin(rng)
    hands: list[Hand] = []
    held = rng.uniform() < {"sheet": 0.75, "phone": 0.85, "tablet": 0.7}.get(medium.kind, 0.0)
    if held and not sheet and medium.kind == "phone" and medium.height_mm > medium.width_mm:
        hands.append(draw_grip(rng, box, skin, _side(rng)))
    elif held:
        sides = (1, -1) if rng.uniform() < 0.35 else (_side(rng),)
        hands += [_at_edge(rng, box, skin, turn) for turn in sides]
    beside = None
    if company and rng.uniform() < (0.4 if held else 0.1):
        size = float(np.clip(LIFE_MM / face_mm * rng.uniform(0.3, 0.75), 0.25, 1.5))
        reach = (box[2] if (turn := _side(rng)) > 0 else -box[0]) / face_mm
        at = turn * (reach + size * float(rng.uniform(-0.35, 0.9))), float(rng.uniform(-1.2, 0.4))
        beside = _bystander(rng, at, size)
    bend = None
    if sheet:
        axis = float(rng.choice([0.0, 90.0, rng.uniform(0, 180)], p=[0.55, 0.25, 0.2]))
        bend = Bend(float(min(abs(rng.normal(0, 0.13)), 0.35)), axis, float(_side(rng)))
    leaning = not held and (sheet or medium.kind in ("phone", "tablet"))
    return Scene(place, beside, tuple(hands), None, medium, bend, leaning), face_mm


def _filling(
    rng: Generator, place: Place, medium: Medium, portrait: Portrait
) -> tuple[Scene, float]:
    """The medium so near that the whole of the attacker's picture is the frame, or nearly."""
    longer = max(medium.width_mm, medium.height_mm)
    medium = replace(
        medium, width_mm=longer, height_mm=longer, aspect=1.0, spread=1.0, aside=(0.0, 0.0),
        share=1.0, place=(0.5, 0.5), bars=False, cut_out=False, ragged_mm=0.0,
    )  # fmt: skip
    page, px_mm = compose(portrait, medium)
    bend = Bend(float(min(abs(rng.normal(0, 0.08)), 0.2)), 0.0, float(_side(rng)))
    sheet = medium.kind == "sheet"
    scene = Scene(place, medium=medium, bend=bend if sheet else None, leaning=sheet)
    return scene, page.face[2] * px_mm


def _device(rng: Generator, instrument: Instrument) -> str:
    """A phone where the instrument's faces are small; else what may have such a panel."""
    if instrument.face_mm[1] <= 80:
        return "phone"
    kinds = ["tablet", "laptop", "monitor", "television"]
    return kinds[int(rng.choice(4, p=[0.35, 0.25, 0.22, 0.18]))]


def _at_edge(rng: Generator, box: tuple[float, float, float, float], skin: Rgb, turn: int) -> Hand:
    """A hand at a side, a corner or the lower edge of a sheet or tablet."""
    left, top, right, bottom = box
    deepest = min(32.0, 0.2 * min(right - left, bottom - top))  # a holder does not hide the face
    if rng.uniform() < 0.35:
        x = (left + right) / 2 + turn * (right - left) * float(rng.uniform(0.1, 0.45))
        return draw_pinch(rng, (x, bottom), (0.0, -1.0), skin, deepest)
    y = bottom - (bottom - top) * float(rng.uniform(0.05, 0.7))
    lean = float(rng.uniform(-0.5, 0.1))
    length = float(np.hypot(1, lean))
    edge = right if turn > 0 else left
    return draw_pinch(rng, (edge, y), (-turn / length, lean / length), skin, deepest)


def _bystander(rng: Generator, at: tuple[float, float], size: float) -> Bystander:
    soft = 0.0 if rng.uniform() < 0.4 else float(rng.uniform(0.01, 0.08))
    return Bystander(
        at, size, soft, bool(rng.uniform() < 0.5), float(np.exp(rng.normal(-0.2, 0.25)))
    )


def skin_of(portrait: Portrait) -> Rgb:
    """Reflectance of the skin of a face, by the middle of its picture."""
    left, top, wide, high = portrait.face
    rows = slice(int(top + 0.35 * high), int(top + 0.75 * high))
    part = portrait.photo[rows, int(left + 0.25 * wide) : int(left + 0.75 * wide)]
    r, g, b = np.clip(np.median(linear_from_srgb(part).reshape(-1, 3), axis=0), 0.03, 0.8)
    return float(r), float(g), float(b)


def _side(rng: Generator) -> int:
    return 1 if rng.uniform() < 0.5 else -1
