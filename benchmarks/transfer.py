"""Detectors on real pictures of cameras they have never seen, in one pass over them.

python benchmarks/transfer.py REAL MODEL [MODEL ...] [--scores FILE.csv] [--json FILE]
python benchmarks/transfer.py --from-scores FILE.csv

REAL holds folders with live/ and attack/ in each, as shared sets of recaptures do. A MODEL is what
`spoofcue predict --model` takes: a package (of others too, `spoofcue model import`), a run, a
.ckpt or .onnx, `hf:owner/name`; NAME=MODEL gives it another name. Each picture is decoded once and
its face, the largest, found once. Experts of a package are shown alone beside all together.

What has no answer (no face found, not readable, too little of what an expert looks at) is counted
for each set and class; rates are given of the faces with an answer, and with the others as refused
live faces and stopped attacks. Thresholds: the model's own; one from live pictures of the set; one
from the live faces of the other sets, each set left out in turn. Nothing is trained. Exit status 1:
a picture could not be read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from transfer_parts.answers import BySet
from transfer_parts.left_out import Choice, chosen_left_out, weighed
from transfer_parts.one_pass import all_opened, rows_of
from transfer_parts.real_sets import files_of
from transfer_parts.score_rows import Contender, Row, contenders_of, read_rows, write_rows
from transfer_parts.sheets import Sheet, as_text, markdown
from transfer_parts.study import OwnRule, study_of
from transfer_parts.told import chosen, rejections, sheets_of

from spoofcue.cli.console import progress_bar
from spoofcue.errors import InputError
from spoofcue.faces.detect import DetectorName, make_detector
from spoofcue.package.read import read_package
from spoofcue.scoring.open_model import SHIPPED

RATES = "0.01,0.05,0.15"


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("real", type=Path, nargs="?", help="folder of sets")
    add("models", nargs="*", metavar="MODEL", help="MODEL or NAME=MODEL")
    add(
        "--detector",
        choices=("none", "dlib", "yunet"),
        help="finds the face; default: that of the model that ships, which users get",
    )
    add(
        "--yunet-model",
        type=Path,
        help="another .onnx file of YuNet than the one that ships",
    )
    add(
        "--kinds",
        type=Path,
        metavar="FILE.csv",
        help="columns set, file, kind: of attacks; file "
        "* is all others of the set. Default: by folders below attack/",
    )
    add(
        "--checks",
        action="store_true",
        help="what `Detector` would reject unseen (blur, light, "
        "size, a second face) counts as no answer; default: it is only counted",
    )
    add(
        "--own-live",
        type=int,
        default=30,
        metavar="N",
        help="live pictures of a set that its own threshold comes from, at most half of them (30)",
    )
    add("--own-rate", type=float, default=0.05, metavar="RATE", help="BPCER on these (0.05)")
    add("--draws", type=int, default=20, help="of these pictures (20)")
    add("--seed", type=int, default=0, help="of the draws (0)")
    add("--rates", default=RATES, help=f"BPCERs of the other sets, for each set left out ({RATES})")
    add(
        "--weights",
        action="append",
        default=[],
        metavar="MODEL/EXPERT=W,W,...",
        help="weights of an expert beside the others' 1 in the sum of log-odds, to be chosen by "
        "leaving sets out",
    )
    add("--max-side", type=int, help="px; of runs: shrink longer faces to this; multiple of 32")
    add("--scores", type=Path, metavar="FILE.csv", help="write every score, for --from-scores")
    add("--from-scores", type=Path, metavar="FILE.csv", help="no pass: what --scores wrote")
    add("--json", type=Path, metavar="FILE", help="write all figures")
    add("--markdown", action="store_true", help="tables as Markdown")  # fmt: skip
    made = parser.parse_args(given)
    if made.from_scores:
        if made.real or made.scores:
            parser.error("--from-scores takes neither REAL nor MODEL nor --scores")
    elif not made.models:
        parser.error("give REAL and one MODEL or more, or --from-scores")
    for path in (made.scores, made.json):
        if path and not path.absolute().parent.is_dir():
            parser.error(f"there is no folder {path.absolute().parent} for {path.name}")
    return made


def rates_in(text: str) -> list[float]:
    """Numbers with commas between.

    Raises:
        InputError: one is no number from 0 to 1, below 1.

    """
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = [-1.0]
    if not all(0 <= rate < 1 for rate in found):
        raise InputError(f"--rates {text}: give numbers from 0 to 1, below 1, comma between.")
    return list(dict.fromkeys(found))


def passed(given: argparse.Namespace) -> list[Row]:
    """The rows of one pass over the pictures."""
    files, remarks = files_of(given.real, given.kinds)
    for line in remarks:
        print(line, file=sys.stderr)
    asked = all_opened(given.models, given.max_side)
    name: DetectorName = given.detector or read_package(SHIPPED).spec.detector
    finder = make_detector(name, given.yunet_model)
    with progress_bar("scoring pictures", len(files)) as progress:
        return rows_of(files, asked, finder, progress)


def weight_choice(
    text: str, contenders: dict[str, Contender], rates: Sequence[float]
) -> Choice[float]:
    """The weight of one expert of a package, chosen by leaving sets out.

    Raises:
        InputError: there is no such expert beside others, or no weights.

    """
    name, _, values = text.partition("=")
    model = name.partition("/")[0]
    experts: dict[str, BySet] = {
        n: c.log_odds for n, c in contenders.items() if n.startswith(f"{model}/")
    }
    if name not in experts:
        known = ", ".join(n for n in contenders if "/" in n) or "none"
        raise InputError(f"--weights {text}: no such expert of a package of several; {known}.")
    try:
        grid = [float(value) for value in values.split(",")]
    except ValueError:
        grid = [-1.0]
    if min(grid) < 0:
        raise InputError(f"--weights {text}: give numbers from 0 on, comma between.")
    sums = {w: weighed(experts, {n: w if n == name else 1.0 for n in experts}) for w in grid}
    return chosen_left_out(sums, rates)


def checked(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Model -> reason -> how many faces `Detector` would have rejected unseen."""
    found = {row.model: Counter[str]() for row in rows}
    for row in rows:
        if row.refused and not row.expert:
            found[row.model][f"{row.label}, {row.refused}"] += 1
    return {model: dict(counts.most_common()) for model, counts in found.items()}


