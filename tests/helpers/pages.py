"""The fenced blocks of a Markdown page, and what its comments say of how they are run.

A comment right above a block is for those who read the source of the page, and for the runner::

    <!-- not run: no camera here -->                 the block is parsed, and not run
    <!-- not run, docker, hf auth: no network -->    commands of the block that begin so are not
    <!-- before: cp photo.jpg face.jpg -->           what the block takes for granted, in its
                                                     own language; may have several lines
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
NOT_RUN = re.compile(r"not run(?:, (?P<beginnings>.+?))?: (?P<reason>\S.*)", re.DOTALL)
BEFORE = re.compile(r"before:\s*\n?(?P<text>.*)", re.DOTALL)
DIRECTIVE = re.compile(r"\{([\w-]+)\}\s*(.*)")
SHELL = ("sh", "bash", "console")


@dataclass
class Marks:
    """What the comments above a block say.

    Attributes:
        reason: why it is not run, empty if it is.
        beginnings: of the commands that are not run; none: all of them.
        before: what runs before it.

    """

    reason: str = ""
    beginnings: list[str] = field(default_factory=list)
    before: str = ""

    def read(self, comment: str) -> None:
        text = comment.strip()
        if found := NOT_RUN.fullmatch(text):
            self.reason = found["reason"]
            self.beginnings = [b.strip() for b in (found["beginnings"] or "").split(", ") if b]
        elif found := BEFORE.fullmatch(text):
            self.before = found["text"]
        elif re.match(r"not run|before", text):
            raise AssertionError(f"a comment that nobody understands: {text!r}")


@dataclass
class Block:
    """A fenced block.

    Attributes:
        line: of its fence, from 1.
        language: as the fence says, or as a code-block directive does; of any other directive
            its name in braces.
        text: what it holds.
        marks: of the comments above it.

    """

    line: int
    language: str
    text: str
    marks: Marks

    @property
    def is_run(self) -> bool:
        return not self.marks.reason or bool(self.marks.beginnings)


@dataclass
class PageText:
    """Blocks of a page in their order, and the code within its sentences."""

    blocks: list[Block]
    inline: list[tuple[int, str]]


def read_page(path: Path) -> PageText:
    return read_markdown(path.read_text(encoding="utf-8"))


def read_markdown(text: str, first_line: int = 1) -> PageText:
    page = PageText([], [])
    marks = Marks()
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        line = first_line + (token.map[0] if token.map else 0)
        if token.type == "html_block":
            for comment in COMMENT.findall(token.content):
                marks.read(comment)
        elif token.type == "fence":
            language = token.info.strip()
            forgotten = language in SHELL and "<!-- not run" in token.content
            assert not forgotten, f"line {line}: a comment within a block"
            directive = DIRECTIVE.match(language)
            if directive and directive[1] in ("code-block", "code-cell"):
                language = directive[2] if directive[1] == "code-block" else "{code-cell}"
            elif directive:
                inner = read_markdown(token.content, line + 1)
                page.blocks += inner.blocks
                page.inline += inner.inline
                language = f"{{{directive[1]}}}"
            page.blocks.append(Block(line, language, token.content, marks))
            marks = Marks()
        elif token.type == "inline":
            page.inline += [
                (line, child.content)
                for child in token.children or []
                if child.type == "code_inline"
            ]
            unused(marks, line)
    unused(marks, line=text.count("\n"))
    return page


def unused(marks: Marks, line: int) -> None:
    """Marks stand right above their block, so that none is forgotten where a block went."""
    assert marks == Marks(), f"line {line}: a comment on how a block is run has no block below it"
