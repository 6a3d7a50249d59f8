"""Write the table of sets in docs/reference/protocols.md from the protocol files.

python docs/figures/protocol_sets.py
"""

from __future__ import annotations

from pathlib import Path

from spoofcue.protocols.definition import Protocol, ProtocolSet
from spoofcue.protocols.reader import load_set, set_names

PAGE = Path(__file__).parents[1] / "reference" / "protocols.md"
BEGIN = "<!-- made by docs/figures/protocol_sets.py -->\n"
END = "<!-- end -->\n"


def table() -> str:
    """One row a set: what it asks, how it is judged, what it compares with and rests on."""
    lines = [
        "| set | protocols | APCER over | threshold | compares with | rests on |",
        "| --- | --- | --- | --- | --- | --- |",
        *(row(load_set(name)) for name in set_names()),
    ]
    return "\n".join(lines) + "\n"


def row(protocols: ProtocolSet) -> str:
    """Cells of a set; a protocol that ``all`` leaves out stands in brackets."""
    all_ = list(protocols.protocols.values())
    cells = [
        f"`{protocols.name}`",
        ", ".join(map(called, all_)),
        all_[0].species,
        " or ".join(dict.fromkeys(threshold(p) for p in all_)),
        protocols.compares or "nothing published",
        "; ".join(dict.fromkeys(p.note for p in all_)),
    ]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def called(protocol: Protocol) -> str:
    """Its name, with the number of folds if there are several."""
    folds = f" ({len(protocol.folds)} folds)" if len(protocol.folds) > 1 else ""
    return f"[{protocol.name}{folds}]" if protocol.optional else protocol.name + folds


def threshold(protocol: Protocol) -> str:
    """Where the threshold is from."""
    rule = str(protocol.threshold)
    return f"{rule.upper()} on dev" if protocol.threshold.needs_dev else f"fixed at {rule}"


def page_with(new: str, page: str) -> str:
    """The page with this table between the two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + new + END + after


if __name__ == "__main__":
    PAGE.write_text(page_with(table(), PAGE.read_text(encoding="utf-8")), encoding="utf-8")
