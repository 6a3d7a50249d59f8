"""The model card of a package: its facts in words."""

from __future__ import annotations

from spoofcue.package.card_schema import CardSection
from spoofcue.package.card_sections import cell, evaluations, prose, source
from spoofcue.package.front_matter import front_matter
from spoofcue.package.schema import PackageSpec, ThresholdFacts

LIMITS = """The threshold holds for cameras, people and attacks like those it was set on. Measure \
on your own
before any use, and set your own threshold (`spoofcue model calibrate`, `Detector.calibrate`). Not
a proof of liveness by itself."""


def model_card(spec: PackageSpec) -> str:
    """README.md of a package, Markdown; says nothing that ``spoofcue.json`` does not."""
    card = spec.card or CardSection()
    blocks = [
        front_matter(spec),
        f"# {spec.name}",
        f"Face presentation attack detector of method {spec.method} for `spoofcue`: one face crop "
        "to a spoof\ncue map and a score in 0..1; a higher score means more likely an attack.",
        *prose(card, "intended_use", "not_for"),
        "## Facts",
        _facts(spec, card),
        *prose(card, "training_data"),
        "## Threshold",
        _threshold(spec.threshold),
        "## Measured",
        _parity(spec),
        _metrics(spec),
        *evaluations(card, spec.threshold.value),
        *prose(card, "limitations", "fairness"),
        *source(card),
        "## Limits",
        LIMITS,
    ]
    return "\n\n".join(blocks) + "\n"


def _facts(spec: PackageSpec, card: CardSection) -> str:
    rows = {
        "weights": f"{spec.format}, {spec.precision}",
        "faces": f"found by {spec.detector}, crop margin {spec.margin:g}, {spec.min_face_px} px "
        "or more",
        "input": f"{spec.input.scoring}, size {spec.input.size}, shrink {spec.input.shrink}",
        "normalisation": f"(x - {spec.input.mean:g}) / {spec.input.std:g}",
        "preset": spec.training.preset,
        "written by": f"spoofcue {spec.spoofcue}, commit {spec.commit or 'unknown'}, "
        f"{spec.created}",
    }
    if card.licence:
        rows["licence"] = card.licence
    return "| fact | value |\n| --- | --- |\n" + "\n".join(
        f"| {name} | {cell(value)} |" for name, value in rows.items()
    )


def _threshold(t: ThresholdFacts) -> str:
    known = [
        f"{what} {value}"
        for what, value in (
            ("data:", t.data),
            ("protocol:", t.protocol),
            ("live attempts:", t.live),
            ("attacks:", t.attack),
            ("people:", t.people),
        )
        if value is not None
    ]
    promised = {
        None: "",
        True: " There were attempts enough to promise the target (rule of three).",
        False: " There were too few attempts to promise the target (rule of three).",
    }[t.supported]
    told = f"Attack if score > {t.value:.6g}: {t.rule} ({t.source}).{promised} {'; '.join(known)}"
    return told.rstrip()


def _parity(spec: PackageSpec) -> str:
    if not spec.parity:
        return "Not compared with the checkpoint."
    p = spec.parity
    return (
        f"Scores differ from the checkpoint's in PyTorch by {p.mean:.1e} in the mean and "
        f"{p.max:.1e} at most ({p.n} {p.on}, {p.runtime})."
    )


def _metrics(spec: PackageSpec) -> str:
    rows = [f"| {cell(k)} | {cell(str(v))} |" for k, v in spec.metrics.items()]
    return "\n".join(["| metric | value |", "| --- | --- |", *(rows or ["| none stored | |"])])
