"""What the runner of pages reads, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.command_lines import Unparsed, check_script, check_spoofcue, commands_of
from helpers.pages import read_markdown

pytestmark = pytest.mark.docs
PAGE = """
Text with `spoofcue train` in it.

<!-- not run: no camera -->
```sh
spoofcue watch 0
```

- in a list
  <!-- not run, hf auth, docker: no network -->
  ```sh
  hf auth login
  spoofcue doctor
  ```

<!-- before:
a = 1
-->
```python
b = a
```
"""


def test_a_comment_belongs_to_the_block_below_it() -> None:
    page = read_markdown(PAGE)
    first, second, third = page.blocks
    assert (first.line, first.is_run, first.marks.reason) == (5, False, "no camera")
    assert second.is_run
    assert second.marks.beginnings == ["hf auth", "docker"]
    assert second.text == "hf auth login\nspoofcue doctor\n"
    assert third.marks.before.strip() == "a = 1"
    assert [code for _, code in page.inline] == ["spoofcue train"]


@pytest.mark.parametrize(
    "text",
    [
        "<!-- not run -->\n```sh\na\n```\n",  # without a reason
        "<!-- not run: why -->\n\nNo block.\n",
        "```sh\n<!-- not run: why -->\n```\n",
    ],
)
def test_a_comment_that_excludes_nothing_is_refused(text: str) -> None:
    with pytest.raises(AssertionError):
        read_markdown(text)


def test_a_directive_may_hold_blocks() -> None:
    page = read_markdown("````{tab-item} a\n```sh\nls\n```\n````\n")
    assert [(b.language, b.line) for b in page.blocks] == [("sh", 2), ("{tab-item}", 1)]


def test_commands_are_found_behind_what_stands_around_them() -> None:
    script = """
    key() { docker run it; }
    A=1 sudo -u me /opt/bin/spoofcue serve --port 1 && spoofcue predict 'a b.jpg' \\
        --json > out.txt   # a comment
    """
    found = list(commands_of(script))
    assert ["/opt/bin/spoofcue", "serve", "--port", "1"] in found
    assert ["spoofcue", "predict", "a b.jpg", "--json"] in found


@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("train --data a --out b --nope 1", True),
        ("train --data a", True),
        ("trian --data a", False),
        ("model calibrat", False),
        ("predict a.jpg --min-decoded much", False),
    ],
)
def test_a_call_that_the_program_refuses_is_told(line: str, whole: bool) -> None:
    with pytest.raises(Unparsed):
        check_spoofcue(line.split(), whole)


@pytest.mark.parametrize("line", ["train --data a", "predict --min-decoded", "model", "train"])
def test_a_sentence_may_leave_out_what_is_needed(line: str) -> None:
    check_spoofcue(line.split(), whole=False)


@pytest.mark.parametrize(
    "script",
    ["for x in a; spoofcue doctor", "python benchmarks/gone.py", "python client/check.py --nope",
     "make nothing-of-the-kind"],
)  # fmt: skip
def test_a_script_that_nobody_can_run_is_told(script: str) -> None:
    with pytest.raises(Unparsed):
        check_script(script)


def test_code_of_the_tutorials_fits_the_width_of_a_page() -> None:
    tutorials = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("*.md"))
    wide = [
        line
        for page in tutorials
        for block in re.findall(r"^```.*?^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
        if len(line) > 88  # what a window of 1280 pixels shows without scrolling
    ]
    assert len(tutorials) > 5
    assert wide == []
