"""Packages on the Hugging Face hub: fetch, pull, push, and what to do when that fails."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spoofcue.errors import InputError, PackageError, SpoofCueError
from spoofcue.package.archive import read_files
from spoofcue.package.read import Package, read_package
from spoofcue.package.schema import CARD_FILE, SPEC_FILE, check_size, parse_spec
from spoofcue.package.write import write_files

LOG_IN = "log in (`hf auth login`) or set HF_TOKEN"


def advice(error: BaseException) -> str:
    """One or two sentences for an error of the hub's client.

    By status and class name: the HTTP library below the client is not the same in all of its
    versions.
    """
    chain = list(_chain(error))
    names = {base.__name__ for e in chain for base in type(e).__mro__}
    status = next((s for e in chain if (s := _status(e)) is not None), None)
    if "GatedRepoError" in names:
        return f"its owner asks to accept terms: do so on the hub's page of it, and {LOG_IN}."
    if "RevisionNotFoundError" in names:
        return "the repository is there, this revision is not; name a branch, tag or commit."
    if status == 401:
        # the hub does not tell strangers which private repositories there are
        return (
            f"not logged in, or there is no such repository (401). Check the name; to push, or "
            f"if it is private, {LOG_IN}."
        )
    if status == 403:
        return f"your token may not do that (403): {LOG_IN} with write access to the owner's name."
    if status == 404 or "RepositoryNotFoundError" in names:
        return (
            f"there is no such repository (404), or it is private. Check the name; if it is "
            f"private, {LOG_IN}."
        )
    if "OfflineModeIsEnabled" in names:
        return "HF_HUB_OFFLINE is set and the cache does not hold it; unset it once to download."
    if status is not None:
        return f"the hub answered with status {status}: {_first_line(error)}"
    if names & {"ConnectError", "ConnectionError", "TimeoutException", "Timeout", "NetworkError"}:
        return (
            "the hub cannot be reached and the cache does not hold it. Check the network, and "
            "HF_ENDPOINT if it is set."
        )
    return _first_line(error)


def _chain(error: BaseException | None) -> list[BaseException]:
    errors: list[BaseException] = []
    while error is not None and error not in errors:
        errors.append(error)
        error = error.__cause__ or error.__context__
    return errors


def _status(error: BaseException) -> int | None:
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) else None


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


HUB = "hf:"
_PLACE = re.compile(r"hf:(?P<repository>[\w.-]+/[\w.-]+)(?:@(?P<revision>[^\s@]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class HubPlace:
    """A repository, owner/name, at a branch, tag or commit; None: its main branch."""

    repository: str
    revision: str | None = None

    @classmethod
    def of(cls, text: str) -> HubPlace:
        """Read ``hf:owner/name`` or ``hf:owner/name@revision``.

        Raises:
            InputError: it is neither.

        """
        match = _PLACE.fullmatch(text)
        if not match:
            raise InputError(f"{text}: write hf:owner/name or hf:owner/name@revision")
        return cls(match["repository"], match["revision"])

    def __str__(self) -> str:
        return f"{HUB}{self.repository}" + (f"@{self.revision}" if self.revision else "")


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push made.

    Attributes:
        id: of the package.
        commit: the commit's id on the hub.
        url: where it is looked at.

    """

    id: str
    commit: str
    url: str


def fetch_package(place: HubPlace) -> Path:
    """The folder of the hub's cache with the files of a package, and no others of the repository.

    ``spoofcue.json`` comes first and says what else there is, so that nothing is downloaded that
    would be refused for its size. Without a network, or with HF_HUB_OFFLINE, what the cache holds
    is taken. The package is not checked yet.

    Raises:
        InputError: the hub does not give it; says what to do.
        PackageError: ``spoofcue.json`` is refused.

    """
    hub = _client(place)
    with _explained(place, "fetch"):
        folder = _snapshot(hub, place.repository, place.revision, [SPEC_FILE, CARD_FILE])
        if not (folder / SPEC_FILE).is_file():
            raise InputError(f"{place} holds no {SPEC_FILE}; it is no spoofcue package.")
        spec = parse_spec(read_files(folder, [SPEC_FILE])[SPEC_FILE], str(place))
        for name, known in spec.files.items():
            check_size(name, known.size, str(place))
        # the folder's name is the commit: both parts are of one state of the repository
        return _snapshot(
            hub, place.repository, folder.name, [SPEC_FILE, CARD_FILE, *sorted(spec.files)]
        )


