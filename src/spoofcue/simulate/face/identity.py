"""Who is rendered: every lasting trait of a synthetic identity, drawn from one seed.

Lengths are millimetres in the head frame of `face/`; means and spreads follow adult anthropometry
(bizygomatic width 140, pupil distance 63, nose width 35, mouth width 51). Traits are drawn almost
independently of skin tone: only hair and iris colour are, softly, tied to melanin.
"""

from dataclasses import dataclass

import numpy as np

from spoofcue.simulate.raster import Rgb

HAIR_STYLES = (
    "bald", "buzz", "crop", "side_part", "swept_back", "fringe", "afro", "curly", "tied", "bob",
    "long", "long_wavy",
)  # fmt: skip
BEARD_STYLES = ("none", "stubble", "short", "full", "goatee", "moustache")
GARMENTS = ("crew", "v_neck", "shirt", "hoodie", "turtleneck")
GLASSES_SHAPES = ("round", "square", "oval")

_HAIR_COLOURS: dict[str, Rgb] = {
    "black": (0.013, 0.011, 0.010),
    "dark_brown": (0.034, 0.021, 0.014),
    "brown": (0.080, 0.046, 0.027),
    "light_brown": (0.160, 0.098, 0.055),
    "blond": (0.370, 0.255, 0.130),
    "auburn": (0.170, 0.058, 0.025),
}
_IRIS_COLOURS: dict[str, Rgb] = {
    "dark_brown": (0.030, 0.014, 0.007),
    "brown": (0.075, 0.034, 0.014),
    "hazel": (0.120, 0.075, 0.026),
    "green": (0.110, 0.125, 0.060),
    "blue": (0.110, 0.170, 0.240),
    "grey": (0.150, 0.180, 0.200),
}


@dataclass(frozen=True, slots=True)
class HeadShape:
    """Half widths and heights of the head's outline, and how full the soft tissue is (-1..1)."""

    skull_half_mm: float
    cheek_half_mm: float
    jaw_half_mm: float
    chin_half_mm: float
    chin_y_mm: float
    vertex_y_mm: float
    brow_ridge_mm: float
    fullness: float
    ear_out_mm: float
    neck_half_mm: float
    chin_cleft_mm: float
    asymmetry_mm: float


@dataclass(frozen=True, slots=True)
class EyeShape:
    """One eye's opening and iris; crease_mm is the upper lid's visible height (0 = no crease)."""

    centre_x_mm: float
    width_mm: float
    open_mm: float
    tilt_mm: float
    crease_mm: float
    depth_mm: float
    lash_mm: float
    iris_rgb: Rgb


@dataclass(frozen=True, slots=True)
class NoseShape:
    """Half width at the wings, distance of the tip below the pupils, and heights above the face."""

    half_width_mm: float
    tip_y_mm: float
    tip_height_mm: float
    bridge_height_mm: float
    bridge_width_mm: float
    hump_mm: float


@dataclass(frozen=True, slots=True)
class MouthShape:
    """Half width, height of the closed lip line below the pupils, and the red of each lip."""

    half_width_mm: float
    y_mm: float
    upper_mm: float
    lower_mm: float
    bow: float
    makeup: float


@dataclass(frozen=True, slots=True)
class SkinTraits:
    """Melanin 0 (lightest) .. 1 (darkest); the other values are strengths 0..1, age in years."""

    melanin: float
    warmth: float
    redness: float
    freckles: float
    moles: int
    age_years: float
    oil: float


@dataclass(frozen=True, slots=True)
class BrowShape:
    """Height above the pupil, thickness and arch; density 0..1."""

    y_mm: float
    thickness_mm: float
    arch_mm: float
    density: float


@dataclass(frozen=True, slots=True)
class HairTraits:
    """Style by name, albedo in linear RGB, volume above the scalp, and where the parting sits."""

    style: str
    rgb: Rgb
    volume_mm: float
    hairline_y_mm: float
    recession_mm: float
    parting: float
    length_y_mm: float
    beard: str
    beard_density: float


@dataclass(frozen=True, slots=True)
class Glasses:
    """Frame shape and lens size in mm; rgb is the frame's linear albedo."""

    shape: str
    lens_half_width_mm: float
    lens_half_height_mm: float
    rim_mm: float
    rgb: Rgb
    half_rim: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """Everything that stays the same over one person's frames."""

    seed: int
    head: HeadShape
    eyes: EyeShape
    nose: NoseShape
    mouth: MouthShape
    skin: SkinTraits
    brows: BrowShape
    hair: HairTraits
    glasses: Glasses | None
    garment: str
    garment_rgb: Rgb


