"""Every command and every code block of the pages is run, or says why not and is parsed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from helpers.command_lines import check_words
from helpers.once import made_once
from helpers.page_runner import PageRun
from helpers.page_world import enter_world, make_world
from helpers.pages import read_page

pytestmark = pytest.mark.docs
ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md")]
    # what was is told there, in the words of its time
    if path.name != "CHANGELOG.md" and "docs/tutorials/" not in path.as_posix()
)
WITH_BLOCKS = [page for page in PAGES if read_page(ROOT / page).blocks]


@pytest.mark.parametrize("page", WITH_BLOCKS)
def test_every_block_of_the_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = read_page(ROOT / page).blocks
    if any(block.is_run for block in blocks):
        enter_world(made_once("page-world", make_world), tmp_path / "world")
    else:
        (tmp_path / "world").mkdir()
    with PageRun(page, tmp_path, monkeypatch) as run:
        for block in blocks:
            run.block(block)


@pytest.mark.parametrize("page", PAGES)
def test_commands_within_sentences_have_the_options_that_they_name(page: str) -> None:
    for line, code in read_page(ROOT / page).inline:
        if re.match(r"spoofcue [a-z]|(?:torchrun|srun).* spoofcue", code):
            plain = re.sub(r"[][]|\.\.\.", "", code)
            words = shlex.split(plain[plain.index("spoofcue ") :])
            try:
                check_words(words, whole=False)
            except AssertionError as error:
                raise AssertionError(f"{page}, line {line}: {error}: {code}") from error