def pull_package(place: HubPlace, out: Path) -> Package:
    """Download a package, check it whole, and write it to ``out`` byte for byte.

    Args:
        place: where it is.
        out: a folder, or a file that ends in ``.spoofcue``; an older package is replaced.

    Raises:
        InputError: the hub does not give it, or ``out`` is something else.
        PackageError: it is refused; nothing is written.

    """
    folder = fetch_package(place)
    package = read_package(folder)
    return write_files(out, read_files(folder, [SPEC_FILE, CARD_FILE]) | package.weights)


def push_package(
    path: Path, place: HubPlace, *, private: bool = False, message: str | None = None
) -> Pushed:
    """Check a package and put its files, as they are, into a repository, in one commit.

    The repository and the branch are made if they are not there. Weights of an older package
    there go in the same commit; files that are no package's stay.

    Args:
        path: the package.
        place: the repository, and the branch if not the main one.
        private: of a repository that is made; one that is there must be private already.
        message: of the commit.

    Raises:
        PackageError: the package is refused; nothing is sent.
        InputError: the hub does not take it; says what to do.

    """
    package = read_package(path)
    files = read_files(path, [SPEC_FILE, CARD_FILE]) | package.weights
    hub = _client(place)
    with _explained(place, "push to"):
        api = hub.HfApi(endpoint=_endpoint(), library_name="spoofcue")
        repository, branch = place.repository, place.revision
        api.create_repo(repository, private=private or None, exist_ok=True)
        if private and not api.model_info(repository).private:
            raise InputError(
                f"{HUB}{repository} is there already and is public: nothing was sent. Make it "
                "private on the hub, or push without --private."
            )
        if branch:
            api.create_branch(repository, branch=branch, exist_ok=True)
        there = set(api.list_repo_files(repository, revision=branch))
        changes: list[Any] = [
            hub.CommitOperationDelete(name)
            for name in sorted(there & (_weights_there(hub, place, there) - set(files)))
        ]
        # from memory: what was checked is what is sent
        changes += [hub.CommitOperationAdd(name, data) for name, data in files.items()]
        commit = api.create_commit(
            repository, changes, commit_message=message or f"Add {package.id}", revision=branch
        )
    return Pushed(package.id, commit.oid, commit.commit_url)


def _weights_there(hub: Any, place: HubPlace, there: set[str]) -> set[str]:
    """The weights of the package that is there already, by its own word; of any version."""
    if SPEC_FILE not in there:
        return set()
    folder = _snapshot(hub, place.repository, place.revision, [SPEC_FILE])
    try:
        data = read_files(folder, [SPEC_FILE])[SPEC_FILE]
        return set(parse_spec(data, str(place)).files)
    except (PackageError, KeyError):
        return set()


def _client(place: HubPlace) -> Any:
    try:
        import huggingface_hub
    except ImportError as error:
        raise InputError(
            f"{place} needs huggingface_hub: pip install 'spoofcue[hub]'. Or download the package "
            "and give its folder."
        ) from error
    return huggingface_hub


def _endpoint() -> str | None:
    """The client reads HF_ENDPOINT once, when it is imported; a program may set it later."""
    return os.environ.get("HF_ENDPOINT") or None


def _snapshot(hub: Any, repository: str, revision: str | None, names: list[str]) -> Path:
    return Path(
        hub.snapshot_download(
            repository, revision=revision, allow_patterns=names, endpoint=_endpoint()
        )
    )


@contextmanager
def _explained(place: HubPlace, doing: str) -> Iterator[None]:
    try:
        yield
    except SpoofCueError:
        raise
    # The hub's client raises errors of several HTTP libraries, without a common base.
    except Exception as error:
        raise InputError(f"could not {doing} {place}: {advice(error)}") from error
