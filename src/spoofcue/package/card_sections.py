"""The section ``card`` of a package as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from spoofcue.package.card_schema import CardSection, EvaluationEntry, Measured

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
    told = f"{100 * measured.value:.2f} %"
    if measured.low is None or measured.high is None:
        return told
    return f"{told} ({100 * measured.low:.2f} to {100 * measured.high:.2f})"


def cell(text: str) -> str:
    """Text that cannot end a table's cell."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")


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
    protocol = f"protocol {cell(entry.protocol)}" if entry.protocol else ""
    about = [protocol, counts(entry), at_threshold(entry, threshold)]
    rows = [f"| {name} | {percent(value)} |" for name, value in _rows(entry)]
    table = ["| measure | value (95 % interval) |", "| --- | --- |", *rows] if rows else []
    return [
        f"### {cell(entry.set)}",
        f"{'; '.join(part for part in about if part)}.",
        *(["\n".join(table)] if table else []),
        *([entry.note.strip()] if entry.note else []),
    ]


def _rows(entry: EvaluationEntry) -> Iterator[tuple[str, Measured]]:
    named = (("AUC", entry.auc), ("EER", entry.eer), ("BPCER", entry.bpcer), ("ACER", entry.acer))
    for name, value in named[:2]:
        if value:
            yield name, value
    for species, measured in sorted(entry.apcer.items()):
        yield f"APCER {cell(species)}", measured
    for name, value in named[2:]:
        if value:
            yield name, value
