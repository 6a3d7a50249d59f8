"""Every link of a page leads somewhere, its anchor too; so does every page that the code names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from spoofcue.version import documentation

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob(".github/**/*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^ *(`{3,}|~{3,}).*?^ *\1 *$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^()\s]+)\)|^\[[^\]]+\]: (\S+)", re.MULTILINE)
CODE = [
    *(ROOT / "src").rglob("*.*"),
    *(
        path
        for name in ("benchmarks", "client", "deploy", "recipes")
        for path in (ROOT / name).rglob("*.*")
    ),
    *(ROOT / name for name in ("Makefile", "CHANGELOG.md", "CONTRIBUTING.md")),
]


@cache
def anchors(page: Path) -> frozenset[str]:
    """What GitHub and MyST call its headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    seen: list[str] = []
    for heading in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE):
        shown = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        seen.append(f"{slug}-{seen.count(slug)}" if slug in seen else slug)
    return frozenset(seen)


def dead_links(page: Path) -> Iterator[str]:
    """Links within the repository that lead nowhere."""
    text = re.sub(r"`[^`\n]+`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    for link in (inline or named for inline, named in LINK.findall(text)):
        name, _, anchor = link.partition("#")
        if re.match(r"[a-z]+:", link):
            continue
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield f"{page.name}: {link}"


def test_every_link_of_every_page_leads_somewhere() -> None:
    assert len(PAGES) > 50
    assert [link for page in PAGES for link in dead_links(page)] == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Two *words*, and `code`\n\n```sh\n# no heading\n```\n")
    page = tmp_path / "b.md"
    page.write_text(
        "[a](a.md) [b](a.md#two-words-and-code) [c](https://x.example/y) `[d](none.md)`\n"
        "[e](none.md) [f](a.md#no-heading) [g](#here)\n\n[h]: gone.md\n"
    )
    assert list(dead_links(page)) == [
        "b.md: none.md", "b.md: a.md#no-heading", "b.md: #here", "b.md: gone.md",
    ]  # fmt: skip


def test_every_page_that_the_code_names_is_there() -> None:
    named = {
        name
        for path in CODE
        if path.suffix in {".py", ".yaml", ".md", ".j2", ".yml", ".service", ""} and path.is_file()
        for name in re.findall(r"\bdocs/[\w/-]+\.md", path.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_messages_name_pages_by_their_address() -> None:
    """A wheel has no docs/; and what stands in the address is a page that is there."""
    named: set[str] = set()
    for path in (ROOT / "src").rglob("*.*"):
        if path.suffix not in {".py", ".j2", ".html", ".yaml"}:
            continue
        text = path.read_text(encoding="utf-8")
        named.update(re.findall(r"""\bdocumentation\(["']([^"']+)["']\)""", text))
        said = printed(text) if path.suffix == ".py" else re.sub("#.*", "", text)
        assert not re.search(r"\bdocs/[\w/-]+\.md", said), path
    assert len(named) > 3
    assert [name for name in sorted(named) if not (ROOT / "docs" / name).exists()] == []
    assert documentation("howto/labels.md").endswith("/docs/howto/labels.md")


def printed(source: str) -> str:
    """The texts of a module without its docstrings, which are read beside the pages."""
    tree = ast.parse(source)
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return "\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings
    )