def faceless(rows: Sequence[Row]) -> dict[str, tuple[int, int]]:
    """Set -> live pictures and attacks in which no face was found, or that cannot be read."""
    first = [row for row in rows if row.contender == rows[0].contender]
    gone = Counter((r.set, r.label) for r in first if r.why in ("no_face", "unreadable"))
    return {r.set: (gone[r.set, "live"], gone[r.set, "attack"]) for r in first}


def unanswered(rows: Sequence[Row]) -> dict[str, dict[str, dict[str, int]]]:
    """Contender -> set -> class and reason -> pictures without an answer."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        of_set = found.setdefault(row.contender, {}).setdefault(row.set, {})
        if row.score is None:
            key = f"{row.label}, {row.why}"
            of_set[key] = of_set.get(key, 0) + 1
    return found


def found_by(detector: str) -> str:
    """The first line."""
    if detector == "whole":
        return "Each picture is taken for a face, whole."
    return f"Faces found by {detector}, the largest of each picture."


def main(given: Sequence[str] | None = None) -> dict[str, Any]:
    options = arguments(given)
    own = OwnRule(options.own_live, options.own_rate, options.draws, options.seed)
    rates = rates_in(options.rates)
    rows = read_rows(options.from_scores) if options.from_scores else passed(options)
    if options.scores:
        write_rows(options.scores, rows)
    contenders = contenders_of(rows, checks=options.checks)
    studies = [study_of(one, own, rates) for one in contenders.values()]
    choices = {text: weight_choice(text, contenders, rates) for text in options.weights}
    sheets: list[Sheet] = sheets_of(studies, own, faceless(rows))
    sheets += [chosen(c, f"Weight of {text.partition('=')[0]}") for text, c in choices.items()]
    rejected = checked(rows)
    sheets.append(rejections(rejected, counted=options.checks))
    write = markdown if options.markdown else as_text
    print("\n\n".join([found_by(rows[0].detector), *(write(s) for s in sheets)]))
    found: dict[str, Any] = {
        "detector": rows[0].detector,
        "models": {row.model: row.id for row in rows},
        "checks_counted": options.checks,
        "rejected_by_checks": rejected,
        "unanswered": unanswered(rows),
        "own_threshold": {"pictures": own.pictures, "rate": own.rate, "draws": own.draws,
                          "seed": own.seed},
        "contenders": {s.name: s.to_dict() for s in studies},
        "weights": {text: choice.to_dict() for text, choice in choices.items()},
    }  # fmt: skip
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return found


if __name__ == "__main__":
    try:
        silent = main()["unanswered"]
    except (InputError, OSError) as error:
        print(f"transfer.py: {error}", file=sys.stderr)
        sys.exit(2)
    reasons = (r for sets in silent.values() for of_set in sets.values() for r in of_set)
    sys.exit(1 if any(reason.endswith("unreadable") for reason in reasons) else 0)