def draw_identity(seed: int) -> Identity:
    """Draw one identity; the same seed gives the same person on every machine."""
    rng = np.random.default_rng(np.random.SeedSequence([seed, 0x1D]))
    build = float(rng.uniform())  # 0 slight features .. 1 strong features; not a category
    age = float(np.clip(rng.gamma(4.0, 6.5) + 18, 19, 82))
    melanin = float(rng.uniform(0.0, 1.0))
    head = _draw_head(rng, build)
    eyes = EyeShape(
        centre_x_mm=_normal(rng, 31.8, 1.3),
        width_mm=_normal(rng, 29.5, 1.3),
        open_mm=_normal(rng, 10.2 - 0.02 * (age - 35), 0.9),
        tilt_mm=_normal(rng, 1.4, 0.9),
        crease_mm=max(0.0, _normal(rng, 3.2, 1.5)),
        depth_mm=_normal(rng, 7.0 + 1.6 * build, 1.2),
        lash_mm=_normal(rng, 5.2 - 1.6 * build, 0.6),
        iris_rgb=_draw_iris(rng, melanin),
    )
    nose = NoseShape(
        half_width_mm=_normal(rng, 17.5 + 1.2 * build, 1.7),
        tip_y_mm=_normal(rng, 36.5 + 2.0 * build, 1.6),
        tip_height_mm=_normal(rng, 17.5 + 2.0 * build, 1.6),
        bridge_height_mm=_normal(rng, 6.0 + 2.0 * build, 1.8),
        bridge_width_mm=_normal(rng, 6.3, 0.6),
        hump_mm=max(0.0, _normal(rng, 0.2, 0.8)),
    )
    mouth = MouthShape(
        half_width_mm=_normal(rng, 25.0 + build, 1.7),
        y_mm=nose.tip_y_mm + _normal(rng, 30.5 + build, 1.4),
        upper_mm=max(3.0, _normal(rng, 7.0 - 0.025 * (age - 35), 1.4)),
        lower_mm=max(4.5, _normal(rng, 9.4 - 0.02 * (age - 35), 1.5)),
        bow=float(rng.uniform(0.5, 1.2)),
        makeup=float(rng.uniform(0.2, 0.8)) if build < 0.45 and rng.uniform() < 0.35 else 0.0,
    )
    skin = SkinTraits(
        melanin=melanin,
        warmth=float(rng.uniform(-1, 1)),
        redness=float(rng.beta(2, 3)),
        freckles=float(rng.beta(1.2, 2) * max(0.0, 1.0 - 2.0 * melanin)),
        moles=int(rng.poisson(2.0)),
        age_years=age,
        oil=float(rng.beta(2, 3)),
    )
    brows = BrowShape(
        y_mm=_normal(rng, -20.5 + 2.2 * build, 1.4),
        thickness_mm=float(np.clip(_normal(rng, 5.2 + 2.6 * build, 1.2), 3.2, 10.5)),
        arch_mm=_normal(rng, 3.2 - 1.6 * build, 0.9),
        density=float(rng.uniform(0.55, 1.0)),
    )
    glasses = _draw_glasses(rng) if rng.uniform() < 0.26 else None
    return Identity(
        seed=seed, head=head, eyes=eyes, nose=nose, mouth=mouth, skin=skin, brows=brows,
        hair=_draw_hair(rng, build, age, melanin), glasses=glasses,
        garment=str(rng.choice(GARMENTS, p=[0.38, 0.16, 0.22, 0.16, 0.08])),
        garment_rgb=_draw_garment_rgb(rng),
    )  # fmt: skip


def _normal(rng: np.random.Generator, mean: float, deviation: float) -> float:
    """A normal draw held within two deviations: no caricatures."""
    return float(mean + deviation * np.clip(rng.standard_normal(), -2.0, 2.0))


def _draw_head(rng: np.random.Generator, build: float) -> HeadShape:
    cheek = _normal(rng, 67.0 + 3.0 * build, 2.2)
    return HeadShape(
        skull_half_mm=cheek + _normal(rng, 4.2, 1.2),
        cheek_half_mm=cheek,
        jaw_half_mm=cheek - _normal(rng, 13.5 - 3.5 * build, 2.2),
        chin_half_mm=_normal(rng, 24.0 + 6.0 * build, 2.2),
        chin_y_mm=_normal(rng, 111.0 + 7.0 * build, 3.0),
        vertex_y_mm=_normal(rng, -112.0, 3.0),
        brow_ridge_mm=max(0.3, _normal(rng, 1.0 + 3.2 * build, 0.7)),
        fullness=float(np.clip(rng.normal(0.1, 0.5), -1, 1)),
        ear_out_mm=_normal(rng, 11.5, 2.5),
        neck_half_mm=_normal(rng, 50.0 + 10.0 * build, 2.5),
        chin_cleft_mm=max(0.0, _normal(rng, -0.6, 0.9)),
        asymmetry_mm=_normal(rng, 0.0, 0.7),
    )


