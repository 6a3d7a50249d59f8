"""What users wrote is never read as markup, and no command has a way around the console."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.table import Table

from spoofcue.cli import console
from spoofcue.cli.predict import print_rows

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "spoofcue"
NASTY = ["print[/x]", "[red]", "[link=http://x]y[/link]", ":smile:", "$\\frac$", "<b>x</b>"]
COMMAND = [sys.executable, "-c", "from spoofcue.cli.main import main; main()"]


@pytest.mark.parametrize("text", NASTY)
def test_lines_and_tables_show_text_as_written(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(title=text)
    table.add_column(text)
    table.add_row(text)
    console.show(table)
    console.say(text)
    console.say_prose(text, style="yellow")
    console.remark(text)
    console.warn(text)
    shown = capsys.readouterr()
    assert shown.out.count(text) == 5
    assert shown.err.splitlines() == [text, f"warning: {text}"]


def test_names_of_files_cannot_paint_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    name = "a\x1b[2J\n\u202ebad\r\udce9"
    console.say(name)
    table = Table("file")
    table.add_row(name)
    console.show(table)
    shown = capsys.readouterr().out
    assert shown.count("a\\x1b[2J\\n\\u202ebad\\r\\xe9") == 2
    assert not set(shown) & set("\x1b\r\u202e\udce9")


def row(path: str) -> dict[str, object]:
    return {
        "path": path, "decision": "live", "score": 0.1, "reason": None, "detail": None,
        "advice": None, "box": None, "frames": 1, "counts": {"sampled": 1},
        "early_exit": False, "threshold": 0.5, "model": "m", "cue": None, "evidence": [],
    }  # fmt: skip


def test_files_of_one_name_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    deep = "/".join(["a-long-folder"] * 8)
    print_rows([row(f"{deep}/anna/1[/x].jpg"), row(f"{deep}/ben/1[/x].jpg")])
    shown = capsys.readouterr().out
    assert "anna/1[/x].jpg" in shown
    assert "ben/1[/x].jpg" in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_stdout_takes_every_character(encoding: str, tmp_path: Path) -> None:
    scores = tmp_path / "scores.csv"
    pai = "写真[/x]\u202e$\\frac"
    rows = "".join(f"{s / 10},{int(s > 4)},{pai if s > 4 else ''}\n" for s in range(10))
    scores.write_text(f"score,label,pai\n{rows}", encoding="utf-8")
    call = [*COMMAND, "evaluate", "--scores", str(scores), "--dev", str(scores)]
    for more in ([], ["--json"]):
        done = subprocess.run(
            [*call, *more],
            capture_output=True,
            env={**os.environ, "PYTHONIOENCODING": encoding, "LC_ALL": "C"},
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
        text = done.stdout.decode(encoding)
        assert "\u202e" not in text
        if more:
            import json

            assert pai in json.loads(text)["frame"]["apcer_by_pai"]


def calls_in(path: Path) -> Iterator[tuple[int, str, ast.Call]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func), node


def test_commands_show_text_through_the_console_alone() -> None:
    around = []
    for path in (SOURCE / "cli").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "console.py":
            around += [
                f"{path}: {w}"
                for w in ("rich.markup", "rich.console", "rich import print")
                if w in text
            ]
        for line, name, _ in calls_in(path):
            own = path.name in ("console.py", "main.py")
            if name in ("click.echo", "click.secho") or (name == "print" and not own):
                around.append(f"{path}:{line}: {name}")
            if name.endswith(("from_markup", "stdout().print", "stderr().print")) and not own:
                around.append(f"{path}:{line}: {name}")
    assert around == []


def test_labels_of_figures_are_no_formulas() -> None:
    """A name that is shown goes through as_label; only a constant needs not."""
    bare = []
    for stage in ("figures", "report", "compare"):
        for path in (SOURCE / stage).rglob("*.py"):
            for line, name, call in calls_in(path):
                labels = [k.value for k in call.keywords if k.arg == "label"]
                named = [v for v in labels if not isinstance(v, ast.Constant)]
                if any(not ast.unparse(v).startswith("as_label(") for v in named):
                    bare.append(f"{path}:{line}: {name}")
    assert bare == []


def test_every_page_escapes_what_is_put_into_it() -> None:
    environments = [
        (path, call)
        for path in SOURCE.rglob("*.py")
        for _, name, call in calls_in(path)
        if name.endswith("Environment")
    ]
    assert environments
    for path, call in environments:
        given = {k.arg: ast.unparse(k.value) for k in call.keywords}
        assert given.get("autoescape") == "True", path


def test_species_that_look_like_formulas_are_drawn() -> None:
    import numpy as np

    from spoofcue.metrics.scores import ScoreSet
    from spoofcue.metrics.thresholds import Threshold
    from spoofcue.report.plots import det, histogram, species_bars

    pais = np.array(["", "$\\frac$", "_x", "a$b$"] * 5, dtype=object)
    scores = ScoreSet.of(np.linspace(0.1, 0.9, 20), (pais != "").astype(int), pais)
    for draw in (histogram, det, species_bars):
        assert draw(scores, Threshold(0.5, "given", "given")).startswith("<svg")


def test_a_bar_shows_its_title_as_it_is() -> None:
    screen = io.StringIO()
    to = console.PlainConsole(file=screen, force_terminal=True, width=100)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(console, "stderr", lambda: to)
        with console.progress_bar("[/x] :smile:", 1) as tell:
            tell(1, 1)
    assert "[/x] :smile:" in screen.getvalue()
