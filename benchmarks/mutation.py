"""How much the tests notice: a seeded draw of mutants of the paper's core, by package.

make mutants [SEED=0] [MUTANTS=60] [JOBS=2] [ONLY=metrics,patches]
python benchmarks/mutation.py [--seed 0] [--mutants 60] [--jobs 2] [--only ...] [--json FILE]

mutmut makes the mutants (comparisons, constants, arguments, operators, assignments) and runs
those inside functions, each on the tests that run its function; those outside functions, a fifth
of the draw, and all that seem to survive are run in processes of their own on the package's
tests. Left out are changes of prose for people. Survivors that behave as the original does are
listed with a reason in mutation_parts/equivalent.yaml. A stopped run goes on where it was as long
as no source and no test has changed. Works in build/mutation.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from mutation_parts.mutants import draw, mutants_of
from mutation_parts.packages import PACKAGES
from mutation_parts.running import Run
from mutation_parts.table import listed_equivalents, markdown, row, total
from mutation_parts.workplace import workplace

ROOT = Path(__file__).parent.parent


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--mutants", type=int, default=60, help="drawn a package, at most")
    parser.add_argument("--jobs", type=int, default=2, help="mutants that mutmut runs at a time")
    parser.add_argument("--only", default=",".join(PACKAGES), help="packages, separated by commas")
    parser.add_argument("--json", type=Path, help="write the table and the survivors there too")
    parser.add_argument("--place", type=Path, default=ROOT / "build" / "mutation")
    parsed = parser.parse_args(given)
    parsed.only = parsed.only.split(",")
    if unknown := set(parsed.only) - set(PACKAGES):
        parser.error(f"no packages {sorted(unknown)}; there are {', '.join(PACKAGES)}")
    return parsed


def main(given: list[str] | None = None) -> None:
    options = arguments(given)
    listed = listed_equivalents()
    rows, alive = [], []
    for name in options.only:
        package = PACKAGES[name]
        everything = [
            mutant
            for path in package.files(ROOT)
            for mutant in mutants_of(path, (ROOT / path).read_text(), name)
            if not mutant.wording
        ]
        drawn = draw(everything, options.mutants, options.seed)
        place = workplace(ROOT, options.place.resolve() / name, package)
        print(f"{name}: {len(drawn)} of {len(everything)} mutants, in {place}", flush=True)
        run = Run(place, package, options.jobs)
        run.run(drawn)
        counted, survivors = row(name, len(everything), drawn, run.outcomes, listed)
        rows.append(counted)
        alive += survivors
    told = [(mutant, *mutant.lines()) for mutant in alive]
    for mutant, line, was, now in told:
        print(f"\n{mutant.name} ({mutant.path}:{line})\n  - {was}\n  + {now}")
    rows.append(total(rows))
    print("\n" + markdown(rows))
    if options.json:
        survivors = [
            {
                "where": mutant.where,
                "path": str(mutant.path),
                "line": line,
                "was": was,
                "becomes": now,
            }
            for mutant, line, was, now in told
        ]
        document = {
            "seed": options.seed,
            "rows": [one.as_dict() for one in rows],
            "survived": survivors,
        }
        options.json.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
