"""The facts of a model package, as a table or as JSON."""

from __future__ import annotations

from pathlib import Path


def print_package(path: Path, as_json: bool) -> None:
    """Read, check and print a package; JSON is its spoofcue.json and the id."""
    from rich.markup import escape
    from rich.table import Table

    from spoofcue.cli.console import out, print_json
    from spoofcue.package.read import read_package

    package = read_package(path)
    spec = package.spec
    if as_json:
        print_json({"id": package.id, **spec.model_dump(mode="json")})
        return
    t = spec.threshold
    table = Table(title=package.id, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    rows = {
        "weights": f"{spec.format}, {spec.precision}",
        "files": ", ".join(f"{n} ({f.size:,} bytes)" for n, f in spec.files.items()),
        "threshold": f"{t.value:.6g} ({t.rule}: {t.source})",
        "set on": f"{t.live} live, {t.attack} attacks, {t.people} people of {t.data}",
        "faces": f"{spec.detector}, margin {spec.margin:g}, at least {spec.min_face_px} px",
        "input": f"{spec.input.scoring}, size {spec.input.size}",
        "trained as": f"{spec.method}, preset {spec.training.preset}",
        "written by": f"spoofcue {spec.spoofcue}, commit {spec.commit}, {spec.created}",
    }
    if spec.parity:
        p = spec.parity
        rows["parity"] = f"mean {p.mean:.1e}, max {p.max:.1e} over {p.n} {p.on} ({p.runtime})"
    rows |= {name: str(value) for name, value in spec.metrics.items()}
    for name, value in rows.items():
        table.add_row(name, escape(value))
    out.print(table)
