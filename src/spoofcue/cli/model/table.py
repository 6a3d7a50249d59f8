"""The facts of a model package, as a table or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoofcue.package.expert import AnyExpert
    from spoofcue.package.schema import CardSection

_MISSING = {
    "rejected": "the face is rejected",
    "without": "the face is judged without that expert; without any it is rejected",
}
SHOWN = 160  # characters of a text


def print_package(path: Path, as_json: bool) -> None:
    """Read, check and print a package; JSON is its spoofcue.json and the id."""
    from rich.table import Table

    from spoofcue.cli.console import print_json, show
    from spoofcue.package.read import read_package

    package = read_package(path)
    spec = package.spec
    if as_json:
        print_json({"id": package.id, **spec.model_dump(mode="json")})
        return
    t = spec.threshold
    counts = {"live": t.live, "attacks": t.attack, "people": t.people}
    known = [f"{n} {what}" for what, n in counts.items() if n is not None]
    known += [f"{what} {name}" for what, name in (("of", t.data), ("protocol", t.protocol)) if name]
    table = Table(title=package.id, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    rows = {
        "weights": spec.weights,
        "files": ", ".join(f"{n} ({f.size:,} bytes)" for n, f in spec.files.items()),
        "threshold": f"{t.value:.6g} ({t.rule}: {t.source})",
        "set on": ", ".join(known),
        "faces": f"{spec.detector}, at least {spec.min_face_px} px",
        **{f"expert {expert.name}": _expert(expert) for expert in spec.experts},
        **({"missing evidence": _MISSING[spec.missing]} if len(spec.experts) > 1 else {}),
        "written by": f"spoofcue {spec.spoofcue}, commit {spec.commit}, {spec.created}",
    }
    for at, point in spec.points.items():
        rows[f"point {at}"] = (
            f"{point.threshold:.6g}; BPCER {100 * point.bpcer:.1f} %, "
            f"APCER {100 * point.apcer:.1f} %"
        )
    if spec.profile:
        rows["camera profile"] = f"of {spec.profile.pictures} live faces, {spec.profile.made}"
    if spec.parity:
        p = spec.parity
        rows["parity"] = f"mean {p.mean:.1e}, max {p.max:.1e} over {p.n} {p.on} ({p.runtime})"
    rows |= {name: str(value) for name, value in spec.metrics.items()}
    if spec.card:
        rows |= _card_rows(spec.card)
    for name, value in rows.items():
        table.add_row(name, value)
    show(table)


def _expert(expert: AnyExpert) -> str:
    """What it looks at, and what becomes of its output."""
    looks = f"looks at {expert.crop}"
    if expert.least_inside:
        looks += f", {100 * expert.least_inside:g} % of it in the picture"
    if expert.kind == "families":
        what = f"features, detectors of {', '.join(expert.families)}; size {expert.input.size}"
    elif expert.kind == "cue_map":
        face = expert.input
        what = (
            f"{expert.method}, preset {expert.training.preset}; {face.scoring}, size {face.size}, "
            f"shrink {face.shrink}"
        )
    else:
        i, o = expert.input, expert.output
        what = (
            f"{expert.kind}, number {o.index} of {o.classes} means {o.means}; {i.width} x "
            f"{i.height} px, {i.colour}, {i.values}"
        )
    parts = [what, looks]
    if expert.calibration is not None:
        from spoofcue.package.card import calibration_text

        parts.append(f"log-odds {calibration_text(expert)}, weight {expert.weight:g}")
    return "; ".join(parts)


def _card_rows(card: CardSection) -> dict[str, str]:
    """The beginning of each text and a line a set; `spoofcue model card` prints all."""
    from spoofcue.metrics.measures import AT_THRESHOLD, OVER_THRESHOLDS
    from spoofcue.package.card import PROSE, counts, percent

    rows = {}
    for name, title in PROSE.items():
        if text := getattr(card, name):
            short = " ".join(text.split())
            rows[title.lower()] = short if len(short) <= SHOWN else short[: SHOWN - 3] + "..."
    for entry in card.evaluation:
        known = entry.measured
        order = [*reversed(OVER_THRESHOLDS), *AT_THRESHOLD]
        rates = [f"{m.label} {percent(known[m.name])}" for m in order if m.name in known]
        rows[f"on {entry.set}"] = "; ".join(part for part in (*rates, counts(entry)) if part)
    whose = {"licence": card.licence, "authors": card.authors, "origin": card.origin}
    return rows | {name: text for name, text in whose.items() if text}
