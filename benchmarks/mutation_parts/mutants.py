"""Which mutants there are, in mutmut's own numbering, and a seeded draw of them.

mutmut switches mutants of functions on and off inside one process. It also makes mutants outside
functions (tables, defaults of settings), but has no way to run them; those get names of our own
and are run on an altered copy of the file. It makes none of decorated functions (properties).
"""

from __future__ import annotations

import difflib
import hashlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import Mutation, create_mutations, deep_replace
from mutmut.mutation.trampoline_templates import mangle_function_name
from mutmut.utils.format_utils import get_mutant_name

OUTSIDE = "module"
OUTSIDE_SHARE = 0.2  # they need a process each


@dataclass(frozen=True)
class Mutant:
    """One change of one file.

    Attributes:
        name: ``module.function__mutmut_3`` as mutmut says it, or ``module.module__mutmut_3``.
        where: the name without the number.

    """

    name: str
    path: Path
    package: str
    tree: libcst.Module
    mutation: Mutation

    @property
    def where(self) -> str:
        return self.name.partition("__mutmut_")[0]

    @property
    def outside(self) -> bool:
        """Whether it lies outside all functions."""
        return self.where.endswith("." + OUTSIDE)

    @property
    def wording(self) -> bool:
        """Whether it alters only prose for people, which no test has to repeat."""
        node = self.mutation.original_node
        return isinstance(node, libcst.SimpleString) and " " in node.value.strip("\"' ")

    def code(self) -> str:
        """The whole file with this change."""
        changed = deep_replace(self.tree, self.mutation.original_node, self.mutation.mutated_node)
        assert isinstance(changed, libcst.Module)
        return changed.code

    def lines(self) -> tuple[int, str, str]:
        """Line number, what stood there and what stands there now, without indentation."""
        before, after = self.tree.code.splitlines(), self.code().splitlines()
        matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
        changed = [block for block in matcher.get_opcodes() if block[0] != "equal"]
        a1, a2 = changed[0][1], changed[-1][2]
        b1, b2 = changed[0][3], changed[-1][4]
        was = " ".join(line.strip() for line in before[a1:a2])
        now = " ".join(line.strip() for line in after[b1:b2])
        return a1 + 1, was, now


def mutants_of(path: Path, source: str, package: str) -> list[Mutant]:
    """All mutants of a file, numbered as mutmut numbers them; ``path`` begins with ``src/``."""
    tree, mutations, *_ = create_mutations(str(path), source)
    names = _function_names(tree)
    count: dict[str, int] = defaultdict(int)
    found = []
    for mutation in mutations:
        holder = mutation.contained_by_top_level_function
        where = names.get(id(holder), OUTSIDE)
        count[where] += 1
        name = get_mutant_name(path, f"{where}__mutmut_{count[where]}")
        found.append(Mutant(name, path, package, tree, mutation))
    return found


def _function_names(tree: libcst.Module) -> dict[int, str]:
    found = {}
    for node in tree.body:
        if isinstance(node, libcst.FunctionDef):
            found[id(node)] = mangle_function_name(name=node.name.value, class_name=None)
        elif isinstance(node, libcst.ClassDef):
            for inner in node.body.body:
                if isinstance(inner, libcst.FunctionDef):
                    found[id(inner)] = mangle_function_name(
                        name=inner.name.value, class_name=node.name.value
                    )
    return found


def draw(mutants: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """``count`` of a package's mutants, a fifth of them outside functions if there are as many.

    The rank of a mutant depends on nothing but the seed and its name, so that a change of one
    function leaves the draw of all others as it was.
    """
    ranked = sorted(mutants, key=lambda mutant: _rank(mutant.name, seed))
    if count >= len(ranked):
        return ranked
    outside = [mutant for mutant in ranked if mutant.outside][: round(count * OUTSIDE_SHARE)]
    inside = [mutant for mutant in ranked if not mutant.outside][: count - len(outside)]
    return inside + outside


def _rank(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()
