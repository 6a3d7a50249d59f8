"""Who is in a benchmark: rendered people, the CC0 portraits, or a folder of photos."""

from __future__ import annotations

import hashlib
import os
import urllib.request
from collections.abc import Callable
from pathlib import Path

from spoofcue.errors import InputError
from spoofcue.simulate.people import photographed, with_faces
from spoofcue.whole_files import write_bytes, write_text

People = dict[str, tuple[Path, ...]]
# a commit, not a branch: what it names cannot change
PORTRAITS_URL = (
    "https://cdn.jsdelivr.net/gh/faker-js/assets-person-portrait@"
    "1a9f1d3d9faa8ffbd86f7e258c6ca68c9cb438e5/{sex}/512/{number}.jpg"
)
SUMS = "SHA256SUMS"


def find_people(
    source: str, count: int | None, workers: int | None = None
) -> tuple[People, list[tuple[str, str]]]:
    """Subjects and their photos (none for rendered people), and photos that cannot be used.

    Args:
        source: ``rendered``, ``portraits`` (see :func:`portraits_folder`) or a folder of photos.
        count: at most so many people, evenly spread over the names; None takes all (64 rendered).
        workers: processes that look for faces.

    Raises:
        InputError: the source does not exist or has fewer than three people.

    """
    if source == "rendered":
        people: People = {f"person-{i:04d}": () for i in range(count or 64)}
        return people, []
    folder = portraits_folder() if source == "portraits" else Path(source)
    # one file is one person, also where files lie in folders by sex
    if source == "portraits":
        people = {
            f"{p.parent.name}-{int(p.stem):03d}": (p,)
            for p in sorted(folder.glob("*ale/*.jpg"), key=lambda p: (int(p.stem), p.parent.name))
        }
        skipped: list[tuple[str, str]] = []
    else:
        people, skipped = photographed(folder)
    names = list(people)
    if count and len(names) > count:
        names = [names[i * len(names) // count] for i in range(count)]
    people, faceless, _ = with_faces({name: people[name] for name in names}, workers)
    if len(people) < 3:
        raise InputError(
            f"{folder} holds usable photos of {len(people)} people; train, dev and test need three."
        )
    return people, skipped + faceless


def portraits_folder() -> Path:
    """Where the CC0 portraits are: $SPOOFCUE_PORTRAITS, or what ``fetch portraits`` downloaded.

    Raises:
        InputError: they are not there, or a file differs from its checksum.

    """
    given = os.environ.get("SPOOFCUE_PORTRAITS")
    folder = Path(given).expanduser() if given else default_folder()
    files = sorted(folder.glob("*ale/*.jpg"))
    if not files:
        raise InputError(
            f"no portraits in {folder}: `spoofcue fetch portraits` downloads them (CC0, about "
            "12 MB), or set SPOOFCUE_PORTRAITS to the folder that holds female/ and male/."
        )
    sums = read_sums(folder / SUMS) or read_sums(Path(__file__).parent / "portraits.sha256")
    wrong = [
        name
        for f in files
        if (name := f.relative_to(folder).as_posix()) in sums and sums[name] != _sha256(f)
    ]
    if wrong:
        raise InputError(
            f"{folder}: {len(wrong)} portraits differ from their checksums ({', '.join(wrong[:3])}"
            "): results would not compare. Fetch them again, or give the folder as --identities."
        )
    return folder


def fetch_portraits(
    folder: Path | None = None,
    *,
    url: str = PORTRAITS_URL,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Download the 200 CC0 portraits at 512 px; those that are there are kept.

    The address names a commit; SHA256SUMS records what came, and later use is checked against it.

    Raises:
        InputError: no connection.

    """
    folder = folder or default_folder()
    names = [(sex, n) for sex in ("female", "male") for n in range(100)]
    for done, (sex, n) in enumerate(names, start=1):
        target = folder / sex / f"{n}.jpg"
        if not target.is_file():
            address = url.format(sex=sex, number=n)
            try:
                with urllib.request.urlopen(address, timeout=60) as answer:
                    data = answer.read()
            except OSError as error:
                raise InputError(f"could not download {address}: {error}.") from error
            target.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(target, data)
        if progress:
            progress(done, len(names))
    lines = [f"{_sha256(folder / s / f'{n}.jpg')}  {s}/{n}.jpg" for s, n in names]
    write_text(folder / SUMS, "\n".join(lines) + "\n")
    return folder


def default_folder() -> Path:
    """$SPOOFCUE_CACHE/portraits-cc0 or ~/.cache/spoofcue/portraits-cc0."""
    cache = os.environ.get("SPOOFCUE_CACHE") or "~/.cache/spoofcue"
    return Path(cache).expanduser() / "portraits-cc0"


def read_sums(path: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of a sums file; empty if there is none."""
    if not path.is_file():
        return {}
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if line)
    return {name: digest for digest, name in pairs}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
