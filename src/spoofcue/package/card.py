"""The model card of a package, as Markdown with the head that hubs read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from spoofcue.metrics.measures import AT_THRESHOLD, OVER_THRESHOLDS
from spoofcue.package.expert import AnyExpert, CueExpert
from spoofcue.package.schema import CardSection, EvaluationEntry, Measured, PackageSpec
from spoofcue.package.threshold import ThresholdFacts
from spoofcue.plain_text import as_markdown

TAGS = ("face-anti-spoofing", "liveness-detection", "presentation-attack-detection")
OURS = "apache-2.0"  # of a network of ours whose card names no other
# of the Hugging Face hub's list; any other is "other" there, with a name
KNOWN_LICENCES = frozenset(
    {
        *("apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "gpl-3.0", "agpl-3.0", "lgpl-3.0"),
        *("mpl-2.0", "openrail", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0"),
        *("cc-by-nc-sa-4.0", "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "unlicense"),
    }
)


def front_matter(spec: PackageSpec) -> str:
    """From ``---`` to ``---``; each value is JSON, which YAML holds, so no text can end it."""
    # of weights that came from others nothing is claimed
    licence = (spec.card.licence if spec.card else None) or (OURS if spec.cue else "unknown")
    known = licence.lower() in KNOWN_LICENCES
    fields: dict[str, str | list[str]] = {"license": licence.lower() if known else "other"}
    if not known:
        # the hub takes a name without blanks
        fields["license_name"] = re.sub(r"[^a-z0-9.]+", "-", licence.lower()).strip("-") or "other"
    fields |= {
        "library_name": "spoofcue",
        "pipeline_tag": "image-classification",
        "tags": [*TAGS, *(["lgsc"] if spec.cue else [])],
    }
    lines = "\n".join(f"{name}: {json.dumps(value)}" for name, value in fields.items())
    return f"---\n{lines}\n---"


PROSE = {
    "intended_use": "Intended use",
    "not_for": "Not for",
    "training_data": "Training data",
    "limitations": "Limitations",
    "fairness": "Fairness",
}


def prose(card: CardSection, *names: str) -> list[str]:
    """The named texts that are there, each after its heading: blocks of Markdown."""
    texts = [(PROSE[name], getattr(card, name)) for name in names]
    return [part for title, text in texts if text for part in (f"## {title}", text.strip())]


def evaluations(card: CardSection, threshold: float) -> list[str]:
    """Blocks: a table a set; ``threshold`` is the package's."""
    blocks = [block for entry in card.evaluation for block in _evaluation(entry, threshold)]
    return ["## Evaluation", *blocks] if blocks else []


def source(card: CardSection) -> list[str]:
    """Blocks: the commands that made the model, as they were typed."""
    # indented: no line can end such a block
    commands = "\n".join(f"    {line}" for line in card.source)
    return ["## Made by", commands] if commands else []


def percent(measured: Measured) -> str:
    """``1.20 % (0.50 to 2.40)``, as everywhere with a 95 % interval."""
    text = f"{100 * measured.value:.2f} %"
    if measured.low is None or measured.high is None:
        return text
    return f"{text} ({100 * measured.low:.2f} to {100 * measured.high:.2f})"


def at_threshold(entry: EvaluationEntry, threshold: float) -> str:
    """At which threshold the rates are, in words."""
    if entry.threshold is None or abs(entry.threshold - threshold) <= 1e-6 * abs(threshold):
        return f"at the package's threshold {threshold:.6g}"
    rule = f" ({entry.threshold_rule})" if entry.threshold_rule else ""
    return f"at the threshold {entry.threshold:.6g}{rule}, **not** the package's {threshold:.6g}"


def counts(entry: EvaluationEntry) -> str:
    """How much was judged, in words; empty where nothing is known."""
    unit = f"{entry.level}s" if entry.level else "attempts"
    known = (
        (entry.n_live, f"live {unit}"),
        (entry.n_attack, f"attack {unit}"),
        (entry.subjects, "people"),
    )
    return ", ".join(f"{count} {what}" for count, what in known if count is not None)


def _evaluation(entry: EvaluationEntry, threshold: float) -> list[str]:
    protocol = f"protocol {as_markdown(entry.protocol)}" if entry.protocol else ""
    about = [protocol, counts(entry), at_threshold(entry, threshold)]
    rows = [f"| {name} | {percent(value)} |" for name, value in _rows(entry)]
    table = ["| measure | value (95 % interval) |", "| --- | --- |", *rows] if rows else []
    return [
        f"### {as_markdown(entry.set)}",
        f"{'; '.join(part for part in about if part)}.",
        *(["\n".join(table)] if table else []),
        *([entry.note.strip()] if entry.note else []),
    ]


def _rows(entry: EvaluationEntry) -> Iterator[tuple[str, Measured]]:
    known = entry.measured
    for measure in reversed(OVER_THRESHOLDS):  # AUC, as the one that needs the least said
        if measure.name in known:
            yield measure.label, known[measure.name]
    for species, measured in sorted(entry.apcer.items()):
        yield f"APCER {as_markdown(species)}", measured
    for measure in AT_THRESHOLD:
        if measure.name in known:
            yield measure.title, known[measure.name]


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
        _what_it_is(spec),
        *prose(card, "intended_use", "not_for"),
        "## Facts",
        _facts(spec, card),
        *_experts(spec),
        *prose(card, "training_data"),
        "## Threshold",
        _threshold(spec.threshold),
        *points(spec),
        *camera(spec),
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


