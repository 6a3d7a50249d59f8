"""What is mutated and which tests have to notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Package:
    """A part of `src/spoofcue` and the test folders or files that cover it.

    Attributes:
        sources: glob below ``src/spoofcue``.
        tests: paths below ``tests``, those that answer soonest first.

    """

    name: str
    sources: str
    tests: tuple[str, ...]

    def files(self, root: Path) -> list[Path]:
        """Its source files, relative to ``root``."""
        found = sorted((root / "src" / "spoofcue").glob(self.sources))
        return [path.relative_to(root) for path in found]


# Of the experiments those that train nothing.
PROTOCOL_TESTS = (
    "protocols",
    "experiments/test_adapters_and_protocols.py",
    "experiments/test_early_frames.py",
)
PACKAGES = {
    package.name: package
    for package in (
        Package("cue", "cue/**/*.py", ("cue", "training")),
        Package("metrics", "metrics/**/*.py", ("metrics", "report", "compare")),
        Package("protocols", "protocols/**/*.py", PROTOCOL_TESTS),
        Package("patches", "patches/**/*.py", ("patches", "training")),
        Package("decision", "scoring/decision.py", ("scoring", "detector/test_detector.py")),
        Package("datasets", "datasets/**/*.py", ("datasets",)),
    )
}
# They encode videos first, for up to a minute: most mutants are noticed by others sooner.
LATE = ("test_miniatures.py", "test_given_boxes.py", "test_problems.py")
# Every fold on sets of full size: minutes, for what the counts of each protocol ask too.
LEFT_OUT_CASES = "not people_apart"


def test_paths(package: Package, root: Path) -> list[str]:
    """The package's tests that exist below ``root``, as pytest is given them."""
    return [f"tests/{name}" for name in package.tests if (root / "tests" / name).exists()]