def _draw_iris(rng: np.random.Generator, melanin: float) -> Rgb:
    dark = [0.55, 0.38, 0.07, 0.0, 0.0, 0.0]
    light = [0.08, 0.22, 0.18, 0.14, 0.24, 0.14]
    share = float(np.clip(1.7 * melanin + 0.05, 0, 1))
    weights = share * np.array(dark) + (1 - share) * np.array(light)
    return _vary(rng, _IRIS_COLOURS[str(rng.choice(list(_IRIS_COLOURS), p=weights))], 0.2)


def _draw_hair(rng: np.random.Generator, build: float, age: float, melanin: float) -> HairTraits:
    dark = np.array([0.62, 0.27, 0.08, 0.01, 0.01, 0.01])
    light = np.array([0.10, 0.22, 0.25, 0.18, 0.17, 0.08])
    share = float(np.clip(1.8 * melanin - 0.1, 0, 1))
    colour = str(rng.choice(list(_HAIR_COLOURS), p=share * dark + (1 - share) * light))
    grey = float(np.clip((age - 42) / 35 + rng.normal(0, 0.25), 0, 1)) if age > 38 else 0.0
    base = np.array(_HAIR_COLOURS[colour])
    rgb = (1 - grey) * base + grey * np.array([0.34, 0.33, 0.32])
    strong = np.array([0.10, 0.12, 0.15, 0.14, 0.12, 0.07, 0.06, 0.09, 0.04, 0.03, 0.06, 0.02])
    slight = np.array([0.01, 0.03, 0.05, 0.06, 0.06, 0.09, 0.08, 0.09, 0.16, 0.15, 0.14, 0.08])
    style = str(rng.choice(HAIR_STYLES, p=build * strong + (1 - build) * slight))
    bearded = build > 0.5 and rng.uniform() < 0.62
    beard = str(rng.choice(BEARD_STYLES[1:], p=[0.36, 0.24, 0.18, 0.12, 0.10]))
    return HairTraits(
        style=style,
        rgb=_vary(rng, (float(rgb[0]), float(rgb[1]), float(rgb[2])), 0.12),
        volume_mm=float(rng.uniform(0.0, 1.0)),
        hairline_y_mm=_normal(rng, -69.0, 3.5),
        recession_mm=float(max(0.0, build * rng.normal(4 + 0.25 * (age - 35), 5))),
        parting=float(rng.choice([-1, 1]) * rng.uniform(0.0, 0.42)),
        length_y_mm=float(rng.uniform(0.0, 1.0)),
        beard=beard if bearded else "none",
        beard_density=float(rng.uniform(0.55, 1.0)),
    )


def _draw_glasses(rng: np.random.Generator) -> Glasses:
    tints: list[Rgb] = [
        (0.010, 0.010, 0.011), (0.05, 0.025, 0.014), (0.16, 0.15, 0.14), (0.02, 0.03, 0.07),
        (0.09, 0.012, 0.016), (0.22, 0.16, 0.075),
    ]  # fmt: skip
    return Glasses(
        shape=str(rng.choice(GLASSES_SHAPES)),
        lens_half_width_mm=float(rng.uniform(23.5, 27.0)),
        lens_half_height_mm=float(rng.uniform(17.0, 22.5)),
        rim_mm=float(rng.uniform(1.2, 3.6)),
        rgb=tints[int(rng.integers(len(tints)))],
        half_rim=bool(rng.uniform() < 0.2),
    )


def _draw_garment_rgb(rng: np.random.Generator) -> Rgb:
    hue, strength = rng.uniform(0, 2 * np.pi), rng.beta(1.3, 2.2)
    level = float(np.exp(rng.uniform(np.log(0.02), np.log(0.6))))
    wave = np.cos(hue + np.array([0.0, 2.1, 4.2]))
    rgb = np.clip(level * (1 + 0.9 * strength * wave), 0.008, 0.75)
    return float(rgb[0]), float(rgb[1]), float(rgb[2])


def _vary(rng: np.random.Generator, rgb: Rgb, share: float) -> Rgb:
    factor = np.exp(rng.normal(0, share)) * np.exp(rng.normal(0, share / 4, 3))
    out = np.clip(np.array(rgb) * factor, 0.004, 0.7)
    return float(out[0]), float(out[1]), float(out[2])