def _what_it_is(spec: PackageSpec) -> str:
    if len(spec.experts) == 1 and isinstance(spec.cue, CueExpert):
        return (
            f"Face presentation attack detector of method {spec.cue.method} for `spoofcue`: one "
            "face crop to a spoof\ncue map and a score in 0..1; a higher score means more likely "
            "an attack."
        )
    names = ", ".join(expert.name for expert in spec.experts)
    return (
        f"Face presentation attack detector for `spoofcue`, of {names}: a face to a "
        "score\nin 0..1; a higher score means more likely an attack."
    )


def _facts(spec: PackageSpec, card: CardSection) -> str:
    rows = {
        "weights": spec.weights,
        "faces": f"found by {spec.detector}, {spec.min_face_px} px or more",
    }
    if spec.cue:
        i = spec.cue.input
        rows |= {
            "input": f"{i.scoring}, size {i.size}, shrink {i.shrink}",
            "normalisation": f"(x - {i.mean:g}) / {i.std:g}",
        }
    if isinstance(spec.cue, CueExpert):
        rows["preset"] = spec.cue.training.preset
        rows["encoder started from"] = spec.cue.training.model.weights
    rows["written by"] = (
        f"spoofcue {spec.spoofcue}, commit {spec.commit or 'unknown'}, {spec.created}"
    )
    known = {"licence": card.licence, "authors": card.authors, "origin": card.origin}
    rows |= {name: text for name, text in known.items() if text}
    return "| fact | value |\n| --- | --- |\n" + "\n".join(
        f"| {name} | {as_markdown(value)} |" for name, value in rows.items()
    )


MISSING = {
    "rejected": "A face for which an expert has less to look at is rejected.",
    "without": "An expert that has less to look at is left out, the weights of the others grow in "
    "proportion, and every result says so; without any expert the face is rejected.",
}


def _experts(spec: PackageSpec) -> list[str]:
    """Blocks: what each expert looks at, and how they are added."""
    rows = [
        f"| {e.name} | {e.kind} | {e.crop} | {100 * e.least_inside:g} % | {calibration_text(e)} | "
        f"{e.weight:g} |"
        for e in spec.experts
    ]
    head = "| expert | evidence | looks at | at least | log-odds | weight |"
    table = "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *rows])
    if len(rows) == 1 and spec.experts[0].calibration is None:
        return ["## Evidence", table, "The score is the evidence itself."]
    how = (
        "The score is the logistic function of the weighted sum of the log-odds. `at least` is "
        "the part of\nwhat an expert looks at that must lie in the picture."
    )
    return ["## Evidence", table, f"{how} {MISSING[spec.missing]}"]


def calibration_text(expert: AnyExpert) -> str:
    """From raw evidence, x, to log-odds, in words."""
    c = expert.calibration
    if c is None:
        return "none"
    own = (c.slope, c.offset) == (1, 0)
    text = "its own" if own else f"{c.slope:g} x {'-' if c.offset < 0 else '+'} {abs(c.offset):g}"
    return text if c.limit is None else f"{text}, within ±{c.limit:g}"


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
    text = f"Attack if score > {t.value:.6g}: {t.rule} ({t.source}).{promised} {'; '.join(known)}"
    return text.rstrip()


def points(spec: PackageSpec) -> list[str]:
    """Blocks: the operating points to choose from by name; empty where there are none."""
    if not spec.points:
        return []
    rows = [
        f"| {name} | {p.threshold:.4g} | {as_markdown(p.rule)} | "
        f"{100 * p.bpcer:.1f} ({100 * p.bpcer_worst:.1f}) | "
        f"{100 * p.apcer:.1f} ({100 * p.apcer_worst:.1f}) |"
        for name, p in spec.points.items()
    ]
    head = [
        "| operating point | threshold | rule | BPCER %, mean (worst set) | "
        "APCER %, mean (worst set) |",
        "| --- | --- | --- | --- | --- |",
    ]
    bases = dict.fromkeys(p.basis for p in spec.points.values())
    return ["\n".join([*head, *rows]), *(f"Rates are of {basis}." for basis in bases)]


def camera(spec: PackageSpec) -> list[str]:
    """Blocks: the camera that the package was fitted to; empty where it is to none."""
    profile = spec.profile
    if profile is None:
        return []
    aligned = ", ".join(f"{name} ({e.pictures})" for name, e in profile.experts.items()) or "none"
    return [
        "## Camera profile",
        f"Made {profile.made} of {profile.pictures} live faces of one camera, for that camera "
        f"alone; experts that it aligns, and on how many of them: {aligned}. It holds averages "
        "over these faces\nand no picture. The rates of this card are without it "
        f"(`--no-profile`), where attack is a score > {profile.without.value:.6g} "
        f"({profile.without.rule}).",
    ]


def _parity(spec: PackageSpec) -> str:
    if not any(isinstance(expert, CueExpert) for expert in spec.experts):
        whose = "detectors are applied as they were fitted, and other " if spec.cue else "the "
        return f"No checkpoint was converted: {whose}weights are as their authors published them."
    if not spec.parity:
        return "Not compared with the checkpoint."
    p = spec.parity
    return (
        f"Scores differ from the checkpoint's in PyTorch by {p.mean:.1e} in the mean and "
        f"{p.max:.1e} at most ({p.n} {p.on}, {p.runtime})."
    )


def _metrics(spec: PackageSpec) -> str:
    rows = [f"| {as_markdown(k)} | {as_markdown(str(v))} |" for k, v in spec.metrics.items()]
    return "\n".join(["| metric | value |", "| --- | --- |", *(rows or ["| none stored | |"])])
